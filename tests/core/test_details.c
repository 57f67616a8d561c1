/* test_details.c: what a write or a copy leaves behind, down to the bits: the element of a
 * new entry, the answer about an absent key, the stream, the counters, the calls made. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "check.h"
#include "hash.h"
#include "objects.h"
#include "subject.h"
#include "table.h"

static void
test_a_new_element_is_zero_wherever_it_lies(void)
{
    table t;
    gm_cell cell;
    const uint64_t zero = 0;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 8; i++) {
        put(&t, i, UINT64_MAX);
    }
    for (uint64_t i = 0; i < 8; i++) {
        CHECK(del(&t, i));
        CHECK_EQ(gm_assign(t.map, &(uint64_t){100 + i}, &cell), GM_OK);
        CHECK(cell.inserted && memcmp(cell.elem, &zero, 8) == 0);
        memset(cell.elem, 0xff, 8);
    }
    table_fini(&t);
}

static void
test_an_absent_key_is_said_to_be_absent(void)
{
    table t;
    gm_entry removed;
    uint64_t key = 1;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    for (unsigned filled = 0; filled < 2; filled++) {
        removed.found = true;
        CHECK_EQ(gm_delete(t.map, &key, &removed), GM_OK);
        CHECK(!removed.found);
        removed.found = true;
        CHECK_EQ(gm_pop(t.map, &key, &removed), GM_OK);
        CHECK(!removed.found);
        put(&t, 2, 2);
    }
    CHECK(del(&t, 2));
    removed.found = true;
    CHECK_EQ(gm_pop_random(t.map, &removed), GM_OK);
    CHECK(!removed.found);
    table_fini(&t);
}

/* gm_version tells callers that what they found may lie elsewhere, or nowhere. */
static void
test_every_coming_and_going_is_a_change(void)
{
    table t;
    gm_iter it;
    uint64_t version, key;
    gm_entry removed;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 8; i++) {
        version = gm_version(t.map);
        put(&t, i, i);
        CHECK(gm_version(t.map) != version);
    }
    version = gm_version(t.map);
    put(&t, 3, 4); /* an update moves nothing */
    CHECK_EQ(gm_version(t.map), version);
    CHECK(del(&t, 3));
    CHECK(gm_version(t.map) != version);
    version = gm_version(t.map);
    CHECK(!del(&t, 3));
    CHECK_EQ(gm_version(t.map), version);
    CHECK_EQ(gm_iter_init_at(&it, t.map, 0, 0), GM_OK);
    CHECK(next_key(&it, &key) && key == 0);
    CHECK(del(&t, 1)); /* it was the next to be shown */
    CHECK(next_key(&it, &key) && key == 2);
    version = gm_version(t.map);
    CHECK_EQ(gm_pop_random(t.map, &removed), GM_OK);
    CHECK(gm_version(t.map) != version);
    gm_iter_fini(&it);
    version = gm_version(t.map);
    gm_clear(t.map);
    CHECK(gm_version(t.map) != version);
    table_fini(&t);
}

static bool
add_u64(void *elem, const void *delta)
{
    uint64_t sum, more;
    memcpy(&sum, elem, sizeof sum);
    memcpy(&more, delta, sizeof more);
    sum += more;
    memcpy(elem, &sum, sizeof sum);
    return true;
}

/* Storing and adding replace 0.0 by -0.0, unless a batch keeps the keys that are there. */
static void
test_a_batch_may_keep_the_zero_that_is_there(void)
{
    const double minus_zero = -0.0;
    const uint64_t one = 1, none = 0;
    for (unsigned keeps = 0; keeps < 2; keeps++) {
        table t;
        gm_cell cell;
        double stored;
        uint64_t elem;
        table_init(&t, &(table_options){&gm_kind_float64, 0, 1, false});
        put_float(&t, 0.0, 5);
        gm_writes batch = {.keys = &minus_zero,
                           .n = 1,
                           .values = &one,
                           .stride = 8,
                           .add = add_u64,
                           .zero = &none,
                           .keeps_keys = keeps};
        CHECK_EQ(gm_assign_many(t.map, &batch), GM_OK);
        CHECK_EQ(gm_find(t.map, &minus_zero, &cell), GM_OK);
        memcpy(&stored, cell.key, sizeof stored);
        memcpy(&elem, cell.elem, sizeof elem);
        CHECK_EQ(signbit(stored) != 0, !keeps);
        CHECK_EQ(elem, 6);
        CHECK_EQ(gm_count(t.map), 1);
        table_fini(&t);
    }
}

/* ---- calls --------------------------------------------------------------------------------- */

static unsigned equalities;

static bool
count_equality(void *context)
{
    (void)context;
    equalities++;
    return true;
}

/* A tophash byte in common is not enough for a call. */
static void
test_keys_of_other_hashes_are_not_compared(void)
{
    subject_options o = {&object_sort, &object_owner, 8, HASH_CONSTANT, 5, false, 0};
    subject *s = subject_new(&o);
    gm_cell cell;
    for (uint32_t id = 0; id < 5; id++) {
        CHECK_EQ(subject_assign(s, id), GM_OK);
    }
    object_key key = {object_new(99, false), hash_by_mode(HASH_CONSTANT, 99, gm_hash0(s->map))};
    equalities = 0;
    objects_on_equality(count_equality);
    CHECK_EQ(gm_find(s->map, &key, &cell), GM_OK);
    CHECK_EQ(equalities, 5);
    key.hash ^= UINT64_C(1) << 40; /* the chain and the tophash byte stay */
    CHECK_EQ(gm_find(s->map, &key, &cell), GM_OK);
    CHECK_EQ(equalities, 5);
    objects_on_equality(NULL);
    object_owner.release_key(&key);
    subject_free(s);
}

/* ---- streams and counters --------------------------------------------------------------------- */

static void
test_a_rebuild_draws_new_hashes_from_the_stream(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_float64, 0, 1, false});
    put_float(&t, 1.0, 1);
    uint64_t before = gm_stream(t.map);
    CHECK_EQ(gm_reserve(t.map, 20), GM_OK);
    CHECK_EQ(gm_stream(t.map), before);
    put_float(&t, NAN, 2);
    put_float(&t, NAN, 3);
    uint64_t stream = gm_stream(t.map);
    CHECK_EQ(gm_reserve(t.map, 100), GM_OK);
    gm_splitmix(&stream);
    gm_splitmix(&stream); /* one draw for each NaN */
    CHECK_EQ(gm_stream(t.map), stream);
    table_fini(&t);
}

static void
test_a_clone_begins_a_history_of_its_own(void)
{
    table t;
    gm_map *copy;
    gm_stats stats;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    put(&t, 1, 1);
    CHECK(del(&t, 1));
    for (uint64_t i = 0; i < 60; i++) {
        put(&t, i, i);
    }
    CHECK(table_stats(&t).doublings > 0 && table_stats(&t).reseeds > 0);
    CHECK_EQ(gm_clone(t.map, NULL, 99, &copy), GM_OK);
    CHECK_EQ(gm_stream(copy), 99);
    CHECK_EQ(gm_read_stats(copy, &stats, NULL), GM_OK);
    CHECK_EQ(stats.doublings + stats.same_size_growths + stats.reseeds, 0);
    gm_map_free(copy);
    table_fini(&t);
}

/* ---- large maps' overflow buckets --------------------------------------------------------------- */

#define OVERFLOWS 1000

/* From 2**16 buckets on Go counts an overflow bucket with a chance of one in 2**(B - 15). */
static void
test_overflow_buckets_of_large_maps_are_counted_by_chance(void)
{
    for (unsigned B = 15; B <= 18; B++) {
        table t;
        uint64_t want = 0;
        table_init(&t, &(table_options){&gm_kind_bits8, (uint64_t)6 << B, B, false});
        CHECK_EQ(table_header(&t).B, B);
        CHECK(gmi_overflow_reserve(t.map, OVERFLOWS));
        uint64_t stream = gm_stream(t.map);
        char *last = t.map->buckets;
        for (size_t depth = 1; depth <= OVERFLOWS; depth++) {
            last = gmi_overflow_new(t.map, last, depth);
            want += B < 16 || (gm_splitmix(&stream) & gmi_mask(B - 15)) == 0;
        }
        CHECK_EQ(table_header(&t).noverflow, want);
        CHECK_EQ(gm_stream(t.map), B < 16 ? gm_stream(t.map) : stream);
        CHECK_EQ(table_stats(&t).longest_chain, OVERFLOWS);
        table_fini(&t);
    }
}

/* However large the map, 2**15 counted overflow buckets are too many. */
static void
test_a_large_map_grows_in_its_size_at_32768_overflow_buckets(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, (uint64_t)6 << 17, 1, false});
    t.map->noverflow = 32767;
    put(&t, 1, 1);
    CHECK(!gm_is_growing(t.map));
    t.map->noverflow = 32768;
    put(&t, 2, 2);
    CHECK(gm_is_growing(t.map) && table_header(&t).same_size_grow);
    CHECK_EQ(table_header(&t).B, 17);
    table_fini(&t);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void
test_what_waits_for_a_sweep_is_not_the_maps_memory(void)
{
    subject_options o = {&object_sort, &object_owner, 8, HASH_GOOD, 5, false, 0};
    subject *s = subject_new(&o);
    gm_header before, after;
    for (uint32_t id = 0; id < 60; id++) {
        if (id == 8) {
            subject_iter_start(s, &s->iters[0]);
        }
        CHECK_EQ(subject_assign(s, id), GM_OK);
    }
    CHECK_EQ(gm_finish_growth(s->map), GM_OK);
    subject_iter_end(&s->iters[0]);
    CHECK(gm_needs_sweep(s->map));
    gm_read_header(s->map, &before);
    CHECK(before.memory < gm_memory(s->map));
    gm_sweep(s->map);
    gm_read_header(s->map, &after);
    CHECK_EQ(before.memory, after.memory);
    CHECK_EQ(after.memory, gm_memory(s->map));
    subject_free(s);
}

static const test_case cases[] = {
    {"a_new_element_is_zero_wherever_it_lies", test_a_new_element_is_zero_wherever_it_lies},
    {"an_absent_key_is_said_to_be_absent", test_an_absent_key_is_said_to_be_absent},
    {"every_coming_and_going_is_a_change", test_every_coming_and_going_is_a_change},
    {"a_batch_may_keep_the_zero_that_is_there", test_a_batch_may_keep_the_zero_that_is_there},
    {"keys_of_other_hashes_are_not_compared", test_keys_of_other_hashes_are_not_compared},
    {"a_rebuild_draws_new_hashes_from_the_stream", test_a_rebuild_draws_new_hashes_from_the_stream},
    {"a_clone_begins_a_history_of_its_own", test_a_clone_begins_a_history_of_its_own},
    {"overflow_buckets_of_large_maps_are_counted_by_chance",
     test_overflow_buckets_of_large_maps_are_counted_by_chance},
    {"a_large_map_grows_in_its_size_at_32768_overflow_buckets",
     test_a_large_map_grows_in_its_size_at_32768_overflow_buckets},
    {"what_waits_for_a_sweep_is_not_the_maps_memory",
     test_what_waits_for_a_sweep_is_not_the_maps_memory},
    {NULL, NULL},
};
const test_group details_tests = {"details", cases};
