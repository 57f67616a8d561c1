/* snapshot.c: see snapshot.h.
 *
 * Snapshots are struct sequences: tuples with names that cannot be changed.
 */
#include "snapshot.h"

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

/* A boxed element that its assignment has yet to store is NULL. */
static bool
is_filled(const MapObject *map, const void *slot, bool key)
{
    return slot != NULL && (key || !map->spec->elem.boxed || *(PyObject *const *)slot != NULL);
}

static int
fill_cells(MapObject *map, PyObject *tuple, const void *const *slots, bool keys)
{
    for (int i = 0; i < GM_BUCKET_CELLS; i++) {
        PyObject *object = !is_filled(map, slots[i], keys) ? Py_NewRef(Py_None)
                           : keys ? key_box(map->spec, is_hashed(map), slots[i])
                                  : elem_box(map->spec, slots[i]);
        if (object == NULL) {
            return -1;
        }
        PyTuple_SET_ITEM(tuple, i, object);
    }
    return 0;
}

static gm_status
bucket_object(const Snapshot *snapshot, const gm_bucket_view *view, PyObject **out)
{
    MapObject *map = snapshot->map;
    PyObject *bucket = PyStructSequence_New(state_of(map)->bucket_type);
    PyObject *keys = PyTuple_New(GM_BUCKET_CELLS), *elems = PyTuple_New(GM_BUCKET_CELLS);
    PyObject *place =
        view->preallocated < 0 ? Py_NewRef(Py_None) : PyLong_FromLongLong(view->preallocated);
    PyObject *index = PyLong_FromSize_t(view->chain);
    PyObject *tophash = PyBytes_FromStringAndSize((const char *)view->tophash, GM_BUCKET_CELLS);
    if (bucket == NULL || keys == NULL || elems == NULL || place == NULL || index == NULL ||
        tophash == NULL || fill_cells(map, keys, view->key, true) < 0 ||
        fill_cells(map, elems, view->elem, false) < 0) {
        goto failed;
    }
    PyStructSequence_SetItem(bucket, 0, index);
    PyStructSequence_SetItem(bucket, 1, tophash);
    PyStructSequence_SetItem(bucket, 2, keys);
    PyStructSequence_SetItem(bucket, 3, elems);
    PyStructSequence_SetItem(bucket, 4, place);
    PyObject_GC_Track(bucket); /* PyStructSequence_New leaves that to its caller */
    *out = bucket;
    return GM_OK;
failed:
    Py_XDECREF(bucket);
    Py_XDECREF(tophash);
    Py_XDECREF(keys);
    Py_XDECREF(elems);
    Py_XDECREF(place);
    Py_XDECREF(index);
    return GM_CALL_FAILED;
}

gm_status
snapshot_see(void *context, const gm_bucket_view *view)
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

int
snapshot_init(Snapshot *snapshot, MapObject *map)
{
    *snapshot = (Snapshot){map, {PyList_New(0), PyList_New(0)}};
    if (snapshot->chains[0] != NULL && snapshot->chains[1] != NULL) {
        return 0;
    }
    snapshot_fini(snapshot);
    return -1;
}

void
snapshot_fini(Snapshot *snapshot)
{
    Py_CLEAR(snapshot->chains[0]);
    Py_CLEAR(snapshot->chains[1]);
}

/* Header and buckets of one instant: no Python code runs meanwhile, so without the
 * collector, which up to CPython 3.11 any new container may start. */
static int
take_snapshot(MapObject *map, size_t most, gm_header *header, Snapshot *snapshot)
{
    if (snapshot_init(snapshot, map) < 0) {
        return -1;
    }
    guard_read(map);
    const int collects = PyGC_Disable();
    gm_read_header(map->map, header);
    gm_status status = gm_visit(map->map, most, snapshot_see, snapshot);
    if (collects) {
        PyGC_Enable();
    }
    if (status != GM_OK) {
        snapshot_fini(snapshot);
        return -1;
    }
    return 0;
}

PyObject *
snapshot_tuple(PyTypeObject *type, PyObject *const *values, size_t n)
{
    PyObject *tuple = PyStructSequence_New(type);
    for (size_t i = 0; i < n; i++) {
        if (values[i] == NULL || tuple == NULL) {
            Py_XDECREF(values[i]);
            Py_CLEAR(tuple);
        }
        else {
            PyStructSequence_SetItem(tuple, (Py_ssize_t)i, values[i]);
        }
    }
    if (tuple != NULL) {
        PyObject_GC_Track(tuple);
    }
    return tuple;
}

PyObject *
snapshot_finish(Snapshot *snapshot, const gm_header *header)
{
    const ModuleState *state = state_of(snapshot->map);
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
    return snapshot_tuple(state->hmap_type, values, Py_ARRAY_LENGTH(values));
}

PyObject *
snapshot_hmap(MapObject *map, size_t most)
{
    gm_header header = {.buckets = 1};
    Snapshot snapshot;
    int result = map->map != NULL ? take_snapshot(map, most, &header, &snapshot)
                                  : snapshot_init(&snapshot, map);
    return result == 0 ? snapshot_finish(&snapshot, &header) : NULL;
}
