/* test_prealloc.c: spare overflow buckets are Go's (golden/FORMAT.md). */
#include "array.h"
#include "check.h"
#include "table.h"

/* From the headers of the golden traces: the `prealloc` tables, B = 4 ... 18. */
static const struct {
    uint16_t key, elem, bucket; /* Go's sizes */
    uint16_t spares[15];
} golden[] = {
    {4, 4, 80, {1, 6, 12, 8, 16, 102, 102, 204, 307, 512, 1024, 2048, 4096, 8192, 16384}},
    {8, 1, 88, {1, 2, 5, 11, 23, 46, 93, 186, 279, 558, 1024, 2048, 4096, 8192, 16384}},
    {8, 8, 144, {2, 5, 7, 14, 28, 56, 113, 170, 284, 512, 1024, 2048, 4096, 8192, 16384}},
    {16, 8, 208, {3, 7, 4, 9, 19, 39, 78, 157, 275, 512, 1024, 2048, 4096, 8192, 16384}},
    {16, 16, 272, {1, 2, 6, 22, 45, 60, 90, 150, 271, 512, 1024, 2048, 4096, 8192, 16384}},
};

static void
test_spare_counts_are_those_of_the_traces(void)
{
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        gm_type type = {&gm_kind_bits64, NULL, 8, golden[i].key, golden[i].elem};
        CHECK_EQ(gmi_bucket_size(golden[i].key, golden[i].elem), golden[i].bucket);
        for (unsigned B = 0; B < 4; B++) {
            CHECK_EQ(gmi_spare_count(&type, B), 0);
        }
        for (unsigned B = 4; B < 19; B++) {
            CHECK_EQ(gmi_spare_count(&type, B), golden[i].spares[B - 4]);
        }
    }
}

static void
test_new_arrays_have_that_many_spares(void)
{
    for (unsigned B = 4; B < 12; B++) {
        table t;
        uint64_t hint = 13 * (((uint64_t)1 << B) / 2);
        table_init(&t, &(table_options){&gm_kind_bits64, hint, 1, false});
        gm_stats stats = table_stats(&t);
        CHECK_EQ(stats.header.B, B);
        CHECK_EQ(stats.bytes_spare, golden[2].spares[B - 4] * stats.bucket_size);
        CHECK(stats.header.has_next_overflow);
        CHECK_EQ(stats.header.next_overflow, 0);
        table_fini(&t);
    }
}

/* A chain of five buckets in 16 with 2 spares. */
static void
fill_chain(table *t)
{
    for (uint64_t i = 0; i < 40; i++) {
        put_hashed(t, i, 7, i);
    }
}

static void
test_spares_go_in_order_then_buckets_come_singly(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 60, 1, false});
    fill_chain(&t);
    const int64_t want[] = {-1, 0, 1, -1, -1};
    for (size_t i = 0; i < 5; i++) {
        CHECK(look(&t, 7, i).found);
        CHECK_EQ(look(&t, 7, i).preallocated, want[i]);
    }
    CHECK(!look(&t, 7, 5).found);
    CHECK(!table_header(&t).has_next_overflow);
    CHECK_EQ(table_header(&t).noverflow, 4);
    table_fini(&t);
}

static void
test_clear_makes_the_spares_available_again(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 60, 1, false});
    fill_chain(&t);
    gm_clear(t.map);
    CHECK(table_header(&t).has_next_overflow);
    CHECK_EQ(table_header(&t).next_overflow, 0);
    CHECK_EQ(table_header(&t).noverflow, 0);
    fill_chain(&t);
    CHECK_EQ(look(&t, 7, 2).preallocated, 1);
    table_fini(&t);
}

/* Moving a long chain needs more buckets than the spares and a chunk have left. */
static void
test_a_long_chain_moves_whatever_is_left_in_the_chunks(void)
{
    for (uint64_t n = 1; n < 100; n++) {
        table t;
        test_seed = n;
        table_init(&t, &(table_options){&gm_kind_hashed_bits64, 0, n, false});
        for (uint64_t i = 0; i < n; i++) { /* three chains that grow in turn */
            put_hashed(&t, i, i % 3, i);
        }
        for (uint64_t i = 0; i < 9 * n; i++) {
            put_hashed(&t, i, i < n ? i % 3 : 5, i);
        }
        for (uint64_t i = 0; i < 9 * n; i++) {
            CHECK(has_hashed(&t, i, i < n ? i % 3 : 5));
        }
        table_fini(&t);
    }
}

static const test_case cases[] = {
    {"spare_counts_are_those_of_the_traces", test_spare_counts_are_those_of_the_traces},
    {"new_arrays_have_that_many_spares", test_new_arrays_have_that_many_spares},
    {"spares_go_in_order_then_buckets_come_singly",
     test_spares_go_in_order_then_buckets_come_singly},
    {"clear_makes_the_spares_available_again", test_clear_makes_the_spares_available_again},
    {"a_long_chain_moves_whatever_is_left_in_the_chunks",
     test_a_long_chain_moves_whatever_is_left_in_the_chunks},
    {NULL, NULL},
};
const test_group prealloc_tests = {"prealloc", cases};
