/* test_batch_failure.c: a batch that cannot go on has done its first `done` keys
 * and no other: sums out of range, and every allocation failing once. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "test_batch_twins.h"

#define LARGE 20000
#define BATCH (3 * GM_WAVE)

/* ---- sums ------------------------------------------------------------------------------- */

static bool
add_checked(void *elem, const void *delta)
{
    uint64_t a, b;
    memcpy(&a, elem, sizeof a);
    memcpy(&b, delta, sizeof b);
    if (a + b < a) {
        return false;
    }
    a += b;
    memcpy(elem, &a, sizeof a);
    return true;
}

static void
set_value(key_set *k, size_t i, uint64_t value)
{
    memcpy(k->values + i * k->stride, &value, sizeof value);
}

/* Small values, but for one at `bad` that is too much for an element of 1 and
 * more; keys of ids from `first` on. */
static key_set
keys_too_large_at(twins *t, size_t bad, uint64_t first)
{
    key_set k = keys_from(t, BATCH, first);
    for (size_t i = 0; i < BATCH; i++) {
        set_value(&k, i, i + 1);
    }
    set_value(&k, bad, UINT64_MAX);
    return k;
}

/* The batch stops at `bad`; then its rest, mended, goes on. */
static void
check_range(twins *t, key_set *k, size_t bad, uint64_t zero)
{
    uint8_t inserted[BATCH / 8 + 1] = {0};
    gm_writes w = {k->keys, k->n, k->values, 8, add_checked, &zero, inserted, 99, false};
    CHECK_EQ(gm_assign_many(t->many.map, &w), GM_RANGE);
    CHECK_EQ(w.done, bad);
    for (size_t i = 0; i < bad; i++) {
        CHECK_EQ(inserted[i >> 3] >> (i & 7) & 1, one_write(t, k, i, add_checked, &zero));
    }
    for (size_t i = bad; i < BATCH; i++) {
        CHECK_EQ(inserted[i >> 3] >> (i & 7) & 1, 0);
    }
    twins_check(t);
    set_value(k, bad, 1);
    gm_writes rest = {
        key_of(t, k, bad), BATCH - bad, value_of(k, bad), 8, add_checked, &zero, NULL, 99, false};
    CHECK_EQ(gm_assign_many(t->many.map, &rest), GM_OK);
    CHECK_EQ(rest.done, BATCH - bad);
    for (size_t i = bad; i < BATCH; i++) {
        one_write(t, k, i, add_checked, &zero);
    }
    twins_check(t);
}

static const size_t places[] = {0, 1, 77, GM_WAVE - 1, GM_WAVE, GM_WAVE + 1, BATCH - 1};
#define PLACES (sizeof places / sizeof *places)

/* `first`: 0, the keys are in the map; LARGE, they are not.  `twice`: each key
 * comes again at once. */
static void
stop_everywhere(uint64_t entries, uint64_t first, bool twice, uint64_t zero)
{
    for (size_t i = 0; i < PLACES; i++) {
        twins t;
        size_t bad = twice ? places[i] | 1 : places[i];
        test_seed = entries + bad;
        twins_init(&t, &(twins_options){.kind = BATCH_BITS64, .elem_size = 8, .seed = test_seed});
        twins_fill(&t, 0, entries);
        key_set k = keys_too_large_at(&t, bad, first);
        for (size_t j = 1; twice && j < BATCH; j += 2) {
            memcpy(k.keys + j * 8, k.keys + (j - 1) * 8, 8);
        }
        if (first == 0) { /* elements as small as the values */
            gm_writes w = {k.keys, BATCH, &(uint64_t){3}, 0, NULL, NULL, NULL, 0, false};
            CHECK_EQ(gm_assign_many(t.many.map, &w), GM_OK);
            for (size_t j = 0; j < BATCH; j++) {
                gm_cell cell;
                one_assign(t.one.map, key_of(&t, &k, j), &cell);
                memcpy(cell.elem, w.values, 8);
            }
        }
        check_range(&t, &k, bad, zero);
        keys_free(&k);
        twins_fini(&t);
    }
}

static void
test_a_sum_out_of_range_ends_a_batch(void)
{
    stop_everywhere(0, 0, false, 0);
    stop_everywhere(BATCH, 0, false, 0);
    stop_everywhere(LARGE, 0, false, 0);
    stop_everywhere(LARGE, 0, true, 0);
    stop_everywhere(26600, LARGE, false, 0); /* beginning to grow on the way */
}

static void
test_a_sum_out_of_range_with_a_key_that_came_before(void)
{
    stop_everywhere(0, LARGE, true, 0);
    stop_everywhere(LARGE, LARGE, true, 1);
}

/* The key would be new: it must not be left behind. */
static void
test_a_sum_out_of_range_leaves_no_new_key(void)
{
    stop_everywhere(0, LARGE, false, 1);
    stop_everywhere(20, LARGE, false, 1);
    stop_everywhere(LARGE, LARGE, false, 1);
}

static bool
add_never(void *elem, const void *delta)
{
    (void)elem, (void)delta;
    return false;
}

static void
add_one_in_vain(twins *t, uint64_t id)
{
    _Alignas(16) unsigned char key[GM_MAX_KEY_SIZE];
    const uint64_t value[2] = {3, 4}, zero[2] = {1, 2};
    uint64_t count = gm_count(t->many.map);
    uint8_t inserted = 0;
    t->kind->write(key, id);
    gm_writes w = {key, 1, value, 8, add_never, zero, &inserted, 99, false};
    CHECK_EQ(gm_assign_many(t->many.map, &w), GM_RANGE);
    CHECK_EQ(w.done, 0);
    CHECK_EQ(inserted, 0);
    CHECK_EQ(gm_count(t->many.map), count);
}

/* In an overflow bucket, during a growth, as the only key, under a key that no
 * lookup finds again. */
static void
test_a_new_key_is_taken_back_from_wherever_it_lies(void)
{
    const uint16_t elem_sizes[] = {8, 1, 16, 2, 4};
    for (uint64_t i = 0; i < 200 * BATCH_KINDS; i++) {
        const batch_kind *kind = &batch_kinds[i % BATCH_KINDS];
        uint64_t entries = i / BATCH_KINDS;
        twins t;
        test_seed = i;
        twins_init(&t, &(twins_options){kind, elem_sizes[i % 5], i, 0, false});
        twins_fill(&t, 0, entries);
        for (uint64_t id = 0; id < 10; id++) {
            bool is_nan = id % 2 == 0 && kind >= BATCH_FLOAT32;
            add_one_in_vain(&t, is_nan ? NAN_ID + 1000 + id : entries + id);
        }
        twins_check(&t);
        twins_fill(&t, entries, 30);
        twins_fini(&t);
    }
}

/* -0.0 is not stored over 0.0 when nothing is added to it. */
static void
test_a_sum_out_of_range_leaves_the_key_as_it_was(void)
{
    for (uint64_t entries = 0; entries <= LARGE; entries += LARGE) {
        for (size_t i = 0; i < 3; i++) {
            const batch_kind *kind = BATCH_FLOAT32 + i;
            twins t;
            twins_init(&t, &(twins_options){kind, 8, i, 0, false});
            twins_fill(&t, 0, entries);
            twins_fill(&t, ZERO_ID, 1);
            add_one_in_vain(&t, MINUS_ZERO_ID);
            twins_fini(&t);
        }
    }
}

/* ---- memory ------------------------------------------------------------------------------ */

typedef struct {
    const batch_kind *kind;
    uint16_t elem_size;
    uint64_t entries; /* in the map before, ids from 0 on */
    uint64_t first;   /* of the batch's ids */
    size_t n;
} short_batch;

static void
begin(twins *t, const short_batch *b, uint64_t seed)
{
    test_seed = seed;
    twins_init(t, &(twins_options){.kind = b->kind, .elem_size = b->elem_size, .seed = seed});
    twins_fill(t, 0, b->entries);
}

static void
refuse(twins *t, uint64_t nth)
{
    t->many.memory.fail_in = nth;
    t->many.memory.failed = false;
}

/* With the k-th allocation and all later ones refused; false: it got by without. */
static bool
assign_short_of_memory(const short_batch *b, uint64_t seed, uint64_t nth)
{
    twins t;
    begin(&t, b, seed);
    key_set k = keys_from(&t, b->n, b->first);
    gm_writes w = {k.keys, k.n, k.values, k.stride, NULL, NULL, NULL, 99, false};
    refuse(&t, nth);
    gm_status status = gm_assign_many(t.many.map, &w);
    refuse(&t, 0);
    CHECK(status == GM_OK ? w.done == k.n : status == GM_NO_MEMORY && w.done < k.n);
    for (size_t i = 0; i < w.done; i++) {
        one_write(&t, &k, i, NULL, NULL);
    }
    twins_check(&t);
    gm_writes rest = {key_of(&t, &k, w.done),
                      k.n - w.done,
                      value_of(&k, w.done),
                      k.stride,
                      NULL,
                      NULL,
                      NULL,
                      99,
                      false};
    CHECK_EQ(gm_assign_many(t.many.map, &rest), GM_OK);
    for (size_t i = w.done; i < k.n; i++) {
        one_write(&t, &k, i, NULL, NULL);
    }
    keys_free(&k);
    twins_fini(&t);
    return status != GM_OK;
}

static uint64_t
assign_short_of_memory_everywhere(const short_batch *b, uint64_t seed)
{
    uint64_t nth = 1;
    while (assign_short_of_memory(b, seed, nth)) {
        nth++;
    }
    return nth - 1;
}

static void
test_every_allocation_of_assign_many_may_fail(void)
{
    for (size_t k = 0; k < BATCH_KINDS; k++) {
        const batch_kind *kind = &batch_kinds[k];
        uint64_t failures = 0;
        for (uint64_t seed = 0; seed < 4; seed++) {
            const uint64_t entries = seed * 20;
            const short_batch few = {kind, seed % 2 == 0 ? 8 : 4, entries, 0, 60};
            const short_batch more = {kind, 8, entries, 30, 200};
            failures += assign_short_of_memory_everywhere(&few, seed);
            failures += assign_short_of_memory_everywhere(&more, seed);
        }
        CHECK(failures > 15);
    }
}

static void
test_every_allocation_of_assign_many_may_fail_in_large_maps(void)
{
    const short_batch all_new = {BATCH_BITS64, 8, 0, 0, 40000};
    const short_batch as_many = {BATCH_FLOAT64, 4, LARGE, 10000, 40000};
    const short_batch growing = {BATCH_BITS64, 8, 27000, 20000, 3000}; /* spares run out */
    const short_batch grows = {BATCH_FLOAT64, 8, 26000, 25000, 3000};
    CHECK(assign_short_of_memory_everywhere(&all_new, 1) > 0);
    CHECK(assign_short_of_memory_everywhere(&as_many, 2) > 0);
    assign_short_of_memory_everywhere(&growing, 3);
    CHECK(assign_short_of_memory_everywhere(&grows, 4) > 0);
}

/* Deletes the batch's keys with the nth allocation refused: those before the one
 * that owed growth work have gone, the rest have not. */
static bool
delete_short_of_memory(const short_batch *b, uint64_t seed, uint64_t nth)
{
    twins t;
    size_t removed = 99, again;
    begin(&t, b, seed);
    key_set k = keys_from(&t, b->n, b->first);
    refuse(&t, nth);
    gm_status status = gm_delete_many(t.many.map, k.keys, k.n, &removed);
    refuse(&t, 0);
    CHECK(status == GM_OK ? removed == k.n : status == GM_NO_MEMORY && removed < k.n);
    for (size_t i = 0; i < removed; i++) {
        CHECK(one_delete(t.one.map, key_of(&t, &k, i)));
    }
    twins_check(&t);
    CHECK_EQ(gm_delete_many(t.many.map, k.keys, k.n, &again), GM_OK);
    CHECK_EQ(again, k.n - removed);
    for (size_t i = removed; i < k.n; i++) {
        CHECK(one_delete(t.one.map, key_of(&t, &k, i)));
    }
    keys_free(&k);
    twins_fini(&t);
    return status != GM_OK;
}

/* Growth to 8 buckets, where there are no spares: a chain of two needs a chunk. */
static void
test_every_allocation_of_delete_many_may_fail(void)
{
    for (size_t kind = 0; kind < BATCH_KINDS; kind++) {
        uint64_t failures = 0;
        for (uint64_t seed = 0; seed < 20; seed++) {
            const short_batch b = {&batch_kinds[kind], seed % 2 == 0 ? 8 : 2, 27, seed % 3, 25};
            uint64_t nth = 1;
            while (delete_short_of_memory(&b, seed, nth)) {
                nth++;
            }
            failures += nth - 1;
        }
        CHECK(failures > 3);
    }
}

/* ---- room that cannot be had at once --------------------------------------------------------- */

static size_t most_bytes;
static void *(*ask)(void *context, size_t size);

static void *
alloc_small(void *context, size_t size)
{
    return size > most_bytes ? NULL : ask(context, size);
}

/* No memory to grow ahead, and none is needed. */
static void
test_a_batch_does_without_room_it_does_not_need(void)
{
    for (uint64_t i = 0; i < 4; i++) { /* so few are all taken for new, or not */
        const short_batch b = {BATCH_BITS64, 8, i % 2 * 50, 0, i < 2 ? 1000 : 30000};
        twins t;
        begin(&t, &b, i);
        key_set k = keys_from(&t, b.n, 0);
        for (size_t j = 100; j < k.n; j++) { /* the same hundred, again and again */
            memcpy(k.keys + j * 8, k.keys + j % 100 * 8, 8);
        }
        ask = t.many.memory.allocator.alloc;
        most_bytes = 8192;
        t.many.memory.allocator.alloc = alloc_small;
        twins_write(&t, &k, NULL);
        t.many.memory.allocator.alloc = ask;
        keys_free(&k);
        twins_fini(&t);
    }
}

static const test_case cases[] = {
    {"a_sum_out_of_range_ends_a_batch", test_a_sum_out_of_range_ends_a_batch},
    {"a_sum_out_of_range_with_a_key_that_came_before",
     test_a_sum_out_of_range_with_a_key_that_came_before},
    {"a_sum_out_of_range_leaves_no_new_key", test_a_sum_out_of_range_leaves_no_new_key},
    {"a_new_key_is_taken_back_from_wherever_it_lies",
     test_a_new_key_is_taken_back_from_wherever_it_lies},
    {"a_sum_out_of_range_leaves_the_key_as_it_was",
     test_a_sum_out_of_range_leaves_the_key_as_it_was},
    {"every_allocation_of_assign_many_may_fail", test_every_allocation_of_assign_many_may_fail},
    {"every_allocation_of_assign_many_may_fail_in_large_maps",
     test_every_allocation_of_assign_many_may_fail_in_large_maps},
    {"every_allocation_of_delete_many_may_fail", test_every_allocation_of_delete_many_may_fail},
    {"a_batch_does_without_room_it_does_not_need", test_a_batch_does_without_room_it_does_not_need},
    {NULL, NULL},
};
const test_group batch_failure_tests = {"batch_failure", cases};
