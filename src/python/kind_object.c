/* kind_object.c: keys compared by Python: `object`, classes, and `interface`.
 *
 * Identity first, as dict; but a NaN equals nothing, as in Go.  `interface`
 * asks for the same type, too: 1, 1.0 and True are three keys.  str and int of
 * exact type need no foreign code.
 */
#include "boxed.h"
#include "debug.h"
#include "layout.h"
#include "map_type.h"

static inline int
same_type_equal(PyObject *stored, PyObject *key)
{
    if (PyUnicode_CheckExact(key)) {
        return strs_equal(stored, key);
    }
    if (PyLong_CheckExact(key)) {
        return ints_equal(stored, key);
    }
    return strangers_equal(stored, key);
}

static inline int
objects_equal(PyObject *stored, PyObject *key)
{
    if (stored == key) {
        return !is_nan_object(key);
    }
    return Py_TYPE(stored) == Py_TYPE(key) ? same_type_equal(stored, key)
                                           : strangers_equal(stored, key);
}

static inline int
interfaces_equal(PyObject *stored, PyObject *key)
{
    if (stored == key) {
        return !is_nan_object(key);
    }
    return Py_TYPE(stored) == Py_TYPE(key) ? same_type_equal(stored, key) : 0;
}

#define GM_NAME object
#define GM_LABEL "object"
#define GM_KIND_STORAGE
#define GM_KEY BoxedKey
#define GM_STORES_HASH 1
#define GM_EQUAL_CALL(m, slot, key) objects_equal((slot)->object, (key)->object)
#define GM_IS_REFLEXIVE(k) (!is_nan_object((k)->object))
#define GM_UPDATES_KEY 0
#define GM_COPY_KEY BOXED_COPY
#define GM_PREFETCH_KEY(k) GM_PREFETCH((k)->object)
#define GM_SAME(a, b) ((a)->object == (b)->object)
#define GM_UNCLEAR(a, b) ((a)->hash == (b)->hash)
#include "ops.inc.h"

/* The key is an exact str or int; a stored one may be anything. */
static inline bool
exact_objects_equal(PyObject *stored, PyObject *key)
{
    return Py_TYPE(stored) == Py_TYPE(key) &&
           (PyUnicode_CheckExact(key) ? strs_equal(stored, key) : ints_equal(stored, key));
}

#define QUICK_NAME object
#define QUICK_CODE TYPE_OBJECT
#define QUICK_KEY BoxedKey
#define QUICK_SLOT(k) (&(k)->slot.boxed)
#define QUICK_OBJECT(a) ((a)->object)
#define QUICK_WORD(a) ((a)->hash)
#define QUICK_MAKE(object, word) {object, word}
#define QUICK_EQUAL exact_objects_equal
#define QUICK_GUARDED 0
#include "quick.inc.h"

#define GM_NAME interface
#define GM_LABEL "interface"
#define GM_KIND_STORAGE
#define GM_KEY BoxedKey
#define GM_STORES_HASH 1
#define GM_EQUAL_CALL(m, slot, key) interfaces_equal((slot)->object, (key)->object)
#define GM_IS_REFLEXIVE(k) (!is_nan_object((k)->object))
#define GM_UPDATES_KEY 0
#define GM_COPY_KEY BOXED_COPY
#define GM_PREFETCH_KEY(k) GM_PREFETCH((k)->object)
#include "ops.inc.h"
