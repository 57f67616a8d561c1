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
key_set(const MapObject *self, PyObject *object, uint64_t x, Key *key)
{
    key->slot.boxed.object = object;
    key->slot.boxed.hash = gm_hash_u64(x, present_hash0(self));
    return true;
}

/* The hash of an exact str, which CPython keeps in it. */
static inline uint64_t
cached_str_hash(PyObject *object)
{
    Py_hash_t hash = ((PyASCIIObject *)object)->hash;
    return (uint64_t)(GM_LIKELY(hash != -1) ? hash : PyObject_Hash(object));
}

/* The commonest keys, whose hash takes no foreign code: false when the case is
 * another. */
static inline bool
key_load_quickly(MapObject *self, PyObject *object, Key *key)
{
    int64_t value;
    switch (self->spec->key.code) {
    case TYPE_STR:
        return GM_LIKELY(PyUnicode_CheckExact(object) && !self->fixed_seed) &&
               key_set(self, object, cached_str_hash(object), key);
    case TYPE_INT:
        return GM_LIKELY(PyLong_CheckExact(object)) && int_as_int64(object, &value) &&
               key_set(self, object, (uint64_t)value, key);
    case TYPE_INT64:
        if (GM_LIKELY(PyLong_CheckExact(object)) && int_as_int64(object, &value)) {
            key->slot.plain.bits = (uint64_t)value;
            return true;
        }
        return false;
    case TYPE_OBJECT:
        if (PyUnicode_CheckExact(object)) {
            return key_set(self, object, cached_str_hash(object), key);
        }
        return PyLong_CheckExact(object) &&
               key_set(self, object, (uint64_t)PyObject_Hash(object), key);
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
