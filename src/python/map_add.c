/* map_add.c: m.add(key, delta).
 *
 * Exact ints and floats add without Python code, so the cell found for writing
 * serves the read, too: one hash, one probe.  Everything else is read, added and
 * stored in three steps, as the sum may change the map, or let other threads do so:
 * it is made again when the element is no longer the one that was read.
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

/* a + b for exact ints and floats of one type; new. */
static PyObject *
quiet_sum(PyObject *a, PyObject *b)
{
    int64_t x, y;
    if (PyLong_CheckExact(a) && int_as_int64(a, &x) && int_as_int64(b, &y) && add_int64(x, y, &x)) {
        return PyLong_FromLongLong(x);
    }
    return PyNumber_Add(a, b);
}

/* Adds ints where they lie: the sum, new; NULL: it takes the long way, or an error is set. */
static PyObject *
add_quickly(MapObject *self, PyObject *key, PyObject *delta)
{
    int64_t d, x;
    void *slot = PyLong_CheckExact(delta) && int_as_int64(delta, &d)
                     ? self->spec->quick->slot(self, key)
                     : NULL;
    if (slot == NULL) {
        return NULL;
    }
    if (self->spec->elem.boxed) {
        PyObject *shown = NULL;
        (void)int_slot_add(slot, d, &shown);
        return shown;
    }
    memcpy(&x, slot, sizeof x);
    if (self->spec->elem.code != TYPE_INT64 || !add_int64(x, d, &x)) {
        return NULL;
    }
    PyObject *sum = PyLong_FromLongLong(x);
    if (sum != NULL) {
        memcpy(slot, &x, sizeof x);
    }
    return sum;
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
    PyObject *sum = quiet_sum(old, delta);
    if (sum != NULL && elem_load(self->spec, sum, &elem) < 0) {
        Py_CLEAR(sum);
    }
    if (sum != NULL) {
        map_put(self, cell, &elem, &displaced);
        Py_XDECREF(displaced);
    }
    Py_DECREF(old); /* only now: see lock.h */
    return sum;
}

/* zero + delta, loaded: what the key gets if it is absent.  When that alone is
 * out of range, the sum with a present element may still fit: NULL then, and no
 * error is set. */
static PyObject *
load_first_sum(MapObject *self, PyObject *delta, Elem *elem)
{
    PyObject *sum = quiet_sum(self->zero, delta);
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
add_at_once(MapObject *self, PyObject *object, Key *key, uint64_t hash0, PyObject *delta)
{
    Elem elem;
    gm_cell cell;
    PyObject *old_key, *displaced;
    PyObject *sum = load_first_sum(self, delta, &elem);
    if (sum == NULL) {
        return NULL;
    }
    if (key_refresh(self, object, key, hash0) < 0 ||
        map_assign_loaded(self, key, &cell, &old_key) < 0) {
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
    Py_XDECREF(old_key);
    map_sweep(self);
    return sum;
}

/* What a sum was made of: the element's bytes in the map, or nothing. */
typedef struct {
    int found;
    unsigned char bytes[GM_MAX_ELEM_SIZE];
    PyObject *object; /* owned: while it lives, its address means it */
} Addend;

static bool
is_still_there(const MapObject *self, const Addend *old, const gm_cell *cell)
{
    return old->found && memcmp(cell->elem, old->bytes, self->spec->elem.size) == 0;
}

/* The found or zero element plus delta, loaded; new. */
static PyObject *
load_sum(MapObject *self, const gm_cell *cell, Addend *old, PyObject *delta, Elem *elem)
{
    if (old->found) {
        memcpy(old->bytes, cell->elem, self->spec->elem.size);
        old->object = elem_box(self->spec, cell->elem);
    }
    else {
        old->object = Py_NewRef(self->zero);
    }
    PyObject *sum = old->object != NULL ? PyNumber_Add(old->object, delta) : NULL;
    if (sum != NULL && elem_load(self->spec, sum, elem) < 0) {
        Py_CLEAR(sum);
    }
    return sum;
}

/* Stores into the cell that was found for reading: nothing has moved since. */
static void
store_in_cell(MapObject *self, const Key *key, gm_cell *cell, Elem *elem)
{
    PyObject *old_key, *old_elem;
    cell->inserted = false;
    map_own_key(self, key, cell, &old_key);
    map_put(self, cell, elem, &old_elem);
    Py_XDECREF(old_key);
    Py_XDECREF(old_elem);
}

/* Assigns the sum if the map still has what it was made of: 1 done, 0 not, -1
 * error.  A key deleted meanwhile comes back with the zero value, as if it had
 * been added to after that. */
static int
assign_sum(MapObject *self, const Key *key, const Addend *old, Elem *elem)
{
    gm_cell cell;
    PyObject *old_key, *old_elem = NULL;
    if (map_assign_loaded(self, key, &cell, &old_key) < 0) {
        elem_drop(self->spec, elem);
        return -1;
    }
    bool same = cell.inserted ? !old->found : is_still_there(self, old, &cell);
    if (!same) {
        elem_drop(self->spec, elem);
        if (cell.inserted && elem_load(self->spec, self->zero, elem) < 0) {
            Py_UNREACHABLE(); /* it was checked when the map was made */
        }
    }
    if (same || cell.inserted) {
        map_put(self, &cell, elem, &old_elem);
    }
    Py_XDECREF(old_key);
    Py_XDECREF(old_elem);
    map_sweep(self);
    return same;
}

/* One hash; the probe for reading serves writing, too, unless the sum's code
 * changed the map, or an assignment would owe growth work. */
static int
add_once(MapObject *self, PyObject *object, Key *key, uint64_t hash0, PyObject *delta, Addend *old,
         PyObject **sum)
{
    Elem elem;
    gm_cell cell;
    if (key_refresh(self, object, key, hash0) < 0) {
        return -1;
    }
    hash0 = present_hash0(self);
    old->found = map_find_loaded(self, key, &cell);
    assert(old->found <= 0 || self->map != NULL);
    uint64_t version = self->map != NULL ? gm_version(self->map) : 0;
    *sum = old->found >= 0 ? load_sum(self, &cell, old, delta, &elem) : NULL;
    if (*sum == NULL) {
        return -1;
    }
    if (old->found && self->spec->key.boxed && gm_version(self->map) == version &&
        !gm_is_growing(self->map) && !gm_is_recorded(self->map) &&
        is_still_there(self, old, &cell)) {
        store_in_cell(self, key, &cell, &elem);
        return 1;
    }
    if (key_refresh(self, object, key, hash0) < 0) {
        elem_drop(self->spec, &elem);
        return -1;
    }
    return assign_sum(self, key, old, &elem);
}

/* The sum, stored; it may run code that lets others write, and is made again when
 * they have written to this key. */
static PyObject *
add_in_steps(MapObject *self, PyObject *object, Key *key, uint64_t hash0, PyObject *delta)
{
    for (int restarts = 0; restarts < GM_MAX_RESTARTS; restarts++) {
        Addend old = {0};
        PyObject *sum = NULL;
        int done = add_once(self, object, key, hash0, delta, &old, &sum);
        Py_XDECREF(old.object);
        if (done > 0) {
            return sum;
        }
        Py_XDECREF(sum);
        if (done < 0) {
            return NULL;
        }
    }
    return PyErr_Format(PyExc_RuntimeError, "%U: adding changed the key's own element %d times",
                        self->spec->name, GM_MAX_RESTARTS);
}

PyObject *
map_add_loaded(MapObject *self, PyObject *object, Key *key, uint64_t hash0, PyObject *delta)
{
    PyObject *sum = NULL;
    if (sums_quietly(self, delta)) {
        sum = add_at_once(self, object, key, hash0, delta);
    }
    if (sum == NULL && !PyErr_Occurred()) {
        sum = add_in_steps(self, object, key, hash0, delta);
    }
    key_drop(key);
    return sum;
}

PyObject *
map_add(MapObject *self, PyObject *const *args, Py_ssize_t n)
{
    Key key;
    if (n != 2) {
        return PyErr_Format(PyExc_TypeError, "add expected 2 arguments, got %zd", n);
    }
    PyObject *sum = add_quickly(self, args[0], args[1]);
    if (sum != NULL || PyErr_Occurred()) {
        return sum;
    }
    if (map_load_key(self, args[0], &key) < 0) {
        return NULL;
    }
    return map_add_loaded(self, args[0], &key, present_hash0(self), args[1]);
}
