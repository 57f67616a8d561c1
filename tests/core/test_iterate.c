/* test_iterate.c: order, flags, and the corners of iteration. */
#include <string.h>

#include "check.h"
#include "grow.h"
#include "table.h"
#include "next.h"

/* 4 buckets; key 10 * bucket + cell. */
static void
four_buckets(table *t)
{
    table_init(t, &(table_options){&gm_kind_hashed_bits64, 26, 1, false});
    for (uint64_t bucket = 0; bucket < 4; bucket++) {
        for (uint64_t cell = 0; cell < 3; cell++) {
            put_hashed(t, 10 * bucket + cell, bucket, 0);
        }
    }
}

static void
test_iteration_starts_where_it_is_told_and_wraps(void)
{
    table t;
    gm_iter it;
    uint64_t key;
    const uint64_t want[] = {32, 30, 31, 2, 0, 1, 12, 10, 11, 22, 20, 21};
    four_buckets(&t);
    CHECK_EQ(gm_iter_init_at(&it, t.map, 3, 2), GM_OK);
    for (size_t i = 0; i < 12; i++) {
        CHECK(next_key(&it, &key));
        CHECK_EQ(key, want[i]);
    }
    CHECK(!next_key(&it, &key));
    CHECK(!next_key(&it, &key));
    table_fini(&t);
}

static void
test_a_start_that_does_not_exist_is_refused(void)
{
    table t;
    gm_iter it;
    four_buckets(&t);
    CHECK_EQ(gm_iter_init_at(&it, t.map, 4, 0), GM_BAD_START);
    CHECK_EQ(gm_iter_init_at(&it, t.map, UINT64_MAX, 0), GM_BAD_START);
    CHECK_EQ(gm_iter_init_at(&it, t.map, 0, 8), GM_BAD_START);
    CHECK_EQ(table_header(&t).flags, 0);
    gm_iter_fini(&it);
    table_fini(&t);
}

static void
test_starts_are_spread_over_buckets_and_offsets(void)
{
    table t;
    gm_iter it;
    uint64_t key;
    unsigned first[40] = {0};
    four_buckets(&t);
    for (unsigned i = 0; i < 4000; i++) {
        gm_iter_init(&it, t.map, false);
        CHECK(next_key(&it, &key));
        first[key]++;
        gm_iter_fini(&it);
    }
    for (uint64_t bucket = 0; bucket < 4; bucket++) {
        CHECK(first[10 * bucket] > 400);    /* five offsets in eight begin here */
        CHECK(first[10 * bucket + 1] > 60); /* one in eight: 125 expected */
        CHECK(first[10 * bucket + 2] > 60);
    }
    table_fini(&t);
}

static void
test_iterators_set_flags_unless_told_not_to(void)
{
    table t;
    gm_iter it;
    four_buckets(&t);
    gm_iter_init(&it, t.map, true);
    gm_iter_fini(&it);
    CHECK_EQ(table_header(&t).flags, 0);
    gm_iter_init(&it, t.map, false);
    gm_iter_fini(&it);
    CHECK_EQ(table_header(&t).flags, GM_ITERATOR | GM_OLD_ITERATOR);
    put_hashed(&t, 98, 0, 0);
    gm_clear(t.map); /* leaves them */
    CHECK_EQ(table_header(&t).flags, GM_ITERATOR | GM_OLD_ITERATOR);
    for (uint64_t i = 0; i < 27; i++) {
        put_hashed(&t, 100 + i, i, 0);
    }
    CHECK_EQ(table_header(&t).flags, GM_OLD_ITERATOR); /* a growth turns one into the other */
    table_fini(&t);
}

static void
test_an_empty_map_has_no_iteration(void)
{
    table t;
    gm_iter it;
    uint64_t key;
    table_init(&t, &(table_options){&gm_kind_bits64, 100, 1, false});
    gm_iter_init(&it, t.map, false);
    put(&t, 1, 1);
    CHECK(!next_key(&it, &key));
    CHECK_EQ(table_header(&t).flags, 0);
    gm_iter_fini(&it);
    table_fini(&t);
}

/* ---- growth under an iteration ----------------------------------------------------------- */

typedef struct {
    unsigned shown[400];
} tally;

static void
drain(gm_iter *it, tally *seen)
{
    uint64_t key;
    while (next_key(it, &key)) {
        CHECK(key < 400);
        seen->shown[key]++;
    }
}

/* From every stage of a doubling and every start, all entries exactly once, while
 * the growth stands still, goes on, or is finished at some point. */
static void
test_iterators_made_during_a_growth_show_each_entry_once(void)
{
    for (uint64_t seed = 0; seed < 120; seed++) {
        table t;
        gm_iter it;
        tally seen = {{0}};
        uint64_t key;
        test_seed = seed;
        table_init(&t, &(table_options){&gm_kind_bits64, 104, seed, false});
        for (uint64_t i = 0; i < 105 + seed % 8; i++) {
            put(&t, i, i);
        }
        gm_iter_init(&it, t.map, false);
        for (uint64_t i = 0; i < seed && next_key(&it, &key); i++) {
            seen.shown[key]++;
            if (seed % 3 == 1) {
                put(&t, i, i); /* present: moves buckets only */
            }
        }
        if (seed % 3 == 2) {
            CHECK_EQ(gm_finish_growth(t.map), GM_OK);
        }
        drain(&it, &seen);
        for (uint64_t i = 0; i < 105 + seed % 8; i++) {
            CHECK_EQ(seen.shown[i], 1);
        }
        table_fini(&t);
    }
}

/* An iterator stops inside a chain of a doubling; then a growth in the same
 * size begins: still it shows only the half it is about. */
static void
test_a_same_size_growth_does_not_widen_a_chain_being_shown(void)
{
    table t;
    gm_iter it;
    tally seen = {{0}};
    uint64_t key;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 26, 1, false});
    for (uint64_t i = 0; i < 26; i++) { /* all in bucket 3 of 4, to go to 3 and 7 */
        put_hashed(&t, i, 3 | (i % 2) << 2, 0);
    }
    put_hashed(&t, 26, 0, 0); /* moves buckets 0 and 1 */
    CHECK(table_header(&t).growing);
    CHECK_EQ(gm_iter_init_at(&it, t.map, 3, 0), GM_OK);
    CHECK(next_key(&it, &key));
    seen.shown[key]++;
    CHECK_EQ(gm_finish_growth(t.map), GM_OK);
    CHECK_EQ(gmi_start_growth(t.map), GM_OK);
    CHECK(table_header(&t).same_size_grow);
    drain(&it, &seen);
    for (uint64_t i = 0; i < 27; i++) {
        CHECK_EQ(seen.shown[i], 1);
    }
    table_fini(&t);
}

static void
test_moved_entries_are_shown_as_they_are_now(void)
{
    table t;
    gm_iter it;
    gm_cell cell;
    uint64_t elem;
    table_init(&t, &(table_options){&gm_kind_bits64, 8, 1, false});
    for (uint64_t i = 0; i < 8; i++) {
        put(&t, i, i);
    }
    gm_iter_init(&it, t.map, false);
    for (uint64_t i = 8; i < 300; i++) {
        put(&t, i, i);
    }
    for (uint64_t i = 0; i < 8; i++) {
        put(&t, i, 100 + i);
    }
    CHECK(del(&t, 3));
    unsigned shown = 0;
    for (; next_entry(&it, &cell) == GM_OK && cell.key != NULL; shown++) {
        uint64_t key;
        memcpy(&key, cell.key, sizeof key);
        memcpy(&elem, cell.elem, sizeof elem);
        CHECK(key < 8 && key != 3);
        CHECK_EQ(elem, 100 + key);
    }
    CHECK_EQ(shown, 7);
    table_fini(&t);
}

static void
test_arrays_live_as_long_as_iterators_read_them(void)
{
    table t;
    gm_iter it[3];
    uint64_t key;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 200; i++) {
        if (i == 8 || i == 70 || i == 150) {
            gm_iter_init(&it[i / 60], t.map, false);
        }
        put(&t, i, i);
    }
    CHECK_EQ(gm_finish_growth(t.map), GM_OK);
    CHECK(table_stats(&t).bytes_old > 0);
    for (unsigned i = 0; i < 3; i++) {
        CHECK(next_key(&it[i], &key));
        size_t before = gm_memory(t.map);
        gm_iter_fini(&it[i]);
        CHECK(gm_memory(t.map) <= before);
        CHECK_EQ(gm_memory(t.map), t.memory.outstanding);
    }
    CHECK_EQ(gm_finish_growth(t.map), GM_OK); /* frees what goes piece by piece */
    CHECK_EQ(table_stats(&t).bytes_old, 0);
    table_fini(&t);
}

static void
test_iterators_outlive_their_map(void)
{
    table t;
    gm_iter it;
    uint64_t key;
    four_buckets(&t);
    gm_iter_init(&it, t.map, false);
    CHECK(next_key(&it, &key));
    table_fini(&t);
    CHECK(!next_key(&it, &key));
    gm_iter_fini(&it);
}

static const test_case cases[] = {
    {"iteration_starts_where_it_is_told_and_wraps",
     test_iteration_starts_where_it_is_told_and_wraps},
    {"a_start_that_does_not_exist_is_refused", test_a_start_that_does_not_exist_is_refused},
    {"starts_are_spread_over_buckets_and_offsets", test_starts_are_spread_over_buckets_and_offsets},
    {"iterators_set_flags_unless_told_not_to", test_iterators_set_flags_unless_told_not_to},
    {"an_empty_map_has_no_iteration", test_an_empty_map_has_no_iteration},
    {"iterators_made_during_a_growth_show_each_entry_once",
     test_iterators_made_during_a_growth_show_each_entry_once},
    {"a_same_size_growth_does_not_widen_a_chain_being_shown",
     test_a_same_size_growth_does_not_widen_a_chain_being_shown},
    {"moved_entries_are_shown_as_they_are_now", test_moved_entries_are_shown_as_they_are_now},
    {"arrays_live_as_long_as_iterators_read_them", test_arrays_live_as_long_as_iterators_read_them},
    {"iterators_outlive_their_map", test_iterators_outlive_their_map},
    {NULL, NULL},
};
const test_group iterate_tests = {"iterate", cases};
