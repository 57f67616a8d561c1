/* test_clear.c: deleting cells, clearing maps, and the seed. */
#include <string.h>

#include "check.h"
#include "iter.h"
#include "table.h"

static void
check_tops(const table *t, size_t position, const uint8_t want[GM_BUCKET_CELLS])
{
    bucket_look b = look(t, 0, position);
    CHECK(b.found);
    CHECK(memcmp(b.top, want, GM_BUCKET_CELLS) == 0);
}

/* One chain of two buckets: keys 0 ... 9 in order, tophash 10 ... 19. */
static void
chain_of_ten(table *t)
{
    table_init(t, &(table_options){&gm_kind_hashed_bits64, 20, 1, false});
    for (uint64_t i = 0; i < 10; i++) {
        put_hashed(t, i, (10 + i) << 56, i);
    }
}

static void
rub_out(table *t, uint64_t key)
{
    CHECK(del_hashed(t, key, (10 + key) << 56));
}

static void
test_emptyRest_spreads_back_from_the_end_of_the_chain(void)
{
    table t;
    chain_of_ten(&t);
    rub_out(&t, 3);
    rub_out(&t, 8);
    check_tops(&t, 0, (uint8_t[]){10, 11, 12, 1, 14, 15, 16, 17});
    check_tops(&t, 1, (uint8_t[]){1, 19, 0, 0, 0, 0, 0, 0});
    rub_out(&t, 7);
    check_tops(&t, 0, (uint8_t[]){10, 11, 12, 1, 14, 15, 16, 1});
    rub_out(&t, 9);
    check_tops(&t, 0, (uint8_t[]){10, 11, 12, 1, 14, 15, 16, 0});
    check_tops(&t, 1, (uint8_t[]){0, 0, 0, 0, 0, 0, 0, 0});
    for (uint64_t key = 4; key < 7; key++) {
        rub_out(&t, key);
    }
    check_tops(&t, 0, (uint8_t[]){10, 11, 12, 0, 0, 0, 0, 0});
    CHECK_EQ(table_header(&t).noverflow, 1); /* the bucket stays */
    table_fini(&t);
}

static void
test_a_new_key_takes_the_first_free_cell(void)
{
    table t;
    chain_of_ten(&t);
    rub_out(&t, 8);
    rub_out(&t, 2);
    put_hashed(&t, 77, UINT64_C(99) << 56, 1);
    check_tops(&t, 0, (uint8_t[]){10, 11, 99, 13, 14, 15, 16, 17});
    check_tops(&t, 1, (uint8_t[]){1, 19, 0, 0, 0, 0, 0, 0});
    table_fini(&t);
}

static void
test_clear_keeps_the_buckets_and_draws_a_new_seed(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 500; i++) {
        put(&t, i, i);
    }
    gm_header before = table_header(&t);
    gm_clear(t.map);
    gm_header after = table_header(&t);
    CHECK_EQ(after.count, 0);
    CHECK_EQ(after.B, before.B);
    CHECK(after.hash0 != before.hash0);
    CHECK(after.has_buckets && !after.growing);
    CHECK_EQ(after.noverflow, 0);
    CHECK_EQ(after.nevacuate, 0);
    CHECK_EQ(table_stats(&t).reseeds, 1);
    uint64_t elem;
    CHECK(!get(&t, 7, &elem));
    table_fini(&t);
}

static void
test_clear_of_an_empty_map_does_nothing(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 100, 1, false});
    put_hashed(&t, 1, 5, 1);
    CHECK_EQ(gmi_start_growth(t.map), GM_OK); /* in the same size */
    CHECK(del_hashed(&t, 1, 5));
    gm_header before = table_header(&t);
    uint64_t version = gm_version(t.map);
    CHECK(before.growing);
    gm_clear(t.map);
    gm_header after = table_header(&t);
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    CHECK_EQ(gm_version(t.map), version);
    table_fini(&t);
}

static void
test_deleting_the_last_entry_draws_a_new_seed(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    gm_entry removed;
    uint64_t hash0 = gm_hash0(t.map);
    for (uint64_t turn = 1; turn < 10; turn++) {
        put(&t, 1, 1);
        put(&t, 2, 1);
        CHECK(del(&t, 1));
        CHECK_EQ(gm_hash0(t.map), hash0);
        if (turn % 2 == 0) {
            CHECK(del(&t, 2));
        }
        else {
            CHECK_EQ(gm_pop_random(t.map, &removed), GM_OK);
        }
        CHECK(gm_hash0(t.map) != hash0);
        CHECK_EQ(table_stats(&t).reseeds, turn);
        hash0 = gm_hash0(t.map);
    }
    table_fini(&t);
}

static void
test_a_fixed_seed_is_hash0_for_ever(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 77, true});
    CHECK_EQ(gm_hash0(t.map), 77);
    put(&t, 1, 1);
    CHECK(del(&t, 1));
    put(&t, 1, 1);
    gm_clear(t.map);
    put(&t, 1, 1);
    gm_drop(t.map);
    CHECK_EQ(gm_hash0(t.map), 77);
    CHECK_EQ(table_stats(&t).reseeds, 0);
    table_fini(&t);
}

static void
test_drop_is_as_new(void)
{
    table t;
    gm_iter it;
    uint64_t key;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 60; i++) {
        put(&t, i, i);
    }
    gm_iter_init(&it, t.map, false);
    gm_drop(t.map);
    CHECK(!next_key(&it, &key));
    CHECK_EQ(gm_memory(t.map), table_stats(&t).bytes_header);
    CHECK_EQ(table_header(&t).B, 0);
    CHECK(!table_header(&t).has_buckets);
    put(&t, 1, 1);
    CHECK_EQ(gm_count(t.map), 1);
    table_fini(&t);
}

/* ---- iterators that outlive a clear --------------------------------------------------- */

/* Each in turn: not begun, in a bucket, in an overflow bucket, in the old array. */
static void
test_iterators_that_outlive_a_clear_show_nothing_of_it(void)
{
    for (uint64_t steps = 0; steps < 60; steps++) {
        for (unsigned growing = 0; growing < 2; growing++) {
            table t;
            gm_iter before, it;
            uint64_t key;
            table_init(&t, &(table_options){&gm_kind_hashed_bits64, 52, steps, false});
            for (uint64_t i = 0; i < 52; i++) {
                put_hashed(&t, i, i % 3, i); /* chains of three buckets */
            }
            gm_iter_init(&before, t.map, false);
            if (growing != 0) {
                put_hashed(&t, 52, 7, 52);
                CHECK(table_header(&t).growing);
            }
            gm_iter_init(&it, t.map, false);
            for (uint64_t i = 0; i < steps; i++) {
                next_key(&it, &key);
                next_key(&before, &key);
            }
            gm_clear(t.map);
            CHECK(!next_key(&it, &key));
            CHECK(!next_key(&before, &key));
            table_fini(&t);
        }
    }
}

static void
test_iterators_go_on_with_what_comes_after_a_clear(void)
{
    table t;
    gm_iter it;
    uint64_t key;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 26, 1, false});
    put_hashed(&t, 1, 0, 1);
    put_hashed(&t, 2, 2, 2);
    CHECK_EQ(gm_iter_init_at(&it, t.map, 0, 0), GM_OK);
    CHECK(next_key(&it, &key) && key == 1);
    gm_clear(t.map);
    put_hashed(&t, 3, 3, 3);
    CHECK(next_key(&it, &key) && key == 3);
    CHECK(!next_key(&it, &key));
    table_fini(&t);
}

static const test_case cases[] = {
    {"emptyRest_spreads_back_from_the_end_of_the_chain",
     test_emptyRest_spreads_back_from_the_end_of_the_chain},
    {"a_new_key_takes_the_first_free_cell", test_a_new_key_takes_the_first_free_cell},
    {"clear_keeps_the_buckets_and_draws_a_new_seed",
     test_clear_keeps_the_buckets_and_draws_a_new_seed},
    {"clear_of_an_empty_map_does_nothing", test_clear_of_an_empty_map_does_nothing},
    {"deleting_the_last_entry_draws_a_new_seed", test_deleting_the_last_entry_draws_a_new_seed},
    {"a_fixed_seed_is_hash0_for_ever", test_a_fixed_seed_is_hash0_for_ever},
    {"drop_is_as_new", test_drop_is_as_new},
    {"iterators_that_outlive_a_clear_show_nothing_of_it",
     test_iterators_that_outlive_a_clear_show_nothing_of_it},
    {"iterators_go_on_with_what_comes_after_a_clear",
     test_iterators_go_on_with_what_comes_after_a_clear},
    {NULL, NULL},
};
const test_group clear_tests = {"clear", cases};
