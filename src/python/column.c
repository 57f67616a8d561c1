/* column.c: see column.h. */
#include "column.h"

/* ---- from an array -------------------------------------------------------------------- */

/* May the slots be the source's memory itself? */
static bool
fits_as_it_is(const Source *source, Dtype to)
{
    size_t aligned = to.kind == NUMBER_COMPLEX ? sizeof(double) : to.width;
    if (source->dtype.kind != to.kind || source->dtype.width != to.width ||
        source->stride != (Py_ssize_t)to.width || (uintptr_t)source->data % aligned != 0) {
        return false;
    }
    for (size_t i = 0; to.kind == NUMBER_BOOL && i < source->n; i++) {
        if ((unsigned char)source->data[i] > 1) { /* somebody else's idea of true */
            return false;
        }
    }
    return true;
}

static int
out_of_range(const ColumnFor *wanted, const Source *source, size_t index)
{
    Number number = number_read(source->data + (Py_ssize_t)index * source->stride, source->dtype);
    PyObject *object = number_object(&number);
    if (object != NULL) {
        err_range_at(wanted->spec, wanted->what, wanted->type, object, index);
        Py_DECREF(object);
    }
    return -1;
}

static int
convert(Column *column, const ColumnFor *wanted)
{
    const Source *source = &column->source;
    const Dtype to = dtype_of_type(wanted->type);
    char *slots = PyMem_RawMalloc(source->n > 0 ? source->n * to.width : 1);
    if (slots == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    size_t done = source_convert(source, to, slots);
    if (done < source->n) {
        PyMem_RawFree(slots);
        return out_of_range(wanted, source, done);
    }
    PyMem_RawFree(column->source.own);
    column->data = column->source.own = slots;
    return 0;
}

static int
column_from_array(Column *column, const ColumnFor *wanted)
{
    const Source *source = &column->source;
    const Dtype to = dtype_of_type(wanted->type);
    if (!dtype_converts(source->dtype.kind, to.kind)) {
        PyObject *name = dtype_name(source->dtype);
        if (name != NULL) {
            err_array(wanted->spec, wanted->what, wanted->type, name);
            Py_DECREF(name);
        }
        return -1;
    }
    column->n = source->n;
    column->data = source->data;
    return fits_as_it_is(source, to) ? 0 : convert(column, wanted);
}

int
column_from_block(Column *column, const ColumnFor *wanted, const void *block, size_t n)
{
    const Dtype dtype = dtype_of_type(wanted->type);
    column->source = (Source){.data = block, .n = n, .stride = dtype.width, .dtype = dtype};
    return column_from_array(column, wanted);
}

/* ---- from an iterable ------------------------------------------------------------------ */

/* Room for more slots in the column's own memory. */
static int
make_room(Column *column, size_t *room, size_t width)
{
    if (column->n < *room) {
        return 0;
    }
    size_t more = *room + *room / 2 + 16;
    void *slots =
        more <= PY_SSIZE_T_MAX / width ? PyMem_RawRealloc(column->source.own, more * width) : NULL;
    if (slots == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    column->source.own = slots;
    *room = more;
    return 0;
}

static int
load_items(Column *column, const ColumnFor *wanted, PyObject *iterator)
{
    const size_t width = wanted->type->size;
    size_t room = 0;
    PyObject *item;
    int result = make_room(column, &room, width);
    while (result == 0 && (item = PyIter_Next(iterator)) != NULL) {
        Elem slot;
        result = make_room(column, &room, width);
        if (result == 0) {
            result = box_load(&(Asked){wanted->spec, wanted->type, wanted->what, item}, &slot);
        }
        if (result < 0 && PyErr_ExceptionMatches(PyExc_OverflowError)) {
            PyErr_Clear();
            err_range_at(wanted->spec, wanted->what, wanted->type, item, column->n);
        }
        if (result == 0) {
            memcpy((char *)column->source.own + column->n++ * width, &slot, width);
        }
        Py_DECREF(item);
    }
    column->data = column->source.own;
    return PyErr_Occurred() ? -1 : result;
}

static int
column_from_items(Column *column, const ColumnFor *wanted, PyObject *object)
{
    PyObject *iterator = PyObject_GetIter(object);
    if (iterator == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            err_not_many(wanted->spec, wanted->what, wanted->type, object);
        }
        return -1;
    }
    int result = load_items(column, wanted, iterator);
    Py_DECREF(iterator);
    return result;
}

int
column_init(Column *column, const ColumnFor *wanted, PyObject *object)
{
    int result = -1;
    column->data = NULL;
    column->n = 0;
    switch (source_init(&column->source, wanted, object)) {
    case SOURCE_FAILED:
        break;
    case SOURCE_SCALAR:
        err_dimensions(wanted->spec, wanted->what, 0);
        break;
    case SOURCE_FOUND:
        result = column_from_array(column, wanted);
        break;
    case SOURCE_NONE:
        result = column_from_items(column, wanted, object);
        break;
    }
    if (result < 0) {
        column_fini(column);
    }
    return result;
}

void
column_fini(Column *column)
{
    source_fini(&column->source);
}

bool
column_overlaps(const Column *column, const void *memory, size_t n)
{
    const Source *source = &column->source;
    if (source->n == 0 || n == 0) {
        return false;
    }
    uintptr_t first = (uintptr_t)source->data;
    uintptr_t last = first + (uintptr_t)((Py_ssize_t)(source->n - 1) * source->stride);
    uintptr_t low = first < last ? first : last, high = first < last ? last : first;
    return low < (uintptr_t)memory + n && (uintptr_t)memory < high + source->dtype.width;
}

/* ---- results into a caller's buffer -------------------------------------------------- */

static int
check_target(Target *target, const ColumnFor *wanted, PyObject *object, size_t n)
{
    const Py_buffer *view = &target->view;
    Dtype dtype, to = target->dtype = dtype_of_type(wanted->type);
    if (dtype_of_format(view->format, view->itemsize, &dtype) != FORMAT_OK ||
        dtype.kind != to.kind || dtype.width != to.width) {
        return err_out_type(wanted->spec, wanted->type, object);
    }
    if (view->ndim != 1) {
        return err_dimensions(wanted->spec, NULL, view->ndim);
    }
    if (view->readonly) {
        return err_out(wanted->spec, "out is read-only");
    }
    if ((size_t)view->shape[0] != n) {
        return err_out_length(wanted->spec, view->shape[0], n);
    }
    target->stride = view->strides != NULL ? view->strides[0] : view->itemsize; /* ctypes */
    if (n > 1 && Py_ABS(target->stride) < to.width) {
        return err_out(wanted->spec, "the elements of out overlap each other");
    }
    return 0;
}

int
target_init(Target *target, const ColumnFor *wanted, PyObject *object, size_t n)
{
    if (!PyObject_CheckBuffer(object)) {
        return err_out_type(wanted->spec, wanted->type, object);
    }
    if (PyObject_GetBuffer(object, &target->view, PyBUF_RECORDS_RO) < 0) {
        if (PyErr_ExceptionMatches(PyExc_ValueError) && !PyMemoryView_Check(object)) {
            PyErr_Clear(); /* numpy shares no datetime64 */
            err_out_type(wanted->spec, wanted->type, object);
        }
        return -1;
    }
    if (check_target(target, wanted, object, n) < 0) {
        PyBuffer_Release(&target->view);
        return -1;
    }
    return 0;
}

bool
target_is_contiguous(const Target *target)
{
    return target->stride == target->dtype.width &&
           (uintptr_t)target->view.buf % sizeof(double) == 0;
}

void
target_fill(const Target *target, const void *slots, size_t n)
{
    const size_t width = target->dtype.width;
    for (size_t i = 0; i < n; i++) {
        memcpy((char *)target->view.buf + (Py_ssize_t)i * target->stride,
               (const char *)slots + i * width, width);
    }
}

void
target_fini(Target *target)
{
    PyBuffer_Release(&target->view);
}
