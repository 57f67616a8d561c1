/* told.c: see told.h. */
#include "told.h"

static void
keep_key(const MapSpec *spec, const void *slot)
{
    if (spec->key.boxed) {
        Py_INCREF(((const BoxedKey *)slot)->object);
    }
}

static void
release_still(const MapSpec *spec, StillBucket *bucket)
{
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        if (bucket->filled >> i & 1) {
            if (spec->key.boxed) {
                Py_DECREF(((BoxedKey *)(void *)bucket->key[i])->object);
            }
            if (spec->elem.boxed) {
                Py_XDECREF(*(PyObject **)(void *)bucket->elem[i]);
            }
        }
    }
}

void
told_fini(Told *told, const MapSpec *spec)
{
    if (told->event.key != NULL && spec->key.boxed) {
        Py_DECREF(((BoxedKey *)(void *)told->key)->object);
    }
    for (size_t i = 0; i < told->n; i++) {
        release_still(spec, &told->buckets[i]);
    }
    PyMem_RawFree(told->buckets);
}

typedef struct {
    MapObject *map;
    Told *told;
} StillVisit;

/* Copies one bucket; gm_visit's `see`. */
static gm_status
see_bucket(void *context, const gm_bucket_view *view)
{
    StillVisit *visit = context;
    Told *told = visit->told;
    const MapSpec *spec = visit->map->spec;
    if ((told->n & (told->n - 1)) == 0) { /* room for twice as many at each power of two */
        size_t room = told->n == 0 ? 1 : 2 * told->n;
        StillBucket *grown = PyMem_RawRealloc(told->buckets, room * sizeof *grown);
        if (grown == NULL) {
            return GM_NO_MEMORY;
        }
        told->buckets = grown;
    }
    StillBucket *still = &told->buckets[told->n++];
    *still = (StillBucket){view->old, view->chain, view->position, view->preallocated,
                           {0},       0,           {{0}},          {{0}}};
    memcpy(still->tophash, view->tophash, GM_BUCKET_CELLS);
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        if (view->key[i] != NULL) {
            still->filled |= (uint8_t)(1 << i);
            memcpy(still->key[i], view->key[i], told->after.key_size);
            memcpy(still->elem[i], view->elem[i], told->after.elem_size);
            keep_key(spec, view->key[i]);
            if (spec->elem.boxed) {
                Py_XINCREF(*(PyObject **)(void *)still->elem[i]);
            }
        }
    }
    return GM_OK;
}

bool
told_init(Told *told, MapObject *map, const gm_event *event, bool wants_state)
{
    StillVisit visit = {map, told};
    memset(told, 0, sizeof *told);
    told->event = *event;
    told->event.key = NULL;
    told->version = gm_version(map->map);
    told->wants_state = wants_state;
    gm_read_header(map->map, &told->after);
    if (wants_state && gm_visit(map->map, SIZE_MAX, see_bucket, &visit) != GM_OK) {
        told_fini(told, map->spec);
        return false;
    }
    if (event->key != NULL) {
        memcpy(told->key, event->key, told->after.key_size);
        keep_key(map->spec, told->key);
        told->event.key = told->key;
    }
    return true;
}
