/* map_pickle.c: pickles: the class, the options, the entries.
 *
 * hash0 and hashes are not pickled.  Entries travel as pairs; those of a map of
 * bare numbers as two blocks of memory, which protocol 5 can hand over out of band.
 */
#include "array_type.h"
#include "batch.h"

/* NOLINTBEGIN(misc-no-recursion): as deep as types are nested, CPython's limit ends it. */
static PyObject *type_recipe(ModuleState *state, PyObject *type);

static PyObject *
three(ModuleState *state, PyObject *origin, PyObject *key_type, PyObject *elem_type)
{
    PyObject *key = type_recipe(state, key_type), *recipe = NULL;
    PyObject *elem = key != NULL ? type_recipe(state, elem_type) : NULL;
    if (elem != NULL) {
        recipe = PyTuple_Pack(3, origin, key, elem);
    }
    Py_XDECREF(key);
    Py_XDECREF(elem);
    return recipe;
}

/* Of a class of gomap's own. */
static PyObject *
map_class_recipe(ModuleState *state, PyTypeObject *cls)
{
    MapSpec *spec = spec_of_class(cls);
    if (spec == NULL) {
        return NULL;
    }
    bool made = spec->cls == cls && spec->origin != NULL;
    PyObject *recipe = made ? three(state, spec->origin, spec->key.type, spec->elem.type)
                            : Py_NewRef((PyObject *)cls);
    Py_DECREF(spec);
    return recipe;
}

/* Of another class: one in Python that is made by brackets has (origin, K, V) as its
 * own __gomap_recipe__. */
static PyObject *
other_class_recipe(ModuleState *state, PyTypeObject *cls)
{
    if (!PyType_HasFeature(cls, Py_TPFLAGS_HEAPTYPE)) {
        return Py_NewRef((PyObject *)cls);
    }
    PyObject *name = PyUnicode_FromString("__gomap_recipe__"), *origin, *key, *elem;
    PyObject *own = NULL, *recipe = NULL;
    if (name != NULL) {
        own = Py_XNewRef(PyDict_GetItemWithError(cls->tp_dict, name));
    }
    bool made = own != NULL && PyTuple_Check(own);
    if (made && PyArg_ParseTuple(own, "OOO:__gomap_recipe__", &origin, &key, &elem)) {
        recipe = three(state, origin, key, elem);
    }
    else if (!made && !PyErr_Occurred()) {
        recipe = Py_NewRef((PyObject *)cls);
    }
    Py_XDECREF(name);
    Py_XDECREF(own);
    return recipe;
}

/* A type as pickle can find it in any process: by name, or, when it was made by
 * brackets, as (origin, K, V), each of these the same way. */
static PyObject *
type_recipe(ModuleState *state, PyObject *type)
{
    if (!PyType_Check(type)) {
        return Py_NewRef(type);
    }
    if (Py_EnterRecursiveCall(" in a class of maps of maps")) {
        return NULL;
    }
    PyTypeObject *cls = (PyTypeObject *)type;
    bool ours = PyType_IsSubtype(cls, state->map_type);
    PyObject *recipe = ours ? map_class_recipe(state, cls) : other_class_recipe(state, cls);
    Py_LeaveRecursiveCall();
    return recipe;
}
/* NOLINTEND(misc-no-recursion) */

static PyObject *
class_recipe(MapObject *self)
{
    return type_recipe(state_of(self), (PyObject *)Py_TYPE(self));
}

static PyObject *
options_as_they_are(MapObject *self)
{
    PyObject *options = PyDict_New();
    PyObject *seed = PyLong_FromUnsignedLongLong(self->seed);
    int result = options == NULL || seed == NULL ? -1 : 0;
    if (result == 0 && self->fixed_seed) {
        result = PyDict_SetItemString(options, "seed", seed);
    }
    if (result == 0 && self->hasher != NULL) {
        result = PyDict_SetItemString(options, "hasher", self->hasher);
    }
    if (result == 0 && self->own_zero) {
        result = PyDict_SetItemString(options, "zero", self->zero);
    }
    Py_XDECREF(seed);
    if (result < 0) {
        Py_CLEAR(options);
    }
    return options;
}

static PyObject *
options_of(MapObject *self)
{
    PyObject *options;
    MAP_LOCK(self);
    options = options_as_they_are(self);
    MAP_UNLOCK();
    return options;
}

/* (rebuild, arguments, attributes[, None, items]); new.  Steals the arguments. */
static PyObject *
reduction(MapObject *self, PyObject *rebuild, PyObject *arguments, PyObject *items)
{
    if (arguments == NULL) {
        return NULL;
    }
    PyObject *attributes = PyObject_CallMethod((PyObject *)self, "__getstate__", NULL);
    PyObject *result = NULL;
    if (attributes != NULL) {
        result = items != NULL
                     ? Py_BuildValue("OOOOO", rebuild, arguments, attributes, Py_None, items)
                     : Py_BuildValue("OOO", rebuild, arguments, attributes);
    }
    Py_DECREF(arguments);
    Py_XDECREF(attributes);
    return result;
}

/* An iterator over the pairs as they are now; new. */
static PyObject *
pairs_now(MapObject *self)
{
    PyObject *flat = map_snapshot_locked(self), *pairs = flat != NULL ? map_pairs_of(flat) : NULL;
    PyObject *items = pairs != NULL ? PyObject_GetIter(pairs) : NULL;
    Py_XDECREF(flat);
    Py_XDECREF(pairs);
    return items;
}

static PyObject *
reduce_to_pairs(MapObject *self)
{
    PyObject *items = pairs_now(self), *result = NULL;
    PyObject *recipe = items != NULL ? class_recipe(self) : NULL;
    PyObject *options = recipe != NULL ? options_of(self) : NULL;
    if (options != NULL) {
        PyObject *arguments = Py_BuildValue("OOO", recipe, options, self->nil ? Py_True : Py_False);
        result = reduction(self, state_of(self)->rebuild, arguments, self->nil ? NULL : items);
    }
    Py_XDECREF(items);
    Py_XDECREF(recipe);
    Py_XDECREF(options);
    return result;
}

/* A block for the pickle: handed over as it is, or copied into bytes. */
static PyObject *
block_of(PyObject *array, int protocol)
{
    return protocol >= 5 ? PyPickleBuffer_FromObject(array) : PyBytes_FromObject(array);
}

static PyObject *
reduce_to_blocks(MapObject *self, int protocol)
{
    PyObject *keys, *elems, *result = NULL;
    if (batch_take_out_locked(self, TAKE_KEYS | TAKE_ELEMS, &keys, &elems) < 0) {
        return NULL;
    }
    Py_SETREF(keys, block_of(keys, protocol));
    if (keys != NULL) {
        Py_SETREF(elems, block_of(elems, protocol));
    }
    PyObject *recipe = keys != NULL && elems != NULL ? class_recipe(self) : NULL;
    PyObject *options = recipe != NULL ? options_of(self) : NULL;
    if (options != NULL) {
        PyObject *little = PY_LITTLE_ENDIAN ? Py_True : Py_False;
        PyObject *arguments = Py_BuildValue("OOOOO", recipe, options, little, keys, elems);
        result = reduction(self, state_of(self)->rebuild_blocks, arguments, NULL);
    }
    Py_XDECREF(keys);
    Py_XDECREF(elems);
    Py_XDECREF(recipe);
    Py_XDECREF(options);
    return result;
}

PyObject *
map_reduce(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    return reduce_to_pairs(self);
}

/* Has a subclass its own idea of __reduce__? */
static int
has_own_reduce(MapObject *self)
{
    PyObject *own = PyObject_GetAttrString((PyObject *)Py_TYPE(self), "__reduce__");
    PyObject *map_type = (PyObject *)state_of(self)->map_type;
    PyObject *ours = own != NULL ? PyObject_GetAttrString(map_type, "__reduce__") : NULL;
    int result = own == NULL || ours == NULL ? -1 : own != ours;
    Py_XDECREF(own);
    Py_XDECREF(ours);
    return result;
}

PyObject *
map_reduce_ex(MapObject *self, PyObject *protocol)
{
    int version = (int)PyLong_AsLong(protocol);
    if (version == -1 && PyErr_Occurred()) {
        return NULL;
    }
    int own = has_own_reduce(self);
    if (own != 0) {
        return own < 0 ? NULL : PyObject_CallMethod((PyObject *)self, "__reduce__", NULL);
    }
    return is_bare(self) && !self->nil ? reduce_to_blocks(self, version) : reduce_to_pairs(self);
}

/* The type that type_recipe was given; new. */
/* NOLINTBEGIN(misc-no-recursion): as deep as the recipe, CPython's limit ends it. */
static PyObject *
class_of_recipe(PyObject *recipe)
{
    PyObject *origin, *key, *elem, *params = NULL;
    if (!PyTuple_Check(recipe)) {
        return Py_NewRef(recipe);
    }
    if (!PyArg_ParseTuple(recipe, "OOO", &origin, &key, &elem) ||
        Py_EnterRecursiveCall(" in a class of maps of maps")) {
        return NULL;
    }
    key = class_of_recipe(key);
    elem = key != NULL ? class_of_recipe(elem) : NULL;
    if (elem != NULL) {
        params = PyTuple_Pack(2, key, elem);
    }
    PyObject *cls = params != NULL ? PyObject_GetItem(origin, params) : NULL;
    Py_LeaveRecursiveCall();
    Py_XDECREF(params);
    Py_XDECREF(key);
    Py_XDECREF(elem);
    return cls;
}
/* NOLINTEND(misc-no-recursion) */

/* An empty map of the recipe's class with these options, __init__ not called
 * when it is the class's own. */
static PyObject *
make_by_recipe(ModuleState *state, PyObject *recipe, PyObject *options, int nil)
{
    PyObject *cls = class_of_recipe(recipe), *none = PyTuple_New(0), *made = NULL;
    if (cls == NULL || none == NULL) {
        goto done;
    }
    if (!PyType_Check(cls) || !PyType_IsSubtype((PyTypeObject *)cls, state->map_type)) {
        PyErr_Format(PyExc_TypeError, "not a Map class: %R", cls);
        goto done;
    }
    made = map_tp_new((PyTypeObject *)cls, none, NULL);
    if (made != NULL && nil) {
        ((MapObject *)made)->nil = ((MapObject *)made)->initialised = true;
    }
    else if (made != NULL && map_tp_init((MapObject *)made, none, options) < 0) {
        Py_CLEAR(made);
    }
done:
    Py_XDECREF(cls);
    Py_XDECREF(none);
    return made;
}

static PyObject *
rebuild(PyObject *module, PyObject *args)
{
    PyObject *recipe, *options;
    int nil;
    if (!PyArg_ParseTuple(args, "OO!p:_rebuild", &recipe, &PyDict_Type, &options, &nil)) {
        return NULL;
    }
    return make_by_recipe(PyModule_GetState(module), recipe, options, nil);
}

/* The map's entries are what the two blocks hold. */
static int
fill_from_blocks(MapObject *map, const Py_buffer *keys, const Py_buffer *elems)
{
    const MapSpec *spec = map->spec;
    if (!is_bare(map)) {
        PyErr_Format(PyExc_ValueError, "%U: a pickle in blocks is for maps of bare numbers",
                     spec->name);
        return -1;
    }
    const size_t n = (size_t)keys->len / spec->key.size;
    if ((size_t)keys->len != n * spec->key.size || (size_t)elems->len != n * spec->elem.size) {
        PyErr_Format(PyExc_ValueError,
                     "%U: the pickle is damaged: %zd bytes of keys, %zd bytes of elements",
                     spec->name, keys->len, elems->len);
        return -1;
    }
    return batch_set_blocks_locked(map, keys->buf, elems->buf, n);
}

static PyObject *
rebuild_blocks(PyObject *module, PyObject *args)
{
    PyObject *recipe, *options, *made = NULL;
    Py_buffer keys, elems;
    int little;
    if (!PyArg_ParseTuple(args, "OO!py*y*:_rebuild_blocks", &recipe, &PyDict_Type, &options,
                          &little, &keys, &elems)) {
        return NULL;
    }
    if (little != PY_LITTLE_ENDIAN) {
        PyErr_SetString(PyExc_ValueError,
                        "a pickle in blocks is for machines of the byte order it was made on");
    }
    else {
        made = make_by_recipe(PyModule_GetState(module), recipe, options, 0);
    }
    if (made != NULL && fill_from_blocks((MapObject *)made, &keys, &elems) < 0) {
        Py_CLEAR(made);
    }
    PyBuffer_Release(&keys);
    PyBuffer_Release(&elems);
    return made;
}

static PyObject *
recipe_of_class(PyObject *module, PyObject *cls)
{
    return type_recipe(PyModule_GetState(module), cls);
}

static PyObject *
class_by_recipe(PyObject *module, PyObject *recipe)
{
    (void)module;
    return class_of_recipe(recipe);
}

PyMethodDef pickle_functions[] = {
    {"_recipe", recipe_of_class, METH_O,
     "_recipe(cls, /)\n--\n\nThe class as pickle can find it: itself, or (origin, K, V)."},
    {"_class_of", class_by_recipe, METH_O,
     "_class_of(recipe, /)\n--\n\nThe class of which _recipe gave the recipe."},
    {"_rebuild", rebuild, METH_VARARGS, "_rebuild(recipe, options, nil, /)\n--\n\nFor pickle."},
    {"_rebuild_blocks", rebuild_blocks, METH_VARARGS,
     "_rebuild_blocks(recipe, options, little, keys, elems, /)\n--\n\nFor pickle."},
    {NULL, NULL, 0, NULL},
};
