/* array_type.h: the memory of results: a block of numbers that any number of
 * buffers can share.  Shown as a numpy array or a memoryview. */
#ifndef GOMAP_ARRAY_TYPE_H
#define GOMAP_ARRAY_TYPE_H

#include "dtype.h"

typedef struct {
    PyObject_HEAD void *data;
    Py_ssize_t n;
    Dtype dtype;
} ArrayObject;

/* n numbers, not yet set; new. */
ArrayObject *array_new(ModuleState *state, Dtype dtype, size_t n);
/* The array as users get it: numpy's if numpy is imported, else a memoryview.
 * Steals; NULL gives NULL. */
PyObject *array_show(ArrayObject *array);

#endif
