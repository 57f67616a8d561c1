/* map_entry.c: what every operation is made of: find, assign, put, remove.
 *
 * Unbox, call the engine, box.  Order matters: the element is converted first,
 * the key hashed last, for both may run Python code and only the hash goes
 * stale.  References leave the map before they are released.
 */
#include "events.h"
#include "map_type.h"

int
map_load_key(MapObject *self, PyObject *object, Key *key)
{
    if (GM_UNLIKELY(self->map == NULL) && !self->nil && map_ensure(self) < 0) {
        return -1;
    }
    return key_load(self, object, key);
}

int
map_find_loaded(MapObject *self, const Key *key, gm_cell *cell)
{
    if (GM_UNLIKELY(self->map == NULL)) {
        return 0;
    }
    guard_read(self);
    gm_status status = gm_find(self->map, &key->slot, cell);
    if (GM_UNLIKELY(status != GM_OK)) {
        return err_status(self, status);
    }
    return cell->key != NULL;
}

int
map_find(MapObject *self, PyObject *object, gm_cell *cell)
{
    Key key;
    if (map_load_key(self, object, &key) < 0) {
        return -1;
    }
    int found = map_find_loaded(self, &key, cell);
    key_drop(&key);
    return found;
}

int
map_find_boxed(MapObject *self, PyObject *object, PyObject **elem)
{
    Key key;
    gm_cell cell;
    *elem = NULL;
    if (map_load_key(self, object, &key) < 0) {
        return -1;
    }
    int found = map_find_loaded(self, &key, &cell);
    if (found > 0 && (*elem = elem_box(self->spec, cell.elem)) == NULL) {
        found = -1;
    }
    key_drop(&key);
    return found;
}

PyObject *
map_find_elem_locked(MapObject *self, PyObject *object)
{
    PyObject *elem;
    MAP_LOCK(self);
    map_find_boxed(self, object, &elem);
    MAP_UNLOCK();
    return elem;
}

int
map_contains_locked(MapObject *self, PyObject *object)
{
    int found;
    MAP_LOCK(self);
    found = map_contains(self, object);
    MAP_UNLOCK();
    return found;
}

/* Do assignments to a present key store the new key?  As Go: for float keys,
 * complex ones, and any key of an interface map. */
static bool
updates_key(const MapSpec *spec, PyObject *stored, PyObject *key)
{
    switch (spec->key.code) {
    case TYPE_FLOAT:
    case TYPE_COMPLEX:
    case TYPE_INTERFACE:
        return true;
    case TYPE_OBJECT:
        return (PyFloat_CheckExact(stored) && PyFloat_CheckExact(key)) ||
               (PyComplex_CheckExact(stored) && PyComplex_CheckExact(key));
    default:
        return false;
    }
}

void
map_track(MapObject *self)
{
    if (!PyObject_GC_IsTracked((PyObject *)self)) {
        PyObject_GC_Track(self);
    }
}

/* The collector looks at a map only once something it follows is inside. */
static inline void
track_if_container(MapObject *self, PyObject *object)
{
    if (GM_UNLIKELY(PyObject_IS_GC(object))) {
        map_track(self);
    }
}

void
map_own_key(MapObject *self, const Key *key, gm_cell *cell, PyObject **displaced)
{
    *displaced = NULL;
    if (!self->spec->key.boxed) {
        return;
    }
    BoxedKey *slot = cell->key;
    PyObject *object = key->slot.boxed.object;
    if (cell->inserted) {
        Py_INCREF(object);
        track_if_container(self, object);
    }
    else if (slot->object != object && updates_key(self->spec, slot->object, object)) {
        *displaced = slot->object;
        slot->object = Py_NewRef(object);
        if (self->recording != NULL) {
            record_new_key(self, slot, *displaced);
        }
    }
}

void
map_put(MapObject *self, gm_cell *cell, const Elem *elem, PyObject **displaced)
{
    *displaced = NULL;
    if (self->spec->elem.boxed) {
        PyObject **slot = cell->elem;
        *displaced = *slot; /* NULL in a new cell */
        *slot = elem->object;
        track_if_container(self, elem->object);
    }
    else {
        memcpy(cell->elem, elem, self->spec->elem.size);
    }
}

int
map_assign_loaded(MapObject *self, const Key *key, gm_cell *cell, PyObject **displaced)
{
    *displaced = NULL;
    if (GM_UNLIKELY(self->nil)) {
        err_nil(self);
        return -1;
    }
    guard_write(self);
    gm_status status = gm_assign(self->map, &key->slot, cell);
    if (GM_UNLIKELY(status != GM_OK)) {
        err_status(self, status);
        return -1;
    }
    map_own_key(self, key, cell, displaced);
    return 0;
}

int
map_set_loaded(MapObject *self, Key *key, Elem *elem)
{
    gm_cell cell;
    PyObject *old_key, *old_elem;
    if (map_assign_loaded(self, key, &cell, &old_key) < 0) {
        key_drop(key);
        elem_drop(self->spec, elem);
        return -1;
    }
    map_put(self, &cell, elem, &old_elem);
    key_drop(key);
    Py_XDECREF(old_key);
    Py_XDECREF(old_elem);
    map_sweep(self);
    return 0;
}

PyObject *
map_default_loaded(MapObject *self, Key *key, Elem *elem, PyObject *shown)
{
    gm_cell cell;
    PyObject *old_key, *displaced;
    if (map_assign_loaded(self, key, &cell, &old_key) < 0) {
        elem_drop(self->spec, elem);
        Py_CLEAR(shown);
    }
    else if (cell.inserted) {
        map_put(self, &cell, elem, &displaced);
        map_sweep(self);
    }
    else {
        Py_SETREF(shown, elem_box(self->spec, cell.elem));
        elem_drop(self->spec, elem);
        map_sweep(self);
    }
    key_drop(key);
    Py_XDECREF(old_key);
    return shown;
}

static int
map_set(MapObject *self, PyObject *object, PyObject *value)
{
    Key key;
    Elem elem;
    if (elem_load(self->spec, value, &elem) < 0) {
        return -1;
    }
    if (map_load_key(self, object, &key) < 0) {
        elem_drop(self->spec, &elem);
        return -1;
    }
    return map_set_loaded(self, &key, &elem);
}

void
map_release_entry(MapObject *self, gm_entry *entry, PyObject **key, PyObject **elem)
{
    const MapSpec *spec = self->spec;
    if (key != NULL) {
        *key = key_box(spec, is_hashed(self), entry->key);
    }
    if (elem != NULL) {
        *elem = elem_box(spec, entry->elem);
    }
    map_sweep(self);
    if (spec->key.boxed) {
        Py_DECREF(((BoxedKey *)entry->key)->object);
    }
    if (spec->elem.boxed) {
        Py_DECREF(*(PyObject **)entry->elem);
    }
}

int
map_remove_loaded(MapObject *self, const Key *key, PyObject **elem)
{
    gm_entry entry;
    if (GM_UNLIKELY(self->map == NULL)) {
        return 0;
    }
    guard_write(self);
    gm_status status = elem != NULL ? gm_pop(self->map, &key->slot, &entry)
                                    : gm_delete(self->map, &key->slot, &entry);
    if (GM_UNLIKELY(status != GM_OK)) {
        return err_status(self, status);
    }
    if (!entry.found) {
        map_sweep(self);
        return 0;
    }
    map_release_entry(self, &entry, NULL, elem);
    return 1;
}

static int
map_remove(MapObject *self, PyObject *object)
{
    Key key;
    if (map_load_key(self, object, &key) < 0) {
        return -1;
    }
    int removed = map_remove_loaded(self, &key, NULL);
    key_drop(&key);
    return removed;
}

int
map_store(MapObject *self, PyObject *key, PyObject *value)
{
    if (value == NULL) {
        return map_remove(self, key) < 0 ? -1 : 0;
    }
    return map_set(self, key, value);
}

PyObject *
map_subscript(MapObject *self, PyObject *key)
{
    PyObject *elem;
    int found = map_find_boxed(self, key, &elem);
    return found == 0 ? Py_NewRef(self->zero) : elem;
}

int
map_contains(MapObject *self, PyObject *key)
{
    gm_cell cell;
    return map_find(self, key, &cell);
}

static void *
no_slot(MapObject *self, PyObject *key)
{
    (void)self, (void)key;
    return NULL;
}

const QuickOps quick_any = {map_subscript, map_contains, map_store, map_get, no_slot};
