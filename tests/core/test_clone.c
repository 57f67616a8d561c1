/* test_clone.c: a clone is the same map without its past. */
#include <string.h>

#include "check.h"
#include "table.h"

static void
check_same(table *t, gm_map *copy)
{
    gm_walk walk;
    gm_cell cell, other;
    CHECK_EQ(gm_count(copy), gm_count(t->map));
    CHECK_EQ(gm_hash0(copy), gm_hash0(t->map));
    for (gm_walk_init(&walk, t->map); gm_walk_next(&walk, &cell);) {
        CHECK_EQ(gm_find(copy, cell.key, &other), GM_OK);
        CHECK(other.key != NULL && other.key != cell.key);
        CHECK(memcmp(other.elem, cell.elem, 8) == 0);
    }
}

/* log2 of the buckets that Go's make gives so many entries. */
static unsigned
fitting(uint64_t entries)
{
    unsigned B = 0;
    while (entries > 8 && 2 * entries > 13 * ((uint64_t)1 << B)) {
        B++;
    }
    return B;
}

/* Entries come and go; clones are made of every state, growing ones too. */
static void
test_clone_has_the_entries_and_the_size(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 400; i++) {
        gm_map *copy;
        size_t before = t.memory.outstanding;
        CHECK_EQ(gm_clone(t.map, NULL, i, &copy), GM_OK);
        gm_header h;
        gm_read_header(copy, &h);
        CHECK_EQ(h.B, fitting(h.count));
        CHECK(h.B <= table_header(&t).B);
        CHECK_EQ(h.flags, 0);
        CHECK(!h.growing);
        CHECK_EQ(t.memory.outstanding - before, gm_memory(copy));
        check_same(&t, copy);
        gm_map_free(copy);
        put(&t, i * i % 307, i);
        if (i % 3 == 0) {
            del(&t, i);
        }
    }
    table_fini(&t);
}

static void
test_clone_and_original_do_not_share(void)
{
    table t;
    uint64_t elem, key = 5;
    gm_map *copy;
    gm_cell cell;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    put(&t, 5, 50);
    CHECK_EQ(gm_clone(t.map, NULL, 9, &copy), GM_OK);
    put(&t, 5, 51);
    CHECK_EQ(gm_find(copy, &key, &cell), GM_OK);
    memcpy(&elem, cell.elem, sizeof elem);
    CHECK_EQ(elem, 50);
    gm_clear(t.map);
    CHECK_EQ(gm_count(copy), 1);
    gm_map_free(copy);
    table_fini(&t);
}

static void
test_clone_leaves_tombstones_and_overflow_behind(void)
{
    table t;
    gm_map *copy;
    gm_stats stats;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 60, 1, false});
    for (uint64_t i = 0; i < 60; i++) {
        put_hashed(&t, i, 1, i);
    }
    for (uint64_t i = 0; i < 59; i++) {
        CHECK(del_hashed(&t, i, 1));
    }
    CHECK_EQ(gm_clone(t.map, NULL, 9, &copy), GM_OK);
    gm_read_stats(copy, &stats, NULL);
    CHECK_EQ(stats.overflow_buckets, 0);
    CHECK_EQ(stats.header.noverflow, 0);
    CHECK_EQ(stats.header.B, 0);
    gm_map_free(copy);
    table_fini(&t);
}

static void
test_clone_of_an_empty_map_has_no_buckets_if_it_had_none(void)
{
    table t;
    gm_map *copy;
    gm_header h;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 3, true});
    CHECK_EQ(gm_clone(t.map, NULL, 9, &copy), GM_OK);
    gm_read_header(copy, &h);
    CHECK(!h.has_buckets);
    CHECK_EQ(h.hash0, 3);
    gm_map_free(copy);
    table_fini(&t);
}

static void
test_clone_under_iterators_disturbs_none(void)
{
    table t;
    gm_map *copy;
    gm_iter it;
    uint64_t key, shown = 0;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 3, false});
    for (uint64_t i = 0; i < 60; i++) {
        put(&t, i, i);
    }
    for (gm_iter_init(&it, t.map, false); next_key(&it, &key); shown++) {
        CHECK_EQ(gm_clone(t.map, NULL, 9, &copy), GM_OK);
        gm_map_free(copy);
    }
    CHECK_EQ(shown, 60);
    table_fini(&t);
}

static const test_case cases[] = {
    {"clone_has_the_entries_and_the_size", test_clone_has_the_entries_and_the_size},
    {"clone_and_original_do_not_share", test_clone_and_original_do_not_share},
    {"clone_leaves_tombstones_and_overflow_behind",
     test_clone_leaves_tombstones_and_overflow_behind},
    {"clone_of_an_empty_map_has_no_buckets_if_it_had_none",
     test_clone_of_an_empty_map_has_no_buckets_if_it_had_none},
    {"clone_under_iterators_disturbs_none", test_clone_under_iterators_disturbs_none},
    {NULL, NULL},
};
const test_group clone_tests = {"clone", cases};
