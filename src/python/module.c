/* module.c: gomap._gomap: its state, its types, its few functions. */
#include "batch.h"
#include "map_type.h"
#include "events.h"

static struct PyModuleDef module_def;

PyDoc_STRVAR(delete_doc, "delete(m, key, /)\n--\n\n\
Go's delete(m, key): removes the entry of key; nothing when there is none.  O(1).\n\
\n\
>>> import gomap\n\
>>> m = gomap.Map[str, int]({'a': 1})\n\
>>> gomap.delete(m, 'a'), gomap.delete(m, 'a'), len(m)\n\
(None, None, 0)\n");

static PyObject *
module_delete(PyObject *module, PyObject *args)
{
    PyObject *object, *key;
    if (!PyArg_ParseTuple(args, "OO:delete", &object, &key)) {
        return NULL;
    }
    MapObject *map = map_argument(module, object, "delete");
    int result = -1;
    if (map != NULL) {
        MAP_LOCK(map);
        result = map_store(map, key, NULL);
        MAP_UNLOCK();
    }
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

PyDoc_STRVAR(clear_doc, "clear(m, /)\n--\n\n\
Go's clear(m): removes every entry, NaN keys too; nothing on a nil map.\n\
\n\
>>> import gomap\n\
>>> m = gomap.Map[str, int]({'a': 1})\n\
>>> gomap.clear(m)\n\
>>> len(m)\n\
0\n");

static PyObject *
module_clear(PyObject *module, PyObject *object)
{
    MapObject *map = map_argument(module, object, "clear");
    if (map == NULL) {
        return NULL;
    }
    MAP_LOCK(map);
    if (map->map != NULL) {
        guard_write(map);
        gm_clear(map->map);
        map_sweep(map);
    }
    MAP_UNLOCK();
    Py_RETURN_NONE;
}

static PyMethodDef module_functions[] = {
    {"delete", module_delete, METH_VARARGS, delete_doc},
    {"clear", module_clear, METH_O, clear_doc},
    {NULL, NULL, 0, NULL},
};

/* ---- making it ---------------------------------------------------------------------- */

static PyObject *
import_from(const char *module, const char *name)
{
    PyObject *imported = PyImport_ImportModule(module);
    PyObject *object = imported != NULL ? PyObject_GetAttrString(imported, name) : NULL;
    Py_XDECREF(imported);
    return object;
}

static PyTypeObject *
add_type(PyObject *module, PyType_Spec *spec, PyObject *base)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, base);
    if (type != NULL && PyModule_AddType(module, type) < 0) {
        Py_CLEAR(type);
    }
    return type;
}

static PyObject *
new_error(PyObject *module, const char *name, const char *doc)
{
    const char *short_name = strrchr(name, '.') + 1;
    PyObject *error = PyErr_NewExceptionWithDoc(name, doc, PyExc_RuntimeError, NULL);
    if (error != NULL && PyModule_AddObjectRef(module, short_name, error) < 0) {
        Py_CLEAR(error);
    }
    return error;
}

static int
add_types(PyObject *module, ModuleState *state)
{
    state->spec_type = add_type(module, &spec_type_spec, NULL);
    state->iter_type = add_type(module, &iter_type_spec, NULL);
    state->view_types[SHOW_KEYS] = add_type(module, &keys_view_spec, NULL);
    state->view_types[SHOW_VALUES] = add_type(module, &values_view_spec, NULL);
    state->view_types[SHOW_ITEMS] = add_type(module, &items_view_spec, NULL);
    state->map_type = add_type(module, &map_type_spec, NULL);
    state->array_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &array_type_spec, NULL);
    if (state->array_type == NULL || state->spec_type == NULL || state->iter_type == NULL ||
        state->map_type == NULL || state->view_types[0] == NULL || state->view_types[1] == NULL ||
        state->view_types[2] == NULL) {
        return -1;
    }
    return 0;
}

static int
add_lock(PyObject *module, ModuleState *state)
{
    PyObject *base = import_from("_thread", "RLock");
    PyTypeObject *type = base != NULL ? add_type(module, &lock_spec, base) : NULL;
    state->release = PyUnicode_InternFromString("release");
    Py_XDECREF(base);
    Py_XDECREF(type);
    return type != NULL && state->release != NULL ? 0 : -1;
}

/* The struct sequences of gomap.inspect. */
static int
add_tuples(PyObject *module, ModuleState *state)
{
    const struct {
        const char *name;
        PyStructSequence_Desc *desc;
        PyTypeObject **type;
    } tuples[] = {
        {"Bucket", &bucket_desc, &state->bucket_type},
        {"Hmap", &hmap_desc, &state->hmap_type},
        {"Event", &event_desc, &state->event_type},
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(tuples); i++) {
        PyTypeObject *type = *tuples[i].type = PyStructSequence_NewType(tuples[i].desc);
        if (type == NULL || PyModule_AddObjectRef(module, tuples[i].name, (PyObject *)type) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
add_errors(PyObject *module, ModuleState *state)
{
    state->nil_error = new_error(module, "gomap.NilMapError",
                                 "A write to a nil map: assignment to entry in nil map.");
    state->concurrent_error = new_error(module, "gomap.ConcurrentMapError",
                                        "A write that came in while another was under way.");
    return state->nil_error != NULL && state->concurrent_error != NULL ? 0 : -1;
}

static int
seed_state(ModuleState *state)
{
    PyObject *os = PyImport_ImportModule("os");
    PyObject *bytes = os != NULL ? PyObject_CallMethod(os, "urandom", "i", 8) : NULL;
    int result = -1;
    if (bytes != NULL && PyBytes_Check(bytes) && PyBytes_GET_SIZE(bytes) == 8) {
        memcpy(&state->rng, PyBytes_AS_STRING(bytes), 8);
        result = 0;
    }
    Py_XDECREF(bytes);
    Py_XDECREF(os);
    return result;
}

static int
import_helpers(PyObject *module, ModuleState *state)
{
    state->interface = import_from("gomap._types", "interface");
    state->sized = import_from("gomap._types", "SIZED");
    state->abc_mapping = import_from("collections.abc", "Mapping");
    state->rebuild = PyObject_GetAttrString(module, "_rebuild");
    state->rebuild_blocks = PyObject_GetAttrString(module, "_rebuild_blocks");
    state->classes = PyDict_New();
    if (state->interface == NULL || state->sized == NULL || state->abc_mapping == NULL ||
        state->rebuild == NULL || state->rebuild_blocks == NULL || state->classes == NULL) {
        return -1;
    }
    if (!PyTuple_Check(state->sized) ||
        PyTuple_GET_SIZE(state->sized) != TYPE_BOOL8 - TYPE_INT8 + 1) {
        PyErr_SetString(PyExc_ImportError, "gomap._types.SIZED does not match this build");
        return -1;
    }
    return 0;
}

/* Map itself is Map[object, object]. */
static int
furnish_map(ModuleState *state)
{
    PyObject *cls = (PyObject *)state->map_type;
    MapSpec *spec = spec_for_base(state, state->map_type);
    int result = spec != NULL ? 0 : -1;
    if (result == 0) {
        result = PyObject_SetAttrString(cls, "__gomap_spec__", (PyObject *)spec);
    }
    if (result == 0) {
        result = PyObject_SetAttrString(cls, "key_type", spec->key.type);
    }
    if (result == 0) {
        result = PyObject_SetAttrString(cls, "elem_type", spec->elem.type);
    }
    Py_XDECREF(spec);
    state->map_type->tp_vectorcall = map_vectorcall;
    return result;
}

static int
module_exec(PyObject *module)
{
    ModuleState *state = PyModule_GetState(module);
    if (PyModule_AddFunctions(module, pickle_functions) < 0 ||
        PyModule_AddFunctions(module, count_functions) < 0 ||
        PyModule_AddFunctions(module, introspect_functions) < 0 ||
        PyModule_AddFunctions(module, explain_functions) < 0 ||
        PyModule_AddFunctions(module, record_functions) < 0 ||
        PyModule_AddFunctions(module, measure_functions) < 0) {
        return -1;
    }
    if (seed_state(state) < 0 || import_helpers(module, state) < 0 ||
        add_types(module, state) < 0 || add_tuples(module, state) < 0 ||
        add_errors(module, state) < 0 || add_lock(module, state) < 0 || furnish_map(state) < 0 ||
        PyModule_AddObjectRef(module, "_classes", state->classes) < 0) {
        return -1;
    }
    return 0;
}

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
    ModuleState *state = PyModule_GetState(module);
    Py_VISIT(state->map_type);
    Py_VISIT(state->iter_type);
    Py_VISIT(state->spec_type);
    for (int i = 0; i < 3; i++) {
        Py_VISIT(state->view_types[i]);
    }
    Py_VISIT(state->bucket_type);
    Py_VISIT(state->hmap_type);
    Py_VISIT(state->event_type);
    Py_VISIT(state->nil_error);
    Py_VISIT(state->concurrent_error);
    Py_VISIT(state->interface);
    Py_VISIT(state->sized);
    Py_VISIT(state->classes);
    Py_VISIT(state->last_spec);
    Py_VISIT(state->abc_mapping);
    Py_VISIT(state->rebuild);
    Py_VISIT(state->rebuild_blocks);
    Py_VISIT(state->release);
    Py_VISIT(state->array_type);
    return 0;
}

static int
module_clear_state(PyObject *module)
{
    ModuleState *state = PyModule_GetState(module);
    Py_CLEAR(state->map_type);
    Py_CLEAR(state->iter_type);
    Py_CLEAR(state->spec_type);
    for (int i = 0; i < 3; i++) {
        Py_CLEAR(state->view_types[i]);
    }
    Py_CLEAR(state->bucket_type);
    Py_CLEAR(state->hmap_type);
    Py_CLEAR(state->event_type);
    Py_CLEAR(state->nil_error);
    Py_CLEAR(state->concurrent_error);
    Py_CLEAR(state->interface);
    Py_CLEAR(state->sized);
    Py_CLEAR(state->classes);
    Py_CLEAR(state->last_spec);
    Py_CLEAR(state->abc_mapping);
    Py_CLEAR(state->rebuild);
    Py_CLEAR(state->rebuild_blocks);
    Py_CLEAR(state->release);
    Py_CLEAR(state->array_type);
    return 0;
}

static void
module_free(void *module)
{
    module_clear_state((PyObject *)module);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "gomap._gomap",
    .m_doc = "Go's classic map: the engine and the Map type.  Use it through gomap.",
    .m_size = sizeof(ModuleState),
    .m_methods = module_functions,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear_state,
    .m_free = module_free,
};

PyMODINIT_FUNC
PyInit__gomap(void)
{
    return PyModuleDef_Init(&module_def);
}
