/* quick.inc.h: the operations of quick.h, the one text of them.
 *
 * Included by a kind after ops.inc.h, with these defined (undefined at the end):
 *
 *   QUICK_NAME     suffix of the functions, and of the kind
 *   QUICK_CODE     the key type, a TypeCode
 *   QUICK_KEY      type of a key slot
 *   QUICK_SLOT(k)  the slot in a Key
 *   QUICK_HASH(m, k)         the key's hash
 *   QUICK_SAME(a, b)         are these slots of one key, seen at a glance?
 *   QUICK_TWIN(a, b)         if not: is the answer yet to be had from
 *   QUICK_OBJECT(a)          the object of the one and
 *   QUICK_EQUAL(a, b)        an exact object: no foreign code, may say no
 *   QUICK_WORD(a)  what of a slot is not the object,
 *   QUICK_MAKE(object, word)  to make one again of both
 *   QUICK_GUARDED  1: batches use such maps without the interpreter lock
 */
#define QUICK_PASTE2(a, b) a##_##b
#define QUICK_PASTE(a, b) QUICK_PASTE2(a, b)
#define QUICK_FN(name) QUICK_PASTE(QUICK_PASTE(quick, name), QUICK_NAME)
#define QUICK_OP(name) QUICK_PASTE(name, QUICK_NAME)

#ifndef QUICK_ONCE
#define QUICK_ONCE

typedef enum { QUICK_ABSENT, QUICK_FOUND, QUICK_TWINS, QUICK_UNSURE } QuickAnswer;

typedef struct {
    char *head, *bucket; /* found in cell i */
    unsigned i;
    void *elem;     /* found, or of the twin */
    PyObject *twin; /* a stored key of the same hash; borrowed */
    char *room;     /* absent, for a write: a bucket whose cell i is free, or NULL */
} QuickCell;

/* Can the value be stored as it is, without a look from the collector?  Boxed: then
 * *bits is a borrowed reference. */
static GM_ALWAYS_INLINE bool
quick_elem(const MapSpec *spec, PyObject *value, uint64_t *bits)
{
    PyTypeObject *type = Py_TYPE(value);
    if (GM_LIKELY(spec->elem.boxed)) {
        *bits = (uint64_t)(uintptr_t)value;
        return (spec->elem.exact == NULL || spec->elem.exact == (PyObject *)type) &&
               !PyType_HasFeature(type, Py_TPFLAGS_HAVE_GC);
    }
    int64_t number;
    if (spec->elem.code != TYPE_INT64 || !PyLong_CheckExact(value) ||
        !int_as_int64(value, &number)) {
        return false;
    }
    *bits = (uint64_t)number;
    return true;
}

/* Puts what quick_elem has made in place of what is there. */
static GM_ALWAYS_INLINE void
quick_put(const MapSpec *spec, void *slot, uint64_t bits)
{
    if (GM_LIKELY(spec->elem.boxed)) {
        PyObject **place = slot, *old = *place; /* NULL in a new cell */
        *place = Py_NewRef((PyObject *)(uintptr_t)bits);
        Py_XDECREF(old);
    }
    else {
        *(uint64_t *)slot = bits;
    }
}

#endif

/* Is this a common case, and if so, which key?  `writes`: the map will be written. */
static GM_ALWAYS_INLINE bool
QUICK_FN(load)(MapObject *self, PyObject *object, Key *key, bool writes)
{
#if QUICK_GUARDED
    long batches = GUARD_LOAD(&self->batches);
    if (GM_UNLIKELY(writes ? batches != 0 : batches < 0)) {
        return false;
    }
#endif
    (void)writes;
    return GM_LIKELY(self->quick != NULL) &&
           key_load_quickly(QUICK_CODE, gm_hash0(self->quick), object, key);
}

/* The engine's lookup, as far as no foreign code is needed; for a write it looks for
 * the first free cell, too. */
static GM_ALWAYS_INLINE QuickAnswer
QUICK_FN(look)(gm_map *m, const QUICK_KEY *key, QuickCell *cell, bool writes)
{
    const size_t size = gmi_bucket_size(sizeof(QUICK_KEY), 8);
    cell->room = NULL;
    cell->i = 0;
    if (m->count == 0) {
        return QUICK_ABSENT;
    }
    uint64_t hash = QUICK_HASH(m, key);
    char *b = gmi_chain_of(m, hash, size);
    for (size_t line = GM_CACHE_LINE; line < size; line += GM_CACHE_LINE) {
        GM_PREFETCH(b + line);
    }
    cell->head = b;
    do {
        gmi_group group = gmi_load(b);
        gmi_hits hits = gmi_match(group, gmi_top_of(hash)), empty;
        for (; hits != 0; hits &= hits - 1) {
            unsigned i = gmi_first_hit(hits);
            QUICK_KEY *stored = gmi_key_at(b, i, sizeof(QUICK_KEY));
            cell->elem = gmi_elem_at(b, i, sizeof(QUICK_KEY), 8);
            if (GM_LIKELY(QUICK_SAME(stored, key))) {
                cell->bucket = b;
                cell->i = i;
                return QUICK_FOUND;
            }
            if (QUICK_TWIN(stored, key)) {
                cell->twin = QUICK_OBJECT(stored);
                return QUICK_TWINS;
            }
        }
        if (writes && cell->room == NULL && (empty = gmi_match_empty(group)) != 0) {
            cell->room = b;
            cell->i = gmi_first_hit(empty);
        }
        if (gmi_ends_chain(b)) {
            break;
        }
    } while ((b = gmi_overflow(b, size)) != NULL);
    return QUICK_ABSENT;
}

static GM_ALWAYS_INLINE QuickAnswer
QUICK_FN(find)(MapObject *self, PyObject *object, QuickCell *cell)
{
    Key key;
    if (GM_UNLIKELY(!QUICK_FN(load)(self, object, &key, false))) {
        return QUICK_UNSURE;
    }
    return QUICK_FN(look)(self->quick, QUICK_SLOT(&key), cell, false);
}

/* The functions of twins are apart for the sake of the registers that comparing takes. */
static GM_NOINLINE PyObject *
QUICK_FN(subscript_twin)(MapObject *self, PyObject *object, PyObject *twin, void *elem)
{
    return QUICK_EQUAL(twin, object) ? elem_box(self->spec, elem) : map_subscript(self, object);
}

static PyObject *
QUICK_FN(subscript)(MapObject *self, PyObject *object)
{
    QuickCell cell;
    switch (QUICK_FN(find)(self, object, &cell)) {
    case QUICK_FOUND:
        return elem_box(self->spec, cell.elem);
    case QUICK_ABSENT:
        return Py_NewRef(self->zero);
    case QUICK_TWINS:
        return QUICK_FN(subscript_twin)(self, object, cell.twin, cell.elem);
    default:
        return map_subscript(self, object);
    }
}

static GM_NOINLINE PyObject *
QUICK_FN(get_twin)(MapObject *self, PyObject *const *args, Py_ssize_t n, PyObject *twin, void *elem)
{
    return QUICK_EQUAL(twin, args[0]) ? elem_box(self->spec, elem) : map_get(self, args, n);
}

static PyObject *
QUICK_FN(get)(MapObject *self, PyObject *const *args, Py_ssize_t n)
{
    QuickCell cell;
    switch (n == 1 || n == 2 ? QUICK_FN(find)(self, args[0], &cell) : QUICK_UNSURE) {
    case QUICK_FOUND:
        return elem_box(self->spec, cell.elem);
    case QUICK_ABSENT:
        return Py_NewRef(n == 2 ? args[1] : Py_None);
    case QUICK_TWINS:
        return QUICK_FN(get_twin)(self, args, n, cell.twin, cell.elem);
    default:
        return map_get(self, args, n);
    }
}

static GM_NOINLINE int
QUICK_FN(contains_twin)(MapObject *self, PyObject *object, PyObject *twin)
{
    return QUICK_EQUAL(twin, object) ? 1 : map_contains(self, object);
}

static int
QUICK_FN(contains)(MapObject *self, PyObject *object)
{
    QuickCell cell;
    switch (QUICK_FN(find)(self, object, &cell)) {
    case QUICK_FOUND:
        return 1;
    case QUICK_ABSENT:
        return 0;
    case QUICK_TWINS:
        return QUICK_FN(contains_twin)(self, object, cell.twin);
    default:
        return map_contains(self, object);
    }
}

static GM_NOINLINE void *
QUICK_FN(slot_twin)(PyObject *object, PyObject *twin, void *elem)
{
    return QUICK_EQUAL(twin, object) ? elem : NULL;
}

static void *
QUICK_FN(slot)(MapObject *self, PyObject *object)
{
    Key key;
    QuickCell cell;
    if (GM_UNLIKELY(!QUICK_FN(load)(self, object, &key, true) || gmi_is_growing(self->quick))) {
        return NULL;
    }
    switch (QUICK_FN(look)(self->quick, QUICK_SLOT(&key), &cell, false)) {
    case QUICK_FOUND:
        return cell.elem;
    case QUICK_TWINS:
        return QUICK_FN(slot_twin)(object, cell.twin, cell.elem);
    default:
        return NULL;
    }
}

/* The value into a cell assigned to. */
static GM_ALWAYS_INLINE void
QUICK_FN(finish)(MapObject *self, PyObject *object, gm_cell *cell, uint64_t bits)
{
    gmi_check(self->map);
    if (QUICK_CODE < TYPE_INT8 && cell->inserted) {
        Py_INCREF(object); /* a str or an int: nothing that the collector follows */
    }
    quick_put(self->spec, cell->elem, bits);
}

/* A key that is perhaps new: by way of the engine. */
static GM_NOINLINE int
QUICK_FN(assign)(MapObject *self, PyObject *object, uint64_t word, uint64_t bits)
{
    QUICK_KEY key = QUICK_MAKE(object, word);
    gm_cell cell;
    gm_status status = QUICK_OP(assign)(self->quick, &key, &cell, 8);
    if (GM_UNLIKELY(status != GM_OK)) {
        gmi_check(self->map);
        return err_status(self, status);
    }
    QUICK_FN(finish)(self, object, &cell, bits);
    map_sweep(self);
    return 0;
}

/* A key that is new: where there is room, unless it is time to grow. */
static GM_NOINLINE int
QUICK_FN(insert)(MapObject *self, PyObject *object, uint64_t word, uint64_t bits, char *bucket,
                 unsigned i)
{
    QUICK_KEY key = QUICK_MAKE(object, word);
    gmi_room room = {.bucket = bucket, .cell = i};
    gm_map *m = self->quick;
    gm_cell cell;
    if (GM_UNLIKELY(bucket == NULL || gmi_is_overloaded(m->count + 1, m->B) ||
                    gmi_has_many_overflows(m))) {
        return QUICK_FN(assign)(self, object, word, bits);
    }
    QUICK_OP(insert)(m, &room, gmi_top_of(QUICK_HASH(m, &key)), &key, &cell, 8);
    QUICK_FN(finish)(self, object, &cell, bits);
    if (GM_UNLIKELY(gm_needs_sweep(m))) {
        map_sweep(self);
    }
    return 0;
}

/* By way of the engine, or the general path. */
static GM_NOINLINE int
QUICK_FN(erase_any)(MapObject *self, PyObject *object)
{
    Key key;
    gm_entry removed;
    if (GM_UNLIKELY(!QUICK_FN(load)(self, object, &key, true))) {
        return map_store(self, object, NULL);
    }
    gm_status status = QUICK_OP(delete)(self->quick, QUICK_SLOT(&key), &removed, 8);
    gmi_check(self->map);
    if (GM_UNLIKELY(status != GM_OK)) {
        return err_status(self, status);
    }
    if (removed.found) {
        map_release_entry(self, &removed, NULL, NULL);
    }
    else {
        map_sweep(self);
    }
    return 0;
}

static GM_NOINLINE int
QUICK_FN(erase)(MapObject *self, PyObject *object)
{
    Key key;
    QuickCell cell;
    if (GM_UNLIKELY(!QUICK_FN(load)(self, object, &key, true) || gmi_is_growing(self->quick) ||
                    QUICK_FN(look)(self->quick, QUICK_SLOT(&key), &cell, false) != QUICK_FOUND)) {
        return QUICK_FN(erase_any)(self, object);
    }
    PyObject *owned = QUICK_OBJECT((QUICK_KEY *)gmi_key_at(cell.bucket, cell.i, sizeof(QUICK_KEY)));
    uint64_t bits = *(uint64_t *)cell.elem;
    gmi_cell_erase(self->quick, cell.head, cell.bucket, cell.i,
                   gmi_bucket_size(sizeof(QUICK_KEY), 8));
    gmi_check(self->map);
    Py_XDECREF(owned);
    if (self->spec->elem.boxed) {
        Py_DECREF((PyObject *)(uintptr_t)bits);
    }
    return 0;
}

/* Equal, or perhaps new. */
static GM_NOINLINE int
QUICK_FN(store_twin)(MapObject *self, PyObject *object, uint64_t word, uint64_t bits,
                     PyObject *twin, void *elem)
{
    if (!QUICK_EQUAL(twin, object)) {
        return QUICK_FN(assign)(self, object, word, bits);
    }
    quick_put(self->spec, elem, bits);
    return 0;
}

/* Arguments travel in registers: a slot for the key, or one for the cell, would be
 * written on the way to every one of them. */
static int
QUICK_FN(store)(MapObject *self, PyObject *object, PyObject *value)
{
    Key key;
    QuickCell cell;
    uint64_t bits;
    if (value == NULL) {
        return QUICK_FN(erase)(self, object);
    }
    if (GM_UNLIKELY(!quick_elem(self->spec, value, &bits) ||
                    !QUICK_FN(load)(self, object, &key, true))) {
        return map_store(self, object, value);
    }
    uint64_t word = QUICK_WORD(QUICK_SLOT(&key));
    if (GM_UNLIKELY(gmi_is_growing(self->quick))) {
        return QUICK_FN(assign)(self, object, word, bits);
    }
    switch (QUICK_FN(look)(self->quick, QUICK_SLOT(&key), &cell, true)) {
    case QUICK_FOUND:
        quick_put(self->spec, cell.elem, bits);
        return 0;
    case QUICK_TWINS:
        return QUICK_FN(store_twin)(self, object, word, bits, cell.twin, cell.elem);
    default:
        return QUICK_FN(insert)(self, object, word, bits, cell.room, cell.i);
    }
}

const QuickOps QUICK_PASTE(quick, QUICK_NAME) = {
    QUICK_FN(subscript), QUICK_FN(contains), QUICK_FN(store), QUICK_FN(get), QUICK_FN(slot),
};

#undef QUICK_NAME
#undef QUICK_CODE
#undef QUICK_KEY
#undef QUICK_SLOT
#undef QUICK_HASH
#undef QUICK_SAME
#undef QUICK_TWIN
#undef QUICK_WORD
#undef QUICK_MAKE
#undef QUICK_OBJECT
#undef QUICK_EQUAL
#undef QUICK_GUARDED
#undef QUICK_PASTE2
#undef QUICK_PASTE
#undef QUICK_FN
#undef QUICK_OP
