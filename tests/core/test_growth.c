/* test_growth.c: when a map grows, and how it moves. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "grow.h"
#include "table.h"

static void
test_eight_entries_fit_one_bucket(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    CHECK(!table_header(&t).has_buckets);
    for (uint64_t i = 0; i < 8; i++) {
        put(&t, i, i);
        CHECK_EQ(table_header(&t).B, 0);
        CHECK(!table_header(&t).growing);
    }
    put(&t, 3, 33); /* present: no reason to grow */
    CHECK_EQ(table_header(&t).B, 0);
    put(&t, 8, 8);
    CHECK_EQ(table_header(&t).B, 1);
    table_fini(&t);
}

static void
test_the_fourteenth_entry_of_two_buckets_starts_a_growth(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 2, false});
    for (uint64_t i = 0; i < 13; i++) {
        put(&t, i, i);
    }
    CHECK_EQ(table_header(&t).B, 1);
    CHECK(!table_header(&t).growing);
    put(&t, 13, 13);
    CHECK_EQ(table_header(&t).B, 2);
    CHECK(table_header(&t).growing == (table_header(&t).nevacuate < 2));
    CHECK_EQ(table_stats(&t).doublings, 2);
    table_fini(&t);
}

static void
test_ten_thousand_entries_take_eleven_doublings(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 3, false});
    unsigned B = 0;
    for (uint64_t i = 0; i < 10000; i++) {
        uint64_t limit = i < 8 ? 8 : 13 * (((uint64_t)1 << B) / 2);
        put(&t, i * 7919, i);
        B += i + 1 > limit;
        CHECK_EQ(table_header(&t).B, B);
    }
    CHECK_EQ(table_stats(&t).doublings, 11);
    CHECK_EQ(table_stats(&t).same_size_growths, 0);
    table_fini(&t);
}

static void
test_every_hint_gives_the_smallest_fitting_size(void)
{
    const struct {
        uint64_t hint;
        unsigned B;
    } want[] = {
        {0, 0},  {1, 0},  {8, 0},   {9, 1},   {13, 1},  {14, 2},  {26, 2},    {27, 3},
        {52, 3}, {53, 4}, {104, 4}, {105, 5}, {208, 5}, {209, 6}, {6656, 10}, {6657, 11},
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        table t;
        table_init(&t, &(table_options){&gm_kind_bits64, want[i].hint, 4, false});
        CHECK_EQ(table_header(&t).B, want[i].B);
        CHECK_EQ(table_header(&t).has_buckets, want[i].B > 0);
        for (uint64_t n = 0; n < want[i].hint && n < 300; n++) {
            put(&t, n, n);
        }
        CHECK_EQ(table_header(&t).B, want[i].B);
        CHECK_EQ(table_stats(&t).doublings, 0);
        table_fini(&t);
    }
}

static void
test_hints_beyond_memory_are_refused(void)
{
    test_memory memory;
    memory_init(&memory);
    gm_type type = {&gm_kind_bits64, NULL, 8, 8, 8};
    gm_options o = {&type, &memory.allocator, 1, false, UINT64_C(1) << 40, NULL, NULL, false};
    gm_map *m;
    CHECK_EQ(gm_map_new(&o, &m), GM_NO_MEMORY);
    CHECK(m == NULL);
    o.hint = UINT64_MAX;
    CHECK_EQ(gm_map_new(&o, &m), GM_TOO_LARGE);
    memory_check_empty(&memory);
}

/* 1,024 buckets that never grow, filled until they have some 70 overflow buckets each:
 * in one batch, since a map this full is slow to validate after every entry. */
static void
test_the_count_of_overflow_buckets_stays_at_its_top(void)
{
    const size_t n = 1024 * 75 * 8;
    table t;
    memory_init(&t.memory);
    t.type = (gm_type){&gm_kind_bits64, NULL, 8, 8, 8};
    gm_options o = {&t.type, &t.memory.allocator, 1, true, 1024 * 6, NULL, NULL, true};
    CHECK_EQ(gm_map_new(&o, &t.map), GM_OK);
    CHECK_EQ(table_header(&t).B, 10);
    uint64_t *keys = malloc(n * sizeof *keys);
    CHECK(keys != NULL);
    for (size_t i = 0; i < n; i++) {
        keys[i] = i;
    }
    gm_writes batch = {.keys = keys, .n = n, .values = keys, .stride = sizeof *keys};
    gm_status status = gm_assign_many(t.map, &batch);
    free(keys);
    CHECK_EQ(status, GM_OK);
    CHECK(table_stats(&t).overflow_buckets > UINT16_MAX);
    CHECK_EQ(table_header(&t).noverflow, UINT16_MAX);
    table_fini(&t);
}

/* ---- evacuation ------------------------------------------------------------------------- */

/* 53 entries at B = 3: the growth to 16 buckets has just begun, 8 to move. */
static void
begin_growth(table *t)
{
    table_init(t, &(table_options){&gm_kind_bits64, 52, 5, false});
    for (uint64_t i = 0; i < 53; i++) {
        put(t, i, i);
    }
    CHECK(table_header(t).growing);
}

static void
test_every_write_moves_one_or_two_buckets(void)
{
    table t;
    begin_growth(&t);
    for (uint64_t i = 0; table_header(&t).growing; i++) {
        size_t before = table_stats(&t).evacuated;
        switch (i % 3) {
        case 0:
            put(&t, i, i + 1); /* overwrites */
            break;
        case 1:
            del(&t, 1000 + i); /* absent */
            break;
        default:
            CHECK(del(&t, i));
        }
        size_t now = table_header(&t).growing ? table_stats(&t).evacuated : 8;
        CHECK(now - before == 1 || now - before == 2);
    }
    CHECK_EQ(table_header(&t).nevacuate, 8);
    CHECK_EQ(table_header(&t).old_buckets, 0);
    table_fini(&t);
}

static void
test_pop_moves_buckets_only_for_a_key_that_is_there(void)
{
    table t;
    gm_entry removed;
    begin_growth(&t);
    for (uint64_t key = 50; table_header(&t).growing; key--) {
        uint64_t absent = 1000 + key, version = gm_version(t.map);
        CHECK_EQ(gm_pop(t.map, &absent, &removed), GM_OK);
        CHECK(!removed.found);
        CHECK_EQ(gm_version(t.map), version);
        size_t before = table_stats(&t).evacuated;
        CHECK_EQ(gm_pop(t.map, &key, &removed), GM_OK);
        CHECK(removed.found);
        CHECK(memcmp(removed.key, &key, 8) == 0 && memcmp(removed.elem, &key, 8) == 0);
        CHECK(!table_header(&t).growing || table_stats(&t).evacuated > before);
    }
    table_fini(&t);
}

static void
test_reads_move_nothing(void)
{
    table t;
    begin_growth(&t);
    gm_header before = table_header(&t);
    uint64_t version = gm_version(t.map), elem;
    gm_iter it;
    gm_cell cell;
    for (uint64_t i = 0; i < 53; i++) {
        CHECK(get(&t, i, &elem));
        CHECK_EQ(elem, i);
        CHECK(!get(&t, 1000 + i, &elem));
        CHECK_EQ(gm_random(t.map, &cell), GM_OK);
    }
    gm_iter_init(&it, t.map, true);
    while (next_key(&it, &elem)) {
    }
    gm_header after = table_header(&t);
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    CHECK_EQ(gm_version(t.map), version);
    table_fini(&t);
}

static void
test_finish_growth_moves_the_rest_at_once(void)
{
    table t;
    begin_growth(&t);
    CHECK_EQ(gm_finish_growth(t.map), GM_OK);
    CHECK(!table_header(&t).growing);
    CHECK_EQ(table_header(&t).B, 4);
    CHECK_EQ(gm_count(t.map), 53);
    CHECK_EQ(gm_finish_growth(t.map), GM_OK);
    table_fini(&t);
}

/* ---- the same size ----------------------------------------------------------------------- */

/* 16 buckets; one chain after the other gets an overflow bucket and is emptied. */
static void
litter(table *t)
{
    table_init(t, &(table_options){&gm_kind_hashed_bits64, 60, 6, false});
    put_hashed(t, 9999, 3, 1);
    for (uint64_t chain = 0; chain < 16; chain++) {
        for (uint64_t n = 0; n < 9; n++) {
            put_hashed(t, chain * 100 + n, chain, n);
        }
        for (uint64_t n = 0; n < 9; n++) {
            CHECK(del_hashed(t, chain * 100 + n, chain));
        }
    }
}

static void
test_too_many_overflow_buckets_grow_in_the_same_size(void)
{
    table t;
    litter(&t);
    CHECK_EQ(table_header(&t).noverflow, 16);
    CHECK(!table_header(&t).growing);
    put_hashed(&t, 1, 1, 1);
    gm_header h = table_header(&t);
    CHECK_EQ(h.B, 4);
    CHECK(h.same_size_grow && h.growing);
    CHECK_EQ(h.flags, GM_SAME_SIZE_GROW);
    CHECK_EQ(h.old_buckets, 16);
    CHECK_EQ(h.noverflow, 0);
    CHECK_EQ(gm_finish_growth(t.map), GM_OK);
    CHECK_EQ(table_header(&t).flags, 0);
    CHECK_EQ(table_stats(&t).same_size_growths, 1);
    CHECK_EQ(table_stats(&t).overflow_buckets, 0);
    CHECK(has_hashed(&t, 9999, 3) && has_hashed(&t, 1, 1));
    table_fini(&t);
}

static void
test_growth_splits_by_the_next_bit_and_keeps_order(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 13, 7, false});
    for (uint64_t i = 0; i < 13; i++) { /* chain 0; odd ones go to chain 2 */
        put_hashed(&t, i, (i + 10) << 56 | (i % 2) << 1, i);
    }
    put_hashed(&t, 13, 1, 13);
    CHECK_EQ(gm_finish_growth(t.map), GM_OK);
    bucket_look x = look(&t, 0, 0), y = look(&t, 2, 0);
    for (unsigned i = 0; i < 7; i++) {
        CHECK_EQ(x.top[i], 10 + 2 * i);
    }
    for (unsigned i = 0; i < 6; i++) {
        CHECK_EQ(y.top[i], 11 + 2 * i);
    }
    CHECK_EQ(y.top[6], GM_EMPTY_REST);
    CHECK(!look(&t, 0, 1).found);
    table_fini(&t);
}

/* ---- the mark ---------------------------------------------------------------------------- */

/* 4096 old buckets, emptied from the top by deletes of absent keys: half of
 * them lie moved ahead of the mark, which passes 1024 a step. */
static void
run_ahead_of_the_mark(table *t)
{
    table_init(t, &(table_options){&gm_kind_hashed_bits64, 26000, 8, false});
    CHECK_EQ(table_header(t).B, 12);
    put_hashed(t, 1, 5, 1);
    CHECK_EQ(gmi_start_growth(t->map), GM_OK);
    for (uint64_t chain = 4095; chain >= 2048; chain--) {
        CHECK(!del_hashed(t, 2, chain));
    }
}

static void
test_the_mark_passes_at_most_1024_moved_buckets_a_step(void)
{
    table t;
    run_ahead_of_the_mark(&t);
    CHECK(table_header(&t).growing);
    CHECK_EQ(table_header(&t).nevacuate, 3072);
    CHECK_EQ(table_stats(&t).evacuated, 4096);
    CHECK(!del_hashed(&t, 2, 0));
    CHECK(!table_header(&t).growing);
    CHECK_EQ(table_header(&t).nevacuate, 4096);
    table_fini(&t);
}

static gm_status
delete_absent(void *context, const gm_bucket_view *bucket)
{
    CHECK(bucket->tophash[0] != 255);
    del_hashed(context, 2, 0);
    return GM_OK;
}

static void
test_an_old_array_that_goes_without_a_move_is_a_change(void)
{
    table t;
    run_ahead_of_the_mark(&t);
    CHECK_EQ(gm_visit(t.map, SIZE_MAX, delete_absent, &t), GM_CHANGED);
    CHECK(!table_header(&t).growing);
    table_fini(&t);
}

static const test_case cases[] = {
    {"eight_entries_fit_one_bucket", test_eight_entries_fit_one_bucket},
    {"the_fourteenth_entry_of_two_buckets_starts_a_growth",
     test_the_fourteenth_entry_of_two_buckets_starts_a_growth},
    {"ten_thousand_entries_take_eleven_doublings", test_ten_thousand_entries_take_eleven_doublings},
    {"every_hint_gives_the_smallest_fitting_size", test_every_hint_gives_the_smallest_fitting_size},
    {"hints_beyond_memory_are_refused", test_hints_beyond_memory_are_refused},
    {"the_count_of_overflow_buckets_stays_at_its_top",
     test_the_count_of_overflow_buckets_stays_at_its_top},
    {"every_write_moves_one_or_two_buckets", test_every_write_moves_one_or_two_buckets},
    {"pop_moves_buckets_only_for_a_key_that_is_there",
     test_pop_moves_buckets_only_for_a_key_that_is_there},
    {"reads_move_nothing", test_reads_move_nothing},
    {"finish_growth_moves_the_rest_at_once", test_finish_growth_moves_the_rest_at_once},
    {"too_many_overflow_buckets_grow_in_the_same_size",
     test_too_many_overflow_buckets_grow_in_the_same_size},
    {"growth_splits_by_the_next_bit_and_keeps_order",
     test_growth_splits_by_the_next_bit_and_keeps_order},
    {"the_mark_passes_at_most_1024_moved_buckets_a_step",
     test_the_mark_passes_at_most_1024_moved_buckets_a_step},
    {"an_old_array_that_goes_without_a_move_is_a_change",
     test_an_old_array_that_goes_without_a_move_is_a_change},
    {NULL, NULL},
};
const test_group growth_tests = {"growth", cases};
