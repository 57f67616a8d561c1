/* map_add.c: m.add(key, delta).
 *
 * Exact ints and floats add without Python code, so the cell found for writing
 * serves the read, too: one hash, one probe.  Everything else is read, added and
 * stored in three steps, as the sum may change the map.
 */
#include "map_type.h"

/* Sums of these run no Python code, so that one probe can serve read and write.
 * Not where a sum may be out of range and assigning replaces the key: the map
 * must be as it was after an error, its key included. */
static bool
sums_quietly(MapObject *self, PyObject *delta)
{
    const MapSpec *spec = self->spec;
    bool keeps_key = spec->key.code != TYPE_FLOAT && spec->key.code < TYPE_FLOAT32;
    return (PyLong_CheckExact(delta) && PyLong_CheckExact(self->zero) &&
            (spec->elem.boxed || keeps_key)) ||
           (PyFloat_CheckExact(delta) && PyFloat_CheckExact(self->zero) &&
            spec->elem.code != TYPE_FLOAT32);
}

/* The present element plus delta, stored in place; new.  The sum runs no Python
 * code only if the element is of the exact type, too: NULL without an error
 * set means that it is not. */
static PyObject *
add_in_cell(MapObject *self, gm_cell *cell, PyObject *delta)
{
    PyObject *old = elem_box(self->spec, cell->elem), *displaced;
    Elem elem;
    if (old == NULL || Py_TYPE(old) != Py_TYPE(delta)) {
        Py_XDECREF(old);
        return NULL;
    }
    PyObject *sum = PyNumber_Add(old, delta);
    Py_DECREF(old);
    if (sum == NULL || elem_load(self->spec, sum, &elem) < 0) {
        Py_XDECREF(sum);
        return NULL;
    }
    map_put(self, cell, &elem, &displaced);
    Py_XDECREF(displaced);
    return sum;
}

/* zero + delta, loaded: what the key gets if it is absent.  When that alone is
 * out of range, the sum with a present element may still fit: NULL then, and no
 * error is set. */
static PyObject *
load_first_sum(MapObject *self, PyObject *delta, Elem *elem)
{
    PyObject *sum = PyNumber_Add(self->zero, delta);
    if (sum != NULL && elem_load(self->spec, sum, elem) < 0) {
        Py_CLEAR(sum);
        if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
            PyErr_Clear();
        }
    }
    return sum;
}

/* One hash and one probe: the cell of the key serves the read and the write. */
static PyObject *
add_at_once(MapObject *self, PyObject *object, PyObject *delta)
{
    Key key;
    Elem elem;
    gm_cell cell;
    PyObject *old_key, *displaced;
    PyObject *sum = load_first_sum(self, delta, &elem);
    if (sum == NULL) {
        return NULL;
    }
    if (map_assign(self, object, &key, &cell, &old_key) < 0) {
        elem_drop(self->spec, &elem);
        Py_DECREF(sum);
        return NULL;
    }
    if (cell.inserted) {
        map_put(self, &cell, &elem, &displaced);
    }
    else {
        elem_drop(self->spec, &elem);
        Py_SETREF(sum, add_in_cell(self, &cell, delta));
    }
    key_drop(&key);
    Py_XDECREF(old_key);
    map_sweep(self);
    return sum;
}

static PyObject *
add_in_steps(MapObject *self, PyObject *key, PyObject *delta)
{
    PyObject *old = map_find_elem(self, key);
    if (old == NULL && PyErr_Occurred()) {
        return NULL;
    }
    if (old == NULL) {
        old = Py_NewRef(self->zero);
    }
    PyObject *sum = PyNumber_Add(old, delta);
    Py_DECREF(old);
    if (sum != NULL && map_store(self, key, sum) < 0) {
        Py_CLEAR(sum);
    }
    return sum;
}

PyObject *
map_add(MapObject *self, PyObject *const *args, Py_ssize_t n)
{
    if (n != 2) {
        return PyErr_Format(PyExc_TypeError, "add expected 2 arguments, got %zd", n);
    }
    if (GM_UNLIKELY(self->map == NULL) && !self->nil && map_ensure(self) < 0) {
        return NULL;
    }
    if (sums_quietly(self, args[1])) {
        PyObject *sum = add_at_once(self, args[0], args[1]);
        if (sum != NULL || PyErr_Occurred()) {
            return sum;
        }
    }
    return add_in_steps(self, args[0], args[1]);
}

