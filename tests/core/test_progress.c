/* test_progress.c: a walk for statistics tells how far it is, and ends when told to. */
#include <string.h>

#include "check.h"
#include "table.h"

typedef struct {
    table *t;
    double fractions[8];
    unsigned told;
    unsigned refuse_at, change_at; /* the call at which; 0: never */
} listener;

static bool
listen(void *context, double fraction)
{
    listener *l = context;
    CHECK(l->told < 8);
    l->fractions[l->told++] = fraction;
    if (l->told == l->change_at) {
        CHECK(del(l->t, 1));
    }
    return l->told != l->refuse_at;
}

static gm_status
walk(listener *l, gm_stats *out)
{
    l->told = 0;
    return gm_read_stats(l->t->map, out, &(gm_progress){listen, l});
}

/* 2**18 chains, of which a walk tells every 2**16. */
static void
init_large(table *t)
{
    table_init(t, &(table_options){&gm_kind_bits64, (uint64_t)6 << 18, 1, false});
    CHECK_EQ(table_header(t).buckets, (size_t)1 << 18);
    put(t, 1, 1);
    put(t, 2, 2);
}

static void
test_a_large_map_tells_how_far_it_is(void)
{
    table t;
    gm_stats stats, quiet;
    listener l = {.t = &t};
    init_large(&t);
    CHECK_EQ(walk(&l, &stats), GM_OK);
    CHECK_EQ(l.told, 4);
    for (unsigned i = 0; i < 4; i++) {
        CHECK(l.fractions[i] == (i + 1) / 4.0);
    }
    CHECK_EQ(gm_read_stats(t.map, &quiet, NULL), GM_OK);
    CHECK(memcmp(&stats, &quiet, sizeof stats) == 0);
    CHECK_EQ(stats.chains, (size_t)1 << 18);
    table_fini(&t);
}

static void
test_a_listener_ends_the_walk(void)
{
    table t;
    gm_stats stats;
    listener l = {.t = &t, .refuse_at = 2};
    init_large(&t);
    CHECK_EQ(walk(&l, &stats), GM_CALL_FAILED);
    CHECK_EQ(l.told, 2);
    CHECK_EQ(stats.chains, (size_t)1 << 17);
    CHECK_EQ(stats.bytes_header, 0); /* not counted any more */
    table_fini(&t);
}

static void
test_a_change_ends_the_walk(void)
{
    table t;
    gm_stats stats;
    listener l = {.t = &t, .change_at = 3};
    init_large(&t);
    CHECK_EQ(walk(&l, &stats), GM_CHANGED);
    CHECK_EQ(l.told, 3);
    table_fini(&t);
}

static void
test_a_small_map_tells_nothing(void)
{
    table t;
    gm_stats stats;
    listener l = {.t = &t};
    table_init(&t, &(table_options){&gm_kind_bits64, 1000, 1, false});
    CHECK_EQ(walk(&l, &stats), GM_OK);
    CHECK_EQ(l.told, 0);
    table_fini(&t);
}

/* Chains longer than the caller has room for are left out. */
static void
test_longer_chains_than_asked_for_are_not_counted(void)
{
    table t;
    uint64_t lengths[3] = {99, 99, 99};
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 52, 1, false});
    for (uint64_t i = 0; i < 20; i++) {
        put_hashed(&t, i, 0, i); /* two overflow buckets */
    }
    for (uint64_t i = 0; i < 9; i++) {
        put_hashed(&t, 100 + i, 1, i); /* one */
    }
    gm_chain_lengths(t.map, lengths, 2);
    CHECK_EQ(lengths[0], 6);
    CHECK_EQ(lengths[1], 1);
    CHECK_EQ(lengths[2], 99);
    gm_chain_lengths(t.map, lengths, 3);
    CHECK_EQ(lengths[2], 1);
    table_fini(&t);
}

static const test_case cases[] = {
    {"a_large_map_tells_how_far_it_is", test_a_large_map_tells_how_far_it_is},
    {"a_listener_ends_the_walk", test_a_listener_ends_the_walk},
    {"a_change_ends_the_walk", test_a_change_ends_the_walk},
    {"a_small_map_tells_nothing", test_a_small_map_tells_nothing},
    {"longer_chains_than_asked_for_are_not_counted",
     test_longer_chains_than_asked_for_are_not_counted},
    {NULL, NULL},
};
const test_group progress_tests = {"progress", cases};
