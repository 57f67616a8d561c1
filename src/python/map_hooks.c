/* map_hooks.c: methods that other libraries look for.  What they do is written in
 * Python; its modules are imported when they are first asked for.
 */
#include "map_type.h"

/* module.function(*args); new. */
static PyObject *
call(const char *module_name, const char *function, PyObject *args)
{
    PyObject *module = args != NULL ? PyImport_ImportModule(module_name) : NULL;
    PyObject *callable = module != NULL ? PyObject_GetAttrString(module, function) : NULL;
    PyObject *result = callable != NULL ? PyObject_Call(callable, args, NULL) : NULL;
    Py_XDECREF(callable);
    Py_XDECREF(module);
    Py_XDECREF(args);
    return result;
}

const char map_repr_html_doc[] = PyDoc_STR("_repr_html_($self, /)\n--\n\n\
The map's layout as HTML, which a notebook shows: gomap.display.map_html(m).");

PyObject *
map_repr_html(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    return call("gomap.display", "map_html", PyTuple_Pack(1, self));
}

const char map_repr_pretty_doc[] = PyDoc_STR("_repr_pretty_($self, p, cycle, /)\n--\n\n\
The map as text of bounded length, for IPython: gomap.display.map_pretty(m, p, cycle).");

PyObject *
map_repr_pretty(MapObject *self, PyObject *args)
{
    PyObject *printer, *cycle;
    if (!PyArg_ParseTuple(args, "OO:_repr_pretty_", &printer, &cycle)) {
        return NULL;
    }
    return call("gomap.display", "map_pretty", PyTuple_Pack(3, self, printer, cycle));
}

const char map_pydantic_doc[] =
    PyDoc_STR("__get_pydantic_core_schema__($type, source, handler, /)\n--\n\n\
How pydantic validates and serialises a field of this class.");

PyObject *
map_pydantic(PyObject *cls, PyObject *args)
{
    PyObject *source, *handler;
    if (!PyArg_ParseTuple(args, "OO:__get_pydantic_core_schema__", &source, &handler)) {
        return NULL;
    }
    return call("gomap._pydantic", "core_schema", PyTuple_Pack(3, cls, source, handler));
}
