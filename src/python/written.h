/* written.h: key and element types as they are written between the brackets. */
#ifndef GOMAP_WRITTEN_H
#define GOMAP_WRITTEN_H

#include <Python.h>

/* The type that is meant: any object by Any, int by NewType("ID", int), int | None by
 * Optional[int].  What means no other type comes back.  New; NULL: raised. */
PyObject *written_meaning(PyObject *written);
/* What isinstance can be asked: a class, a union of them, an alias's origin.  New. */
PyObject *written_class(PyObject *written);
/* How messages and the names of classes call it: str; new. */
PyObject *written_name(PyObject *written);

#endif
