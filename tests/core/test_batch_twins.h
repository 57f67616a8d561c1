/* test_batch_twins.h: two maps of one type under one seed, the one written to by
 * batches and the other by single calls, which must always hold the same.
 *
 * Keys are numbered by an id.  Ids below the kind's `ids` stand for that many
 * different keys; from ZERO_ID up they are 0.0, -0.0 and NaN of float kinds, and
 * keys like any other of integer kinds.  Single calls here do not ask
 * gm_validate each time, so that maps may be large.
 */
#ifndef TEST_BATCH_TWINS_H
#define TEST_BATCH_TWINS_H

#include "gomap.h"
#include "memory.h"

#define ZERO_ID (UINT64_C(1) << 32)
#define MINUS_ZERO_ID (ZERO_ID + 1)
#define NAN_ID (ZERO_ID + 2) /* and up: told apart by payload */
#define SPECIAL_IDS 6

typedef struct {
    const char *name;
    const gm_kind *kind;
    uint16_t key_size;
    uint64_t ids;
    void (*write)(void *slot, uint64_t id);
} batch_kind;

/* bits8 16 32 64, bits64 matched a word at a time, float32 64, complex128 */
#define BATCH_KINDS 8
extern const batch_kind batch_kinds[BATCH_KINDS];
#define BATCH_BITS64 (&batch_kinds[3])
#define BATCH_FLOAT32 (&batch_kinds[5])
#define BATCH_FLOAT64 (&batch_kinds[6])

typedef struct {
    test_memory memory;
    gm_type type;
    gm_map *map;
} twin;

typedef struct {
    const batch_kind *kind;
    size_t elem_size;
    uint64_t rng;
    twin many, one; /* written to by batches, by single calls */
} twins;

typedef struct {
    const batch_kind *kind;
    uint16_t elem_size;
    uint64_t seed, hint;
    bool fixed_seed;
} twins_options;

/* `out` keeps its address for the maps' life. */
void twins_init(twins *out, const twins_options *options);
/* Checks, frees both; nothing may be left. */
void twins_fini(twins *t);
uint64_t twins_draw(twins *t, uint64_t below);
/* Both hold the same, are sound, and account for their memory. */
void twins_check(const twins *t);

/* Keys side by side, and a value for each; memory that ends where they do. */
typedef struct {
    size_t n, stride;
    unsigned char *keys, *values;
} key_set;

/* Keys of random ids below `range`, some of them special, and random values;
 * stride 0: one value for all. */
key_set keys_drawn(twins *t, size_t n, uint64_t range, size_t stride);
/* Keys of the ids from `first` on. */
key_set keys_from(twins *t, size_t n, uint64_t first);
void keys_free(key_set *k);
const void *key_of(const twins *t, const key_set *k, size_t i);
const void *value_of(const key_set *k, size_t i);

/* Adds without a look at overflow; for elements of that many bytes. */
gm_add adder_of(size_t elem_size);

/* Single calls, without gm_validate. */
void one_find(gm_map *m, const void *key, gm_cell *cell);
void one_assign(gm_map *m, const void *key, gm_cell *cell);
bool one_delete(gm_map *m, const void *key);
/* Stores value i of k in the twin of single calls, or adds it; was it new? */
bool one_write(twins *t, const key_set *k, size_t i, gm_add add, const void *zero);

/* The same on both, compared: answers, new keys, keys gone. */
void twins_find(twins *t, const key_set *k);
void twins_write(twins *t, const key_set *k, gm_add add);
void twins_delete(twins *t, const key_set *k);

/* Single calls on both: the keys of ids first ... first + n - 1. */
void twins_fill(twins *t, uint64_t first, uint64_t n);
void twins_empty(twins *t, uint64_t first, uint64_t n);

gm_stats map_stats(const gm_map *m);
/* A number for what the map is, to the last cell and the random stream. */
uint64_t map_digest(gm_map *m);

#endif
