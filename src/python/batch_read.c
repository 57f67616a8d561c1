/* batch_read.c: looking many keys up.
 *
 * Over bare numbers the engine does the whole batch, without the interpreter lock
 * if it is long.  Keys that need Python code are loaded a wave at a time, their
 * memory is fetched, and each is looked up as a single call does.
 */
#include "array_type.h"
#include "batch.h"

/* Where answers go. */
typedef struct {
    MapObject *map; /* borrowed */
    size_t n;
    bool wants_elems;
    ArrayObject *array; /* unboxed elements; or NULL: in the caller's buffer */
    void *slots;        /* n element slots; boxed ones are references, new */
    size_t filled;      /* references among them */
    PyObject *out;      /* what the caller gave, or NULL; borrowed */
    Target target;      /* the same, opened, when elements are unboxed */
    ArrayObject *found; /* bools */
} Answers;

static Dtype
bools(void)
{
    return (Dtype){NUMBER_BOOL, 1};
}

/* ---- making room ---------------------------------------------------------------------- */

static int
open_list(Answers *answers)
{
    const MapSpec *spec = answers->map->spec;
    if (answers->out != NULL) {
        if (!PyList_Check(answers->out)) {
            err_out_type(spec, &spec->elem, answers->out);
            return -1;
        }
        if ((size_t)PyList_GET_SIZE(answers->out) != answers->n) {
            err_out_length(spec, PyList_GET_SIZE(answers->out), answers->n);
            return -1;
        }
    }
    answers->slots = PyMem_Calloc(answers->n > 0 ? answers->n : 1, sizeof(PyObject *));
    if (answers->slots == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static int
open_array(Answers *answers, const Keys *keys)
{
    const MapSpec *spec = answers->map->spec;
    if (answers->out != NULL) {
        Target *target = &answers->target;
        if (target_init(target, &(ColumnFor){spec, &spec->elem, "element"}, answers->out,
                        answers->n) < 0) {
            answers->out = NULL;
            return -1;
        }
        Py_ssize_t span = answers->n > 0 ? (Py_ssize_t)(answers->n - 1) * target->stride : 0;
        char *low = (char *)target->view.buf + (span < 0 ? span : 0);
        if (keys->objects == NULL &&
            column_overlaps(&keys->column, low,
                            answers->n > 0 ? Py_ABS(span) + target->dtype.width : 0)) {
            return err_out(spec, "out overlaps the keys");
        }
        if (target_is_contiguous(target)) {
            answers->slots = target->view.buf;
            return 0;
        }
    }
    answers->array = array_new(state_of(answers->map), dtype_of_type(&spec->elem), answers->n);
    if (answers->array == NULL) {
        return -1;
    }
    answers->slots = answers->array->data;
    return 0;
}

static void
answers_fini(Answers *answers)
{
    if (answers->map->spec->elem.boxed) {
        for (size_t i = 0; i < answers->filled; i++) {
            Py_DECREF(((PyObject **)answers->slots)[i]);
        }
        PyMem_Free(answers->slots);
    }
    else if (answers->out != NULL) {
        target_fini(&answers->target);
    }
    Py_XDECREF(answers->array);
    Py_XDECREF(answers->found);
}

static int
answers_init(Answers *answers, const Keys *keys, bool wants_elems, PyObject *out)
{
    MapObject *map = keys->map;
    *answers = (Answers){.map = map, .n = keys->n, .wants_elems = wants_elems, .out = out};
    int result = !wants_elems            ? 0
                 : map->spec->elem.boxed ? open_list(answers)
                                         : open_array(answers, keys);
    if (result == 0) {
        answers->found = array_new(state_of(map), bools(), keys->n);
        result = answers->found != NULL ? 0 : -1;
    }
    if (result < 0) {
        answers_fini(answers);
    }
    return result;
}

/* ---- showing them -------------------------------------------------------------------- */

/* The references as a list; they are its own from now on. */
static PyObject *
list_of_slots(Answers *answers)
{
    PyObject *list = PyList_New((Py_ssize_t)answers->n);
    if (list == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < answers->n; i++) {
        PyList_SET_ITEM(list, (Py_ssize_t)i, ((PyObject **)answers->slots)[i]);
    }
    answers->filled = 0;
    if (answers->out == NULL) {
        return list;
    }
    if (PyList_SetSlice(answers->out, 0, PyList_GET_SIZE(answers->out), list) < 0) {
        Py_DECREF(list);
        return NULL;
    }
    Py_DECREF(list);
    return Py_NewRef(answers->out);
}

static PyObject *
show_elems(Answers *answers)
{
    if (answers->map->spec->elem.boxed) {
        return list_of_slots(answers);
    }
    if (answers->out == NULL) {
        ArrayObject *array = answers->array;
        answers->array = NULL;
        return array_show(array);
    }
    if (answers->array != NULL) {
        target_fill(&answers->target, answers->slots, answers->n);
    }
    return Py_NewRef(answers->out);
}

/* The mask: an array, if either side of the map is one. */
static PyObject *
show_found(Answers *answers)
{
    const MapSpec *spec = answers->map->spec;
    ArrayObject *found = answers->found;
    if (!spec->key.boxed || !spec->elem.boxed) {
        answers->found = NULL;
        return array_show(found);
    }
    PyObject *list = PyList_New((Py_ssize_t)answers->n);
    for (size_t i = 0; list != NULL && i < answers->n; i++) {
        PyList_SET_ITEM(list, (Py_ssize_t)i, PyBool_FromLong(((bool *)found->data)[i]));
    }
    return list;
}

/* ---- the lookups --------------------------------------------------------------------- */

/* The slot of the zero value. */
static int
load_zero(MapObject *map, Elem *zero)
{
    if (map->spec->elem.boxed) {
        zero->object = map->zero;
        return 0;
    }
    return elem_load(map->spec, map->zero, zero);
}

/* References just copied out of cells are taken before anything else can run. */
static void
own_references(Answers *answers)
{
    PyObject **objects = answers->slots;
    for (size_t i = 0; i < answers->n; i++) {
        if (i + OBJECTS_AHEAD < answers->n) {
            GM_PREFETCH(objects[i + OBJECTS_AHEAD]);
        }
        Py_INCREF(objects[i]);
    }
    answers->filled = answers->n;
}

static int
find_bare(Answers *answers, const Keys *keys)
{
    MapObject *map = keys->map;
    Elem zero;
    if (load_zero(map, &zero) < 0) {
        return -1;
    }
    gm_lookups batch = {keys->column.data, keys->n, answers->wants_elems ? answers->slots : NULL,
                        &zero, answers->found->data};
    PyThreadState *thread = guard_begin(map, is_bare(map) ? keys->n : 0, false);
    gm_find_many(map->map, &batch);
    guard_end(map, thread);
    if (answers->wants_elems && map->spec->elem.boxed) {
        own_references(answers);
    }
    return 0;
}

static void
answer(Answers *answers, size_t i, const void *elem)
{
    const MapSpec *spec = answers->map->spec;
    if (!answers->wants_elems) {
        return;
    }
    if (spec->elem.boxed) {
        ((PyObject **)answers->slots)[i] = Py_NewRef(*(PyObject *const *)elem);
        answers->filled = i + 1;
    }
    else {
        memcpy((char *)answers->slots + i * spec->elem.size, elem, spec->elem.size);
    }
}

static int
find_one(Answers *answers, Keys *keys, size_t i, const Elem *zero)
{
    Key key;
    gm_cell cell;
    if (keys_take(keys, i, &key) < 0) {
        return -1;
    }
    int found = map_find_loaded(keys->map, &key, &cell);
    if (found >= 0) {
        ((bool *)answers->found->data)[i] = found;
        answer(answers, i, found ? cell.elem : zero);
    }
    key_drop(&key);
    return found < 0 ? -1 : 0;
}

static int
find_in_waves(Answers *answers, Keys *keys)
{
    Elem zero;
    if (load_zero(keys->map, &zero) < 0) {
        return -1;
    }
    for (size_t i = 0; i < keys->n; i++) {
        if (keys_reach(keys, i) < 0 || find_one(answers, keys, i, &zero) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
find_all(Answers *answers, Keys *keys)
{
    if (has_bare_keys(keys->map) && keys->map->map != NULL) {
        return find_bare(answers, keys);
    }
    return find_in_waves(answers, keys);
}

/* ---- the methods --------------------------------------------------------------------- */

const char map_get_many_doc[] = PyDoc_STR("get_many($self, /, keys, out=None)\n--\n\n\
The elements of many keys, and which of them are present: (elements, found).\n\
\n\
keys: an array of shape (n,), or an iterable of n keys.  elements: shape (n,), of\n\
the element type, the zero value where a key is absent; found: n bools.  A map of\n\
bare numbers gives numpy arrays when numpy is imported, else memoryviews; a boxed\n\
side gives lists.  out: a buffer (a list, when elements are boxed) of n elements\n\
to fill and return instead of a new one.\n\
\n\
O(n); keys in an order unrelated to the map's cost one cache miss each, many at a\n\
time.  Releases the interpreter lock when both sides are unboxed and n is large.\n\
Raises TypeError or OverflowError for keys that the type does not take,\n\
ValueError for an out that is read-only, of another length or over the keys.\n\
\n\
>>> from gomap import Map, int64\n\
>>> m = Map[int64, int64]({1: 10, 2: 20})\n\
>>> elements, found = m.get_many([2, 3])\n\
>>> elements.tolist(), found.tolist()\n\
([20, 0], [True, False])\n\
>>> Map[str, int]({'a': 1}).get_many(['a', 'b'])\n\
([1, 0], [True, False])\n");

PyObject *
map_get_many(MapObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {"keys", "out", NULL};
    PyObject *given, *out = NULL, *elems = NULL, *found = NULL;
    Keys keys;
    Answers answers;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:get_many", (char **)(uintptr_t)names,
                                     &given, &out) ||
        keys_init(&keys, self, given) < 0) {
        return NULL;
    }
    if (answers_init(&answers, &keys, true, out == Py_None ? NULL : out) == 0) {
        if (find_all(&answers, &keys) == 0 && (found = show_found(&answers)) != NULL) {
            elems = show_elems(&answers);
        }
        answers_fini(&answers);
    }
    keys_fini(&keys);
    if (elems == NULL) {
        Py_XDECREF(found);
        return NULL;
    }
    return Py_BuildValue("NN", elems, found);
}

const char map_contains_many_doc[] = PyDoc_STR("contains_many($self, /, keys)\n--\n\n\
Which of many keys are present: n bools.\n\
\n\
As get_many's second result, without reading elements.  O(n).\n\
\n\
>>> from gomap import Map, int64\n\
>>> Map[int64, int64]({1: 10}).contains_many([1, 2]).tolist()\n\
[True, False]\n");

PyObject *
map_contains_many(MapObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {"keys", NULL};
    PyObject *given, *found = NULL;
    Keys keys;
    Answers answers;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:contains_many", (char **)(uintptr_t)names,
                                     &given) ||
        keys_init(&keys, self, given) < 0) {
        return NULL;
    }
    if (answers_init(&answers, &keys, false, NULL) == 0) {
        found = find_all(&answers, &keys) == 0 ? show_found(&answers) : NULL;
        answers_fini(&answers);
    }
    keys_fini(&keys);
    return found;
}
