/* key.h: between Python objects and key slots.
 *
 * key_load checks an object against the key type, converts and hashes it;
 * key_box makes an object of a slot.  A loaded key is good for one engine call:
 * its hash belongs to the present hash0, so nothing that may run Python code can
 * stand between the two (or key_refresh must).
 */
#ifndef GOMAP_KEY_H
#define GOMAP_KEY_H

#include "box.h"
#include "hash.h"

/* A key slot as the engine's kinds have it. */
typedef struct {
    union {
        BoxedKey boxed;
        Elem plain; /* unboxed, hashing by value */
        gm_hashed_bits64 hashed_bits;
        gm_hashed_float64 hashed_f64;
        gm_hashed_complex128 hashed_c128;
    } slot;
    PyObject *owned; /* a converted object, or NULL; new */
} Key;

int key_load_any(MapObject *self, PyObject *object, Key *key);
/* The engine's callback: the hash of a stored key under the present hash0. */
gm_status key_rehash(void *context, void *slot);
PyObject *key_box_any(const MapSpec *spec, bool hashed, const void *slot);

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

/* A boxed key whose value, or hash, is x. */
static inline bool
key_set(PyObject *object, uint64_t x, uint64_t hash0, Key *key)
{
    key->slot.boxed.object = object;
    key->slot.boxed.hash = gm_hash_u64(x, hash0);
    return true;
}

/* The hash of an exact str as CPython keeps it in it; -1: it has not been asked. */
static inline uint64_t
cached_str_hash(PyObject *object)
{
#ifdef Py_GIL_DISABLED
    return (uint64_t)_Py_atomic_load_ssize_relaxed(&((PyASCIIObject *)object)->hash);
#else
    return (uint64_t)((PyASCIIObject *)object)->hash;
#endif
}

/* hash(value) of an int: what CPython computes modulo 2**61 - 1. */
static inline uint64_t
int_hash(int64_t value)
{
    const uint64_t modulus = (UINT64_C(1) << 61) - 1;
    uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    v = (v & modulus) + (v >> 61);
    v -= v >= modulus ? modulus : 0;
    v = value < 0 ? 0 - v : v;
    return v == UINT64_MAX ? v - 1 : v; /* -1 stands for an error */
}

/* The commonest keys of maps that are `quick`: false when the case is another.
 * `code` is the key type's, a constant where it is known. */
static GM_ALWAYS_INLINE bool
key_load_quickly(TypeCode code, uint64_t hash0, PyObject *object, Key *key)
{
    int64_t value;
    uint64_t hash;
    switch (code) {
    case TYPE_STR:
        hash = PyUnicode_CheckExact(object) ? cached_str_hash(object) : UINT64_MAX;
        return GM_LIKELY(hash != UINT64_MAX) && key_set(object, hash, hash0, key);
    case TYPE_INT:
        return GM_LIKELY(PyLong_CheckExact(object)) && int_as_int64(object, &value) &&
               key_set(object, (uint64_t)value, hash0, key);
    case TYPE_INT64:
        if (GM_LIKELY(PyLong_CheckExact(object)) && int_as_int64(object, &value)) {
            key->slot.plain.bits = (uint64_t)value;
            return true;
        }
        return false;
    case TYPE_OBJECT:
        if (PyUnicode_CheckExact(object)) {
            hash = cached_str_hash(object);
            return GM_LIKELY(hash != UINT64_MAX) && key_set(object, hash, hash0, key);
        }
        return PyLong_CheckExact(object) && int_as_int64(object, &value) &&
               key_set(object, int_hash(value), hash0, key);
    default:
        return false;
    }
}

/* The key type's check, conversion and hash. */
static inline int
key_load(MapObject *self, PyObject *object, Key *key)
{
    key->owned = NULL;
    if (GM_LIKELY(self->quick != NULL) &&
        key_load_quickly(self->spec->key.code, gm_hash0(self->quick), object, key)) {
        return 0;
    }
    return key_load_any(self, object, key);
}

/* Makes a key loaded under hash0 good for another engine call, should Python
 * code in between have changed the seed.  On failure the key is dropped. */
int key_refresh(MapObject *self, PyObject *object, Key *key, uint64_t hash0);

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

#endif
