/* candidates.h: hashes of a 64-bit number under a 64-bit seed, to choose from.
 *
 * Owns: the candidates, each a few lines, written for this comparison.  `present`
 * is the engine's own, whatever src/core/hash.h says it is.  The rest is known by
 * its idea: one 64x64 -> 128-bit product folded (fold*), two (twice*), xorshifts and
 * multiplications (murmur3, moremur, splitmix, xxh3), a cipher's rounds (siphash13,
 * aes*), a checksum (crc32).  `fibonacci` is known to be too weak and shows
 * that the checks see it.
 *
 * Refuses: dispatch at run time.  aes* and crc32 are compiled for processors that
 * have the instructions; a build for every x86-64 would add a branch to each call.
 */
#ifndef HASH_CANDIDATES_H
#define HASH_CANDIDATES_H

#include "hash.h"

#if defined(__AES__) || defined(__SSE4_2__)
#include <immintrin.h>
#endif

#define ODD0 UINT64_C(0x9e3779b97f4a7c15) /* 2**64 / golden ratio */
#define ODD1 UINT64_C(0xd6e8feb86659fd93)

static inline uint64_t
turn(uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

static inline uint64_t
fibonacci(uint64_t x, uint64_t seed)
{
    return (x ^ seed) * ODD0;
}

static inline uint64_t
present(uint64_t x, uint64_t seed)
{
    return gm_hash_u64(x, seed);
}

/* ---- one product ------------------------------------------------------------------- */

static inline uint64_t
fold(uint64_t x, uint64_t seed)
{
    return gm_fold(x ^ seed, ODD0);
}

static inline uint64_t
fold_by_seed(uint64_t x, uint64_t seed)
{
    return gm_fold(x ^ ODD0, seed | 1);
}

static inline uint64_t
fold_shift(uint64_t x, uint64_t seed)
{
    uint64_t h = gm_fold(x ^ seed, ODD0);
    return h ^ h >> 32;
}

static inline uint64_t
fold_multiply(uint64_t x, uint64_t seed)
{
    uint64_t h = gm_fold(x ^ seed, ODD0) * ODD1;
    return h ^ h >> 32;
}

static inline uint64_t
fold_swap(uint64_t x, uint64_t seed)
{
    return __builtin_bswap64(gm_fold(x ^ seed, ODD0) * ODD1);
}

/* The number times itself, half turned. */
static inline uint64_t
fold_self(uint64_t x, uint64_t seed)
{
    x ^= seed;
    return gm_fold(x, turn(x, 32) ^ ODD0);
}

static inline uint64_t
fold_self_shift(uint64_t x, uint64_t seed)
{
    uint64_t h = fold_self(x, seed);
    return h ^ turn(h, 25) ^ turn(h, 47);
}

/* ---- two products ------------------------------------------------------------------ */

/* wyhash's: the seed is a factor of the first. */
static inline uint64_t
twice_by_seed(uint64_t x, uint64_t seed)
{
    uint64_t a = x ^ ODD0, b = seed ^ ODD1;
    b += b == 0; /* one seed in 2**64 would give every key the same product */
    gm_multiply(&a, &b);
    return gm_fold(a ^ ODD0, b ^ ODD1);
}

/* The seed is added to the key: none can make a product small, none needs a check. */
static inline uint64_t
twice(uint64_t x, uint64_t seed)
{
    uint64_t a = x ^ seed, b = ODD0;
    gm_multiply(&a, &b);
    return gm_fold(a ^ ODD1, b ^ ODD1);
}

/* The same without the constants in between, folded instead. */
static inline uint64_t
twice_folded(uint64_t x, uint64_t seed)
{
    return gm_fold(gm_fold(x ^ seed, ODD0), ODD1);
}

/* ---- xorshifts and multiplications -------------------------------------------------- */

static inline uint64_t
murmur3(uint64_t x, uint64_t seed)
{
    x ^= seed;
    x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

static inline uint64_t
moremur(uint64_t x, uint64_t seed)
{
    x ^= seed;
    x = (x ^ x >> 27) * UINT64_C(0x3c79ac492ba7b653);
    x = (x ^ x >> 33) * UINT64_C(0x1c69b3f74ac4ae35);
    return x ^ x >> 27;
}

static inline uint64_t
splitmix(uint64_t x, uint64_t seed)
{
    x ^= seed;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* What XXH3 makes of eight bytes. */
static inline uint64_t
xxh3(uint64_t x, uint64_t seed)
{
    const uint64_t prime = UINT64_C(0x9fb21c651e98df25);
    seed ^= (uint64_t)__builtin_bswap32((uint32_t)seed) << 32;
    x = turn(x, 32) ^ (UINT64_C(0xc73ab174c5ecd5a2) - seed);
    x = (x ^ turn(x, 49) ^ turn(x, 24)) * prime;
    x = (x ^ ((x >> 35) + 8)) * prime;
    return x ^ x >> 28;
}

/* ---- rounds of ciphers --------------------------------------------------------------- */

static inline void
sip_round(uint64_t v[4])
{
    v[0] += v[1], v[2] += v[3];
    v[1] = turn(v[1], 13) ^ v[0], v[3] = turn(v[3], 16) ^ v[2];
    v[0] = turn(v[0], 32);
    v[2] += v[1], v[0] += v[3];
    v[1] = turn(v[1], 17) ^ v[2], v[3] = turn(v[3], 21) ^ v[0];
    v[2] = turn(v[2], 32);
}

static inline void
sip_begin(uint64_t v[4], uint64_t seed)
{
    v[0] = seed ^ UINT64_C(0x736f6d6570736575);
    v[1] = ODD1 ^ UINT64_C(0x646f72616e646f6d);
    v[2] = seed ^ UINT64_C(0x6c7967656e657261);
    v[3] = ODD1 ^ UINT64_C(0x7465646279746573);
}

static inline void
sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

static inline uint64_t
sip_end(uint64_t v[4])
{
    v[2] ^= 0xff;
    sip_round(v), sip_round(v), sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static inline uint64_t
siphash13(uint64_t x, uint64_t seed)
{
    uint64_t v[4];
    sip_begin(v, seed);
    sip_word(v, x);
    sip_word(v, UINT64_C(8) << 56);
    return sip_end(v);
}

#if defined(__AES__)
static inline uint64_t
aes_rounds(uint64_t x, uint64_t seed, int rounds)
{
    __m128i key = _mm_set_epi64x((int64_t)ODD1, (int64_t)seed);
    __m128i state = _mm_xor_si128(_mm_set1_epi64x((int64_t)x), key);
    for (int i = 0; i < rounds; i++) {
        state = _mm_aesenc_si128(state, key);
    }
    return (uint64_t)_mm_cvtsi128_si64(state);
}

static inline uint64_t
aes2(uint64_t x, uint64_t seed)
{
    return aes_rounds(x, seed, 2);
}

static inline uint64_t
aes3(uint64_t x, uint64_t seed)
{
    return aes_rounds(x, seed, 3);
}
#endif

#if defined(__SSE4_2__)
static inline uint64_t
crc32(uint64_t x, uint64_t seed)
{
    uint64_t low = _mm_crc32_u64(seed, x), high = _mm_crc32_u64(seed >> 32, turn(x, 32));
    return (low | high << 32) * ODD0;
}
#endif

#endif
