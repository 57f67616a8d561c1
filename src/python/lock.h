/* lock.h: what takes the interpreter lock's place in builds of Python without it.
 *
 * There every call that reads or writes a map's engine holds the map's own lock, a
 * critical section: all of a map's fields are its, and those of the iterators over
 * the map.  It is taken where a call comes in (the slots and methods, or, by name,
 * a *_locked function), never deeper.
 *
 * A critical section keeps the promise of the interpreter lock and no more: others
 * may come in wherever the thread waits, which is wherever it may run Python code,
 * takes another object's lock, or drops a reference that is not its own.  So what
 * has to be read anew after code that may release the interpreter lock, has to be
 * after these, too: no cell's address is used after a Py_DECREF.
 *
 * Of two maps one is locked at a time; a lock within another's stretch may open that
 * one for a while.  With the interpreter lock all of this is nothing: LOCKED(f) is f.
 */
#ifndef GOMAP_LOCK_H
#define GOMAP_LOCK_H

#include "state.h"

#ifdef Py_GIL_DISABLED

#define MAP_LOCK(map) Py_BEGIN_CRITICAL_SECTION(map)
#define MAP_UNLOCK() Py_END_CRITICAL_SECTION()

/* f_locked: a method with the map locked.  By its arguments: one object (or none),
 * args and kwargs, an array of them. */
#define LOCKED(f) f##_locked
#define LOCKED_O(f)                                             \
    static PyObject *f##_locked(MapObject *self, PyObject *arg) \
    {                                                           \
        PyObject *result;                                       \
        MAP_LOCK(self);                                         \
        result = f(self, arg);                                  \
        MAP_UNLOCK();                                           \
        return result;                                          \
    }
#define LOCKED_KEYWORDS(f)                                                         \
    static PyObject *f##_locked(MapObject *self, PyObject *args, PyObject *kwargs) \
    {                                                                              \
        PyObject *result;                                                          \
        MAP_LOCK(self);                                                            \
        result = f(self, args, kwargs);                                            \
        MAP_UNLOCK();                                                              \
        return result;                                                             \
    }
#define LOCKED_FAST(f)                                                                \
    static PyObject *f##_locked(MapObject *self, PyObject *const *args, Py_ssize_t n) \
    {                                                                                 \
        PyObject *result;                                                             \
        MAP_LOCK(self);                                                               \
        result = f(self, args, n);                                                    \
        MAP_UNLOCK();                                                                 \
        return result;                                                                \
    }

#else

#define MAP_LOCK(map) {
#define MAP_UNLOCK() }
#define LOCKED(f) f
#define LOCKED_O(f)
#define LOCKED_KEYWORDS(f)
#define LOCKED_FAST(f)

#endif

#endif
