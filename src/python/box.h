/* box.h: between Python objects and slots.
 *
 * Checks an object against a type and converts it into a slot; makes objects of
 * slots; knows every type's size, zero value and engine kind.  Errors of type
 * and range are raised here.  Keys with their hashes: key.h.
 */
#ifndef GOMAP_BOX_H
#define GOMAP_BOX_H

#include "boxed.h"
#include "errors.h"
#include "state.h"

/* An element slot; a boxed one holds a new reference. */
typedef union {
    PyObject *object;
    uint64_t bits;
    uint8_t bits8;
    uint16_t bits16;
    uint32_t bits32;
    float f32;
    double f64;
    gm_complex128 c128;
} Elem;

/* Fills `type` for what the user wrote: a class, a sized marker, a generic
 * alias, a union.  0, or -1 with TypeError. */
int box_type_init(ModuleState *state, BoxType *type, PyObject *written);
void box_type_fini(BoxType *type);
/* The engine kind of a key type, with or without a hash from hasher=. */
const gm_kind *box_kind(const BoxType *type, bool hashed);
/* The zero value of an element type; new. */
PyObject *box_zero(const BoxType *type);

/* What is being converted, for whom: the words of an error. */
typedef struct {
    const MapSpec *spec;
    const BoxType *type;
    const char *what; /* "key" or "element" */
    PyObject *object;
} Asked;

/* An object of a boxed type, converted as the type says; new. */
PyObject *box_convert(const Asked *asked);
/* Any object into a slot of its type: a key's without hash, or an element's. */
int box_load(const Asked *asked, Elem *out);
/* A slot of an unboxed type as an object; new. */
PyObject *box_slot(const BoxType *type, const Elem *slot);
void box_store_bits(Elem *out, uint64_t bits, unsigned size);
uint64_t box_unsigned_bits(const BoxType *type, const Elem *slot);

int elem_load_any(const MapSpec *spec, PyObject *object, Elem *elem);
PyObject *elem_box_any(const MapSpec *spec, const void *slot);

static inline int
elem_load(const MapSpec *spec, PyObject *object, Elem *elem)
{
    int64_t value;
    switch (spec->elem.code) {
    case TYPE_OBJECT:
    case TYPE_INTERFACE:
        elem->object = Py_NewRef(object);
        return 0;
    case TYPE_INT:
        if (GM_LIKELY(PyLong_CheckExact(object))) {
            elem->object = Py_NewRef(object);
            return 0;
        }
        break;
    case TYPE_INT64:
        if (GM_LIKELY(PyLong_CheckExact(object)) && int_as_int64(object, &value)) {
            elem->bits = (uint64_t)value;
            return 0;
        }
        break;
    default:
        break;
    }
    return elem_load_any(spec, object, elem);
}

/* An element as an object; new. */
static inline PyObject *
elem_box(const MapSpec *spec, const void *slot)
{
    if (GM_LIKELY(spec->elem.boxed)) {
        return Py_NewRef(*(PyObject *const *)slot);
    }
    if (spec->elem.code == TYPE_INT64) {
        return PyLong_FromLongLong(*(const int64_t *)slot);
    }
    return elem_box_any(spec, slot);
}

static inline void
elem_drop(const MapSpec *spec, Elem *elem)
{
    if (spec->elem.boxed) {
        Py_DECREF(elem->object);
    }
}

#endif
