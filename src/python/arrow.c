/* arrow.c: numbers behind Arrow's C data interface.
 *
 * The structs are the interface's ABI (Arrow columnar format, "The Arrow C data
 * interface" and "The Arrow C stream interface").  One chunk of numbers is used
 * where it lies; bools, which are packed, and several chunks are copied.
 */
#include "column.h"

typedef struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children, *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
} ArrowSchema;

typedef struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
} ArrowArray;

typedef struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
} ArrowArrayStream;

static bool
bit_at(const void *bits, int64_t i)
{
    return ((const uint8_t *)bits)[i >> 3] >> (i & 7) & 1;
}

static int
check_schema(Source *source, const ColumnFor *wanted, const ArrowSchema *schema)
{
    source->dtype = dtype_of_arrow(schema->format);
    if (source->dtype.kind != NUMBER_NONE && schema->dictionary == NULL) {
        return 0;
    }
    source->foreign = true;
    PyObject *name = PyUnicode_FromFormat("Arrow format '%s'%s", schema->format,
                                          schema->dictionary != NULL ? " in a dictionary" : "");
    if (name != NULL) {
        err_array(wanted->spec, wanted->what, wanted->type, name);
        Py_DECREF(name);
    }
    return -1;
}

/* `before`: numbers in the chunks that came before. */
static int
check_nulls(const ColumnFor *wanted, const ArrowArray *array, size_t before)
{
    const void *valid = array->n_buffers > 0 ? array->buffers[0] : NULL;
    if (array->null_count == 0 || valid == NULL) {
        return 0;
    }
    for (int64_t i = 0; i < array->length; i++) {
        if (!bit_at(valid, array->offset + i)) {
            return err_null(wanted->spec, wanted->what, before + (size_t)i);
        }
    }
    return 0;
}

static const char *
first_number(const ArrowArray *array, Dtype dtype)
{
    return (const char *)array->buffers[1] + array->offset * dtype.width;
}

/* Adds a chunk's numbers to the source's own memory. */
static int
append(Source *source, const ArrowArray *array)
{
    const size_t width = source->dtype.width, n = (size_t)array->length;
    char *memory = PyMem_RawRealloc(source->own, (source->n + n) * width + 1);
    if (memory == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    source->own = memory;
    source->data = memory;
    memory += source->n * width;
    if (source->dtype.kind == NUMBER_BOOL) {
        for (size_t i = 0; i < n; i++) {
            memory[i] = (char)bit_at(array->buffers[1], array->offset + (int64_t)i);
        }
    }
    else if (n > 0) {
        memcpy(memory, first_number(array, source->dtype), n * width);
    }
    source->n += n;
    return 0;
}

/* ---- one array ----------------------------------------------------------------------- */

static SourceOutcome
read_array(Source *source, const ColumnFor *wanted, PyObject *pair)
{
    ArrowSchema *schema = PyCapsule_GetPointer(PyTuple_GetItem(pair, 0), "arrow_schema");
    ArrowArray *array =
        schema != NULL ? PyCapsule_GetPointer(PyTuple_GetItem(pair, 1), "arrow_array") : NULL;
    if (array != NULL && (schema->release == NULL || array->release == NULL)) {
        err_stream(wanted->spec, wanted->what, "its data has been moved elsewhere");
        return SOURCE_FAILED;
    }
    if (array == NULL || check_schema(source, wanted, schema) < 0 ||
        check_nulls(wanted, array, 0) < 0) {
        return SOURCE_FAILED;
    }
    source->stride = source->dtype.width;
    if (source->dtype.kind == NUMBER_BOOL || array->length == 0) {
        return append(source, array) < 0 ? SOURCE_FAILED : SOURCE_FOUND;
    }
    source->n = (size_t)array->length;
    source->data = first_number(array, source->dtype);
    source->keeper = Py_NewRef(pair);
    return SOURCE_FOUND;
}

/* ---- a stream of arrays -------------------------------------------------------------- */

static int
stream_failed(const ColumnFor *wanted, ArrowArrayStream *stream)
{
    const char *message = stream->get_last_error(stream);
    return err_stream(wanted->spec, wanted->what, message != NULL ? message : "no reason given");
}

static int
read_chunks(Source *source, const ColumnFor *wanted, ArrowArrayStream *stream)
{
    for (;;) {
        ArrowArray array;
        memset(&array, 0, sizeof array);
        if (stream->get_next(stream, &array) != 0) {
            return stream_failed(wanted, stream);
        }
        if (array.release == NULL) {
            return 0;
        }
        int result = check_nulls(wanted, &array, source->n);
        if (result == 0) {
            result = append(source, &array);
        }
        array.release(&array);
        if (result < 0) {
            return -1;
        }
    }
}

static SourceOutcome
read_stream(Source *source, const ColumnFor *wanted, PyObject *capsule)
{
    ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
    ArrowSchema schema;
    memset(&schema, 0, sizeof schema);
    if (stream == NULL) {
        return SOURCE_FAILED;
    }
    if (stream->release == NULL) {
        err_stream(wanted->spec, wanted->what, "it has been read already");
        return SOURCE_FAILED;
    }
    if (stream->get_schema(stream, &schema) != 0) {
        return stream_failed(wanted, stream) < 0 ? SOURCE_FAILED : SOURCE_NONE;
    }
    int result = check_schema(source, wanted, &schema);
    schema.release(&schema);
    source->stride = source->dtype.width;
    if (result == 0) {
        result = read_chunks(source, wanted, stream);
    }
    stream->release(stream);
    return result < 0 ? SOURCE_FAILED : SOURCE_FOUND;
}

/* ---- the protocol -------------------------------------------------------------------- */

/* The method's result, new; NULL without an error: there is no such method. */
static PyObject *
call_method(PyObject *object, const char *name)
{
    return type_has(object, name) > 0 ? PyObject_CallMethod(object, name, NULL) : NULL;
}

SourceOutcome
source_from_arrow(Source *source, const ColumnFor *wanted, PyObject *object)
{
    SourceOutcome outcome = SOURCE_NONE;
    if (PyType_Check(object)) {
        return SOURCE_NONE;
    }
    PyObject *result = call_method(object, "__arrow_c_array__");
    if (result != NULL) {
        outcome = PyTuple_Check(result) && PyTuple_GET_SIZE(result) == 2
                      ? read_array(source, wanted, result)
                      : SOURCE_NONE;
    }
    else if (!PyErr_Occurred() && (result = call_method(object, "__arrow_c_stream__")) != NULL) {
        outcome = read_stream(source, wanted, result);
    }
    Py_XDECREF(result);
    if (PyErr_Occurred() && outcome == SOURCE_NONE) {
        outcome = SOURCE_FAILED;
        if (PyErr_ExceptionMatches(PyExc_ImportError)) { /* pandas without pyarrow */
            PyErr_Clear();
            outcome = SOURCE_NONE;
        }
    }
    return outcome;
}
