/* introspect.c: what gomap.inspect is made of: snapshots of the header and of
 * every bucket, plain numbers, the check of invariants.
 *
 * Snapshots are struct sequences: tuples with names that cannot be changed.
 */
#include "map_type.h"

static PyStructSequence_Field bucket_fields[] = {
    {"index", "The index of the bucket's chain in its array."},
    {"tophash", "8 bytes: what each cell holds (0-4 are states)."},
    {"keys", "8 keys; None in an empty or evacuated cell."},
    {"elems", "8 elements; None in an empty or evacuated cell."},
    {"preallocated", "Index among the array's spare overflow buckets, or None."},
    {NULL, NULL},
};

PyStructSequence_Desc bucket_desc = {
    .name = "gomap.inspect.Bucket",
    .doc = "One bucket (Go's bmap) as it lay in memory.",
    .fields = bucket_fields,
    .n_in_sequence = 5,
};

static PyStructSequence_Field hmap_fields[] = {
    {"count", "Entries."},
    {"flags", "iterator 1, oldIterator 2, hashWriting 4, sameSizeGrow 8."},
    {"B", "log2 of the number of buckets."},
    {"noverflow", "Overflow buckets; an estimate from B = 16 on."},
    {"hash0", "The hash seed."},
    {"nevacuate", "Old buckets below this number have been evacuated."},
    {"growing", "True while old buckets are being evacuated."},
    {"same_size_grow", "True when that growth keeps the number of buckets."},
    {"buckets", "Chains, each a tuple of Buckets; None before the first assign."},
    {"oldbuckets", "The chains being evacuated; None when not growing."},
    {"next_overflow", "Index of the next free spare overflow bucket, or None."},
    {NULL, NULL},
};

PyStructSequence_Desc hmap_desc = {
    .name = "gomap.inspect.Hmap",
    .doc = "A map's header (Go's hmap) and buckets at one instant.",
    .fields = hmap_fields,
    .n_in_sequence = 11,
};

/* ---- hmap -------------------------------------------------------------------------- */

typedef struct {
    MapObject *map;
    PyObject *chains[2]; /* lists of lists: present, old */
    uint64_t version;
} Snapshot;

static int
fill_cells(MapObject *map, PyObject *tuple, const void *const *slots, bool keys)
{
    for (int i = 0; i < GM_BUCKET_CELLS; i++) {
        PyObject *object = slots[i] == NULL ? Py_NewRef(Py_None)
                           : keys           ? key_box(map->spec, is_hashed(map), slots[i])
                                            : elem_box(map->spec, slots[i]);
        if (object == NULL) {
            return -1;
        }
        PyTuple_SET_ITEM(tuple, i, object);
    }
    return 0;
}

/* Making containers may run the collector and with it anything: all are made
 * before the bucket is read, and it is read only if it is still there. */
static gm_status
bucket_object(const Snapshot *snapshot, const gm_bucket_view *view, PyObject **out)
{
    MapObject *map = snapshot->map;
    PyObject *bucket = PyStructSequence_New(state_of(map)->bucket_type);
    PyObject *keys = PyTuple_New(GM_BUCKET_CELLS), *elems = PyTuple_New(GM_BUCKET_CELLS);
    PyObject *place =
        view->preallocated < 0 ? Py_NewRef(Py_None) : PyLong_FromLongLong(view->preallocated);
    PyObject *index = PyLong_FromSize_t(view->chain), *tophash = NULL;
    gm_status status = GM_CALL_FAILED;
    if (bucket == NULL || keys == NULL || elems == NULL || place == NULL || index == NULL) {
        goto failed;
    }
    guard_read(map);
    if (gm_version(map->map) != snapshot->version) {
        status = GM_CHANGED;
        goto failed;
    }
    tophash = PyBytes_FromStringAndSize((const char *)view->tophash, GM_BUCKET_CELLS);
    if (tophash == NULL || fill_cells(map, keys, view->key, true) < 0 ||
        fill_cells(map, elems, view->elem, false) < 0) {
        goto failed;
    }
    PyStructSequence_SetItem(bucket, 0, index);
    PyStructSequence_SetItem(bucket, 1, tophash);
    PyStructSequence_SetItem(bucket, 2, keys);
    PyStructSequence_SetItem(bucket, 3, elems);
    PyStructSequence_SetItem(bucket, 4, place);
    *out = bucket;
    return GM_OK;
failed:
    Py_XDECREF(bucket);
    Py_XDECREF(tophash);
    Py_XDECREF(keys);
    Py_XDECREF(elems);
    Py_XDECREF(place);
    Py_XDECREF(index);
    return status;
}

static gm_status
see_bucket(void *context, const gm_bucket_view *view)
{
    Snapshot *snapshot = context;
    PyObject *chains = snapshot->chains[view->old], *bucket;
    gm_status status = bucket_object(snapshot, view, &bucket);
    if (status != GM_OK) {
        return status;
    }
    int result = 0;
    if (view->position == 0) {
        PyObject *chain = PyList_New(0);
        result = chain != NULL ? PyList_Append(chains, chain) : -1;
        Py_XDECREF(chain);
    }
    if (result == 0) {
        PyObject *last = PyList_GET_ITEM(chains, PyList_GET_SIZE(chains) - 1);
        result = PyList_Append(last, bucket);
    }
    Py_DECREF(bucket);
    guard_read(snapshot->map); /* the visit goes on to look at the map */
    return result == 0 ? GM_OK : GM_CALL_FAILED;
}

/* A list of lists as a tuple of tuples; steals. */
static PyObject *
frozen(PyObject *chains)
{
    for (Py_ssize_t i = 0; chains != NULL && i < PyList_GET_SIZE(chains); i++) {
        PyObject *chain = PyList_AsTuple(PyList_GET_ITEM(chains, i));
        if (chain == NULL) {
            Py_CLEAR(chains);
            break;
        }
        PyList_SetItem(chains, i, chain);
    }
    PyObject *tuple = chains != NULL ? PyList_AsTuple(chains) : NULL;
    Py_XDECREF(chains);
    return tuple;
}

static void
snapshot_fini(Snapshot *snapshot)
{
    Py_CLEAR(snapshot->chains[0]);
    Py_CLEAR(snapshot->chains[1]);
}

/* Header and buckets of one instant: tries again when the map changed. */
static int
take_snapshot(MapObject *map, gm_header *header, Snapshot *snapshot)
{
    for (int restarts = 0; restarts < GM_MAX_RESTARTS; restarts++) {
        *snapshot = (Snapshot){map, {PyList_New(0), PyList_New(0)}, 0};
        if (snapshot->chains[0] == NULL || snapshot->chains[1] == NULL) {
            break;
        }
        guard_read(map);
        snapshot->version = gm_version(map->map);
        gm_read_header(map->map, header);
        gm_status status = gm_visit(map->map, see_bucket, snapshot);
        if (status == GM_OK) {
            return 0;
        }
        if (status != GM_CHANGED) {
            break;
        }
        snapshot_fini(snapshot);
    }
    snapshot_fini(snapshot);
    return PyErr_Occurred() ? -1 : err_status(map, GM_CHANGED);
}

static PyObject *
hmap_object(MapObject *map, const gm_header *header, Snapshot *snapshot)
{
    PyObject *buckets = header->has_buckets ? frozen(snapshot->chains[0]) : Py_NewRef(Py_None);
    PyObject *old = header->growing ? frozen(snapshot->chains[1]) : Py_NewRef(Py_None);
    if (!header->has_buckets) {
        Py_DECREF(snapshot->chains[0]);
    }
    if (!header->growing) {
        Py_DECREF(snapshot->chains[1]);
    }
    PyObject *values[] = {
        PyLong_FromUnsignedLongLong(header->count),
        PyLong_FromLong(header->flags),
        PyLong_FromLong(header->B),
        PyLong_FromLong(header->noverflow),
        PyLong_FromUnsignedLongLong(header->hash0),
        PyLong_FromSize_t(header->nevacuate),
        PyBool_FromLong(header->growing),
        PyBool_FromLong(header->same_size_grow),
        buckets,
        old,
        header->has_next_overflow ? PyLong_FromSize_t(header->next_overflow) : Py_NewRef(Py_None),
    };
    PyObject *hmap = PyStructSequence_New(state_of(map)->hmap_type);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(values); i++) {
        if (values[i] == NULL || hmap == NULL) {
            Py_XDECREF(values[i]);
            Py_CLEAR(hmap);
        }
        else {
            PyStructSequence_SetItem(hmap, (Py_ssize_t)i, values[i]);
        }
    }
    return hmap;
}

/* A map with an engine, unless it is nil. */
static MapObject *
map_arg(PyObject *module, PyObject *object, const char *function)
{
    MapObject *map = map_argument(module, object, function);
    return map == NULL || map->nil || map_ensure(map) == 0 ? map : NULL;
}

PyDoc_STRVAR(hmap_doc, "hmap(m, /)\n--\n\n\
The map's header and every bucket, as they are now: a frozen Hmap.  O(buckets).\n\
\n\
The map is not touched: no evacuation, no iterator flag.\n\
\n\
>>> from gomap import Map, inspect\n\
>>> h = inspect.hmap(Map[int, int]({1: 10}))\n\
>>> h.count, h.B, h.buckets[0][0].elems[0]\n\
(1, 0, 10)\n");

static PyObject *
inspect_hmap(PyObject *module, PyObject *object)
{
    MapObject *map = map_arg(module, object, "hmap");
    gm_header header = {.buckets = 1};
    Snapshot snapshot;
    if (map == NULL) {
        return NULL;
    }
    if (map->map == NULL) {
        snapshot = (Snapshot){map, {PyList_New(0), PyList_New(0)}, 0};
    }
    else if (take_snapshot(map, &header, &snapshot) < 0) {
        return NULL;
    }
    return hmap_object(map, &header, &snapshot);
}

/* ---- stats --------------------------------------------------------------------------- */

static int
put(PyObject *dict, const char *name, PyObject *value)
{
    int result = value != NULL ? PyDict_SetItemString(dict, name, value) : -1;
    Py_XDECREF(value);
    return result;
}

static PyObject *
list_of(const uint64_t *numbers, size_t n)
{
    PyObject *list = PyList_New((Py_ssize_t)n);
    for (size_t i = 0; list != NULL && i < n; i++) {
        PyObject *number = PyLong_FromUnsignedLongLong(numbers[i]);
        if (number == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, (Py_ssize_t)i, number);
    }
    return list;
}

static int
put_numbers(PyObject *dict, const gm_stats *s)
{
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        {"count", s->header.count},
        {"B", s->header.B},
        {"flags", s->header.flags},
        {"noverflow", s->header.noverflow},
        {"hash0", s->header.hash0},
        {"nevacuate", s->header.nevacuate},
        {"buckets", s->header.buckets},
        {"old_buckets", s->header.old_buckets},
        {"overflow_buckets", s->overflow_buckets},
        {"old_overflow_buckets", s->old_overflow_buckets},
        {"chains", s->chains},
        {"chains_with_overflow", s->chains_with_overflow},
        {"bucket_total", s->bucket_total},
        {"hit_total", s->hit_total},
        {"bucket_size", s->bucket_size},
        {"key_size", s->key_size},
        {"elem_size", s->elem_size},
        {"bytes_buckets", s->bytes_buckets},
        {"bytes_overflow", s->bytes_overflow},
        {"bytes_old", s->bytes_old},
        {"bytes_spare", s->bytes_spare},
        {"bytes_empty_slots", s->bytes_empty_slots},
        {"doublings", s->doublings},
        {"same_size_growths", s->same_size_growths},
        {"reseeds", s->reseeds},
        {"evacuated", s->evacuated},
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(numbers); i++) {
        if (put(dict, numbers[i].name, PyLong_FromUnsignedLongLong(numbers[i].value)) < 0) {
            return -1;
        }
    }
    return 0;
}

static void
stats_of_nil(gm_stats *s)
{
    memset(s, 0, sizeof *s);
    s->header.buckets = s->chains = s->bucket_total = 1;
    s->occupancy[0] = 1;
}

/* Chains by overflow buckets, one number for every length there is; new. */
static PyObject *
chain_lengths(MapObject *map, size_t longest)
{
    if (map->map == NULL) {
        return Py_BuildValue("[i]", 1);
    }
    uint64_t *counts = PyMem_New(uint64_t, longest + 1);
    if (counts == NULL) {
        return PyErr_NoMemory();
    }
    guard_read(map);
    gm_chain_lengths(map->map, counts, longest + 1);
    PyObject *list = list_of(counts, longest + 1);
    PyMem_Free(counts);
    return list;
}

PyDoc_STRVAR(numbers_doc, "numbers(m, /)\n--\n\n\
The engine's plain figures as a dict; gomap.inspect.stats makes them readable.");

static PyObject *
inspect_numbers(PyObject *module, PyObject *object)
{
    MapObject *map = map_arg(module, object, "numbers");
    gm_stats stats;
    if (map == NULL) {
        return NULL;
    }
    if (map->map == NULL) {
        stats_of_nil(&stats);
    }
    else {
        guard_read(map);
        gm_read_stats(map->map, &stats);
    }
    PyObject *dict = PyDict_New();
    if (dict == NULL || put_numbers(dict, &stats) < 0 ||
        put(dict, "growing", PyBool_FromLong(stats.header.growing)) < 0 ||
        put(dict, "same_size_grow", PyBool_FromLong(stats.header.same_size_grow)) < 0 ||
        put(dict, "occupancy", list_of(stats.occupancy, GM_BUCKET_CELLS + 1)) < 0 ||
        put(dict, "chain_lengths", chain_lengths(map, stats.longest_chain)) < 0 ||
        put(dict, "tophash_counts", list_of(stats.tophash_counts, 256)) < 0) {
        Py_CLEAR(dict);
    }
    return dict;
}

/* ---- iterate, validate ------------------------------------------------------------------ */

PyDoc_STRVAR(iterate_doc, "iterate(m, /, start_bucket, offset)\n--\n\n\
An iterator of (key, element) in the order that Go gives from that start.\n\
\n\
It sets the iterator flags when it is made, as every iterator does.  Raises\n\
ValueError unless 0 <= start_bucket < 2**B and 0 <= offset < 8.\n\
\n\
>>> from gomap import Map, inspect\n\
>>> list(inspect.iterate(Map[int, int]({1: 10}), 0, 0))\n\
[(1, 10)]\n");

static PyObject *
inspect_iterate(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {"", "start_bucket", "offset", NULL};
    PyObject *object, *start, *offset;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOO:iterate", (char **)(uintptr_t)names,
                                     &object, &start, &offset)) {
        return NULL;
    }
    MapObject *map = map_arg(module, object, "iterate");
    return map != NULL ? iter_new_at(map, start, offset) : NULL;
}

PyDoc_STRVAR(validate_doc, "validate(m, /)\n--\n\n\
The first broken invariant of the map in words, or None.  O(buckets).\n\
\n\
>>> from gomap import Map, inspect\n\
>>> inspect.validate(Map[int, int]({1: 10})) is None\n\
True\n");

static PyObject *
inspect_validate(PyObject *module, PyObject *object)
{
    MapObject *map = map_arg(module, object, "validate");
    char message[200];
    if (map == NULL) {
        return NULL;
    }
    guard_read(map);
    if (map->map == NULL || gm_validate(map->map, message, sizeof message)) {
        Py_RETURN_NONE;
    }
    return PyUnicode_FromString(message);
}

PyMethodDef introspect_functions[] = {
    {"hmap", inspect_hmap, METH_O, hmap_doc},
    {"numbers", inspect_numbers, METH_O, numbers_doc},
    {"iterate", (PyCFunction)(void (*)(void))inspect_iterate, METH_VARARGS | METH_KEYWORDS,
     iterate_doc},
    {"validate", inspect_validate, METH_O, validate_doc},
    {NULL, NULL, 0, NULL},
};
