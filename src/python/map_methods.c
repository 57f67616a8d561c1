/* map_methods.c: the methods of Map that are about one entry or the whole; each with its docstring and an example that the tests run. */
#include "batch.h"
#include "map_type.h"

/* ---- one entry -------------------------------------------------------------------- */

static int
check_args(const char *name, Py_ssize_t n, Py_ssize_t least, Py_ssize_t most)
{
    if (n >= least && n <= most) {
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "%s expected %s%zd argument%s, got %zd", name,
                 least == most ? "" : (n < least ? "at least " : "at most "),
                 n < least ? least : most, (n < least ? least : most) == 1 ? "" : "s", n);
    return -1;
}

PyDoc_STRVAR(get_doc, "get($self, key, default=None, /)\n--\n\n\
The element of key if it is present, else default.  O(1).\n\
\n\
>>> from gomap import Map\n\
>>> Map[str, int]({'a': 1}).get('b', -1)\n\
-1\n");

static PyObject *
map_get_method(MapObject *self, PyObject *const *args, Py_ssize_t n)
{
    PyObject *elem;
    MAP_LOCK(self);
    elem = self->spec->quick->get(self, args, n);
    MAP_UNLOCK();
    return elem;
}

PyObject *
map_get(MapObject *self, PyObject *const *args, Py_ssize_t n)
{
    if (check_args("get", n, 1, 2) < 0) {
        return NULL;
    }
    PyObject *elem;
    int found = map_find_boxed(self, args[0], &elem);
    return found == 0 ? Py_NewRef(n == 2 ? args[1] : Py_None) : elem;
}

PyDoc_STRVAR(lookup_doc, "lookup($self, key, /)\n--\n\n\
Go's `v, ok := m[key]`: (element, True), or (zero value, False).  O(1).\n\
\n\
>>> from gomap import Map\n\
>>> m = Map[str, int]({'a': 1})\n\
>>> m.lookup('a'), m.lookup('b')\n\
((1, True), (0, False))\n");

static PyObject *
map_lookup(MapObject *self, PyObject *key)
{
    PyObject *elem;
    int found = map_find_boxed(self, key, &elem);
    if (found < 0) {
        return NULL;
    }
    elem = found ? elem : Py_NewRef(self->zero);
    return Py_BuildValue("NO", elem, found ? Py_True : Py_False);
}

PyDoc_STRVAR(setdefault_doc, "setdefault($self, key, default=..., /)\n--\n\n\
The element of key; default is stored first when key is absent.  O(1).\n\
\n\
>>> from gomap import Map\n\
>>> m = Map[str, list]()\n\
>>> m.setdefault('a', []).append(1)\n\
>>> m\n\
Map[str, list]({'a': [1]})\n");

/* Stores the default under a key found absent; both are used up. */
static PyObject *
store_default(MapObject *self, PyObject *object, PyObject *value, Key *key, uint64_t hash0)
{
    Elem elem;
    if (elem_load(self->spec, value, &elem) < 0) {
        key_drop(key);
        return NULL;
    }
    PyObject *shown = elem_box(self->spec, &elem);
    if (shown == NULL || key_refresh(self, object, key, hash0) < 0) {
        elem_drop(self->spec, &elem);
        Py_XDECREF(shown);
        return NULL;
    }
    return map_default_loaded(self, key, &elem, shown);
}

static PyObject *
map_setdefault(MapObject *self, PyObject *const *args, Py_ssize_t n)
{
    Key key;
    gm_cell cell;
    if (check_args("setdefault", n, 1, 2) < 0 || map_load_key(self, args[0], &key) < 0) {
        return NULL;
    }
    uint64_t hash0 = present_hash0(self);
    int found = map_find_loaded(self, &key, &cell);
    if (found == 0) {
        return store_default(self, args[0], n == 2 ? args[1] : self->zero, &key, hash0);
    }
    PyObject *elem = found > 0 ? elem_box(self->spec, cell.elem) : NULL;
    key_drop(&key);
    return elem;
}

PyDoc_STRVAR(add_doc, "add($self, key, delta, /)\n--\n\n\
m[key] = m[key] + delta, with one hash and one probe; the new element.  O(1).\n\
\n\
An absent key counts from the zero value.  The old element is never changed in\n\
place.  Raises TypeError when the two cannot be added, OverflowError when the\n\
sum does not fit a sized type; the map is as it was then.\n\
\n\
>>> from gomap import Map\n\
>>> counts = Map[str, int]()\n\
>>> for letter in 'banana':\n\
...     _ = counts.add(letter, 1)\n\
>>> counts\n\
Map[str, int]({'a': 3, 'b': 1, 'n': 2})\n");

/* ---- taking out ------------------------------------------------------------------------ */

PyDoc_STRVAR(pop_doc, "pop($self, key, default=..., /)\n--\n\n\
Removes key and gives its element; default, or KeyError, when it is absent.\n\
O(1); popping what is absent does no growth work.\n\
\n\
>>> from gomap import Map\n\
>>> m = Map[str, int]({'a': 1})\n\
>>> m.pop('a'), m.pop('a', None), len(m)\n\
(1, None, 0)\n");

static PyObject *
map_pop(MapObject *self, PyObject *const *args, Py_ssize_t n)
{
    Key key;
    PyObject *elem = NULL;
    if (check_args("pop", n, 1, 2) < 0 || map_load_key(self, args[0], &key) < 0) {
        return NULL;
    }
    int found = map_remove_loaded(self, &key, &elem);
    key_drop(&key);
    if (found != 0) {
        return elem;
    }
    return n == 2 ? Py_NewRef(args[1]) : err_key(args[0]);
}

PyDoc_STRVAR(popitem_doc, "popitem($self, /)\n--\n\n\
Removes an entry at random and gives it as (key, element).\n\
\n\
O(1) on average unless the map is nearly empty for its buckets, then O(buckets).\n\
Raises KeyError when the map is empty.\n\
\n\
>>> from gomap import Map\n\
>>> Map[str, int]({'a': 1}).popitem()\n\
('a', 1)\n");

static PyObject *
map_popitem(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    gm_entry entry;
    PyObject *key, *elem;
    guard_write(self); /* before the count is looked at: others write while it waits */
    if (map_length(self) == 0) {
        return err_empty(self, "popitem");
    }
    gm_pop_random(self->map, &entry);
    map_release_entry(self, &entry, &key, &elem);
    if (key == NULL || elem == NULL) {
        Py_XDECREF(key);
        Py_XDECREF(elem);
        return NULL;
    }
    return Py_BuildValue("NN", key, elem);
}

PyDoc_STRVAR(random_item_doc, "random_item($self, /)\n--\n\n\
An entry drawn with equal chances, as (key, element).\n\
\n\
Beyond Go, whose iteration order favours entries after gaps.  O(1) on average\n\
unless the map is nearly empty for its buckets.  KeyError when it is empty.\n\
\n\
>>> from gomap import Map\n\
>>> Map[str, int]({'a': 1}).random_item()\n\
('a', 1)\n");

static PyObject *
map_random_item(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    gm_cell cell;
    guard_write(self); /* it draws; before the count is looked at, as in popitem */
    if (map_length(self) == 0) {
        return err_empty(self, "random_item");
    }
    gm_random(self->map, &cell);
    PyObject *key = key_box(self->spec, is_hashed(self), cell.key);
    PyObject *elem = key != NULL ? elem_box(self->spec, cell.elem) : NULL;
    if (elem == NULL) {
        Py_XDECREF(key);
        return NULL;
    }
    return Py_BuildValue("NN", key, elem);
}

PyDoc_STRVAR(clear_doc, "clear($self, /)\n--\n\n\
Go's clear(m): removes every entry, NaN keys too.  O(buckets).\n\
\n\
The buckets stay; hash0 is drawn anew unless seed= fixed it.\n\
\n\
>>> from gomap import Map\n\
>>> m = Map[float, int]({float('nan'): 1})\n\
>>> m.clear()\n\
>>> len(m)\n\
0\n");

static PyObject *
map_clear(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    if (self->map != NULL) {
        guard_write(self);
        gm_clear(self->map);
        map_sweep(self);
    }
    Py_RETURN_NONE;
}

/* ---- the whole ----------------------------------------------------------------------- */

PyDoc_STRVAR(copy_doc, "copy($self, /)\n--\n\n\
A map with the same entries, options and class; nil of a nil map.  O(buckets).\n\
\n\
It has the hash0 of this one and as many buckets as its entries need (but no\n\
more than this one), laid out as Go's maps.Clone lays them out.\n\
\n\
>>> from gomap import Map\n\
>>> Map[str, int]({'a': 1}).copy()\n\
Map[str, int]({'a': 1})\n");

static PyObject *
map_copy_method(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    return (PyObject *)map_copy_locked(self);
}

/* Attributes in __slots__, as object.__getstate__ has them. */
static int
set_slots(PyObject *to, PyObject *slots)
{
    PyObject *name, *value;
    Py_ssize_t at = 0;
    int result = 0;
    while (result == 0 && PyDict_Next(slots, &at, &name, &value)) {
        Py_INCREF(name); /* a __setattr__ may empty the dict */
        Py_INCREF(value);
        result = PyObject_SetAttr(to, name, value);
        Py_DECREF(name);
        Py_DECREF(value);
    }
    return result;
}

static int
update_attributes(PyObject *to, PyObject *from)
{
    PyObject *own = PyObject_GetAttrString(to, "__dict__");
    int result = own != NULL ? PyDict_Update(own, from) : -1;
    Py_XDECREF(own);
    return result;
}

/* What __getstate__ gave: the class's own __setstate__ takes it, or it is attributes,
 * or (attributes, slots). */
static int
set_state(PyObject *to, PyObject *state)
{
    PyObject *take = PyObject_GetAttrString(to, "__setstate__"), *slots = Py_None;
    if (take != NULL) {
        PyObject *done = PyObject_CallOneArg(take, state);
        Py_DECREF(take);
        Py_XDECREF(done);
        return done != NULL ? 0 : -1;
    }
    if (!PyErr_ExceptionMatches(PyExc_AttributeError)) {
        return -1;
    }
    PyErr_Clear();
    if (PyTuple_Check(state) && PyTuple_GET_SIZE(state) == 2) {
        slots = PyTuple_GET_ITEM(state, 1);
        state = PyTuple_GET_ITEM(state, 0);
    }
    if (state != Py_None && update_attributes(to, state) < 0) {
        return -1;
    }
    return PyDict_Check(slots) ? set_slots(to, slots) : 0;
}

/* copy.copy: the attributes of a subclass's instance, too, as pickle has them. */
static PyObject *
map_copy_dunder(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    const MapSpec *spec = self->spec;
    bool ours = spec->origin == NULL || spec->origin == (PyObject *)state_of(self)->map_type;
    PyObject *copy = (PyObject *)map_copy_locked(self);
    if (copy == NULL || (ours && Py_TYPE(self) == spec->cls)) { /* no attributes */
        return copy;
    }
    PyObject *state = PyObject_CallMethod((PyObject *)self, "__getstate__", NULL);
    if (state == NULL || (state != Py_None && set_state(copy, state) < 0)) {
        Py_CLEAR(copy);
    }
    Py_XDECREF(state);
    return copy;
}

PyDoc_STRVAR(nil_doc, "nil($type, /)\n--\n\n\
A nil map, Go's `var m map[K]V`: it reads as empty; a write is a NilMapError.\n\
\n\
>>> from gomap import Map\n\
>>> m = Map[str, int].nil()\n\
>>> m.is_nil, m['a'], len(m)\n\
(True, 0, 0)\n");

static PyObject *
map_nil(PyTypeObject *cls, PyObject *ignored)
{
    (void)ignored;
    MapObject *self = (MapObject *)map_tp_new(cls, NULL, NULL);
    if (self != NULL) {
        self->nil = self->initialised = true;
    }
    return (PyObject *)self;
}

PyDoc_STRVAR(keys_doc, "keys($self, /)\n--\n\nA live, set-like view of the keys.  O(1).\n\n\
>>> from gomap import Map\n\
>>> 'a' in Map[str, int]({'a': 1}).keys()\n\
True\n");
PyDoc_STRVAR(values_doc, "values($self, /)\n--\n\nA live view of the elements.  O(1).\n\n\
>>> from gomap import Map\n\
>>> sum(Map[str, int]({'a': 1, 'b': 2}).values())\n\
3\n");
PyDoc_STRVAR(items_doc, "items($self, /)\n--\n\n\
A live, set-like view of the (key, element) pairs.  O(1).\n\n\
>>> from gomap import Map\n\
>>> sorted(Map[str, int]({'a': 1, 'b': 2}).items())\n\
[('a', 1), ('b', 2)]\n");

static PyObject *
map_keys(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    return view_new(self, SHOW_KEYS);
}

static PyObject *
map_values(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    return view_new(self, SHOW_VALUES);
}

static PyObject *
map_items(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    return view_new(self, SHOW_ITEMS);
}

PyDoc_STRVAR(update_doc, "update($self, other=(), /, **kwargs)\n--\n\n\
Assigns every entry of a mapping, or pair of an iterable, then the keywords.\n\
\n\
What was assigned before an error stays.  O(len(other)).\n\
\n\
>>> from gomap import Map\n\
>>> m = Map[str, int]()\n\
>>> m.update({'a': 1}, b=2)\n\
>>> m\n\
Map[str, int]({'a': 1, 'b': 2})\n");
PyDoc_STRVAR(fromkeys_doc, "fromkeys($type, keys, value=..., /)\n--\n\n\
A map of these keys, each with the same element.  O(len(keys)).\n\
\n\
>>> from gomap import Map\n\
>>> Map[str, int].fromkeys('ab')\n\
Map[str, int]({'a': 0, 'b': 0})\n");
PyDoc_STRVAR(to_dict_doc, "to_dict($self, /)\n--\n\n\
A dict of the entries, in storage order.  O(buckets), at C speed.\n\
\n\
>>> from gomap import Map\n\
>>> Map[str, int]({'a': 1}).to_dict()\n\
{'a': 1}\n");
PyDoc_STRVAR(getitem_doc, "__class_getitem__($type, types, /)\n--\n\n\
Map[K, V]: the class of maps with keys of type K and elements of type V.\n\
\n\
Cached: Map[str, int] is Map[str, int].  TypeError for an unhashable key type.\n\
\n\
>>> from gomap import Map\n\
>>> Map[str, int].key_type\n\
<class 'str'>\n");

LOCKED_O(map_lookup)
LOCKED_O(map_popitem)
LOCKED_O(map_random_item)
LOCKED_O(map_clear)
LOCKED_FAST(map_setdefault)
LOCKED_FAST(map_add)
LOCKED_FAST(map_pop)
LOCKED_KEYWORDS(map_get_many)
LOCKED_KEYWORDS(map_contains_many)
LOCKED_KEYWORDS(map_delete_many)

#define FAST(f) (PyCFunction)(void (*)(void))(f)

PyMethodDef map_methods[] = {
    {"get", FAST(map_get_method), METH_FASTCALL, get_doc},
    {"lookup", (PyCFunction)LOCKED(map_lookup), METH_O, lookup_doc},
    {"setdefault", FAST(LOCKED(map_setdefault)), METH_FASTCALL, setdefault_doc},
    {"add", FAST(LOCKED(map_add)), METH_FASTCALL, add_doc},
    {"pop", FAST(LOCKED(map_pop)), METH_FASTCALL, pop_doc},
    {"popitem", (PyCFunction)LOCKED(map_popitem), METH_NOARGS, popitem_doc},
    {"random_item", (PyCFunction)LOCKED(map_random_item), METH_NOARGS, random_item_doc},
    {"clear", (PyCFunction)LOCKED(map_clear), METH_NOARGS, clear_doc},
    {"reserve", (PyCFunction)map_reserve_locked, METH_O, map_reserve_doc},
    {"shrink", (PyCFunction)map_shrink_locked, METH_NOARGS, map_shrink_doc},
    {"finish_growth", (PyCFunction)map_finish_growth_locked, METH_NOARGS, map_finish_growth_doc},
    {"copy", (PyCFunction)map_copy_method, METH_NOARGS, copy_doc},
    {"__copy__", (PyCFunction)map_copy_dunder, METH_NOARGS, "copy.copy(m), see copy."},
    {"nil", (PyCFunction)map_nil, METH_NOARGS | METH_CLASS, nil_doc},
    {"keys", (PyCFunction)map_keys, METH_NOARGS, keys_doc},
    {"values", (PyCFunction)map_values, METH_NOARGS, values_doc},
    {"items", (PyCFunction)map_items, METH_NOARGS, items_doc},
    {"update", FAST(map_update_method), METH_VARARGS | METH_KEYWORDS, update_doc},
    {"fromkeys", FAST(map_fromkeys), METH_FASTCALL | METH_CLASS, fromkeys_doc},
    {"get_many", FAST(LOCKED(map_get_many)), METH_VARARGS | METH_KEYWORDS, map_get_many_doc},
    {"contains_many", FAST(LOCKED(map_contains_many)), METH_VARARGS | METH_KEYWORDS,
     map_contains_many_doc},
    {"to_arrays", (PyCFunction)map_to_arrays, METH_NOARGS, map_to_arrays_doc},
    {"keys_array", (PyCFunction)map_keys_array, METH_NOARGS, map_keys_array_doc},
    {"values_array", (PyCFunction)map_values_array, METH_NOARGS, map_values_array_doc},
    {"set_many", FAST(map_set_many), METH_VARARGS | METH_KEYWORDS, map_set_many_doc},
    {"from_arrays", FAST(map_from_arrays), METH_VARARGS | METH_KEYWORDS | METH_CLASS,
     map_from_arrays_doc},
    {"delete_many", FAST(LOCKED(map_delete_many)), METH_VARARGS | METH_KEYWORDS,
     map_delete_many_doc},
    {"add_many", FAST(map_add_many), METH_VARARGS | METH_KEYWORDS, map_add_many_doc},
    {"merge", FAST(map_merge), METH_VARARGS | METH_KEYWORDS, map_merge_doc},
    {"to_dict", (PyCFunction)map_to_dict, METH_NOARGS, to_dict_doc},
    {"_repr_html_", (PyCFunction)map_repr_html, METH_NOARGS, map_repr_html_doc},
    {"_repr_pretty_", (PyCFunction)map_repr_pretty, METH_VARARGS, map_repr_pretty_doc},
    {"__get_pydantic_core_schema__", (PyCFunction)map_pydantic, METH_VARARGS | METH_CLASS,
     map_pydantic_doc},
    {"__sizeof__", (PyCFunction)map_sizeof_locked, METH_NOARGS,
     "Bytes of the map, its contents left out."},
    {"__reduce__", (PyCFunction)map_reduce, METH_NOARGS, "For pickle."},
    {"__reduce_ex__", (PyCFunction)map_reduce_ex, METH_O, "For pickle."},
    {"__class_getitem__", (PyCFunction)spec_class_getitem, METH_O | METH_CLASS, getitem_doc},
    {NULL, NULL, 0, NULL},
};
