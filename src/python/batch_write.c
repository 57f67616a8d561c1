/* batch_write.c: storing and deleting many entries.
 *
 * Everything that is given is checked, converted and hashed before the first
 * write.  What can still fail is memory, and foreign code of boxed keys: what was
 * written before stays then.
 */
#include "batch.h"

/* ---- set --------------------------------------------------------------------------- */

static int
assign_numbers(MapObject *self, gm_writes *batch)
{
    PyThreadState *thread = guard_begin(self, batch->n, true);
    gm_status status = gm_assign_many(self->map, batch);
    guard_end(self, thread);
    map_sweep(self);
    return status == GM_OK ? 0 : err_status(self, status);
}

static int
set_numbers(MapObject *self, const Keys *keys, const Values *values)
{
    gm_writes batch = {
        .keys = keys->column.data,
        .n = keys->n,
        .values = values->scalar ? (const void *)&values->elem : values->column.data,
        .stride = values->scalar ? 0 : self->spec->elem.size,
    };
    return assign_numbers(self, &batch);
}

static int
set_blocks(MapObject *self, const void *keys, const void *elems, size_t n)
{
    const MapSpec *spec = self->spec;
    Column key_column, elem_column;
    if (column_from_block(&key_column, &(ColumnFor){spec, &spec->key, "key"}, keys, n) < 0) {
        return -1;
    }
    int result =
        column_from_block(&elem_column, &(ColumnFor){spec, &spec->elem, "element"}, elems, n);
    if (result == 0) {
        result = map_require_writable(self);
        if (result == 0) {
            result = assign_numbers(self, &(gm_writes){.keys = key_column.data,
                                                       .n = n,
                                                       .values = elem_column.data,
                                                       .stride = spec->elem.size});
        }
        column_fini(&elem_column);
    }
    column_fini(&key_column);
    return result;
}

int
batch_set_blocks_locked(MapObject *self, const void *keys, const void *elems, size_t n)
{
    int result;
    MAP_LOCK(self);
    result = set_blocks(self, keys, elems, n);
    MAP_UNLOCK();
    return result;
}

static int
set_one(Keys *keys, const Values *values, size_t i)
{
    Key key;
    Elem elem;
    if (keys_take(keys, i, &key) < 0) {
        return -1;
    }
    values_take(values, i, &elem);
    return map_set_loaded(keys->map, &key, &elem);
}

static int
set_one_by_one(Keys *keys, const Values *values)
{
    if (keys_load_all(keys) < 0) {
        return -1;
    }
    for (size_t i = 0; i < keys->n; i++) {
        if (keys_reach(keys, i) < 0 || set_one(keys, values, i) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
set_batch(MapObject *self, PyObject *given_keys, PyObject *given_values)
{
    Keys keys;
    Values values;
    int result = -1;
    if (keys_init(&keys, self, given_keys) < 0) {
        return -1;
    }
    if (values_init(&values, self, given_values, keys.n) == 0) {
        if (keys.n == 0) {
            result = 0;
        }
        else if (map_require_writable(self) == 0) {
            result =
                is_bare(self) ? set_numbers(self, &keys, &values) : set_one_by_one(&keys, &values);
        }
        values_fini(&values);
    }
    keys_fini(&keys);
    return result;
}

int
batch_set_locked(MapObject *self, PyObject *keys, PyObject *values)
{
    int result;
    MAP_LOCK(self);
    result = set_batch(self, keys, values);
    MAP_UNLOCK();
    return result;
}

const char map_set_many_doc[] = PyDoc_STR("set_many($self, /, keys, elems)\n--\n\n\
m[key] = element for many keys, in order: the last of equal keys wins.\n\
\n\
keys: an array of shape (n,), or an iterable of n keys; elems: as many elements,\n\
or one for all.  All input is checked before the first write; should memory run\n\
out in the middle, the entries before stay.\n\
\n\
O(n); a map that will get many new keys is grown ahead.  Releases the interpreter\n\
lock when both sides are unboxed and n is large; other threads wait for it then.\n\
Raises ValueError for different lengths, TypeError or OverflowError for what the\n\
types do not take, NilMapError, MemoryError.\n\
\n\
>>> from gomap import Map, int64\n\
>>> m = Map[int64, int64]()\n\
>>> m.set_many([1, 2], [10, 20])\n\
>>> m.set_many([2, 3], 0)\n\
>>> m\n\
Map[int64, int64]({1: 10, 2: 0, 3: 0})\n");

PyObject *
map_set_many(MapObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {"keys", "elems", NULL};
    PyObject *keys, *values;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:set_many", (char **)(uintptr_t)names, &keys,
                                     &values) ||
        batch_set_locked(self, keys, values) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

const char map_from_arrays_doc[] = PyDoc_STR("from_arrays($type, /, keys, elems, **options)\n--\n\n\
A new map of these keys and elements: set_many on an empty map.\n\
\n\
Options are those of the constructor (hint, seed, hasher, zero).  The map is made\n\
for as many entries as there are different keys.  O(n).\n\
\n\
>>> from gomap import Map, int64\n\
>>> Map[int64, int64].from_arrays([1, 2], [10, 20])\n\
Map[int64, int64]({1: 10, 2: 20})\n");

/* The argument of that position or name; borrowed.  A name is taken out of the
 * options. */
static PyObject *
argument(PyObject *args, PyObject *options, Py_ssize_t position, const char *name)
{
    PyObject *key = PyUnicode_FromString(name);
    PyObject *value = key != NULL ? PyDict_GetItemWithError(options, key) : NULL;
    Py_XDECREF(key);
    if (value == NULL && PyErr_Occurred()) {
        return NULL;
    }
    bool positional = position < PyTuple_GET_SIZE(args);
    if (positional == (value != NULL)) {
        PyErr_Format(PyExc_TypeError, "from_arrays() %s argument '%s'",
                     positional ? "got two values for" : "is missing the", name);
        return NULL;
    }
    if (positional) {
        return PyTuple_GET_ITEM(args, position);
    }
    Py_INCREF(value); /* given back by the caller's own reference to kwargs */
    int result = PyDict_DelItemString(options, name);
    Py_DECREF(value);
    return result < 0 ? NULL : value;
}

PyObject *
map_from_arrays(PyTypeObject *cls, PyObject *args, PyObject *kwargs)
{
    PyObject *options = kwargs != NULL ? PyDict_Copy(kwargs) : PyDict_New();
    PyObject *none = PyTuple_New(0), *self = NULL;
    if (PyTuple_GET_SIZE(args) > 2) {
        PyErr_Format(PyExc_TypeError, "from_arrays() takes 2 arguments, not %zd",
                     PyTuple_GET_SIZE(args));
    }
    else if (options != NULL && none != NULL) {
        PyObject *keys = argument(args, options, 0, "keys");
        PyObject *values = keys != NULL ? argument(args, options, 1, "elems") : NULL;
        self = values != NULL ? PyObject_Call((PyObject *)cls, none, options) : NULL;
        if (self != NULL && !PyType_IsSubtype(Py_TYPE(self), spec_map_type(cls))) {
            PyErr_Format(PyExc_TypeError, "from_arrays(): %.200s() has made a %.200s, not a Map",
                         cls->tp_name, Py_TYPE(self)->tp_name);
            Py_CLEAR(self);
        }
        if (self != NULL && batch_set_locked((MapObject *)self, keys, values) < 0) {
            Py_CLEAR(self);
        }
    }
    Py_XDECREF(options);
    Py_XDECREF(none);
    return self;
}

/* ---- delete --------------------------------------------------------------------------- */

static int
delete_numbers(MapObject *self, const Keys *keys, size_t *removed)
{
    PyThreadState *thread = guard_begin(self, keys->n, true);
    gm_status status = gm_delete_many(self->map, keys->column.data, keys->n, removed);
    guard_end(self, thread);
    map_sweep(self);
    return status == GM_OK ? 0 : err_status(self, status);
}

static int
delete_one_by_one(Keys *keys, size_t *removed)
{
    if (keys_load_all(keys) < 0) {
        return -1;
    }
    for (size_t i = 0; i < keys->n; i++) {
        Key key;
        if (keys_reach(keys, i) < 0 || keys_take(keys, i, &key) < 0) {
            return -1;
        }
        int gone = map_remove_loaded(keys->map, &key, NULL);
        key_drop(&key);
        if (gone < 0) {
            return -1;
        }
        *removed += (size_t)gone;
    }
    return 0;
}

const char map_delete_many_doc[] = PyDoc_STR("delete_many($self, /, keys)\n--\n\n\
Deletes many keys; how many of them were present.\n\
\n\
Absent keys are skipped, as by del.  O(n).  All keys are checked before the first\n\
is deleted.  Releases the interpreter lock as set_many does.\n\
\n\
>>> from gomap import Map, int64\n\
>>> m = Map[int64, int64]({1: 10, 2: 20})\n\
>>> m.delete_many([2, 3]), len(m)\n\
(1, 1)\n");

PyObject *
map_delete_many(MapObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {"keys", NULL};
    PyObject *given;
    Keys keys;
    size_t removed = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:delete_many", (char **)(uintptr_t)names,
                                     &given) ||
        keys_init(&keys, self, given) < 0) {
        return NULL;
    }
    bool numbers = is_bare(self) && self->map != NULL;
    int result =
        numbers ? delete_numbers(self, &keys, &removed) : delete_one_by_one(&keys, &removed);
    keys_fini(&keys);
    return result < 0 ? NULL : PyLong_FromSize_t(removed);
}
