/* map_type.h: what the files of the Map type offer each other. */
#ifndef GOMAP_MAP_TYPE_H
#define GOMAP_MAP_TYPE_H

#include "guard.h"
#include "key.h"
#include "lock.h"
#include "quick.h"

/* map_life.c */
PyObject *map_tp_new(PyTypeObject *cls, PyObject *args, PyObject *kwargs);
int map_tp_init(MapObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_vectorcall(PyObject *cls, PyObject *const *args, size_t nargsf, PyObject *kwnames);
int map_tp_traverse(MapObject *self, visitproc visit, void *arg);
int map_tp_clear(MapObject *self);
void map_tp_dealloc(MapObject *self);
/* The engine's map, and whether operations on it can be quick ones. */
void map_set_engine(MapObject *self, gm_map *map);
/* The engine's map exists from now on; not for nil. */
int map_ensure(MapObject *self);
/* The same, with NilMapError for nil. */
int map_require_writable(MapObject *self);
/* Releases what the engine could not while it was at work. */
void map_sweep(MapObject *self);
/* An instance of cls with self's options, without contents; new. */
MapObject *map_new_like_locked(MapObject *self, PyTypeObject *cls);
MapObject *map_copy_locked(MapObject *self);
/* A count given by a caller: >= 0, saturated at 2**64 - 1. */
int map_count_arg(PyObject *object, const char *name, uint64_t *count);

/* map_entry.c */
void map_track(MapObject *self);
/* key_load, on a map whose engine exists (but for nil).  Operations of several
 * engine calls load once, and key_refresh the key after foreign code. */
int map_load_key(MapObject *self, PyObject *object, Key *key);
/* 1 found, 0 absent, -1 error. */
int map_find_loaded(MapObject *self, const Key *key, gm_cell *cell);
int map_find(MapObject *self, PyObject *object, gm_cell *cell);
/* The same with the element, boxed, or NULL, in *elem: for who goes on without the cell. */
int map_find_boxed(MapObject *self, PyObject *object, PyObject **elem);
/* 1 present, 0 absent, -1 error; and: found, the element, boxed; absent, NULL, and no
 * error set. */
int map_contains_locked(MapObject *self, PyObject *object);
PyObject *map_find_elem_locked(MapObject *self, PyObject *object);
/* The key's cell, its references in order; map_put comes next, then the release
 * of *displaced, a key that was replaced. */
int map_assign_loaded(MapObject *self, const Key *key, gm_cell *cell, PyObject **displaced);
/* The references of a key assigned to `cell`. */
void map_own_key(MapObject *self, const Key *key, gm_cell *cell, PyObject **displaced);
/* Moves an element into an assigned cell; boxed: *displaced is the old one. */
void map_put(MapObject *self, gm_cell *cell, const Elem *elem, PyObject **displaced);
/* Stores a loaded element under a loaded key; both are used up. */
int map_set_loaded(MapObject *self, Key *key, Elem *elem);
/* For a key found absent: the element that somebody has stored since, or else `elem`, stored,
 * and `shown`, which is the same as an object; uses up all three.  New, or NULL. */
PyObject *map_default_loaded(MapObject *self, Key *key, Elem *elem, PyObject *shown);
/* Deletes, or with `elem` pops the element, boxed: 1 removed, 0 absent, -1 error. */
int map_remove_loaded(MapObject *self, const Key *key, PyObject **elem);
/* Boxes what is asked for of an entry taken out, and releases it. */
void map_release_entry(MapObject *self, gm_entry *entry, PyObject **key, PyObject **elem);

/* map_type.c */
/* A function's argument as the Map it has to be; borrowed. */
MapObject *map_argument(PyObject *module, PyObject *object, const char *function);

/* map_methods.c */
extern PyMethodDef map_methods[];

/* map_size.c: methods, and what their docstrings say */
PyObject *map_reserve_locked(MapObject *self, PyObject *count);
PyObject *map_shrink_locked(MapObject *self, PyObject *ignored);
PyObject *map_finish_growth_locked(MapObject *self, PyObject *ignored);
PyObject *map_sizeof_locked(MapObject *self, PyObject *ignored);
extern const char map_reserve_doc[], map_shrink_doc[], map_finish_growth_doc[];

/* map_add.c */
PyObject *map_add(MapObject *self, PyObject *const *args, Py_ssize_t n);
/* The same for a key loaded under hash0 from `object`; the key is used up. */
PyObject *map_add_loaded(MapObject *self, PyObject *object, Key *key, uint64_t hash0,
                         PyObject *delta);

/* map_update.c */
int map_update_locked(MapObject *self, PyObject *other);
PyObject *map_update_method(MapObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_or(PyObject *left, PyObject *right);
PyObject *map_ior(MapObject *self, PyObject *other);
PyObject *map_fromkeys(PyTypeObject *cls, PyObject *const *args, Py_ssize_t n);

/* map_read.c */
/* [k0, v0, k1, v1, ...]: the contents at one instant; new. */
PyObject *map_snapshot_locked(MapObject *self);
PyObject *map_repr(MapObject *self);
PyObject *map_to_dict(MapObject *self, PyObject *ignored);
/* [(k, v), ...] of a snapshot; new. */
PyObject *map_pairs_of(PyObject *flat);

/* map_equal.c */
/* Are the keys of both of one type, so that one finds the other's as they are? */
bool map_keys_alike(const MapObject *a, const MapObject *b);
PyObject *map_richcompare(MapObject *self, PyObject *other, int op);

/* map_hooks.c */
extern const char map_repr_html_doc[], map_repr_pretty_doc[], map_pydantic_doc[];
PyObject *map_repr_html(MapObject *self, PyObject *ignored);
PyObject *map_repr_pretty(MapObject *self, PyObject *args);
PyObject *map_pydantic(PyObject *cls, PyObject *args);

/* map_pickle.c */
PyObject *map_reduce(MapObject *self, PyObject *ignored);
PyObject *map_reduce_ex(MapObject *self, PyObject *protocol);
extern PyMethodDef pickle_functions[];

/* iter_type.c */
IterObject *iter_new_locked(MapObject *map, Show show, bool leave_flags);
PyObject *iter_new_at_locked(MapObject *map, PyObject *start_bucket, PyObject *offset);
/* Where it stands; false: it has ended. */
bool iter_read_locked(IterObject *self, gm_cursor *at);

/* views.c */
PyObject *view_new(MapObject *map, Show show);

/* Nothing but numbers on both sides. */
static inline bool
is_unboxed(const MapSpec *spec)
{
    return !spec->key.boxed && !spec->elem.boxed;
}

/* Keys are numbers hashed by the engine: no Python code is needed to look them up. */
static inline bool
has_bare_keys(const MapObject *self)
{
    return !self->spec->key.boxed && self->hasher == NULL;
}

/* The same, and elements are numbers, too: a batch needs no interpreter lock. */
static inline bool
is_bare(const MapObject *self)
{
    return has_bare_keys(self) && !self->spec->elem.boxed;
}

/* A Map that iterates as Map does: its entries are what the engine has.  A subclass
 * with an __iter__ of its own is read by keys() and [], as dict reads its own. */
static inline bool
is_plain_map(const ModuleState *state, PyObject *object)
{
    return is_map(state, object) && Py_TYPE(object)->tp_iter == state->map_type->tp_iter;
}

/* len(self), whatever a subclass says. */
static inline Py_ssize_t
map_length(MapObject *self)
{
    guard_read(self);
    return self->map != NULL ? (Py_ssize_t)gm_count(self->map) : 0;
}

static inline bool
is_hashed(const MapObject *self)
{
    return self->hasher != NULL;
}

#endif
