/* test_hash.c: is the hash good enough for buckets (low bits) and tophash (high)? */
#include <string.h>

#include "check.h"
#include "hash.h"

#define SEEDS 6

static uint64_t
seed_number(unsigned i)
{
    const uint64_t seeds[SEEDS] = {0, 1, UINT64_MAX, 0x9e3779b97f4a7c15, 42, (uint64_t)1 << 63};
    return seeds[i];
}

/* ---- avalanche: every input bit flips every output bit half the time -------------------- */

#define SAMPLES 4096

static void
check_flips(const unsigned flips[64])
{
    for (unsigned bit = 0; bit < 64; bit++) {
        CHECK(flips[bit] > SAMPLES * 44 / 100 && flips[bit] < SAMPLES * 56 / 100);
    }
}

static void
count_flips(unsigned flips[64], uint64_t difference)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        flips[bit] += difference >> bit & 1;
    }
}

static void
test_every_bit_of_a_number_counts(void)
{
    for (unsigned s = 0; s < SEEDS; s++) {
        uint64_t rng = 1;
        test_seed = seed_number(s);
        for (unsigned in = 0; in < 64; in++) {
            unsigned flips[64] = {0};
            for (unsigned i = 0; i < SAMPLES; i++) {
                uint64_t x = gm_splitmix(&rng);
                uint64_t h = gm_hash_u64(x, test_seed);
                count_flips(flips, h ^ gm_hash_u64(x ^ (uint64_t)1 << in, test_seed));
            }
            check_flips(flips);
        }
    }
}

static void
test_every_bit_of_the_seed_counts(void)
{
    uint64_t rng = 2;
    for (unsigned in = 0; in < 64; in++) {
        unsigned flips[64] = {0}, byte_flips[64] = {0};
        for (unsigned i = 0; i < SAMPLES; i++) {
            uint64_t x = gm_splitmix(&rng), seed = gm_splitmix(&rng);
            uint64_t other = seed ^ (uint64_t)1 << in;
            count_flips(flips, gm_hash_u64(x, seed) ^ gm_hash_u64(x, other));
            count_flips(byte_flips, gm_hash_bytes(&x, 8, seed) ^ gm_hash_bytes(&x, 8, other));
        }
        check_flips(flips);
        check_flips(byte_flips);
    }
}

static void
test_every_bit_of_every_byte_counts(void)
{
    const size_t lengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 48, 49, 64, 97, 150};
    unsigned char bytes[150];
    uint64_t rng = 3;
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        size_t n = lengths[l], step = n > 20 ? 7 : 1;
        for (size_t in = 0; in < 8 * n; in += step) {
            unsigned flips[64] = {0};
            for (unsigned i = 0; i < SAMPLES / 8; i++) {
                uint64_t seed = gm_splitmix(&rng);
                for (size_t k = 0; k < n; k++) {
                    bytes[k] = (unsigned char)gm_splitmix(&rng);
                }
                uint64_t h = gm_hash_bytes(bytes, n, seed);
                bytes[in / 8] ^= (unsigned char)(1u << in % 8);
                count_flips(flips, h ^ gm_hash_bytes(bytes, n, seed));
            }
            for (unsigned bit = 0; bit < 64; bit++) { /* 256 expected, 11 deviation */
                CHECK(flips[bit] > 180 && flips[bit] < 332);
            }
        }
    }
}

static void
test_length_counts(void)
{
    const unsigned char zeros[200] = {0};
    uint64_t hashes[200];
    for (size_t n = 0; n < 200; n++) {
        hashes[n] = gm_hash_bytes(zeros, n, 7);
        for (size_t i = 0; i < n; i++) {
            CHECK(hashes[i] != hashes[n]);
        }
    }
}

/* ---- distribution: the patterns that break weak hashes ----------------------------------- */

#define KEYS 16384
#define BUCKETS 1024

typedef uint64_t pattern(uint64_t i, unsigned variant);

static uint64_t
sequential(uint64_t i, unsigned variant)
{
    return i + ((uint64_t)variant << 40);
}

static uint64_t
strided(uint64_t i, unsigned variant)
{
    return i << (variant * 4 + 1);
}

static uint64_t
reversed(uint64_t i, unsigned variant)
{
    uint64_t r = 0;
    for (unsigned bit = 0; bit < 64; bit++) {
        r |= (i >> bit & 1) << (63 - bit);
    }
    return r ^ variant;
}

/* Python's hash() of all of these is the same. */
static uint64_t
multiples(uint64_t i, unsigned variant)
{
    return i % 8 * ((UINT64_C(1) << 61) - 1) + (i / 8 << (variant % 4));
}

static uint64_t
doubles(uint64_t i, unsigned variant)
{
    double x = (double)i * (variant + 0.5);
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Keys thrown into buckets by ten bits of their hash: chi-square near its mean
 * (1023, deviation 45; eight of them allowed, for a thousand cases). */
static void
check_spread(pattern *make, unsigned variant, uint64_t seed, unsigned shift, bool as_bytes)
{
    static unsigned counts[BUCKETS];
    memset(counts, 0, sizeof counts);
    for (uint64_t i = 0; i < KEYS; i++) {
        uint64_t key = make(i, variant);
        uint64_t h = as_bytes ? gm_hash_bytes(&key, 8, seed) : gm_hash_u64(key, seed);
        counts[h >> shift & (BUCKETS - 1)]++;
    }
    double chi = 0, expected = (double)KEYS / BUCKETS;
    for (unsigned b = 0; b < BUCKETS; b++) {
        chi += (counts[b] - expected) * (counts[b] - expected) / expected;
    }
    CHECK(chi > 1023 - 8 * 45 && chi < 1023 + 8 * 45);
}

static void
check_pattern(pattern *make, unsigned variants)
{
    for (unsigned variant = 0; variant < variants; variant++) {
        for (unsigned s = 0; s < SEEDS; s++) {
            test_seed = seed_number(s);
            check_spread(make, variant, test_seed, 0, false);
            check_spread(make, variant, test_seed, 54, false);
            check_spread(make, variant, test_seed, 0, true);
            check_spread(make, variant, test_seed, 54, true);
        }
    }
}

static void
test_sequences_and_strides_spread(void)
{
    check_pattern(sequential, 3);
    check_pattern(strided, 12); /* by 2 ... 2**45 */
}

static void
test_reversed_multiples_and_floats_spread(void)
{
    check_pattern(reversed, 2);
    check_pattern(multiples, 4);
    check_pattern(doubles, 4);
}

static void
test_zeros_hash_alike(void)
{
    CHECK_EQ(gm_hash_f64(0.0, 9), gm_hash_f64(-0.0, 9));
    CHECK(gm_hash_f64(1.0, 9) != gm_hash_f64(-1.0, 9));
}

static void
test_multiply_is_a_full_product(void)
{
    uint64_t a = UINT64_C(0xfedcba9876543210), b = UINT64_C(0x0f1e2d3c4b5a6978);
    gm_multiply(&a, &b);
    CHECK_EQ(a, UINT64_C(0x9aacd00449a00780));
    CHECK_EQ(b, UINT64_C(0xf0cf9d5a05a0299));
}

/* Both numbers of a pair, and which is which. */
static void
test_both_numbers_of_a_pair_count(void)
{
    uint64_t rng = 1;
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t x = gm_splitmix(&rng), y = gm_splitmix(&rng), seed = gm_splitmix(&rng);
        uint64_t hash = gm_hash_2u64(x, y, seed);
        CHECK(hash != gm_hash_2u64(y, x, seed));
        CHECK(hash != gm_hash_2u64(x + 1, y, seed) && hash != gm_hash_2u64(x, y + 1, seed));
        CHECK(hash != gm_hash_2u64(x, y, seed + 1));
    }
}

/* The first numbers that Steele, Lea and Flood's generator gives from these seeds. */
static void
test_the_stream_is_splitmix64(void)
{
    const uint64_t from_zero[] = {UINT64_C(0xe220a8397b1dcdaf), UINT64_C(0x6e789e6aa1b965f4),
                                  UINT64_C(0x06c45d188009454f)};
    const uint64_t from_1234567[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                     UINT64_C(9817491932198370423)};
    uint64_t a = 0, b = 1234567;
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(gm_splitmix(&a), from_zero[i]);
        CHECK_EQ(gm_splitmix(&b), from_1234567[i]);
    }
}

static const test_case cases[] = {
    {"both_numbers_of_a_pair_count", test_both_numbers_of_a_pair_count},
    {"the_stream_is_splitmix64", test_the_stream_is_splitmix64},
    {"every_bit_of_a_number_counts", test_every_bit_of_a_number_counts},
    {"every_bit_of_the_seed_counts", test_every_bit_of_the_seed_counts},
    {"every_bit_of_every_byte_counts", test_every_bit_of_every_byte_counts},
    {"length_counts", test_length_counts},
    {"sequences_and_strides_spread", test_sequences_and_strides_spread},
    {"reversed_multiples_and_floats_spread", test_reversed_multiples_and_floats_spread},
    {"zeros_hash_alike", test_zeros_hash_alike},
    {"multiply_is_a_full_product", test_multiply_is_a_full_product},
    {NULL, NULL},
};
const test_group hash_tests = {"hash", cases};
