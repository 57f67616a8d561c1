/* count.c: gomap.count: how often each item comes.
 *
 * An array of numbers is counted as a batch, a list in waves.  Items of any other
 * iterable are taken as they come: it may be endless for all that is known.
 */
#include "batch.h"

/* An empty Map[key, elem]; new. */
static MapObject *
new_map(ModuleState *state, PyObject *key, PyObject *elem)
{
    PyObject *params = PyTuple_Pack(2, key, elem);
    PyObject *cls = params != NULL ? PyObject_GetItem((PyObject *)state->map_type, params) : NULL;
    PyObject *map = cls != NULL ? PyObject_CallNoArgs(cls) : NULL;
    Py_XDECREF(params);
    Py_XDECREF(cls);
    return (MapObject *)map;
}

static PyObject *
sized_type(ModuleState *state, TypeCode code)
{
    return PyTuple_GET_ITEM(state->sized, (Py_ssize_t)code - TYPE_INT8);
}

/* What an array's numbers are: a sized type's code; TYPE_OBJECT: it is no array of
 * numbers; -1 raised. */
static int
code_of_array(const MapSpec *spec, PyObject *items)
{
    Source source;
    ColumnFor wanted = {spec, &spec->key, "key"};
    switch (source_init(&source, &wanted, items)) {
    case SOURCE_FAILED:
        if (!source.foreign || PyErr_ExceptionMatches(PyExc_MemoryError)) {
            return -1;
        }
        PyErr_Clear();
        return TYPE_OBJECT;
    case SOURCE_FOUND:
        source_fini(&source);
        return (int)dtype_code(source.dtype);
    case SOURCE_SCALAR: /* not iterable: that will be said */
    case SOURCE_NONE:
        break;
    }
    return TYPE_OBJECT;
}

/* The map given, or one that suits any items; new. */
static MapObject *
map_to_count(ModuleState *state, PyObject *into)
{
    if (into == NULL || into == Py_None) {
        return new_map(state, (PyObject *)&PyBaseObject_Type, (PyObject *)&PyLong_Type);
    }
    if (is_map(state, into)) {
        return (MapObject *)Py_NewRef(into);
    }
    PyErr_Format(PyExc_TypeError, "count: into must be a gomap.Map, not %.200s",
                 Py_TYPE(into)->tp_name);
    return NULL;
}

static int
add_one(MapObject *map, PyObject *object, Key *key, PyObject *one)
{
    PyObject *sum = map_add_loaded(map, object, key, present_hash0(map), one);
    Py_XDECREF(sum);
    return sum != NULL ? 0 : -1;
}

/* One more of a loaded key, which is used up.  `first`: what a new key gets, where
 * elements are objects and zero is an exact int; else NULL. */
static int
count_one(MapObject *map, PyObject *object, Key *key, PyObject *first, PyObject *one)
{
    gm_cell cell;
    PyObject *displaced;
    if (first == NULL) {
        return add_one(map, object, key, one);
    }
    if (map_assign_loaded(map, key, &cell, &displaced) < 0) {
        key_drop(key);
        return -1;
    }
    int result = 1;
    if (cell.inserted) {
        *(PyObject **)cell.elem = Py_NewRef(first);
    }
    else {
        result = int_slot_add(cell.elem, 1, NULL);
    }
    Py_XDECREF(displaced);
    map_sweep(map);
    if (result == 0) { /* an int subclass, a huge int, whatever can be added to */
        return add_one(map, object, key, one);
    }
    key_drop(key);
    return result < 0 ? -1 : 0;
}

/* What a new key gets; new.  NULL without an error: elements are no plain ints. */
static PyObject *
first_count(MapObject *map, PyObject *one)
{
    const TypeCode code = map->spec->elem.code;
    if ((code != TYPE_INT && code != TYPE_OBJECT && code != TYPE_INTERFACE) ||
        !PyLong_CheckExact(map->zero)) {
        return NULL;
    }
    return PyNumber_Add(map->zero, one);
}

/* ---- the items ------------------------------------------------------------------------- */

typedef struct {
    MapObject *map;
    PyObject *one, *first;
} Counting;

/* One more of an item. */
static int
count_item(const Counting *counting, PyObject *object)
{
    MapObject *map = counting->map;
    void *slot = counting->first != NULL ? map->spec->quick->slot(map, object) : NULL;
    int result = slot != NULL ? int_slot_add(slot, 1, NULL) : 0;
    if (result != 0) {
        return result < 0 ? -1 : 0;
    }
    Key key;
    return map_load_key(map, object, &key) < 0
               ? -1
               : count_one(map, object, &key, counting->first, counting->one);
}

/* Item i, in a wave. */
static int
count_in_wave(const Counting *counting, Keys *keys, size_t i)
{
    Key key;
    PyObject *object = PyTuple_GET_ITEM(keys->objects, (Py_ssize_t)i);
    return keys_reach(keys, i) < 0 || keys_take(keys, i, &key) < 0
               ? -1
               : count_one(counting->map, object, &key, counting->first, counting->one);
}

/* A list's items, in waves once the map outgrows the caches; the list may change
 * meanwhile, so what it holds now. */
static int
count_objects(const Counting *counting, PyObject *items)
{
    Keys keys = {.map = counting->map, .objects = PySequence_Tuple(items)};
    if (keys.objects == NULL) {
        return -1;
    }
    int result = 0;
    bool waves = false;
    keys.n = (size_t)PyTuple_GET_SIZE(keys.objects);
    for (size_t i = 0; result == 0 && i < keys.n; i++) {
        if (i % GM_WAVE == 0) {
            gm_map *map = counting->map->map;
            waves = map != NULL && gm_count(map) >= GM_PREFETCH_LEAST;
        }
        result = waves ? count_in_wave(counting, &keys, i)
                       : count_item(counting, PyTuple_GET_ITEM(keys.objects, (Py_ssize_t)i));
    }
    keys_fini(&keys);
    return result;
}

/* The items of any iterable as they come. */
static int
count_items(const Counting *counting, PyObject *items)
{
    PyObject *iterator = PyObject_GetIter(items), *item;
    if (iterator == NULL) {
        return -1;
    }
    int result = 0;
    while (result == 0 && (item = PyIter_Next(iterator)) != NULL) {
        result = count_item(counting, item);
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? -1 : result;
}

/* Lists, and arrays that make lists, in waves; the rest one by one. */
static int
count_any(const Counting *counting, PyObject *items)
{
    PyObject *list = list_of_array(items), *all = list != NULL ? list : items;
    if (list == NULL && PyErr_Occurred()) {
        return -1;
    }
    bool waves = (PyList_Check(all) || PyTuple_Check(all)) && !has_bare_keys(counting->map);
    int result = waves ? count_objects(counting, all) : count_items(counting, all);
    Py_XDECREF(list);
    return result;
}

/* `numbers`: the items are an array of numbers. */
static int
count_into_locked(MapObject *map, PyObject *items, bool numbers)
{
    Counting counting = {.map = map, .one = PyLong_FromLong(1)};
    int result = counting.one != NULL ? 0 : -1;
    if (result == 0 && numbers) {
        result = batch_add_locked(map, items, counting.one);
    }
    else if (result == 0) {
        MAP_LOCK(map);
        counting.first = first_count(map, counting.one);
        result = PyErr_Occurred() ? -1 : count_any(&counting, items);
        MAP_UNLOCK();
    }
    Py_XDECREF(counting.first);
    Py_XDECREF(counting.one);
    return result;
}

PyDoc_STRVAR(count_doc, "count(items, /, into=None)\n--\n\n\
How often each item comes, as a Map.\n\
\n\
items: any iterable of hashable objects, giving Map[object, int]; or an array of\n\
numbers of shape (n,), giving Map[<dtype>, int64].  into: a Map whose elements are\n\
counted up instead.  O(n); what has been counted before an error stays.\n\
\n\
>>> import gomap\n\
>>> gomap.count('banana')\n\
Map[object, int]({'a': 3, 'b': 1, 'n': 2})\n\
>>> import array\n\
>>> gomap.count(array.array('i', [7, 7, 9]))\n\
Map[int32, int64]({7: 2, 9: 1})\n");

static PyObject *
count(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {"", "into", NULL};
    PyObject *items, *into = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:count", (char **)(uintptr_t)names, &items,
                                     &into)) {
        return NULL;
    }
    ModuleState *state = PyModule_GetState(module);
    MapObject *map = map_to_count(state, into);
    int code = map != NULL ? code_of_array(map->spec, items) : -1;
    bool numbers = code >= (int)TYPE_INT8;
    if (numbers && (into == NULL || into == Py_None)) {
        Py_SETREF(map,
                  new_map(state, sized_type(state, (TypeCode)code), sized_type(state, TYPE_INT64)));
    }
    if (code < 0 || (map != NULL && count_into_locked(map, items, numbers) < 0)) {
        Py_CLEAR(map);
    }
    return (PyObject *)map;
}

PyMethodDef count_functions[] = {
    {"count", (PyCFunction)(void (*)(void))count, METH_VARARGS | METH_KEYWORDS, count_doc},
    {NULL, NULL, 0, NULL},
};
