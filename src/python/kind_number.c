/* kind_number.c: boxed int (and bool), float and complex keys, compared by
 * value without foreign code. */
#include "boxed.h"
#include "debug.h"
#include "layout.h"
#include "map_type.h"

static inline bool
floats_equal(PyObject *a, PyObject *b)
{
    return PyFloat_AS_DOUBLE(a) == PyFloat_AS_DOUBLE(b);
}

static inline bool
complexes_equal(PyObject *a, PyObject *b)
{
    Py_complex x = ((PyComplexObject *)a)->cval, y = ((PyComplexObject *)b)->cval;
    return x.real == y.real && x.imag == y.imag;
}

#define GM_NAME int
#define GM_LABEL "int"
#define GM_KIND_STORAGE
#define GM_KEY BoxedKey
#define GM_STORES_HASH 1
#define GM_EQUAL(a, b) ((a)->object == (b)->object || ints_equal((a)->object, (b)->object))
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#define GM_COPY_KEY BOXED_COPY
#define GM_PREFETCH_KEY(k) GM_PREFETCH((k)->object)
#define GM_SAME(a, b) ((a)->object == (b)->object)
#define GM_UNCLEAR(a, b) ((a)->hash == (b)->hash)
#include "ops.inc.h"

#define QUICK_NAME int
#define QUICK_CODE TYPE_INT
#define QUICK_KEY BoxedKey
#define QUICK_SLOT(k) (&(k)->slot.boxed)
#define QUICK_OBJECT(a) ((a)->object)
#define QUICK_WORD(a) ((a)->hash)
#define QUICK_MAKE(object, word) {object, word}
#define QUICK_EQUAL ints_equal
#define QUICK_GUARDED 0
#include "quick.inc.h"

#define GM_NAME float
#define GM_LABEL "float"
#define GM_KIND_STORAGE
#define GM_KEY BoxedKey
#define GM_STORES_HASH 1
#define GM_EQUAL(a, b) floats_equal((a)->object, (b)->object)
#define GM_IS_REFLEXIVE(k) (!is_nan_object((k)->object))
#define GM_UPDATES_KEY 0
#define GM_COPY_KEY BOXED_COPY
#define GM_PREFETCH_KEY(k) GM_PREFETCH((k)->object)
#include "ops.inc.h"

#define GM_NAME complex
#define GM_LABEL "complex"
#define GM_KIND_STORAGE
#define GM_KEY BoxedKey
#define GM_STORES_HASH 1
#define GM_EQUAL(a, b) complexes_equal((a)->object, (b)->object)
#define GM_IS_REFLEXIVE(k) (!is_nan_object((k)->object))
#define GM_UPDATES_KEY 0
#define GM_COPY_KEY BOXED_COPY
#define GM_PREFETCH_KEY(k) GM_PREFETCH((k)->object)
#include "ops.inc.h"
