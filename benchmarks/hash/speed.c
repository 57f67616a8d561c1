/* speed.c: how fast is each candidate, alone and inside the engine?
 *
 *   speed rounds           times every side, interleaved; lines of
 *                          side <tab> work <tab> n <tab> ns per key
 *   speed side work n      does that work n times and says nothing: to be run by
 *                          something that counts instructions
 *
 * Works: `chain` (each key waits for the hash before), `stream` (none does), `hit`
 * and `miss` of the engine's find over n entries, in an order of their own.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hash.h"
#include "side.h"

#define LOOKUPS ((size_t)1 << 16)
#define KEYS ((size_t)4096)
#define HASH_ROUNDS 32 /* times KEYS, per time taken */
#define MOST_SIDES 64
#define MAPS ((size_t)32)
#define EACH (LOOKUPS / MAPS)

static const size_t sizes[] = {8, 1000, 100000};
#define SIZES (sizeof sizes / sizeof *sizes)

static volatile uint64_t sink;

static void *
zeroed(void *context, size_t size)
{
    void *memory = aligned_alloc(64, (size + 63) & ~(size_t)63);
    (void)context;
    return memory != NULL ? memset(memory, 0, size) : NULL;
}

static void
release(void *context, void *memory, size_t size)
{
    (void)context, (void)size;
    free(memory);
}

static double
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static const gm_allocator memory = {.alloc = zeroed, .release = release};

/* A map of n entries, key i the i-th draw of the stream from `number`. */
static gm_map *
filled(const gm_type *type, size_t n, uint64_t number)
{
    gm_options options = {.type = type, .allocator = &memory, .seed = number, .hint = n};
    uint64_t rng = number;
    gm_map *map;
    gm_cell cell;
    if (gm_map_new(&options, &map) != GM_OK) {
        exit(1);
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t key = gm_splitmix(&rng);
        if (gm_assign(map, &key, &cell) != GM_OK) {
            exit(1);
        }
        *(uint64_t *)cell.elem = i;
    }
    return map;
}

/* Keys to look up in map `number` of n entries: present ones, or others. */
static void
draw_lookups(uint64_t *keys, size_t lookups, size_t n, uint64_t number, bool hit)
{
    uint64_t *present = malloc(n * sizeof *present), rng = number, order = ~number;
    for (size_t i = 0; present != NULL && i < n; i++) {
        present[i] = gm_splitmix(&rng);
    }
    for (size_t i = 0; present != NULL && i < lookups; i++) {
        uint64_t r = gm_splitmix(&order);
        keys[i] = hit ? present[r % n] : r;
    }
    free(present);
}

static uint64_t
look_up(gm_map *map, const uint64_t *keys, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        gm_cell cell;
        gm_find(map, keys + i, &cell);
        sum += cell.elem != NULL ? *(uint64_t *)cell.elem : 1;
    }
    return sum;
}

static size_t
count_sides(void)
{
    size_t n = 0;
    while (hash_sides[n] != NULL) {
        n++;
    }
    return n;
}

/* Calls work(side) for every side, in turn forwards and backwards; each time twice, as
 * the others have filled the caches meanwhile.  The first round is not reported. */
static void
interleave(int rounds, const char *name, size_t n, size_t keys, uint64_t (*work)(size_t side))
{
    size_t sides = count_sides();
    for (int round = 0; round <= rounds; round++) {
        for (size_t i = 0; i < sides; i++) {
            size_t side = round % 2 ? i : sides - 1 - i;
            sink += work(side); /* into the cache */
            double start = now();
            sink += work(side);
            double ns = (now() - start) / (double)keys;
            if (round > 0) {
                printf("%s\t%s\t%zu\t%.4f\n", hash_sides[side]->name, name, n, ns);
            }
        }
    }
}

/* ---- the works --------------------------------------------------------------------- */

static uint64_t hash_keys[KEYS], lookups[LOOKUPS];
static gm_type types[MOST_SIDES];
static gm_map *maps[MOST_SIDES][MAPS]; /* small ones are many: chance in one is not all */
static size_t maps_used;

static uint64_t
work_chain(size_t side)
{
    uint64_t sum = 0;
    for (int i = 0; i < HASH_ROUNDS; i++) {
        sum += hash_sides[side]->chain(hash_keys, KEYS, sink);
    }
    return sum;
}

static uint64_t
work_stream(size_t side)
{
    uint64_t sum = 0;
    for (int i = 0; i < HASH_ROUNDS; i++) {
        sum += hash_sides[side]->stream(hash_keys, KEYS, sink);
    }
    return sum;
}

static uint64_t
work_find(size_t side)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < MAPS; i++) {
        sum += look_up(maps[side][i % maps_used], lookups + i * EACH, EACH);
    }
    return sum;
}

static void
draw_all(size_t n, bool hit)
{
    for (size_t i = 0; i < MAPS; i++) {
        draw_lookups(lookups + i * EACH, EACH, n, i % maps_used, hit);
    }
}

static void
time_finds(int rounds, size_t n)
{
    size_t sides = count_sides();
    maps_used = n < 10000 ? MAPS : 1;
    for (size_t i = 0; i < sides * maps_used; i++) {
        maps[i / maps_used][i % maps_used] = filled(&types[i / maps_used], n, i % maps_used);
    }
    draw_all(n, true);
    interleave(rounds, "hit", n, LOOKUPS, work_find);
    draw_all(n, false);
    interleave(rounds, "miss", n, LOOKUPS, work_find);
    for (size_t i = 0; i < sides * maps_used; i++) {
        gm_map_free(maps[i / maps_used][i % maps_used]);
    }
}

static int
do_once(const char *side, const char *work, size_t n)
{
    size_t i = 0;
    while (hash_sides[i] != NULL && strcmp(hash_sides[i]->name, side) != 0) {
        i++;
    }
    if (hash_sides[i] == NULL) {
        return 1;
    }
    if (strcmp(work, "stream") == 0 || strcmp(work, "chain") == 0) {
        bool chained = *work == 'c';
        for (size_t done = 0; done < n; done += KEYS) {
            sink += (chained ? hash_sides[i]->chain : hash_sides[i]->stream)(hash_keys, KEYS, sink);
        }
        return 0;
    }
    gm_map *map = filled(&types[i], 1000, 0);
    draw_lookups(lookups, LOOKUPS, 1000, 0, strcmp(work, "hit") == 0);
    for (size_t done = 0; done < n; done += KEYS) {
        sink += look_up(map, lookups + done % LOOKUPS, KEYS);
    }
    gm_map_free(map);
    return 0;
}

int
main(int argc, char **argv)
{
    uint64_t rng = 3;
    for (size_t i = 0; i < KEYS; i++) {
        hash_keys[i] = gm_splitmix(&rng);
    }
    for (size_t i = 0; i < count_sides(); i++) {
        types[i] = (gm_type){hash_sides[i]->kind, NULL, 8, 8, 8};
    }
    if (argc == 4) {
        return do_once(argv[1], argv[2], strtoul(argv[3], NULL, 10));
    }
    int rounds = argc == 2 ? atoi(argv[1]) : 0;
    if (rounds < 1) {
        fprintf(stderr, "speed rounds | speed side work n\n");
        return 2;
    }
    interleave(rounds, "chain", 0, KEYS * HASH_ROUNDS, work_chain);
    interleave(rounds, "stream", 0, KEYS * HASH_ROUNDS, work_stream);
    for (size_t i = 0; i < SIZES; i++) {
        time_finds(rounds, sizes[i]);
    }
    return 0;
}
