/* sync_lock.c: the lock of sync.Map: threading's RLock, let go without memory.
 *
 * RLock's own __exit__ takes its arguments as a tuple.  Where there is no memory for
 * that, `with lock:` raises MemoryError and stays the owner: every other thread would
 * wait for ever.  This one takes them as they lie, and says MemoryError, too, where
 * RLock says RuntimeError because it could not be made.
 */
#include "state.h"

PyDoc_STRVAR(lock_doc, "Lock()\n--\n\nA threading.RLock whose `with` needs no memory to end.");

static PyObject *
lock_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *self = type->tp_base->tp_new(type, args, kwargs);
    if (self == NULL && PyErr_ExceptionMatches(PyExc_RuntimeError)) {
        PyErr_NoMemory();
    }
    return self;
}

/* __exit__(type, error, traceback), of which none is needed. */
static PyObject *
lock_exit(PyObject *self, PyObject *const *Py_UNUSED(args), Py_ssize_t Py_UNUSED(n))
{
    ModuleState *state = PyType_GetModuleState(Py_TYPE(self));
    return PyObject_CallMethodNoArgs(self, state->release);
}

static PyMethodDef lock_methods[] = {
    {"__exit__", (PyCFunction)(void (*)(void))lock_exit, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot lock_slots[] = {
    {Py_tp_doc, (void *)lock_doc},
    {Py_tp_new, lock_new},
    {Py_tp_methods, lock_methods},
    {0, NULL},
};

PyType_Spec lock_spec = {
    .name = "gomap._gomap.Lock",
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = lock_slots,
};
