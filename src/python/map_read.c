/* map_read.c: reading the whole map: snapshot, repr, to_dict.
 *
 * A snapshot is taken in one go, without Python code running in between, and
 * leaves no flag behind; what may run Python code works on it.
 */
#include "map_type.h"

/* The contents as they are into a list of the right size: false if they change
 * meanwhile (making an object may run the collector), or on an error. */
static bool
fill(MapObject *self, PyObject *list)
{
    gm_walk walk;
    gm_cell cell;
    Py_ssize_t i = 0;
    gm_walk_init(&walk, self->map);
    while (gm_walk_next(&walk, &cell)) {
        PyObject *key = key_box(self->spec, is_hashed(self), cell.key);
        PyObject *elem = key != NULL ? elem_box(self->spec, cell.elem) : NULL;
        if (elem == NULL) {
            Py_XDECREF(key);
            return false;
        }
        PyList_SET_ITEM(list, i++, key);
        PyList_SET_ITEM(list, i++, elem);
    }
    return !walk.changed;
}

static PyObject *
snapshot_of(MapObject *self)
{
    for (int restarts = 0; restarts < GM_MAX_RESTARTS; restarts++) {
        Py_ssize_t n = map_length(self);
        PyObject *list = PyList_New(2 * n);
        if (list == NULL || n == 0) {
            return list;
        }
        guard_read(self);
        if ((Py_ssize_t)gm_count(self->map) == n && fill(self, list)) {
            return list;
        }
        Py_DECREF(list);
        if (PyErr_Occurred()) {
            return NULL;
        }
    }
    err_status(self, GM_CHANGED);
    return NULL;
}

PyObject *
map_snapshot_locked(MapObject *self)
{
    PyObject *list;
    MAP_LOCK(self);
    list = snapshot_of(self);
    MAP_UNLOCK();
    return list;
}

PyObject *
map_to_dict(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    PyObject *flat = map_snapshot_locked(self), *dict = flat != NULL ? PyDict_New() : NULL;
    for (Py_ssize_t i = 0; dict != NULL && i < PyList_GET_SIZE(flat); i += 2) {
        if (PyDict_SetItem(dict, PyList_GET_ITEM(flat, i), PyList_GET_ITEM(flat, i + 1)) < 0) {
            Py_CLEAR(dict);
        }
    }
    Py_XDECREF(flat);
    return dict;
}

PyObject *
map_pairs_of(PyObject *flat)
{
    Py_ssize_t n = PyList_GET_SIZE(flat) / 2;
    PyObject *pairs = PyList_New(n);
    for (Py_ssize_t i = 0; pairs != NULL && i < n; i++) {
        PyObject *pair =
            PyTuple_Pack(2, PyList_GET_ITEM(flat, 2 * i), PyList_GET_ITEM(flat, 2 * i + 1));
        if (pair == NULL) {
            Py_CLEAR(pairs);
            break;
        }
        PyList_SET_ITEM(pairs, i, pair);
    }
    return pairs;
}

/* ---- repr ---------------------------------------------------------------------------- */

/* Go's fmt prints maps sorted, NaNs first: (key is not NaN, key). */
static PyObject *
sort_keys(PyObject *pairs)
{
    Py_ssize_t n = PyList_GET_SIZE(pairs);
    PyObject *rows = PyList_New(n);
    for (Py_ssize_t i = 0; rows != NULL && i < n; i++) {
        PyObject *pair = PyList_GET_ITEM(pairs, i), *key = PyTuple_GET_ITEM(pair, 0);
        bool nan = is_nan_object(key);
        PyObject *row =
            Py_BuildValue("(OOnO)", nan ? Py_False : Py_True, nan ? Py_None : key, i, pair);
        if (row == NULL) {
            Py_CLEAR(rows);
            break;
        }
        PyList_SET_ITEM(rows, i, row);
    }
    if (rows != NULL && PyList_Sort(rows) < 0) {
        Py_CLEAR(rows);
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Clear();
        }
    }
    return rows;
}

/* The pairs sorted by key, or as they are when their keys do not compare. */
static PyObject *
sorted_pairs(PyObject *pairs)
{
    PyObject *rows = sort_keys(pairs);
    if (rows == NULL) {
        return PyErr_Occurred() ? NULL : Py_NewRef(pairs);
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(rows); i++) {
        PyObject *row = PyList_GET_ITEM(rows, i);
        PyList_SetItem(pairs, i, Py_NewRef(PyTuple_GET_ITEM(row, 3)));
    }
    Py_DECREF(rows);
    return Py_NewRef(pairs);
}

/* "'a': 1, 'b': 2"; new. */
static PyObject *
join_pairs(PyObject *pairs)
{
    Py_ssize_t n = PyList_GET_SIZE(pairs);
    PyObject *texts = PyList_New(n), *comma = PyUnicode_FromString(", "), *joined = NULL;
    for (Py_ssize_t i = 0; texts != NULL && i < n; i++) {
        PyObject *pair = PyList_GET_ITEM(pairs, i);
        PyObject *text =
            PyUnicode_FromFormat("%R: %R", PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1));
        if (text == NULL) {
            Py_CLEAR(texts);
            break;
        }
        PyList_SET_ITEM(texts, i, text);
    }
    if (texts != NULL && comma != NULL) {
        joined = PyUnicode_Join(comma, texts);
    }
    Py_XDECREF(texts);
    Py_XDECREF(comma);
    return joined;
}

static PyObject *
repr_contents(MapObject *self)
{
    PyObject *flat = map_snapshot_locked(self);
    PyObject *pairs = flat != NULL ? map_pairs_of(flat) : NULL;
    PyObject *sorted = pairs != NULL ? sorted_pairs(pairs) : NULL;
    PyObject *text = sorted != NULL ? join_pairs(sorted) : NULL;
    Py_XDECREF(flat);
    Py_XDECREF(pairs);
    Py_XDECREF(sorted);
    return text;
}

PyObject *
map_repr(MapObject *self)
{
    PyObject *name = PyObject_GetAttrString((PyObject *)Py_TYPE(self), "__name__"), *text = NULL;
    if (name == NULL) {
        return NULL;
    }
    int entered = Py_ReprEnter((PyObject *)self);
    if (self->nil) {
        text = PyUnicode_FromFormat("%U.nil()", name);
    }
    else if (entered > 0) {
        text = PyUnicode_FromFormat("%U({...})", name);
    }
    else if (entered == 0 && PyObject_Size((PyObject *)self) == 0) {
        text = PyUnicode_FromFormat("%U()", name);
    }
    else if (entered == 0) {
        PyObject *contents = repr_contents(self);
        text = contents != NULL ? PyUnicode_FromFormat("%U({%U})", name, contents) : NULL;
        Py_XDECREF(contents);
    }
    if (entered == 0) {
        Py_ReprLeave((PyObject *)self);
    }
    Py_DECREF(name);
    return text;
}
