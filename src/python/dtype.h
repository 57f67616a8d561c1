/* dtype.h: what the numbers of an array are, and single numbers of any array.
 *
 * Between the world's names of number types (buffer formats, Arrow formats) and
 * the sized types of maps.
 */
#ifndef GOMAP_DTYPE_H
#define GOMAP_DTYPE_H

#include "state.h"

typedef enum {
    NUMBER_SIGNED,
    NUMBER_UNSIGNED,
    NUMBER_BOOL,
    NUMBER_FLOAT,
    NUMBER_COMPLEX,
    NUMBER_NONE /* not an array of numbers */
} NumberKind;

typedef struct {
    NumberKind kind;
    uint8_t width; /* bytes of a number */
} Dtype;

/* One number of an array: i, u or (re, im) by its kind. */
typedef struct {
    NumberKind kind;
    int64_t i;
    uint64_t u;
    double re, im;
    bool too_large; /* a finite long double beyond a double's range */
} Number;

typedef enum { FORMAT_OK, FORMAT_SWAPPED, FORMAT_STRUCTURED, FORMAT_OTHER } FormatOutcome;

/* A buffer's format; NULL means bytes. */
FormatOutcome dtype_of_format(const char *format, Py_ssize_t itemsize, Dtype *out);
/* An Arrow format; NUMBER_BOOL is packed eight to a byte there. */
Dtype dtype_of_arrow(const char *format);
/* Of an unboxed type. */
Dtype dtype_of_type(const BoxType *type);
/* The sized type of the same numbers (or wider, for float16); TYPE_OBJECT: none. */
TypeCode dtype_code(Dtype dtype);
/* The buffer format of a sized type's numbers. */
const char *dtype_format(Dtype dtype);
/* "float64"; new. */
PyObject *dtype_name(Dtype dtype);

/* Can numbers of the one kind be converted into the other? */
bool dtype_converts(NumberKind from, NumberKind to);
Number number_read(const char *at, Dtype dtype);
/* Into a slot; false: out of its range. */
bool number_store(const Number *number, Dtype to, void *slot);
PyObject *number_object(const Number *number);

#endif
