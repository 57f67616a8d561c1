/* side.inc.h: one side of the benchmark: the timed loops, and the lines that ask for them.
 *
 * Included once, at the end of a program in C or C++ that has defined
 *
 *   side_map                          a map's handle
 *   side_name()                       what is measured, with its version
 *   side_new(hint), side_free(m)
 *   side_find(m, key)                 pointer to the element, or NULL
 *   side_slot(m, key)                 pointer to the element, made as 0 when absent
 *   side_delete(m, key), side_count(m)
 *   side_sum(m)                       iterates: the sum of bench_weight over all entries
 *   SIDE_HAS_BATCHES                  1: also the next two
 *   side_find_many(m, keys, n, out)   elements of n <= BENCH_CHUNK present keys
 *   side_set_many(m, keys, n, elems)
 *
 * so that every map runs the same loops.  Each is a function of its own, for profilers
 * (callgrind --toggle-collect=loop_hit), and goes by its operation's name on the line:
 *
 *   hit 1000 7 1048576        operation, entries, seed, visits
 *   1.93 549755289600         nanoseconds per operation, and what the loop has added up
 *
 * The sums of all sides must agree.  An operation that a side lacks is answered by `none`,
 * `name` by its name.  Making a map is inside the clock; filling it for another
 * operation and freeing it are not.
 *
 *   hit, miss, increment   `visits` times on a map of n entries
 *   iterate                `visits` entries or more, over a block of maps: one small
 *                          map again and again would be learnt by heart
 *   churn                  half as many steps, each of a delete, an insert and a hit
 *   insert, presized       maps of n entries; `delete`: these, until they are empty.
 *                          Small ones come in blocks of BENCH_BLOCK entries: a block
 *                          is freed before the next is made, the first one is made
 *                          once unseen, so that memory is warm.  Of big maps there is
 *                          one, whose memory is as the allocator has it.
 */
#include <inttypes.h>
#include <time.h>

#include "keys.h"

#define BENCH_BLOCK 65536
#define BENCH_CHUNK 1024

#define BENCH_LOOP static __attribute__((noinline)) int64_t

/* ---- the loops ------------------------------------------------------------------------- */

BENCH_LOOP
loop_hit(side_map m, const bench_key *keys, size_t n)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        const int64_t *elem = side_find(m, keys + i);
        if (elem != NULL) {
            sum += *elem;
        }
    }
    return sum;
}

BENCH_LOOP
loop_miss(side_map m, const bench_key *keys, size_t n)
{
    int64_t absent = 0;
    for (size_t i = 0; i < n; i++) {
        absent += side_find(m, keys + i) == NULL;
    }
    return absent;
}

BENCH_LOOP
loop_insert(side_map m, const bench_key *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        *side_slot(m, keys + i) = (int64_t)i;
    }
    return (int64_t)side_count(m);
}

BENCH_LOOP
loop_increment(side_map m, const bench_key *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        *side_slot(m, keys + i) += 1;
    }
    return (int64_t)side_count(m);
}

BENCH_LOOP
loop_delete(side_map m, const bench_key *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        side_delete(m, keys + i);
    }
    return (int64_t)side_count(m);
}

BENCH_LOOP
loop_churn(side_map m, const bench_keys *keys)
{
    int64_t sum = 0;
    for (size_t i = 0; i < keys->steps; i++) {
        side_delete(m, keys->gone.at + i);
        *side_slot(m, keys->fresh.at + i) = (int64_t)i;
        const int64_t *elem = side_find(m, keys->seen.at + i);
        if (elem != NULL) {
            sum += *elem;
        }
    }
    return sum + (int64_t)side_count(m);
}

/* Each of the maps in turn, `times` in all. */
BENCH_LOOP
loop_iterate(const side_map *maps, size_t n, size_t times)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < times; i++) {
        sum += side_sum(maps[i % n]);
    }
    return (int64_t)sum;
}

#if SIDE_HAS_BATCHES

BENCH_LOOP
loop_batched_hit(side_map m, const bench_key *keys, size_t n)
{
    int64_t out[BENCH_CHUNK], sum = 0;
    for (size_t first = 0; first < n; first += BENCH_CHUNK) {
        size_t chunk = n - first < BENCH_CHUNK ? n - first : BENCH_CHUNK;
        side_find_many(m, keys + first, chunk, out);
        for (size_t i = 0; i < chunk; i++) {
            sum += out[i];
        }
    }
    return sum;
}

BENCH_LOOP
loop_batched_insert(side_map m, const bench_key *keys, size_t n)
{
    int64_t elems[BENCH_CHUNK];
    for (size_t first = 0; first < n; first += BENCH_CHUNK) {
        size_t chunk = n - first < BENCH_CHUNK ? n - first : BENCH_CHUNK;
        for (size_t i = 0; i < chunk; i++) {
            elems[i] = (int64_t)(first + i);
        }
        side_set_many(m, keys + first, chunk, elems);
    }
    return (int64_t)side_count(m);
}

#else
#define loop_batched_hit NULL
#define loop_batched_insert NULL
#endif

/* ---- measuring ---------------------------------------------------------------------------- */

typedef int64_t (*bench_loop)(side_map m, const bench_key *keys, size_t n);

typedef struct {
    int64_t nanoseconds, sum;
    size_t operations;
} bench_result;

/* Keys, and a block of maps that operations share which leave their keys alone. */
typedef struct {
    bench_keys keys;
    side_map *maps;
    size_t n;
} bench_state;

/* The processor's time: what others take of it on a busy machine does not count. */
static int64_t
bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bench_result
measure_visits(bench_state *state, bench_loop loop, const bench_array *keys)
{
    bench_result result = {0, 0, state->keys.visits};
    int64_t started = bench_now();
    result.sum = loop(state->maps[0], keys->at, result.operations);
    result.nanoseconds = bench_now() - started;
    return result;
}

static bench_result
measure_iterate(bench_state *state)
{
    const size_t times = state->keys.groups;
    bench_result result = {0, 0, times * state->keys.n};
    int64_t started = bench_now();
    result.sum = loop_iterate(state->maps, state->n, times);
    result.nanoseconds = bench_now() - started;
    return result;
}

static bench_result
measure_churn(const bench_keys *keys)
{
    bench_result result = {0, 0, 3 * keys->steps};
    side_map m = side_new(0);
    loop_insert(m, keys->inserted.at, keys->n);
    int64_t started = bench_now();
    result.sum = loop_churn(m, keys);
    result.nanoseconds = bench_now() - started;
    side_free(m);
    return result;
}

/* How many maps a block has. */
static size_t
block_of(const bench_keys *keys)
{
    size_t block = keys->n < BENCH_BLOCK ? BENCH_BLOCK / keys->n : 1;
    return block < keys->groups ? block : keys->groups;
}

/* Makes and fills maps, groups [first, end), and keeps them. */
static int64_t
fill_block(side_map *maps, const bench_keys *keys, size_t first, size_t end, bench_loop loop,
           size_t hint)
{
    int64_t sum = 0;
    for (size_t group = first; group < end; group++) {
        maps[group - first] = side_new(hint);
        sum += loop(maps[group - first], keys->inserted.at + group * keys->n, keys->n);
    }
    return sum;
}

static int64_t
empty_block(side_map *maps, const bench_keys *keys, size_t first, size_t end)
{
    int64_t sum = 0;
    for (size_t group = first; group < end; group++) {
        sum += loop_delete(maps[group - first], keys->order.at + group * keys->n, keys->n);
    }
    return sum;
}

/* What is done to maps: a loop that fills them, whether they are made for so many, and
 * whether it is emptying them that is timed. */
typedef struct {
    const char *name;
    bench_loop loop;
    bool hints, deletes;
} bench_filling;

/* Makes the maps of the groups [first, end), times, and frees them. */
static bench_result
measure_block(const bench_keys *keys, const bench_filling *filling, side_map *maps, size_t first,
              size_t end)
{
    bench_result result = {0, 0, (end - first) * keys->n};
    int64_t started = bench_now();
    result.sum = fill_block(maps, keys, first, end, filling->loop, filling->hints ? keys->n : 0);
    if (filling->deletes) {
        started = bench_now();
        result.sum = empty_block(maps, keys, first, end);
    }
    result.nanoseconds = bench_now() - started;
    for (size_t group = first; group < end; group++) {
        side_free(maps[group - first]);
    }
    return result;
}

static bench_result
measure_blocks(const bench_keys *keys, const bench_filling *filling)
{
    const size_t block = block_of(keys);
    side_map *maps = (side_map *)bench_alloc(block, sizeof *maps);
    bench_result result = {0, 0, keys->groups * keys->n};
    if (block < keys->groups) { /* once unseen: the process gets its memory */
        measure_block(keys, filling, maps, 0, block);
    }
    for (size_t first = 0; first < keys->groups; first += block) {
        size_t end = first + block < keys->groups ? first + block : keys->groups;
        bench_result one = measure_block(keys, filling, maps, first, end);
        result.nanoseconds += one.nanoseconds;
        result.sum += one.sum;
    }
    free(maps);
    return result;
}

/* ---- asking -------------------------------------------------------------------------------- */

static void
forget(bench_state *state)
{
    for (size_t i = 0; i < state->n; i++) {
        side_free(state->maps[i]);
    }
    free(state->maps);
    bench_keys_fini(&state->keys);
}

static void
prepare(bench_state *state, size_t n, uint64_t seed, size_t visits)
{
    const bench_keys *keys = &state->keys;
    if (state->n != 0) {
        if (keys->n == n && keys->seed == seed && keys->visits == visits) {
            return;
        }
        forget(state);
    }
    bench_keys_init(&state->keys, n, seed, visits);
    state->n = block_of(keys);
    state->maps = (side_map *)bench_alloc(state->n, sizeof *state->maps);
    fill_block(state->maps, keys, 0, state->n, loop_insert, 0);
}

/* No operations: the side has none of that name. */
static bench_result
measure(bench_state *state, const char *operation)
{
    const struct {
        const char *name;
        bench_loop loop;
        const bench_array *keys;
    } visits[] = {{"hit", loop_hit, &state->keys.visited},
                  {"miss", loop_miss, &state->keys.absent},
                  {"increment", loop_increment, &state->keys.visited},
                  {"batched_hit", loop_batched_hit, &state->keys.visited}};
    const bench_filling fillings[] = {{"insert", loop_insert, false, false},
                                      {"presized", loop_insert, true, false},
                                      {"delete", loop_insert, false, true},
                                      {"batched_insert", loop_batched_insert, true, false}};
    for (size_t i = 0; i < sizeof visits / sizeof *visits; i++) {
        if (strcmp(operation, visits[i].name) == 0 && visits[i].loop != NULL) {
            return measure_visits(state, visits[i].loop, visits[i].keys);
        }
        if (strcmp(operation, fillings[i].name) == 0 && fillings[i].loop != NULL) {
            return measure_blocks(&state->keys, fillings + i);
        }
    }
    if (strcmp(operation, "iterate") == 0) {
        return measure_iterate(state);
    }
    if (strcmp(operation, "churn") == 0) {
        return measure_churn(&state->keys);
    }
    bench_result none = {0, 0, 0};
    return none;
}

/* Answers one line; false: it makes no sense. */
static bool
answer(bench_state *state, const char *line)
{
    char operation[32];
    uint64_t n, seed, visits;
    if (strcmp(line, "name\n") == 0) {
        puts(side_name());
        return true;
    }
    int fields =
        sscanf(line, "%31s %" SCNu64 " %" SCNu64 " %" SCNu64, operation, &n, &seed, &visits);
    if (fields != 4 || n == 0 || visits == 0) {
        return false;
    }
    prepare(state, (size_t)n, seed, (size_t)visits);
    bench_result result = measure(state, operation);
    if (result.operations == 0) {
        puts("none");
        return true;
    }
    double each = (double)result.nanoseconds / (double)result.operations;
    printf("%.4f %" PRId64 "\n", each, result.sum);
    return true;
}

int
main(void)
{
    bench_state state;
    char line[128];
    memset(&state, 0, sizeof state);
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (!answer(&state, line)) {
            fprintf(stderr, "not understood: %s", line);
            return 2;
        }
        fflush(stdout);
    }
    return 0;
}
