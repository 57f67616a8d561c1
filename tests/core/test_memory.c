/* test_memory.c: every allocation fails once: the map is as it was, says so,
 * and nothing leaks.  Sizes are checked by the allocator, sums by the model. */
#include "check.h"
#include "objects.h"
#include "subject.h"
#include "table.h"

/* The next random operation, with its k-th allocation and all later ones
 * refused, for k = 1, 2, ... until it gets by without the k-th. */
static uint64_t
step_short_of_memory(subject *s)
{
    uint64_t rng = s->rng, failures = 0;
    for (uint64_t k = 1;; k++) {
        s->memory.fail_in = k;
        s->memory.failed = false;
        gm_status status = subject_step(s);
        s->memory.fail_in = 0;
        s->memory.failed = false;
        subject_verify(s, status != GM_OK);
        if (status == GM_OK) {
            return failures;
        }
        CHECK_EQ(status, GM_NO_MEMORY);
        failures++;
        s->rng = rng; /* the same again */
    }
}

static uint64_t
run_short_of_memory(const subject_options *options, unsigned steps)
{
    uint64_t failures = 0;
    test_seed = options->seed;
    subject *s = subject_new(options);
    for (unsigned i = 0; i < steps; i++) {
        failures += step_short_of_memory(s);
    }
    for (unsigned i = 0; i < ITERATORS; i++) {
        subject_iter_drain(s, &s->iters[i]);
    }
    subject_verify(s, true);
    subject_free(s);
    return failures;
}

static void
test_every_allocation_may_fail(void)
{
    const key_sort *const sorts[] = {SORT_BITS64, SORT_FLOAT64, SORT_HASHED64};
    const hash_mode modes[] = {HASH_GOOD, HASH_LOW_BITS, HASH_CONSTANT};
    uint64_t failures = 0;
    for (size_t i = 0; i < 3; i++) {
        for (uint64_t seed = 1; seed <= 4; seed++) {
            subject_options o = {sorts[i], NULL, 8, modes[seed % 3], seed, false, 0};
            failures += run_short_of_memory(&o, 4000);
        }
    }
    CHECK(failures > 500);
}

static void
test_every_allocation_may_fail_where_cells_hold_references(void)
{
    for (unsigned mode = 0; mode < HASH_MODES; mode++) {
        for (uint64_t seed = 1; seed <= 3; seed++) {
            subject_options o = {&object_sort, &object_owner, 8, (hash_mode)mode, seed, false, 0};
            CHECK(run_short_of_memory(&o, 4000) > 20);
        }
    }
}

static void
test_a_map_that_cannot_be_made_leaves_nothing(void)
{
    for (uint64_t k = 1; k <= 2; k++) {
        test_memory memory;
        memory_init(&memory);
        memory.fail_in = k;
        gm_type type = {&gm_kind_bits64, NULL, 8, 8, 8};
        gm_options o = {&type, &memory.allocator, 1, false, 100, NULL, NULL, false};
        gm_map *m;
        CHECK_EQ(gm_map_new(&o, &m), GM_NO_MEMORY);
        CHECK(m == NULL);
        memory_check_empty(&memory);
    }
}

static void
test_the_first_entry_may_find_no_memory(void)
{
    table t;
    uint64_t key = 1;
    gm_cell cell;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    t.memory.fail_in = 1;
    CHECK_EQ(gm_assign(t.map, &key, &cell), GM_NO_MEMORY);
    CHECK(!table_header(&t).has_buckets);
    t.memory.failed = false;
    put(&t, 1, 1);
    table_fini(&t);
}

/* There is no memory for a copy of the references: the buckets go instead. */
static void
test_clear_without_memory_still_empties(void)
{
    subject_options o = {&object_sort, &object_owner, 8, HASH_GOOD, 1, false, 0};
    subject *s = subject_new(&o);
    for (uint32_t id = 0; id < 100; id++) {
        CHECK_EQ(subject_assign(s, id), GM_OK);
        if (id % 40 == 20) {
            subject_iter_start(s, &s->iters[id / 40]);
        }
    }
    s->memory.fail_in = 1;
    subject_clear(s);
    s->memory.failed = false;
    CHECK_EQ(objects_alive(), 0);
    subject_verify(s, true);
    for (unsigned i = 0; i < ITERATORS; i++) {
        subject_iter_drain(s, &s->iters[i]);
    }
    subject_free(s);
}

static void
test_churn_does_not_gather_memory(void)
{
    table t;
    size_t most = 0;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 6000; i++) { /* at most 60 entries at a time */
        put_hashed(&t, i, i / 20, i);     /* chain after chain overflows */
        if (i >= 60) {
            CHECK(del_hashed(&t, i - 60, (i - 60) / 20));
        }
        if (i < 3000 && gm_memory(t.map) > most) {
            most = gm_memory(t.map);
        }
        CHECK(i < 3000 || gm_memory(t.map) <= 2 * most);
    }
    CHECK(table_stats(&t).same_size_growths > 0);
    table_fini(&t);
}

static const test_case cases[] = {
    {"every_allocation_may_fail", test_every_allocation_may_fail},
    {"every_allocation_may_fail_where_cells_hold_references",
     test_every_allocation_may_fail_where_cells_hold_references},
    {"a_map_that_cannot_be_made_leaves_nothing", test_a_map_that_cannot_be_made_leaves_nothing},
    {"the_first_entry_may_find_no_memory", test_the_first_entry_may_find_no_memory},
    {"clear_without_memory_still_empties", test_clear_without_memory_still_empties},
    {"churn_does_not_gather_memory", test_churn_does_not_gather_memory},
    {NULL, NULL},
};
const test_group memory_tests = {"memory", cases};
