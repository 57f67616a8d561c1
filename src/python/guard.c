/* guard.c: see guard.h.
 *
 * The gate is shut as long as there is a batch: the first one shuts it, the last
 * one opens it.  The queue is used under the interpreter lock. */
#include "guard.h"

#include "pythread.h"

#ifdef MS_WINDOWS
#include <windows.h>
#else
#include <time.h>
#endif

/* Somebody in the queue; lies on its own stack. */
typedef struct Waiter {
    struct Waiter *next;
} Waiter;

static bool
is_shut(const MapObject *self, bool writes)
{
    long batches = GUARD_LOAD(&self->batches);
    return batches < 0 || (writes && batches > 0);
}

/* Lets others have the interpreter lock: until the gate opens, or, when it is open
 * and those before in the queue have not been through it yet, for a moment. */
static void
give_way(MapObject *self)
{
    PyThread_type_lock gate = GUARD_LOAD(&self->batches) != 0 ? self->gate : NULL;
    PyThreadState *thread = PyEval_SaveThread();
    if (gate != NULL) {
        PyThread_acquire_lock(gate, WAIT_LOCK);
        PyThread_release_lock(gate);
    }
    else {
#ifdef MS_WINDOWS
        Sleep(0);
#else
        nanosleep(&(struct timespec){0, 20000}, NULL);
#endif
    }
    PyEval_RestoreThread(thread);
}

static Waiter **
end_of_queue(MapObject *self, const Waiter *end)
{
    Waiter **link = &self->waiters;
    while (*link != end) {
        link = &(*link)->next;
    }
    return link;
}

/* At exit threads are stopped wherever they wait for the interpreter lock; what
 * they left in the queue means nothing any more. */
static bool
is_finalizing(void)
{
#if PY_VERSION_HEX >= 0x030D0000
    return Py_IsFinalizing();
#else
    return _Py_IsFinalizing();
#endif
}

/* Waits in the queue.  A call goes as soon as it may; a batch only when nobody
 * has waited longer, or a loop of batches would keep others out for good. */
static void
wait_in_queue(MapObject *self, bool batch, bool writes)
{
    Waiter me = {NULL};
    bool queues = !is_finalizing();
    if (queues) {
        *end_of_queue(self, NULL) = &me;
    }
    while (is_shut(self, writes) || (batch && queues && self->waiters != &me)) {
        give_way(self);
        queues = queues && !is_finalizing();
    }
    if (queues) {
        *end_of_queue(self, &me) = me.next;
    }
}

void
guard_wait(MapObject *self, bool writes)
{
    wait_in_queue(self, false, writes);
}

bool
guard_enter(MapObject *self, bool writes)
{
    if (self->gate == NULL && (self->gate = PyThread_allocate_lock()) == NULL) {
        return false;
    }
    if (is_shut(self, writes) || self->waiters != NULL) {
        wait_in_queue(self, true, writes);
    }
    if (GUARD_ADD(&self->batches, writes ? -1 : 1) == 0) {
        PyThread_acquire_lock(self->gate, WAIT_LOCK); /* held by others for an instant only */
    }
    return true;
}

void
guard_leave(MapObject *self)
{
    PyThread_type_lock gate = self->gate;
    bool writes = GUARD_LOAD(&self->batches) < 0;
    if (GUARD_ADD(&self->batches, writes ? 1 : -1) == (writes ? -1 : 1)) {
        PyThread_release_lock(gate);
    }
}

PyThreadState *
guard_begin(MapObject *self, size_t n, bool writes)
{
    if (n >= GUARD_UNLOCKED_LEAST && guard_enter(self, writes)) {
        return PyEval_SaveThread();
    }
    if (writes) {
        guard_write(self);
    }
    else {
        guard_read(self);
    }
    return NULL;
}

void
guard_end(MapObject *self, PyThreadState *thread)
{
    if (thread != NULL) {
        guard_leave(self);
        PyEval_RestoreThread(thread);
    }
}

void
guard_fini(MapObject *self)
{
    if (self->gate != NULL) {
        PyThread_free_lock(self->gate);
    }
}
