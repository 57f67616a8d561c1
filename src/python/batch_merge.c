/* batch_merge.c: the entries of another map, added to those of this one. */
#include "batch.h"

/* [(k, v), ...] as a list of keys and one of elements; new. */
static int
split_pairs(PyObject *pairs, PyObject **keys, PyObject **elems)
{
    Py_ssize_t n = PyList_GET_SIZE(pairs);
    *keys = PyList_New(n);
    *elems = PyList_New(n);
    for (Py_ssize_t i = 0; *keys != NULL && *elems != NULL && i < n; i++) {
        PyObject *pair = PyList_GET_ITEM(pairs, i);
        if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) {
            PyErr_SetString(PyExc_TypeError, "merge: items() must give (key, element) pairs");
            return -1;
        }
        PyList_SET_ITEM(*keys, i, Py_NewRef(PyTuple_GET_ITEM(pair, 0)));
        PyList_SET_ITEM(*elems, i, Py_NewRef(PyTuple_GET_ITEM(pair, 1)));
    }
    return PyErr_Occurred() ? -1 : 0;
}

/* Keys and elements of a Map or any mapping, as a batch takes them; new. */
static int
contents_of(MapObject *self, PyObject *other, PyObject **keys, PyObject **elems)
{
    *keys = *elems = NULL;
    if (is_plain_map(state_of(self), other)) {
        return batch_take_out_locked((MapObject *)other, TAKE_KEYS | TAKE_ELEMS, keys, elems);
    }
    PyObject *pairs = NULL;
    int has_items = type_has(other, "items");
    if (PyDict_CheckExact(other)) {
        pairs = PyDict_Items(other);
    }
    else if (has_items > 0) {
        pairs = PyMapping_Items(other);
    }
    else if (has_items == 0) {
        PyErr_Format(PyExc_TypeError, "merge: a mapping is required, not %.200s",
                     Py_TYPE(other)->tp_name);
    }
    int result = pairs != NULL ? split_pairs(pairs, keys, elems) : -1;
    Py_XDECREF(pairs);
    return result;
}

const char map_merge_doc[] = PyDoc_STR("merge($self, /, other, add=True)\n--\n\n\
Takes over the entries of another Map or mapping.\n\
\n\
Elements of keys that both have are added, m[k] + other[k]; with add=False the\n\
other's replace them, as update does.  O(len(other)); errors as add_many's.\n\
\n\
>>> from gomap import Map\n\
>>> m = Map[str, int]({'a': 1, 'b': 2})\n\
>>> m.merge({'b': 10, 'c': 20})\n\
>>> m\n\
Map[str, int]({'a': 1, 'b': 12, 'c': 20})\n");

PyObject *
map_merge(MapObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {"other", "add", NULL};
    PyObject *other, *keys, *elems;
    int add = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|p:merge", (char **)(uintptr_t)names, &other,
                                     &add)) {
        return NULL;
    }
    int result;
    if (add) {
        result = contents_of(self, other, &keys, &elems);
        if (result == 0) {
            result = batch_add_locked(self, keys, elems);
        }
        Py_XDECREF(keys);
        Py_XDECREF(elems);
    }
    else {
        result = map_update_locked(self, other);
    }
    return result < 0 ? NULL : Py_NewRef(Py_None);
}
