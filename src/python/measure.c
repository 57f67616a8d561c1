/* measure.c: maps filled beyond what growth allows, for load_factor_table. */
#include "memory.h"

#include "hash.h"

/* Figures of an int64 map of 2**B buckets with that many random keys. */
static gm_status
fill_and_read(uint64_t *keys, size_t n, unsigned B, uint64_t seed, gm_stats *stats)
{
    static const gm_type numbers = {&gm_kind_bits64, NULL, 8, 8, 8};
    gm_options options = {
        .type = &numbers,
        .allocator = &memory_raw,
        .seed = seed,
        .hint = ((uint64_t)1 << B) * GM_LOAD_NUM / GM_LOAD_DEN,
        .fixed_size = true,
    };
    gm_map *map;
    gm_status status = gm_map_new(&options, &map);
    if (status != GM_OK) {
        return status;
    }
    for (size_t i = 0; i < n; i++) {
        keys[i] = gm_splitmix(&seed);
    }
    gm_writes batch = {.keys = keys, .n = n, .values = keys, .stride = sizeof *keys};
    status = gm_assign_many(map, &batch);
    if (status == GM_OK) {
        gm_read_stats(map, stats, NULL);
    }
    gm_map_free(map);
    return status;
}

PyDoc_STRVAR(loaded_doc, "loaded(B, entries, seed, /)\n--\n\n\
Sums over an int64 map of 2**B buckets that does not grow: (count, chains,\n\
chains_with_overflow, bytes of buckets, hit_total).");

static PyObject *
loaded(PyObject *module, PyObject *args)
{
    int B;
    Py_ssize_t n;
    unsigned long long seed;
    gm_stats s;
    (void)module;
    if (!PyArg_ParseTuple(args, "inK:loaded", &B, &n, &seed)) {
        return NULL;
    }
    if (B < 0 || B > 30 || n < 0 || n > PY_SSIZE_T_MAX / 16) {
        PyErr_SetString(PyExc_ValueError, "loaded: 0 <= B <= 30 and entries >= 0");
        return NULL;
    }
    uint64_t *keys = PyMem_RawMalloc((size_t)n * sizeof *keys + 1);
    if (keys == NULL) {
        return PyErr_NoMemory();
    }
    PyThreadState *thread = PyEval_SaveThread();
    gm_status status = fill_and_read(keys, (size_t)n, (unsigned)B, seed, &s);
    PyEval_RestoreThread(thread);
    PyMem_RawFree(keys);
    if (status != GM_OK) {
        return PyErr_NoMemory();
    }
    return Py_BuildValue("KnnKK", (unsigned long long)s.header.count, (Py_ssize_t)s.chains,
                         (Py_ssize_t)s.chains_with_overflow,
                         (unsigned long long)s.bucket_total * s.bucket_size,
                         (unsigned long long)s.hit_total);
}

PyMethodDef measure_functions[] = {
    {"loaded", loaded, METH_VARARGS, loaded_doc},
    {NULL, NULL, 0, NULL},
};
