/* column.h: arrays of numbers from outside, as slots side by side.
 *
 * Takes anything with a buffer, Arrow's C data interface, __array__, or else an
 * iterable of numbers.  Where type, spacing and alignment fit, the caller's
 * memory is used as it is; otherwise the numbers are checked and converted into
 * memory of the column's own.
 */
#ifndef GOMAP_COLUMN_H
#define GOMAP_COLUMN_H

#include "box.h"
#include "dtype.h"

/* Numbers in somebody's memory, `stride` bytes apart. */
typedef struct {
    const char *data;
    size_t n;
    Py_ssize_t stride;
    Dtype dtype;
    bool foreign; /* after SOURCE_FAILED: an array, but not of numbers */
    /* what keeps the memory: one or several of these */
    Py_buffer view;
    bool viewed;
    PyObject *keeper; /* new */
    void *own;        /* PyMem_Raw */
} Source;

typedef struct {
    const void *data; /* n slots of the type it was loaded for */
    size_t n;
    Source source;
} Column;

/* For whom a column is loaded: the words of an error, and the type wanted. */
typedef struct {
    const MapSpec *spec;
    const BoxType *type; /* unboxed */
    const char *what;    /* "key", "element" or "delta" */
} ColumnFor;

/* source.c */
/* Does the object's type have it: 1, 0, or -1 raised?  Runs no code of the object. */
static inline int
type_has(PyObject *object, const char *name)
{
    PyObject *found = PyObject_GetAttrString((PyObject *)Py_TYPE(object), name);
    if (found != NULL) {
        Py_DECREF(found);
        return 1;
    }
    if (!PyErr_ExceptionMatches(PyExc_AttributeError)) {
        return -1;
    }
    PyErr_Clear();
    return 0;
}

typedef enum { SOURCE_FAILED = -1, SOURCE_NONE, SOURCE_FOUND, SOURCE_SCALAR } SourceOutcome;
/* The numbers of an array; NONE: it is no array, SCALAR: an array without
 * dimensions (a single number). */
SourceOutcome source_init(Source *source, const ColumnFor *wanted, PyObject *object);
void source_fini(Source *source);

/* convert.c */
/* Its numbers as slots of another type, side by side; how many went before the
 * first that does not fit. */
size_t source_convert(const Source *source, Dtype target, char *to);

/* arrow.c */
/* Numbers behind __arrow_c_array__ or __arrow_c_stream__. */
SourceOutcome source_from_arrow(Source *source, const ColumnFor *wanted, PyObject *object);

/* column.c */
int column_init(Column *column, const ColumnFor *wanted, PyObject *object);
/* From n numbers of that very type side by side, wherever they lie. */
int column_from_block(Column *column, const ColumnFor *wanted, const void *block, size_t n);
void column_fini(Column *column);
/* Do n bytes at `memory` share any with what the column was loaded from? */
bool column_overlaps(const Column *column, const void *memory, size_t n);

/* A writable buffer for n results of an unboxed type, given by a caller. */
typedef struct {
    Py_buffer view;
    Py_ssize_t stride;
    Dtype dtype;
} Target;
int target_init(Target *target, const ColumnFor *wanted, PyObject *object, size_t n);
/* Copies n results side by side into the buffer. */
void target_fill(const Target *target, const void *slots, size_t n);
bool target_is_contiguous(const Target *target);
void target_fini(Target *target);

#endif
