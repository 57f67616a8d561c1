/* test_resize.c: reserve and shrink: what they promise, and to live iterators. */
#include "check.h"
#include "subject.h"
#include "table.h"

static void
test_reserve_makes_room_without_a_growth(void)
{
    const uint64_t sizes[] = {1, 8, 9, 13, 14, 100, 105, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        table t;
        table_init(&t, &(table_options){&gm_kind_bits64, 0, i, false});
        put(&t, 0, 0);
        CHECK_EQ(gm_reserve(t.map, sizes[i]), GM_OK);
        unsigned B = table_header(&t).B;
        for (uint64_t n = 0; n < sizes[i]; n++) {
            put(&t, n, n);
            CHECK_EQ(table_header(&t).B, B);
            CHECK(!table_header(&t).growing);
        }
        CHECK_EQ(table_stats(&t).doublings, 0);
        table_fini(&t);
    }
}

static void
test_reserve_of_less_changes_nothing(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 100, 1, false});
    uint64_t version = gm_version(t.map);
    CHECK_EQ(gm_reserve(t.map, 0), GM_OK);
    CHECK_EQ(gm_reserve(t.map, 104), GM_OK);
    CHECK_EQ(gm_version(t.map), version);
    table_fini(&t);
}

static void
test_reserve_beyond_memory_leaves_the_map_as_it_was(void)
{
    table t;
    uint64_t elem;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    put(&t, 1, 2);
    CHECK_EQ(gm_reserve(t.map, UINT64_C(1) << 40), GM_NO_MEMORY);
    CHECK_EQ(gm_reserve(t.map, UINT64_MAX), GM_TOO_LARGE);
    CHECK(get(&t, 1, &elem) && elem == 2);
    CHECK_EQ(table_header(&t).B, 0);
    table_fini(&t);
}

static void
test_shrink_fits_the_entries_and_drops_tombstones(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 3000; i++) {
        put(&t, i, i);
    }
    size_t memory = gm_memory(t.map);
    for (uint64_t i = 20; i < 3000; i++) {
        CHECK(del(&t, i));
    }
    CHECK_EQ(gm_memory(t.map), memory); /* never by itself */
    CHECK_EQ(gm_shrink(t.map), GM_OK);
    CHECK_EQ(table_header(&t).B, 2);
    CHECK(gm_memory(t.map) < 2000);
    for (uint64_t i = 0; i < 20; i++) {
        uint64_t elem;
        CHECK(get(&t, i, &elem) && elem == i);
    }
    CHECK(del(&t, 0));
    table_fini(&t);
}

static void
test_shrink_of_an_empty_map_drops_its_buckets(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 1000, 1, false});
    CHECK_EQ(gm_shrink(t.map), GM_OK);
    CHECK(!table_header(&t).has_buckets);
    CHECK_EQ(table_header(&t).B, 0);
    CHECK_EQ(gm_memory(t.map), table_stats(&t).bytes_header);
    put(&t, 1, 1);
    table_fini(&t);
}

static void
test_noverflow_counts_the_rebuilt_array(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 50; i++) {
        put_hashed(&t, i, 0, i); /* one chain, whatever the size */
    }
    CHECK_EQ(gm_reserve(t.map, 900), GM_OK);
    CHECK_EQ(table_header(&t).noverflow, 6);
    CHECK_EQ(gm_shrink(t.map), GM_OK);
    CHECK_EQ(table_header(&t).noverflow, 6);
    CHECK_EQ(table_stats(&t).overflow_buckets, 6);
    table_fini(&t);
}

/* ---- with iterators under way: the model checks what they show --------------------------- */

typedef gm_status resize(subject *s);

static gm_status
reserve_more(subject *s)
{
    return gm_reserve(s->map, 800);
}

static gm_status
shrink(subject *s)
{
    return gm_shrink(s->map);
}

static gm_status
finish(subject *s)
{
    return gm_finish_growth(s->map);
}

static gm_status
shrink_then_grow(subject *s)
{
    gm_status status = gm_shrink(s->map);
    for (uint32_t id = 0; id < 250 && status == GM_OK; id++) { /* up to the old size again */
        status = s->entries[id].alive ? GM_OK : subject_assign(s, id);
    }
    return status;
}

/* n entries, half of them deleted; iterators at several stages; then `change`. */
static void
resize_under_iterators(resize *change, const key_sort *sort, uint64_t seed)
{
    subject_options o = {sort, NULL, 8, HASH_GOOD, seed, false, seed % 5 == 0 ? 200 : 0};
    test_seed = seed;
    subject *s = subject_new(&o);
    uint32_t n = 20 + (uint32_t)subject_draw(s, 230);
    for (uint32_t id = 0; id < n; id++) {
        CHECK_EQ(subject_assign(s, sort->has_nan && id % 3 == 0 ? NAN_IDS + id : id), GM_OK);
        if (id % (n / 3) == n / 4) {
            live_iter *li = &s->iters[id / (n / 3)];
            subject_iter_start(s, li);
            for (uint64_t k = subject_draw(s, id); k > 0 && li->on; k--) {
                CHECK_EQ(subject_iter_next(s, li), GM_OK);
            }
        }
    }
    for (uint32_t id = 0; id < n; id += 2) {
        CHECK_EQ(subject_delete(s, id), GM_OK);
    }
    CHECK_EQ(change(s), GM_OK);
    subject_verify(s, true);
    for (unsigned i = 0; i < ITERATORS; i++) {
        subject_iter_drain(s, &s->iters[i]);
    }
    subject_verify(s, true);
    subject_free(s);
}

static void
test_iterators_keep_their_guarantee_across_every_resize(void)
{
    resize *const changes[] = {reserve_more, shrink, finish, shrink_then_grow};
    const key_sort *const sorts[] = {SORT_BITS64, SORT_FLOAT64, SORT_HASHED64, SORT_HASHED_FLOAT64};
    for (size_t c = 0; c < 4; c++) {
        for (size_t k = 0; k < 4; k++) {
            for (uint64_t seed = 1; seed <= 40; seed++) {
                resize_under_iterators(changes[c], sorts[k], seed);
            }
        }
    }
}

static const test_case cases[] = {
    {"reserve_makes_room_without_a_growth", test_reserve_makes_room_without_a_growth},
    {"reserve_of_less_changes_nothing", test_reserve_of_less_changes_nothing},
    {"reserve_beyond_memory_leaves_the_map_as_it_was",
     test_reserve_beyond_memory_leaves_the_map_as_it_was},
    {"shrink_fits_the_entries_and_drops_tombstones",
     test_shrink_fits_the_entries_and_drops_tombstones},
    {"shrink_of_an_empty_map_drops_its_buckets", test_shrink_of_an_empty_map_drops_its_buckets},
    {"noverflow_counts_the_rebuilt_array", test_noverflow_counts_the_rebuilt_array},
    {"iterators_keep_their_guarantee_across_every_resize",
     test_iterators_keep_their_guarantee_across_every_resize},
    {NULL, NULL},
};
const test_group resize_tests = {"resize", cases};
