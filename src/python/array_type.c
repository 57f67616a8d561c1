/* array_type.c: see array_type.h. */
#include "array_type.h"

#include "memory.h"

ArrayObject *
array_new(ModuleState *state, Dtype dtype, size_t n)
{
    if (n > (size_t)PY_SSIZE_T_MAX / 16) {
        PyErr_NoMemory();
        return NULL;
    }
    ArrayObject *self = PyObject_New(ArrayObject, state->array_type);
    if (self == NULL) {
        return NULL;
    }
    self->n = (Py_ssize_t)n;
    self->dtype = dtype;
    self->data = PyMem_RawMalloc(n > 0 ? n * dtype.width : 1);
    if (self->data == NULL) {
        Py_DECREF(self);
        PyErr_NoMemory();
        return NULL;
    }
    gm_pages_fill_soon(self->data, n * dtype.width);
    return self;
}

static void
array_tp_dealloc(ArrayObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyMem_RawFree(self->data);
    PyObject_Free(self);
    Py_DECREF(type);
}

static int
array_bf_getbuffer(ArrayObject *self, Py_buffer *view, int flags)
{
    Py_ssize_t width = self->dtype.width;
    if (PyBuffer_FillInfo(view, (PyObject *)self, self->data, self->n * width, 0, flags) < 0) {
        return -1;
    }
    view->itemsize = width;
    if (flags & PyBUF_FORMAT) {
        view->format = (char *)(uintptr_t)dtype_format(self->dtype);
    }
    if (view->shape != NULL) {
        view->shape = &self->n;
    }
    return 0;
}

PyObject *
array_show(ArrayObject *array)
{
    if (array == NULL) {
        return NULL;
    }
    PyObject *name = PyUnicode_FromString("numpy"), *shown = NULL;
    PyObject *numpy = name != NULL ? PyImport_GetModule(name) : NULL;
    Py_XDECREF(name);
    if (numpy != NULL) {
        shown = PyObject_CallMethod(numpy, "asarray", "O", (PyObject *)array);
        Py_DECREF(numpy);
        if (shown == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
            PyErr_Clear(); /* just being imported */
            numpy = NULL;
        }
    }
    if (numpy == NULL && !PyErr_Occurred()) {
        shown = PyMemoryView_FromObject((PyObject *)array);
    }
    Py_DECREF(array);
    return shown;
}

static PyType_Slot array_slots[] = {
    {Py_tp_doc, (void *)(uintptr_t)"Memory that a batch has filled; read it through its buffer."},
    {Py_tp_dealloc, array_tp_dealloc},
    {Py_bf_getbuffer, array_bf_getbuffer},
    {0, NULL},
};

PyType_Spec array_type_spec = {
    .name = "gomap._gomap.Array",
    .basicsize = sizeof(ArrayObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = array_slots,
};
