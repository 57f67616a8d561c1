/* introspect.c: what gomap.inspect is made of: snapshots, plain numbers, where an
 * iterator stands, the check of invariants.
 */
#include "snapshot.h"

/* A map with an engine, unless it is nil. */
static MapObject *
map_arg(PyObject *module, PyObject *object, const char *function)
{
    MapObject *map = map_argument(module, object, function);
    int result = 0;
    if (map != NULL && !map->nil) {
        MAP_LOCK(map);
        result = map_ensure(map);
        MAP_UNLOCK();
    }
    return result == 0 ? map : NULL;
}

PyDoc_STRVAR(hmap_doc, "hmap(m, /, most=None)\n--\n\n\
The map's header and every bucket, as they are now: a frozen Hmap.  O(buckets).\n\
\n\
With `most`, of an array of more than so many chains only the first and the last,\n\
`most` in all (a Bucket's index tells which): O(most).  The map is not touched: no\n\
evacuation, no iterator flag.  Raises ValueError for a `most` below 2.\n\
\n\
>>> from gomap import Map, inspect\n\
>>> h = inspect.hmap(Map[int, int]({1: 10}))\n\
>>> h.count, h.B, h.buckets[0][0].elems[0]\n\
(1, 0, 10)\n\
>>> h = inspect.hmap(Map[int, int](hint=1_000_000), most=4)\n\
>>> [chain[0].index for chain in h.buckets]\n\
[0, 1, 262142, 262143]\n");

/* A number of chains; 0: raised. */
static size_t
most_arg(PyObject *object)
{
    if (object == Py_None) {
        return SIZE_MAX;
    }
    Py_ssize_t most = PyNumber_AsSsize_t(object, NULL); /* saturates */
    if (most < 2 && !PyErr_Occurred()) {
        PyErr_Format(PyExc_ValueError, "hmap: most must be at least 2, not %R", object);
    }
    return PyErr_Occurred() ? 0 : (size_t)most;
}

static PyObject *
inspect_hmap(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {"", "most", NULL};
    PyObject *object, *most_object = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:hmap", (char **)(uintptr_t)names, &object,
                                     &most_object)) {
        return NULL;
    }
    MapObject *map = map_arg(module, object, "hmap");
    size_t most = map != NULL ? most_arg(most_object) : 0;
    PyObject *hmap = NULL;
    if (most > 0) {
        MAP_LOCK(map);
        hmap = snapshot_hmap(map, most);
        MAP_UNLOCK();
    }
    return hmap;
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
        {"key_size", s->header.key_size},
        {"elem_size", s->header.elem_size},
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
    s->occupancy[0] = s->chain_lengths[0] = 1;
}

typedef struct {
    MapObject *map;
    PyObject *call;
} Progress;

/* gm_progress's `tell`: calls the caller's function. */
static bool
tell_progress(void *context, double fraction)
{
    Progress *progress = context;
    PyObject *result = PyObject_CallFunction(progress->call, "d", fraction);
    Py_XDECREF(result);
    guard_read(progress->map); /* the walk goes on */
    return result != NULL;
}

/* A walk takes its time: it begins anew less often than an operation on one key. */
enum { MOST_WALKS = 10 };

/* The figures of one instant: begins anew when the progress's code changes the map. */
static int
read_stats(MapObject *map, PyObject *call, gm_stats *stats)
{
    Progress progress = {map, call};
    if (map->map == NULL) {
        stats_of_nil(stats);
        return 0;
    }
    gm_status status = GM_CHANGED;
    for (int walks = 0; status == GM_CHANGED && walks < MOST_WALKS; walks++) {
        guard_read(map);
        status = gm_read_stats(map->map, stats,
                               call != Py_None ? &(gm_progress){tell_progress, &progress} : NULL);
    }
    return status == GM_OK ? 0 : status == GM_CALL_FAILED ? -1 : err_status(map, status);
}

/* Chains by overflow buckets, one number for every length there is: of `stats`, or,
 * where some are too long for it, counted right after it.  PyMem; NULL: raised. */
static uint64_t *
chain_lengths(MapObject *map, const gm_stats *stats)
{
    size_t n = stats->longest_chain + 1;
    uint64_t *lengths = PyMem_New(uint64_t, n);
    if (lengths == NULL) {
        PyErr_NoMemory();
    }
    else if (n > GM_STATS_LENGTHS) {
        gm_chain_lengths(map->map, lengths, n);
    }
    else {
        memcpy(lengths, stats->chain_lengths, n * sizeof *lengths);
    }
    return lengths;
}

PyDoc_STRVAR(numbers_doc, "numbers(m, progress, /)\n--\n\n\
The engine's plain figures as a dict; gomap.inspect.stats makes them readable.");

static PyObject *
inspect_numbers(PyObject *module, PyObject *args)
{
    PyObject *object, *call;
    gm_stats stats;
    if (!PyArg_ParseTuple(args, "OO:numbers", &object, &call)) {
        return NULL;
    }
    MapObject *map = map_arg(module, object, "stats");
    uint64_t *lengths = NULL;
    if (map != NULL) {
        MAP_LOCK(map);
        lengths = read_stats(map, call, &stats) == 0 ? chain_lengths(map, &stats) : NULL;
        MAP_UNLOCK();
    }
    PyObject *dict = lengths != NULL ? PyDict_New() : NULL;
    if (dict != NULL &&
        (put_numbers(dict, &stats) < 0 ||
         put(dict, "growing", PyBool_FromLong(stats.header.growing)) < 0 ||
         put(dict, "same_size_grow", PyBool_FromLong(stats.header.same_size_grow)) < 0 ||
         put(dict, "occupancy", list_of(stats.occupancy, GM_BUCKET_CELLS + 1)) < 0 ||
         put(dict, "chain_lengths", list_of(lengths, stats.longest_chain + 1)) < 0 ||
         put(dict, "tophash_counts", list_of(stats.tophash_counts, 256)) < 0)) {
        Py_CLEAR(dict);
    }
    PyMem_Free(lengths);
    return dict;
}

PyDoc_STRVAR(chain_counts_doc, "chain_counts(m, /)\n--\n\n\
Entries in each chain, a byte each: of the present array, and of the old one or\n\
None.  254 stands for as many or more, 255 for an old chain that has been\n\
evacuated.  O(buckets).\n\
\n\
>>> from gomap import Map, inspect\n\
>>> inspect.chain_counts(Map[int, int]({1: 10}))\n\
(b'\\x01', None)\n");

/* The counts of one array; new. */
static PyObject *
counts_object(MapObject *map, bool old, size_t n)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)n);
    if (bytes != NULL) {
        gm_chain_counts(map->map, old, (uint8_t *)PyBytes_AS_STRING(bytes), n);
    }
    return bytes;
}

static PyObject *
counts_of(MapObject *map)
{
    gm_header header;
    if (map->map == NULL) {
        return Py_BuildValue("(y#O)", "", (Py_ssize_t)1, Py_None);
    }
    guard_read(map);
    gm_read_header(map->map, &header);
    PyObject *counts = counts_object(map, false, header.buckets);
    PyObject *old =
        header.growing ? counts_object(map, true, header.old_buckets) : Py_NewRef(Py_None);
    if (counts == NULL || old == NULL) {
        Py_XDECREF(counts);
        Py_XDECREF(old);
        return NULL;
    }
    return Py_BuildValue("(NN)", counts, old);
}

static PyObject *
inspect_chain_counts(PyObject *module, PyObject *object)
{
    MapObject *map = map_arg(module, object, "chain_counts");
    PyObject *counts = NULL;
    if (map != NULL) {
        MAP_LOCK(map);
        counts = counts_of(map);
        MAP_UNLOCK();
    }
    return counts;
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
    return map != NULL ? iter_new_at_locked(map, start, offset) : NULL;
}

PyDoc_STRVAR(cursor_doc, "cursor(it, /)\n--\n\n\
Where an iterator stands, as a dict; gomap.inspect.cursor makes it readable.");

static PyObject *
inspect_cursor(PyObject *module, PyObject *object)
{
    static const char *const arrays[] = {"new", "old", "left"};
    const ModuleState *state = PyModule_GetState(module);
    gm_cursor at = {.start_bucket = 0};
    if (!Py_IS_TYPE(object, state->iter_type)) {
        return PyErr_Format(PyExc_TypeError, "cursor: expected a Map's iterator, not %s",
                            Py_TYPE(object)->tp_name);
    }
    IterObject *self = (IterObject *)object;
    bool live = iter_read_locked(self, &at);
    PyObject *dict = Py_BuildValue(
        "{s:n,s:i,s:O,s:O}", "start_bucket", (Py_ssize_t)at.start_bucket, "offset", (int)at.offset,
        "wrapped", at.wrapped ? Py_True : Py_False, "done", live ? Py_False : Py_True);
    if (dict != NULL && at.started &&
        (put(dict, "bucket", PyLong_FromSize_t(at.bucket)) < 0 ||
         put(dict, "position", PyLong_FromSize_t(at.position)) < 0 ||
         put(dict, "slot", PyLong_FromLong(at.cell)) < 0 ||
         put(dict, "array", PyUnicode_FromString(arrays[at.array])) < 0)) {
        Py_CLEAR(dict);
    }
    return dict;
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
    bool valid;
    if (map == NULL) {
        return NULL;
    }
    MAP_LOCK(map);
    guard_read(map);
    valid = map->map == NULL || gm_validate(map->map, message, sizeof message);
    MAP_UNLOCK();
    return valid ? Py_NewRef(Py_None) : PyUnicode_FromString(message);
}

PyMethodDef introspect_functions[] = {
    {"hmap", (PyCFunction)(void (*)(void))inspect_hmap, METH_VARARGS | METH_KEYWORDS, hmap_doc},
    {"numbers", inspect_numbers, METH_VARARGS, numbers_doc},
    {"chain_counts", inspect_chain_counts, METH_O, chain_counts_doc},
    {"cursor", inspect_cursor, METH_O, cursor_doc},
    {"iterate", (PyCFunction)(void (*)(void))inspect_iterate, METH_VARARGS | METH_KEYWORDS,
     iterate_doc},
    {"validate", inspect_validate, METH_O, validate_doc},
    {NULL, NULL, 0, NULL},
};
