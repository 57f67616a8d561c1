/* guard.h: maps that a batch uses without the interpreter lock.
 *
 * A batch over a map of bare numbers runs no Python code, so other threads may
 * run meanwhile.  Whoever touches a map asks here first:
 *
 *                    no batch   reading batches   a writing batch
 *   guard_read       goes on    goes on           waits
 *   guard_write      goes on    waits             waits
 *
 * A batch always ends without help from other threads, so waiting does, too, and
 * who waits goes before the next batch begins.
 * A child process forked during another thread's batch has the map shut for good.
 * What has been read of a map may be out of date after a wait: ask before the
 * call into the engine, after everything that may run Python code.
 */
#ifndef GOMAP_GUARD_H
#define GOMAP_GUARD_H

#include "state.h"

/* `batches` changes under the interpreter lock, except that a batch ends without
 * it: the interpreter may be gone by then. */
#if defined(_MSC_VER)
#include <intrin.h>
#define GUARD_LOAD(p) (*(volatile long *)(p))
#define GUARD_ADD(p, n) _InterlockedExchangeAdd((volatile long *)(p), (n))
#else
#define GUARD_LOAD(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define GUARD_ADD(p, n) __atomic_fetch_add((p), (n), __ATOMIC_ACQ_REL)
#endif

void guard_wait(MapObject *self, bool writes);

static inline void
guard_read(MapObject *self)
{
    if (GM_UNLIKELY(GUARD_LOAD(&self->batches) < 0)) {
        guard_wait(self, false);
    }
}

static inline void
guard_write(MapObject *self)
{
    if (GM_UNLIKELY(GUARD_LOAD(&self->batches) != 0)) {
        guard_wait(self, true);
    }
}

/* Begins a batch: from now on the interpreter lock may be released.  False: there
 * is no memory for it, and the batch must keep the lock. */
bool guard_enter(MapObject *self, bool writes);
/* Ends it; needs no interpreter lock. */
void guard_leave(MapObject *self);

/* Fewer keys than these are not worth giving the interpreter lock away. */
#define GUARD_UNLOCKED_LEAST 2048

/* Before and after a batch of n keys over bare numbers: without the interpreter
 * lock if they are many; begin's result is for end. */
PyThreadState *guard_begin(MapObject *self, size_t n, bool writes);
void guard_end(MapObject *self, PyThreadState *thread);
void guard_fini(MapObject *self);

#endif
