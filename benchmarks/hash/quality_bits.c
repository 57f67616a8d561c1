/* quality_bits.c: what one flipped bit does.
 *
 * Avalanche: flipping any bit of the key, or of the seed, flips every bit of the
 * hash half the time.  Independence: no two bits of the hash flip together more, or
 * less, than half the time.  Keys are random, or small, or have only high bits set.
 */
#include <math.h>
#include <string.h>

#include "hash.h"
#include "patterns.h"
#include "quality.h"

#define WORDS 128 /* samples / 64 */
#define KINDS 3

/* 64 words as a matrix of bits, turned: bit j of word i becomes bit i of word j. */
static void
transpose(uint64_t m[64])
{
    uint64_t mask = UINT64_C(0xffffffff);
    for (unsigned step = 32; step != 0; step /= 2, mask ^= mask << step) {
        for (unsigned i = 0; i < 64; i = (i + step + 1) & ~step) {
            uint64_t swap = (m[i] >> step ^ m[i + step]) & mask;
            m[i] ^= swap << step;
            m[i + step] ^= swap;
        }
    }
}

/* A key without bit `in`: the same pair is not to be looked at from both ends. */
static uint64_t
sample_key(unsigned kind, unsigned in, uint64_t i, uint64_t *rng)
{
    uint64_t x = kind == 0 ? gm_splitmix(rng) >> 1 : kind == 1 ? i : i << 49;
    uint64_t low = x & ((UINT64_C(1) << in) - 1);
    return low | (x ^ low) << 1;
}

/* z of a count among n flips of a coin. */
static double
deviation(uint64_t count, double n)
{
    return fabs((double)count - n / 2) / (sqrt(n) / 2);
}

static unsigned
ones(const uint64_t *words)
{
    unsigned n = 0;
    for (unsigned i = 0; i < WORDS; i++) {
        n += (unsigned)__builtin_popcountll(words[i]);
    }
    return n;
}

/* How often each bit flipped, from its row; then each pair of rows. */
static void
see_rows(uint64_t rows[64][WORDS], hash_finding *flips, hash_finding *independence, unsigned in,
         uint64_t seed)
{
    uint64_t both[WORDS];
    for (unsigned j = 0; j < 64; j++) {
        finding_see(flips, deviation(ones(rows[j]), 64.0 * WORDS), "bit", in, seed);
        for (unsigned k = 0; independence != NULL && k < j; k++) {
            for (unsigned i = 0; i < WORDS; i++) {
                both[i] = rows[j][i] ^ rows[k][i];
            }
            finding_see(independence, deviation(ones(both), 64.0 * WORDS), "bit", in, seed);
        }
    }
}

static void
fill_rows(uint64_t rows[64][WORDS], const uint64_t differences[64], unsigned word)
{
    uint64_t block[64];
    memcpy(block, differences, sizeof block);
    transpose(block);
    for (unsigned j = 0; j < 64; j++) {
        rows[j][word] = block[j];
    }
}

/* Flips bit `in` of keys of one kind under one seed. */
static void
fill_block(hash_fn *hash, uint64_t rows[64][WORDS], unsigned in, uint64_t seed, uint64_t *rng)
{
    uint64_t block[64];
    for (uint64_t i = 0; i < 64 * WORDS; i++) {
        uint64_t x = sample_key(in / 64, in % 64, i, rng);
        block[i % 64] = hash(x, seed) ^ hash(x ^ UINT64_C(1) << in % 64, seed);
        if (i % 64 == 63) {
            fill_rows(rows, block, (unsigned)(i / 64));
        }
    }
}

void
check_avalanche(hash_fn *hash, hash_finding *flips, hash_finding *independence)
{
    static uint64_t rows[64][WORDS];
    uint64_t rng = 11;
    for (unsigned s = 0; s < 8; s++) {
        uint64_t seed = quality_seed(s);
        for (unsigned in = 0; in < 64 * KINDS; in++) {
            fill_block(hash, rows, in, seed, &rng);
            see_rows(rows, flips, s % 4 == 0 ? independence : NULL, in, seed);
        }
    }
}

void
check_special_seeds(hash_fn *hash, hash_finding *flips)
{
    static uint64_t rows[64][WORDS];
    uint64_t rng = 15;
    for (size_t i = 0; i < hash_constants_n * 4; i++) {
        const uint64_t away[] = {0, 1, UINT64_C(1) << 20, UINT64_C(1) << 63};
        uint64_t seed = hash_constants[i / 4] ^ away[i % 4];
        for (unsigned in = 0; in < 64 * KINDS; in += 3) {
            fill_block(hash, rows, in, seed, &rng);
            see_rows(rows, flips, NULL, in, seed);
        }
    }
}

void
check_seed_avalanche(hash_fn *hash, hash_finding *flips)
{
    static uint64_t rows[64][WORDS];
    uint64_t rng = 12, block[64];
    for (unsigned in = 0; in < 64 * KINDS; in++) {
        for (uint64_t i = 0; i < 64 * WORDS; i++) {
            uint64_t x = sample_key(in / 64, in % 64, i, &rng), seed = gm_splitmix(&rng);
            block[i % 64] = hash(x, seed) ^ hash(x, seed ^ UINT64_C(1) << in % 64);
            if (i % 64 == 63) {
                fill_rows(rows, block, (unsigned)(i / 64));
            }
        }
        see_rows(rows, flips, NULL, in, 0);
    }
}
