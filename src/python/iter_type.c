/* iter_type.c: iterators over keys, values and items.
 *
 * The engine's iterator sits in the object and pins what it reads; the object
 * keeps the map alive.  The items' pair is reused while only the iterator
 * holds it, as dict's iterators do.
 *
 * Without the interpreter lock an iterator is guarded by its map's lock.  It is asked
 * for through self->map, so there it keeps the map to its own end, not only to the
 * last entry; and nothing is reused, for no count tells who holds an object.
 */
#include "map_type.h"

static IterObject *
iter_alloc(MapObject *map, Show show)
{
    PyTypeObject *type = state_of(map)->iter_type;
    IterObject *self = (IterObject *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->show = show;
    if (show == SHOW_ITEMS && (self->pair = PyTuple_Pack(2, Py_None, Py_None)) == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    self->map = (MapObject *)Py_NewRef((PyObject *)map);
    return self;
}

IterObject *
iter_new_locked(MapObject *map, Show show, bool leave_flags)
{
    IterObject *self = iter_alloc(map, show);
    if (self == NULL) {
        return NULL;
    }
    MAP_LOCK(map);
    if (map->map != NULL) {
        guard_write(map); /* it draws, and sets flags */
        gm_iter_init(&self->iter, map->map, leave_flags);
        self->iter.skips_elems = show == SHOW_KEYS;
    }
    MAP_UNLOCK();
    return self;
}

static gm_status
start_at(IterObject *self, MapObject *map, uint64_t start, uint64_t at)
{
    if (map->map != NULL) {
        guard_write(map);
        return gm_iter_init_at(&self->iter, map->map, start, at);
    }
    return start > 0 || at >= GM_BUCKET_CELLS ? GM_BAD_START : GM_OK;
}

PyObject *
iter_new_at_locked(MapObject *map, PyObject *start_bucket, PyObject *offset)
{
    uint64_t start, at;
    if (map_count_arg(start_bucket, "start_bucket", &start) < 0 ||
        map_count_arg(offset, "offset", &at) < 0) {
        return NULL;
    }
    IterObject *self = iter_alloc(map, SHOW_ITEMS);
    if (self == NULL) {
        return NULL;
    }
    gm_status status;
    MAP_LOCK(map);
    status = start_at(self, map, start, at);
    MAP_UNLOCK();
    if (status != GM_OK) {
        Py_DECREF(self);
        err_status(map, status);
        return NULL;
    }
    return (PyObject *)self;
}

static void
end_engines(IterObject *self, MapObject *map)
{
    guard_read(map);
    gm_iter_fini(&self->iter);
    if (map->map != NULL) {
        map_sweep(map);
    }
}

#ifdef Py_GIL_DISABLED

static inline bool
is_live(const IterObject *self)
{
    return !self->ended;
}

static void
iter_finish(IterObject *self)
{
    if (!self->ended) {
        self->ended = true;
        end_engines(self, self->map);
    }
}

/* For its end, and the collector, which has it to itself. */
static void
iter_let_go(IterObject *self)
{
    MapObject *map = self->map;
    if (map != NULL) {
        MAP_LOCK(map);
        iter_finish(self);
        MAP_UNLOCK();
        Py_CLEAR(self->map);
    }
}

#else

static inline bool
is_live(const IterObject *self)
{
    return self->map != NULL;
}

/* Ends the engine's iterator and lets the map go. */
static void
iter_finish(IterObject *self)
{
    MapObject *map = self->map;
    self->map = NULL;
    if (map != NULL) {
        end_engines(self, map);
        Py_DECREF(map);
    }
}

#define iter_let_go iter_finish

#endif

bool
iter_read_locked(IterObject *self, gm_cursor *at)
{
    MapObject *map = self->map;
    bool live;
    if (map == NULL) {
        return gm_iter_read(&self->iter, at);
    }
    MAP_LOCK(map);
    if (is_live(self)) {
        guard_read(map);
    }
    live = gm_iter_read(&self->iter, at);
    MAP_UNLOCK();
    return live;
}

#ifdef Py_GIL_DISABLED
#define REUSES_PAIRS 0
#else
#define REUSES_PAIRS 1
#endif

#if GOMAP_REUSES_INTS

/* An int of this value, in the object shown last but one if nobody has kept it (the
 * loop's variable still has the last); new. */
static PyObject *
ints_show(Ints *ints, int64_t value)
{
    PyObject *object = ints->last[0];
    if ((value >= -5 && value <= 256) ||
        ints->kept) { /* CPython has one object for each of those */
        return PyLong_FromLongLong(value);
    }
    if (object == NULL) {
        object = PyLong_FromLongLong(INT64_MAX); /* of INT64_DIGITS */
        if (object == NULL) {
            return NULL;
        }
    }
    else if (Py_REFCNT(object) != 1) {
        ints->kept = true;
        return PyLong_FromLongLong(value);
    }
    int_set(object, value);
    ints->last[0] = ints->last[1];
    ints->last[1] = object;
    return Py_NewRef(object);
}

#else
#define ints_show(ints, value) PyLong_FromLongLong(value)
#endif

static void
ints_clear(Ints *ints)
{
    Py_CLEAR(ints->last[0]);
    Py_CLEAR(ints->last[1]);
}

static inline PyObject *
iter_key(IterObject *self, MapObject *map, const void *slot)
{
    const MapSpec *spec = map->spec;
    return spec->key.code == TYPE_INT64 ? ints_show(&self->keys, *(const int64_t *)slot)
                                        : key_box(spec, is_hashed(map), slot);
}

static inline PyObject *
iter_elem(IterObject *self, const MapSpec *spec, const void *slot)
{
    return spec->elem.code == TYPE_INT64 ? ints_show(&self->elems, *(const int64_t *)slot)
                                         : elem_box(spec, slot);
}

static inline bool
has_gc(PyObject *object)
{
    return PyType_HasFeature(Py_TYPE(object), Py_TPFLAGS_HAVE_GC);
}

/* (key, elem), in the pair used last time if nobody has kept it; steals both. */
static PyObject *
iter_pair(IterObject *self, PyObject *key, PyObject *elem)
{
    PyObject *pair = self->pair;
    if (!REUSES_PAIRS || Py_REFCNT(pair) != 1) {
        pair = PyTuple_New(2);
        if (pair == NULL) {
            Py_DECREF(key);
            Py_DECREF(elem);
            return NULL;
        }
        PyTuple_SET_ITEM(pair, 0, key);
        PyTuple_SET_ITEM(pair, 1, elem);
        return pair;
    }
    Py_INCREF(pair);
    PyObject *old_key = PyTuple_GET_ITEM(pair, 0), *old_elem = PyTuple_GET_ITEM(pair, 1);
    PyTuple_SET_ITEM(pair, 0, key);
    PyTuple_SET_ITEM(pair, 1, elem);
    if (GM_UNLIKELY((has_gc(key) || has_gc(elem)) && !PyObject_GC_IsTracked(pair))) {
        PyObject_GC_Track(pair);
    }
    Py_DECREF(old_key);
    Py_DECREF(old_elem);
    return pair;
}

/* The entry as what the iterator shows; new. */
static GM_NOINLINE PyObject *
iter_show(IterObject *self, MapObject *map, const void *key_slot, const void *elem_slot)
{
    const MapSpec *spec = map->spec;
    if (self->show == SHOW_VALUES) {
        return iter_elem(self, spec, elem_slot);
    }
    PyObject *key = iter_key(self, map, key_slot);
    if (self->show == SHOW_KEYS || key == NULL) {
        return key;
    }
    PyObject *elem = iter_elem(self, spec, elem_slot);
    if (elem == NULL) {
        Py_DECREF(key);
        return NULL;
    }
    return iter_pair(self, key, elem);
}

/* The next entry by way of the engine, which may run keys' code: any of it may
 * exhaust this iterator, change the map, or drop the last other reference to it. */
static GM_NOINLINE PyObject *
iter_next_at_length(IterObject *self, MapObject *map)
{
    PyObject *shown = NULL;
    gm_cell cell;
    Py_INCREF(map);
    gm_status status = gm_iter_next(&self->iter, &cell);
    if (GM_UNLIKELY(status != GM_OK)) {
        err_status(map, status);
    }
    else if (cell.key != NULL) {
        shown = iter_show(self, map, cell.key, cell.elem);
    }
    if (shown == NULL && !PyErr_Occurred()) {
        iter_finish(self);
    }
    if (map->map != NULL) {
        map_sweep(map);
    }
    Py_DECREF(map);
    return shown;
}

#if REUSES_PAIRS

/* One reference less to an object that has others. */
static inline void
give_back(PyObject *object)
{
#ifdef Py_REF_DEBUG
    Py_DECREF(object);
#else
    Py_SET_REFCNT(object, Py_REFCNT(object) - 1);
#endif
}

/* iter_pair when the pair is free and nothing dies of it, without a frame; NULL: it
 * is another case. */
static GM_ALWAYS_INLINE PyObject *
iter_same_pair(IterObject *self, PyObject *key, PyObject *elem)
{
    PyObject *pair = self->pair;
    PyObject *old_key = PyTuple_GET_ITEM(pair, 0), *old_elem = PyTuple_GET_ITEM(pair, 1);
    if (Py_REFCNT(pair) != 1 || Py_REFCNT(old_key) <= 2 || Py_REFCNT(old_elem) <= 2 ||
        has_gc(key) || has_gc(elem)) {
        return NULL;
    }
    give_back(old_key);
    give_back(old_elem);
    PyTuple_SET_ITEM(pair, 0, Py_NewRef(key));
    PyTuple_SET_ITEM(pair, 1, Py_NewRef(elem));
    return Py_NewRef(pair);
}

#else
#define iter_same_pair(self, key, elem) NULL
#endif

/* The next entry when another thread's batch writes. */
static GM_NOINLINE PyObject *
iter_next_later(IterObject *self)
{
    PyObject *map = Py_NewRef((PyObject *)self->map);
    guard_wait(self->map, false);
    PyObject *shown = is_live(self) ? iter_next_at_length(self, self->map) : NULL;
    Py_DECREF(map);
    return shown;
}

static GM_ALWAYS_INLINE PyObject *
iter_next(IterObject *self)
{
    MapObject *map = self->map;
    gm_cell cell;
    if (!is_live(self)) {
        return NULL;
    }
    if (GM_UNLIKELY(GUARD_LOAD(&map->batches) < 0)) {
        return iter_next_later(self);
    }
    if (GM_UNLIKELY(!gm_iter_next_pending(&self->iter, &cell))) {
        return iter_next_at_length(self, map);
    }
    const MapSpec *spec = map->spec;
    if (self->show == SHOW_KEYS) {
        return spec->key.boxed ? Py_NewRef(((BoxedKey *)cell.key)->object)
                               : iter_key(self, map, cell.key);
    }
    PyObject *pair = NULL;
    if (self->show == SHOW_ITEMS && spec->key.boxed && spec->elem.boxed) {
        pair = iter_same_pair(self, ((BoxedKey *)cell.key)->object, *(PyObject **)cell.elem);
    }
    return pair != NULL ? pair : iter_show(self, map, cell.key, cell.elem);
}

static PyObject *
iter_tp_iternext(IterObject *self)
{
#ifdef Py_GIL_DISABLED
    PyObject *shown;
    if (self->map == NULL) { /* the collector has been here */
        return NULL;
    }
    MAP_LOCK(self->map);
    shown = iter_next(self);
    MAP_UNLOCK();
    return shown;
#else
    return iter_next(self);
#endif
}

static void
iter_tp_dealloc(IterObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    iter_let_go(self);
    Py_XDECREF(self->pair);
    ints_clear(&self->keys);
    ints_clear(&self->elems);
    type->tp_free(self);
    Py_DECREF(type);
}

static int
iter_tp_traverse(IterObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->map);
    Py_VISIT(self->pair);
    return 0;
}

static int
iter_tp_clear(IterObject *self)
{
    iter_let_go(self);
    return 0;
}

static PyType_Slot iter_slots[] = {
    {Py_tp_doc, (void *)"An iterator over a Map; see Map.__iter__."},
    {Py_tp_dealloc, iter_tp_dealloc},
    {Py_tp_traverse, iter_tp_traverse},
    {Py_tp_clear, iter_tp_clear},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, iter_tp_iternext},
    {0, NULL},
};

PyType_Spec iter_type_spec = {
    .name = "gomap._gomap.MapIterator",
    .basicsize = sizeof(IterObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = iter_slots,
};
