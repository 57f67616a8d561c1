/* quality_spread.c: how patterned keys fall into buckets.
 *
 * The figure is the number of pairs of keys that share a bucket: chi-square by
 * another name, and what makes chains long.  Of a random function it is normally
 * distributed, nearly; figures are in standard deviations.  A hash may be too even as
 * well as too clumsy: what is too even for one seed is clumsy for another.
 */
#include <math.h>
#include <string.h>

#include "patterns.h"
#include "quality.h"

#define BITS 14
#define KEYS ((uint64_t)13 << (BITS - 1)) /* 6.5 a bucket, as full as maps get */

static uint32_t buckets[1 << 22];

/* Pairs within a bucket, of n keys; `shift` and `bits` say which part of the hash. */
static double
pairs_of(const uint64_t *parts, uint64_t n, unsigned bits)
{
    uint64_t pairs = 0;
    memset(buckets, 0, sizeof *buckets << bits);
    for (uint64_t i = 0; i < n; i++) {
        pairs += buckets[parts[i]]++;
    }
    return (double)pairs;
}

static double
deviation_of(double pairs, uint64_t n, unsigned bits)
{
    double expected = (double)n * (double)(n - 1) / 2 / (double)(UINT64_C(1) << bits);
    return (pairs - expected) / sqrt(expected);
}

typedef struct {
    hash_finding *low, *top, *both, *probes;
} findings;

static void
see_family(hash_fn *hash, const hash_pattern *p, unsigned variant, uint64_t seed, findings *f)
{
    static uint64_t hashes[KEYS], parts[KEYS];
    uint64_t n = p->bits < 20 ? UINT64_C(1) << p->bits : KEYS;
    for (uint64_t i = 0; i < n; i++) {
        hashes[i] = hash(p->key(i, variant), seed);
        parts[i] = hashes[i] & ((1 << BITS) - 1);
    }
    double pairs = pairs_of(parts, n, BITS);
    double ideal = 1 + (double)(n - 1) / 2 / (1 << BITS);
    finding_see(f->low, fabs(deviation_of(pairs, n, BITS)), p->name, variant, seed);
    finding_see(f->probes, 100 * fabs((1 + pairs / (double)n) / ideal - 1), p->name, variant, seed);
    for (uint64_t i = 0; i < n; i++) {
        parts[i] = hashes[i] >> 56;
    }
    finding_see(f->top, fabs(deviation_of(pairs_of(parts, n, 8), n, 8)), p->name, variant, seed);
    for (uint64_t i = 0; i < n; i++) { /* what a lookup would have to compare */
        parts[i] = hashes[i] >> 56 << BITS | (hashes[i] & ((1 << BITS) - 1));
    }
    double same = deviation_of(pairs_of(parts, n, BITS + 8), n, BITS + 8);
    finding_see(f->both, fabs(same), p->name, variant, seed);
}

void
check_spread(hash_fn *hash, unsigned seeds, hash_finding *low, hash_finding *top,
             hash_finding *both, hash_finding *probes)
{
    findings f = {low, top, both, probes};
    for (const hash_pattern *p = hash_patterns; p->name != NULL; p++) {
        for (unsigned i = 0; i < p->variants * seeds; i++) {
            see_family(hash, p, i % p->variants, quality_seed(i / p->variants), &f);
        }
    }
}

/* Small maps: 104 keys in 16 buckets, over many seeds.  The pairs of one map say
 * little; their sum over the seeds, and their sum of squares, say whether maps are as
 * random functions make them. */
void
check_small_spread(hash_fn *hash, unsigned seeds, hash_finding *small)
{
    const uint64_t n = 104;
    const double expected = (double)(n * (n - 1) / 2) / 16, variance = expected * 15 / 16;
    for (const hash_pattern *p = hash_patterns; p->name != NULL; p++) {
        for (unsigned variant = 0; variant < p->variants; variant++) {
            double sum = 0, squares = 0;
            for (unsigned s = 0; s < seeds; s++) {
                uint64_t parts[104], seed = quality_seed(s + 8);
                for (uint64_t i = 0; i < n; i++) {
                    parts[i] = hash(p->key(i, variant), seed) & 15;
                }
                double away = pairs_of(parts, n, 4) - expected;
                sum += away;
                squares += away * away;
            }
            double mean = sum / sqrt(variance * seeds);
            /* a chi-square's kurtosis, 12 / 15, widens the sum of squares */
            double spread = (squares / variance - seeds) / sqrt(seeds * (2 + 12.0 / 15));
            finding_see(small, fmax(fabs(mean), fabs(spread)), p->name, variant, seeds);
        }
    }
}
