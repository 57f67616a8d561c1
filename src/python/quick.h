/* quick.h: reading and writing one entry, by type of key.
 *
 * A spec names the functions for its keys.  Those of the commonest types do the
 * common case (an exact key, no hasher, no recording, no foreign code) without a
 * stack frame, and hand every other to the functions below, which do it from the
 * start; nothing has happened by then.
 */
#ifndef GOMAP_QUICK_H
#define GOMAP_QUICK_H

#include "state.h"

struct QuickOps {
    PyObject *(*subscript)(MapObject *self, PyObject *key);
    int (*contains)(MapObject *self, PyObject *key);
    int (*store)(MapObject *self, PyObject *key, PyObject *value);
    PyObject *(*get)(MapObject *self, PyObject *const *args, Py_ssize_t n);
    /* The element of a key, to be changed in place; NULL: absent, or no common case. */
    void *(*slot)(MapObject *self, PyObject *key);
};

/* kind_*.c */
extern const QuickOps quick_str, quick_int, quick_object, quick_int64;
/* map_entry.c: for any key */
extern const QuickOps quick_any;
PyObject *map_subscript(MapObject *self, PyObject *key);
int map_contains(MapObject *self, PyObject *key);
/* Stores value, or deletes when it is NULL. */
int map_store(MapObject *self, PyObject *key, PyObject *value);
PyObject *map_get(MapObject *self, PyObject *const *args, Py_ssize_t n);

#endif
