/* state.h: the objects of the glue and the module's state.
 *
 * A MapSpec says what a class's keys and elements are; every Map instance
 * refers to its class's.  A MapObject owns one engine map, made at the first
 * need.  Nothing here knows what a bucket is.
 */
#ifndef GOMAP_STATE_H
#define GOMAP_STATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "gomap.h"

/* What a key or element type is.  The order is that of `box_types` in box.c. */
typedef enum {
    TYPE_OBJECT,
    TYPE_INTERFACE,
    TYPE_CLASS,
    TYPE_STR,
    TYPE_BYTES,
    TYPE_INT,
    TYPE_FLOAT,
    TYPE_BOOL,
    TYPE_COMPLEX,
    /* unboxed from here on */
    TYPE_INT8,
    TYPE_INT16,
    TYPE_INT32,
    TYPE_INT64,
    TYPE_UINT8,
    TYPE_UINT16,
    TYPE_UINT32,
    TYPE_UINT64,
    TYPE_FLOAT32,
    TYPE_FLOAT64,
    TYPE_COMPLEX128,
    TYPE_BOOL8
} TypeCode;

typedef struct {
    TypeCode code;
    bool boxed;
    bool takes_none;  /* TYPE_CLASS: None is Go's nil */
    uint16_t size;    /* bytes of a slot, a key's hash left out */
    uint16_t go_size; /* bytes Go gives it */
    PyObject *type;   /* as the user wrote it; new */
    PyObject *check;  /* TYPE_CLASS: what isinstance is asked; new */
    PyObject *exact;  /* objects of just this type need no look; NULL: any object */
    PyObject *name;   /* str; new */
} BoxType;

struct ModuleState;
typedef struct QuickOps QuickOps;

/* What the maps of one class hold.  Shared by the class and its instances. */
typedef struct {
    PyObject_HEAD struct ModuleState *state; /* borrowed: the Map type keeps the module alive */
    BoxType key, elem;
    gm_type plain;  /* the engine's type, hashing by value */
    gm_type hashed; /* the same for maps with hasher= */
    const QuickOps *quick;
    PyObject *zero;    /* the element type's zero value; new */
    PyObject *name;    /* "Map[str, int]"; new */
    PyTypeObject *cls; /* the class made for it, borrowed (the class owns the spec) */
    PyObject *origin;  /* the class that was parametrised, or NULL; new */
} MapSpec;

typedef struct {
    PyObject_HEAD gm_map *map; /* NULL: not needed so far, or nil */
    gm_map *quick;             /* the same, or NULL: not for quick.h */
    MapSpec *spec;             /* new */
    PyObject *hasher;          /* NULL: none; new */
    PyObject *zero;            /* this map's zero value; new */
    uint64_t seed;             /* when fixed */
    bool fixed_seed;
    bool own_zero; /* zero= was given */
    bool nil;
    bool initialised;
    /* guard.h: batches that use the map without the interpreter lock */
    long batches;                /* reading ones, or -1: a writing one */
    struct Waiter *waiters;      /* who waits for a batch, the longest first */
    void *gate;                  /* a lock, held while there is a batch; NULL: never was one */
    struct Recording *recording; /* events.c; NULL: never was one */
    PyObject *weakrefs;
} MapObject;

typedef enum { SHOW_KEYS, SHOW_VALUES, SHOW_ITEMS } Show;

/* Ints shown by an iterator, given other values while nobody else holds them. */
typedef struct {
    PyObject *last[2]; /* the last but one, the last; NULL or new */
    bool kept;         /* somebody holds them for longer: no use trying */
} Ints;

typedef struct {
    PyObject_HEAD MapObject *map; /* NULL once exhausted (see iter_type.c); new */
    gm_iter iter;
    Show show;
    PyObject *pair; /* reused while nobody else holds it; new */
    Ints keys, elems;
#ifdef Py_GIL_DISABLED
    bool ended; /* the map stays: its lock is the iterator's */
#endif
} IterObject;

typedef struct {
    PyObject_HEAD MapObject *map; /* new */
    Show show;
} ViewObject;

typedef struct ModuleState {
    PyTypeObject *map_type, *iter_type, *spec_type, *array_type;
    PyTypeObject *view_types[3]; /* by Show */
    PyTypeObject *bucket_type, *hmap_type, *event_type;
    PyObject *nil_error, *concurrent_error;
    PyObject *interface;                /* gomap.interface */
    PyObject *sized;                    /* tuple: the marker classes, TYPE_INT8 first */
    PyObject *classes;                  /* dict: (class, K, V) -> parametrised class */
    MapSpec *last_spec;                 /* of the class asked for last, or NULL */
    PyObject *abc_mapping;              /* collections.abc.Mapping */
    PyObject *rebuild, *rebuild_blocks; /* the module's functions for pickles */
    PyObject *release;                  /* "release" */
    uint64_t rng;                       /* seeds of new maps */
} ModuleState;

static inline ModuleState *
state_of(const MapObject *self)
{
    return self->spec->state;
}

static inline bool
is_map(const ModuleState *state, PyObject *object)
{
    return PyObject_TypeCheck(object, state->map_type);
}

/* map_type.c, iter_type.c, views.c */
extern PyType_Spec map_type_spec, iter_type_spec;
extern PyType_Spec keys_view_spec, values_view_spec, items_view_spec;

/* array_type.c */
extern PyType_Spec array_type_spec;

/* sync_lock.c: a type whose base is threading's RLock */
extern PyType_Spec lock_spec;

/* spec.c */
extern PyType_Spec spec_type_spec;
/* gomap.Map as a base of cls, or NULL: it is no Map class.  Borrowed. */
PyTypeObject *spec_map_type(PyTypeObject *cls);
/* The spec of a Map class; new. */
MapSpec *spec_of_class(PyTypeObject *cls);
/* Map's own: object keys, object elements.  New. */
MapSpec *spec_for_base(ModuleState *state, PyTypeObject *cls);
PyObject *spec_class_getitem(PyTypeObject *cls, PyObject *params);

/* snapshot.c, introspect.c */
extern PyStructSequence_Desc bucket_desc, hmap_desc;
extern PyMethodDef introspect_functions[];

/* explain.c, measure.c */
extern PyMethodDef explain_functions[], measure_functions[];

#endif
