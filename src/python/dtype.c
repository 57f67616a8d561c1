/* dtype.c: see dtype.h. */
#include "dtype.h"

#include <math.h>

/* ---- names ------------------------------------------------------------------------ */

static bool
is_swapped(char order)
{
#if PY_LITTLE_ENDIAN
    return order == '>' || order == '!';
#else
    return order == '<';
#endif
}

static NumberKind
kind_of_code(char code)
{
    if (code == '\0') {
        return NUMBER_NONE;
    }
    return strchr("bhilqn", code)   ? NUMBER_SIGNED
           : strchr("BHILQN", code) ? NUMBER_UNSIGNED
           : code == '?'            ? NUMBER_BOOL
           : strchr("efdg", code)   ? NUMBER_FLOAT
           : strchr("FDG", code)    ? NUMBER_COMPLEX
                                    : NUMBER_NONE;
}

FormatOutcome
dtype_of_format(const char *format, Py_ssize_t itemsize, Dtype *out)
{
    const char *code = format != NULL ? format : "B";
    char order = '@';
    if (*code != '\0' && strchr("@=<>!^", *code)) {
        order = *code++;
    }
    if (code[0] == 'T' && code[1] == '{') {
        return FORMAT_STRUCTURED;
    }
    bool complex = code[0] == 'Z';
    code += complex;
    out->kind = kind_of_code(*code);
    out->width = (uint8_t)itemsize;
    if (out->kind == NUMBER_NONE || code[1] != '\0' || (complex && out->kind != NUMBER_FLOAT)) {
        return FORMAT_OTHER;
    }
    if (complex) {
        out->kind = NUMBER_COMPLEX;
    }
    return itemsize > 1 && is_swapped(order) ? FORMAT_SWAPPED : FORMAT_OK;
}

Dtype
dtype_of_arrow(const char *format)
{
    static const struct {
        char format;
        Dtype dtype;
    } known[] = {
        {'c', {NUMBER_SIGNED, 1}},   {'C', {NUMBER_UNSIGNED, 1}}, {'s', {NUMBER_SIGNED, 2}},
        {'S', {NUMBER_UNSIGNED, 2}}, {'i', {NUMBER_SIGNED, 4}},   {'I', {NUMBER_UNSIGNED, 4}},
        {'l', {NUMBER_SIGNED, 8}},   {'L', {NUMBER_UNSIGNED, 8}}, {'e', {NUMBER_FLOAT, 2}},
        {'f', {NUMBER_FLOAT, 4}},    {'g', {NUMBER_FLOAT, 8}},    {'b', {NUMBER_BOOL, 1}},
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(known); i++) {
        if (format[0] == known[i].format && format[1] == '\0') {
            return known[i].dtype;
        }
    }
    return (Dtype){NUMBER_NONE, 0};
}

Dtype
dtype_of_type(const BoxType *type)
{
    NumberKind kind = NUMBER_NONE;
    if (type->code >= TYPE_INT8 && type->code <= TYPE_INT64) {
        kind = NUMBER_SIGNED;
    }
    else if (type->code >= TYPE_UINT8 && type->code <= TYPE_UINT64) {
        kind = NUMBER_UNSIGNED;
    }
    else if (type->code == TYPE_FLOAT32 || type->code == TYPE_FLOAT64) {
        kind = NUMBER_FLOAT;
    }
    else if (type->code == TYPE_COMPLEX128) {
        kind = NUMBER_COMPLEX;
    }
    else if (type->code == TYPE_BOOL8) {
        kind = NUMBER_BOOL;
    }
    return (Dtype){kind, (uint8_t)type->size};
}

/* 0, 1, 2, 3 for 1, 2, 4, 8. */
static int
log2_of(unsigned width)
{
    return width == 8 ? 3 : width == 4 ? 2 : width == 2 ? 1 : 0;
}

TypeCode
dtype_code(Dtype dtype)
{
    switch (dtype.kind) {
    case NUMBER_SIGNED:
        return (TypeCode)((int)TYPE_INT8 + log2_of(dtype.width));
    case NUMBER_UNSIGNED:
        return (TypeCode)((int)TYPE_UINT8 + log2_of(dtype.width));
    case NUMBER_BOOL:
        return TYPE_BOOL8;
    case NUMBER_FLOAT:
        return dtype.width <= 4 ? TYPE_FLOAT32 : dtype.width == 8 ? TYPE_FLOAT64 : TYPE_OBJECT;
    case NUMBER_COMPLEX:
        return dtype.width <= 16 ? TYPE_COMPLEX128 : TYPE_OBJECT;
    case NUMBER_NONE:
        break;
    }
    return TYPE_OBJECT;
}

const char *
dtype_format(Dtype dtype)
{
    /* numpy's int64 is C's long where that has 64 bits */
    static const char *const is[] = {"b", "h", "i", sizeof(long) == 8 ? "l" : "q"};
    static const char *const us[] = {"B", "H", "I", sizeof(long) == 8 ? "L" : "Q"};
    switch (dtype.kind) {
    case NUMBER_SIGNED:
        return is[log2_of(dtype.width)];
    case NUMBER_UNSIGNED:
        return us[log2_of(dtype.width)];
    case NUMBER_BOOL:
        return "?";
    case NUMBER_FLOAT:
        return dtype.width == 4 ? "f" : "d";
    case NUMBER_COMPLEX:
        return "Zd";
    case NUMBER_NONE:
        break;
    }
    return "B";
}

PyObject *
dtype_name(Dtype dtype)
{
    static const char *const names[] = {"int", "uint", "bool", "float", "complex", "object"};
    if (dtype.kind == NUMBER_BOOL || dtype.kind == NUMBER_NONE) {
        return PyUnicode_FromString(names[dtype.kind]);
    }
    return PyUnicode_FromFormat("%s%d", names[dtype.kind], dtype.width * 8);
}

bool
dtype_converts(NumberKind from, NumberKind to)
{
    switch (to) {
    case NUMBER_SIGNED:
    case NUMBER_UNSIGNED:
        return from == NUMBER_SIGNED || from == NUMBER_UNSIGNED || from == NUMBER_BOOL;
    case NUMBER_BOOL:
        return from == NUMBER_BOOL;
    case NUMBER_FLOAT:
        return from != NUMBER_COMPLEX && from != NUMBER_NONE;
    case NUMBER_COMPLEX:
        return from != NUMBER_NONE;
    case NUMBER_NONE:
        break;
    }
    return false;
}

/* ---- single numbers ------------------------------------------------------------------ */

static int64_t
read_signed(const char *at, unsigned width)
{
    union {
        int8_t i8;
        int16_t i16;
        int32_t i32;
        int64_t i64;
    } number;
    memcpy(&number, at, width);
    return width == 8 ? number.i64 : width == 4 ? number.i32 : width == 2 ? number.i16 : number.i8;
}

static uint64_t
read_unsigned(const char *at, unsigned width)
{
    uint64_t bits = (uint64_t)read_signed(at, width);
    return width == 8 ? bits : bits & ((UINT64_C(1) << (8 * width)) - 1);
}

static double
read_float(const char *at, unsigned width, bool *too_large)
{
    float f32;
    double f64;
    long double wide;
    switch (width) {
    case 2:
        return PyFloat_Unpack2(at, PY_LITTLE_ENDIAN);
    case 4:
        memcpy(&f32, at, 4);
        return (double)f32;
    case 8:
        memcpy(&f64, at, 8);
        return f64;
    default:
        memcpy(&wide, at, sizeof wide);
        f64 = (double)wide;
        *too_large |= isinf(f64) && !isinf(wide);
        return f64;
    }
}

Number
number_read(const char *at, Dtype dtype)
{
    Number n = {.kind = dtype.kind};
    switch (dtype.kind) {
    case NUMBER_SIGNED:
        n.i = read_signed(at, dtype.width);
        break;
    case NUMBER_UNSIGNED:
        n.u = read_unsigned(at, dtype.width);
        break;
    case NUMBER_BOOL:
        n.u = *at != 0;
        break;
    case NUMBER_FLOAT:
        n.re = read_float(at, dtype.width, &n.too_large);
        break;
    case NUMBER_COMPLEX:
        n.re = read_float(at, dtype.width / 2, &n.too_large);
        n.im = read_float(at + dtype.width / 2, dtype.width / 2, &n.too_large);
        break;
    case NUMBER_NONE:
        break;
    }
    return n;
}

static bool
store_integer(const Number *n, Dtype to, void *slot)
{
    bool negative = n->kind == NUMBER_SIGNED && n->i < 0;
    uint64_t bits = n->kind == NUMBER_SIGNED ? (uint64_t)n->i : n->u;
    unsigned width = to.width * 8u;
    if (to.kind == NUMBER_SIGNED) {
        int64_t most = (int64_t)(UINT64_MAX >> (65 - width));
        if (negative ? (int64_t)bits < -most - 1 : bits > (uint64_t)most) {
            return false;
        }
    }
    else if (negative || bits > UINT64_MAX >> (64 - width)) {
        return false;
    }
#if PY_LITTLE_ENDIAN
    memcpy(slot, &bits, to.width);
#else
    memcpy(slot, (char *)&bits + 8 - to.width, to.width);
#endif
    return true;
}

static double
as_real(const Number *n)
{
    return n->kind == NUMBER_SIGNED                               ? (double)n->i
           : n->kind == NUMBER_UNSIGNED || n->kind == NUMBER_BOOL ? (double)n->u
                                                                  : n->re;
}

bool
number_store(const Number *n, Dtype to, void *slot)
{
    gm_complex128 z = {as_real(n), n->im};
    if (n->too_large) {
        return false;
    }
    switch (to.kind) {
    case NUMBER_SIGNED:
    case NUMBER_UNSIGNED:
        return store_integer(n, to, slot);
    case NUMBER_BOOL:
        *(uint8_t *)slot = n->u != 0;
        return true;
    case NUMBER_FLOAT:
        if (to.width == 4) {
            float f32 = (float)z.real;
            memcpy(slot, &f32, 4);
            return !isinf(f32) || isinf(z.real);
        }
        memcpy(slot, &z.real, 8);
        return true;
    case NUMBER_COMPLEX:
        memcpy(slot, &z, 16);
        return true;
    case NUMBER_NONE:
        break;
    }
    return false;
}

PyObject *
number_object(const Number *n)
{
    switch (n->kind) {
    case NUMBER_SIGNED:
        return PyLong_FromLongLong(n->i);
    case NUMBER_UNSIGNED:
        return PyLong_FromUnsignedLongLong(n->u);
    case NUMBER_BOOL:
        return PyBool_FromLong(n->u != 0);
    case NUMBER_FLOAT:
        return PyFloat_FromDouble(n->re);
    case NUMBER_COMPLEX:
        return PyComplex_FromDoubles(n->re, n->im);
    case NUMBER_NONE:
        break;
    }
    Py_RETURN_NONE;
}
