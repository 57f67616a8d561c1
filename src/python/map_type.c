/* map_type.c: the Map type: its slots, none longer than a few lines. */
#include "map_type.h"

#include <structmember.h>

static PyObject *
map_mp_subscript(MapObject *self, PyObject *key)
{
    PyObject *elem;
    MAP_LOCK(self);
    elem = self->spec->quick->subscript(self, key);
    MAP_UNLOCK();
    return elem;
}

static int
map_mp_ass_subscript(MapObject *self, PyObject *key, PyObject *value)
{
    int result;
    MAP_LOCK(self);
    result = self->spec->quick->store(self, key, value);
    MAP_UNLOCK();
    return result;
}

MapObject *
map_argument(PyObject *module, PyObject *object, const char *function)
{
    if (is_map(PyModule_GetState(module), object)) {
        return (MapObject *)object;
    }
    PyErr_Format(PyExc_TypeError, "%s: a gomap.Map is required, not %.200s", function,
                 Py_TYPE(object)->tp_name);
    return NULL;
}

static Py_ssize_t
map_mp_length(MapObject *self)
{
    Py_ssize_t length;
    MAP_LOCK(self);
    length = map_length(self);
    MAP_UNLOCK();
    return length;
}

static int
map_sq_contains(MapObject *self, PyObject *key)
{
    int found;
    MAP_LOCK(self);
    found = self->spec->quick->contains(self, key);
    MAP_UNLOCK();
    return found;
}

static PyObject *
map_tp_iter(MapObject *self)
{
    return (PyObject *)iter_new_locked(self, SHOW_KEYS, false);
}

PyDoc_STRVAR(map_doc, "Map(contents=(), /, *, hint=0, seed=None, hasher=None, zero=...)\n--\n\n\
Go's classic map: Map[K, V]() is make(map[K]V).\n\
\n\
contents  a mapping or an iterable of (key, element) pairs\n\
hint      room for that many entries before the first growth\n\
seed      an int: hash0 and the iteration stream become reproducible\n\
hasher    a function (key, hash0) -> int giving 64-bit hashes, for study\n\
zero      what reading an absent key gives, in place of the type's zero value\n\
\n\
Reading an absent key gives the zero value and inserts nothing; iteration\n\
starts at random and allows any change meanwhile.  Lookups, assignments and\n\
deletions take O(1) on average, with no pause that grows with the map.\n\
\n\
Raises TypeError for a contents or option of a wrong type, ValueError for a\n\
negative hint, MemoryError for one beyond memory.\n\
\n\
>>> from gomap import Map\n\
>>> ages = Map[str, int]({'alice': 30})\n\
>>> ages['alice'], ages['bob'], 'bob' in ages\n\
(30, 0, False)\n");

static PyMemberDef map_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(MapObject, weakrefs), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyObject *
map_get_is_nil(MapObject *self, void *closure)
{
    (void)closure;
    return PyBool_FromLong(self->nil);
}

static PyGetSetDef map_getset[] = {
    {"is_nil", (getter)map_get_is_nil, NULL,
     "True for a nil map, `var m map[K]V`: it reads as empty and refuses writes.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot map_slots[] = {
    {Py_tp_doc, (void *)map_doc},
    {Py_tp_new, map_tp_new},
    {Py_tp_init, map_tp_init},
    {Py_tp_dealloc, map_tp_dealloc},
    {Py_tp_traverse, map_tp_traverse},
    {Py_tp_clear, map_tp_clear},
    {Py_tp_iter, map_tp_iter},
    {Py_tp_repr, map_repr},
    {Py_tp_hash, PyObject_HashNotImplemented},
    {Py_tp_richcompare, map_richcompare},
    {Py_tp_methods, map_methods},
    {Py_tp_members, map_members},
    {Py_tp_getset, map_getset},
    {Py_mp_subscript, map_mp_subscript},
    {Py_mp_ass_subscript, map_mp_ass_subscript},
    {Py_mp_length, map_mp_length},
    {Py_sq_contains, map_sq_contains},
    {Py_nb_or, map_or},
    {Py_nb_inplace_or, map_ior},
    {0, NULL},
};

PyType_Spec map_type_spec = {
    .name = "gomap.Map",
    .basicsize = sizeof(MapObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MAPPING,
    .slots = map_slots,
};
