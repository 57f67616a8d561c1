/* written.c: see written.h. */
#include "written.h"

#include <stdbool.h>
#include <string.h>

/* The union of what `each` makes of the parts of a union; new. */
static PyObject *
union_of(PyObject *written, PyObject *(*each)(PyObject *))
{
    PyObject *parts = PyObject_GetAttrString(written, "__args__"), *all = NULL;
    if (parts == NULL || !PyTuple_Check(parts) || PyTuple_GET_SIZE(parts) == 0) {
        Py_XDECREF(parts);
        return parts == NULL ? NULL : Py_NewRef(written);
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(parts); i++) {
        PyObject *part = each(PyTuple_GET_ITEM(parts, i));
        if (part != NULL && all != NULL) {
            Py_SETREF(part, PyNumber_Or(all, part));
        }
        Py_XSETREF(all, part);
        if (part == NULL) {
            break;
        }
    }
    Py_DECREF(parts);
    return all;
}

/* ---- what is meant ------------------------------------------------------------------- */

/* typing.Any is Go's any as far as a Python programmer means it.  1, 0, -1. */
static int
is_any(PyObject *written)
{
    if (strcmp(Py_TYPE(written)->tp_name, "_AnyMeta") == 0) {
        return 1;
    }
    PyObject *name = PyObject_GetAttrString(written, "__qualname__");
    if (name == NULL && PyErr_ExceptionMatches(PyExc_MemoryError)) {
        return -1;
    }
    PyErr_Clear();
    int any = name != NULL && PyUnicode_Check(name) &&
              PyUnicode_CompareWithASCIIString(name, "Any") == 0 &&
              strncmp(Py_TYPE(written)->tp_name, "typing.", 7) == 0;
    Py_XDECREF(name);
    return any;
}

/* The attribute of a NewType, or a `type` statement, that is the type it stands for. */
static const char *
stands_for(const char *kind)
{
    return strcmp(kind, "NewType") == 0         ? "__supertype__"
           : strcmp(kind, "TypeAliasType") == 0 ? "__value__"
                                                : NULL;
}

/* NOLINTBEGIN(misc-no-recursion): while types stand for others; CPython's limit ends it. */
PyObject *
written_meaning(PyObject *written)
{
    const char *kind = Py_TYPE(written)->tp_name, *dot = strrchr(kind, '.');
    kind = dot != NULL ? dot + 1 : kind;
    const char *attribute = stands_for(kind);
    bool is_union = strcmp(kind, "_UnionGenericAlias") == 0;
    if (attribute == NULL && !is_union) {
        int any = is_any(written);
        return any < 0 ? NULL : Py_NewRef(any ? (PyObject *)&PyBaseObject_Type : written);
    }
    if (Py_EnterRecursiveCall(" in a type that stands for another")) {
        return NULL;
    }
    PyObject *type = is_union ? NULL : PyObject_GetAttrString(written, attribute), *found = NULL;
    if (is_union) {
        found = union_of(written, written_meaning);
    }
    else if (type != NULL) {
        found = written_meaning(type);
    }
    Py_LeaveRecursiveCall();
    Py_XDECREF(type);
    return found;
}
/* NOLINTEND(misc-no-recursion) */

/* ---- what it is asked for -------------------------------------------------------------- */

PyObject *
written_class(PyObject *written)
{
    if (PyType_Check(written)) {
        return Py_NewRef(written);
    }
    if (written == Py_None) {
        return Py_NewRef((PyObject *)Py_TYPE(Py_None));
    }
    if (strcmp(Py_TYPE(written)->tp_name, "types.UnionType") == 0) {
        return union_of(written, written_class); /* isinstance takes no int | list[int] */
    }
    PyObject *origin = PyObject_GetAttrString(written, "__origin__");
    if (origin != NULL && PyType_Check(origin)) {
        return origin;
    }
    Py_XDECREF(origin);
    PyErr_Format(PyExc_TypeError, "Map: a key or element type must be a class, not %R", written);
    return NULL;
}

PyObject *
written_name(PyObject *written)
{
    PyObject *name =
        PyType_Check(written) ? PyObject_GetAttrString(written, "__name__") : PyObject_Str(written);
    if (name != NULL && !PyUnicode_Check(name)) {
        Py_SETREF(name, PyObject_Str(written));
    }
    return name;
}
