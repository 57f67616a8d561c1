/* side.h: what side.c makes of each candidate, and the list of them. */
#ifndef HASH_SIDE_H
#define HASH_SIDE_H

#include <stddef.h>
#include <stdint.h>

#include "gomap.h"

typedef struct {
    const char *name;
    uint64_t (*hash)(uint64_t x, uint64_t seed);
    /* Hashes n keys, each with the hash before it; their sum. */
    uint64_t (*chain)(const uint64_t *keys, size_t n, uint64_t seed);
    /* Hashes n keys, independently. */
    uint64_t (*stream)(const uint64_t *keys, size_t n, uint64_t seed);
    /* The engine's kind of 64-bit keys, with this hash. */
    const gm_kind *kind;
} hash_side;

/* All of them, NULL at the end; written by the script that builds this. */
extern const hash_side *const hash_sides[];

#endif
