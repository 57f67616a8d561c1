/* batch_out.c: everything in a map as arrays or lists. */
#include "array_type.h"
#include "batch.h"

/* Every second object of a snapshot, from the first or the second on; new. */
static PyObject *
every_second(PyObject *flat, Py_ssize_t from)
{
    Py_ssize_t n = PyList_GET_SIZE(flat) / 2;
    PyObject *list = PyList_New(n);
    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
        PyList_SET_ITEM(list, i, Py_NewRef(PyList_GET_ITEM(flat, 2 * i + from)));
    }
    return list;
}

/* A boxed side of a snapshot is a list; an unboxed one becomes an array. */
static PyObject *
side_of_snapshot(MapObject *self, PyObject *flat, Py_ssize_t from)
{
    const MapSpec *spec = self->spec;
    const BoxType *type = from == 0 ? &spec->key : &spec->elem;
    const Py_ssize_t n = PyList_GET_SIZE(flat) / 2;
    if (type->boxed) {
        return every_second(flat, from);
    }
    ArrayObject *array = array_new(state_of(self), dtype_of_type(type), (size_t)n);
    for (Py_ssize_t i = 0; array != NULL && i < n; i++) {
        Elem slot;
        Asked asked = {spec, type, from == 0 ? "key" : "element",
                       PyList_GET_ITEM(flat, 2 * i + from)};
        if (box_load(&asked, &slot) < 0) {
            Py_CLEAR(array);
            break;
        }
        memcpy((char *)array->data + i * type->size, &slot, type->size);
    }
    return array_show(array);
}

static int
arrays_of_objects(MapObject *self, int take, PyObject **keys, PyObject **elems)
{
    PyObject *flat = map_snapshot_locked(self);
    int result = flat != NULL ? 0 : -1;
    if (result == 0 && (take & TAKE_KEYS)) {
        *keys = side_of_snapshot(self, flat, 0);
        result = *keys != NULL ? 0 : -1;
    }
    if (result == 0 && (take & TAKE_ELEMS)) {
        *elems = side_of_snapshot(self, flat, 1);
        result = *elems != NULL ? 0 : -1;
    }
    Py_XDECREF(flat);
    return result;
}

/* Holds the map as a reading batch, so that the count holds, too. */
static int
arrays_of_numbers(MapObject *self, int take, ArrayObject **keys, ArrayObject **elems)
{
    ModuleState *state = state_of(self);
    guard_read(self);
    bool unlocked = self->map != NULL && gm_count(self->map) >= GUARD_UNLOCKED_LEAST &&
                    guard_enter(self, false);
    size_t n = self->map != NULL ? gm_count(self->map) : 0;
    *keys = take & TAKE_KEYS ? array_new(state, dtype_of_type(&self->spec->key), n) : NULL;
    bool made = *keys != NULL || !(take & TAKE_KEYS);
    *elems = NULL;
    if (made && (take & TAKE_ELEMS)) {
        *elems = array_new(state, dtype_of_type(&self->spec->elem), n);
        made = *elems != NULL;
    }
    if (made && n > 0) {
        void *to_keys = *keys != NULL ? (*keys)->data : NULL;
        void *to_elems = *elems != NULL ? (*elems)->data : NULL;
        PyThreadState *thread = unlocked ? PyEval_SaveThread() : NULL;
        gm_copy_out(self->map, to_keys, to_elems);
        if (unlocked) {
            guard_leave(self);
            PyEval_RestoreThread(thread);
        }
    }
    else if (unlocked) {
        guard_leave(self);
    }
    if (!made) {
        Py_CLEAR(*keys);
        Py_CLEAR(*elems);
    }
    return made ? 0 : -1;
}

/* Both arrays as users get them; steals. */
static int
show_arrays(ArrayObject *key_array, ArrayObject *elem_array, PyObject **keys, PyObject **elems)
{
    if (key_array != NULL && (*keys = array_show(key_array)) == NULL) {
        Py_XDECREF(elem_array);
        return -1;
    }
    if (elem_array != NULL && (*elems = array_show(elem_array)) == NULL) {
        return -1;
    }
    return 0;
}

static int
take_out(MapObject *self, int take, PyObject **keys, PyObject **elems)
{
    ArrayObject *key_array, *elem_array;
    int result;
    *keys = *elems = NULL;
    if (!is_bare(self)) {
        result = arrays_of_objects(self, take, keys, elems);
    }
    else {
        result = arrays_of_numbers(self, take, &key_array, &elem_array);
        if (result == 0) {
            result = show_arrays(key_array, elem_array, keys, elems);
        }
    }
    if (result < 0) {
        Py_CLEAR(*keys);
        Py_CLEAR(*elems);
    }
    return result;
}

int
batch_take_out_locked(MapObject *self, int take, PyObject **keys, PyObject **elems)
{
    int result;
    MAP_LOCK(self);
    result = take_out(self, take, keys, elems);
    MAP_UNLOCK();
    return result;
}

const char map_to_arrays_doc[] = PyDoc_STR("to_arrays($self, /)\n--\n\n\
All keys and all elements, in the same order: (keys, elems), each of len(m).\n\
\n\
An unboxed side gives a numpy array when numpy is imported, else a memoryview; a\n\
boxed side a list.  Storage order: no iterator, no flag.  O(buckets).\n\
\n\
>>> from gomap import Map, int64, float64\n\
>>> keys, elems = Map[int64, float64]({1: 0.5}).to_arrays()\n\
>>> keys.tolist(), elems.tolist()\n\
([1], [0.5])\n");

PyObject *
map_to_arrays(MapObject *self, PyObject *ignored)
{
    PyObject *keys, *elems;
    (void)ignored;
    if (batch_take_out_locked(self, TAKE_KEYS | TAKE_ELEMS, &keys, &elems) < 0) {
        return NULL;
    }
    return Py_BuildValue("NN", keys, elems);
}

const char map_keys_array_doc[] = PyDoc_STR("keys_array($self, /)\n--\n\n\
All keys, as to_arrays gives them.  O(buckets).\n\
\n\
>>> from gomap import Map, int64\n\
>>> Map[int64, int64]({7: 1}).keys_array().tolist()\n\
[7]\n");

PyObject *
map_keys_array(MapObject *self, PyObject *ignored)
{
    PyObject *keys, *elems;
    (void)ignored;
    return batch_take_out_locked(self, TAKE_KEYS, &keys, &elems) < 0 ? NULL : keys;
}

const char map_values_array_doc[] = PyDoc_STR("values_array($self, /)\n--\n\n\
All elements, as to_arrays gives them.  O(buckets).\n\
\n\
>>> from gomap import Map, int64\n\
>>> Map[int64, int64]({7: 1}).values_array().tolist()\n\
[1]\n");

PyObject *
map_values_array(MapObject *self, PyObject *ignored)
{
    PyObject *keys, *elems;
    (void)ignored;
    return batch_take_out_locked(self, TAKE_ELEMS, &keys, &elems) < 0 ? NULL : elems;
}
