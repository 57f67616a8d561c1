/* table.h: a plain map for directed tests, with the shortest calls. */
#ifndef TABLE_H
#define TABLE_H

#include "gomap.h"
#include "memory.h"

typedef struct {
    test_memory memory;
    gm_type type;
    gm_map *map;
    uint64_t (*hash_of)(uint64_t key); /* under a new seed; NULL: the same as before */
} table;

typedef struct {
    const gm_kind *kind;
    uint64_t hint, seed;
    bool fixed_seed;
} table_options;

/* 8-byte elements; `out` keeps its address for the map's life. */
void table_init(table *out, const table_options *options);
/* Frees the map; nothing may be left. */
void table_fini(table *t);
void table_check(const table *t);

gm_header table_header(const table *t);
gm_stats table_stats(const table *t);

/* gm_kind_bits64 */
void put(table *t, uint64_t key, uint64_t elem);
bool get(table *t, uint64_t key, uint64_t *elem);
bool del(table *t, uint64_t key);
/* gm_kind_hashed_bits64 */
void put_hashed(table *t, uint64_t key, uint64_t hash, uint64_t elem);
bool has_hashed(table *t, uint64_t key, uint64_t hash);
bool del_hashed(table *t, uint64_t key, uint64_t hash);
/* gm_kind_float64 */
void put_float(table *t, double key, uint64_t elem);

/* The tophash bytes of a chain's bucket in the present array. */
typedef struct {
    uint8_t top[GM_BUCKET_CELLS];
    int64_t preallocated;
    bool found;
} bucket_look;
bucket_look look(const table *t, size_t chain, size_t position);

/* The next key of an iteration over 64-bit keys; false at the end. */
bool next_key(gm_iter *it, uint64_t *key);

#endif
