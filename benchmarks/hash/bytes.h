/* bytes.h: hashes of a run of bytes under a seed, to choose from (see candidates.h).
 *
 * `present` is the engine's own.  `fnv` takes a byte at a time, `multiply` a word,
 * each waiting for the one before; `folded` takes two words a product, `lanes` six in
 * three products that do not wait for each other; `siphash13` is what CPython uses.
 */
#ifndef HASH_BYTES_H
#define HASH_BYTES_H

#include <stddef.h>

#include "candidates.h"

typedef uint64_t bytes_fn(const void *data, size_t n, uint64_t seed);

static inline uint64_t
word_at(const unsigned char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* The last n < 8 bytes. */
static inline uint64_t
rest_at(const unsigned char *p, size_t n)
{
    uint64_t word = 0;
    memcpy(&word, p, n);
    return word;
}

static uint64_t
bytes_fnv(const void *data, size_t n, uint64_t seed)
{
    const unsigned char *p = data;
    uint64_t h = seed ^ UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++) {
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    }
    return h;
}

static uint64_t
bytes_multiply(const void *data, size_t n, uint64_t seed)
{
    const unsigned char *p = data;
    uint64_t h = seed ^ n * ODD0;
    for (; n >= 8; p += 8, n -= 8) {
        h = (h ^ word_at(p)) * ODD1;
        h ^= h >> 32;
    }
    return murmur3(h, rest_at(p, n));
}

static uint64_t
bytes_siphash13(const void *data, size_t n, uint64_t seed)
{
    const unsigned char *p = data;
    uint64_t v[4], length = (uint64_t)n << 56;
    sip_begin(v, seed);
    for (; n >= 8; p += 8, n -= 8) {
        sip_word(v, word_at(p));
    }
    sip_word(v, length | rest_at(p, n));
    return sip_end(v);
}

/* Up to sixteen bytes, and what the bytes before them came to. */
static inline uint64_t
last_words(const unsigned char *p, size_t n, uint64_t h, size_t length)
{
    uint64_t a = n >= 8 ? word_at(p) : rest_at(p, n), b = n >= 8 ? word_at(p + n - 8) : 0;
    a ^= ODD1, b ^= h;
    gm_multiply(&a, &b);
    return gm_fold(a ^ ODD0 ^ length, b ^ ODD1);
}

static uint64_t
bytes_folded(const void *data, size_t n, uint64_t seed)
{
    const unsigned char *p = data;
    uint64_t h = gm_fold(seed ^ ODD0, ODD1);
    size_t length = n;
    for (; n > 16; p += 16, n -= 16) {
        h = gm_fold(word_at(p) ^ ODD1, word_at(p + 8) ^ h);
    }
    return last_words(p, n, h, length);
}

static uint64_t
bytes_lanes(const void *data, size_t n, uint64_t seed)
{
    const unsigned char *p = data;
    uint64_t h = gm_fold(seed ^ ODD0, ODD1), h1 = h ^ ODD0, h2 = h ^ ODD1;
    size_t length = n;
    for (; n > 48; p += 48, n -= 48) {
        h = gm_fold(word_at(p) ^ ODD1, word_at(p + 8) ^ h);
        h1 = gm_fold(word_at(p + 16) ^ ODD0, word_at(p + 24) ^ h1);
        h2 = gm_fold(word_at(p + 32) ^ GM_WY3, word_at(p + 40) ^ h2);
    }
    h ^= h1 + h2;
    for (; n > 16; p += 16, n -= 16) {
        h = gm_fold(word_at(p) ^ ODD1, word_at(p + 8) ^ h);
    }
    return last_words(p, n, h, length);
}

#endif
