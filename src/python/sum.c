/* sum.c: additions in place, one for every number type of elements.
 *
 * A sum that does not fit is not stored.  Deltas of integers have 64 bits, signed
 * or not, whatever the element's width: only the sum must fit.  Float32 sums are
 * made in double precision and rounded once, as Python's are.
 */
#include "batch.h"

#include <math.h>

#define INTEGER_SUM(name, type, least, most)                              \
    static bool name##_signed(void *elem, const void *delta)              \
    {                                                                     \
        type e;                                                           \
        int64_t d;                                                        \
        memcpy(&e, elem, sizeof e);                                       \
        memcpy(&d, delta, sizeof d);                                      \
        if (d >= 0 ? (uint64_t)d > (uint64_t)(most) - (uint64_t)e         \
                   : 0 - (uint64_t)d > (uint64_t)e - (uint64_t)(least)) { \
            return false;                                                 \
        }                                                                 \
        e = (type)((uint64_t)e + (uint64_t)d);                            \
        memcpy(elem, &e, sizeof e);                                       \
        return true;                                                      \
    }                                                                     \
                                                                          \
    static bool name##_unsigned(void *elem, const void *delta)            \
    {                                                                     \
        type e;                                                           \
        uint64_t d;                                                       \
        memcpy(&e, elem, sizeof e);                                       \
        memcpy(&d, delta, sizeof d);                                      \
        if (d > (uint64_t)(most) - (uint64_t)e) {                         \
            return false;                                                 \
        }                                                                 \
        e = (type)((uint64_t)e + d);                                      \
        memcpy(elem, &e, sizeof e);                                       \
        return true;                                                      \
    }

INTEGER_SUM(int8, int8_t, INT8_MIN, INT8_MAX)
INTEGER_SUM(int16, int16_t, INT16_MIN, INT16_MAX)
INTEGER_SUM(int32, int32_t, INT32_MIN, INT32_MAX)
INTEGER_SUM(int64, int64_t, INT64_MIN, INT64_MAX)
INTEGER_SUM(uint8, uint8_t, 0, UINT8_MAX)
INTEGER_SUM(uint16, uint16_t, 0, UINT16_MAX)
INTEGER_SUM(uint32, uint32_t, 0, UINT32_MAX)
INTEGER_SUM(uint64, uint64_t, 0, UINT64_MAX)

static bool
float32_sum(void *elem, const void *delta)
{
    float e;
    double d;
    memcpy(&e, elem, sizeof e);
    memcpy(&d, delta, sizeof d);
    double sum = (double)e + d;
    e = (float)sum;
    if (isinf(e) && !isinf(sum)) {
        return false;
    }
    memcpy(elem, &e, sizeof e);
    return true;
}

static bool
float64_sum(void *elem, const void *delta)
{
    double e, d;
    memcpy(&e, elem, sizeof e);
    memcpy(&d, delta, sizeof d);
    e += d;
    memcpy(elem, &e, sizeof e);
    return true;
}

static bool
complex128_sum(void *elem, const void *delta)
{
    gm_complex128 e, d;
    memcpy(&e, elem, sizeof e);
    memcpy(&d, delta, sizeof d);
    e.real += d.real;
    e.imag += d.imag;
    memcpy(elem, &e, sizeof e);
    return true;
}

gm_add
sum_of(TypeCode elem, bool unsigned_delta)
{
    static const gm_add sums[][2] = {
        {int8_signed, int8_unsigned},     {int16_signed, int16_unsigned},
        {int32_signed, int32_unsigned},   {int64_signed, int64_unsigned},
        {uint8_signed, uint8_unsigned},   {uint16_signed, uint16_unsigned},
        {uint32_signed, uint32_unsigned}, {uint64_signed, uint64_unsigned},
        {float32_sum, float32_sum},       {float64_sum, float64_sum},
        {complex128_sum, complex128_sum},
    };
    if (elem < TYPE_INT8 || elem > TYPE_COMPLEX128) {
        return NULL;
    }
    return sums[elem - TYPE_INT8][unsigned_delta];
}

void
sum_undo(uint16_t size, void *elem, uint64_t delta)
{
    Elem e;
    memcpy(&e, elem, size);
    switch (size) {
    case 1:
        e.bits8 = (uint8_t)(e.bits8 - delta);
        break;
    case 2:
        e.bits16 = (uint16_t)(e.bits16 - delta);
        break;
    case 4:
        e.bits32 = (uint32_t)(e.bits32 - delta);
        break;
    default:
        e.bits -= delta;
        break;
    }
    memcpy(elem, &e, size);
}
