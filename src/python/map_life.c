/* map_life.c: a map's birth with its options, its copies, the collector, its end.
 *
 * The engine's map is made at the first need; until then a MapObject is only
 * its options.  __init__ takes options once; called again it updates.
 */
#include "map_type.h"
#include "memory.h"
#include "events.h"

/* The collector need not look at a map before a container is inside; but a
 * subclass's instances may have attributes. */
static MapObject *
map_alloc(PyTypeObject *cls, MapSpec *spec)
{
    MapObject *self;
    if (GM_LIKELY(cls == spec->cls)) {
        self = PyObject_GC_New(MapObject, cls);
        if (self != NULL) {
            memset((char *)self + sizeof(PyObject), 0, sizeof *self - sizeof(PyObject));
        }
    }
    else {
        self = (MapObject *)cls->tp_alloc(cls, 0);
    }
    if (self != NULL) {
        self->spec = (MapSpec *)Py_NewRef((PyObject *)spec);
        self->zero = Py_NewRef(spec->zero);
    }
    return self;
}

PyObject *
map_tp_new(PyTypeObject *cls, PyObject *args, PyObject *kwargs)
{
    (void)args, (void)kwargs;
    MapSpec *spec = spec_of_class(cls);
    MapObject *self = spec != NULL ? map_alloc(cls, spec) : NULL;
    Py_XDECREF(spec);
    return (PyObject *)self;
}

/* The stream's step is an addition: that is all that threads must agree on. */
static uint64_t
fresh_seed(MapObject *self)
{
#ifdef Py_GIL_DISABLED
    uint64_t before = _Py_atomic_add_uint64(&state_of(self)->rng, GM_SPLITMIX_STEP);
    return gm_splitmix(&before);
#else
    return gm_splitmix(&state_of(self)->rng);
#endif
}

void
map_set_engine(MapObject *self, gm_map *map)
{
    self->map = map;
    bool by_value = self->fixed_seed && self->spec->key.code == TYPE_STR;
    self->quick = is_hashed(self) || by_value || self->recording != NULL ? NULL : map;
}

static int
map_make(MapObject *self, uint64_t hint)
{
    gm_options options = {
        .type = is_hashed(self) ? &self->spec->hashed : &self->spec->plain,
        .allocator = is_unboxed(self->spec) ? &memory_raw : &memory_pooled,
        .seed = self->fixed_seed ? self->seed : fresh_seed(self),
        .fixed_seed = self->fixed_seed,
        .hint = hint,
        .rehash = key_rehash,
        .context = self,
    };
    gm_map *map;
    gm_status status = gm_map_new(&options, &map);
    if (status != GM_OK) {
        return err_status(self, status);
    }
    map_set_engine(self, map);
    return 0;
}

int
map_ensure(MapObject *self)
{
    return self->map != NULL ? 0 : map_make(self, 0);
}

int
map_require_writable(MapObject *self)
{
    return self->nil ? err_nil(self) : map_ensure(self);
}

void
map_sweep(MapObject *self)
{
    if (GM_UNLIKELY(gm_needs_sweep(self->map))) {
        gm_sweep(self->map);
    }
    if (GM_UNLIKELY(self->recording != NULL)) {
        record_deliver(self);
    }
}

typedef struct {
    const MapSpec *spec;
    visitproc visit;
    void *arg;
    int result;
} Traversal;

static void
traverse_cell(void *context, const gm_cell *cell)
{
    Traversal *t = context;
    if (t->result == 0 && t->spec->key.boxed && ((BoxedKey *)cell->key)->object != NULL) {
        t->result = t->visit(((BoxedKey *)cell->key)->object, t->arg);
    }
    if (t->result == 0 && t->spec->elem.boxed && *(PyObject **)cell->elem != NULL) {
        t->result = t->visit(*(PyObject **)cell->elem, t->arg);
    }
}

int
map_tp_traverse(MapObject *self, visitproc visit, void *arg)
{
    Traversal t = {self->spec, visit, arg, 0};
    gm_walk walk;
    gm_cell cell;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->spec);
    Py_VISIT(self->hasher);
    Py_VISIT(self->zero);
    t.result = record_traverse(self, visit, arg);
    if (t.result != 0) {
        return t.result;
    }
    if (self->map == NULL || (!self->spec->key.boxed && !self->spec->elem.boxed)) {
        return 0;
    }
    gm_walk_init(&walk, self->map);
    while (t.result == 0 && gm_walk_next(&walk, &cell)) {
        traverse_cell(&t, &cell);
    }
    gm_visit_kept(self->map, traverse_cell, &t);
    return t.result;
}

int
map_tp_clear(MapObject *self)
{
    MAP_LOCK(self);
    record_end(self);
    if (self->map != NULL) {
        gm_drop(self->map);
    }
    /* the hasher stays: keys are laid out for it, and its own cells break cycles */
    Py_XSETREF(self->zero, Py_NewRef(self->spec->zero));
    MAP_UNLOCK();
    return 0;
}

void
map_tp_dealloc(MapObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, map_tp_dealloc);
    if (self->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    if (self->map != NULL) {
        gm_map *map = self->map;
        map_set_engine(self, NULL);
        gm_map_free(map);
    }
    guard_fini(self);
    record_fini(self);
    Py_CLEAR(self->hasher);
    Py_CLEAR(self->zero);
    Py_CLEAR(self->spec);
    type->tp_free(self);
    Py_DECREF(type);
    Py_TRASHCAN_END;
}

/* ---- options ---------------------------------------------------------------------------- */

typedef struct {
    PyObject *contents, *hint, *seed, *hasher, *zero;
} Options;

/* An option as an int; new.  What its __index__ raises is not hidden. */
static PyObject *
index_of(PyObject *object, const char *name)
{
    if (!PyIndex_Check(object)) {
        return PyErr_Format(PyExc_TypeError, "%s must be an int, not %.200s", name,
                            Py_TYPE(object)->tp_name);
    }
    return PyNumber_Index(object);
}

static int
seed_of(PyObject *object, uint64_t *seed)
{
    PyObject *number = index_of(object, "seed");
    if (number == NULL) {
        return -1;
    }
    *seed = PyLong_AsUnsignedLongLongMask(number);
    Py_DECREF(number);
    return 0;
}

int
map_count_arg(PyObject *object, const char *name, uint64_t *hint)
{
    int64_t small;
    if (PyLong_CheckExact(object) && int_as_int64(object, &small) && small >= 0) {
        *hint = (uint64_t)small;
        return 0;
    }
    PyObject *number = index_of(object, name);
    if (number == NULL) {
        return -1;
    }
    int overflow;
    long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
    Py_DECREF(number);
    if (overflow < 0 || (!overflow && value < 0)) {
        PyErr_Format(PyExc_ValueError,
                     overflow ? "%s must not be negative" : "%s must not be negative: %R", name,
                     object);
        return -1;
    }
    *hint = overflow ? UINT64_MAX : (uint64_t)value;
    return 0;
}

static int
set_zero(MapObject *self, PyObject *object)
{
    Elem elem;
    if (elem_load(self->spec, object, &elem) < 0) {
        return -1;
    }
    PyObject *zero = elem_box(self->spec, &elem);
    elem_drop(self->spec, &elem);
    if (zero == NULL) {
        return -1;
    }
    Py_SETREF(self->zero, zero);
    self->own_zero = true;
    if (PyObject_IS_GC(zero)) {
        map_track(self);
    }
    return 0;
}

/* None stands for "not given", but for zero=, where it is a value like others. */
static int
apply_options(MapObject *self, const Options *options, uint64_t *hint)
{
    if (options->hint != NULL && map_count_arg(options->hint, "hint", hint) < 0) {
        return -1;
    }
    if (options->zero != NULL && set_zero(self, options->zero) < 0) {
        return -1;
    }
    if (options->hasher != NULL && options->hasher != Py_None) {
        if (!PyCallable_Check(options->hasher)) {
            PyErr_Format(PyExc_TypeError, "hasher must be callable, not %.200s",
                         Py_TYPE(options->hasher)->tp_name);
            return -1;
        }
        Py_XSETREF(self->hasher, Py_NewRef(options->hasher));
        map_track(self);
    }
    if (options->seed != NULL && options->seed != Py_None) {
        if (seed_of(options->seed, &self->seed) < 0) {
            return -1;
        }
        self->fixed_seed = true;
    }
    return 0;
}

/* A literal is made for as many entries as it lists, as Go's compiler does. */
static uint64_t
size_of_contents(ModuleState *state, PyObject *contents)
{
    if (contents != NULL && (PyDict_Check(contents) || is_map(state, contents))) {
        Py_ssize_t n = PyObject_Size(contents);
        PyErr_Clear();
        return n > 0 ? (uint64_t)n : 0;
    }
    return 0;
}

/* Where an option's value goes, or NULL: there is no such option. */
static PyObject **
option_named(Options *options, PyObject *name)
{
    const struct {
        const char *name;
        PyObject **value;
    } known[] = {
        {"hint", &options->hint},
        {"seed", &options->seed},
        {"hasher", &options->hasher},
        {"zero", &options->zero},
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(known); i++) {
        if (PyUnicode_CompareWithASCIIString(name, known[i].name) == 0) {
            return known[i].value;
        }
    }
    return NULL;
}

static int
set_option(Options *options, PyObject *name, PyObject *value)
{
    PyObject **option = option_named(options, name);
    if (option == NULL) {
        PyErr_Format(PyExc_TypeError, "Map() got an unexpected keyword argument %R", name);
        return -1;
    }
    *option = value;
    return 0;
}

static int
parse_options(PyObject *args, PyObject *kwargs, Options *options)
{
    Py_ssize_t position = 0;
    PyObject *name, *value;
    if (!PyArg_UnpackTuple(args, "Map", 0, 1, &options->contents)) {
        return -1;
    }
    while (kwargs != NULL && PyDict_Next(kwargs, &position, &name, &value)) {
        if (set_option(options, name, value) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Options for a new map; none are taken by one that has been in use.  A first bucket
 * is made at the first need, hint or not. */
static int
take_options(MapObject *self, const Options *options)
{
    uint64_t hint = 0;
    bool first = !self->initialised && self->map == NULL && !self->nil;
    if (!first) {
        if (options->hint || options->seed || options->hasher || options->zero) {
            PyErr_Format(PyExc_TypeError, "%U: options are for a new map only", self->spec->name);
            return -1;
        }
        return 0;
    }
    if (options->hint == NULL) {
        hint = size_of_contents(state_of(self), options->contents);
    }
    if (apply_options(self, options, &hint) < 0 ||
        (hint > GM_BUCKET_CELLS && map_make(self, hint) < 0)) {
        return -1;
    }
    self->initialised = true;
    return 0;
}

static int
initialise(MapObject *self, const Options *options)
{
    int result;
    MAP_LOCK(self);
    result = take_options(self, options);
    MAP_UNLOCK();
    if (result < 0) {
        return -1;
    }
    return options->contents != NULL ? map_update_locked(self, options->contents) : 0;
}

int
map_tp_init(MapObject *self, PyObject *args, PyObject *kwargs)
{
    Options options = {NULL, NULL, NULL, NULL, NULL};
    return parse_options(args, kwargs, &options) < 0 ? -1 : initialise(self, &options);
}

/* Calling Map or a class made of it: __new__ and __init__ without a tuple and a
 * dict of the arguments. */
PyObject *
map_vectorcall(PyObject *cls, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Options options = {NULL, NULL, NULL, NULL, NULL};
    Py_ssize_t n = PyVectorcall_NARGS(nargsf), named = kwnames ? PyTuple_GET_SIZE(kwnames) : 0;
    if (n > 1) {
        return PyErr_Format(PyExc_TypeError, "Map expected at most 1 argument, got %zd", n);
    }
    options.contents = n == 1 ? args[0] : NULL;
    for (Py_ssize_t i = 0; i < named; i++) {
        if (set_option(&options, PyTuple_GET_ITEM(kwnames, i), args[n + i]) < 0) {
            return NULL;
        }
    }
    PyObject *self = map_tp_new((PyTypeObject *)cls, NULL, NULL);
    if (n + named == 0 && GM_LIKELY(self != NULL)) {
        ((MapObject *)self)->initialised = true;
    }
    else if (self != NULL && initialise((MapObject *)self, &options) < 0) {
        Py_CLEAR(self);
    }
    return self;
}

static MapObject *
new_like(MapObject *self, PyTypeObject *cls)
{
    MapObject *other = map_alloc(cls, self->spec);
    if (other != NULL) {
        other->hasher = Py_XNewRef(self->hasher);
        Py_SETREF(other->zero, Py_NewRef(self->zero));
        other->seed = self->seed;
        other->fixed_seed = self->fixed_seed;
        other->own_zero = self->own_zero;
        other->nil = self->nil;
        other->initialised = true;
        if (PyObject_GC_IsTracked((PyObject *)self)) {
            map_track(other);
        }
    }
    return other;
}

MapObject *
map_new_like_locked(MapObject *self, PyTypeObject *cls)
{
    MapObject *other;
    MAP_LOCK(self);
    other = new_like(self, cls);
    MAP_UNLOCK();
    return other;
}

static MapObject *
copy_of(MapObject *self)
{
    MapObject *copy = new_like(self, Py_TYPE(self));
    if (copy != NULL && self->map != NULL) {
        guard_read(self);
        uint64_t seed = self->fixed_seed ? self->seed : fresh_seed(self);
        gm_map *map;
        gm_status status = gm_clone(self->map, copy, seed, &map);
        map_set_engine(copy, status == GM_OK ? map : NULL);
        if (status != GM_OK) {
            err_status(self, status);
            Py_CLEAR(copy);
        }
    }
    return copy;
}

MapObject *
map_copy_locked(MapObject *self)
{
    MapObject *copy;
    MAP_LOCK(self);
    copy = copy_of(self);
    MAP_UNLOCK();
    return copy;
}
