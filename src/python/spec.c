/* spec.c: Map[K, V]: a class of its own for every pair of types.
 *
 * The class is an ordinary subclass, made by type(), with the spec in its dict
 * under __gomap_spec__; subclasses of it find the spec by inheritance.  Classes
 * are cached for the module's life, so Map[str, int] is always the same one.
 */
#include "map_type.h"
#include "written.h"

/* ---- what cells own ------------------------------------------------------------- */

static void
retain_key(const void *key)
{
    Py_INCREF(((const BoxedKey *)key)->object);
}

static void
release_key(void *key)
{
    Py_XDECREF(((BoxedKey *)key)->object);
}

static void
retain_elem(const void *elem)
{
    Py_INCREF(*(PyObject *const *)elem);
}

static void
release_elem(void *elem)
{
    Py_XDECREF(*(PyObject **)elem);
}

static const gm_owner owns_both = {retain_key, release_key, retain_elem, release_elem};
static const gm_owner owns_keys = {retain_key, release_key, NULL, NULL};
static const gm_owner owns_elems = {NULL, NULL, retain_elem, release_elem};

static const gm_owner *
owner_of(const MapSpec *spec)
{
    if (spec->key.boxed) {
        return spec->elem.boxed ? &owns_both : &owns_keys;
    }
    return spec->elem.boxed ? &owns_elems : NULL;
}

/* ---- the spec object ----------------------------------------------------------------- */

static void
spec_dealloc(MapSpec *spec)
{
    PyTypeObject *type = Py_TYPE(spec);
    PyObject_GC_UnTrack(spec);
    box_type_fini(&spec->key);
    box_type_fini(&spec->elem);
    Py_XDECREF(spec->zero);
    Py_XDECREF(spec->name);
    Py_XDECREF(spec->origin);
    type->tp_free(spec);
    Py_DECREF(type);
}

static int
spec_traverse(MapSpec *spec, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(spec));
    Py_VISIT(spec->key.type);
    Py_VISIT(spec->key.check);
    Py_VISIT(spec->elem.type);
    Py_VISIT(spec->elem.check);
    Py_VISIT(spec->zero);
    Py_VISIT(spec->origin);
    return 0;
}

static PyType_Slot spec_slots[] = {
    {Py_tp_dealloc, spec_dealloc},
    {Py_tp_traverse, spec_traverse},
    {Py_tp_doc, (void *)"What the maps of one class hold."},
    {0, NULL},
};

PyType_Spec spec_type_spec = {
    .name = "gomap._gomap.MapSpec",
    .basicsize = sizeof(MapSpec),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = spec_slots,
};

static gm_type
engine_type(const MapSpec *spec, bool hashed)
{
    return (gm_type){
        .kind = box_kind(&spec->key, hashed),
        .owner = owner_of(spec),
        .elem_size = spec->elem.size,
        .go_key_size = spec->key.go_size,
        .go_elem_size = spec->elem.go_size,
    };
}

/* What reads and writes single entries; the quick ones are made for elements of a
 * word. */
static const QuickOps *
quick_ops(const MapSpec *spec)
{
    static const QuickOps *const by_key[] = {
        [TYPE_OBJECT] = &quick_object,
        [TYPE_STR] = &quick_str,
        [TYPE_INT] = &quick_int,
        [TYPE_INT64] = &quick_int64,
    };
    const QuickOps *quick = NULL;
    if (spec->elem.size == 8 && spec->key.code < Py_ARRAY_LENGTH(by_key)) {
        quick = by_key[spec->key.code];
    }
    return quick != NULL ? quick : &quick_any;
}

static int
spec_fill(MapSpec *spec, ModuleState *state, PyObject *key, PyObject *elem)
{
    spec->state = state;
    if (box_type_init(state, &spec->key, key) < 0 || box_type_init(state, &spec->elem, elem) < 0) {
        return -1;
    }
    spec->plain = engine_type(spec, false);
    spec->hashed = engine_type(spec, true);
    spec->quick = quick_ops(spec);
    spec->zero = box_zero(&spec->elem);
    return spec->zero == NULL ? -1 : 0;
}

static MapSpec *
spec_new(ModuleState *state, PyObject *key, PyObject *elem)
{
    MapSpec *spec = (MapSpec *)state->spec_type->tp_alloc(state->spec_type, 0);
    if (spec != NULL && spec_fill(spec, state, key, elem) < 0) {
        Py_CLEAR(spec);
    }
    return spec;
}

MapSpec *
spec_for_base(ModuleState *state, PyTypeObject *cls)
{
    PyObject *object = (PyObject *)&PyBaseObject_Type;
    MapSpec *spec = spec_new(state, object, object);
    if (spec != NULL) {
        spec->cls = cls;
        spec->name = PyUnicode_FromString("Map");
        if (spec->name == NULL) {
            Py_CLEAR(spec);
        }
    }
    return spec;
}

PyTypeObject *
spec_map_type(PyTypeObject *cls)
{
    while (cls != NULL && cls->tp_dealloc != (destructor)map_tp_dealloc) {
        cls = cls->tp_base;
    }
    return cls;
}

static MapSpec *
spec_by_name(PyTypeObject *cls)
{
    PyObject *spec = PyObject_GetAttrString((PyObject *)cls, "__gomap_spec__");
    if (spec != NULL && Py_TYPE(spec)->tp_dealloc != (destructor)spec_dealloc) {
        Py_CLEAR(spec);
        PyErr_Format(PyExc_TypeError, "%.200s.__gomap_spec__ was overwritten", cls->tp_name);
    }
    return (MapSpec *)spec;
}

static ModuleState *
state_of_class(PyTypeObject *cls)
{
    PyTypeObject *map_type = spec_map_type(cls);
    assert(map_type != NULL);
    return PyType_GetModuleState(map_type);
}

/* The last class asked for is asked for again most of the time; classes with a
 * spec of their own live as long as the module. */
MapSpec *
spec_of_class(PyTypeObject *cls)
{
#ifdef Py_GIL_DISABLED /* where threads would quarrel about it */
    return spec_by_name(cls);
#else
    ModuleState *state = state_of_class(cls);
    if (state->last_spec != NULL && state->last_spec->cls == cls) {
        return (MapSpec *)Py_NewRef((PyObject *)state->last_spec);
    }
    MapSpec *spec = spec_by_name(cls);
    if (spec != NULL && spec->cls == cls) {
        Py_XSETREF(state->last_spec, (MapSpec *)Py_NewRef((PyObject *)spec));
    }
    return spec;
#endif
}

/* ---- Map[K, V] ----------------------------------------------------------------------- */

static int
require_hashable_class(const BoxType *type)
{
    PyObject *hash = PyObject_GetAttrString(type->check, "__hash__");
    if (hash == NULL) {
        return -1;
    }
    Py_DECREF(hash);
    if (hash == Py_None) {
        PyErr_Format(PyExc_TypeError, "Map: unhashable key type: %U", type->name);
        return -1;
    }
    return 0;
}

static PyObject *
class_dict(MapSpec *spec, PyTypeObject *cls)
{
    PyObject *module = PyObject_GetAttrString((PyObject *)cls, "__module__");
    PyObject *doc = PyUnicode_FromFormat("%U: Go's map[%U]%U, see Map.", spec->name, spec->key.name,
                                         spec->elem.name);
    PyObject *dict = NULL;
    if (module != NULL && doc != NULL) {
        dict = Py_BuildValue("{s:(),s:O,s:O,s:O,s:O,s:O}", "__slots__", "__module__", module,
                             "__doc__", doc, "key_type", spec->key.type, "elem_type",
                             spec->elem.type, "__gomap_spec__", spec);
    }
    Py_XDECREF(module);
    Py_XDECREF(doc);
    return dict;
}

/* The methods again as the class's own: the interpreter calls a method without
 * detour only where the instance's class is the descriptor's.  Put into the class's
 * dict as the interpreter does with those of a new type: its setattr gives an
 * AttributeError where there is no memory. */
static int
add_own_methods(PyTypeObject *cls)
{
    for (PyMethodDef *def = map_methods; def->ml_name != NULL; def++) {
        if (def->ml_flags & METH_CLASS || def->ml_name[0] == '_') {
            continue;
        }
        PyObject *method = PyDescr_NewMethod(cls, def);
        if (method == NULL || PyDict_SetItemString(cls->tp_dict, def->ml_name, method) < 0) {
            Py_XDECREF(method);
            return -1;
        }
        Py_DECREF(method);
    }
    PyType_Modified(cls);
    return 0;
}

static PyObject *
class_new(ModuleState *state, PyTypeObject *cls, PyObject *params)
{
    PyObject *made = NULL, *dict = NULL, *base_name = NULL;
    MapSpec *spec = spec_new(state, PyTuple_GET_ITEM(params, 0), PyTuple_GET_ITEM(params, 1));
    if (spec == NULL || require_hashable_class(&spec->key) < 0) {
        goto done;
    }
    base_name = PyObject_GetAttrString((PyObject *)cls, "__name__");
    if (base_name == NULL) {
        goto done;
    }
    spec->origin = Py_NewRef((PyObject *)cls);
    spec->name = PyUnicode_FromFormat("%U[%U, %U]", base_name, spec->key.name, spec->elem.name);
    dict = spec->name != NULL ? class_dict(spec, cls) : NULL;
    if (dict != NULL) {
        made = PyObject_CallFunction((PyObject *)Py_TYPE(cls), "O(O)O", spec->name, cls, dict);
    }
    if (made != NULL) {
        spec->cls = (PyTypeObject *)made;
        if (cls == state->map_type) { /* a subclass may have an __init__ or methods of its own */
            spec->cls->tp_vectorcall = map_vectorcall;
            if (add_own_methods(spec->cls) < 0) {
                Py_CLEAR(made);
            }
        }
    }
done:
    Py_XDECREF(base_name);
    Py_XDECREF(dict);
    Py_XDECREF(spec);
    return made;
}

/* A type variable stands for no class yet: 1, 0 or -1. */
static int
is_open(PyObject *params)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(params); i++) {
        const char *name = Py_TYPE(PyTuple_GET_ITEM(params, i))->tp_name;
        if (strcmp(name, "typing.TypeVar") == 0 || strcmp(name, "TypeVar") == 0) {
            return 1;
        }
    }
    return 0;
}

/* Both types as they are meant; new. */
static PyObject *
normalised(PyObject *params)
{
    PyObject *key = written_meaning(PyTuple_GET_ITEM(params, 0));
    PyObject *elem = key != NULL ? written_meaning(PyTuple_GET_ITEM(params, 1)) : NULL;
    PyObject *out = elem != NULL ? PyTuple_Pack(2, key, elem) : NULL;
    Py_XDECREF(key);
    Py_XDECREF(elem);
    return out;
}

/* The class made for these types before, or NULL; without an error: there is
 * none.  Anything may be written between the brackets; what cannot be hashed is no
 * type, and class_new says so.  After another error, of memory or in a metaclass,
 * nobody knows: to go on would make a second class for types that have one. */
static PyObject *
cached_class(ModuleState *state, PyTypeObject *cls, PyObject *params)
{
    PyObject *id = PyTuple_Pack(3, cls, PyTuple_GET_ITEM(params, 0), PyTuple_GET_ITEM(params, 1));
    PyObject *made = NULL;
#if PY_VERSION_HEX >= 0x030D0000
    if (id != NULL) {
        (void)PyDict_GetItemRef(state->classes, id, &made);
    }
#else
    made = id != NULL ? Py_XNewRef(PyDict_GetItemWithError(state->classes, id)) : NULL;
#endif
    Py_XDECREF(id);
    if (made == NULL && PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_Clear();
    }
    return made;
}

/* The class under which the types are known from now on: another thread may have made
 * one while this one was being made.  New. */
static PyObject *
first_made(ModuleState *state, PyObject *id, PyObject *made)
{
#if PY_VERSION_HEX >= 0x030D0000
    PyObject *first;
    (void)PyDict_SetDefaultRef(state->classes, id, made, &first);
    return first;
#else
    return Py_XNewRef(PyDict_SetDefault(state->classes, id, made));
#endif
}

static PyObject *
new_class(ModuleState *state, PyTypeObject *cls, PyObject *params)
{
    PyObject *made = cached_class(state, cls, params);
    if (made != NULL || PyErr_Occurred()) {
        return made;
    }
    PyObject *id = PyTuple_Pack(3, cls, PyTuple_GET_ITEM(params, 0), PyTuple_GET_ITEM(params, 1));
    made = id != NULL ? class_new(state, cls, params) : NULL;
    if (made != NULL) {
        Py_SETREF(made, first_made(state, id, made));
    }
    Py_XDECREF(id);
    return made;
}

/* A class that has its types does not take others. */
static int
require_open_class(PyTypeObject *cls)
{
    MapSpec *spec = spec_of_class(cls);
    bool taken = spec != NULL && spec->origin != NULL;
    Py_XDECREF(spec);
    if (taken) {
        PyErr_Format(PyExc_TypeError, "%.200s has its types already", cls->tp_name);
    }
    return spec == NULL || taken ? -1 : 0;
}

/* cls[params] while a type variable is among them: filled in, it is the class. */
static PyObject *
open_alias(PyTypeObject *cls, PyObject *params)
{
    PyObject *module = PyImport_ImportModule("gomap._go"), *alias = NULL;
    PyObject *type = module != NULL ? PyObject_GetAttrString(module, "OpenAlias") : NULL;
    if (type != NULL) {
        alias = PyObject_CallFunctionObjArgs(type, (PyObject *)cls, params, NULL);
    }
    Py_XDECREF(module);
    Py_XDECREF(type);
    return alias;
}

PyObject *
spec_class_getitem(PyTypeObject *cls, PyObject *params)
{
    ModuleState *state = state_of_class(cls);
    if (!PyTuple_Check(params) || PyTuple_GET_SIZE(params) != 2) {
        return PyErr_Format(PyExc_TypeError, "Map takes two types, Map[key, element]");
    }
    PyObject *made = cached_class(state, cls, params);
    if (made != NULL || PyErr_Occurred()) {
        return made;
    }
    int open = require_open_class(cls) < 0 ? -1 : is_open(params);
    if (open != 0) {
        return open < 0 ? NULL : open_alias(cls, params);
    }
    params = normalised(params);
    made = params != NULL ? new_class(state, cls, params) : NULL;
    Py_XDECREF(params);
    return made;
}
