/* map_update.c: many assignments at once: from mappings, pairs and keywords.
 *
 * A Map is read through an engine iterator that leaves no flags, a dict through
 * its own; either may change meanwhile, through keys' or elements' code.
 */
#include "map_type.h"

static inline int
store(MapObject *self, PyObject *key, PyObject *value)
{
    return self->spec->quick->store(self, key, value);
}

/* From a list [k0, v0, k1, v1, ...]: what a map held at one instant; steals. */
static int
update_from_snapshot(MapObject *self, PyObject *flat)
{
    int result = flat != NULL ? 0 : -1;
    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(flat); i += 2) {
        result = store(self, PyList_GET_ITEM(flat, i), PyList_GET_ITEM(flat, i + 1));
    }
    Py_XDECREF(flat);
    return result;
}

static int
update_from_map(MapObject *self, MapObject *other)
{
    if (self == other) { /* the NaNs it adds would come up in its own iteration */
        return update_from_snapshot(self, map_snapshot_locked(self));
    }
    IterObject *iter = iter_new_locked(other, SHOW_ITEMS, true);
    PyObject *pair;
    int result = iter != NULL ? 0 : -1;
    while (result == 0 && (pair = Py_TYPE(iter)->tp_iternext((PyObject *)iter)) != NULL) {
        result = store(self, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1));
        Py_DECREF(pair);
    }
    Py_XDECREF(iter);
    return PyErr_Occurred() ? -1 : result;
}

static int
store_dict(MapObject *self, PyObject *dict, PyObject *shown)
{
    Py_ssize_t position = 0, size = PyDict_GET_SIZE(dict);
    PyObject *key, *value;
    while (PyDict_Next(shown, &position, &key, &value)) {
        Py_INCREF(key);
        Py_INCREF(value);
        int result = store(self, key, value);
        Py_DECREF(key);
        Py_DECREF(value);
        if (result < 0) {
            return -1;
        }
        if (PyDict_GET_SIZE(dict) != size) {
            PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
            return -1;
        }
    }
    return 0;
}

static int
update_from_dict(MapObject *self, PyObject *dict)
{
#ifdef Py_GIL_DISABLED /* another thread may be changing it at this moment */
    PyObject *shown = PyDict_Copy(dict);
    int result = shown != NULL ? store_dict(self, dict, shown) : -1;
    Py_XDECREF(shown);
    return result;
#else
    return store_dict(self, dict, dict);
#endif
}

/* A pair that stays as it is while it is looked at; new. */
static PyObject *
pair_of(PyObject *item)
{
#ifdef Py_GIL_DISABLED
    if (PyList_CheckExact(item)) {
        return PyList_AsTuple(item);
    }
#endif
    return PySequence_Fast(item, "");
}

static int
update_from_keys(MapObject *self, PyObject *other, PyObject *keys_method)
{
    PyObject *keys = PyObject_CallNoArgs(keys_method);
    PyObject *iterator = keys != NULL ? PyObject_GetIter(keys) : NULL, *key;
    int result = iterator != NULL ? 0 : -1;
    while (result == 0 && (key = PyIter_Next(iterator)) != NULL) {
        PyObject *value = PyObject_GetItem(other, key);
        result = value != NULL ? store(self, key, value) : -1;
        Py_DECREF(key);
        Py_XDECREF(value);
    }
    Py_XDECREF(iterator);
    Py_XDECREF(keys);
    return PyErr_Occurred() ? -1 : result;
}

static int
store_pair(MapObject *self, PyObject *item, Py_ssize_t index)
{
    PyObject *pair = pair_of(item);
    if (pair == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Format(PyExc_TypeError, "%U: element #%zd of the update is not a pair: %.200s",
                         self->spec->name, index, Py_TYPE(item)->tp_name);
        }
        return -1;
    }
    int result = -1;
    if (PySequence_Fast_GET_SIZE(pair) != 2) {
        PyErr_Format(PyExc_ValueError,
                     "%U: element #%zd of the update has length %zd; 2 is required",
                     self->spec->name, index, PySequence_Fast_GET_SIZE(pair));
    }
    else {
        PyObject *key = Py_NewRef(PySequence_Fast_GET_ITEM(pair, 0));
        PyObject *value = Py_NewRef(PySequence_Fast_GET_ITEM(pair, 1));
        result = store(self, key, value);
        Py_DECREF(key);
        Py_DECREF(value);
    }
    Py_DECREF(pair);
    return result;
}

static int
update_from_pairs(MapObject *self, PyObject *pairs)
{
    PyObject *iterator = PyObject_GetIter(pairs), *item;
    int result = iterator != NULL ? 0 : -1;
    for (Py_ssize_t i = 0; result == 0 && (item = PyIter_Next(iterator)) != NULL; i++) {
        result = store_pair(self, item, i);
        Py_DECREF(item);
    }
    Py_XDECREF(iterator);
    return PyErr_Occurred() ? -1 : result;
}

/* obj.keys, or NULL: it has none (then no error is set), or asking raised. */
static PyObject *
keys_method_of(PyObject *object)
{
    PyObject *method = PyObject_GetAttrString(object, "keys");
    if (method == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
    }
    return method;
}

static int
update(MapObject *self, PyObject *other)
{
    if (is_plain_map(state_of(self), other)) {
        return update_from_map(self, (MapObject *)other);
    }
    if (PyDict_CheckExact(other)) {
        return update_from_dict(self, other);
    }
    if (PyList_CheckExact(other) || PyTuple_CheckExact(other)) { /* no mapping: not to be asked */
        return update_from_pairs(self, other);
    }
    PyObject *keys = keys_method_of(other);
    if (keys == NULL) {
        return PyErr_Occurred() ? -1 : update_from_pairs(self, other);
    }
    int result = update_from_keys(self, other, keys);
    Py_DECREF(keys);
    return result;
}

int
map_update_locked(MapObject *self, PyObject *other)
{
    int result;
    MAP_LOCK(self);
    result = update(self, other);
    MAP_UNLOCK();
    return result;
}

PyObject *
map_update_method(MapObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *other = NULL;
    if (!PyArg_UnpackTuple(args, "update", 0, 1, &other)) {
        return NULL;
    }
    if ((other != NULL && map_update_locked(self, other) < 0) ||
        (kwargs != NULL && map_update_locked(self, kwargs) < 0)) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyObject *
map_fromkeys(PyTypeObject *cls, PyObject *const *args, Py_ssize_t n)
{
    if (n < 1 || n > 2) {
        return PyErr_Format(PyExc_TypeError, "fromkeys expected 1 or 2 arguments, got %zd", n);
    }
    MapSpec *spec = spec_of_class(cls);
    PyObject *made = spec != NULL ? PyObject_CallNoArgs((PyObject *)cls) : NULL, *key;
    PyObject *iterator = made != NULL ? PyObject_GetIter(args[0]) : NULL;
    int result = iterator != NULL ? 0 : -1;
    while (result == 0 && (key = PyIter_Next(iterator)) != NULL) {
        result = PyObject_SetItem(made, key, n == 2 ? args[1] : spec->zero);
        Py_DECREF(key);
    }
    Py_XDECREF(iterator);
    Py_XDECREF(spec);
    if (result < 0 || PyErr_Occurred()) {
        Py_CLEAR(made);
    }
    return made;
}

/* ---- | and |= ------------------------------------------------------------------------- */

/* The object as a map, or NULL: it is none.  Borrowed. */
static MapObject *
as_map(PyObject *object)
{
    return spec_map_type(Py_TYPE(object)) != NULL ? (MapObject *)object : NULL;
}

/* Has it keys(), as dict | asks of the other side?  1, 0, -1. */
static int
is_mapping(PyObject *object)
{
    PyObject *keys = keys_method_of(object);
    Py_XDECREF(keys);
    return keys != NULL ? 1 : PyErr_Occurred() ? -1 : 0;
}

/* map | mapping and mapping | map: the map's class and options, right wins. */
PyObject *
map_or(PyObject *left, PyObject *right)
{
    MapObject *map = as_map(left), *result;
    int mapping = is_mapping(map != NULL ? right : left);
    if (mapping <= 0) {
        return mapping < 0 ? NULL : Py_NewRef(Py_NotImplemented);
    }
    if (map != NULL) {
        result = map_copy_locked(map);
    }
    else {
        map = as_map(right);
        result = map_new_like_locked(map, Py_TYPE(map));
        if (result != NULL && map_update_locked(result, left) < 0) {
            Py_CLEAR(result);
        }
    }
    if (result != NULL && map_update_locked(result, right) < 0) {
        Py_CLEAR(result);
    }
    return (PyObject *)result;
}

PyObject *
map_ior(MapObject *self, PyObject *other)
{
    return map_update_locked(self, other) < 0 ? NULL : Py_NewRef((PyObject *)self);
}
