/* test_random.c: gm_random and gm_pop_random draw every entry alike. */
#include <string.h>

#include "check.h"
#include "table.h"

#define DRAWS 100

/* Chi-square of draws of n entries, DRAWS expected of each.  Its mean is n - 1
 * and its variance 2(n - 1); five deviations are never met by a fair draw. */
static void
check_uniform(table *t, unsigned n)
{
    unsigned drawn[512] = {0};
    for (unsigned i = 0; i < n * DRAWS; i++) {
        gm_cell cell;
        uint64_t key;
        CHECK_EQ(gm_random(t->map, &cell), GM_OK);
        memcpy(&key, cell.key, sizeof key);
        CHECK(key < n);
        drawn[key]++;
    }
    double chi = 0, spread = 5.0 * 5.0 * 2.0 * (n - 1);
    for (unsigned i = 0; i < n; i++) {
        double off = (double)drawn[i] - DRAWS;
        chi += off * off / DRAWS;
    }
    double beyond = chi - (n - 1);
    CHECK(beyond * beyond < spread);
}

static void
test_random_is_uniform_at_every_stage_of_a_growth(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 104, 1, false});
    for (unsigned n = 0; n < 125;) {
        put(&t, n, n);
        n++;
        if (n == 3 || n == 100 || (n > 104 && n % 2 == 0)) {
            check_uniform(&t, n);
        }
    }
    table_fini(&t);
}

static void
test_random_is_uniform_over_long_and_short_chains(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 100, 2, false});
    for (uint64_t i = 0; i < 100; i++) { /* one chain of 80, the rest spread */
        put_hashed(&t, i, i < 80 ? 5 : i, i);
    }
    check_uniform(&t, 100);
    table_fini(&t);
}

static void
test_random_finds_the_few_entries_of_a_large_map(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 20000, 3, false});
    for (uint64_t i = 0; i < 5; i++) {
        put(&t, i, i);
    }
    check_uniform(&t, 5);
    table_fini(&t);
}

static void
test_pop_random_takes_every_entry_once_and_first_ones_alike(void)
{
    unsigned first[10] = {0};
    for (uint64_t seed = 0; seed < 2000; seed++) {
        table t;
        unsigned seen = 0;
        test_seed = seed;
        table_init(&t, &(table_options){&gm_kind_bits64, 0, seed, false});
        for (uint64_t i = 0; i < 10; i++) {
            put(&t, i, 70 + i);
        }
        for (unsigned n = 0; n < 10; n++) {
            gm_entry removed;
            uint64_t key, elem;
            CHECK_EQ(gm_pop_random(t.map, &removed), GM_OK);
            memcpy(&key, removed.key, sizeof key);
            memcpy(&elem, removed.elem, sizeof elem);
            CHECK(removed.found && elem == 70 + key && (seen >> key & 1) == 0);
            seen |= 1u << key;
            first[key] += n == 0;
        }
        CHECK_EQ(gm_count(t.map), 0);
        table_fini(&t);
    }
    for (unsigned i = 0; i < 10; i++) {
        CHECK(first[i] > 130 && first[i] < 270); /* 200 expected, five deviations */
    }
}

static void
test_the_random_stream_is_the_seeds(void)
{
    table t, u;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 11, true});
    table_init(&u, &(table_options){&gm_kind_bits64, 0, 11, true});
    for (uint64_t i = 0; i < 100; i++) {
        gm_cell a, b;
        put(&t, i, i);
        put(&u, i, i);
        CHECK_EQ(gm_random(t.map, &a), GM_OK);
        CHECK_EQ(gm_random(u.map, &b), GM_OK);
        CHECK(memcmp(a.key, b.key, 8) == 0);
        CHECK_EQ(gm_draw(t.map), gm_draw(u.map));
    }
    table_fini(&t);
    table_fini(&u);
}

static const test_case cases[] = {
    {"random_is_uniform_at_every_stage_of_a_growth",
     test_random_is_uniform_at_every_stage_of_a_growth},
    {"random_is_uniform_over_long_and_short_chains",
     test_random_is_uniform_over_long_and_short_chains},
    {"random_finds_the_few_entries_of_a_large_map",
     test_random_finds_the_few_entries_of_a_large_map},
    {"pop_random_takes_every_entry_once_and_first_ones_alike",
     test_pop_random_takes_every_entry_once_and_first_ones_alike},
    {"the_random_stream_is_the_seeds", test_the_random_stream_is_the_seeds},
    {NULL, NULL},
};
const test_group random_tests = {"random", cases};
