/* map_size.c: the methods of Map that are about its size in memory. */
#include "map_type.h"

static PyObject *
done(MapObject *self, gm_status status)
{
    map_sweep(self);
    if (status != GM_OK) {
        err_status(self, status);
        return NULL;
    }
    Py_RETURN_NONE;
}

const char map_reserve_doc[] = PyDoc_STR("reserve($self, n, /)\n--\n\n\
Makes room for n entries in all: no growth begins before there are more.\n\
\n\
Beyond Go.  O(buckets) when the map grows by it.  Raises ValueError for a\n\
negative n, MemoryError beyond memory, NilMapError for a nil map.\n\
\n\
>>> from gomap import Map\n\
>>> m = Map[int, int]()\n\
>>> m.reserve(1000)\n");

static PyObject *
reserve(MapObject *self, PyObject *count)
{
    uint64_t n;
    if (map_count_arg(count, "n", &n) < 0 || map_require_writable(self) < 0) {
        return NULL;
    }
    guard_write(self);
    return done(self, gm_reserve(self->map, n));
}

PyObject *
map_reserve_locked(MapObject *self, PyObject *count)
{
    PyObject *result;
    MAP_LOCK(self);
    result = reserve(self, count);
    MAP_UNLOCK();
    return result;
}

const char map_shrink_doc[] = PyDoc_STR("shrink($self, /)\n--\n\n\
Rebuilds the map in as few buckets as its entries need.\n\
\n\
Beyond Go, whose maps never shrink.  O(buckets).  Raises MemoryError when there\n\
is no room for the copy; the map is as it was then.\n\
\n\
>>> from gomap import Map\n\
>>> m = Map[int, int](hint=1000)\n\
>>> m.shrink()\n");

static PyObject *
shrink(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    if (self->map == NULL) {
        Py_RETURN_NONE;
    }
    guard_write(self);
    return done(self, gm_shrink(self->map));
}

PyObject *
map_shrink_locked(MapObject *self, PyObject *ignored)
{
    PyObject *result;
    MAP_LOCK(self);
    result = shrink(self, ignored);
    MAP_UNLOCK();
    return result;
}

const char map_finish_growth_doc[] = PyDoc_STR("finish_growth($self, /)\n--\n\n\
Completes the evacuation under way, if any, now.\n\
\n\
Beyond Go, where each write moves one or two buckets.  O(buckets).\n\
\n\
>>> from gomap import Map\n\
>>> m = Map[int, int](dict.fromkeys(range(14), 0))\n\
>>> m.finish_growth()\n");

static PyObject *
finish_growth(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    if (self->map == NULL) {
        Py_RETURN_NONE;
    }
    guard_write(self);
    return done(self, gm_finish_growth(self->map));
}

PyObject *
map_finish_growth_locked(MapObject *self, PyObject *ignored)
{
    PyObject *result;
    MAP_LOCK(self);
    result = finish_growth(self, ignored);
    MAP_UNLOCK();
    return result;
}

static PyObject *
measure(MapObject *self, PyObject *ignored)
{
    (void)ignored;
    size_t bytes = (size_t)Py_TYPE(self)->tp_basicsize;
    guard_read(self);
    return PyLong_FromSize_t(bytes + (self->map != NULL ? gm_memory(self->map) : 0));
}

PyObject *
map_sizeof_locked(MapObject *self, PyObject *ignored)
{
    PyObject *result;
    MAP_LOCK(self);
    result = measure(self, ignored);
    MAP_UNLOCK();
    return result;
}
