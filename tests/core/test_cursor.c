/* test_cursor.c: where an iterator stands: gm_iter_read against what lies there. */
#include "check.h"
#include "grow.h"
#include "next.h"
#include "subject.h"
#include "table.h"

#include <string.h>

static gm_cursor
cursor_of(const gm_iter *it)
{
    gm_cursor c;
    CHECK(gm_iter_read(it, &c));
    CHECK_EQ(c.start_bucket, it->start_bucket);
    CHECK_EQ(c.offset, it->offset);
    return c;
}

static void
check_stands_at(const gm_iter *it, size_t bucket, size_t position, unsigned cell)
{
    gm_cursor c = cursor_of(it);
    CHECK(c.started);
    CHECK_EQ(c.bucket, bucket);
    CHECK_EQ(c.position, position);
    CHECK_EQ(c.cell, cell);
}

static void
check_not_started(const gm_iter *it)
{
    gm_cursor c = cursor_of(it);
    CHECK(!c.started);
    CHECK(c.bucket == 0 && c.position == 0 && c.cell == 0);
}

static void
check_ended(const gm_iter *it)
{
    gm_cursor c;
    CHECK(!gm_iter_read(it, &c));
    CHECK(!c.started && !c.wrapped);
    CHECK_EQ(c.start_bucket, it->start_bucket);
    CHECK_EQ(c.offset, it->offset);
}

/* The next key is that one. */
static void
expect_next(gm_iter *it, uint64_t want)
{
    uint64_t key = UINT64_MAX;
    CHECK(next_key(it, &key));
    CHECK_EQ(key, want);
}

/* Eight chains; in chain i the keys 20 * i + n, in this order. */
static void
eight_chains(table *t, const uint64_t counts[8])
{
    table_init(t, &(table_options){&gm_kind_hashed_bits64, 52, 3, false});
    for (uint64_t chain = 0; chain < 8; chain++) {
        for (uint64_t n = 0; n < counts[chain]; n++) {
            put_hashed(t, chain * 20 + n, chain, n);
        }
    }
}

/* ---- one array ---------------------------------------------------------------------------- */

static void
test_a_fresh_iterator_has_shown_nothing(void)
{
    table t;
    gm_iter it;
    eight_chains(&t, (const uint64_t[8]){0, 0, 0, 3});
    CHECK_EQ(gm_iter_init_at(&it, t.map, 6, 5), GM_OK);
    check_not_started(&it);
    CHECK(cursor_of(&it).array == GM_READS_NEW && !cursor_of(&it).wrapped);
    gm_iter_fini(&it);
    check_ended(&it);
    gm_iter_init(&it, t.map, false);
    check_not_started(&it);
    gm_iter_fini(&it);
    table_fini(&t);
}

static void
test_cells_are_told_from_the_offset_on_and_overflow_by_position(void)
{
    table t;
    gm_iter it;
    eight_chains(&t, (const uint64_t[8]){0, 0, 19, 2});
    CHECK_EQ(gm_iter_init_at(&it, t.map, 2, 6), GM_OK);
    for (unsigned position = 0; position < 3; position++) {
        for (unsigned n = 0; n < 8; n++) {
            unsigned cell = (n + 6) % 8;
            if (position < 2 || cell < 3) {
                expect_next(&it, 40 + 8 * position + cell);
                check_stands_at(&it, 2, position, cell);
            }
        }
    }
    expect_next(&it, 60); /* of chain 3, cells 6 and 7 are empty */
    check_stands_at(&it, 3, 0, 0);
    expect_next(&it, 61);
    check_stands_at(&it, 3, 0, 1);
    uint64_t key;
    CHECK(!next_key(&it, &key));
    check_ended(&it);
    table_fini(&t);
}

static void
test_an_iterator_that_comes_round_has_wrapped(void)
{
    table t;
    gm_iter it;
    eight_chains(&t, (const uint64_t[8]){1, 0, 0, 0, 0, 1, 1, 1});
    CHECK_EQ(gm_iter_init_at(&it, t.map, 5, 0), GM_OK);
    expect_next(&it, 100);
    CHECK(!cursor_of(&it).wrapped);
    expect_next(&it, 120);
    CHECK(!cursor_of(&it).wrapped);
    expect_next(&it, 140);
    check_stands_at(&it, 7, 0, 0);
    CHECK(cursor_of(&it).wrapped); /* the next chain is 0 */
    expect_next(&it, 0);
    check_stands_at(&it, 0, 0, 0);
    CHECK(cursor_of(&it).wrapped);
    gm_iter_fini(&it);
    table_fini(&t);
}

static void
test_an_iterator_over_an_empty_map_has_ended(void)
{
    table t;
    gm_iter it;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 3, false});
    gm_iter_init(&it, t.map, false);
    check_ended(&it);
    CHECK_EQ(gm_iter_init_at(&it, t.map, 0, 3), GM_OK);
    check_ended(&it);
    table_fini(&t);
}

static void
test_the_place_stays_when_its_entry_goes(void)
{
    table t;
    gm_iter it;
    eight_chains(&t, (const uint64_t[8]){0, 12});
    CHECK_EQ(gm_iter_init_at(&it, t.map, 1, 0), GM_OK);
    for (uint64_t n = 0; n < 10; n++) {
        expect_next(&it, 20 + n);
    }
    CHECK(del_hashed(&t, 29, 1));
    check_stands_at(&it, 1, 1, 1);
    expect_next(&it, 30);
    check_stands_at(&it, 1, 1, 2);
    gm_iter_fini(&it);
    table_fini(&t);
}

/* ---- growth ------------------------------------------------------------------------------ */

static const uint64_t full[8] = {3, 5, 5, 6, 6, 15, 6, 6}; /* 52: the next one grows */

static void
test_an_iterator_made_before_a_growth_goes_on_in_the_old_array(void)
{
    table t;
    gm_iter it;
    eight_chains(&t, full);
    CHECK_EQ(gm_iter_init_at(&it, t.map, 5, 0), GM_OK);
    for (uint64_t n = 0; n < 9; n++) {
        expect_next(&it, 100 + n);
    }
    CHECK_EQ(cursor_of(&it).array, GM_READS_NEW);
    put_hashed(&t, 999, 8, 1); /* moves 0 and 1 */
    CHECK_EQ(cursor_of(&it).array, GM_READS_OLD);
    check_stands_at(&it, 5, 1, 0);
    expect_next(&it, 109);
    check_stands_at(&it, 5, 1, 1);
    put_hashed(&t, 100, 5, 1); /* its chain moves: the place is where it was */
    expect_next(&it, 110);
    check_stands_at(&it, 5, 1, 2);
    CHECK_EQ(cursor_of(&it).array, GM_READS_OLD);
    CHECK_EQ(gm_finish_growth(t.map), GM_OK);
    CHECK_EQ(cursor_of(&it).array, GM_READS_LEFT);
    check_stands_at(&it, 5, 1, 2);
    expect_next(&it, 111);
    check_stands_at(&it, 5, 1, 3);
    gm_iter_fini(&it);
    table_fini(&t);
}

static void
test_an_iterator_of_the_new_array_reads_old_chains_where_they_are(void)
{
    table t;
    gm_iter it;
    uint64_t key;
    eight_chains(&t, full);
    put_hashed(&t, 13 * 20, 13, 1); /* moves chains 5 and 0 */
    CHECK_EQ(gm_iter_init_at(&it, t.map, 11, 2), GM_OK);
    expect_next(&it, 260); /* 11 and 12 are halves of 3 and 4, and empty */
    CHECK_EQ(cursor_of(&it).array, GM_READS_NEW);
    check_stands_at(&it, 13, 0, 0);
    expect_next(&it, 2); /* chain 0 has moved */
    check_stands_at(&it, 0, 0, 2);
    CHECK(cursor_of(&it).wrapped);
    expect_next(&it, 0);
    expect_next(&it, 1);
    expect_next(&it, 22);
    CHECK_EQ(cursor_of(&it).array, GM_READS_OLD);
    check_stands_at(&it, 1, 0, 2);
    CHECK(next_key(&it, &key) && next_key(&it, &key) && next_key(&it, &key));
    CHECK_EQ(gm_finish_growth(t.map), GM_OK);
    CHECK_EQ(cursor_of(&it).array, GM_READS_LEFT);
    expect_next(&it, 21);
    check_stands_at(&it, 1, 0, 1);
    expect_next(&it, 42);
    CHECK_EQ(cursor_of(&it).array, GM_READS_NEW);
    check_stands_at(&it, 2, 0, 2);
    gm_iter_fini(&it);
    table_fini(&t);
}

/* The upper half of an old chain: bucket 13 of the new array lies in 5 of the old. */
static void
test_the_upper_half_of_an_old_chain_is_told_by_its_old_bucket(void)
{
    table t;
    gm_iter it;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 52, 3, false});
    for (uint64_t i = 0; i < 52; i++) { /* chains 5 and 13 to be */
        put_hashed(&t, i, i % 2 ? 13 : 5, i);
    }
    put_hashed(&t, 52, 0, 1);
    CHECK_EQ(gm_iter_init_at(&it, t.map, 13, 0), GM_OK);
    for (uint64_t i = 1; i < 52; i += 2) {
        expect_next(&it, i);
        check_stands_at(&it, 5, i / 8, i % 8);
        CHECK_EQ(cursor_of(&it).array, GM_READS_OLD);
    }
    gm_iter_fini(&it);
    table_fini(&t);
}

static void
test_a_rebuilding_leaves_the_array_read(void)
{
    table t;
    gm_iter it;
    eight_chains(&t, full);
    CHECK_EQ(gm_iter_init_at(&it, t.map, 7, 0), GM_OK);
    expect_next(&it, 140);
    CHECK_EQ(gm_reserve(t.map, 400), GM_OK);
    CHECK_EQ(cursor_of(&it).array, GM_READS_LEFT);
    check_stands_at(&it, 7, 0, 0);
    for (uint64_t n = 1; n < 6; n++) {
        expect_next(&it, 140 + n);
        check_stands_at(&it, 7, 0, (unsigned)n);
    }
    expect_next(&it, 0);
    check_stands_at(&it, 0, 0, 0);
    CHECK(cursor_of(&it).wrapped);
    CHECK_EQ(cursor_of(&it).array, GM_READS_LEFT);
    gm_iter_fini(&it);
    check_ended(&it);
    table_fini(&t);
}

/* ---- clear, drop ---------------------------------------------------------------------------- */

static void
test_clear_keeps_the_place_in_a_bucket_that_stays(void)
{
    table t;
    gm_iter main_bucket, overflow, fresh;
    eight_chains(&t, full);
    CHECK_EQ(gm_iter_init_at(&main_bucket, t.map, 2, 0), GM_OK);
    CHECK_EQ(gm_iter_init_at(&overflow, t.map, 5, 0), GM_OK);
    CHECK_EQ(gm_iter_init_at(&fresh, t.map, 1, 1), GM_OK);
    expect_next(&main_bucket, 40);
    for (uint64_t n = 0; n < 9; n++) {
        expect_next(&overflow, 100 + n);
    }
    gm_clear(t.map);
    check_stands_at(&main_bucket, 2, 0, 0);
    check_not_started(&overflow); /* its bucket is no more */
    check_not_started(&fresh);
    put_hashed(&t, 1, 2, 1);
    put_hashed(&t, 2, 2, 1);
    expect_next(&main_bucket, 2);
    check_stands_at(&main_bucket, 2, 0, 1);
    gm_drop(t.map);
    check_ended(&main_bucket);
    check_ended(&overflow);
    check_ended(&fresh);
    table_fini(&t);
}

static void
test_clear_during_a_growth_ends_the_iterators_of_the_old_array(void)
{
    table t;
    gm_iter before, after;
    eight_chains(&t, full);
    CHECK_EQ(gm_iter_init_at(&before, t.map, 2, 0), GM_OK);
    expect_next(&before, 40);
    put_hashed(&t, 999, 8, 1);
    CHECK_EQ(gm_iter_init_at(&after, t.map, 2, 0), GM_OK);
    expect_next(&after, 40);
    CHECK_EQ(cursor_of(&after).array, GM_READS_OLD);
    gm_clear(t.map);
    check_ended(&before);
    check_not_started(&after);
    CHECK_EQ(cursor_of(&after).array, GM_READS_NEW);
    gm_iter_fini(&after);
    table_fini(&t);
}

static void
test_the_end_of_the_map_is_the_end(void)
{
    table t;
    gm_iter it;
    eight_chains(&t, full);
    CHECK_EQ(gm_iter_init_at(&it, t.map, 2, 0), GM_OK);
    expect_next(&it, 40);
    table_fini(&t);
    check_ended(&it);
}

/* ---- at random ------------------------------------------------------------------------------ */

typedef struct {
    const gm_cursor *cursor;
    const void *key; /* of the cell there */
    bool is_moved, found;
} seek;

static gm_status
seek_bucket(void *context, const gm_bucket_view *b)
{
    seek *s = context;
    const gm_cursor *c = s->cursor;
    if (b->old == (c->array == GM_READS_OLD) && b->chain == c->bucket &&
        b->position == c->position) {
        uint8_t top = b->tophash[c->cell];
        s->found = true;
        s->key = b->key[c->cell];
        s->is_moved = top == GM_EVACUATED_X || top == GM_EVACUATED_Y;
    }
    return GM_OK;
}

/* An iterator of the subject has just been advanced and shown `key`, if any. */
static void
check_cursor(subject *s, const live_iter *li, const void *key)
{
    gm_cursor c;
    if (!gm_iter_read(&li->it, &c) || c.array == GM_READS_LEFT) {
        return;
    }
    seek found = {&c, NULL, false, false};
    CHECK(c.started);
    CHECK_EQ(gm_visit(s->map, SIZE_MAX, seek_bucket, &found), GM_OK);
    CHECK(found.found);
    CHECK(found.key == key || found.is_moved);
}

static void
advance_some(subject *s, uint64_t counts[3])
{
    live_iter *li = &s->iters[subject_draw(s, ITERATORS)];
    gm_cell cell;
    if (!li->on) {
        return;
    }
    CHECK_EQ(next_entry(&li->it, &cell), GM_OK);
    if (cell.key == NULL) {
        li->on = false;
        check_ended(&li->it);
        return;
    }
    counts[cursor_of(&li->it).array]++;
    check_cursor(s, li, cell.key);
}

static void
test_the_cursor_is_at_the_entry_shown_last(void)
{
    uint64_t counts[3] = {0};
    const key_sort *const sorts[] = {SORT_BITS64, SORT_FLOAT64, SORT_HASHED64};
    for (uint64_t seed = 0; seed < 6; seed++) {
        subject_options o = {sorts[seed % 3], NULL, 8, HASH_LOW_BITS, seed, false, 0};
        test_seed = seed;
        subject *s = subject_new(&o);
        for (unsigned i = 0; i < 6000; i++) {
            CHECK_EQ(subject_step(s), GM_OK);
            for (unsigned n = 0; n < ITERATORS; n++) {
                s->iters[n].lossy = true; /* what is shown below, the model does not see */
            }
            advance_some(s, counts);
        }
        subject_free(s);
    }
    CHECK(counts[GM_READS_NEW] > 100 && counts[GM_READS_OLD] > 100 && counts[GM_READS_LEFT] > 100);
}

static const test_case cases[] = {
    {"a_fresh_iterator_has_shown_nothing", test_a_fresh_iterator_has_shown_nothing},
    {"cells_are_told_from_the_offset_on_and_overflow_by_position",
     test_cells_are_told_from_the_offset_on_and_overflow_by_position},
    {"an_iterator_that_comes_round_has_wrapped", test_an_iterator_that_comes_round_has_wrapped},
    {"an_iterator_over_an_empty_map_has_ended", test_an_iterator_over_an_empty_map_has_ended},
    {"the_place_stays_when_its_entry_goes", test_the_place_stays_when_its_entry_goes},
    {"an_iterator_made_before_a_growth_goes_on_in_the_old_array",
     test_an_iterator_made_before_a_growth_goes_on_in_the_old_array},
    {"an_iterator_of_the_new_array_reads_old_chains_where_they_are",
     test_an_iterator_of_the_new_array_reads_old_chains_where_they_are},
    {"the_upper_half_of_an_old_chain_is_told_by_its_old_bucket",
     test_the_upper_half_of_an_old_chain_is_told_by_its_old_bucket},
    {"a_rebuilding_leaves_the_array_read", test_a_rebuilding_leaves_the_array_read},
    {"clear_keeps_the_place_in_a_bucket_that_stays",
     test_clear_keeps_the_place_in_a_bucket_that_stays},
    {"clear_during_a_growth_ends_the_iterators_of_the_old_array",
     test_clear_during_a_growth_ends_the_iterators_of_the_old_array},
    {"the_end_of_the_map_is_the_end", test_the_end_of_the_map_is_the_end},
    {"the_cursor_is_at_the_entry_shown_last", test_the_cursor_is_at_the_entry_shown_last},
    {NULL, NULL},
};
const test_group cursor_tests = {"cursor", cases};
