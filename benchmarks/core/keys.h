/* keys.h: the keys of one measurement, the same in every language.
 *
 * Drawn from one SplitMix64 stream, always in this order (keys.go draws the same):
 *
 *   inserted  groups of n keys, `visits` keys or more in all: a group fills a map
 *   order     the same, each group shuffled: the order of deletions
 *   visited   group 0 in orders of their own, one after the other
 *   absent    keys of no map
 *   gone, fresh, seen   of each step of churn: the key deleted, the one that takes
 *                       its place, and one that is present after it
 *
 * A key is an int64_t or, with TEXT_KEYS, a pointer and a length like Go's string: 16
 * hexadecimal digits.  Each array has digits of its own, side by side: what is looked
 * up is an equal key, never the very bytes that the map refers to.
 *
 * Compiles as C11 and as C++17.
 */
#ifndef BENCH_KEYS_H
#define BENCH_KEYS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"

typedef struct {
    bench_key *at;
    char *digits; /* NULL for numbers */
} bench_array;

typedef struct {
    uint64_t seed;
    size_t n, groups, visits, steps;
    bench_array inserted, order, visited, absent, gone, fresh, seen;
} bench_keys;

/* Memory for the benchmark itself; without it there is nothing to go on with. */
static inline void *
bench_alloc(size_t n, size_t size)
{
    void *memory = malloc(n * size + 1);
    if (memory == NULL) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* ---- random words ---------------------------------------------------------------- */

static inline uint64_t
bench_draw(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static inline uint64_t *
bench_draw_all(uint64_t *state, size_t n)
{
    uint64_t *words = (uint64_t *)bench_alloc(n, sizeof *words);
    for (size_t i = 0; i < n; i++) {
        words[i] = bench_draw(state);
    }
    return words;
}

static inline uint64_t *
bench_copy(const uint64_t *words, size_t n)
{
    uint64_t *copy = (uint64_t *)bench_alloc(n, sizeof *copy);
    memcpy(copy, words, n * sizeof *copy);
    return copy;
}

static inline void
bench_shuffle(uint64_t *state, uint64_t *words, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)(bench_draw(state) % i);
        uint64_t word = words[i - 1];
        words[i - 1] = words[j];
        words[j] = word;
    }
}

/* ---- words as keys ----------------------------------------------------------------- */

/* Takes the words over. */
static inline bench_array
bench_as_keys(uint64_t *words, size_t n)
{
    bench_array array = {NULL, NULL};
    array.at = (bench_key *)bench_alloc(n, sizeof *array.at);
#ifdef TEXT_KEYS
    array.digits = (char *)bench_alloc(n, BENCH_DIGITS);
    for (size_t i = 0; i < n; i++) {
        char *digits = array.digits + i * BENCH_DIGITS;
        for (unsigned k = 0; k < BENCH_DIGITS; k++) {
            digits[k] = "0123456789abcdef"[words[i] >> (60 - 4 * k) & 15];
        }
        array.at[i] = bench_text(digits);
    }
#else
    for (size_t i = 0; i < n; i++) {
        array.at[i] = (bench_key)words[i];
    }
#endif
    free(words);
    return array;
}

static inline void
bench_array_free(bench_array *array)
{
    free(array->at);
    free(array->digits);
    array->at = NULL;
    array->digits = NULL;
}

/* ---- all of them --------------------------------------------------------------------- */

static inline bench_array
bench_draw_visits(uint64_t *state, const uint64_t *group, size_t n, size_t visits)
{
    uint64_t *words = (uint64_t *)bench_alloc(visits, sizeof *words);
    uint64_t *cycle = bench_copy(group, n);
    for (size_t i = 0; i < visits; i += n) {
        bench_shuffle(state, cycle, n);
        memcpy(words + i, cycle, (visits - i < n ? visits - i : n) * sizeof *words);
    }
    free(cycle);
    return bench_as_keys(words, visits);
}

static inline void
bench_draw_churn(uint64_t *state, const uint64_t *group, bench_keys *keys)
{
    const size_t n = keys->n, steps = keys->steps;
    uint64_t *live = bench_copy(group, n), *fresh = bench_draw_all(state, steps);
    uint64_t *gone = (uint64_t *)bench_alloc(steps, sizeof *gone);
    uint64_t *seen = (uint64_t *)bench_alloc(steps, sizeof *seen);
    for (size_t i = 0; i < steps; i++) {
        size_t place = (size_t)(bench_draw(state) % n);
        gone[i] = live[place];
        live[place] = fresh[i];
        seen[i] = live[bench_draw(state) % n];
    }
    free(live);
    keys->gone = bench_as_keys(gone, steps);
    keys->fresh = bench_as_keys(fresh, steps);
    keys->seen = bench_as_keys(seen, steps);
}

static inline void
bench_keys_init(bench_keys *keys, size_t n, uint64_t seed, size_t visits)
{
    uint64_t state = seed;
    keys->seed = seed;
    keys->n = n;
    keys->visits = visits;
    keys->groups = (visits + n - 1) / n;
    keys->steps = (visits + 1) / 2;
    const size_t total = keys->groups * n;
    uint64_t *words = bench_draw_all(&state, total), *order = bench_copy(words, total);
    for (size_t group = 0; group < keys->groups; group++) {
        bench_shuffle(&state, order + group * n, n);
    }
    keys->order = bench_as_keys(order, total);
    keys->visited = bench_draw_visits(&state, words, n, visits);
    keys->absent = bench_as_keys(bench_draw_all(&state, visits), visits);
    bench_draw_churn(&state, words, keys);
    keys->inserted = bench_as_keys(words, total);
}

static inline void
bench_keys_fini(bench_keys *keys)
{
    bench_array *const arrays[] = {&keys->inserted, &keys->order, &keys->visited, &keys->absent,
                                   &keys->gone,     &keys->fresh, &keys->seen};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        bench_array_free(arrays[i]);
    }
}

#endif
