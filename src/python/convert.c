/* convert.c: arrays of numbers of one type into slots of another.
 *
 * Loops for what arrays mostly are: the same type with gaps, whole numbers of
 * another width, float32 and float64.  Everything else goes number by number
 * (dtype.h).
 */
#include "column.h"

/* Numbers on their way through 64 bits at a time. */
#define CHUNK 512

typedef union {
    int64_t i[CHUNK];
    double f[CHUNK];
} Chunk;

/* ---- the same type ---------------------------------------------------------------------- */

#define GATHER(width)                                               \
    for (size_t i = 0; i < n; i++, from += stride, to += (width)) { \
        memcpy(to, from, width);                                    \
    }                                                               \
    break

static void
gather(char *to, const char *from, Py_ssize_t stride, size_t n, unsigned width)
{
    switch (width) {
    case 1:
        GATHER(1);
    case 2:
        GATHER(2);
    case 4:
        GATHER(4);
    case 8:
        GATHER(8);
    default:
        GATHER(16);
    }
}

/* ---- through 64 bits ----------------------------------------------------------------- */

#define WIDEN(type, out)                             \
    for (size_t i = 0; i < n; i++, from += stride) { \
        type number;                                 \
        memcpy(&number, from, sizeof number);        \
        (out)[i] = number;                           \
    }                                                \
    return true

static bool
widen_uint64(int64_t *out, const char *from, Py_ssize_t stride, size_t n)
{
    uint64_t all = 0;
    for (size_t i = 0; i < n; i++, from += stride) {
        uint64_t number;
        memcpy(&number, from, sizeof number);
        all |= number;
        out[i] = (int64_t)number;
    }
    return all <= INT64_MAX;
}

/* False: these numbers do not go into 64 signed bits. */
static bool
widen_integers(int64_t *out, const char *from, Py_ssize_t stride, size_t n, Dtype dtype)
{
    bool is_signed = dtype.kind == NUMBER_SIGNED;
    if (!is_signed && dtype.kind != NUMBER_UNSIGNED) {
        return false;
    }
    switch (dtype.width * 2u + is_signed) {
    case 3:
        WIDEN(int8_t, out); /* NOLINT(bugprone-signed-char-misuse,cert-str34-c): a number */
    case 2:
        WIDEN(uint8_t, out);
    case 5:
        WIDEN(int16_t, out);
    case 4:
        WIDEN(uint16_t, out);
    case 9:
        WIDEN(int32_t, out);
    case 8:
        WIDEN(uint32_t, out);
    case 17:
        WIDEN(int64_t, out);
    default:
        return widen_uint64(out, from, stride, n);
    }
}

static bool
widen_floats(double *out, const char *from, Py_ssize_t stride, size_t n, Dtype dtype)
{
    if (dtype.kind == NUMBER_FLOAT && dtype.width == 4) {
        WIDEN(float, out);
    }
    if (dtype.kind == NUMBER_FLOAT && dtype.width == 8) {
        WIDEN(double, out);
    }
    return false;
}

#define NARROW(type, least, most)                                  \
    for (size_t i = 0; i < n; i++) {                               \
        if (in[i] < (int64_t)(least) || in[i] > (int64_t)(most)) { \
            return i;                                              \
        }                                                          \
        ((type *)(void *)to)[i] = (type)in[i];                     \
    }                                                              \
    return n

/* How many went before the first that does not fit. */
static size_t
narrow_integers(char *to, const int64_t *in, size_t n, Dtype dtype)
{
    switch (dtype.width * 2u + (dtype.kind == NUMBER_SIGNED)) {
    case 3:
        NARROW(int8_t, INT8_MIN, INT8_MAX);
    case 2:
        NARROW(uint8_t, 0, UINT8_MAX);
    case 5:
        NARROW(int16_t, INT16_MIN, INT16_MAX);
    case 4:
        NARROW(uint16_t, 0, UINT16_MAX);
    case 9:
        NARROW(int32_t, INT32_MIN, INT32_MAX);
    case 8:
        NARROW(uint32_t, 0, UINT32_MAX);
    case 17:
        NARROW(int64_t, INT64_MIN, INT64_MAX);
    default:
        NARROW(uint64_t, 0, INT64_MAX);
    }
}

static bool
convert_chunk(char *to, const char *from, Py_ssize_t stride, size_t n, Dtype source, Dtype target,
              size_t *done)
{
    Chunk chunk;
    if (target.kind == NUMBER_SIGNED || target.kind == NUMBER_UNSIGNED) {
        if (!widen_integers(chunk.i, from, stride, n, source)) {
            return false;
        }
        *done = narrow_integers(to, chunk.i, n, target);
        return true;
    }
    if (target.kind == NUMBER_FLOAT && target.width == 8 &&
        widen_floats(chunk.f, from, stride, n, source)) {
        memcpy(to, chunk.f, n * sizeof(double));
        *done = n;
        return true;
    }
    return false;
}

/* ---- the whole ----------------------------------------------------------------------- */

static size_t
convert_slowly(char *to, const Source *source, size_t first, Dtype target)
{
    size_t i = first;
    for (; i < source->n; i++) {
        Number number = number_read(source->data + (Py_ssize_t)i * source->stride, source->dtype);
        if (!number_store(&number, target, to + i * target.width)) {
            break;
        }
    }
    return i;
}

size_t
source_convert(const Source *source, Dtype target, char *to)
{
    if (source->dtype.kind == target.kind && source->dtype.width == target.width &&
        target.kind != NUMBER_BOOL) {
        gather(to, source->data, source->stride, source->n, target.width);
        return source->n;
    }
    for (size_t i = 0; i < source->n; i += CHUNK) {
        size_t n = source->n - i < CHUNK ? source->n - i : CHUNK, done;
        const char *from = source->data + (Py_ssize_t)i * source->stride;
        if (!convert_chunk(to + i * target.width, from, source->stride, n, source->dtype, target,
                           &done)) {
            return convert_slowly(to, source, i, target);
        }
        if (done < n) {
            return i + done;
        }
    }
    return source->n;
}
