/* quality_pairs.c: pairs of keys that collide whatever the seed is.
 *
 * Who does not know the seed may still know two keys whose hashes agree for many
 * seeds; with enough of them comes a flood.  Two ways of looking: known differences
 * between keys, each under thousands of seeds; and all pairs of a set of patterned
 * keys under a few, counting for how many seeds a pair agreed.
 */
#include <math.h>
#include <string.h>

#include "hash.h"
#include "patterns.h"
#include "quality.h"

#define SEEDS 4096
#define SET 2048
#define ROUNDS 32

/* ---- known differences ---------------------------------------------------------------- */

static double
excess(unsigned count, double expected)
{
    return ((double)count - expected) / sqrt(expected);
}

/* Do x and y agree in eight low bits, or in eight high ones, more than by chance? */
static void
see_difference(hash_fn *hash, uint64_t x, uint64_t y, hash_finding *f, const char *where,
               unsigned variant)
{
    uint64_t rng = 13;
    unsigned low = 0, top = 0;
    for (unsigned i = 0; x != y && i < SEEDS; i++) {
        uint64_t seed = gm_splitmix(&rng), d = hash(x, seed) ^ hash(y, seed);
        low += (d & 0xff) == 0;
        top += d >> 56 == 0;
    }
    finding_see(f, fmax(excess(low, SEEDS / 256.0), excess(top, SEEDS / 256.0)), where, variant, x);
}

static void
see_differences(hash_fn *hash, uint64_t x, hash_finding *f)
{
    for (unsigned a = 0; a < 64; a++) {
        uint64_t bit = UINT64_C(1) << a;
        see_difference(hash, x, x ^ bit, f, "one bit", a);
        see_difference(hash, x, x + bit, f, "plus 2**k", a);
        see_difference(hash, x, x - bit, f, "minus 2**k", a);
        see_difference(hash, x, x << a | x >> ((64 - a) % 64), f, "turned", a);
        see_difference(hash, x, x + a * ((UINT64_C(1) << 61) - 1), f, "plus k(2**61-1)", a);
        for (unsigned b = 0; b < a; b++) {
            see_difference(hash, x, x ^ bit ^ UINT64_C(1) << b, f, "two bits", a * 64 + b);
        }
    }
    see_difference(hash, x, ~x, f, "all bits", 0);
    see_difference(hash, x, 0 - x, f, "negated", 0);
    see_difference(hash, x, __builtin_bswap64(x), f, "bytes turned", 0);
}

/* ---- all pairs of a set ------------------------------------------------------------------ */

/* Adds one to the count of every pair whose hashes end in the same eight bits. */
static void
count_agreeing(const uint8_t *ends, uint8_t (*agreed)[SET])
{
    static uint16_t of_end[256][SET];
    unsigned n[256] = {0};
    for (unsigned i = 0; i < SET; i++) {
        unsigned end = ends[i];
        for (unsigned k = 0; k < n[end]; k++) {
            agreed[i][of_end[end][k]]++;
        }
        of_end[end][n[end]++] = (uint16_t)i;
    }
}

static void
see_set(hash_fn *hash, const hash_pattern *p, unsigned variant, hash_finding *f)
{
    static uint8_t agreed[SET][SET], ends[SET];
    uint64_t rng = 14;
    unsigned most = 0;
    memset(agreed, 0, sizeof agreed);
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t seed = gm_splitmix(&rng);
        for (unsigned i = 0; i < SET; i++) {
            ends[i] = (uint8_t)hash(p->key(i, variant), seed);
        }
        count_agreeing(ends, agreed);
    }
    for (unsigned i = 0; i < SET; i++) {
        for (unsigned k = 0; k < i; k++) {
            most = agreed[i][k] > most ? agreed[i][k] : most;
        }
    }
    finding_see(f, most, p->name, variant, 0);
}

void
check_pairs(hash_fn *hash, hash_finding *differences, hash_finding *repeated)
{
    const uint64_t from[] = {0, UINT64_C(0xa0761d6478bd642f), UINT64_C(0x0123456789abcdef)};
    for (unsigned i = 0; i < sizeof from / sizeof *from; i++) {
        see_differences(hash, from[i], differences);
    }
    for (const hash_pattern *p = hash_patterns; p->name != NULL; p++) {
        for (unsigned variant = 0; variant < p->variants; variant += 1 + p->variants / 4) {
            see_set(hash, p, variant, repeated);
        }
    }
}
