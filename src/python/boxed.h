/* boxed.h: the slot of a boxed key, and what a stored key needs to be compared.
 *
 * A boxed key is a reference and its full hash: moving it needs neither the
 * object's memory nor its code.
 */
#ifndef GOMAP_BOXED_H
#define GOMAP_BOXED_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "gomap.h"

typedef struct {
    PyObject *object; /* new in a map's cell, borrowed in a lookup */
    uint64_t hash;
} BoxedKey;

/* A key just made lies in the store buffer in two halves; read as a whole it
 * would have to wait until both have reached the cache. */
#define BOXED_COPY(to, from) ((to)->object = (from)->object, (to)->hash = (from)->hash)

extern const gm_kind gm_kind_object, gm_kind_interface, gm_kind_str, gm_kind_bytes, gm_kind_int,
    gm_kind_float, gm_kind_complex;

/* An exact float or complex that does not equal itself. */
static inline bool
is_nan_object(PyObject *object)
{
    if (PyFloat_CheckExact(object)) {
        double x = PyFloat_AS_DOUBLE(object);
        return x != x;
    }
    if (PyComplex_CheckExact(object)) {
        Py_complex z = ((PyComplexObject *)object)->cval;
        return z.real != z.real || z.imag != z.imag;
    }
    return false;
}

/* The digits of an int: base 2**30 (or 2**15), least significant first. */
static inline const digit *
int_digits(PyObject *object, size_t *n, bool *negative)
{
#if PY_VERSION_HEX >= 0x030C0000
    const _PyLongValue *value = &((PyLongObject *)object)->long_value;
    *n = value->lv_tag >> 3;
    *negative = (value->lv_tag & 3) == 2;
    return value->ob_digit;
#else
    Py_ssize_t size = Py_SIZE(object);
    *n = (size_t)(size < 0 ? -size : size);
    *negative = size < 0;
    return ((PyLongObject *)object)->ob_digit;
#endif
}

/* May an int that nobody else holds get another value, as dict's iterators give their
 * pair other members?  Where its layout is known, and one count tells who holds it. */
#if PyLong_SHIFT == 30 && PY_VERSION_HEX < 0x030E0000 && !defined(Py_GIL_DISABLED)
#define GOMAP_REUSES_INTS 1
#else
#define GOMAP_REUSES_INTS 0
#endif

#if GOMAP_REUSES_INTS

/* Digits of any int64. */
#define INT64_DIGITS 3

/* Gives an int made with INT64_DIGITS digits, that nobody else has seen or still has,
 * another value: not 0. */
static inline void
int_set(PyObject *object, int64_t value)
{
    bool negative = value < 0;
    uint64_t v = negative ? 0 - (uint64_t)value : (uint64_t)value, mask = PyLong_MASK;
    size_t n = 1 + (v >> PyLong_SHIFT != 0) + (v >> (2 * PyLong_SHIFT) != 0);
#if PY_VERSION_HEX >= 0x030C0000
    _PyLongValue *number = &((PyLongObject *)object)->long_value;
    digit *digits = number->ob_digit;
    number->lv_tag = n << 3 | (negative ? 2 : 0);
#else
    digit *digits = ((PyLongObject *)object)->ob_digit;
    Py_SET_SIZE(object, negative ? -(Py_ssize_t)n : (Py_ssize_t)n);
#endif
    digits[0] = (digit)(v & mask);
    digits[1] = (digit)(v >> PyLong_SHIFT & mask);
    digits[2] = (digit)(v >> (2 * PyLong_SHIFT));
}

/* Adds to an exact int that only its owner holds, so that nobody sees it change; false,
 * and nothing done: others may, or the sum is none of one digit beyond the ints that
 * CPython has one object of. */
static inline bool
int_add_in_place(PyObject *object, int64_t delta)
{
    const int64_t limit = PyLong_MASK;
#if PY_VERSION_HEX >= 0x030C0000
    _PyLongValue *number = &((PyLongObject *)object)->long_value;
    bool fits = number->lv_tag == 1 << 3;
    digit *digits = number->ob_digit;
#else
    bool fits = Py_SIZE(object) == 1;
    digit *digits = ((PyLongObject *)object)->ob_digit;
#endif
    if (!fits || Py_REFCNT(object) != 1 || delta > limit || delta < -limit) {
        return false;
    }
    int64_t sum = (int64_t)digits[0] + delta;
    if (sum <= 256 || sum > limit) {
        return false;
    }
    digits[0] = (digit)sum;
    return true;
}

#else
#define int_add_in_place(object, delta) ((void)(object), (void)(delta), false)
#endif

/* Is the int's value below 2**63?  Then *value is it.  Everything but huge ints. */
static inline bool
int_as_int64(PyObject *object, int64_t *value)
{
    size_t n;
    bool negative;
    const digit *digits = int_digits(object, &n, &negative);
    uint64_t v = n > 0 ? digits[0] : 0;
    if (n > 1) {
        v |= (uint64_t)digits[1] << PyLong_SHIFT;
        if (n > 2) {
            uint64_t third = digits[2];
            if (PyLong_SHIFT != 30 || n > 3 || third >> (63 - 2 * PyLong_SHIFT) != 0) {
                return false;
            }
            v |= third << (2 * PyLong_SHIFT);
        }
    }
    *value = negative ? -(int64_t)v : (int64_t)v;
    return true;
}

static inline bool
add_int64(int64_t a, int64_t b, int64_t *sum)
{
    if (b > 0 ? a > INT64_MAX - b : a < INT64_MIN - b) {
        return false;
    }
    *sum = a + b;
    return true;
}

/* Adds to an exact int in its slot, in the same object if nobody else holds it: 1 done,
 * with the sum in *shown if that is wanted, new; 0 it is no case for this, -1 failed. */
static inline int
int_slot_add(PyObject **slot, int64_t delta, PyObject **shown)
{
    PyObject *old = *slot, *sum;
    int64_t n;
    if (!PyLong_CheckExact(old)) {
        return 0;
    }
    if (int_add_in_place(old, delta)) {
        if (shown != NULL) {
            *shown = Py_NewRef(old);
        }
        return 1;
    }
    if (!int_as_int64(old, &n) || !add_int64(n, delta, &n)) {
        return 0;
    }
    if ((sum = PyLong_FromLongLong(n)) == NULL) {
        return -1;
    }
    *slot = sum;
    if (shown != NULL) {
        *shown = Py_NewRef(sum);
    }
    Py_DECREF(old); /* an int: nothing comes of it, but see lock.h */
    return 1;
}

static inline bool
ints_equal(PyObject *a, PyObject *b)
{
    size_t na, nb;
    bool sa, sb;
    const digit *da = int_digits(a, &na, &sa), *db = int_digits(b, &nb, &sb);
    if (na != nb || sa != sb) {
        return false;
    }
    for (size_t i = 0; i < na; i++) {
        if (da[i] != db[i]) {
            return false;
        }
    }
    return true;
}

/* Up to that many bytes are compared on the spot: a call costs more. */
#define BOXED_SHORT 64

static inline bool
words_differ(const char *a, const char *b, size_t size)
{
    uint64_t x = 0, y = 0;
    memcpy(&x, a, size);
    memcpy(&y, b, size);
    return x != y;
}

/* n <= BOXED_SHORT bytes, word by word; the last words may overlap. */
static GM_ALWAYS_INLINE bool
short_bytes_equal(const char *a, const char *b, size_t n)
{
    if (n >= 8) {
        for (size_t i = 0; i < n - 8; i += 8) {
            if (words_differ(a + i, b + i, 8)) {
                return false;
            }
        }
        return !words_differ(a + n - 8, b + n - 8, 8);
    }
    if (n >= 4) {
        return !words_differ(a, b, 4) && !words_differ(a + n - 4, b + n - 4, 4);
    }
    return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

/* The bytes of a str's text. */
static inline size_t
str_bytes(PyObject *object)
{
    return (size_t)PyUnicode_GET_LENGTH(object) * (size_t)PyUnicode_KIND(object);
}

/* For str and its subclasses that keep its equality. */
static inline bool
strs_equal(PyObject *a, PyObject *b)
{
    size_t n = str_bytes(a);
    if (n != str_bytes(b) || PyUnicode_KIND(a) != PyUnicode_KIND(b)) {
        return false;
    }
    const char *x = PyUnicode_DATA(a), *y = PyUnicode_DATA(b);
    return n <= BOXED_SHORT ? short_bytes_equal(x, y, n) : memcmp(x, y, n) == 0;
}

static inline bool
bytes_equal(PyObject *a, PyObject *b)
{
    Py_ssize_t n = PyBytes_GET_SIZE(a);
    return n == PyBytes_GET_SIZE(b) &&
           memcmp(PyBytes_AS_STRING(a), PyBytes_AS_STRING(b), (size_t)n) == 0;
}

/* Equality as `==` decides it, by foreign code if need be: 1, 0, or -1 raised.
 * Keeps both alive meanwhile: the cell's reference may go. */
static inline int
strangers_equal(PyObject *stored, PyObject *key)
{
    Py_INCREF(stored);
    PyObject *answer = PyObject_RichCompare(stored, key, Py_EQ);
    int equal = -1;
    if (answer != NULL) {
        equal = answer == Py_True ? 1 : answer == Py_False ? 0 : PyObject_IsTrue(answer);
        Py_DECREF(answer);
    }
    Py_DECREF(stored);
    return equal;
}

#endif
