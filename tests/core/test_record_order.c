/* test_record_order.c: which events an operation tells, in which order, about
 * which place.  What each event says is checked by the witness. */
#include "check.h"
#include "grow.h"
#include "table.h"
#include "test_record_witness.h"

#include <stdlib.h>
#include <string.h>

/* ---- a recorded table ------------------------------------------------------------------ */

static void
finish(table *t, witness *w)
{
    witness_check(w);
    witness_stop(w);
    table_check(t);
    witness_start(w);
    witness_forget(w);
    gm_map_free(t->map);
    CHECK_EQ(w->told, 0);
    memory_check_empty(&t->memory);
    free(w);
}

static void
check_place(const witness *w, size_t n, bool in_old, size_t bucket, size_t position, unsigned cell)
{
    const told_event *e = &w->events[n];
    CHECK(n < TOLD && e->in_old == in_old);
    CHECK_EQ(e->bucket, bucket);
    CHECK_EQ(e->position, position);
    CHECK_EQ(e->cell, cell);
}

/* n entries with the same hash, of keys from `first` on. */
static void
fill_chain(table *t, uint64_t first, uint64_t n, uint64_t hash)
{
    for (uint64_t i = 0; i < n; i++) {
        put_hashed(t, first + i, hash, i);
    }
}

/* 53 entries at B = 3, of which 14 in chain 5: a growth to 16 buckets has begun
 * with the 53rd, in chain 0; seven old buckets are to move. */
static witness *
watch_growth(table *t)
{
    witness *w = witness_of_table(t, SORT_HASHED64, 52);
    for (uint64_t chain = 0; chain < 8; chain++) {
        fill_chain(t, chain * 20, chain == 5 ? 14 : chain == 0 ? 3 : 5 + (chain > 2), chain);
    }
    fill_chain(t, 200, 52 - gm_count(t->map), 1);
    witness_forget(w);
    put_hashed(t, 250, 8, 1);
    return w;
}

/* ---- by key --------------------------------------------------------------------------- */

static void
test_assign_update_and_delete_are_told_where_the_entry_lies(void)
{
    table t;
    witness *w = witness_of_table(&t, SORT_HASHED64, 26);
    fill_chain(&t, 0, 18, 3);
    witness_expect(w, "AAAAAAAAAAAAAAAAAA");
    put_hashed(&t, 17, 3, 5);
    CHECK(del_hashed(&t, 9, 3));
    CHECK(!del_hashed(&t, 9, 3));
    put_hashed(&t, 30, 3, 5); /* into the hole */
    CHECK(del_hashed(&t, 17, 3));
    check_place(w, 0, false, 3, 2, 1);
    check_place(w, 1, false, 3, 1, 1);
    check_place(w, 2, false, 3, 1, 1);
    check_place(w, 3, false, 3, 2, 1);
    CHECK_EQ(w->events[2].id, 30);
    witness_expect(w, "UDAD");
    finish(&t, w);
}

static void
test_the_first_entry_makes_the_array_and_is_one_event(void)
{
    table t;
    witness *w = witness_of_table(&t, SORT_BITS64, 0);
    put(&t, 1, 1);
    check_place(w, 0, false, 0, 0, 0);
    witness_expect(w, "A");
    finish(&t, w);
}

static void
test_the_last_entry_brings_a_new_seed(void)
{
    table t;
    witness *w = witness_of_table(&t, SORT_BITS64, 0);
    put(&t, 1, 1);
    put(&t, 2, 1);
    CHECK(del(&t, 1));
    CHECK(del(&t, 2));
    witness_expect(w, "AADDR");
    finish(&t, w);
}

static void
test_a_fixed_seed_is_never_told_as_new(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 7, true});
    witness *w = witness_new(t.map, SORT_BITS64, &t.memory);
    put(&t, 1, 1);
    CHECK(del(&t, 1));
    put(&t, 1, 1);
    gm_clear(t.map);
    gm_drop(t.map);
    witness_expect(w, "ADACC");
    finish(&t, w);
}

/* ---- growth ----------------------------------------------------------------------------- */

static void
test_one_write_tells_growth_evacuations_and_itself_in_this_order(void)
{
    table t;
    witness *w = witness_of_table(&t, SORT_BITS64, 0);
    for (uint64_t i = 0; i < 9; i++) { /* one old bucket: the growth is over at once */
        put(&t, i, i);
    }
    witness_expect(w, "AAAAAAAAGEFA");
    for (uint64_t i = 9; i < 13; i++) {
        put(&t, i, i);
    }
    witness_expect(w, "AAAA");
    put(&t, 13, 13);
    CHECK_EQ(w->events[1].bucket + w->events[2].bucket, 1);
    witness_expect(w, "GEEFA"); /* the key's old bucket, and the other one */
    finish(&t, w);
}

static void
test_writes_during_a_growth_tell_what_they_move(void)
{
    table t;
    witness *w = watch_growth(&t);
    witness_expect(w, "GEEA"); /* chain 0, where the key goes, and the mark's, 1 */
    put_hashed(&t, 100, 5, 2);
    CHECK_EQ(w->events[0].bucket, 5);
    CHECK_EQ(w->events[0].moved[0], 14);
    CHECK_EQ(w->events[0].moved[1], 0);
    CHECK_EQ(w->events[1].bucket, 2);
    check_place(w, 2, false, 5, 0, 0);
    witness_expect(w, "EEU");
    CHECK(!del_hashed(&t, 999, 5)); /* absent, its chain has moved: the mark's only */
    CHECK_EQ(w->events[0].bucket, 3);
    witness_expect(w, "E");
    CHECK(!del_hashed(&t, 999, 7));
    witness_expect(w, "EE");
    CHECK(del_hashed(&t, 120, 6));
    witness_expect(w, "EFD");
    finish(&t, w);
}

static void
test_pop_of_an_absent_key_tells_nothing(void)
{
    table t;
    gm_entry removed;
    witness *w = watch_growth(&t);
    witness_forget(w);
    CHECK_EQ(gm_pop(t.map, &(gm_hashed_bits64){999, 7}, &removed), GM_OK);
    CHECK(!removed.found);
    witness_expect(w, "");
    CHECK_EQ(gm_pop(t.map, &(gm_hashed_bits64){140, 7}, &removed), GM_OK);
    CHECK(removed.found);
    witness_expect(w, "EED");
    finish(&t, w);
}

static void
test_a_split_is_told_by_halves(void)
{
    table t;
    witness *w = witness_of_table(&t, SORT_HASHED64, 13);
    for (uint64_t i = 0; i < 13; i++) { /* chain 0; four go to chain 2 */
        put_hashed(&t, i, i < 4 ? 2 : 0, i);
    }
    witness_forget(w);
    put_hashed(&t, 13, 0, 13);
    CHECK_EQ(w->events[1].moved[0], 9);
    CHECK_EQ(w->events[1].moved[1], 4);
    CHECK_EQ(w->events[2].moved[0] + w->events[2].moved[1], 0);
    check_place(w, 4, false, 0, 1, 1);
    witness_expect(w, "GEEFA");
    finish(&t, w);
}

static void
test_a_growth_in_the_same_size_is_told_as_such(void)
{
    table t;
    witness *w = witness_of_table(&t, SORT_HASHED64, 60);
    put_hashed(&t, 9999, 3, 1);
    for (uint64_t chain = 0; chain < 16; chain++) {
        fill_chain(&t, chain * 100, 9, chain);
        for (uint64_t n = 0; n < 9; n++) {
            CHECK(del_hashed(&t, chain * 100 + n, chain));
        }
    }
    CHECK_EQ(table_header(&t).noverflow, 16);
    witness_check(w);
    witness_forget(w);
    put_hashed(&t, 1, 3, 1);
    CHECK_EQ(w->events[1].bucket, 3);
    CHECK_EQ(w->events[1].moved[0], 1);
    CHECK_EQ(w->events[1].moved[1], 0);
    CHECK_EQ(w->events[2].bucket, 0);
    witness_expect(w, "SEEA");
    CHECK_EQ(gm_finish_growth(t.map), GM_OK);
    witness_expect(w, "EEEEEEEEEEEEEEF");
    finish(&t, w);
}

/* ---- everything at once -------------------------------------------------------------------- */

static void
test_clear_and_drop_tell_a_clearing_and_a_new_seed(void)
{
    table t;
    witness *w = witness_of_table(&t, SORT_BITS64, 0);
    gm_clear(t.map);
    witness_expect(w, "");
    put(&t, 1, 1);
    gm_clear(t.map);
    witness_expect(w, "ACR");
    gm_clear(t.map);
    witness_expect(w, "");
    put(&t, 1, 1);
    gm_drop(t.map);
    witness_expect(w, "ACR");
    CHECK(!table_header(&t).has_buckets);
    finish(&t, w);
}

static void
test_a_clearing_ends_a_growth_without_a_word(void)
{
    for (unsigned drops = 0; drops < 2; drops++) {
        table t;
        witness *w = watch_growth(&t);
        witness_forget(w);
        (drops ? gm_drop : gm_clear)(t.map);
        CHECK(!table_header(&t).growing);
        witness_expect(w, "CR");
        put_hashed(&t, 1, 1, 1);
        witness_expect(w, "A");
        finish(&t, w);
    }
}

static void
test_reserve_and_shrink_tell_a_rebuilding(void)
{
    table t;
    witness *w = witness_of_table(&t, SORT_BITS64, 0);
    CHECK_EQ(gm_reserve(t.map, 8), GM_OK);
    CHECK_EQ(gm_shrink(t.map), GM_OK);
    witness_expect(w, "");
    CHECK_EQ(gm_reserve(t.map, 60), GM_OK);
    CHECK_EQ(gm_reserve(t.map, 60), GM_OK);
    witness_expect(w, "B");
    CHECK_EQ(gm_shrink(t.map), GM_OK); /* empty: the array goes */
    witness_expect(w, "B");
    put(&t, 1, 1);
    CHECK_EQ(gm_reserve(t.map, 60), GM_OK);
    CHECK_EQ(gm_shrink(t.map), GM_OK);
    CHECK_EQ(gm_shrink(t.map), GM_OK);
    witness_expect(w, "ABB");
    finish(&t, w);
}

static void
test_a_rebuilding_tells_the_rest_of_a_growth_first(void)
{
    table t;
    witness *w = watch_growth(&t);
    witness_forget(w);
    CHECK_EQ(gm_reserve(t.map, 500), GM_OK);
    witness_expect(w, "EEEEEEFB");
    finish(&t, w);
    w = watch_growth(&t);
    witness_forget(w);
    CHECK_EQ(gm_shrink(t.map), GM_OK); /* of the size it is growing to */
    witness_expect(w, "EEEEEEFB");
    CHECK_EQ(gm_finish_growth(t.map), GM_OK);
    witness_expect(w, "");
    finish(&t, w);
}

static void
test_an_entry_taken_at_random_may_lie_in_the_old_array(void)
{
    table t;
    gm_entry removed;
    witness *w = watch_growth(&t);
    uint64_t in_old = 0, at_overflow = 0;
    witness_forget(w);
    for (uint64_t left = gm_count(t.map); left > 0; left--) {
        CHECK_EQ(gm_pop_random(t.map, &removed), GM_OK);
        CHECK(removed.found && table_header(&t).growing);
        const told_event *e = &w->events[0];
        CHECK(memcmp(removed.key, &(uint64_t){e->id}, 8) == 0);
        in_old += e->in_old;
        at_overflow += e->position > 0;
        CHECK_EQ(e->in_old, e->bucket >= 2 && e->bucket != 8);
        witness_expect(w, left > 1 ? "D" : "DR");
    }
    CHECK(in_old > 30 && at_overflow > 3);
    CHECK_EQ(gm_pop_random(t.map, &removed), GM_OK);
    witness_expect(w, "");
    put_hashed(&t, 1, 1, 1); /* the growth goes on */
    CHECK_EQ(w->events[0].bucket, 2);
    witness_expect(w, "EA");
    finish(&t, w);
}

/* ---- what is not told ----------------------------------------------------------------------- */

static void
ignore_step(void *context, const gm_step *step)
{
    (void)context, (void)step;
}

static void
ignore_restart(void *context)
{
    (void)context;
}

static void
test_looking_tells_nothing(void)
{
    table t;
    gm_iter it;
    gm_cell cell;
    uint64_t key;
    gm_trace trace = {.restart = ignore_restart, .see = ignore_step};
    witness *w = watch_growth(&t);
    witness_forget(w);
    CHECK(has_hashed(&t, 100, 5) && !has_hashed(&t, 999, 5));
    CHECK_EQ(gm_explain(t.map, &(gm_hashed_bits64){100, 5}, &trace), GM_OK);
    CHECK_EQ(gm_random(t.map, &cell), GM_OK);
    gm_iter_init(&it, t.map, false);
    while (next_key(&it, &key)) {
    }
    table_stats(&t);
    witness_expect(w, "");
    finish(&t, w);
}

static void
test_a_clone_is_not_recorded(void)
{
    table t;
    gm_map *copy;
    gm_cell cell;
    gm_entry removed;
    for (unsigned empty = 0; empty < 2; empty++) {
        witness *w = empty ? witness_of_table(&t, SORT_HASHED64, 0) : watch_growth(&t);
        witness_forget(w);
        CHECK_EQ(gm_clone(t.map, &t, 9, &copy), GM_OK);
        CHECK(!gm_is_recorded(copy) && gm_is_recorded(t.map));
        for (uint64_t i = 0; i < 200; i++) {
            CHECK_EQ(gm_assign(copy, &(gm_hashed_bits64){i, i}, &cell), GM_OK);
        }
        CHECK_EQ(gm_pop_random(copy, &removed), GM_OK);
        gm_map_free(copy);
        witness_expect(w, "");
        finish(&t, w);
    }
}

static void
test_nothing_is_told_once_recording_has_ended(void)
{
    table t;
    witness *w = watch_growth(&t);
    witness_forget(w);
    witness_stop(w);
    put_hashed(&t, 100, 5, 2);
    gm_record(t.map, NULL);
    witness_start(w);
    put_hashed(&t, 100, 5, 2);
    witness_expect(w, "EU");
    finish(&t, w);
}

static const test_case cases[] = {
    {"assign_update_and_delete_are_told_where_the_entry_lies",
     test_assign_update_and_delete_are_told_where_the_entry_lies},
    {"the_first_entry_makes_the_array_and_is_one_event",
     test_the_first_entry_makes_the_array_and_is_one_event},
    {"the_last_entry_brings_a_new_seed", test_the_last_entry_brings_a_new_seed},
    {"a_fixed_seed_is_never_told_as_new", test_a_fixed_seed_is_never_told_as_new},
    {"one_write_tells_growth_evacuations_and_itself_in_this_order",
     test_one_write_tells_growth_evacuations_and_itself_in_this_order},
    {"writes_during_a_growth_tell_what_they_move", test_writes_during_a_growth_tell_what_they_move},
    {"pop_of_an_absent_key_tells_nothing", test_pop_of_an_absent_key_tells_nothing},
    {"a_split_is_told_by_halves", test_a_split_is_told_by_halves},
    {"a_growth_in_the_same_size_is_told_as_such", test_a_growth_in_the_same_size_is_told_as_such},
    {"clear_and_drop_tell_a_clearing_and_a_new_seed",
     test_clear_and_drop_tell_a_clearing_and_a_new_seed},
    {"a_clearing_ends_a_growth_without_a_word", test_a_clearing_ends_a_growth_without_a_word},
    {"reserve_and_shrink_tell_a_rebuilding", test_reserve_and_shrink_tell_a_rebuilding},
    {"a_rebuilding_tells_the_rest_of_a_growth_first",
     test_a_rebuilding_tells_the_rest_of_a_growth_first},
    {"an_entry_taken_at_random_may_lie_in_the_old_array",
     test_an_entry_taken_at_random_may_lie_in_the_old_array},
    {"looking_tells_nothing", test_looking_tells_nothing},
    {"a_clone_is_not_recorded", test_a_clone_is_not_recorded},
    {"nothing_is_told_once_recording_has_ended", test_nothing_is_told_once_recording_has_ended},
    {NULL, NULL},
};
const test_group record_order_tests = {"record_order", cases};
