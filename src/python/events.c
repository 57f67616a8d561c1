/* events.c: what happens to a map, as a list of events, for gomap.inspect.record.
 *
 *   engine ── see_event ──▶ told: plain memory ── record_deliver ──▶ Event ──▶ lists
 *
 * The engine tells of a change in the middle of an operation, perhaps without the
 * interpreter lock: nothing is made there but a copy.  Objects are made at the
 * operation's end, where Python code may run.
 */
#include "events.h"

#include "snapshot.h"
#include "told.h"

static PyStructSequence_Field event_fields[] = {
    {"kind", "assign update delete clear reseed grow same_size_grow evacuate grow_done rebuild."},
    {"key", "The entry's key, of assign, update and delete; else None."},
    {"array", "'new' or 'old': the array that `bucket` is in; None without one."},
    {"bucket", "Index of the chain that was changed or evacuated, or None."},
    {"position", "The place in that chain of the entry's bucket, 0 first, or None."},
    {"slot", "The entry's slot, 0 to 7, or None."},
    {"moved_x", "Entries that an evacuation moved to the same index, else 0."},
    {"moved_y", "Entries that it moved to the index + number of old buckets, else 0."},
    {"count", "Entries, after the event, as all that follows."},
    {"B", "log2 of the number of buckets."},
    {"flags", "iterator 1, oldIterator 2, hashWriting 4, sameSizeGrow 8."},
    {"noverflow", "Overflow buckets; an estimate from B = 16 on."},
    {"nevacuate", "Old buckets below this number have been evacuated."},
    {"growing", "True while old buckets are being evacuated."},
    {"hash0", "The hash seed."},
    {"load_factor", "Entries per bucket."},
    {"bytes_total", "What sys.getsizeof says of the map."},
    {"state", "The whole map, an Hmap, if states were asked for; else None."},
    {NULL, NULL},
};

PyStructSequence_Desc event_desc = {
    .name = "gomap.inspect.Event",
    .doc = "One thing that happened to a map, and the map's figures after it.",
    .fields = event_fields,
    .n_in_sequence = 18,
};

struct Recording {
    PyObject *lists;       /* of (list, number of the first event that goes to it); new */
    Told *told;            /* a queue: */
    size_t first, n, room; /* told[first] up to told[n - 1] wait to be delivered */
    uint64_t delivered;    /* the number of told[first] */
    long states;           /* recordings that want them */
    bool delivering;       /* whoever does it takes what comes in meanwhile, too */
    bool lost;             /* there was no memory for an event */
    size_t own;            /* bytes of the map as an object, the engine's apart */
};

static Told *
next_told(struct Recording *recording)
{
    if (recording->n == recording->room) {
        size_t room = 2 * recording->room + 8;
        Told *grown = PyMem_RawRealloc(recording->told, room * sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        recording->told = grown;
        recording->room = room;
    }
    return &recording->told[recording->n];
}

/* gm_recorder's `see`. */
static void
see_event(void *context, const gm_event *event)
{
    MapObject *self = context;
    struct Recording *recording = self->recording;
    Told *told = next_told(recording);
    if (told == NULL || !told_init(told, self, event, recording->states > 0)) {
        recording->lost = true;
        return;
    }
    recording->n++;
}

void
record_new_key(MapObject *self, const void *slot, const PyObject *displaced)
{
    struct Recording *recording = self->recording;
    Told *told = recording->n > recording->first ? &recording->told[recording->n - 1] : NULL;
    BoxedKey *key = told != NULL ? (BoxedKey *)(void *)told->key : NULL;
    if (told != NULL && told->event.kind == GM_UPDATED && key->object == displaced) {
        PyObject *old = key->object;
        *key = *(const BoxedKey *)slot;
        Py_INCREF(key->object);
        Py_DECREF(old); /* never the last: the caller has one */
    }
}

/* ---- as objects ----------------------------------------------------------------------------- */

/* The state that was copied; new. */
static PyObject *
still_hmap(MapObject *self, const Told *told)
{
    Snapshot snapshot;
    if (snapshot_init(&snapshot, self) < 0) {
        return NULL;
    }
    for (size_t i = 0; i < told->n; i++) {
        const StillBucket *still = &told->buckets[i];
        gm_bucket_view view = {.old = still->old,
                               .chain = still->chain,
                               .position = still->position,
                               .tophash = still->tophash,
                               .preallocated = still->preallocated};
        for (unsigned c = 0; c < GM_BUCKET_CELLS; c++) {
            bool filled = still->filled >> c & 1;
            view.key[c] = filled ? still->key[c] : NULL;
            view.elem[c] = filled ? still->elem[c] : NULL;
        }
        if (snapshot_see(&snapshot, &view) != GM_OK) {
            snapshot_fini(&snapshot);
            return NULL;
        }
    }
    return snapshot_finish(&snapshot, &told->after);
}

/* An entry's element is stored only after the event.  Of the `last` one, told when
 * the operation is over, the map itself can be asked. */
static PyObject *
state_object(MapObject *self, const Told *told, bool last)
{
    bool stores = told->event.kind == GM_ASSIGNED || told->event.kind == GM_UPDATED;
    if (!told->wants_state) {
        return Py_NewRef(Py_None);
    }
    return last && stores && gm_version(self->map) == told->version ? snapshot_hmap(self, SIZE_MAX)
                                                                    : still_hmap(self, told);
}

static PyObject *
number_or_none(bool there, size_t number)
{
    return there ? PyLong_FromSize_t(number) : Py_NewRef(Py_None);
}

static PyObject *
event_object(MapObject *self, const Told *told, bool last)
{
    static const char *const kinds[] = {"assign",    "update", "delete",         "clear",
                                        "reseed",    "grow",   "same_size_grow", "evacuate",
                                        "grow_done", "rebuild"};
    const gm_event *event = &told->event;
    const gm_header *after = &told->after;
    const bool entry = event->key != NULL, chain = entry || event->kind == GM_EVACUATED_BUCKET;
    PyObject *values[] = {
        PyUnicode_FromString(kinds[event->kind]),
        entry ? key_box(self->spec, is_hashed(self), told->key) : Py_NewRef(Py_None),
        chain ? PyUnicode_FromString(event->in_old ? "old" : "new") : Py_NewRef(Py_None),
        number_or_none(chain, event->bucket),
        number_or_none(entry, event->position),
        number_or_none(entry, event->cell),
        PyLong_FromSize_t(event->moved[0]),
        PyLong_FromSize_t(event->moved[1]),
        PyLong_FromUnsignedLongLong(after->count),
        PyLong_FromLong(after->B),
        PyLong_FromLong(after->flags),
        PyLong_FromLong(after->noverflow),
        PyLong_FromSize_t(after->nevacuate),
        PyBool_FromLong(after->growing),
        PyLong_FromUnsignedLongLong(after->hash0),
        PyFloat_FromDouble((double)after->count / (double)after->buckets),
        PyLong_FromSize_t(self->recording->own + after->memory),
        state_object(self, told, last),
    };
    return snapshot_tuple(state_of(self)->event_type, values, Py_ARRAY_LENGTH(values));
}

/* ---- delivery ------------------------------------------------------------------------------- */

/* event_object without a collection in its middle (up to CPython 3.11 any allocation may
 * begin one): what it runs could write to the map, so that each event made another. */
static PyObject *
event_alone(MapObject *self, const Told *told, bool last)
{
    const int collects = PyGC_Disable();
    PyObject *event = event_object(self, told, last);
    if (collects) {
        PyGC_Enable();
    }
    return event;
}

/* Event number `number`, told[first + i], to one list, or with NULL to all lists that
 * were there when it happened. */
static void
deliver_one(MapObject *self, const Told *told, uint64_t number, bool last, PyObject *only)
{
    PyObject *event = event_alone(self, told, last), *lists = self->recording->lists;
    int result = event != NULL ? 0 : -1;
    if (result == 0 && only != NULL) {
        result = PyList_Append(only, event);
    }
    for (Py_ssize_t i = 0; result == 0 && only == NULL && i < PyList_GET_SIZE(lists); i++) {
        PyObject *entry = Py_NewRef(PyList_GET_ITEM(lists, i)); /* it may be taken out */
        if (PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(entry, 1)) <= number) {
            result = PyList_Append(PyTuple_GET_ITEM(entry, 0), event);
        }
        Py_DECREF(entry);
    }
    Py_XDECREF(event);
    if (result < 0) {
        PyErr_Clear();
        self->recording->lost = true;
    }
}

/* Is there anything?  A batch without the interpreter lock may be adding to it. */
static bool
is_told(MapObject *self)
{
    struct Recording *recording = self->recording;
    guard_write(self);
    if (recording->first == recording->n) {
        recording->first = recording->n = 0;
    }
    return recording->n > 0;
}

void
record_deliver(MapObject *self)
{
    struct Recording *recording = self->recording;
    PyObject *type, *value, *traceback;
    if (recording->delivering) {
        return;
    }
    PyErr_Fetch(&type, &value, &traceback);
    recording->delivering = true;
    while (is_told(self)) {
        Told told = recording->told[recording->first]; /* the queue itself may move */
        bool last = recording->first + 1 == recording->n;
        deliver_one(self, &told, recording->delivered, last, NULL);
        recording->delivered++;
        recording->first++;
        told_fini(&told, self->spec);
    }
    recording->delivering = false;
    PyErr_Restore(type, value, traceback);
}

/* To a list that is taken out while others are delivered to: all that waits. */
static void
deliver_rest(MapObject *self, PyObject *list, uint64_t from)
{
    struct Recording *recording = self->recording;
    guard_write(self);
    for (uint64_t n = recording->delivered;; n++) {
        size_t at = recording->first + (size_t)(n - recording->delivered);
        if (n < recording->delivered || at >= recording->n) {
            break;
        }
        if (n >= from) {
            Told told = recording->told[at];
            deliver_one(self, &told, n, at + 1 == recording->n, list);
            guard_write(self);
        }
    }
}

/* ---- beginning and end -------------------------------------------------------------------- */

/* What sys.getsizeof(self) says beyond the engine's bytes: the collector's header,
 * an instance's dict, and the like. */
static int
measure_object(MapObject *self, size_t *own)
{
    /* not by PySys_GetObject, which says nothing when it finds no memory */
    PyObject *sys = PyImport_ImportModule("sys");
    PyObject *size = sys != NULL ? PyObject_CallMethod(sys, "getsizeof", "O", self) : NULL;
    size_t all = size != NULL ? PyLong_AsSize_t(size) : (size_t)-1;
    Py_XDECREF(sys);
    Py_XDECREF(size);
    if (PyErr_Occurred()) {
        return -1;
    }
    guard_read(self);
    size_t engine = gm_memory(self->map);
    *own = all > engine ? all - engine : 0; /* a subclass's __sizeof__ may say anything */
    return 0;
}

static int
recording_ensure(MapObject *self)
{
    if (self->recording != NULL) {
        return 0;
    }
    size_t own;
    if (measure_object(self, &own) < 0) {
        return -1;
    }
    struct Recording *recording = PyMem_Calloc(1, sizeof *recording);
    PyObject *lists = PyList_New(0);
    if (recording == NULL || lists == NULL || self->recording != NULL) {
        PyMem_Free(recording);
        Py_XDECREF(lists);
        if (self->recording != NULL) { /* begun by code that ran meanwhile */
            return 0;
        }
        PyErr_NoMemory();
        return -1;
    }
    recording->lists = lists;
    recording->own = own;
    self->recording = recording;
    map_set_engine(self, self->map);
    map_track(self);
    return 0;
}

static void
stop_telling(MapObject *self)
{
    guard_write(self);
    gm_record(self->map, NULL);
    self->recording->states = 0;
}

int
record_traverse(MapObject *self, visitproc visit, void *arg)
{
    if (self->recording != NULL) {
        Py_VISIT(self->recording->lists);
    }
    return 0;
}

void
record_end(MapObject *self)
{
    if (self->recording != NULL) {
        stop_telling(self);
        PyList_SetSlice(self->recording->lists, 0, PY_SSIZE_T_MAX, NULL);
    }
}

void
record_fini(MapObject *self)
{
    struct Recording *recording = self->recording;
    if (recording == NULL) {
        return;
    }
    self->recording = NULL;
    for (size_t i = recording->first; i < recording->n; i++) {
        told_fini(&recording->told[i], self->spec);
    }
    PyMem_RawFree(recording->told);
    Py_DECREF(recording->lists);
    PyMem_Free(recording);
}

/* Takes entry number i out of the list, which needs no memory; new. */
static PyObject *
take_out(PyObject *lists, Py_ssize_t i)
{
    const Py_ssize_t last = PyList_GET_SIZE(lists) - 1;
    PyObject *entry = PyList_GET_ITEM(lists, i);
    for (; i < last; i++) {
        PyList_SET_ITEM(lists, i, PyList_GET_ITEM(lists, i + 1));
    }
    Py_SET_SIZE(lists, last);
    return entry;
}

/* The list gets what happens from now on. */
static int
begin(MapObject *self, PyObject *events)
{
    struct Recording *recording = self->recording;
    PyObject *lists = recording->lists;
    record_deliver(self);
    guard_write(self);
    uint64_t from = recording->delivered + (recording->n - recording->first);
    PyObject *entry = Py_BuildValue("(OK)", events, (unsigned long long)from);
    int result = entry != NULL ? PyList_Append(lists, entry) : -1;
    Py_XDECREF(entry);
    if (result < 0) {
        return -1;
    }
    guard_write(self);
    gm_status status = gm_record(self->map, &(gm_recorder){see_event, self});
    if (status != GM_OK) {
        Py_DECREF(take_out(lists, PyList_GET_SIZE(lists) - 1));
        return err_status(self, status);
    }
    return 0;
}

/* Takes a list out; false if it is not there. */
static bool
end(MapObject *self, PyObject *events)
{
    struct Recording *recording = self->recording;
    PyObject *lists = recording->lists;
    for (Py_ssize_t i = PyList_GET_SIZE(lists) - 1; i >= 0; i--) {
        PyObject *entry = PyList_GET_ITEM(lists, i);
        if (PyTuple_GET_ITEM(entry, 0) == events) { /* the caller has it, too */
            uint64_t from = PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(entry, 1));
            Py_DECREF(take_out(lists, i));
            deliver_rest(self, events, from);
            return true;
        }
    }
    return false;
}

PyDoc_STRVAR(record_start_doc, "record_start(m, events, states, /)\n--\n\n\
From now on what happens to the map goes to the list; gomap.inspect.record\n\
makes it a context manager.  Nothing ever happens to a nil map.");

static PyObject *
record_start(PyObject *module, PyObject *args)
{
    PyObject *object, *events;
    int states;
    if (!PyArg_ParseTuple(args, "OO!p:record_start", &object, &PyList_Type, &events, &states)) {
        return NULL;
    }
    MapObject *map = map_argument(module, object, "record");
    if (map == NULL) {
        return NULL;
    }
    if (map->nil) {
        Py_RETURN_NONE;
    }
    int result;
    MAP_LOCK(map);
    result = map_ensure(map) < 0 || recording_ensure(map) < 0 ? -1 : begin(map, events);
    if (result == 0) {
        map->recording->states += states;
    }
    MAP_UNLOCK();
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

/* False: an event was lost. */
static bool
stop(MapObject *map, PyObject *events, int states)
{
    struct Recording *recording = map->recording;
    if (recording == NULL) {
        return true;
    }
    record_deliver(map);
    if (end(map, events)) {
        recording->states -= states;
    }
    PyObject *lists = recording->lists;
    if (PyList_GET_SIZE(lists) == 0) {
        stop_telling(map);
    }
    bool lost = recording->lost;
    recording->lost = PyList_GET_SIZE(lists) > 0 && lost;
    return !lost;
}

PyDoc_STRVAR(record_stop_doc, "record_stop(m, events, states, /)\n--\n\n\
No longer; True if no event was lost for want of memory.");

static PyObject *
record_stop(PyObject *module, PyObject *const *args, Py_ssize_t n)
{
    if (n != 3 || !PyList_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "record_stop takes a map, a list and a bool");
        return NULL;
    }
    MapObject *map = map_argument(module, args[0], "record");
    int states = PyObject_IsTrue(args[2]);
    bool whole;
    if (map == NULL || states < 0) {
        return NULL;
    }
    MAP_LOCK(map);
    whole = stop(map, args[1], states);
    MAP_UNLOCK();
    return PyBool_FromLong(whole);
}

PyMethodDef record_functions[] = {
    {"record_start", record_start, METH_VARARGS, record_start_doc},
    {"record_stop", (PyCFunction)(void (*)(void))record_stop, METH_FASTCALL, record_stop_doc},
    {NULL, NULL, 0, NULL},
};
