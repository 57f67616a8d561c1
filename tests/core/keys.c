/* keys.c: see keys.h. */
#include "keys.h"

#include <math.h>
#include <string.h>

#include "hash.h"

const char *const hash_mode_names[HASH_MODES] = {"good", "constant", "low bits", "top byte",
                                                 "sequential"};

uint64_t hash_given[16];

uint64_t
hash_by_mode(hash_mode mode, uint32_t id, uint64_t hash0)
{
    switch (mode) {
    case HASH_GOOD:
        return gm_hash_u64(id, hash0);
    case HASH_CONSTANT:
        return hash0;
    case HASH_LOW_BITS:
        return (id ^ hash0) & 15;
    case HASH_TOP_BYTE:
        return (id ^ hash0) << 56;
    case HASH_SEQUENTIAL:
        return id + hash0;
    case HASH_GIVEN:
        return hash_given[id % 16] ^ hash0;
    }
    return 0;
}

/* ---- integers --------------------------------------------------------------------- */

#define INTEGER_SORT(bits)                                                         \
    static void write##bits(void *slot, uint32_t id, bool negative, uint64_t hash) \
    {                                                                              \
        uint##bits##_t key = (uint##bits##_t)id;                                   \
        (void)negative, (void)hash;                                                \
        memcpy(slot, &key, sizeof key);                                            \
    }                                                                              \
    static uint32_t read##bits(const void *slot, bool *negative)                   \
    {                                                                              \
        uint##bits##_t key;                                                        \
        (void)negative;                                                            \
        memcpy(&key, slot, sizeof key);                                            \
        return (uint32_t)key;                                                      \
    }

INTEGER_SORT(8)
INTEGER_SORT(16)
INTEGER_SORT(32)
INTEGER_SORT(64)

/* ---- IEEE numbers --------------------------------------------------------------------- */

static double
number_of(uint32_t id, bool negative)
{
    uint64_t bits = UINT64_C(0x7ff8000000000000) | id; /* a quiet NaN with a payload */
    double x = id;
    if (id >= NAN_IDS) {
        memcpy(&x, &bits, sizeof x);
    }
    return id == 0 && negative ? -0.0 : x;
}

static uint32_t
id_of(double x, bool *negative)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    *negative = signbit(x) != 0;
    return x == x ? (uint32_t)x : (uint32_t)(bits & 0xffffff);
}

static void
write_float64(void *slot, uint32_t id, bool negative, uint64_t hash)
{
    double x = number_of(id, negative);
    (void)hash;
    memcpy(slot, &x, sizeof x);
}

static uint32_t
read_float64(const void *slot, bool *negative)
{
    double x;
    memcpy(&x, slot, sizeof x);
    return id_of(x, negative);
}

static void
write_float32(void *slot, uint32_t id, bool negative, uint64_t hash)
{
    uint32_t nan_bits = UINT32_C(0x7fc00000) | id;
    float x = (float)number_of(id < NAN_IDS ? id : 1, negative);
    (void)hash;
    memcpy(slot, id < NAN_IDS ? (void *)&x : (void *)&nan_bits, sizeof x);
}

static uint32_t
read_float32(const void *slot, bool *negative)
{
    uint32_t bits;
    float x;
    memcpy(&x, slot, sizeof x);
    memcpy(&bits, slot, sizeof bits);
    return x == x ? id_of(x, negative) : (bits & 0x3fffff);
}

/* The imaginary part carries the id. */
static void
write_complex(void *slot, uint32_t id, bool negative, uint64_t hash)
{
    gm_complex128 z = {3.5, number_of(id, negative)};
    (void)hash;
    memcpy(slot, &z, sizeof z);
}

static uint32_t
read_complex(const void *slot, bool *negative)
{
    gm_complex128 z;
    memcpy(&z, slot, sizeof z);
    return id_of(z.imag, negative);
}

/* ---- with a hash ------------------------------------------------------------------------ */

static void
write_hashed64(void *slot, uint32_t id, bool negative, uint64_t hash)
{
    gm_hashed_bits64 key = {id, hash};
    (void)negative;
    memcpy(slot, &key, sizeof key);
}

static void
write_hashed_float(void *slot, uint32_t id, bool negative, uint64_t hash)
{
    gm_hashed_float64 key = {number_of(id, negative), hash};
    memcpy(slot, &key, sizeof key);
}

static void
write_hashed_complex(void *slot, uint32_t id, bool negative, uint64_t hash)
{
    gm_hashed_complex128 key = {{3.5, number_of(id, negative)}, hash};
    memcpy(slot, &key, sizeof key);
}

static void
set_hash64(void *slot, uint64_t hash)
{
    ((gm_hashed_bits64 *)slot)->hash = hash;
}

static void
set_hash_float(void *slot, uint64_t hash)
{
    ((gm_hashed_float64 *)slot)->hash = hash;
}

static void
set_hash_complex(void *slot, uint64_t hash)
{
    ((gm_hashed_complex128 *)slot)->hash = hash;
}

const key_sort key_sorts[PLAIN_SORTS + HASHED_SORTS] = {
    {"bits8", &gm_kind_bits8, 1, false, false, false, write8, read8, NULL},
    {"bits16", &gm_kind_bits16, 2, false, false, false, write16, read16, NULL},
    {"bits32", &gm_kind_bits32, 4, false, false, false, write32, read32, NULL},
    {"bits64", &gm_kind_bits64, 8, false, false, false, write64, read64, NULL},
    {"float32", &gm_kind_float32, 4, false, true, true, write_float32, read_float32, NULL},
    {"float64", &gm_kind_float64, 8, false, true, true, write_float64, read_float64, NULL},
    {"complex128", &gm_kind_complex128, 16, false, true, true, write_complex, read_complex, NULL},
    {"hashed_bits64", &gm_kind_hashed_bits64, 8, true, false, false, write_hashed64, read64,
     set_hash64},
    {"hashed_float64", &gm_kind_hashed_float64, 8, true, true, true, write_hashed_float,
     read_float64, set_hash_float},
    {"hashed_complex128", &gm_kind_hashed_complex128, 16, true, true, true, write_hashed_complex,
     read_complex, set_hash_complex},
};
