/* patterns.c: see patterns.h.  Every family of TARGETS.md's section 5, and those
 * that aim at products: keys around a candidate's own constants. */
#include "patterns.h"

#include <string.h>

#define M61 ((UINT64_C(1) << 61) - 1)

static uint64_t
bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static uint64_t
draw(uint64_t i, unsigned variant)
{
    uint64_t z = (i + 1 + ((uint64_t)variant << 32)) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t
sequential(uint64_t i, unsigned variant)
{
    const uint64_t from[] = {0, UINT64_C(1) << 32, UINT64_MAX - 1000, UINT64_C(1) << 63};
    return i + from[variant % 4];
}

static uint64_t
negative(uint64_t i, unsigned variant)
{
    return 0 - (i << variant);
}

static uint64_t
strided(uint64_t i, unsigned variant)
{
    return i << variant;
}

static uint64_t
nearly_strided(uint64_t i, unsigned variant)
{
    return i * ((UINT64_C(1) << (variant + 1)) + (variant % 2 ? 1 : UINT64_MAX));
}

static uint64_t
reverse(uint64_t i)
{
    uint64_t r = 0;
    for (unsigned bit = 0; bit < 64; bit++) {
        r |= (i >> bit & 1) << (63 - bit);
    }
    return r;
}

static uint64_t
reversed(uint64_t i, unsigned variant)
{
    return reverse(i) | variant;
}

static uint64_t
bytes_reversed(uint64_t i, unsigned variant)
{
    return __builtin_bswap64(i << variant);
}

static uint64_t
multiples(uint64_t i, unsigned variant)
{
    return i * M61 + variant;
}

/* Python's hash() of eight in turn is the same. */
static uint64_t
equal_hashes(uint64_t i, unsigned variant)
{
    return i % 8 * M61 + (i / 8 << variant);
}

static uint64_t
whole_floats(uint64_t i, unsigned variant)
{
    return bits_of((double)i * (double)(UINT64_C(1) << variant));
}

static uint64_t
fractions(uint64_t i, unsigned variant)
{
    return bits_of((double)i / (variant ? 10.0 : 8.0));
}

static uint64_t
negative_floats(uint64_t i, unsigned variant)
{
    (void)variant; /* i = 0 is -0.0, which maps hash as 0.0: here its own bits */
    return bits_of(-(double)i);
}

static uint64_t
high_bits(uint64_t i, unsigned variant)
{
    return i << 44 | variant;
}

static uint64_t
few_bits(uint64_t i, unsigned variant)
{
    /* i in base 64: the places of up to four bits; the base's digits sorted apart */
    uint64_t key = 0;
    for (unsigned place = 0; place < 4; place++, i /= 16) {
        key |= UINT64_C(1) << ((place * 16 + i % 16 + variant) % 64);
    }
    return key;
}

static uint64_t
most_bits(uint64_t i, unsigned variant)
{
    return ~few_bits(i, variant);
}

static uint64_t
gray(uint64_t i, unsigned variant)
{
    return (i ^ i >> 1) << variant;
}

static uint64_t
pointers(uint64_t i, unsigned variant)
{
    return UINT64_C(0x7f3a5c000000) + (i << (4 + variant));
}

/* A grid: two small numbers, one in each half. */
static uint64_t
pairs(uint64_t i, unsigned variant)
{
    return (i & 1023) << (variant ? 40 : 32) | i >> 10;
}

/* Digits and letters as bytes of a word. */
static uint64_t
text(uint64_t i, unsigned variant)
{
    uint64_t key = 0;
    for (unsigned byte = 0; byte < 8; byte++, i /= 10) {
        key |= (uint64_t)('0' + i % 10) << 8 * (variant ? byte : 7 - byte);
    }
    return key;
}

const uint64_t hash_constants[] = {UINT64_C(0xa0761d6478bd642f), UINT64_C(0xe7037ed1a0b428db),
                                   UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xd6e8feb86659fd93),
                                   UINT64_C(0xc73ab174c5ecd5a2), UINT64_C(0x9fb21c651e98df25)};
#define CONSTANTS (sizeof hash_constants / sizeof *hash_constants)
const size_t hash_constants_n = CONSTANTS;

static uint64_t
around(uint64_t i, unsigned variant)
{
    uint64_t c = hash_constants[variant / 3 % CONSTANTS];
    return c ^ (variant % 3 == 0 ? i : variant % 3 == 1 ? i << 32 : i << 44);
}

static uint64_t
random_keys(uint64_t i, unsigned variant)
{
    return draw(i, variant);
}

const hash_pattern hash_patterns[] = {
    {"random", random_keys, 4, 20},
    {"sequential", sequential, 4, 20},
    {"negative", negative, 40, 20},
    {"strided by 2**k", strided, 45, 20},
    {"strided by 2**k +- 1", nearly_strided, 60, 20},
    {"bit-reversed", reversed, 3, 20},
    {"byte-reversed", bytes_reversed, 44, 20},
    {"multiples of 2**61 - 1", multiples, 2, 20},
    {"equal Python hashes", equal_hashes, 32, 20},
    {"whole floats", whole_floats, 40, 20},
    {"fractions", fractions, 2, 20},
    {"negative floats", negative_floats, 1, 20},
    {"high bits only", high_bits, 2, 20},
    {"four bits set", few_bits, 8, 16},
    {"four bits clear", most_bits, 8, 16},
    {"Gray codes", gray, 44, 20},
    {"pointers", pointers, 9, 20},
    {"pairs", pairs, 2, 20},
    {"digits as text", text, 2, 20},
    {"around constants", around, 3 * CONSTANTS, 20},
    {NULL, NULL, 0, 0},
};
