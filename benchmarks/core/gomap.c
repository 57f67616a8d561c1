/* gomap.c: the engine's side of the benchmark, every answer looked at.
 *
 * The algorithms are an instance in this file, as C++'s are templates.  With
 * THROUGH_TABLE they are called through gomap.h, one indirect call each: what the
 * Python extension pays, and a C program that knows its types at run time only.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "gomap.h"

#include <stdio.h>
#include <stdlib.h>

#include "kind.inc.h"

#define ELEM_SIZE sizeof(int64_t)

static const gm_type map_type = {&gm_kind_bench, NULL, ELEM_SIZE, sizeof(bench_key), ELEM_SIZE};

#ifdef THROUGH_TABLE
#define FIND gm_find
#define ASSIGN gm_assign
#define DELETE gm_delete
#define NEXT gm_iter_next
#else
#define FIND(m, key, cell) find_bench(m, key, cell, ELEM_SIZE)
#define ASSIGN(m, key, cell) assign_bench(m, key, cell, ELEM_SIZE)
#define DELETE(m, key, removed) delete_bench(m, key, removed, ELEM_SIZE)
#define NEXT(it, cell) iter_next_bench(it, cell, ELEM_SIZE)
#endif

#define SIDE_HAS_BATCHES 1

typedef gm_map *side_map;

/* ---- the side ------------------------------------------------------------------------ */

static void
must(gm_status status)
{
    if (GM_UNLIKELY(status != GM_OK)) {
        fprintf(stderr, "gomap: status %d\n", (int)status);
        exit(1);
    }
}

static const char *
side_name(void)
{
    return "the engine, " BENCH_COMPILER;
}

static side_map
side_new(size_t hint)
{
    static uint64_t seed = 20260101;
    gm_options options = {.type = &map_type,
                          .allocator = &gm_system_memory,
                          .seed = seed++,
                          .hint = hint,
                          .context = NULL};
    gm_map *m;
    must(gm_map_new(&options, &m));
    return m;
}

static void
side_free(side_map m)
{
    gm_map_free(m);
}

static inline const int64_t *
side_find(side_map m, const bench_key *key)
{
    gm_cell cell;
    must(FIND(m, key, &cell));
    return cell.elem;
}

static inline int64_t *
side_slot(side_map m, const bench_key *key)
{
    gm_cell cell;
    must(ASSIGN(m, key, &cell));
    return cell.elem;
}

static inline void
side_delete(side_map m, const bench_key *key)
{
    gm_entry removed;
    must(DELETE(m, key, &removed));
}

static inline size_t
side_count(side_map m)
{
    return gm_count(m);
}

static inline uint64_t
side_sum(side_map m)
{
    uint64_t sum = 0;
    gm_iter it;
    gm_cell cell;
    gm_iter_init(&it, m, false);
    for (;;) {
        if (!gm_iter_next_pending(&it, &cell)) {
            must(NEXT(&it, &cell));
            if (cell.key == NULL) {
                break;
            }
        }
        sum += bench_weight(cell.key, *(const int64_t *)cell.elem);
    }
    gm_iter_fini(&it);
    return sum;
}

static inline void
side_find_many(side_map m, const bench_key *keys, size_t n, int64_t *out)
{
    static const int64_t zero = 0;
    gm_lookups batch = {.keys = keys, .n = n, .elems = out, .zero = &zero, .found = NULL};
    gm_find_many(m, &batch);
}

static inline void
side_set_many(side_map m, const bench_key *keys, size_t n, const int64_t *elems)
{
    gm_writes batch = {.keys = keys, .n = n, .values = elems, .stride = sizeof *elems};
    must(gm_assign_many(m, &batch));
}

#include "side.inc.h"
