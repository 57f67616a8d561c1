/* hash.c: the hash of a run of bytes (see hash.h).  The bytes are read in host
 * order; layouts of seeded maps are the same on every little-endian machine. */
#include "hash.h"

#include <stddef.h>

static inline uint64_t
read8(const unsigned char *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof x);
    return x;
}

static inline uint64_t
read4(const unsigned char *p)
{
    uint32_t x;
    memcpy(&x, p, sizeof x);
    return x;
}

/* Up to 16 bytes as two words that together hold every byte. */
static void
read_short(const unsigned char *p, size_t n, uint64_t *a, uint64_t *b)
{
    if (n >= 8) {
        *a = read8(p);
        *b = read8(p + n - 8);
    }
    else if (n >= 4) {
        *a = read4(p);
        *b = read4(p + n - 4);
    }
    else if (n > 0) {
        *a = ((uint64_t)p[0] << 16) | ((uint64_t)p[n >> 1] << 8) | p[n - 1];
        *b = 0;
    }
    else {
        *a = *b = 0;
    }
}

uint64_t
gm_hash_bytes(const void *data, size_t n, uint64_t seed)
{
    const unsigned char *p = data;
    size_t left = n;
    uint64_t a, b;
    seed ^= gm_fold(seed ^ GM_WY0, GM_WY1);
    if (left > 48) {
        uint64_t lane1 = seed, lane2 = seed;
        for (; left > 48; p += 48, left -= 48) {
            seed = gm_fold(read8(p) ^ GM_WY1, read8(p + 8) ^ seed);
            lane1 = gm_fold(read8(p + 16) ^ GM_WY2, read8(p + 24) ^ lane1);
            lane2 = gm_fold(read8(p + 32) ^ GM_WY3, read8(p + 40) ^ lane2);
        }
        seed ^= lane1 ^ lane2;
    }
    for (; left > 16; p += 16, left -= 16) {
        seed = gm_fold(read8(p) ^ GM_WY1, read8(p + 8) ^ seed);
    }
    read_short(p, left, &a, &b);
    a ^= GM_WY1;
    b ^= seed;
    gm_multiply(&a, &b);
    return gm_fold(a ^ GM_WY0 ^ n, b ^ GM_WY1);
}
