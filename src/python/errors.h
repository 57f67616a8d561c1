/* errors.h: every exception of the glue that is about maps is raised here or in
 * box.c.  The functions return -1 or NULL so that a caller can return them. */
#ifndef GOMAP_ERRORS_H
#define GOMAP_ERRORS_H

#include "state.h"

/* The exception for an engine status other than GM_OK; -1. */
int err_status(MapObject *self, gm_status status);
int err_nil(MapObject *self);
/* The offender's repr, short enough for one line; new. NULL, mostly without an
 * exception: it has none, as a number of more digits than Python prints. */
PyObject *err_short_repr(PyObject *offender);
/* "Map[str, int]: key must be str, not int: 5"; `what` is key or element. */
int err_type(const MapSpec *spec, const char *what, const BoxType *type, PyObject *offender);
/* "Map[int8, int]: key 300 is out of range for int8". */
int err_range(const MapSpec *spec, const char *what, const BoxType *type, PyObject *offender);
int err_hasher(MapObject *self, PyObject *result);
/* KeyError(key), a tuple key as it is; NULL. */
PyObject *err_key(PyObject *key);
PyObject *err_empty(MapObject *self, const char *operation);

/* errors_batch.c: arrays.  `what` is key, element or delta. */
int err_range_at(const MapSpec *spec, const char *what, const BoxType *type, PyObject *offender,
                 size_t index);
/* "Map[int64, int64]: keys must be int64, not an array of float64". */
int err_array(const MapSpec *spec, const char *what, const BoxType *type, PyObject *name);
int err_structured(const MapSpec *spec, const char *what, const BoxType *type);
int err_swapped(const MapSpec *spec, const char *what);
/* `what` NULL: it is out. */
int err_dimensions(const MapSpec *spec, const char *what, int dimensions);
int err_masked(const MapSpec *spec, const char *what);
int err_null(const MapSpec *spec, const char *what, size_t index);
int err_stream(const MapSpec *spec, const char *what, const char *message);
/* Neither array nor iterable. */
int err_not_many(const MapSpec *spec, const char *what, const BoxType *type, PyObject *offender);
int err_lengths(const MapSpec *spec, size_t keys, const char *what, size_t values);
int err_sum(const MapSpec *spec, size_t index);
int err_no_sums(const MapSpec *spec);
int err_out(const MapSpec *spec, const char *message);
int err_out_type(const MapSpec *spec, const BoxType *type, PyObject *offender);
int err_out_length(const MapSpec *spec, Py_ssize_t has, size_t needed);

#endif
