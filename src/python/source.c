/* source.c: numbers in other people's memory: what they are and where. */
#include "column.h"

/* ---- errors ------------------------------------------------------------------------- */

/* "float64", by the object's own dtype if it has one; new. */
static PyObject *
name_of_array(PyObject *object, const char *format)
{
    PyObject *dtype = PyObject_GetAttrString(object, "dtype"), *name = NULL;
    if (dtype != NULL) {
        name = PyObject_Str(dtype);
        Py_DECREF(dtype);
    }
    if (name == NULL) {
        PyErr_Clear();
        name = PyUnicode_FromFormat("format '%s'", format != NULL ? format : "?");
    }
    return name;
}

static int
wrong_array(Source *source, const ColumnFor *wanted, PyObject *object, const char *format)
{
    source->foreign = true;
    PyObject *name = name_of_array(object, format);
    if (name != NULL) {
        err_array(wanted->spec, wanted->what, wanted->type, name);
        Py_DECREF(name);
    }
    return SOURCE_FAILED;
}

/* ---- buffers -------------------------------------------------------------------------- */

static bool
is_masked_array(PyTypeObject *type)
{
    for (Py_ssize_t i = 0; type->tp_mro != NULL && i < PyTuple_GET_SIZE(type->tp_mro); i++) {
        const char *full = ((PyTypeObject *)PyTuple_GET_ITEM(type->tp_mro, i))->tp_name;
        const char *dot = strrchr(full, '.');
        if (strcmp(dot != NULL ? dot + 1 : full, "MaskedArray") == 0) {
            return true;
        }
    }
    return false;
}

/* numpy's masked arrays share their memory without saying what is masked. */
static int
has_masked(PyObject *object)
{
    if (!is_masked_array(Py_TYPE(object))) {
        return 0;
    }
    PyObject *mask = PyObject_GetAttrString(object, "mask");
    PyObject *any = mask != NULL ? PyObject_CallMethod(mask, "any", NULL) : NULL;
    int masked = any != NULL ? PyObject_IsTrue(any) : -1;
    Py_XDECREF(mask);
    Py_XDECREF(any);
    return masked;
}

static SourceOutcome
read_view(Source *source, const ColumnFor *wanted, PyObject *object)
{
    const Py_buffer *view = &source->view;
    switch (dtype_of_format(view->format, view->itemsize, &source->dtype)) {
    case FORMAT_STRUCTURED:
        err_structured(wanted->spec, wanted->what, wanted->type);
        return SOURCE_FAILED;
    case FORMAT_SWAPPED:
        err_swapped(wanted->spec, wanted->what);
        return SOURCE_FAILED;
    case FORMAT_OTHER:
        return wrong_array(source, wanted, object, view->format);
    case FORMAT_OK:
        break;
    }
    if (view->ndim == 0) {
        return SOURCE_SCALAR;
    }
    if (view->ndim != 1) {
        err_dimensions(wanted->spec, wanted->what, view->ndim);
        return SOURCE_FAILED;
    }
    int masked = has_masked(object);
    if (masked != 0) {
        if (masked > 0) {
            err_masked(wanted->spec, wanted->what);
        }
        return SOURCE_FAILED;
    }
    source->data = view->buf;
    source->n = (size_t)view->shape[0];
    source->stride = view->strides != NULL ? view->strides[0] : view->itemsize; /* ctypes */
    return SOURCE_FOUND;
}

static SourceOutcome
source_from_buffer(Source *source, const ColumnFor *wanted, PyObject *object)
{
    if (!PyObject_CheckBuffer(object)) {
        return SOURCE_NONE;
    }
    if (PyObject_GetBuffer(object, &source->view, PyBUF_RECORDS_RO) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError) || PyMemoryView_Check(object)) {
            return SOURCE_FAILED;
        }
        PyErr_Clear(); /* numpy shares no datetime64 */
        return wrong_array(source, wanted, object, NULL);
    }
    source->viewed = true;
    return read_view(source, wanted, object);
}

/* ---- __array__ ------------------------------------------------------------------------- */

/* What has neither buffer nor Arrow data may still make a numpy array (pandas). */
static SourceOutcome
source_from_method(Source *source, const ColumnFor *wanted, PyObject *object)
{
    int has = type_has(object, "__array__");
    if (has <= 0) {
        return has < 0 ? SOURCE_FAILED : SOURCE_NONE;
    }
    PyObject *array = PyObject_CallMethod(object, "__array__", NULL);
    if (array == NULL) {
        return SOURCE_FAILED;
    }
    SourceOutcome outcome = source_from_buffer(source, wanted, array);
    Py_DECREF(array); /* the view keeps it */
    return outcome;
}

/* pandas keeps such columns in numpy arrays; in Arrow's form their NaNs are nulls. */
static int
has_numpy_dtype(PyObject *object)
{
    int has = type_has(object, "dtype");
    if (has <= 0) {
        return has;
    }
    PyObject *dtype = PyObject_GetAttrString(object, "dtype");
    if (dtype == NULL) {
        return -1;
    }
    has = type_has(dtype, "isnative");
    Py_DECREF(dtype);
    return has;
}

/* What has no buffer. */
static SourceOutcome
source_from_protocols(Source *source, const ColumnFor *wanted, PyObject *object)
{
    int in_numpy = has_numpy_dtype(object);
    SourceOutcome outcome = in_numpy < 0 ? SOURCE_FAILED : SOURCE_NONE;
    if (in_numpy == 0) {
        outcome = source_from_arrow(source, wanted, object);
    }
    return outcome == SOURCE_NONE ? source_from_method(source, wanted, object) : outcome;
}

SourceOutcome
source_init(Source *source, const ColumnFor *wanted, PyObject *object)
{
    memset(source, 0, sizeof *source);
    SourceOutcome outcome = source_from_buffer(source, wanted, object);
    if (outcome == SOURCE_NONE && !PyList_Check(object) && !PyTuple_Check(object) &&
        !PyType_Check(object)) {
        outcome = source_from_protocols(source, wanted, object);
    }
    if (outcome != SOURCE_FOUND) {
        source_fini(source);
    }
    return outcome;
}

void
source_fini(Source *source)
{
    if (source->viewed) {
        PyBuffer_Release(&source->view);
        source->viewed = false;
    }
    Py_CLEAR(source->keeper);
    PyMem_RawFree(source->own);
    source->own = NULL;
}
