/* batch_add.c: adding to many entries: group by key, sum.
 *
 * Over bare numbers the engine adds in place; a sum out of range takes back what
 * was added before it.  Numbers under other keys are added in their cells one by one,
 * objects go through m.add's own path.
 */
#include "batch.h"

/* ---- deltas of numbers --------------------------------------------------------------- */

typedef struct {
    bool scalar, is_unsigned;
    Column column;
    Elem one;
} Deltas;

/* As what deltas of an element type are loaded: 64-bit integers, doubles, complex
 * numbers, in the name of the element type. */
static BoxType
delta_type(const BoxType *elem, bool is_unsigned)
{
    BoxType type = *elem;
    type.code = elem->code == TYPE_COMPLEX128                              ? TYPE_COMPLEX128
                : elem->code == TYPE_FLOAT32 || elem->code == TYPE_FLOAT64 ? TYPE_FLOAT64
                : is_unsigned                                              ? TYPE_UINT64
                                                                           : TYPE_INT64;
    type.size = elem->code == TYPE_COMPLEX128 ? 16 : 8;
    return type;
}

static int
load_deltas(Deltas *deltas, const MapSpec *spec, PyObject *given, bool is_unsigned)
{
    BoxType type = delta_type(&spec->elem, is_unsigned);
    deltas->is_unsigned = is_unsigned;
    if (deltas->scalar) {
        return box_load(&(Asked){spec, &type, "delta", given}, &deltas->one);
    }
    return column_init(&deltas->column, &(ColumnFor){spec, &type, "delta"}, given);
}

/* Signed deltas, or if they do not fit, unsigned ones. */
static int
deltas_init(Deltas *deltas, const MapSpec *spec, PyObject *given, size_t n)
{
    memset(deltas, 0, sizeof *deltas);
    int scalar = is_scalar(&spec->elem, given);
    if (scalar < 0) {
        return -1;
    }
    deltas->scalar = scalar;
    PyObject *all =
        !deltas->scalar && PyIter_Check(given) ? PySequence_Tuple(given) : Py_NewRef(given);
    int result = all != NULL ? load_deltas(deltas, spec, all, false) : -1;
    if (result < 0 && all != NULL && PyErr_ExceptionMatches(PyExc_OverflowError)) {
        PyErr_Clear();
        result = load_deltas(deltas, spec, all, true);
    }
    Py_XDECREF(all);
    if (result == 0 && !deltas->scalar && deltas->column.n != n) {
        err_lengths(spec, n, "delta", deltas->column.n);
        column_fini(&deltas->column);
        result = -1;
    }
    return result;
}

static void
deltas_fini(Deltas *deltas)
{
    if (!deltas->scalar) {
        column_fini(&deltas->column);
    }
}

/* ---- numbers under bare keys --------------------------------------------------------- */

/* What taking back needs: which keys were new, and for float32, whose sums cannot
 * be undone by arithmetic, the elements as they were. */
typedef struct {
    uint8_t *inserted;
    float *old;
} Undo;

static int
undo_init(Undo *undo, const MapSpec *spec, size_t n)
{
    bool is_float32 = spec->elem.code == TYPE_FLOAT32;
    memset(undo, 0, sizeof *undo);
    if (spec->elem.code > TYPE_FLOAT32) {
        return 0; /* their sums always fit */
    }
    undo->inserted = PyMem_RawCalloc(n / 8 + 1, 1);
    undo->old = is_float32 ? PyMem_RawMalloc(n * sizeof *undo->old + 1) : NULL;
    if (undo->inserted == NULL || (is_float32 && undo->old == NULL)) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static void
undo_fini(Undo *undo)
{
    PyMem_RawFree(undo->inserted);
    PyMem_RawFree(undo->old);
}

/* Element i as it was before its key's delta. */
static void
take_back(gm_map *map, const gm_writes *batch, const Undo *undo, size_t i, const MapSpec *spec)
{
    gm_cell cell;
    uint64_t delta;
    if (gm_find(map, (const char *)batch->keys + i * spec->key.size, &cell) != GM_OK ||
        cell.key == NULL) {
        return;
    }
    if (undo->old != NULL) {
        memcpy(cell.elem, &undo->old[i], sizeof *undo->old);
    }
    else {
        memcpy(&delta, (const char *)batch->values + i * batch->stride, sizeof delta);
        sum_undo(spec->elem.size, cell.elem, delta);
    }
}

/* Last sums first; then the keys that were new go. */
static void
take_all_back(gm_map *map, const gm_writes *batch, const Undo *undo, const MapSpec *spec)
{
    gm_entry entry;
    for (size_t i = batch->done; i-- > 0;) {
        take_back(map, batch, undo, i, spec);
    }
    for (size_t i = 0; i < batch->done; i++) {
        if (undo->inserted[i >> 3] >> (i & 7) & 1) {
            gm_delete(map, (const char *)batch->keys + i * spec->key.size, &entry);
        }
    }
}

/* Needs no interpreter lock. */
static gm_status
add_or_take_back(gm_map *map, gm_writes *batch, const Undo *undo, const MapSpec *spec)
{
    if (undo->old != NULL) {
        gm_find_many(map, &(gm_lookups){batch->keys, batch->n, undo->old, batch->zero, NULL});
    }
    gm_status status = gm_assign_many(map, batch);
    if (status == GM_RANGE) {
        take_all_back(map, batch, undo, spec);
    }
    return status;
}

static int
add_numbers(MapObject *self, gm_writes *batch)
{
    Undo undo;
    if (undo_init(&undo, self->spec, batch->n) < 0) {
        undo_fini(&undo);
        return -1;
    }
    batch->inserted = undo.inserted;
    batch->keeps_keys = undo.inserted != NULL;
    PyThreadState *thread = guard_begin(self, batch->n, true);
    gm_status status = add_or_take_back(self->map, batch, &undo, self->spec);
    guard_end(self, thread);
    undo_fini(&undo);
    return status == GM_OK      ? 0
           : status == GM_RANGE ? err_sum(self->spec, batch->done)
                                : err_status(self, status);
}

/* Storing replaces a float key by an equal one (-0.0, 0.0), adding in place does
 * not: done here once nothing can fail any more. */
static void
replace_zero_keys(MapObject *self, const Keys *keys)
{
    const BoxType *type = &self->spec->key;
    gm_cell cell;
    for (size_t i = 0; i < keys->n; i++) {
        Elem slot;
        memcpy(&slot, (const char *)keys->column.data + i * type->size, type->size);
        bool zero = type->code == TYPE_FLOAT32   ? slot.f32 == 0
                    : type->code == TYPE_FLOAT64 ? slot.f64 == 0
                                                 : slot.c128.real == 0 || slot.c128.imag == 0;
        guard_write(self);
        if (zero && gm_find(self->map, &slot, &cell) == GM_OK && cell.key != NULL) {
            memcpy(cell.key, &slot, type->size);
        }
    }
}

/* ---- numbers under keys that need Python code ---------------------------------------- */

/* What a key's entry was before its delta. */
typedef struct {
    Elem old;
    gm_complex128 key;   /* unboxed float keys, which -0.0 and 0.0 replace */
    PyObject *displaced; /* a boxed key that was replaced, or NULL; new */
    bool inserted;
} Before;

/* Unboxed float keys that come with a hash: the value is first in the slot. */
static size_t
replaceable_bytes(const MapSpec *spec)
{
    TypeCode code = spec->key.code;
    return code == TYPE_COMPLEX128 ? 16 : code == TYPE_FLOAT32 || code == TYPE_FLOAT64 ? 8 : 0;
}

static int
add_to_cell(Keys *keys, size_t i, const gm_writes *batch, Before *before)
{
    MapObject *self = keys->map;
    const size_t size = self->spec->elem.size;
    Key key;
    gm_cell cell;
    const size_t replaceable = replaceable_bytes(self->spec);
    if (keys_take(keys, i, &key) < 0) {
        return -1;
    }
    if (replaceable > 0 && map_find_loaded(self, &key, &cell) > 0) { /* runs no Python code */
        memcpy(&before->key, cell.key, replaceable);
    }
    int result = map_assign_loaded(self, &key, &cell, &before->displaced);
    if (result == 0) {
        before->inserted = cell.inserted;
        if (cell.inserted) {
            memcpy(cell.elem, batch->zero, size);
        }
        memcpy(&before->old, cell.elem, size);
        if (!batch->add(cell.elem, (const char *)batch->values + i * batch->stride)) {
            result = 1;
        }
        map_sweep(self);
    }
    key_drop(&key);
    return result;
}

/* Element i as it was; a key that was new goes. */
static int
restore_cell(Keys *keys, size_t i, Before *before)
{
    MapObject *self = keys->map;
    Key key;
    gm_cell cell;
    if (keys_take(keys, i, &key) < 0) {
        return -1;
    }
    int result =
        before->inserted ? map_remove_loaded(self, &key, NULL) : map_find_loaded(self, &key, &cell);
    if (!before->inserted && result > 0) {
        memcpy(cell.elem, &before->old, self->spec->elem.size);
        memcpy(cell.key, &before->key, replaceable_bytes(self->spec));
        if (before->displaced != NULL) {
            PyObject **object = &((BoxedKey *)cell.key)->object, *newer = *object;
            *object = before->displaced;
            before->displaced = newer;
        }
    }
    key_drop(&key);
    return result < 0 ? -1 : 0;
}

/* The sums one by one; when one is out of range, those before are taken back. */
static int
add_to_cells(MapObject *self, Keys *keys, const gm_writes *batch)
{
    Before *before = PyMem_New(Before, keys->n);
    size_t i = 0;
    int result = before != NULL ? keys_load_all(keys) : -1;
    if (before == NULL) {
        PyErr_NoMemory();
    }
    for (; result == 0 && i < keys->n; i++) {
        before[i].displaced = NULL;
        result = keys_reach(keys, i);
        if (result == 0) {
            result = add_to_cell(keys, i, batch, &before[i]);
        }
    }
    const size_t done = i;
    if (result > 0) {
        const size_t bad = i - 1;
        result = 0;
        while (result == 0 && i-- > 0) {
            result = restore_cell(keys, i, &before[i]);
        }
        result = result < 0 ? -1 : err_sum(self->spec, bad);
    }
    for (size_t k = 0; before != NULL && k < done; k++) {
        Py_XDECREF(before[k].displaced);
    }
    PyMem_Free(before);
    return result;
}

/* ---- numbers, under whatever keys ---------------------------------------------------- */

static int
add_deltas(MapObject *self, Keys *keys, const Deltas *deltas)
{
    const MapSpec *spec = self->spec;
    Elem zero;
    if (elem_load(spec, self->zero, &zero) < 0 || map_require_writable(self) < 0) {
        return -1;
    }
    gm_writes batch = {
        .keys = keys->column.data,
        .n = keys->n,
        .values = deltas->scalar ? (const void *)&deltas->one : deltas->column.data,
        .stride = deltas->scalar ? 0 : delta_type(&spec->elem, false).size,
        .add = sum_of(spec->elem.code, deltas->is_unsigned),
        .zero = &zero,
    };
    if (!has_bare_keys(self)) {
        return add_to_cells(self, keys, &batch);
    }
    int result = add_numbers(self, &batch);
    if (result == 0 && batch.keeps_keys && spec->key.code >= TYPE_FLOAT32 &&
        spec->key.code <= TYPE_COMPLEX128) {
        replace_zero_keys(self, keys);
    }
    map_sweep(self);
    return result;
}

static int
add_to_unboxed(MapObject *self, Keys *keys, PyObject *given)
{
    Deltas deltas;
    if (sum_of(self->spec->elem.code, false) == NULL) {
        return err_no_sums(self->spec);
    }
    if (deltas_init(&deltas, self->spec, given, keys->n) < 0) {
        return -1;
    }
    int result = keys->n > 0 ? add_deltas(self, keys, &deltas) : 0;
    deltas_fini(&deltas);
    return result;
}

/* ---- objects ------------------------------------------------------------------------- */

/* Is the delta of a kind that can be added to such an element?  Where any object
 * may know how to add, only the sum itself tells. */
static int
check_delta(const MapSpec *spec, PyObject *delta)
{
    Elem elem;
    if (spec->elem.code == TYPE_BOOL) {
        return err_no_sums(spec);
    }
    if (spec->elem.code < TYPE_STR) {
        return 0;
    }
    if (box_load(&(Asked){spec, &spec->elem, "delta", delta}, &elem) < 0) {
        return -1;
    }
    Py_DECREF(elem.object);
    return 0;
}

/* One delta for all, or as many as keys, as a tuple; new. */
static PyObject *
delta_objects(const MapSpec *spec, PyObject *given, size_t n, bool scalar)
{
    PyObject *objects =
        scalar ? PyTuple_Pack(1, given) : objects_of(spec, &spec->elem, "delta", given);
    Py_ssize_t size = objects != NULL ? PyTuple_GET_SIZE(objects) : 0;
    int result = objects != NULL ? 0 : -1;
    if (result == 0 && !scalar && (size_t)size != n) {
        result = err_lengths(spec, n, "delta", (size_t)size);
    }
    for (Py_ssize_t i = 0; result == 0 && i < size; i++) {
        result = check_delta(spec, PyTuple_GET_ITEM(objects, i));
    }
    if (result < 0) {
        Py_CLEAR(objects);
    }
    return objects;
}

static int
add_one(MapObject *self, Keys *keys, size_t i, PyObject *delta)
{
    Key key;
    if (keys_take(keys, i, &key) < 0) {
        return -1;
    }
    PyObject *object =
        keys->objects != NULL ? PyTuple_GET_ITEM(keys->objects, (Py_ssize_t)i) : NULL;
    uint64_t hash0 = present_hash0(self);
    PyObject *owned = NULL;
    if (object == NULL) { /* bare numbers: an object only should the seed change */
        object = owned = key_box(self->spec, false, &key.slot);
    }
    PyObject *sum = object != NULL ? map_add_loaded(self, object, &key, hash0, delta) : NULL;
    Py_XDECREF(owned);
    Py_XDECREF(sum);
    return sum != NULL ? 0 : -1;
}

static int
add_one_by_one(MapObject *self, Keys *keys, PyObject *given)
{
    int scalar = is_scalar(&self->spec->elem, given);
    PyObject *deltas = scalar < 0 ? NULL : delta_objects(self->spec, given, keys->n, scalar);
    int result = deltas == NULL ? -1 : keys->n > 0 ? map_require_writable(self) : 0;
    if (result == 0) {
        result = keys_load_all(keys);
    }
    for (size_t i = 0; result == 0 && i < keys->n; i++) {
        result = keys_reach(keys, i);
        if (result == 0) {
            result = add_one(self, keys, i, PyTuple_GET_ITEM(deltas, scalar ? 0 : (Py_ssize_t)i));
        }
    }
    Py_XDECREF(deltas);
    return result;
}

static int
add_batch(MapObject *self, PyObject *given_keys, PyObject *given_deltas)
{
    Keys keys;
    if (keys_init(&keys, self, given_keys) < 0) {
        return -1;
    }
    int result = self->spec->elem.boxed ? add_one_by_one(self, &keys, given_deltas)
                                        : add_to_unboxed(self, &keys, given_deltas);
    keys_fini(&keys);
    return result;
}

int
batch_add_locked(MapObject *self, PyObject *keys, PyObject *deltas)
{
    int result;
    MAP_LOCK(self);
    result = add_batch(self, keys, deltas);
    MAP_UNLOCK();
    return result;
}

const char map_add_many_doc[] = PyDoc_STR("add_many($self, /, keys, deltas)\n--\n\n\
m[key] = m[key] + delta for many keys: group by key, sum.\n\
\n\
keys: an array of shape (n,), or an iterable of n keys; deltas: as many, or one for\n\
all.  An absent key counts from the zero value.  Deltas of integer elements may be\n\
any integers, only the sums must fit.  O(n).\n\
\n\
All input is checked before the first write.  OverflowError for a sum out of range\n\
(between unboxed sides nothing has been added then, but under NaN keys); should\n\
memory run out, or an addition of objects fail, the sums before stay.  Otherwise\n\
as set_many.\n\
\n\
>>> from gomap import Map, int64\n\
>>> m = Map[int64, int64]()\n\
>>> m.add_many([7, 8, 7], [1, 2, 3])\n\
>>> m\n\
Map[int64, int64]({7: 4, 8: 2})\n");

PyObject *
map_add_many(MapObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {"keys", "deltas", NULL};
    PyObject *keys, *deltas;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:add_many", (char **)(uintptr_t)names, &keys,
                                     &deltas) ||
        batch_add_locked(self, keys, deltas) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}
