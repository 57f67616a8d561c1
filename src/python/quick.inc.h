/* quick.inc.h: the operations of quick.h, the one text of them.
 *
 * Included by a kind after ops.inc.h, whose glance.inc.h finds the cells, with these
 * defined (undefined at the end):
 *
 *   QUICK_NAME     suffix of the functions, and of the kind
 *   QUICK_CODE     the key type, a TypeCode
 *   QUICK_KEY      type of a key slot
 *   QUICK_SLOT(k)  the slot in a Key
 *   QUICK_OBJECT(a)          the object of a slot, or NULL
 *   QUICK_EQUAL(a, b)        when slots are not clear at a glance: of a stored object and
 *                  an exact one; no foreign code, may say no
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

/* What the engine's answer means; twins are keys that only a comparison tells apart. */
static GM_ALWAYS_INLINE QuickAnswer
quick_answer(gm_status status, const gmi_spot *spot)
{
    if (GM_LIKELY(status == GM_OK)) {
        return spot->bucket != NULL ? QUICK_FOUND : QUICK_ABSENT;
    }
    return spot->bucket != NULL ? QUICK_TWINS : QUICK_UNSURE;
}

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

static GM_ALWAYS_INLINE QuickAnswer
QUICK_FN(find)(MapObject *self, PyObject *object, gmi_spot *spot)
{
    Key key;
    if (GM_UNLIKELY(!QUICK_FN(load)(self, object, &key, false))) {
        return QUICK_UNSURE;
    }
    return quick_answer(QUICK_OP(seek)(self->quick, QUICK_SLOT(&key), spot, 8), spot);
}

#define QUICK_ELEM(spot) QUICK_OP(elem_at)(spot, 8)
#define QUICK_STORED(spot) QUICK_OBJECT(QUICK_OP(stored_at)(spot))

/* The functions of twins are apart for the sake of the registers that comparing takes. */
static GM_NOINLINE PyObject *
QUICK_FN(subscript_twin)(MapObject *self, PyObject *object, PyObject *twin, void *elem)
{
    return QUICK_EQUAL(twin, object) ? elem_box(self->spec, elem) : map_subscript(self, object);
}

static PyObject *
QUICK_FN(subscript)(MapObject *self, PyObject *object)
{
    gmi_spot spot;
    switch (QUICK_FN(find)(self, object, &spot)) {
    case QUICK_FOUND:
        return elem_box(self->spec, QUICK_ELEM(&spot));
    case QUICK_ABSENT:
        return Py_NewRef(self->zero);
    case QUICK_TWINS:
        return QUICK_FN(subscript_twin)(self, object, QUICK_STORED(&spot), QUICK_ELEM(&spot));
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
    gmi_spot spot;
    switch (n == 1 || n == 2 ? QUICK_FN(find)(self, args[0], &spot) : QUICK_UNSURE) {
    case QUICK_FOUND:
        return elem_box(self->spec, QUICK_ELEM(&spot));
    case QUICK_ABSENT:
        return Py_NewRef(n == 2 ? args[1] : Py_None);
    case QUICK_TWINS:
        return QUICK_FN(get_twin)(self, args, n, QUICK_STORED(&spot), QUICK_ELEM(&spot));
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
    gmi_spot spot;
    switch (QUICK_FN(find)(self, object, &spot)) {
    case QUICK_FOUND:
        return 1;
    case QUICK_ABSENT:
        return 0;
    case QUICK_TWINS:
        return QUICK_FN(contains_twin)(self, object, QUICK_STORED(&spot));
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
    gmi_spot spot;
    gmi_room room;
    if (GM_UNLIKELY(!QUICK_FN(load)(self, object, &key, true))) {
        return NULL;
    }
    gm_status status = QUICK_OP(seek_room)(self->quick, QUICK_SLOT(&key), &spot, &room, 8);
    switch (quick_answer(status, &spot)) {
    case QUICK_FOUND:
        return QUICK_ELEM(&spot);
    case QUICK_TWINS:
        return QUICK_FN(slot_twin)(object, QUICK_STORED(&spot), QUICK_ELEM(&spot));
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
    if (GM_UNLIKELY(!QUICK_OP(insert_at)(m, &room, &key, &cell, 8))) {
        return QUICK_FN(assign)(self, object, word, bits);
    }
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
    gmi_spot spot;
    gmi_room room;
    if (GM_UNLIKELY(!QUICK_FN(load)(self, object, &key, true) ||
                    QUICK_OP(seek_room)(self->quick, QUICK_SLOT(&key), &spot, &room, 8) != GM_OK ||
                    spot.bucket == NULL)) {
        return QUICK_FN(erase_any)(self, object);
    }
    PyObject *owned = QUICK_STORED(&spot);
    uint64_t bits = *(uint64_t *)QUICK_ELEM(&spot);
    QUICK_OP(erase_at)(self->quick, QUICK_SLOT(&key), &spot, 8);
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
    gmi_spot spot;
    gmi_room room;
    uint64_t bits;
    if (value == NULL) {
        return QUICK_FN(erase)(self, object);
    }
    if (GM_UNLIKELY(!quick_elem(self->spec, value, &bits) ||
                    !QUICK_FN(load)(self, object, &key, true))) {
        return map_store(self, object, value);
    }
    uint64_t word = QUICK_WORD(QUICK_SLOT(&key));
    gm_status status = QUICK_OP(seek_room)(self->quick, QUICK_SLOT(&key), &spot, &room, 8);
    switch (quick_answer(status, &spot)) {
    case QUICK_FOUND:
        quick_put(self->spec, QUICK_ELEM(&spot), bits);
        return 0;
    case QUICK_TWINS:
        return QUICK_FN(store_twin)(self, object, word, bits, QUICK_STORED(&spot),
                                    QUICK_ELEM(&spot));
    case QUICK_ABSENT:
        return QUICK_FN(insert)(self, object, word, bits, room.bucket, room.cell);
    default:
        return QUICK_FN(assign)(self, object, word, bits);
    }
}

const QuickOps QUICK_PASTE(quick, QUICK_NAME) = {
    QUICK_FN(subscript), QUICK_FN(contains), QUICK_FN(store), QUICK_FN(get), QUICK_FN(slot),
};

#undef QUICK_NAME
#undef QUICK_CODE
#undef QUICK_KEY
#undef QUICK_SLOT
#undef QUICK_WORD
#undef QUICK_MAKE
#undef QUICK_OBJECT
#undef QUICK_EQUAL
#undef QUICK_GUARDED
#undef QUICK_ELEM
#undef QUICK_STORED
#undef QUICK_PASTE2
#undef QUICK_PASTE
#undef QUICK_FN
#undef QUICK_OP
