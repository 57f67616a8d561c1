/* key.c: from a Python object to a key slot with its hash, and back.
 *
 * Which hash a key gets: hasher='s answer; by value for numbers; for str and
 * bytes Python's cached hash mixed with hash0, or by value under a fixed seed;
 * for everything else hash(object) mixed with hash0.
 */
#include "key.h"

#include <math.h>

static_assert(offsetof(BoxedKey, hash) == 8 && offsetof(gm_hashed_bits64, hash) == 8 &&
                  offsetof(gm_hashed_float64, hash) == 8,
              "key_rehash writes the hash behind one word");

/* The value part of a hashed slot, which is 64 bits wide for every number. */
static void
narrow_hashed(const BoxType *type, const void *slot, Elem *out)
{
    const gm_hashed_float64 *number = slot;
    const gm_hashed_bits64 *integer = slot;
    switch (type->code) {
    case TYPE_FLOAT32:
        out->f32 = (float)number->value;
        break;
    case TYPE_FLOAT64:
        out->f64 = number->value;
        break;
    case TYPE_COMPLEX128:
        out->c128 = ((const gm_hashed_complex128 *)slot)->value;
        break;
    default:
        box_store_bits(out, integer->bits, type->size);
        break;
    }
}

PyObject *
key_box_any(const MapSpec *spec, bool hashed, const void *slot)
{
    Elem value;
    if (hashed) {
        narrow_hashed(&spec->key, slot, &value);
    }
    else {
        memcpy(&value, slot, spec->key.size);
    }
    return box_slot(&spec->key, &value);
}

/* hasher(key, hash0), asked again when it changed the seed itself. */
static int
ask_hasher(MapObject *self, PyObject *key, uint64_t *hash)
{
    for (int restarts = 0; restarts < GM_MAX_RESTARTS; restarts++) {
        uint64_t hash0 = present_hash0(self);
        PyObject *hasher = Py_NewRef(self->hasher);
        PyObject *result = PyObject_CallFunction(hasher, "OK", key, (unsigned long long)hash0);
        Py_DECREF(hasher);
        if (result == NULL) {
            return -1;
        }
        if (!PyIndex_Check(result)) {
            err_hasher(self, result);
            Py_DECREF(result);
            return -1;
        }
        Py_SETREF(result, PyNumber_Index(result));
        if (result == NULL) {
            return -1;
        }
        *hash = PyLong_AsUnsignedLongLongMask(result);
        Py_DECREF(result);
        if (present_hash0(self) == hash0) {
            return 0;
        }
    }
    return err_status(self, GM_RESTARTS);
}

static uint64_t
hash_str(PyObject *object, uint64_t hash0)
{
    size_t n = (size_t)PyUnicode_GET_LENGTH(object), kind = (size_t)PyUnicode_KIND(object);
    return gm_hash_bytes(PyUnicode_DATA(object), n * kind, hash0 + kind);
}

static uint64_t
hash_int(PyObject *object, uint64_t hash0)
{
    size_t n;
    bool negative;
    const digit *digits = int_digits(object, &n, &negative);
    int overflow;
    int64_t value = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (!overflow) {
        return gm_hash_u64((uint64_t)value, hash0);
    }
    return gm_hash_bytes(digits, n * sizeof(digit), hash0 + negative);
}

static uint64_t
hash_double(MapObject *self, double x, uint64_t hash0)
{
    if (x == x) {
        return gm_hash_f64(x, hash0);
    }
    return self->map != NULL ? gm_draw(self->map) : 0;
}

static uint64_t
hash_complex(MapObject *self, PyObject *object, uint64_t hash0)
{
    Py_complex z = ((PyComplexObject *)object)->cval;
    if (is_nan_object(object)) {
        return hash_double(self, NAN, hash0);
    }
    return gm_hash_f64(z.imag, gm_hash_f64(z.real, hash0));
}

/* Python's own hash, mixed with hash0: equal hashes stay equal. */
static int
hash_by_python(MapObject *self, PyObject *object, uint64_t *hash)
{
    if (is_nan_object(object)) {
        *hash = hash_double(self, NAN, 0);
        return 0;
    }
    Py_hash_t own = PyObject_Hash(object);
    if (own == -1) {
        return -1;
    }
    *hash = gm_hash_u64((uint64_t)own, present_hash0(self));
    return 0;
}

/* The hash by value of exact builtin types; TYPE_OBJECT: there is none. */
static TypeCode
value_hashed_as(const MapObject *self, PyObject *object)
{
    TypeCode code = self->spec->key.code;
    if (code != TYPE_INTERFACE) {
        return code;
    }
    PyTypeObject *type = Py_TYPE(object);
    return type == &PyUnicode_Type   ? TYPE_STR
           : type == &PyBytes_Type   ? TYPE_BYTES
           : type == &PyLong_Type    ? TYPE_INT
           : type == &PyFloat_Type   ? TYPE_FLOAT
           : type == &PyBool_Type    ? TYPE_BOOL
           : type == &PyComplex_Type ? TYPE_COMPLEX
                                     : TYPE_OBJECT;
}

static int
hash_boxed(MapObject *self, PyObject *object, uint64_t *hash)
{
    uint64_t hash0 = present_hash0(self);
    TypeCode code = value_hashed_as(self, object);
    if (self->spec->key.code == TYPE_INTERFACE) {
        hash0 = gm_hash_u64(code, hash0); /* 1, 1.0 and True apart */
    }
    switch (code) {
    case TYPE_STR:
        *hash = self->fixed_seed ? hash_str(object, hash0)
                                 : gm_hash_u64((uint64_t)PyUnicode_Type.tp_hash(object), hash0);
        return 0;
    case TYPE_BYTES:
        *hash = self->fixed_seed ? gm_hash_bytes(PyBytes_AS_STRING(object),
                                                 (size_t)PyBytes_GET_SIZE(object), hash0)
                                 : gm_hash_u64((uint64_t)PyBytes_Type.tp_hash(object), hash0);
        return 0;
    case TYPE_INT:
    case TYPE_BOOL:
        *hash = hash_int(object, hash0);
        return 0;
    case TYPE_FLOAT:
        *hash = hash_double(self, PyFloat_AS_DOUBLE(object), hash0);
        return 0;
    case TYPE_COMPLEX:
        *hash = hash_complex(self, object, hash0);
        return 0;
    default:
        return hash_by_python(self, object, hash);
    }
}

static int
hash_any(MapObject *self, PyObject *object, uint64_t *hash)
{
    return self->hasher != NULL ? ask_hasher(self, object, hash) : hash_boxed(self, object, hash);
}

/* An object that hashes, as dict would ask: hasher= does not make lists keys. */
static int
require_hashable(MapObject *self, PyObject *object)
{
    if (self->hasher == NULL || Py_TYPE(object)->tp_hash != PyObject_HashNotImplemented) {
        return 0;
    }
    return PyObject_Hash(object) == -1 ? -1 : 0;
}

static int
load_boxed_key(MapObject *self, PyObject *object, Key *key)
{
    PyObject *checked = box_convert(&(Asked){self->spec, &self->spec->key, "key", object});
    if (checked == NULL) {
        return -1;
    }
    if (require_hashable(self, checked) < 0 || hash_any(self, checked, &key->slot.boxed.hash) < 0) {
        Py_DECREF(checked);
        return -1;
    }
    key->slot.boxed.object = checked;
    key->owned = checked;
    return 0;
}

/* The slot of an unboxed key in a map with hasher=: widened, hash behind it. */
static int
widen_hashed(MapObject *self, const Elem *value, Key *key)
{
    const BoxType *type = &self->spec->key;
    PyObject *object = box_slot(type, value);
    uint64_t hash;
    int result = object == NULL ? -1 : ask_hasher(self, object, &hash);
    Py_XDECREF(object);
    if (result < 0) {
        return -1;
    }
    switch (type->code) {
    case TYPE_FLOAT32:
        key->slot.hashed_f64 = (gm_hashed_float64){(double)value->f32, hash};
        break;
    case TYPE_FLOAT64:
        key->slot.hashed_f64 = (gm_hashed_float64){value->f64, hash};
        break;
    case TYPE_COMPLEX128:
        key->slot.hashed_c128 = (gm_hashed_complex128){value->c128, hash};
        break;
    default:
        key->slot.hashed_bits = (gm_hashed_bits64){box_unsigned_bits(type, value), hash};
        break;
    }
    return 0;
}

int
key_load_any(MapObject *self, PyObject *object, Key *key)
{
    Elem value;
    key->owned = NULL;
    if (self->spec->key.boxed) {
        return load_boxed_key(self, object, key);
    }
    if (box_load(&(Asked){self->spec, &self->spec->key, "key", object}, &value) < 0) {
        return -1;
    }
    if (self->hasher != NULL) {
        return widen_hashed(self, &value, key);
    }
    memcpy(&key->slot, &value, self->spec->key.size);
    return 0;
}

int
key_refresh(MapObject *self, PyObject *object, Key *key, uint64_t hash0)
{
    if (GM_LIKELY(present_hash0(self) == hash0)) {
        return 0;
    }
    key_drop(key);
    return key_load(self, object, key);
}

gm_status
key_rehash(void *context, void *slot)
{
    MapObject *self = context;
    const MapSpec *spec = self->spec;
    PyObject *object = key_box(spec, true, slot);
    uint64_t hash;
    if (object == NULL || hash_any(self, object, &hash) < 0) {
        Py_XDECREF(object);
        return GM_CALL_FAILED;
    }
    Py_DECREF(object);
    size_t hash_at = spec->key.code == TYPE_COMPLEX128 ? offsetof(gm_hashed_complex128, hash)
                                                       : offsetof(BoxedKey, hash);
    memcpy((char *)slot + hash_at, &hash, sizeof hash);
    return GM_OK;
}
