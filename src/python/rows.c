/* rows.c: see rows.h. */
#include "rows.h"

/* ---- objects of any iterable --------------------------------------------------------- */

/* Does the array hold dates, or spans of time?  1, 0, -1. */
static int
holds_times(PyObject *given)
{
    PyObject *dtype = PyObject_GetAttrString(given, "dtype");
    PyObject *kind = dtype != NULL ? PyObject_GetAttrString(dtype, "kind") : NULL;
    int holds = kind != NULL && PyUnicode_Check(kind) &&
                (PyUnicode_CompareWithASCIIString(kind, "M") == 0 ||
                 PyUnicode_CompareWithASCIIString(kind, "m") == 0);
    Py_XDECREF(dtype);
    Py_XDECREF(kind);
    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_AttributeError)) {
        return -1;
    }
    PyErr_Clear();
    return holds;
}

/* Nanoseconds have no object in Python, and numpy lists them as bare integers: they
 * stay the array's own scalars.  Steals the list. */
static PyObject *
without_bare_times(PyObject *given, PyObject *list)
{
    bool is_suspect = list != NULL && PyList_Check(list) && PyList_GET_SIZE(list) > 0 &&
                      PyLong_Check(PyList_GET_ITEM(list, 0));
    int times = is_suspect ? holds_times(given) : 0;
    if (times != 0) {
        Py_SETREF(list, times > 0 ? PySequence_List(given) : NULL);
    }
    return list;
}

/* Python's numbers and strings rather than the array's own scalars. */
PyObject *
list_of_array(PyObject *given)
{
    static const char *const methods[] = {"to_pylist", "tolist", "to_list"};
    if (PyList_Check(given) || PyTuple_Check(given) || PyDict_Check(given) ||
        PyUnicode_Check(given) || PyBytes_Check(given) || PyType_Check(given)) {
        return NULL;
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(methods); i++) {
        int has = type_has(given, methods[i]);
        if (has != 0) {
            return has < 0
                       ? NULL
                       : without_bare_times(given, PyObject_CallMethod(given, methods[i], NULL));
        }
    }
    return NULL;
}

/* Its numbers, of whatever format: memoryview.tolist knows no complex ones. */
static PyObject *
list_of_view(const MapSpec *spec, const BoxType *type, const char *what, PyObject *given)
{
    Source source;
    switch (source_init(&source, &(ColumnFor){spec, type, what}, given)) {
    case SOURCE_FAILED:
        return NULL;
    case SOURCE_NONE:
    case SOURCE_SCALAR:
        err_not_many(spec, what, type, given);
        return NULL;
    case SOURCE_FOUND:
        break;
    }
    PyObject *list = PyList_New((Py_ssize_t)source.n);
    for (size_t i = 0; list != NULL && i < source.n; i++) {
        Number number = number_read(source.data + (Py_ssize_t)i * source.stride, source.dtype);
        PyObject *object = number_object(&number);
        if (object == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, (Py_ssize_t)i, object);
    }
    source_fini(&source);
    return list;
}

PyObject *
objects_of(const MapSpec *spec, const BoxType *type, const char *what, PyObject *given)
{
    PyObject *list =
        PyMemoryView_Check(given) ? list_of_view(spec, type, what, given) : list_of_array(given);
    if (list == NULL && PyErr_Occurred()) {
        return NULL;
    }
    PyObject *iterator = PyObject_GetIter(list != NULL ? list : given), *tuple = NULL;
    if (iterator == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            err_not_many(spec, what, type, given);
        }
    }
    else {
        tuple = PySequence_Tuple(PyTuple_CheckExact(given) ? given : iterator);
        Py_DECREF(iterator);
    }
    Py_XDECREF(list);
    return tuple;
}

/* Numbers of an unboxed type, checked as such, as objects again; new. */
static PyObject *
objects_of_numbers(const MapSpec *spec, const BoxType *type, const char *what, PyObject *given)
{
    Column column;
    if (column_init(&column, &(ColumnFor){spec, type, what}, given) < 0) {
        return NULL;
    }
    PyObject *tuple = PyTuple_New((Py_ssize_t)column.n);
    for (size_t i = 0; tuple != NULL && i < column.n; i++) {
        Elem slot;
        memcpy(&slot, (const char *)column.data + i * type->size, type->size);
        PyObject *object = box_slot(type, &slot);
        if (object == NULL) {
            Py_CLEAR(tuple);
            break;
        }
        PyTuple_SET_ITEM(tuple, (Py_ssize_t)i, object);
    }
    column_fini(&column);
    return tuple;
}

/* ---- keys ---------------------------------------------------------------------------- */

int
keys_init(Keys *keys, MapObject *map, PyObject *given)
{
    const MapSpec *spec = map->spec;
    memset(keys, 0, sizeof *keys);
    keys->map = map;
    if (has_bare_keys(map)) {
        if (column_init(&keys->column, &(ColumnFor){spec, &spec->key, "key"}, given) < 0) {
            return -1;
        }
        keys->n = keys->column.n;
        return 0;
    }
    keys->objects = spec->key.boxed ? objects_of(spec, &spec->key, "key", given)
                                    : objects_of_numbers(spec, &spec->key, "key", given);
    if (keys->objects == NULL) {
        return -1;
    }
    keys->n = (size_t)PyTuple_GET_SIZE(keys->objects);
    return 0;
}

static void
drop_loaded(Keys *keys)
{
    for (size_t i = 0; i < keys->end - keys->first; i++) {
        key_drop(&keys->loaded[i].key);
    }
    keys->end = keys->first;
}

void
keys_fini(Keys *keys)
{
    if (keys->objects == NULL) {
        column_fini(&keys->column);
        return;
    }
    drop_loaded(keys);
    PyMem_Free(keys->loaded);
    Py_DECREF(keys->objects);
}

static int
make_room(Keys *keys, size_t n)
{
    if (n <= keys->room) {
        return 0;
    }
    LoadedKey *loaded = n <= PY_SSIZE_T_MAX / sizeof(LoadedKey)
                            ? PyMem_Realloc(keys->loaded, n * sizeof(LoadedKey))
                            : NULL;
    if (loaded == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    keys->loaded = loaded;
    keys->room = n;
    return 0;
}

/* Loads n keys from index `first` on; those loaded before are dropped. */
static int
load_range(Keys *keys, size_t first, size_t n)
{
    drop_loaded(keys);
    keys->first = keys->end = first;
    if (make_room(keys, n) < 0) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        LoadedKey *to = &keys->loaded[i];
        if (first + i + OBJECTS_AHEAD < keys->n) {
            GM_PREFETCH(PyTuple_GET_ITEM(keys->objects, (Py_ssize_t)(first + i + OBJECTS_AHEAD)));
        }
        PyObject *object = PyTuple_GET_ITEM(keys->objects, (Py_ssize_t)(first + i));
        if (map_load_key(keys->map, object, &to->key) < 0) {
            return -1;
        }
        to->hash0 = present_hash0(keys->map);
        keys->end++;
    }
    return 0;
}

int
keys_load_all(Keys *keys)
{
    return keys->objects != NULL ? load_range(keys, 0, keys->n) : 0;
}

int
keys_reach(Keys *keys, size_t i)
{
    if (i % GM_WAVE != 0) {
        return 0;
    }
    const size_t n = keys->n - i < GM_WAVE ? keys->n - i : GM_WAVE;
    if (keys->objects != NULL && i >= keys->end && load_range(keys, i, n) < 0) {
        return -1;
    }
    gm_map *map = keys->map->map;
    if (map != NULL && keys->objects != NULL) {
        gm_prefetch(map, &keys->loaded[i - keys->first].key.slot, sizeof(LoadedKey), n);
    }
    else if (map != NULL) {
        const size_t size = keys->map->spec->key.size;
        gm_prefetch(map, (const char *)keys->column.data + i * size, size, n);
    }
    return 0;
}

int
keys_take(const Keys *keys, size_t i, Key *key)
{
    if (keys->objects == NULL) {
        const size_t size = keys->map->spec->key.size;
        key->owned = NULL;
        memcpy(&key->slot, (const char *)keys->column.data + i * size, size);
        return 0;
    }
    const LoadedKey *loaded = &keys->loaded[i - keys->first];
    *key = loaded->key;
    key->owned = NULL; /* the batch's */
    return key_refresh(keys->map, PyTuple_GET_ITEM(keys->objects, (Py_ssize_t)i), key,
                       loaded->hash0);
}

/* ---- values -------------------------------------------------------------------------- */

/* 1 if it has no dimensions, 0 if it has, -1: it is no buffer. */
static int
is_zero_dimensional(PyObject *given)
{
    Py_buffer view;
    if (!PyObject_CheckBuffer(given)) {
        return -1;
    }
    if (PyObject_GetBuffer(given, &view, PyBUF_FULL_RO) < 0) {
        PyErr_Clear();
        return 0;
    }
    bool without = view.ndim == 0;
    PyBuffer_Release(&view);
    return without;
}

int
is_scalar(const BoxType *type, PyObject *given)
{
    static const char *const protocols[] = {"__array__", "__arrow_c_array__", "__arrow_c_stream__"};
    if (PyUnicode_Check(given) || PyDict_Check(given)) {
        return true;
    }
    if (PyBytes_Check(given) || PyByteArray_Check(given)) {
        return type->boxed;
    }
    int without = is_zero_dimensional(given);
    if (without >= 0) {
        return without;
    }
    if (Py_TYPE(given)->tp_iter != NULL || PySequence_Check(given)) {
        return false;
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(protocols); i++) {
        int has = type_has(given, protocols[i]);
        if (has != 0) {
            return has < 0 ? -1 : 0;
        }
    }
    return true;
}

/* The objects converted as the element type says, checked before the first write. */
static int
convert_objects(Values *values, PyObject *given)
{
    const MapSpec *spec = values->spec;
    PyObject *objects = objects_of(spec, &spec->elem, "element", given);
    if (objects == NULL) {
        return -1;
    }
    values->n = (size_t)PyTuple_GET_SIZE(objects);
    values->objects = PyTuple_New((Py_ssize_t)values->n);
    for (Py_ssize_t i = 0; values->objects != NULL && i < (Py_ssize_t)values->n; i++) {
        Elem elem;
        if (elem_load(spec, PyTuple_GET_ITEM(objects, i), &elem) < 0) {
            Py_CLEAR(values->objects);
            break;
        }
        PyTuple_SET_ITEM(values->objects, i, elem.object);
    }
    Py_DECREF(objects);
    return values->objects != NULL ? 0 : -1;
}

int
values_init(Values *values, MapObject *map, PyObject *given, size_t n)
{
    const MapSpec *spec = map->spec;
    memset(values, 0, sizeof *values);
    values->spec = spec;
    int scalar = is_scalar(&spec->elem, given);
    if (scalar < 0) {
        return -1;
    }
    values->scalar = scalar;
    if (scalar) {
        return elem_load(spec, given, &values->elem);
    }
    if (spec->elem.boxed) {
        if (convert_objects(values, given) < 0) {
            return -1;
        }
    }
    else {
        if (column_init(&values->column, &(ColumnFor){spec, &spec->elem, "element"}, given) < 0) {
            return -1;
        }
        values->n = values->column.n;
    }
    if (values->n != n) {
        err_lengths(spec, n, "element", values->n);
        values_fini(values);
        return -1;
    }
    return 0;
}

void
values_fini(Values *values)
{
    if (values->scalar) {
        elem_drop(values->spec, &values->elem);
    }
    else if (values->objects != NULL) {
        Py_DECREF(values->objects);
    }
    else {
        column_fini(&values->column);
    }
}

void
values_take(const Values *values, size_t i, Elem *elem)
{
    const MapSpec *spec = values->spec;
    if (spec->elem.boxed) {
        PyObject *object =
            values->scalar ? values->elem.object : PyTuple_GET_ITEM(values->objects, (Py_ssize_t)i);
        elem->object = Py_NewRef(object);
    }
    else if (values->scalar) {
        *elem = values->elem;
    }
    else {
        memcpy(elem, (const char *)values->column.data + i * spec->elem.size, spec->elem.size);
    }
}
