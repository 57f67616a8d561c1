/* test_shed.c: old arrays that go piece by piece, and look as if they were whole.
 *
 * With the tests' small pages every growth of a few buckets does; with real ones
 * these maps are far too small, and nothing may be given back early. */
#include <string.h>

#include "check.h"
#include "table.h"

/* A table whose arrays go at once, as those of an allocator without pages. */
static void
init_whole(table *out, const table_options *options)
{
    table_init(out, options);
    out->memory.allocator.discard = NULL;
}

static uint64_t
key_of(uint64_t i)
{
    return i * UINT64_C(0x9E3779B97F4A7C15);
}

typedef struct {
    uint64_t digest, buckets;
} sight;

static void
mix(sight *s, uint64_t x)
{
    s->digest = (s->digest ^ x) * UINT64_C(0x100000001b3);
}

static gm_status
see(void *context, const gm_bucket_view *b)
{
    sight *s = context;
    uint64_t top;
    memcpy(&top, b->tophash, sizeof top);
    mix(s, b->old);
    mix(s, b->chain);
    mix(s, b->position);
    mix(s, top);
    mix(s, (uint64_t)b->preallocated);
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        mix(s, b->key[i] != NULL ? *(const uint64_t *)b->key[i] : 1);
        mix(s, b->elem[i] != NULL ? *(const uint64_t *)b->elem[i] : 1);
    }
    s->buckets++;
    return GM_OK;
}

static sight
look_at_all(const table *t)
{
    sight s = {0, 0};
    CHECK_EQ(gm_visit(t->map, SIZE_MAX, see, &s), GM_OK);
    return s;
}

static void
check_alike(const table *a, const table *b)
{
    sight x = look_at_all(a), y = look_at_all(b);
    gm_stats s = table_stats(a), r = table_stats(b);
    uint8_t counts[2][4096];
    CHECK_EQ(x.buckets, y.buckets);
    CHECK_EQ(x.digest, y.digest);
    CHECK_EQ(s.evacuated, r.evacuated);
    CHECK_EQ(s.hit_total, r.hit_total);
    CHECK_EQ(s.header.nevacuate, r.header.nevacuate);
    if (s.header.growing && s.header.old_buckets <= sizeof counts[0]) {
        size_t n = s.header.old_buckets;
        gm_chain_counts(a->map, true, counts[0], n);
        gm_chain_counts(b->map, true, counts[1], n);
        CHECK(memcmp(counts[0], counts[1], n) == 0);
    }
}

static void
test_what_is_given_back_looks_as_it_was(void)
{
    table paged, whole;
    table_init(&paged, &(table_options){&gm_kind_bits64, 0, 5, true});
    init_whole(&whole, &(table_options){&gm_kind_bits64, 0, 5, true});
    for (uint64_t i = 0; i < 3000; i++) {
        put(&paged, key_of(i), i);
        put(&whole, key_of(i), i);
        if (i % 5 == 0) {
            CHECK_EQ(del(&paged, key_of(i / 2)), del(&whole, key_of(i / 2)));
        }
        if (i % 7 == 0) {
            check_alike(&paged, &whole);
        }
    }
    CHECK_EQ(paged.memory.discards > 0, GM_HAS_SMALL_PIECES);
    CHECK_EQ(whole.memory.discards, 0);
    table_fini(&paged);
    table_fini(&whole);
}

static void
test_no_write_gives_back_more_than_two_pieces(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 6, false});
    const size_t chunk = 66000; /* overflow buckets come in chunks of up to 64 KB */
    for (uint64_t i = 0; i < 6000; i++) {
        size_t before = t.memory.outstanding;
        uint64_t discards = t.memory.discards, allocations = t.memory.calls;
        put(&t, key_of(i), i);
        if (GM_HAS_SMALL_PIECES && t.memory.calls == allocations) {
            CHECK(t.memory.outstanding + 2 * GM_PIECE_BYTES + chunk >= before);
            CHECK(t.memory.discards <= discards + 3);
        }
    }
    table_fini(&t);
}

static void
test_what_is_buried_goes_with_the_next_inserts(void)
{
    table t;
    uint64_t n = 0, last;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 7, false});
    while (!(table_header(&t).growing && table_header(&t).B == 9)) {
        put(&t, key_of(n), n), n++;
    }
    while (table_header(&t).growing) {
        put(&t, key_of(n), n), n++;
    }
    CHECK_EQ(table_stats(&t).bytes_old > 0, GM_HAS_SMALL_PIECES);
    put(&t, key_of(0), 1); /* an update frees nothing */
    CHECK_EQ(table_stats(&t).bytes_old > 0, GM_HAS_SMALL_PIECES);
    for (last = n; table_stats(&t).bytes_old > 0; n++) {
        CHECK(n < last + 300);
        put(&t, key_of(n), n);
    }
    table_fini(&t);
}

static void
test_finishing_a_growth_frees_all_of_it(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 8, false});
    for (uint64_t i = 0; i < 3000; i++) {
        put(&t, key_of(i), i);
        if (i % 97 == 0) {
            CHECK_EQ(gm_finish_growth(t.map), GM_OK);
            CHECK_EQ(table_stats(&t).bytes_old, 0);
        }
    }
    CHECK_EQ(gm_reserve(t.map, 20000), GM_OK);
    CHECK_EQ(table_stats(&t).bytes_old, 0);
    table_fini(&t);
}

static void
test_an_array_that_an_iterator_reads_stays_whole(void)
{
    table t;
    gm_iter it;
    uint64_t key, seen = 0, n = 0;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 9, false});
    for (; n < 400; n++) {
        put(&t, key_of(n), n);
    }
    CHECK_EQ(gm_finish_growth(t.map), GM_OK);
    gm_iter_init(&it, t.map, false);
    uint64_t discards = t.memory.discards;
    while (!(table_header(&t).growing && table_header(&t).nevacuate > 40)) {
        put(&t, key_of(n), n), n++;
    }
    CHECK_EQ(t.memory.discards, discards);
    while (next_key(&it, &key)) {
        seen++;
    }
    gm_iter_fini(&it);
    CHECK(seen >= 400 && seen <= n);
    while (table_header(&t).growing) {
        put(&t, key_of(n), n), n++;
    }
    CHECK_EQ(t.memory.discards > discards, GM_HAS_SMALL_PIECES);
    table_fini(&t);
}

static const test_case cases[] = {
    {"what_is_given_back_looks_as_it_was", test_what_is_given_back_looks_as_it_was},
    {"no_write_gives_back_more_than_two_pieces", test_no_write_gives_back_more_than_two_pieces},
    {"what_is_buried_goes_with_the_next_inserts", test_what_is_buried_goes_with_the_next_inserts},
    {"finishing_a_growth_frees_all_of_it", test_finishing_a_growth_frees_all_of_it},
    {"an_array_that_an_iterator_reads_stays_whole",
     test_an_array_that_an_iterator_reads_stays_whole},
    {NULL, NULL},
};
const test_group shed_tests = {"shed", cases};
