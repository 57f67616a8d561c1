/* test_nan.c: keys that equal nothing, themselves included. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "grow.h"
#include "table.h"
#include "next.h"

#define NANS 40

/* n NaNs with elements 0 ... n - 1, all of the same bits as keys. */
static void
nans(table *t, uint64_t hint, uint64_t seed, uint64_t n)
{
    test_seed = seed;
    table_init(t, &(table_options){&gm_kind_float64, hint, seed, false});
    for (uint64_t i = 0; i < n; i++) {
        put_float(t, NAN, i);
    }
}

static bool
next_elem(gm_iter *it, uint64_t *elem)
{
    gm_cell cell;
    CHECK_EQ(next_entry(it, &cell), GM_OK);
    if (cell.key == NULL) {
        return false;
    }
    memcpy(elem, cell.elem, sizeof *elem);
    return true;
}

static uint64_t
pop_elem(table *t)
{
    gm_entry removed;
    uint64_t elem;
    CHECK_EQ(gm_pop_random(t->map, &removed), GM_OK);
    CHECK(removed.found);
    memcpy(&elem, removed.elem, sizeof elem);
    return elem;
}

static void
test_every_insert_adds_and_no_lookup_finds(void)
{
    table t;
    nans(&t, 0, 1, 1000);
    double key = NAN;
    gm_cell cell;
    gm_entry removed;
    CHECK_EQ(gm_count(t.map), 1000);
    CHECK_EQ(gm_find(t.map, &key, &cell), GM_OK);
    CHECK(cell.key == NULL);
    CHECK_EQ(gm_delete(t.map, &key, &removed), GM_OK);
    CHECK(!removed.found);
    CHECK(table_stats(&t).longest_chain < 4); /* their hashes are drawn */
    gm_clear(t.map);
    CHECK_EQ(gm_count(t.map), 0);
    table_fini(&t);
}

static gm_status
find_nans(void *context, const gm_bucket_view *b)
{
    uint64_t *chains = context;
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        double key = 0;
        if (b->key[i] != NULL) {
            memcpy(&key, b->key[i], sizeof key);
        }
        if (key != key && !b->old) {
            chains[b->chain / 64] |= UINT64_C(1) << b->chain % 64;
        }
    }
    return GM_OK;
}

/* Every growth draws them a new tophash byte, whose low bit is the next half. */
static void
test_growth_spreads_them_over_all_chains(void)
{
    table t;
    uint64_t chains[8] = {0};
    unsigned spread = 0;
    nans(&t, 0, 1, 60);
    for (uint64_t i = 0; i < 2000; i++) {
        put_float(&t, (double)i, i);
    }
    CHECK_EQ(gm_finish_growth(t.map), GM_OK);
    CHECK_EQ(table_header(&t).B, 9);
    CHECK_EQ(gm_visit(t.map, SIZE_MAX, find_nans, chains), GM_OK);
    for (unsigned chain = 0; chain < 512; chain++) {
        spread += chains[chain / 64] >> chain % 64 & 1;
    }
    CHECK(spread > 45); /* 57 expected */
    table_fini(&t);
}

static void
test_minus_zero_replaces_zero(void)
{
    table t;
    gm_walk walk;
    gm_cell cell;
    double key;
    table_init(&t, &(table_options){&gm_kind_float64, 0, 1, false});
    put_float(&t, 0.0, 1);
    put_float(&t, -0.0, 2);
    CHECK_EQ(gm_count(t.map), 1);
    gm_walk_init(&walk, t.map);
    CHECK(gm_walk_next(&walk, &cell));
    memcpy(&key, cell.key, sizeof key);
    CHECK(signbit(key));
    table_fini(&t);
}

/* What every iterator must show of entries present throughout, while others are
 * popped and the map goes on growing and shrinking. */
static void
pop_under_iterators(uint64_t seed)
{
    table t;
    gm_iter it[3];
    bool gone[NANS] = {false};
    unsigned shown[3][NANS] = {{0}};
    uint64_t elem;
    nans(&t, seed % 2 == 0 ? 39 : 0, seed, NANS);
    for (unsigned i = 0; i < 3; i++) { /* before, in and after a growth */
        gm_iter_init(&it[i], t.map, false);
        for (uint64_t n = seed % 7 * i; n > 0 && next_elem(&it[i], &elem); n--) {
            shown[i][elem]++;
        }
        CHECK_EQ(i == 0 ? gm_finish_growth(t.map) : gmi_start_growth(t.map), GM_OK);
        put_float(&t, 1.0, NANS - 1);
        if (i == 1) {
            CHECK_EQ(gm_finish_growth(t.map), GM_OK);
        }
    }
    bool shown_before[3][NANS];
    for (unsigned n = 0; n < 20; n++) {
        elem = pop_elem(&t);
        gone[elem] = true;
        for (unsigned i = 0; i < 3; i++) {
            shown_before[i][elem] = shown[i][elem] > 0;
        }
        if (n == seed % 40) {
            CHECK_EQ(seed % 3 == 0 ? gm_shrink(t.map) : gm_reserve(t.map, 200), GM_OK);
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        while (next_elem(&it[i], &elem)) {
            shown[i][elem] += elem < NANS - 1;
        }
        for (uint64_t e = 0; e < NANS - 1; e++) {
            CHECK_EQ(shown[i][e], gone[e] ? shown_before[i][e] : 1);
        }
    }
    table_fini(&t);
}

static void
test_popped_nans_are_shown_no_more_and_the_others_once(void)
{
    for (uint64_t seed = 0; seed < 200; seed++) {
        pop_under_iterators(seed);
    }
}

/* Equal in every bit: however many are popped, as many as are left are shown. */
static void
test_twins_are_shown_as_often_as_they_are(void)
{
    for (uint64_t seed = 0; seed < 300; seed++) {
        table t;
        gm_iter it;
        uint64_t elem, shown = 0;
        test_seed = seed;
        table_init(&t, &(table_options){&gm_kind_float64, 26, seed, false});
        for (unsigned i = 0; i < 26; i++) {
            put_float(&t, NAN, 7);
        }
        if (seed % 2 == 0) {
            gm_iter_init(&it, t.map, false);
        }
        CHECK_EQ(gmi_start_growth(t.map), GM_OK);
        put_float(&t, 1.0, 1);
        if (seed % 2 == 1) {
            gm_iter_init(&it, t.map, false);
        }
        uint64_t before = seed % 5;
        for (; shown < before && next_elem(&it, &elem);) {
            shown += elem == 7;
        }
        put_float(&t, 1.0, 1); /* moves one bucket or two */
        uint64_t popped = 0;
        for (unsigned i = 0; i < 6; i++) {
            popped += pop_elem(&t) == 7;
        }
        while (next_elem(&it, &elem)) {
            shown += elem == 7;
        }
        CHECK(shown >= 26 - popped && shown <= 26 - popped + before);
        table_fini(&t);
    }
}

static void
test_pop_random_drains_a_map_of_nans(void)
{
    table t;
    nans(&t, 0, 3, 300);
    bool seen[300] = {false};
    for (unsigned i = 0; i < 300; i++) {
        uint64_t elem = pop_elem(&t);
        CHECK(!seen[elem]);
        seen[elem] = true;
    }
    gm_entry removed;
    CHECK_EQ(gm_pop_random(t.map, &removed), GM_OK);
    CHECK(!removed.found);
    table_fini(&t);
}

static const test_case cases[] = {
    {"every_insert_adds_and_no_lookup_finds", test_every_insert_adds_and_no_lookup_finds},
    {"growth_spreads_them_over_all_chains", test_growth_spreads_them_over_all_chains},
    {"minus_zero_replaces_zero", test_minus_zero_replaces_zero},
    {"popped_nans_are_shown_no_more_and_the_others_once",
     test_popped_nans_are_shown_no_more_and_the_others_once},
    {"twins_are_shown_as_often_as_they_are", test_twins_are_shown_as_often_as_they_are},
    {"pop_random_drains_a_map_of_nans", test_pop_random_drains_a_map_of_nans},
    {NULL, NULL},
};
const test_group nan_tests = {"nan", cases};
