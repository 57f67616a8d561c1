/* box.c: see box.h. */
#include "box.h"

#include <math.h>

#include "written.h"

/* ---- the types -------------------------------------------------------------------- */

/* By TypeCode: slot bytes, Go's bytes, kind without and with a given hash. */
static const struct {
    uint16_t size, go_size;
    const gm_kind *kind, *hashed;
} box_types[] = {
    {8, 16, &gm_kind_object, &gm_kind_object},
    {8, 16, &gm_kind_interface, &gm_kind_interface},
    {8, 8, &gm_kind_object, &gm_kind_object},
    {8, 16, &gm_kind_str, &gm_kind_str},
    {8, 16, &gm_kind_bytes, &gm_kind_bytes},
    {8, 8, &gm_kind_int, &gm_kind_int},
    {8, 8, &gm_kind_float, &gm_kind_float},
    {8, 1, &gm_kind_int, &gm_kind_int},
    {8, 16, &gm_kind_complex, &gm_kind_complex},
    {1, 1, &gm_kind_bits8, &gm_kind_hashed_bits64},
    {2, 2, &gm_kind_bits16, &gm_kind_hashed_bits64},
    {4, 4, &gm_kind_bits32, &gm_kind_hashed_bits64},
    {8, 8, &gm_kind_bits64, &gm_kind_hashed_bits64},
    {1, 1, &gm_kind_bits8, &gm_kind_hashed_bits64},
    {2, 2, &gm_kind_bits16, &gm_kind_hashed_bits64},
    {4, 4, &gm_kind_bits32, &gm_kind_hashed_bits64},
    {8, 8, &gm_kind_bits64, &gm_kind_hashed_bits64},
    {4, 4, &gm_kind_float32, &gm_kind_hashed_float64},
    {8, 8, &gm_kind_float64, &gm_kind_hashed_float64},
    {16, 16, &gm_kind_complex128, &gm_kind_hashed_complex128},
    {1, 1, &gm_kind_bits8, &gm_kind_hashed_bits64},
};

const gm_kind *
box_kind(const BoxType *type, bool hashed)
{
    return hashed ? box_types[type->code].hashed : box_types[type->code].kind;
}

static TypeCode
code_of_class(ModuleState *state, PyObject *type)
{
    /* Not static: on Windows these addresses are known only when the module is loaded. */
    PyTypeObject *const builtin[] = {
        &PyUnicode_Type, &PyBytes_Type, &PyLong_Type, &PyFloat_Type, &PyBool_Type, &PyComplex_Type,
    };
    if (type == (PyObject *)&PyBaseObject_Type) {
        return TYPE_OBJECT;
    }
    if (type == state->interface) {
        return TYPE_INTERFACE;
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(builtin); i++) {
        if (type == (PyObject *)builtin[i]) {
            return (TypeCode)(TYPE_STR + i);
        }
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(state->sized); i++) {
        if (type == PyTuple_GET_ITEM(state->sized, i)) {
            return (TypeCode)(TYPE_INT8 + i);
        }
    }
    return TYPE_CLASS;
}

int
box_type_init(ModuleState *state, BoxType *type, PyObject *written)
{
    memset(type, 0, sizeof *type);
    type->check = written_class(written);
    if (type->check == NULL) {
        return -1;
    }
    type->type = Py_NewRef(written);
    type->code = code_of_class(state, type->check);
    type->name = written_name(written);
    if (type->name == NULL) {
        box_type_fini(type);
        return -1;
    }
    type->takes_none =
        type->check != (PyObject *)&PyTuple_Type && type->check != (PyObject *)&PyFrozenSet_Type;
    type->boxed = type->code < TYPE_INT8;
    type->exact = type->code <= TYPE_INTERFACE ? NULL : type->check;
    type->size = box_types[type->code].size;
    type->go_size = box_types[type->code].go_size;
    return 0;
}

void
box_type_fini(BoxType *type)
{
    Py_CLEAR(type->type);
    Py_CLEAR(type->check);
    Py_CLEAR(type->name);
}

PyObject *
box_zero(const BoxType *type)
{
    switch (type->code) {
    case TYPE_STR:
        return PyUnicode_New(0, 0);
    case TYPE_BYTES:
        return PyBytes_FromStringAndSize(NULL, 0);
    case TYPE_FLOAT:
    case TYPE_FLOAT32:
    case TYPE_FLOAT64:
        return PyFloat_FromDouble(0.0);
    case TYPE_COMPLEX:
    case TYPE_COMPLEX128:
        return PyComplex_FromDoubles(0.0, 0.0);
    case TYPE_BOOL:
    case TYPE_BOOL8:
        return Py_NewRef(Py_False);
    case TYPE_OBJECT:
    case TYPE_INTERFACE:
        return Py_NewRef(Py_None);
    case TYPE_CLASS:
        return type->takes_none ? Py_NewRef(Py_None) : PyObject_CallNoArgs(type->check);
    default:
        return PyLong_FromLong(0);
    }
}

/* ---- checks and conversions ---------------------------------------------------------- */

static int
wrong_type(const Asked *asked)
{
    return err_type(asked->spec, asked->what, asked->type, asked->object);
}

/* Does a subclass keep its base's own __eq__ and __hash__? */
static int
keeps_equality(PyTypeObject *type, PyTypeObject *base)
{
    if (type->tp_hash == base->tp_hash && type->tp_richcompare == base->tp_richcompare) {
        return 1;
    }
    PyObject *own = PyObject_GetAttrString((PyObject *)type, "__eq__");
    PyObject *inherited = own != NULL ? PyObject_GetAttrString((PyObject *)base, "__eq__") : NULL;
    int same = own == NULL || inherited == NULL ? -1 : own == inherited;
    Py_XDECREF(own);
    Py_XDECREF(inherited);
    return same == 1 ? type->tp_hash == base->tp_hash : same;
}

/* The object itself when it is of the base type, or a subclass true to it; new. */
static PyObject *
as_base(const Asked *asked, PyTypeObject *base)
{
    PyTypeObject *type = Py_TYPE(asked->object);
    int same = type == base;
    if (!same && PyType_IsSubtype(type, base)) {
        same = keeps_equality(type, base);
    }
    if (same > 0) {
        return Py_NewRef(asked->object);
    }
    if (same == 0) {
        wrong_type(asked);
    }
    return NULL;
}

/* An int of the same value; new. */
static PyObject *
as_int(const Asked *asked)
{
    PyObject *object = asked->object;
    if (PyBool_Check(object)) {
        return PyLong_FromLong(object == Py_True);
    }
    if (PyLong_Check(object)) {
        return as_base(asked, &PyLong_Type);
    }
    if (!PyIndex_Check(object)) {
        wrong_type(asked);
        return NULL;
    }
    PyObject *number = PyNumber_Index(object);
    if (number != NULL && !PyLong_CheckExact(number)) {
        Py_SETREF(number, PyNumber_Add(number, Py_False)); /* int subclass: its value */
    }
    return number;
}

static bool
is_real_number(PyObject *object)
{
    PyNumberMethods *number = Py_TYPE(object)->tp_as_number;
    return number != NULL && (number->nb_float != NULL || number->nb_index != NULL);
}

static int
as_double(const Asked *asked, double *out)
{
    PyObject *object = asked->object;
    if (PyFloat_Check(object)) {
        *out = PyFloat_AS_DOUBLE(object);
        return 0;
    }
    if (PyUnicode_Check(object) || !is_real_number(object)) {
        return wrong_type(asked);
    }
    *out = PyFloat_AsDouble(object);
    if (*out == -1.0 && PyErr_Occurred()) {
        if (PyLong_Check(object) && PyErr_ExceptionMatches(PyExc_OverflowError)) {
            PyErr_Clear();
            return err_range(asked->spec, asked->what, asked->type, object);
        }
        return -1;
    }
    return 0;
}

static int
as_complex(const Asked *asked, Py_complex *out)
{
    PyObject *object = asked->object;
    int converts = PyComplex_Check(object);
    if (!converts && !PyUnicode_Check(object)) {
        PyObject *method = PyObject_GetAttrString((PyObject *)Py_TYPE(object), "__complex__");
        converts = method != NULL;
        Py_XDECREF(method);
        if (!converts && !PyErr_ExceptionMatches(PyExc_AttributeError)) {
            return -1;
        }
        PyErr_Clear();
    }
    if (!converts) {
        out->imag = 0.0;
        return as_double(asked, &out->real);
    }
    *out = PyComplex_AsCComplex(object);
    return out->real == -1.0 && PyErr_Occurred() ? -1 : 0;
}

static int
as_bool(const Asked *asked)
{
    const char *name = Py_TYPE(asked->object)->tp_name;
    if (PyBool_Check(asked->object)) {
        return asked->object == Py_True;
    }
    if (strcmp(name, "numpy.bool") == 0 || strcmp(name, "numpy.bool_") == 0) {
        return PyObject_IsTrue(asked->object);
    }
    return wrong_type(asked);
}

/* An instance of a class type, or None where None is its zero value; new. */
static PyObject *
as_instance(const Asked *asked)
{
    const BoxType *type = asked->type;
    int is = (PyObject *)Py_TYPE(asked->object) == type->check ||
             (asked->object == Py_None && type->takes_none);
    if (!is) {
        is = PyObject_IsInstance(asked->object, type->check);
    }
    if (is > 0) {
        return Py_NewRef(asked->object);
    }
    if (is == 0) {
        wrong_type(asked);
    }
    return NULL;
}

/* Any object of a boxed type, converted as the type says; new. */
PyObject *
box_convert(const Asked *asked)
{
    double x;
    Py_complex z = {0.0, 0.0};
    int truth;
    switch (asked->type->code) {
    case TYPE_STR:
        return as_base(asked, &PyUnicode_Type);
    case TYPE_BYTES:
        return as_base(asked, &PyBytes_Type);
    case TYPE_INT:
        return as_int(asked);
    case TYPE_FLOAT:
        if (PyFloat_CheckExact(asked->object)) {
            return Py_NewRef(asked->object);
        }
        return as_double(asked, &x) < 0 ? NULL : PyFloat_FromDouble(x);
    case TYPE_COMPLEX:
        if (PyComplex_CheckExact(asked->object)) {
            return Py_NewRef(asked->object);
        }
        return as_complex(asked, &z) < 0 ? NULL : PyComplex_FromCComplex(z);
    case TYPE_BOOL:
        truth = as_bool(asked);
        return truth < 0 ? NULL : PyBool_FromLong(truth);
    case TYPE_CLASS:
        return as_instance(asked);
    default:
        return Py_NewRef(asked->object);
    }
}

/* The bits of an unboxed integer, range checked, sign- or zero-extended. */
static int
as_integer_bits(const Asked *asked, uint64_t *bits)
{
    const BoxType *type = asked->type;
    bool is_signed = type->code <= TYPE_INT64, fits;
    unsigned width = type->size * 8u;
    PyObject *number = as_int(asked);
    if (number == NULL) {
        return -1;
    }
    if (is_signed) {
        int overflow;
        int64_t value = PyLong_AsLongLongAndOverflow(number, &overflow);
        int64_t limit = (int64_t)(UINT64_MAX >> (65 - width));
        fits = !overflow && value <= limit && value >= -limit - 1;
        *bits = (uint64_t)value;
    }
    else {
        *bits = PyLong_AsUnsignedLongLong(number);
        bool failed = *bits == UINT64_MAX && PyErr_Occurred();
        fits = !failed && *bits <= UINT64_MAX >> (64 - width);
        PyErr_Clear();
    }
    Py_DECREF(number);
    return fits ? 0 : err_range(asked->spec, asked->what, type, asked->object);
}

static int
as_float32(const Asked *asked, float *out)
{
    double x;
    if (as_double(asked, &x) < 0) {
        return -1;
    }
    *out = (float)x;
    if (isinf(*out) && !isinf(x)) {
        return err_range(asked->spec, asked->what, asked->type, asked->object);
    }
    return 0;
}

void
box_store_bits(Elem *out, uint64_t bits, unsigned size)
{
    switch (size) {
    case 1:
        out->bits8 = (uint8_t)bits;
        break;
    case 2:
        out->bits16 = (uint16_t)bits;
        break;
    case 4:
        out->bits32 = (uint32_t)bits;
        break;
    default:
        out->bits = bits;
        break;
    }
}

/* Any object into a slot of its type: a key's without hash, or an element's. */
int
box_load(const Asked *asked, Elem *out)
{
    uint64_t bits;
    Py_complex z;
    int truth;
    if (asked->type->boxed) {
        out->object = box_convert(asked);
        return out->object == NULL ? -1 : 0;
    }
    switch (asked->type->code) {
    case TYPE_FLOAT32:
        return as_float32(asked, &out->f32);
    case TYPE_FLOAT64:
        return as_double(asked, &out->f64);
    case TYPE_COMPLEX128:
        if (as_complex(asked, &z) < 0) {
            return -1;
        }
        out->c128 = (gm_complex128){z.real, z.imag};
        return 0;
    case TYPE_BOOL8:
        truth = as_bool(asked);
        out->bits8 = truth > 0;
        return truth < 0 ? -1 : 0;
    default:
        if (as_integer_bits(asked, &bits) < 0) {
            return -1;
        }
        box_store_bits(out, bits, asked->type->size);
        return 0;
    }
}

int
elem_load_any(const MapSpec *spec, PyObject *object, Elem *elem)
{
    return box_load(&(Asked){spec, &spec->elem, "element", object}, elem);
}

static int64_t
signed_bits(const BoxType *type, const Elem *slot)
{
    switch (type->size) {
    case 1:
        return (int8_t)slot->bits8;
    case 2:
        return (int16_t)slot->bits16;
    case 4:
        return (int32_t)slot->bits32;
    default:
        return (int64_t)slot->bits;
    }
}

uint64_t
box_unsigned_bits(const BoxType *type, const Elem *slot)
{
    uint64_t bits = (uint64_t)signed_bits(type, slot);
    return type->size == 8 ? bits : bits & ((UINT64_C(1) << (8 * type->size)) - 1);
}

PyObject *
box_slot(const BoxType *type, const Elem *slot)
{
    switch (type->code) {
    case TYPE_FLOAT32:
        return PyFloat_FromDouble((double)slot->f32);
    case TYPE_FLOAT64:
        return PyFloat_FromDouble(slot->f64);
    case TYPE_COMPLEX128:
        return PyComplex_FromDoubles(slot->c128.real, slot->c128.imag);
    case TYPE_BOOL8:
        return PyBool_FromLong(slot->bits8);
    case TYPE_UINT8:
    case TYPE_UINT16:
    case TYPE_UINT32:
    case TYPE_UINT64:
        return PyLong_FromUnsignedLongLong(box_unsigned_bits(type, slot));
    default:
        return PyLong_FromLongLong(signed_bits(type, slot));
    }
}

PyObject *
elem_box_any(const MapSpec *spec, const void *slot)
{
    Elem elem;
    memcpy(&elem, slot, spec->elem.size);
    return spec->elem.boxed ? Py_NewRef(elem.object) : box_slot(&spec->elem, &elem);
}
