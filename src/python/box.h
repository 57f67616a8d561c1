/* box.h: between Python objects and slots.
 *
 * key_load and elem_load check an object against a type, convert it, and (for
 * keys) hash it; elem_box and key_box make objects of slots.  A loaded key is
 * good for one engine call: its hash belongs to the present hash0, so nothing
 * that may run Python code can stand between the two.
 *
 * The type errors of SPEC section 7 are raised here.
 */
#ifndef GOMAP_BOX_H
#define GOMAP_BOX_H

#include "boxed.h"
#include "errors.h"
#include "hash.h"
#include "state.h"

/* A key slot as the engine's kinds have it. */
typedef struct {
    union {
        BoxedKey boxed;
        uint64_t bits;
        uint8_t bits8;
        uint16_t bits16;
        uint32_t bits32;
        float f32;
        double f64;
        gm_complex128 c128;
        gm_hashed_bits64 hashed_bits;
        gm_hashed_float64 hashed_f64;
        gm_hashed_complex128 hashed_c128;
    } slot;
    PyObject *owned; /* a converted object, or NULL; new */
} Key;

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

int key_load_any(MapObject *self, PyObject *object, Key *key);
/* The engine's callback: the hash of a stored key under the present hash0. */
gm_status key_rehash(void *context, void *slot);
PyObject *key_box_any(const MapSpec *spec, bool hashed, const void *slot);
int elem_load_any(const MapSpec *spec, PyObject *object, Elem *elem);
PyObject *elem_box_any(const MapSpec *spec, const void *slot);

static inline uint64_t
present_hash0(const MapObject *self)
{
    return self->map != NULL ? gm_hash0(self->map) : self->seed;
}

static inline void
key_drop(Key *key)
{
    Py_XDECREF(key->owned);
}

/* A Map() key whose hash takes no foreign code and cannot be NaN's. */
static inline bool
key_load_object(MapObject *self, PyObject *object, Key *key)
{
    Py_hash_t hash;
    if (PyUnicode_CheckExact(object)) {
        hash = ((PyASCIIObject *)object)->hash;
        if (GM_UNLIKELY(hash == -1)) {
            hash = PyObject_Hash(object);
        }
    }
    else if (PyLong_CheckExact(object)) {
        hash = PyObject_Hash(object);
    }
    else {
        return false;
    }
    key->slot.boxed.object = object;
    key->slot.boxed.hash = gm_hash_u64((uint64_t)hash, present_hash0(self));
    return true;
}

/* The commonest keys: false when the case is another. */
static inline bool
key_load_quickly(MapObject *self, PyObject *object, Key *key)
{
    int64_t value;
    switch (self->spec->key.code) {
    case TYPE_STR:
        if (GM_LIKELY(PyUnicode_CheckExact(object) && !self->fixed_seed)) {
            Py_hash_t hash = ((PyASCIIObject *)object)->hash;
            if (GM_UNLIKELY(hash == -1)) {
                hash = PyObject_Hash(object);
            }
            key->slot.boxed.object = object;
            key->slot.boxed.hash = gm_hash_u64((uint64_t)hash, present_hash0(self));
            return true;
        }
        return false;
    case TYPE_INT:
        if (GM_LIKELY(PyLong_CheckExact(object)) && int_is_small(object, &value)) {
            key->slot.boxed.object = object;
            key->slot.boxed.hash = gm_hash_u64((uint64_t)value, present_hash0(self));
            return true;
        }
        return false;
    case TYPE_INT64:
        if (GM_LIKELY(PyLong_CheckExact(object)) && int_is_small(object, &value)) {
            key->slot.bits = (uint64_t)value;
            return true;
        }
        return false;
    case TYPE_OBJECT:
        return key_load_object(self, object, key);
    default:
        return false;
    }
}

/* The key type's check, conversion and hash. */
static inline int
key_load(MapObject *self, PyObject *object, Key *key)
{
    key->owned = NULL;
    if (GM_LIKELY(self->hasher == NULL) && key_load_quickly(self, object, key)) {
        return 0;
    }
    return key_load_any(self, object, key);
}

/* Makes a key loaded under hash0 good for another engine call, should Python
 * code in between have changed the seed.  On failure the key is dropped. */
int key_refresh(MapObject *self, PyObject *object, Key *key, uint64_t hash0);

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
        if (GM_LIKELY(PyLong_CheckExact(object)) && int_is_small(object, &value)) {
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

/* A key as an object; new. */
static inline PyObject *
key_box(const MapSpec *spec, bool hashed, const void *slot)
{
    if (GM_LIKELY(spec->key.boxed)) {
        return Py_NewRef(((const BoxedKey *)slot)->object);
    }
    if (spec->key.code == TYPE_INT64) { /* the value comes first, hashed or not */
        return PyLong_FromLongLong(*(const int64_t *)slot);
    }
    return key_box_any(spec, hashed, slot);
}

static inline void
elem_drop(const MapSpec *spec, Elem *elem)
{
    if (spec->elem.boxed) {
        Py_DECREF(elem->object);
    }
}

#endif
