/* map_equal.c: == of a map with any mapping.
 *
 * Maps of one key type look in each other.  With other key types that would ask for
 * a converted key (rounded, say), and two keys could find one: the contents are
 * compared as dicts then, so that the answer is Python's, and the same both ways.
 */
#include "map_type.h"

/* A NaN element equals nothing, itself included. */
static int
elems_equal(PyObject *a, PyObject *b)
{
    return a == b && is_nan_object(a) ? 0 : PyObject_RichCompareBool(a, b, Py_EQ);
}

bool
map_keys_alike(const MapObject *a, const MapObject *b)
{
    const BoxType *key = &a->spec->key, *other = &b->spec->key;
    return key->code == other->code && key->type == other->type;
}

/* A dict of another mapping, as its own == would make it; new. */
static PyObject *
dict_of_mapping(PyObject *mapping)
{
    PyObject *items = PyObject_CallMethod(mapping, "items", NULL);
    PyObject *dict = items != NULL ? PyDict_New() : NULL;
    if (dict != NULL && PyDict_MergeFromSeq2(dict, items, 1) < 0) {
        Py_CLEAR(dict);
    }
    Py_XDECREF(items);
    return dict;
}

/* What keys are looked up in: a dict, or a map with keys of this one's type; new. */
static PyObject *
comparand(MapObject *self, PyObject *other)
{
    if (PyDict_Check(other)) {
        return Py_NewRef(other);
    }
    if (!is_map(state_of(self), other)) {
        return dict_of_mapping(other);
    }
    bool alike = map_keys_alike(self, (MapObject *)other);
    return alike ? Py_NewRef(other) : map_to_dict((MapObject *)other, NULL);
}

/* The element under key in what `comparand` gave; NULL without an error: none.  New. */
static PyObject *
elem_in(PyObject *in, PyObject *key)
{
    PyObject *elem;
    if (!PyDict_Check(in)) {
        return map_find_elem_locked((MapObject *)in, key);
    }
    /* a defaultdict must not be filled by comparing */
#if PY_VERSION_HEX >= 0x030D0000
    (void)PyDict_GetItemRef(in, key, &elem);
#else
    elem = Py_XNewRef(PyDict_GetItemWithError(in, key));
#endif
    return elem;
}

/* Are n keys n keys to Python, too?  To an interface map True and 1 are two. */
static int
are_distinct(MapObject *self, PyObject *in, Py_ssize_t n)
{
    if (!PyDict_Check(in)) {
        return 1;
    }
    if (PyDict_GET_SIZE(in) != n || self->spec->key.code != TYPE_INTERFACE) {
        return PyDict_GET_SIZE(in) == n;
    }
    PyObject *dict = map_to_dict(self, NULL);
    int distinct = dict != NULL ? PyDict_GET_SIZE(dict) == n : -1;
    Py_XDECREF(dict);
    return distinct;
}

static int
equal_entries(MapObject *self, PyObject *flat, PyObject *in)
{
    int equal = are_distinct(self, in, PyList_GET_SIZE(flat) / 2);
    for (Py_ssize_t i = 0; equal == 1 && i < PyList_GET_SIZE(flat); i += 2) {
        PyObject *key = PyList_GET_ITEM(flat, i);
        PyObject *elem = is_nan_object(key) ? NULL : elem_in(in, key);
        if (elem == NULL) {
            return PyErr_Occurred() ? -1 : 0;
        }
        equal = elems_equal(PyList_GET_ITEM(flat, i + 1), elem);
        Py_DECREF(elem);
    }
    return equal;
}

static int
equal_contents(MapObject *self, PyObject *other)
{
    PyObject *flat = map_snapshot_locked(self), *in = flat != NULL ? comparand(self, other) : NULL;
    int equal = in != NULL ? equal_entries(self, flat, in) : -1;
    Py_XDECREF(in);
    Py_XDECREF(flat);
    return equal;
}

static int
is_comparable(MapObject *self, PyObject *other)
{
    if (is_map(state_of(self), other) || PyDict_Check(other)) {
        return 1;
    }
    return PyObject_IsInstance(other, state_of(self)->abc_mapping);
}

PyObject *
map_richcompare(MapObject *self, PyObject *other, int op)
{
    int comparable = op == Py_EQ || op == Py_NE ? is_comparable(self, other) : 0;
    if (comparable <= 0) {
        return comparable < 0 ? NULL : Py_NewRef(Py_NotImplemented);
    }
    Py_ssize_t n = PyObject_Size((PyObject *)self), m = PyObject_Size(other);
    if (n < 0 || m < 0) {
        return NULL;
    }
    if (Py_EnterRecursiveCall(" in comparing maps")) {
        return NULL;
    }
    int equal = n == m ? equal_contents(self, other) : 0;
    Py_LeaveRecursiveCall();
    return equal < 0 ? NULL : PyBool_FromLong(op == Py_EQ ? equal : !equal);
}
