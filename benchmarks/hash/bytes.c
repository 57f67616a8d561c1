/* bytes.c: how fast, and how good, are hashes of bytes?
 *
 *   bytes speed rounds     lines of side <tab> work <tab> n <tab> ns per key
 *   bytes side work n      does it 4096 times and says nothing: for counting instructions
 *   bytes twice side work n  the same 8192 times
 *   bytes quality          lines as quality.c's
 *
 * Works: `chain`, every key's first bytes are the hash before; `stream`.
 */
#define _POSIX_C_SOURCE 200809L

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bytes.h"

static const struct {
    const char *name;
    bytes_fn *hash;
} sides[] = {{"present", gm_hash_bytes},   {"lanes", bytes_lanes},         {"folded", bytes_folded},
             {"multiply", bytes_multiply}, {"siphash13", bytes_siphash13}, {"fnv", bytes_fnv}};
#define SIDES (sizeof sides / sizeof *sides)

static const size_t lengths[] = {8, 16, 64, 1024};
#define LENGTHS (sizeof lengths / sizeof *lengths)
#define CALLS 4096
#define SAMPLES 4096
#define KEYS 106496 /* 6.5 * 2**14 */

static unsigned char text[4096];
static volatile uint64_t sink;

/* ---- speed ------------------------------------------------------------------------------ */

static void
work(bytes_fn *hash, bool chained, size_t n, unsigned calls)
{
    uint64_t h = 0, seed = sink;
    for (unsigned i = 0; i < calls; i++) {
        unsigned char *key = text + i % 64 * 8;
        if (chained) {
            memcpy(key, &h, sizeof h);
            h = hash(key, n, seed);
        }
        else {
            h += hash(key, n, seed);
        }
    }
    sink += h;
}

static double
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void
time_all(int rounds, bool chained, size_t n)
{
    for (int round = 0; round <= rounds; round++) {
        for (size_t i = 0; i < SIDES; i++) {
            size_t s = round % 2 ? i : SIDES - 1 - i;
            double start = now();
            work(sides[s].hash, chained, n, CALLS);
            double ns = (now() - start) / CALLS;
            if (round > 0) {
                printf("%s\t%s\t%zu\t%.4f\n", sides[s].name, chained ? "chain" : "stream", n, ns);
            }
        }
    }
}

/* ---- quality ------------------------------------------------------------------------------ */

static void
tell(const char *side, const char *check, double worst, double most, unsigned failed,
     unsigned cases, const char *where)
{
    printf("%s\t%s\t%.2f\t%.1f\t%u\t%u\t%s\n", side, check, worst, most, failed, cases, where);
}

/* How often each bit of the hash flips when bit `in` of random keys does. */
static void
count_flips(bytes_fn *hash, size_t n, size_t in, uint64_t *rng, unsigned flips[64])
{
    unsigned char key[128];
    memset(flips, 0, 64 * sizeof *flips);
    for (unsigned i = 0; i < SAMPLES; i++) {
        for (size_t k = 0; k < n; k += 8) {
            uint64_t word = gm_splitmix(rng);
            memcpy(key + k, &word, 8);
        }
        uint64_t seed = i, h = hash(key, n, seed);
        key[in / 8] ^= (unsigned char)(1u << in % 8);
        h ^= hash(key, n, seed);
        for (unsigned bit = 0; bit < 64; bit++) {
            flips[bit] += h >> bit & 1;
        }
    }
}

static void
check_avalanche(size_t side)
{
    const size_t tried[] = {1, 3, 4, 7, 8, 9, 15, 16, 17, 33, 49, 64, 100};
    char where[64] = "";
    uint64_t rng = 1;
    double worst = 0;
    unsigned failed = 0, cases = 0, flips[64];
    for (size_t l = 0; l < sizeof tried / sizeof *tried; l++) {
        for (size_t in = 0; in < 8 * tried[l]; in++) {
            count_flips(sides[side].hash, tried[l], in, &rng, flips);
            for (unsigned bit = 0; bit < 64; bit++) {
                double z = fabs(flips[bit] - SAMPLES / 2.0) / (sqrt(SAMPLES) / 2);
                cases++, failed += z > 6;
                if (z > worst) {
                    worst = z;
                    snprintf(where, sizeof where, "length %zu, bit %zu", tried[l], in);
                }
            }
        }
    }
    tell(sides[side].name, "avalanche", worst, 6, failed, cases, where);
}

/* Key i of a family, into `key`; its length. */
static size_t
make_key(unsigned family, unsigned i, unsigned char *key)
{
    char digits[16];
    memset(key, 'x', 64);
    snprintf(digits, sizeof digits, "%08u", i);
    switch (family) {
    case 0: /* digits alone */
        memcpy(key, digits, 8);
        return 8;
    case 1: /* a shared prefix */
        memcpy(key + 40, digits, 8);
        return 48;
    case 2: /* a shared suffix */
        memcpy(key, digits, 8);
        return 64;
    case 3: /* in the middle of both */
        memcpy(key + 13, digits, 8);
        return 37;
    case 4: /* two bits among zeros */
        memset(key, 0, 64);
        key[i % 224 / 8] = (unsigned char)(1u << i % 8);
        key[28 + i / 224 % 280 / 8] = (unsigned char)(1u << i / 224 % 8);
        key[63] = (unsigned char)(i / (224u * 280u));
        return 64;
    case 5: /* the same words in both halves of a pair */
        memcpy(key, &i, 4);
        memcpy(key + 8, &i, 4);
        return 16;
    default: /* a top bit, and in the next word what one product makes of it */
        key[7] ^= (unsigned char)(i % 2 << 7);
        key[11] ^= (unsigned char)(i % 2 << 7);
        key[15] ^= (unsigned char)(i % 2 << 7);
        memcpy(key + 16, &i, 4);
        key[16] |= 1;
        return 24;
    }
}

#define FAMILIES 7

/* Pairs in one bucket of 2**14, and per cent off the ideal probes; see quality_spread.c. */
static void
check_spread(size_t side)
{
    static unsigned buckets[1 << 14];
    const double expected = (double)KEYS * (KEYS - 1) / 2 / (1 << 14);
    double worst = 0, probes = 0;
    char where[64] = "";
    unsigned failed = 0, cases = 0, probes_failed = 0;
    for (unsigned c = 0; c < FAMILIES * 8 * 2; c++) {
        unsigned family = c % FAMILIES, shift = c / FAMILIES % 2 ? 50 : 0, seed = c / FAMILIES / 2;
        unsigned char key[64];
        double pairs = 0;
        memset(buckets, 0, sizeof buckets);
        for (unsigned i = 0; i < KEYS; i++) {
            size_t n = make_key(family, i, key);
            pairs += buckets[sides[side].hash(key, n, seed) >> shift & ((1 << 14) - 1)]++;
        }
        double z = fabs(pairs - expected) / sqrt(expected);
        double off = 100 * fabs((pairs - expected) / KEYS) / (1 + expected / KEYS);
        cases++, failed += z > 6.5, probes_failed += off > 2;
        probes = off > probes ? off : probes;
        if (z > worst) {
            worst = z;
            snprintf(where, sizeof where, "family %u, shift %u, seed %u", family, shift, seed);
        }
    }
    tell(sides[side].name, "spread", worst, 6.5, failed, cases, where);
    tell(sides[side].name, "probes", probes, 2, probes_failed, cases, "");
}

/* For how many of 32 seeds do the same two of 2048 keys agree in eight bits? */
static void
check_repeated(size_t side)
{
    static uint8_t ends[32][2048];
    unsigned most = 0, failed = 0;
    for (unsigned family = 0; family < FAMILIES; family++) {
        for (unsigned seed = 0; seed < 32; seed++) {
            for (unsigned i = 0; i < 2048; i++) {
                unsigned char key[64];
                size_t n = make_key(family, i, key);
                ends[seed][i] = (uint8_t)sides[side].hash(key, n, seed * ODD0);
            }
        }
        for (unsigned i = 0; i < 2048; i++) {
            for (unsigned k = 0; k < i; k++) {
                unsigned agreed = 0;
                for (unsigned seed = 0; seed < 32; seed++) {
                    agreed += ends[seed][i] == ends[seed][k];
                }
                most = agreed > most ? agreed : most;
                failed += agreed > 8;
            }
        }
    }
    tell(sides[side].name, "repeated", most, 8, failed, FAMILIES * 2048 * 2047 / 2, "");
}

static int
count_for(const char *side, const char *name, const char *n, unsigned calls)
{
    for (size_t s = 0; s < SIDES; s++) {
        if (strcmp(sides[s].name, side) == 0) {
            work(sides[s].hash, *name == 'c', strtoul(n, NULL, 10), calls);
            return 0;
        }
    }
    return 2;
}

int
main(int argc, char **argv)
{
    if (argc == 3) {
        for (size_t l = 0; l < LENGTHS; l++) {
            time_all(atoi(argv[2]), true, lengths[l]);
            time_all(atoi(argv[2]), false, lengths[l]);
        }
        return 0;
    }
    for (size_t s = 0; argc == 2 && s < SIDES; s++) {
        check_avalanche(s);
        check_spread(s);
        check_repeated(s);
    }
    return argc == 4   ? count_for(argv[1], argv[2], argv[3], CALLS)
           : argc == 5 ? count_for(argv[2], argv[3], argv[4], 2 * CALLS)
                       : argc != 2;
}
