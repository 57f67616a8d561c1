/* failures.c: Go's traces again, with every allocation of every step failing.
 *
 *     python tests/golden/flatten.py | build/golden-failures
 *
 * A trace is replayed twice.  First with memory, noting how many allocations each step
 * makes and what the map is like after it.  Then, before every step that makes some, the
 * process is forked for each of them: in the child that allocation fails (and, in a second
 * child, all after it, too).  There the step must say so and leave the contents as they
 * were; done again with memory it must bring about the state it did at first, and the
 * rest of the trace must come out as recorded, to the end, with nothing left allocated.
 *
 * One difference is allowed, for Go has no such thing as a failed assignment: when the
 * failure came after the step's growth work was done, the step done again does a growth's
 * next piece, so that evacuation is ahead of Go's.  From there on contents and iterations
 * are checked, and the layout is not; the program says how often.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "flat.h"
#include "memory.h"

#define NONE UINT64_MAX
#define MOST_ITERATORS 64
#define EXACT 0
#define AHEAD 2

typedef struct {
    const trace *trace;
    test_memory memory;
    gm_type type;
    gm_map *map;
    uint64_t *bits, *hashes; /* by kid */
    size_t kids;
    gm_iter iters[MOST_ITERATORS];
    bool on[MOST_ITERATORS];
    bool ahead; /* evacuation is further than Go's */
    size_t at;  /* line */
    uint64_t steps;
} replay;

uint64_t test_seed;
static const char *where = "";
static size_t where_line;

_Noreturn void
check_failed(const char *file, int number, const char *what)
{
    fprintf(stderr, "%s, step at %zu: %s:%d: not true: %s\n", where, where_line, file, number,
            what);
    _exit(1);
}

_Noreturn void
check_differ(const char *file, int number, const char *what, uint64_t got, uint64_t want)
{
    fprintf(stderr, "%s, step at %zu: %s:%d: %s: got %" PRIu64 ", want %" PRIu64 "\n", where,
            where_line, file, number, what, got, want);
    _exit(1);
}

/* ---- keys --------------------------------------------------------------------------------- */

typedef union {
    gm_hashed_bits64 plain;
    gm_hashed_float64 number;
} key_slot;

static key_slot
key_of(const replay *r, uint64_t kid)
{
    key_slot key = {.plain = {r->bits[kid], r->hashes[kid]}};
    return key; /* a float's bits lie where the float does */
}

static uint64_t
kid_of(const replay *r, uint64_t bits)
{
    uint64_t kid = r->trace->floats ? 0 : bits;
    while (kid < r->kids && r->bits[kid] != bits) {
        kid++;
    }
    CHECK(kid < r->kids);
    return kid;
}

static uint64_t
word_at(const void *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* The hash under the present seed, as the trace has it. */
static gm_status
rehash(void *context, void *key)
{
    const replay *r = context;
    ((gm_hashed_bits64 *)key)->hash = r->hashes[kid_of(r, word_at(key))];
    return GM_OK;
}

/* ---- what the map is like ------------------------------------------------------------------ */

static void
add_word(uint64_t *sum, uint64_t word)
{
    *sum = (*sum ^ word) * UINT64_C(0x100000001b3);
}

typedef struct {
    uint64_t sum;
    bool evacuated; /* the chain being shown */
} dump_sum;

/* As flatten.py sums a dump up: of an evacuated chain the first tophash bytes only. */
static gm_status
sum_bucket(void *context, const gm_bucket_view *b)
{
    dump_sum *d = context;
    uint64_t top = 0;
    if (b->position == 0) {
        unsigned first = b->tophash[0];
        d->evacuated = b->old && first >= GM_EVACUATED_X && first <= GM_EVACUATED_EMPTY;
    }
    else if (d->evacuated) {
        return GM_OK;
    }
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        top = top << 8 | b->tophash[i];
    }
    const uint64_t place[] = {b->old, b->chain, b->position, top};
    for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
        add_word(&d->sum, place[i]);
    }
    for (unsigned i = 0; i < GM_BUCKET_CELLS && !d->evacuated; i++) {
        if (b->key[i] != NULL) {
            add_word(&d->sum, word_at(b->key[i]));
            add_word(&d->sum, word_at(b->elem[i]));
        }
    }
    if (!d->evacuated) {
        add_word(&d->sum, (uint64_t)b->preallocated);
    }
    return GM_OK;
}

static uint64_t
state_sum(gm_map *m)
{
    gm_header h;
    dump_sum d = {UINT64_C(0xcbf29ce484222325), false};
    gm_read_header(m, &h);
    const uint64_t head[] = {h.count,
                             h.flags,
                             h.B,
                             h.noverflow,
                             h.nevacuate,
                             h.old_buckets,
                             h.has_next_overflow ? h.next_overflow : NONE};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
        add_word(&d.sum, head[i]);
    }
    CHECK_EQ(gm_visit(m, SIZE_MAX, sum_bucket, &d), GM_OK);
    return d.sum;
}

/* A sum of the entries that does not depend on where they lie. */
static uint64_t
contents_sum(gm_map *m)
{
    uint64_t all = gm_count(m);
    gm_walk walk;
    gm_cell cell;
    for (gm_walk_init(&walk, m); gm_walk_next(&walk, &cell);) {
        uint64_t sum = UINT64_C(0xcbf29ce484222325);
        add_word(&sum, word_at(cell.key));
        add_word(&sum, word_at(cell.elem));
        all += sum * (sum >> 7 | 1);
    }
    return all;
}

static void
check_map(const replay *r)
{
    char message[200];
    if (!gm_validate(r->map, message, sizeof message)) {
        check_failed(__FILE__, __LINE__, message);
    }
    CHECK_EQ(gm_memory(r->map), r->memory.outstanding);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static gm_status
assign(replay *r, const line *l)
{
    key_slot key = key_of(r, l->numbers[0]);
    gm_cell cell;
    gm_status status = gm_assign(r->map, &key, &cell);
    if (status == GM_OK) {
        memcpy(cell.elem, &l->numbers[1], 8);
    }
    return status;
}

static void
look_up(replay *r, const line *l)
{
    key_slot key = key_of(r, l->numbers[0]);
    gm_cell cell;
    CHECK_EQ(gm_find(r->map, &key, &cell), GM_OK);
    CHECK_EQ(cell.key != NULL, l->numbers[1]);
    CHECK(cell.key == NULL || word_at(cell.elem) == l->numbers[2]);
}

/* The iterator's next entry is the recorded one; ahead of Go, it is any that the map has. */
static void
advance(replay *r, uint64_t it, uint64_t kid, uint64_t elem)
{
    gm_cell cell, same;
    CHECK(it < MOST_ITERATORS);
    if (!r->on[it]) {
        return; /* ahead of Go, it ended before */
    }
    CHECK_EQ(gm_iter_next(&r->iters[it], &cell), GM_OK);
    if (cell.key != NULL) {
        key_slot key = key_of(r, kid_of(r, word_at(cell.key)));
        CHECK_EQ(gm_find(r->map, &key, &same), GM_OK);
        CHECK(same.key != NULL && word_at(same.elem) == word_at(cell.elem));
    }
    if (!r->ahead) {
        CHECK_EQ(cell.key != NULL ? kid_of(r, word_at(cell.key)) : NONE, kid);
        CHECK_EQ(cell.key != NULL ? word_at(cell.elem) : NONE, elem);
    }
    if (cell.key == NULL) {
        gm_iter_fini(&r->iters[it]);
        r->on[it] = false;
    }
}

static void
start(replay *r, const line *l)
{
    uint64_t it = l->numbers[0];
    if (l->numbers[1] == NONE) {
        CHECK_EQ(gm_count(r->map), 0);
        return;
    }
    CHECK(it < MOST_ITERATORS);
    if (r->on[it]) {
        gm_iter_fini(&r->iters[it]);
    }
    r->on[it] = false;
    gm_status status = gm_iter_init_at(&r->iters[it], r->map, l->numbers[1], l->numbers[2]);
    CHECK(status == GM_OK || r->ahead);
    r->on[it] = status == GM_OK;
    advance(r, it, l->numbers[3], l->numbers[4]);
}

static void
walk_all(replay *r, const line *l)
{
    gm_iter it;
    gm_cell cell;
    uint64_t n = 0;
    CHECK_EQ(gm_iter_init_at(&it, r->map, l->numbers[0], l->numbers[1]), GM_OK);
    while (gm_iter_next(&it, &cell) == GM_OK && cell.key != NULL) {
        n++;
    }
    gm_iter_fini(&it);
    CHECK_EQ(n, l->numbers[2]);
}

static void
check_summary(const replay *r, const line *l)
{
    gm_header h;
    gm_read_header(r->map, &h);
    CHECK_EQ(h.count, l->numbers[0]);
    if (!r->ahead) {
        CHECK_EQ(h.B, l->numbers[1]);
        CHECK_EQ(h.noverflow, l->numbers[2]);
        CHECK_EQ(h.nevacuate, l->numbers[3]);
        CHECK_EQ(h.growing, l->numbers[4]);
    }
}

static void
add_kid(replay *r, const line *l)
{
    r->bits[r->kids] = l->numbers[0];
    r->hashes[r->kids++] = l->numbers[1];
}

static gm_status
erase(replay *r, const line *l)
{
    key_slot key = key_of(r, l->numbers[0]);
    gm_entry removed;
    return gm_delete(r->map, &key, &removed);
}

static bool
is_step(const line *l)
{
    return strchr("adcginw", l->kind) != NULL;
}

static gm_status
do_line(replay *r, const line *l)
{
    switch (l->kind) {
    case 'k':
        add_kid(r, l);
        break;
    case 'e':
        memcpy(r->hashes, l->numbers + 1, l->numbers[0] * sizeof *r->hashes);
        break;
    case 'a':
        return assign(r, l);
    case 'd':
        return erase(r, l);
    case 'c':
        gm_clear(r->map);
        break;
    case 'g':
        look_up(r, l);
        break;
    case 'i':
        start(r, l);
        break;
    case 'n':
        advance(r, l->numbers[0], l->numbers[1], l->numbers[2]);
        break;
    case 'w':
        walk_all(r, l);
        break;
    case 's':
        check_summary(r, l);
        break;
    case 'p':
        CHECK(r->ahead || state_sum(r->map) == l->numbers[0]);
        break;
    default:
        CHECK_EQ(l->kind, 'E');
        CHECK_EQ(r->steps, l->numbers[0]);
    }
    return GM_OK;
}

/* ---- a trace --------------------------------------------------------------------------------- */

static void
begin(replay *r, const trace *t)
{
    memset(r, 0, sizeof *r);
    r->trace = t;
    r->bits = calloc(t->n, sizeof *r->bits);
    r->hashes = calloc(t->n, sizeof *r->hashes);
    memory_init(&r->memory);
    r->type = (gm_type){t->floats ? &gm_kind_hashed_float64 : &gm_kind_hashed_bits64, NULL, 8,
                        (uint16_t)t->key_size, (uint16_t)t->elem_size};
    gm_options o = {.type = &r->type,
                    .allocator = &r->memory.allocator,
                    .seed = 1,
                    .hint = t->hint,
                    .rehash = rehash,
                    .context = r};
    CHECK_EQ(gm_map_new(&o, &r->map), GM_OK);
}

static void
end(replay *r)
{
    for (size_t i = 0; i < MOST_ITERATORS; i++) {
        if (r->on[i]) {
            gm_iter_fini(&r->iters[i]);
        }
    }
    check_map(r);
    gm_map_free(r->map);
    memory_check_empty(&r->memory);
    free(r->bits);
    free(r->hashes);
}

/* The rest of the trace, with memory. */
static void
finish(replay *r)
{
    for (; r->at < r->trace->n; r->at++) {
        const line *l = &r->trace->lines[r->at];
        r->steps += is_step(l);
        CHECK_EQ(do_line(r, l), GM_OK);
    }
    end(r);
}

/* In a process of its own: the step fails, is done again, and the trace goes on. */
static int
fail(replay *r, uint64_t nth, bool once)
{
    const line *l = &r->trace->lines[r->at];
    uint64_t contents = contents_sum(r->map);
    r->memory.fail_in = nth;
    r->memory.fails_once = once;
    CHECK_EQ(do_line(r, l), GM_NO_MEMORY);
    CHECK(r->memory.failed);
    r->memory.fail_in = 0;
    r->memory.failed = false;
    check_map(r);
    CHECK_EQ(contents_sum(r->map), contents);
    CHECK_EQ(do_line(r, l), GM_OK);
    check_map(r);
    r->ahead = state_sum(r->map) != l->after;
    r->steps++;
    r->at++;
    finish(r);
    return r->ahead ? AHEAD : EXACT;
}

static int
fail_apart(replay *r, uint64_t nth, bool once)
{
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        _exit(fail(r, nth, once));
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && (WEXITSTATUS(status) == EXACT || WEXITSTATUS(status) == AHEAD));
    return WEXITSTATUS(status);
}

/* What happens with memory. */
static void
learn(trace *t)
{
    replay r;
    begin(&r, t);
    for (; r.at < t->n; r.at++) {
        line *l = &t->lines[r.at];
        uint64_t calls = r.memory.calls;
        where_line = r.at;
        r.steps += is_step(l);
        CHECK_EQ(do_line(&r, l), GM_OK);
        l->allocations = r.memory.calls - calls;
        l->after = l->allocations > 0 ? state_sum(r.map) : 0;
        CHECK(l->allocations == 0 || l->kind == 'a' || l->kind == 'd');
    }
    end(&r);
}

static void
sweep(const trace *t, uint64_t every, uint64_t counts[2])
{
    static uint64_t turn;
    replay r;
    begin(&r, t);
    for (; r.at < t->n; r.at++) {
        const line *l = &t->lines[r.at];
        where_line = r.at;
        for (uint64_t k = 1; k <= l->allocations; k++) {
            for (int once = 0; once < 2 && turn++ % every == 0; once++) {
                counts[fail_apart(&r, k, once != 0) == AHEAD]++;
            }
        }
        r.steps += is_step(l);
        CHECK_EQ(do_line(&r, l), GM_OK);
    }
    end(&r);
}

int
main(int argc, char **argv)
{
    uint64_t every = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t counts[2] = {0, 0}, traces = 0, steps = 0;
    for (trace t; read_trace(&t); traces++) {
        where = t.name;
        learn(&t);
        sweep(&t, every, counts);
        steps += t.lines[t.n - 1].numbers[0];
        free_trace(&t);
    }
    printf("%" PRIu64 " traces, %" PRIu64 " steps: %" PRIu64 " failures, after %" PRIu64
           " of them evacuation ran ahead of Go's\n",
           traces, steps, counts[0] + counts[1], counts[1]);
    return traces == 0;
}
