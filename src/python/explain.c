/* explain.c: the path of one lookup, for gomap.inspect.explain.
 *
 * Steps are kept in plain memory until the engine is through: making an object
 * could run the collector, and that could change the map under the lookup.
 */
#include "map_type.h"

typedef struct {
    gm_step *steps;
    size_t n, room;
    bool failed; /* no memory */
} Path;

static void
begin_path(void *context)
{
    ((Path *)context)->n = 0;
}

static void
add_step(void *context, const gm_step *step)
{
    Path *path = context;
    if (path->n == path->room) {
        size_t room = path->room * 2 + 16;
        gm_step *steps = PyMem_Realloc(path->steps, room * sizeof *steps);
        if (steps == NULL) {
            path->failed = true;
            return;
        }
        path->steps = steps;
        path->room = room;
    }
    path->steps[path->n++] = *step;
}

/* (position in chain, slot, tophash, verdict), in order; new. */
static PyObject *
steps_object(const Path *path)
{
    static const char *const verdicts[] = {"empty", "rest", "other tophash", "other key", "found"};
    PyObject *tuple = PyTuple_New((Py_ssize_t)path->n);
    for (size_t i = 0; tuple != NULL && i < path->n; i++) {
        const gm_step *step = &path->steps[i];
        PyObject *row = Py_BuildValue("niis", (Py_ssize_t)step->position, (int)step->cell,
                                      (int)step->tophash, verdicts[step->verdict]);
        if (row == NULL) {
            Py_CLEAR(tuple);
            break;
        }
        PyTuple_SET_ITEM(tuple, (Py_ssize_t)i, row);
    }
    return tuple;
}

static PyObject *
explanation(const gm_trace *trace, const Path *path, bool found, PyObject *element)
{
    PyObject *steps = steps_object(path);
    if (steps == NULL) {
        return NULL;
    }
    /* steps as O: on its way out of memory Py_BuildValue may leave an N behind. */
    PyObject *result = Py_BuildValue(
        "{s:K,s:n,s:i,s:s,s:O,s:O,s:n,s:n,s:n,s:O}", "hash", (unsigned long long)trace->hash,
        "bucket", (Py_ssize_t)trace->bucket, "tophash", (int)trace->tophash, "array",
        trace->in_old ? "old" : "new", "found", found ? Py_True : Py_False, "element", element,
        "key_comparisons", (Py_ssize_t)trace->key_comparisons, "slots_examined",
        (Py_ssize_t)trace->slots_examined, "cache_lines", (Py_ssize_t)trace->cache_lines, "steps",
        steps);
    Py_DECREF(steps);
    return result;
}

/* The engine's part: 1 found, 0 absent, with *element new; -1 raised.  A NaN's hash
 * is drawn, and the draw taken back. */
static int
trace_lookup(MapObject *map, PyObject *object, gm_trace *trace, PyObject **element)
{
    Key key;
    if (!map->nil && map_ensure(map) < 0) {
        return -1;
    }
    uint64_t stream = map->map != NULL ? gm_stream(map->map) : 0;
    if (map_load_key(map, object, &key) < 0) {
        return -1;
    }
    int found = 0;
    if (map->map != NULL) {
        guard_read(map);
        gm_status status = gm_explain(map->map, &key.slot, trace);
        if (status != GM_OK) {
            found = err_status(map, status);
        }
        else if (trace->cell.key != NULL) {
            *element = elem_box(map->spec, trace->cell.elem);
            found = *element != NULL ? 1 : -1;
        }
        gm_rewind(map->map, stream);
    }
    if (found == 0) {
        *element = Py_NewRef(map->zero);
    }
    key_drop(&key);
    return found;
}

PyDoc_STRVAR(explain_doc, "explain(m, key, /)\n--\n\n\
The path of one lookup as a dict; gomap.inspect.explain makes it readable.");

static PyObject *
explain(PyObject *module, PyObject *args)
{
    PyObject *object, *key, *element = NULL, *result = NULL;
    Path path = {NULL, 0, 0, false};
    gm_trace trace = {.restart = begin_path, .see = add_step, .context = &path};
    if (!PyArg_ParseTuple(args, "OO:explain", &object, &key)) {
        return NULL;
    }
    MapObject *map = map_argument(module, object, "explain");
    int found = -1;
    if (map != NULL) {
        MAP_LOCK(map);
        found = trace_lookup(map, key, &trace, &element);
        MAP_UNLOCK();
    }
    if (found >= 0 && path.failed) {
        PyErr_NoMemory();
    }
    else if (found >= 0) {
        result = explanation(&trace, &path, found > 0, element);
    }
    Py_XDECREF(element);
    PyMem_Free(path.steps);
    return result;
}

PyMethodDef explain_functions[] = {
    {"explain", explain, METH_VARARGS, explain_doc},
    {NULL, NULL, 0, NULL},
};
