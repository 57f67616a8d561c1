/* errors.c: see errors.h. */
#include "errors.h"

int
err_status(MapObject *self, gm_status status)
{
    switch (status) {
    case GM_NO_MEMORY:
    case GM_TOO_LARGE:
        PyErr_NoMemory();
        break;
    case GM_CALL_FAILED: /* the callback has raised */
        break;
    case GM_RESTARTS:
        PyErr_Format(PyExc_RuntimeError,
                     "%U: comparing keys changed the map %d times during one operation",
                     self->spec->name, GM_MAX_RESTARTS);
        break;
    case GM_CONCURRENT:
        PyErr_SetString(state_of(self)->concurrent_error, "concurrent map writes");
        break;
    case GM_BAD_START:
        PyErr_SetString(PyExc_ValueError, "an iteration cannot start at that bucket and offset");
        break;
    case GM_CHANGED:
        PyErr_Format(PyExc_RuntimeError, "%U changed while it was being read", self->spec->name);
        break;
    case GM_RANGE: /* err_sum says at which index */
    case GM_OK:
        PyErr_BadInternalCall();
        break;
    }
    return -1;
}

int
err_nil(MapObject *self)
{
    PyErr_SetString(state_of(self)->nil_error, "assignment to entry in nil map");
    return -1;
}

PyObject *
err_short_repr(PyObject *offender)
{
    PyObject *text = PyObject_Repr(offender);
    if (text == NULL) {
        if (PyErr_ExceptionMatches(PyExc_Exception) && !PyErr_ExceptionMatches(PyExc_MemoryError)) {
            PyErr_Clear();
        }
        return NULL;
    }
    if (PyUnicode_GET_LENGTH(text) > 80) {
        PyObject *head = PyUnicode_Substring(text, 0, 77);
        Py_SETREF(text, head != NULL ? PyUnicode_FromFormat("%U...", head) : NULL);
        Py_XDECREF(head);
    }
    return text;
}

int
err_type(const MapSpec *spec, const char *what, const BoxType *type, PyObject *offender)
{
    PyObject *text = err_short_repr(offender);
    if (text != NULL) {
        PyErr_Format(PyExc_TypeError, "%U: %s must be %U, not %.200s: %U", spec->name, what,
                     type->name, Py_TYPE(offender)->tp_name, text);
        Py_DECREF(text);
    }
    else if (!PyErr_Occurred()) {
        PyErr_Format(PyExc_TypeError, "%U: %s must be %U, not %.200s", spec->name, what, type->name,
                     Py_TYPE(offender)->tp_name);
    }
    return -1;
}

int
err_range(const MapSpec *spec, const char *what, const BoxType *type, PyObject *offender)
{
    PyObject *text = err_short_repr(offender);
    if (text != NULL) {
        PyErr_Format(PyExc_OverflowError, "%U: %s %U is out of range for %U", spec->name, what,
                     text, type->name);
        Py_DECREF(text);
    }
    else if (!PyErr_Occurred()) { /* more digits than Python likes to print */
        PyErr_Format(PyExc_OverflowError, "%U: the %s is out of range for %U", spec->name, what,
                     type->name);
    }
    return -1;
}

int
err_hasher(MapObject *self, PyObject *result)
{
    PyErr_Format(PyExc_TypeError, "%U: hasher must return an int, not %.200s", self->spec->name,
                 Py_TYPE(result)->tp_name);
    return -1;
}

PyObject *
err_empty(MapObject *self, const char *operation)
{
    PyErr_Format(PyExc_KeyError, "%s: %U is empty", operation, self->spec->name);
    return NULL;
}

PyObject *
err_key(PyObject *key)
{
    PyObject *error = PyObject_CallOneArg(PyExc_KeyError, key);
    if (error != NULL) {
        PyErr_SetObject(PyExc_KeyError, error);
        Py_DECREF(error);
    }
    return NULL;
}
