/* errors_batch.c: what can be wrong with arrays, in words; see errors.h. */
#include "errors.h"

int
err_range_at(const MapSpec *spec, const char *what, const BoxType *type, PyObject *offender,
             size_t index)
{
    PyObject *text = err_short_repr(offender);
    if (text != NULL) {
        PyErr_Format(PyExc_OverflowError, "%U: %s %U at index %zu is out of range for %U",
                     spec->name, what, text, index, type->name);
        Py_DECREF(text);
    }
    else if (!PyErr_Occurred()) {
        PyErr_Format(PyExc_OverflowError, "%U: the %s at index %zu is out of range for %U",
                     spec->name, what, index, type->name);
    }
    return -1;
}

int
err_array(const MapSpec *spec, const char *what, const BoxType *type, PyObject *name)
{
    PyErr_Format(PyExc_TypeError, "%U: %ss must be %U, not an array of %U", spec->name, what,
                 type->name, name);
    return -1;
}

int
err_structured(const MapSpec *spec, const char *what, const BoxType *type)
{
    PyErr_Format(PyExc_TypeError, "%U: %ss must be %U, not a structured array", spec->name, what,
                 type->name);
    return -1;
}

int
err_swapped(const MapSpec *spec, const char *what)
{
    PyErr_Format(PyExc_TypeError,
                 "%U: %ss are byte-swapped; convert them to native byte order first", spec->name,
                 what);
    return -1;
}

int
err_dimensions(const MapSpec *spec, const char *what, int dimensions)
{
    PyErr_Format(PyExc_ValueError, "%U: %s%s must be one-dimensional, not %d-dimensional",
                 spec->name, what != NULL ? what : "out", what != NULL ? "s" : "", dimensions);
    return -1;
}

int
err_masked(const MapSpec *spec, const char *what)
{
    PyErr_Format(PyExc_ValueError,
                 "%U: %ss are masked in places; use .compressed() or .filled() first", spec->name,
                 what);
    return -1;
}

int
err_null(const MapSpec *spec, const char *what, size_t index)
{
    PyErr_Format(PyExc_ValueError, "%U: %ss have a null at index %zu", spec->name, what, index);
    return -1;
}

int
err_stream(const MapSpec *spec, const char *what, const char *message)
{
    PyErr_Format(PyExc_ValueError, "%U: %ss: their Arrow data cannot be read: %s", spec->name, what,
                 message);
    return -1;
}

int
err_not_many(const MapSpec *spec, const char *what, const BoxType *type, PyObject *offender)
{
    PyErr_Format(PyExc_TypeError, "%U: %ss must be an array or iterable of %U, not %.200s",
                 spec->name, what, type->name, Py_TYPE(offender)->tp_name);
    return -1;
}

int
err_lengths(const MapSpec *spec, size_t keys, const char *what, size_t values)
{
    PyErr_Format(PyExc_ValueError, "%U: %zu key%s but %zu %s%s", spec->name, keys,
                 keys == 1 ? "" : "s", values, what, values == 1 ? "" : "s");
    return -1;
}

int
err_sum(const MapSpec *spec, size_t index)
{
    PyErr_Format(PyExc_OverflowError, "%U: the sum at index %zu is out of range for %U", spec->name,
                 index, spec->elem.name);
    return -1;
}

int
err_no_sums(const MapSpec *spec)
{
    PyErr_Format(PyExc_TypeError, "%U: %U elements cannot be added", spec->name, spec->elem.name);
    return -1;
}

int
err_out(const MapSpec *spec, const char *message)
{
    PyErr_Format(PyExc_ValueError, "%U: %s", spec->name, message);
    return -1;
}

int
err_out_type(const MapSpec *spec, const BoxType *type, PyObject *offender)
{
    if (type->boxed) {
        PyErr_Format(PyExc_TypeError, "%U: out must be a list, not %.200s", spec->name,
                     Py_TYPE(offender)->tp_name);
        return -1;
    }
    PyObject *dtype = PyObject_GetAttrString(offender, "dtype");
    if (dtype == NULL) {
        PyErr_Clear();
        dtype = PyUnicode_FromString(Py_TYPE(offender)->tp_name);
    }
    if (dtype != NULL) {
        PyErr_Format(PyExc_TypeError, "%U: out must be a writable buffer of %U, not of %S",
                     spec->name, type->name, dtype);
        Py_DECREF(dtype);
    }
    return -1;
}

int
err_out_length(const MapSpec *spec, Py_ssize_t has, size_t needed)
{
    PyErr_Format(PyExc_ValueError, "%U: out has %zd element%s; %zu %s needed", spec->name, has,
                 has == 1 ? "" : "s", needed, needed == 1 ? "is" : "are");
    return -1;
}
