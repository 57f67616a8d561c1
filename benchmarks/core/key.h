/* key.h: what a key is: with TEXT_KEYS a string header, or else a number; and by whom
 * it is compiled.  C and C++. */
#ifndef BENCH_KEY_H
#define BENCH_KEY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __clang__
#define BENCH_COMPILER __VERSION__
#else
#define BENCH_COMPILER "gcc " __VERSION__
#endif

#ifdef TEXT_KEYS

#define BENCH_DIGITS 16

#ifdef __cplusplus
#include <string_view>
typedef std::string_view bench_key;
#else
typedef struct {
    const char *data;
    size_t size;
} bench_key;
#endif

static inline bench_key
bench_text(const char *digits)
{
    bench_key key = {digits, BENCH_DIGITS};
    return key;
}

/* What an entry adds to the sum of an iteration: its digits are not looked at. */
static inline uint64_t
bench_weight(const bench_key *key, int64_t elem)
{
#ifdef __cplusplus
    return key->size() + (uint64_t)elem;
#else
    return key->size + (uint64_t)elem;
#endif
}

#else

typedef int64_t bench_key;

static inline uint64_t
bench_weight(const bench_key *key, int64_t elem)
{
    return (uint64_t)*key + (uint64_t)elem;
}

#endif
#endif
