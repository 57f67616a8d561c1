/* quality.h: what quality.c asks of every candidate; see quality_*.c. */
#ifndef HASH_QUALITY_H
#define HASH_QUALITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t hash_fn(uint64_t x, uint64_t seed);

/* A check's worst figure, in a unit in which a random function stays below `most`,
 * and where it was met. */
typedef struct {
    const char *check;
    double worst, most;
    char where[64];
    size_t cases, failed; /* looked at; above `most` */
} hash_finding;

/* Puts one case's figure into the finding. */
void finding_see(hash_finding *f, double figure, const char *where, unsigned variant,
                 uint64_t seed);

/* Seeds that everything is tried with: simple ones first, then random ones. */
uint64_t quality_seed(unsigned i);

void check_avalanche(hash_fn *hash, hash_finding *flips, hash_finding *independence);
void check_seed_avalanche(hash_fn *hash, hash_finding *flips);
/* Avalanche under seeds that lie beside constants of the candidates. */
void check_special_seeds(hash_fn *hash, hash_finding *flips);
void check_spread(hash_fn *hash, unsigned seeds, hash_finding *low, hash_finding *top,
                  hash_finding *both, hash_finding *probes);
void check_small_spread(hash_fn *hash, unsigned seeds, hash_finding *small);
void check_pairs(hash_fn *hash, hash_finding *differences, hash_finding *repeated);

#endif
