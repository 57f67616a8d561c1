/* test_remains.c: what is left when something ends: cells of a chain, flags after a clear,
 * the list of iterators, what a shrink leaves loose, what arrays left behind are said to
 * hold. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "check.h"
#include "grow.h"
#include "next.h"
#include "objects.h"
#include "subject.h"
#include "table.h"

static void
test_emptyRest_spreads_back_over_whole_buckets(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 52, 1, false});
    for (uint64_t i = 0; i < 25; i++) { /* three full buckets and a cell */
        put_hashed(&t, i, 0, i);
    }
    for (uint64_t i = 4; i < 24; i++) {
        CHECK(del_hashed(&t, i, 0));
    }
    CHECK_EQ(look(&t, 0, 0).top[4], GM_EMPTY_ONE);
    CHECK(del_hashed(&t, 24, 0));
    for (unsigned i = 4; i < 32; i++) {
        CHECK_EQ(look(&t, 0, i / 8).top[i % 8], GM_EMPTY_REST);
    }
    CHECK(look(&t, 0, 0).top[3] >= GM_MIN_TOPHASH);
    table_fini(&t);
}

static void
test_a_clear_ends_a_growth_in_the_same_size(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 52, 1, false});
    for (uint64_t i = 0; i < 20; i++) {
        put(&t, i, i);
    }
    CHECK_EQ(gmi_start_growth(t.map), GM_OK);
    put(&t, 1, 1); /* two chains have moved */
    CHECK(table_header(&t).same_size_grow && table_header(&t).nevacuate > 0);
    gm_clear(t.map);
    CHECK_EQ(table_header(&t).flags, 0);
    CHECK_EQ(table_header(&t).nevacuate, 0);
    CHECK(!table_header(&t).growing);
    table_fini(&t);
}

/* Overflow buckets have contents when a clear comes, and none when they are used again. */
static void
test_overflow_buckets_are_empty_after_a_clear(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 104, 1, false});
    for (unsigned round = 0; round < 3; round++) {
        for (uint64_t i = 0; i < 20; i++) {
            put_hashed(&t, i, 3, i); /* two spares */
        }
        CHECK(look(&t, 3, 1).preallocated >= 0);
        gm_clear(t.map);
        for (uint64_t i = 0; i < 9; i++) {
            put_hashed(&t, 100 + i, 5, i);
        }
        CHECK_EQ(look(&t, 5, 1).top[1], GM_EMPTY_REST);
        CHECK_EQ(table_stats(&t).longest_chain, 1);
        table_check(&t);
        gm_clear(t.map);
    }
    table_fini(&t);
}

static void
test_ended_iterators_are_out_of_the_maps_list(void)
{
    table t;
    gm_iter its[4];
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    put(&t, 1, 1);
    for (unsigned first = 0; first < 4; first++) {
        for (unsigned i = 0; i < 4; i++) {
            gm_iter_init(&its[i], t.map, false);
        }
        unsigned left = 0xf;
        for (unsigned k = 0; k < 4; k++) {
            unsigned i = (first + k * 3) % 4, seen = 0;
            gm_iter_fini(&its[i]);
            left &= ~(1u << i);
            const gm_iter *before = NULL;
            for (const gm_iter *it = t.map->iterators; it != NULL; it = it->next) {
                CHECK(it->prev == before);
                seen |= 1u << (it - its);
                before = it;
            }
            CHECK_EQ(seen, left);
        }
    }
    table_fini(&t);
}

/* ---- shrinking what has the right size already ----------------------------------------------- */

static void
test_a_shrink_drops_the_air_of_chains_in_the_same_size(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 52, 1, false});
    for (uint64_t i = 0; i < 24; i++) {
        put_hashed(&t, i, 0, i);
    }
    for (uint64_t i = 0; i < 28; i++) {
        put_hashed(&t, 100 + i, 1 + i % 7, i);
    }
    for (uint64_t i = 0; i < 16; i++) {
        CHECK(del_hashed(&t, i, 0));
    }
    CHECK_EQ(table_header(&t).noverflow, 2);
    CHECK_EQ(gm_shrink(t.map), GM_OK); /* 36 entries need eight buckets */
    CHECK_EQ(table_header(&t).B, 3);
    CHECK_EQ(table_header(&t).noverflow, 0);
    table_fini(&t);
}

static void
test_a_shrink_finishes_a_growth(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 52, 1, false});
    for (uint64_t i = 0; i < 53; i++) {
        put(&t, i, i);
    }
    CHECK(table_header(&t).growing);
    CHECK_EQ(gm_shrink(t.map), GM_OK);
    CHECK(!table_header(&t).growing);
    CHECK_EQ(table_header(&t).B, 4);
    table_fini(&t);
}

/* ---- an iterator over an array that a rebuild has left ------------------------------------------ */

static void
test_a_rebuilt_maps_iterators_show_what_is_there_now(void)
{
    table t;
    gm_iter it;
    gm_cell cell;
    uint64_t shown = 0;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 8; i++) {
        put(&t, i, i);
    }
    gm_iter_init(&it, t.map, false);
    CHECK_EQ(gm_reserve(t.map, 100), GM_OK);
    for (uint64_t i = 0; i < 8; i++) {
        put(&t, i, 100 + i);
    }
    CHECK(del(&t, 3));
    while (next_entry(&it, &cell) == GM_OK && cell.key != NULL) {
        uint64_t key, elem;
        memcpy(&key, cell.key, 8);
        memcpy(&elem, cell.elem, 8);
        CHECK(key != 3);
        CHECK_EQ(elem, 100 + key);
        shown++;
    }
    CHECK_EQ(shown, 7);
    table_fini(&t);
}

/* The bucket that an iterator has shown to its end may be none of the map's by the next call. */
static void
test_a_clear_after_the_last_entry_of_an_overflow_bucket_ends_the_chain(void)
{
    table t;
    gm_iter it;
    uint64_t key;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 52, 1, false});
    for (uint64_t i = 0; i < 9; i++) {
        put_hashed(&t, i, 0, i);
    }
    CHECK_EQ(gm_iter_init_at(&it, t.map, 0, 0), GM_OK);
    for (uint64_t i = 0; i < 9; i++) {
        CHECK(next_key(&it, &key) && key == i);
    }
    gm_clear(t.map);
    put_hashed(&t, 50, 5, 0); /* in a chain to come */
    CHECK(next_key(&it, &key) && key == 50);
    CHECK(!next_key(&it, &key));
    table_fini(&t);
}

static void
test_all_nans_are_shown_during_a_growth_in_the_same_size(void)
{
    table t;
    gm_iter it;
    uint64_t key, shown = 0;
    table_init(&t, &(table_options){&gm_kind_float64, 52, 1, false});
    for (unsigned i = 0; i < 40; i++) {
        put_float(&t, NAN, i);
    }
    CHECK_EQ(gmi_start_growth(t.map), GM_OK);
    CHECK(table_header(&t).same_size_grow);
    for (gm_iter_init(&it, t.map, false); next_key(&it, &key);) {
        shown++;
    }
    CHECK_EQ(shown, 40);
    table_fini(&t);
}

/* ---- references kept ----------------------------------------------------------------------------- */

static void
count_kept(void *context, const gm_cell *cell)
{
    uint32_t *seen = context;
    seen[object_id(cell->key)]++;
}

static void
test_what_an_array_keeps_is_shown_once_for_all_its_iterators(void)
{
    subject_options o = {&object_sort, &object_owner, 8, HASH_GOOD, 5, false, 0};
    subject *s = subject_new(&o);
    uint32_t seen[20] = {0};
    for (uint32_t id = 0; id < 8; id++) {
        CHECK_EQ(subject_assign(s, id), GM_OK);
    }
    for (unsigned i = 0; i < 3; i++) {
        subject_iter_start(s, &s->iters[i]);
    }
    for (uint32_t id = 8; id < 13; id++) {
        CHECK_EQ(subject_assign(s, id), GM_OK);
    }
    CHECK_EQ(gm_finish_growth(s->map), GM_OK);
    gm_visit_kept(s->map, count_kept, seen);
    for (uint32_t id = 0; id < 20; id++) {
        CHECK_EQ(seen[id], id < 8);
    }
    subject_free(s);
}

static void
test_a_clone_of_a_map_that_is_iterated_has_no_flags(void)
{
    table t;
    gm_iter it;
    gm_map *copy;
    gm_header h;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    put(&t, 1, 1);
    gm_iter_init(&it, t.map, false);
    CHECK(table_header(&t).flags != 0);
    CHECK_EQ(gm_clone(t.map, NULL, 1, &copy), GM_OK);
    gm_read_header(copy, &h);
    CHECK_EQ(h.flags, 0);
    gm_map_free(copy);
    table_fini(&t);
}

static const test_case cases[] = {
    {"emptyRest_spreads_back_over_whole_buckets", test_emptyRest_spreads_back_over_whole_buckets},
    {"a_clear_ends_a_growth_in_the_same_size", test_a_clear_ends_a_growth_in_the_same_size},
    {"overflow_buckets_are_empty_after_a_clear", test_overflow_buckets_are_empty_after_a_clear},
    {"ended_iterators_are_out_of_the_maps_list", test_ended_iterators_are_out_of_the_maps_list},
    {"a_shrink_drops_the_air_of_chains_in_the_same_size",
     test_a_shrink_drops_the_air_of_chains_in_the_same_size},
    {"a_shrink_finishes_a_growth", test_a_shrink_finishes_a_growth},
    {"a_rebuilt_maps_iterators_show_what_is_there_now",
     test_a_rebuilt_maps_iterators_show_what_is_there_now},
    {"a_clear_after_the_last_entry_of_an_overflow_bucket_ends_the_chain",
     test_a_clear_after_the_last_entry_of_an_overflow_bucket_ends_the_chain},
    {"all_nans_are_shown_during_a_growth_in_the_same_size",
     test_all_nans_are_shown_during_a_growth_in_the_same_size},
    {"what_an_array_keeps_is_shown_once_for_all_its_iterators",
     test_what_an_array_keeps_is_shown_once_for_all_its_iterators},
    {"a_clone_of_a_map_that_is_iterated_has_no_flags",
     test_a_clone_of_a_map_that_is_iterated_has_no_flags},
    {NULL, NULL},
};
const test_group remains_tests = {"remains", cases};
