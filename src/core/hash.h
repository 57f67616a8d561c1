/* hash.h: seeded 64-bit hashing by value.
 *
 * Owns: the functions that turn a number or bytes and a seed into 64 bits, after
 * wyhash (Wang Yi, public domain): two 64x64 -> 128-bit multiplications for a
 * number, one a word for bytes.  A map's buckets come from the low bits and its
 * tophash bytes from the high ones, so all bits count.  Chosen by measurement among
 * those that pass the checks of benchmarks/bench_hash.py.
 *
 * Refuses: to be a MAC.  The seed keeps keys chosen without knowing it from
 * colliding; it is not a secret once hash0 has been shown.
 */
#ifndef GM_HASH_H
#define GM_HASH_H

#include <stdint.h>
#include <string.h>

#if defined(_MSC_VER) && defined(_M_X64)
#include <intrin.h>
#endif

#define GM_WY0 UINT64_C(0xa0761d6478bd642f)
#define GM_WY1 UINT64_C(0xe7037ed1a0b428db)
#define GM_WY2 UINT64_C(0x8ebc6af09c88c6e3)
#define GM_WY3 UINT64_C(0x589965cc75374cc3)

/* The 128-bit product of a and b, low half in *a, high half in *b. */
static inline void
gm_multiply(uint64_t *a, uint64_t *b)
{
#if defined(__SIZEOF_INT128__) && !defined(GM_PLAIN_C)
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)*a * *b;
    *a = (uint64_t)product;
    *b = (uint64_t)(product >> 64);
#elif defined(_MSC_VER) && defined(_M_X64)
    *a = _umul128(*a, *b, b);
#else
    uint64_t ah = *a >> 32, al = (uint32_t)*a, bh = *b >> 32, bl = (uint32_t)*b;
    uint64_t low = al * bl, mid1 = ah * bl, mid2 = al * bh;
    uint64_t carry = ((low >> 32) + (uint32_t)mid1 + (uint32_t)mid2) >> 32;
    *a = low + (mid1 << 32) + (mid2 << 32);
    *b = ah * bh + (mid1 >> 32) + (mid2 >> 32) + carry;
#endif
}

/* The two halves of the product, folded. */
static inline uint64_t
gm_fold(uint64_t a, uint64_t b)
{
    gm_multiply(&a, &b);
    return a ^ b;
}

#define GM_ODD0 UINT64_C(0x9e3779b97f4a7c15) /* 2**64 / the golden ratio */
#define GM_ODD1 UINT64_C(0xd6e8feb86659fd93)

/* The hash of a 64-bit number: two products.  The seed is added to the key, not
 * multiplied with it, so that none makes a product small. */
static inline uint64_t
gm_hash_u64(uint64_t x, uint64_t seed)
{
    uint64_t a = x ^ seed, b = GM_ODD0;
    gm_multiply(&a, &b);
    return gm_fold(a ^ GM_ODD1, b ^ GM_ODD1);
}

/* The hash of a pair of 64-bit numbers. */
static inline uint64_t
gm_hash_2u64(uint64_t x, uint64_t y, uint64_t seed)
{
    return gm_hash_u64(y, gm_hash_u64(x, seed));
}

/* The hash of an IEEE number: -0.0 as 0.0.  A NaN's is the caller's to draw. */
static inline uint64_t
gm_hash_f64(double x, uint64_t seed)
{
    uint64_t bits;
    x += 0.0; /* -0.0 + 0.0 is 0.0 */
    memcpy(&bits, &x, sizeof bits);
    return gm_hash_u64(bits, seed);
}

/* The hash of n bytes. */
uint64_t gm_hash_bytes(const void *data, size_t n, uint64_t seed);

/* What a step of SplitMix64 adds to the state. */
#define GM_SPLITMIX_STEP UINT64_C(0x9E3779B97F4A7C15)

/* One step of SplitMix64 (Steele, Lea, Flood 2014): advances the state. */
static inline uint64_t
gm_splitmix(uint64_t *state)
{
    uint64_t z = (*state += GM_SPLITMIX_STEP);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

#endif
