/* test_explain.c: the path of a lookup, step by step, beside what lies in memory. */
#include <string.h>

#include "array.h"
#include "check.h"
#include "objects.h"
#include "subject.h"
#include "table.h"

#define STEPS 600

typedef struct {
    gm_trace trace;
    gm_step steps[STEPS];
    size_t n;
    unsigned restarts;
} path;

static void
restart(void *context)
{
    path *p = context;
    p->restarts++;
    p->n = 0;
}

static void
see(void *context, const gm_step *step)
{
    path *p = context;
    CHECK(p->n < STEPS);
    p->steps[p->n++] = *step;
}

static gm_status
explain(gm_map *m, const void *key, path *p)
{
    memset(p, 0, sizeof *p);
    memset(&p->trace, 0xff, sizeof p->trace); /* all of it is to be filled */
    p->trace.restart = restart;
    p->trace.see = see;
    p->trace.context = p;
    return gm_explain(m, key, &p->trace);
}

static void
explain_hashed(const table *t, uint64_t key, uint64_t hash, path *p)
{
    gm_hashed_bits64 slot = {key, hash};
    gm_cell cell;
    CHECK_EQ(explain(t->map, &slot, p), GM_OK);
    CHECK_EQ(gm_find(t->map, &slot, &cell), GM_OK);
    CHECK(p->trace.cell.key == cell.key && p->trace.cell.elem == cell.elem);
    CHECK_EQ(p->trace.hash, hash);
    CHECK_EQ(p->trace.slots_examined, p->n);
    CHECK_EQ(p->restarts, 1);
}

static void
check_step(const path *p, size_t n, size_t position, unsigned cell, gm_verdict verdict)
{
    CHECK(n < p->n);
    CHECK_EQ(p->steps[n].position, position);
    CHECK_EQ(p->steps[n].cell, cell);
    CHECK_EQ(p->steps[n].verdict, verdict);
}

/* The distinct cache lines of everything that a path read. */
typedef struct {
    uintptr_t lines[2 * STEPS];
    size_t n;
} line_set;

static void
add_lines(line_set *s, const void *memory, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uintptr_t line = ((uintptr_t)memory + i) / GM_CACHE_LINE;
        size_t k = 0;
        while (k < s->n && s->lines[k] != line) {
            k++;
        }
        s->lines[k] = line;
        s->n += k == s->n;
    }
}

static size_t
count_lines(const table *t, const path *p)
{
    line_set s = {.n = 0};
    const gm_map *m = t->map;
    char *b = gmi_bucket_at(p->trace.in_old ? m->oldbuckets : m->buckets, p->trace.bucket,
                            m->bucket_size);
    for (size_t i = 0; i < p->n; i++) {
        const gm_step *step = &p->steps[i];
        if (step->cell == 0 && step->position > 0) {
            add_lines(&s, gmi_overflow_at(b, m->bucket_size), sizeof(char *));
            b = gmi_overflow(b, m->bucket_size);
        }
        add_lines(&s, b, GM_BUCKET_CELLS);
        CHECK_EQ(step->tophash, gmi_tophash(b)[step->cell]);
        if (step->verdict == GM_SAW_KEY || step->verdict == GM_SAW_OTHER_KEY) {
            add_lines(&s, gmi_key_at(b, step->cell, m->key_size), m->key_size);
        }
    }
    if (p->trace.cell.key != NULL) {
        add_lines(&s, p->trace.cell.elem, m->elem_size);
    }
    else if (p->n > 0 && p->steps[p->n - 1].verdict != GM_SAW_REST) {
        add_lines(&s, gmi_overflow_at(b, m->bucket_size), sizeof(char *)); /* NULL, but read */
    }
    return s.n;
}

/* Chain 0 of two: keys 0 ... 8, key 2 deleted, key 5 under the same tophash byte as key 8. */
static void
init_chain(table *t)
{
    table_init(t, &(table_options){&gm_kind_hashed_bits64, 13, 1, false});
    for (uint64_t i = 0; i < 9; i++) {
        put_hashed(t, i, (i == 5 ? 24 : 16 + i) << 56 | i << 8, i);
    }
    CHECK(del_hashed(t, 2, UINT64_C(18) << 56 | 2 << 8));
}

static void
test_every_cell_up_to_the_key_is_shown(void)
{
    table t;
    path p;
    init_chain(&t);
    explain_hashed(&t, 8, UINT64_C(24) << 56 | 8 << 8, &p);
    CHECK_EQ(p.n, 9);
    for (unsigned i = 0; i < 8; i++) {
        check_step(&p, i, 0, i,
                   i == 2   ? GM_SAW_EMPTY
                   : i == 5 ? GM_SAW_OTHER_KEY
                            : GM_SAW_OTHER_TOPHASH);
    }
    check_step(&p, 8, 1, 0, GM_SAW_KEY);
    CHECK_EQ(p.trace.key_comparisons, 2);
    CHECK_EQ(p.trace.tophash, 24);
    CHECK_EQ(p.trace.bucket, 0);
    CHECK(!p.trace.in_old && p.trace.cell.key != NULL);
    CHECK_EQ(p.trace.cache_lines, count_lines(&t, &p));
    table_fini(&t);
}

static void
test_an_absent_keys_path_ends_where_nothing_follows(void)
{
    table t;
    path p;
    init_chain(&t);
    explain_hashed(&t, 99, UINT64_C(99) << 56, &p);
    CHECK_EQ(p.n, 10);
    check_step(&p, 2, 0, 2, GM_SAW_EMPTY);
    check_step(&p, 9, 1, 1, GM_SAW_REST);
    CHECK(p.trace.cell.key == NULL && p.trace.cell.elem == NULL);
    CHECK_EQ(p.trace.key_comparisons, 0);
    CHECK_EQ(p.trace.cache_lines, count_lines(&t, &p));
    explain_hashed(&t, 99, 1, &p); /* the other chain: tophash 0 is 5 */
    CHECK_EQ(p.n, 1);
    CHECK_EQ(p.trace.tophash, GM_MIN_TOPHASH);
    CHECK_EQ(p.trace.bucket, 1);
    CHECK_EQ(p.trace.cache_lines, 1);
    check_step(&p, 0, 0, 0, GM_SAW_REST);
    for (uint64_t i = 20; i < 25; i++) {
        put_hashed(&t, i, 1 | i << 56, i);
    }
    table_fini(&t);
}

static void
test_a_full_bucket_without_overflow_is_read_to_its_end(void)
{
    table t;
    path p;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 0, 1, false});
    explain_hashed(&t, 1, 77, &p); /* no buckets yet */
    CHECK_EQ(p.n, 0);
    CHECK_EQ(p.trace.bucket, 0);
    CHECK_EQ(p.trace.cache_lines, 0);
    for (uint64_t i = 0; i < 8; i++) {
        put_hashed(&t, i, i << 56, i);
    }
    explain_hashed(&t, 99, UINT64_C(99) << 56, &p);
    CHECK_EQ(p.n, 8);
    check_step(&p, 7, 0, 7, GM_SAW_OTHER_TOPHASH);
    CHECK_EQ(p.trace.cache_lines, count_lines(&t, &p));
    for (uint64_t i = 0; i < 8; i++) {
        CHECK(del_hashed(&t, i, i << 56));
    }
    explain_hashed(&t, 1, 77, &p); /* buckets, and nothing in them */
    CHECK_EQ(p.n, 0);
    table_fini(&t);
}

static void
test_an_old_chain_is_read_until_it_has_moved(void)
{
    table t;
    path p;
    unsigned in_old = 0;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 52, 1, false});
    for (uint64_t i = 0; i < 53; i++) {
        put_hashed(&t, i, i | (16 + i) << 56, i);
    }
    for (uint64_t i = 0; i < 53; i++) { /* old buckets 0 and 4 have moved */
        explain_hashed(&t, i, i | (16 + i) << 56, &p);
        CHECK_EQ(p.trace.in_old, (i & 3) != 0);
        CHECK_EQ(p.trace.bucket, i & (p.trace.in_old ? 7 : 15));
        CHECK_EQ(p.trace.cache_lines, count_lines(&t, &p));
        in_old += p.trace.in_old;
    }
    CHECK(in_old > 30);
    table_fini(&t);
}

/* More lines than a trace tells apart. */
static void
test_the_lines_of_a_long_chain_are_counted_once(void)
{
    test_memory memory;
    table t;
    path p;
    memory_init(&memory);
    t.type = (gm_type){&gm_kind_hashed_bits64, NULL, 8, 8, 8};
    gm_options o = {&t.type, &memory.allocator, 1, false, 0, NULL, NULL, true};
    CHECK_EQ(gm_map_new(&o, &t.map), GM_OK);
    for (uint64_t i = 0; i < 400; i++) {
        put_hashed(&t, i, i << 20, i);
    }
    explain_hashed(&t, 1000, UINT64_C(1) << 56, &p);
    CHECK_EQ(p.n, 400);
    CHECK(p.trace.cache_lines > GM_TRACE_LINES);
    CHECK_EQ(p.trace.cache_lines, count_lines(&t, &p));
    gm_map_free(t.map);
    memory_check_empty(&memory);
}

/* ---- a stranger's equality ------------------------------------------------------------- */

static subject *comparing;
static unsigned changes;

static bool
change_map(void *context)
{
    subject *s = context;
    if (s->depth == 0 && changes > 0) {
        changes--;
        s->depth++;
        CHECK_EQ(subject_assign(s, 100 + changes), GM_OK);
        s->depth--;
    }
    return true;
}

static bool
fail(void *context)
{
    (void)context;
    return false;
}

static gm_status
explain_object(subject *s, uint32_t id, path *p)
{
    object_key key;
    object_sort.write(&key, id, false, hash_by_mode(s->mode, id, gm_hash0(s->map)));
    gm_status status = explain(s->map, &key, p);
    object_owner.release_key(&key);
    return status;
}

static void
test_a_path_begins_anew_when_the_map_changes(void)
{
    path p;
    subject_options o = {&object_sort, &object_owner, 8, HASH_CONSTANT, 5, false, 0};
    comparing = subject_new(&o);
    for (uint32_t id = 0; id < 5; id++) {
        CHECK_EQ(subject_assign(comparing, id), GM_OK);
    }
    changes = 2;
    objects_on_equality(change_map);
    CHECK_EQ(explain_object(comparing, 4, &p), GM_OK);
    CHECK_EQ(p.restarts, 3);
    CHECK_EQ(p.n, 5);
    CHECK_EQ(p.trace.slots_examined, 5);
    CHECK_EQ(p.trace.key_comparisons, 5);
    objects_on_equality(fail);
    CHECK_EQ(explain_object(comparing, 4, &p), GM_CALL_FAILED);
    CHECK_EQ(p.n, 0);
    objects_on_equality(NULL);
    subject_verify(comparing, true);
    subject_free(comparing);
}

static const test_case cases[] = {
    {"every_cell_up_to_the_key_is_shown", test_every_cell_up_to_the_key_is_shown},
    {"an_absent_keys_path_ends_where_nothing_follows",
     test_an_absent_keys_path_ends_where_nothing_follows},
    {"a_full_bucket_without_overflow_is_read_to_its_end",
     test_a_full_bucket_without_overflow_is_read_to_its_end},
    {"an_old_chain_is_read_until_it_has_moved", test_an_old_chain_is_read_until_it_has_moved},
    {"the_lines_of_a_long_chain_are_counted_once", test_the_lines_of_a_long_chain_are_counted_once},
    {"a_path_begins_anew_when_the_map_changes", test_a_path_begins_anew_when_the_map_changes},
    {NULL, NULL},
};
const test_group explain_tests = {"explain", cases};
