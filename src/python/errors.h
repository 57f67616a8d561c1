/* errors.h: every exception of the glue that is about maps is raised here or in
 * box.c.  The functions return -1 or NULL so that a caller can return them. */
#ifndef GOMAP_ERRORS_H
#define GOMAP_ERRORS_H

#include "state.h"

/* The exception for an engine status other than GM_OK; -1. */
int err_status(MapObject *self, gm_status status);
int err_nil(MapObject *self);
/* "Map[str, int]: key must be str, not int: 5"; `what` is key or element. */
int err_type(const MapSpec *spec, const char *what, const BoxType *type, PyObject *offender);
/* "Map[int8, int]: key 300 is out of range for int8". */
int err_range(const MapSpec *spec, const char *what, const BoxType *type, PyObject *offender);
int err_hasher(MapObject *self, PyObject *result);
/* KeyError(key), a tuple key as it is; NULL. */
PyObject *err_key(PyObject *key);
PyObject *err_empty(MapObject *self, const char *operation);

#endif
