/* patterns.h: families of keys that have broken hashes before. */
#ifndef HASH_PATTERNS_H
#define HASH_PATTERNS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;
    /* Key i of the family; different i < 2**20 make different keys. */
    uint64_t (*key)(uint64_t i, unsigned variant);
    unsigned variants;
    unsigned bits; /* only i < 2**bits make sense */
} hash_pattern;

/* A NULL name ends them. */
extern const hash_pattern hash_patterns[];

/* What the candidates multiply with and add. */
extern const uint64_t hash_constants[];
extern const size_t hash_constants_n;

#endif
