/* batch.h: operations on many entries at once. */
#ifndef GOMAP_BATCH_H
#define GOMAP_BATCH_H

#include "rows.h"

/* batch_read.c: methods, and what their docstrings say */
PyObject *map_get_many(MapObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_contains_many(MapObject *self, PyObject *args, PyObject *kwargs);
/* batch_out.c: methods, and what their docstrings say */
PyObject *map_to_arrays(MapObject *self, PyObject *ignored);
PyObject *map_keys_array(MapObject *self, PyObject *ignored);
PyObject *map_values_array(MapObject *self, PyObject *ignored);
/* batch_write.c: methods, and what their docstrings say */
PyObject *map_set_many(MapObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_from_arrays(PyTypeObject *cls, PyObject *args, PyObject *kwargs);
PyObject *map_delete_many(MapObject *self, PyObject *args, PyObject *kwargs);
/* batch_add.c: methods, and what their docstrings say */
PyObject *map_add_many(MapObject *self, PyObject *args, PyObject *kwargs);
/* batch_merge.c */
PyObject *map_merge(MapObject *self, PyObject *args, PyObject *kwargs);
extern const char map_get_many_doc[], map_contains_many_doc[], map_to_arrays_doc[],
    map_keys_array_doc[], map_values_array_doc[], map_set_many_doc[], map_from_arrays_doc[],
    map_delete_many_doc[], map_add_many_doc[], map_merge_doc[];

/* batch_out.c: an unboxed side as an array, a boxed one as a list; new. */
enum { TAKE_KEYS = 1, TAKE_ELEMS = 2 };
int batch_take_out_locked(MapObject *self, int take, PyObject **keys, PyObject **elems);

/* batch_write.c */
int batch_set_locked(MapObject *self, PyObject *keys, PyObject *values);
/* n entries of bare numbers from two blocks of memory, wherever they lie. */
int batch_set_blocks_locked(MapObject *self, const void *keys, const void *elems, size_t n);

/* batch_add.c */
int batch_add_locked(MapObject *self, PyObject *keys, PyObject *deltas);

/* count.c */
extern PyMethodDef count_functions[];

/* sum.c: additions in place; NULL: elements of that type have none. */
gm_add sum_of(TypeCode elem, bool unsigned_delta);
/* Takes a delta off an integer element again, modulo its width. */
void sum_undo(uint16_t size, void *elem, uint64_t delta);

#endif
