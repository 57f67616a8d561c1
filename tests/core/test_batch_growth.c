/* test_batch_growth.c: how far a batch grows its map ahead, whom it tells, and
 * that the same batches under the same seed make the same map. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "grow.h"
#include "test_batch_twins.h"

#define LARGE 20000

static void
store(gm_map *m, const key_set *k)
{
    gm_writes w = {.keys = k->keys, .n = k->n, .values = k->values, .stride = k->stride};
    CHECK_EQ(gm_assign_many(m, &w), GM_OK);
    CHECK_EQ(w.done, k->n);
}

/* n keys that are drawn from `distinct` ones, none of them special. */
static key_set
keys_repeated(twins *t, size_t n, uint64_t distinct)
{
    key_set k = keys_from(t, n, 0);
    for (size_t i = 0; i < n; i++) {
        t->kind->write(k.keys + i * t->kind->key_size, twins_draw(t, distinct));
    }
    return k;
}

static unsigned
size_of(const gm_map *m)
{
    gm_header header;
    gm_read_header(m, &header);
    return header.B;
}

/* ---- ahead ------------------------------------------------------------------------------- */

static void
test_a_batch_into_an_empty_map_grows_it_once(void)
{
    const size_t sizes[] = {8, 9, 100, 5000, 16384, 16385, LARGE, 100000};
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i / 2];
        const batch_kind *kind = i % 3 == 0 ? BATCH_FLOAT64 : BATCH_BITS64;
        twins t;
        test_seed = n;
        twins_init(&t, &(twins_options){.kind = kind, .elem_size = 8, .seed = n});
        if (i % 2 == 1) { /* not new, only empty */
            twins_fill(&t, 0, 5);
            twins_empty(&t, 0, 5);
        }
        key_set k = keys_from(&t, n, 0);
        twins_write(&t, &k, NULL);
        gm_stats stats = map_stats(t.many.map);
        CHECK_EQ(stats.doublings, 0);
        CHECK_EQ(stats.same_size_growths, 0);
        CHECK_EQ(size_of(t.many.map), gmi_fitting_B(n));
        keys_free(&k);
        twins_fini(&t);
    }
}

/* At most while the first keys show how many are new. */
static void
test_a_batch_into_a_full_map_grows_it_about_once(void)
{
    for (uint64_t entries = 1; entries <= 26624; entries += 26623) {
        twins t;
        twins_init(&t, &(twins_options){.kind = BATCH_BITS64, .elem_size = 8, .hint = entries});
        twins_fill(&t, 0, entries);
        key_set k = keys_from(&t, 200000, entries);
        uint64_t before = map_stats(t.many.map).doublings;
        twins_write(&t, &k, adder_of(8));
        unsigned in_steps = gmi_fitting_B(entries + 16384) - gmi_fitting_B(entries);
        CHECK(map_stats(t.many.map).doublings - before <= in_steps);
        CHECK_EQ(size_of(t.many.map), gmi_fitting_B(entries + k.n));
        keys_free(&k);
        twins_fini(&t);
    }
}

static void
test_a_batch_of_repeats_reserves_no_room_for_them(void)
{
    for (uint64_t entries = 0; entries < 4; entries += 3) {
        twins t, room;
        twins_options o = {.kind = BATCH_BITS64, .elem_size = 8};
        twins_init(&t, &o);
        twins_fill(&t, 0, entries);
        o.hint = entries == 0 ? 16384 : 1000; /* of a new map's, so many are tried */
        twins_init(&room, &o);
        key_set k = keys_repeated(&t, 200000, 1000);
        twins_write(&t, &k, adder_of(8));
        CHECK(gm_memory(t.many.map) <= gm_memory(room.many.map) * 9 / 8);
        keys_free(&k);
        twins_fini(&t);
        twins_fini(&room);
    }
}

/* Key i of the batch becomes that of the id i / run % distinct.  However they
 * are arranged, the map is about as large as its entries need. */
static void
check_room(size_t run, size_t distinct)
{
    twins t;
    test_seed = run;
    twins_init(&t, &(twins_options){.kind = BATCH_BITS64, .elem_size = 8});
    key_set k = keys_from(&t, 500000, 0);
    for (size_t i = 0; i < k.n; i++) {
        t.kind->write(k.keys + i * 8, i / run % distinct);
    }
    twins_write(&t, &k, adder_of(8));
    CHECK_EQ(gm_shrink(t.one.map), GM_OK);
    CHECK(gm_memory(t.many.map) <= 8 * gm_memory(t.one.map));
    keys_free(&k);
    twins_fini(&t);
}

/* The first keys are all different, and nothing tells that they come again. */
static void
test_a_batch_that_goes_round_reserves_no_room_for_every_round(void)
{
    check_room(1, LARGE);
    check_room(1, 100000);
}

/* Sorted keys: equal ones lie side by side. */
static void
test_a_batch_of_runs_reserves_no_room_for_their_lengths(void)
{
    for (size_t run = 3; run < 2000; run += run / 2) {
        check_room(run, SIZE_MAX);
    }
    check_room(500000 / 16384, SIZE_MAX);
}

/* A few repeats among the first keys: they tell how many different ones there are. */
static void
test_a_batch_of_some_repeats_reserves_for_the_different_keys(void)
{
    twins t;
    twins_init(&t, &(twins_options){.kind = BATCH_BITS64, .elem_size = 8});
    key_set k = keys_repeated(&t, 500000, 80000);
    twins_write(&t, &k, adder_of(8));
    CHECK_EQ(size_of(t.many.map), gmi_fitting_B(80000));
    CHECK(map_stats(t.many.map).doublings <= 1);
    keys_free(&k);
    twins_fini(&t);
}

static void
test_a_batch_of_present_keys_moves_nothing(void)
{
    twins t;
    twins_init(&t, &(twins_options){.kind = BATCH_BITS64, .elem_size = 8, .hint = LARGE});
    twins_fill(&t, 0, LARGE);
    uint64_t version = gm_version(t.many.map), memory = gm_memory(t.many.map);
    key_set k = keys_repeated(&t, 100000, LARGE);
    twins_write(&t, &k, adder_of(8));
    CHECK_EQ(gm_version(t.many.map), version);
    CHECK_EQ(gm_memory(t.many.map), memory);
    keys_free(&k);
    twins_fini(&t);
}

static void
test_a_reserved_map_is_left_as_large_as_it_is(void)
{
    twins t;
    twins_init(&t, &(twins_options){.kind = BATCH_BITS64, .elem_size = 8, .hint = 200000});
    uint64_t memory = gm_memory(t.many.map);
    key_set k = keys_from(&t, 100000, 0);
    twins_write(&t, &k, NULL);
    CHECK_EQ(size_of(t.many.map), gmi_fitting_B(200000));
    CHECK_EQ(gm_memory(t.many.map), memory);
    keys_free(&k);
    twins_fini(&t);
}

/* ---- fill_soon ------------------------------------------------------------------------------ */

static void *(*ask)(void *context, size_t size);
static struct {
    unsigned char *memory;
    size_t size;
} last_block;
static unsigned hints;

static void *
alloc_and_note(void *context, size_t size)
{
    last_block.memory = ask(context, size);
    last_block.size = size;
    return last_block.memory;
}

/* It is the block just had, untouched but for its header. */
static void
note_fill_soon(void *context, void *memory, size_t size)
{
    const test_memory *m = context;
    CHECK(m->allocator.fill_soon == note_fill_soon);
    CHECK(memory == last_block.memory);
    CHECK_EQ(size, last_block.size);
    for (size_t i = size / 2; i < size; i++) {
        CHECK_EQ(last_block.memory[i], 0);
    }
    hints++;
}

static unsigned
hints_since_last(void)
{
    unsigned n = hints;
    hints = 0;
    return n;
}

static void
init_with_hints(twins *t)
{
    twins_init(t, &(twins_options){.kind = BATCH_BITS64, .elem_size = 8});
    ask = t->many.memory.allocator.alloc;
    t->many.memory.allocator.alloc = alloc_and_note;
    t->many.memory.allocator.fill_soon = note_fill_soon;
    hints = 0;
}

static void
test_the_allocator_hears_of_memory_that_will_be_filled(void)
{
    twins t;
    gm_map *copy;
    init_with_hints(&t);
    key_set k = keys_from(&t, 100000, 0);
    store(t.many.map, &k);
    CHECK(hints_since_last() > 0);
    CHECK_EQ(gm_clone(t.many.map, NULL, 1, &copy), GM_OK);
    CHECK_EQ(hints_since_last(), 1);
    gm_map_free(copy);
    CHECK_EQ(gm_reserve(t.many.map, 400000), GM_OK);
    CHECK_EQ(hints_since_last(), 0);
    store(t.many.map, &k);
    CHECK_EQ(hints_since_last(), 0);
    CHECK_EQ(gm_shrink(t.many.map), GM_OK);
    CHECK_EQ(hints_since_last(), 1);
    gm_drop(t.many.map);
    keys_free(&k);
    CHECK_EQ(hints_since_last(), 0);
    twins_fini(&t);
}

static void
test_the_allocator_hears_nothing_of_growth_step_by_step(void)
{
    twins t;
    gm_map *copy;
    init_with_hints(&t);
    CHECK_EQ(gm_clone(t.many.map, NULL, 1, &copy), GM_OK);
    gm_map_free(copy);
    twins_fill(&t, 0, 5000);
    key_set k = keys_from(&t, 5000, 0);
    twins_write(&t, &k, NULL); /* nothing new */
    k.n = 100;
    twins_delete(&t, &k);
    twins_write(&t, &k, NULL); /* in the room that there is */
    CHECK_EQ(hints_since_last(), 0);
    keys_free(&k);
    twins_fini(&t);
}

/* ---- layout -------------------------------------------------------------------------- */

/* Some batches with all there is in them: NaN, repeats, growth ahead. */
static void
make_map(twins *t, const batch_kind *kind, uint64_t seed)
{
    twins_init(t, &(twins_options){.kind = kind, .elem_size = 4, .seed = seed, .fixed_seed = true});
    for (unsigned i = 0; i < 4; i++) {
        key_set k = keys_drawn(t, i == 2 ? 40000 : 300, i == 2 ? 60000 : 200, 4);
        if (i == 3) {
            twins_delete(t, &k);
        }
        else {
            twins_write(t, &k, i == 1 ? adder_of(4) : NULL);
        }
        keys_free(&k);
    }
}

static void
test_the_same_batches_under_a_seed_make_the_same_map(void)
{
    for (size_t i = 0; i < BATCH_KINDS; i++) {
        twins t, again, other;
        make_map(&t, &batch_kinds[i], i);
        make_map(&again, &batch_kinds[i], i);
        make_map(&other, &batch_kinds[i], i + 100);
        CHECK_EQ(map_digest(t.many.map), map_digest(again.many.map));
        CHECK(map_digest(t.many.map) != map_digest(other.many.map));
        twins_fini(&t);
        twins_fini(&again);
        twins_fini(&other);
    }
}

/* Where nothing is grown ahead, batches put entries where single calls do, and do
 * the same growth work for keys that are absent. */
static void
test_batches_lay_out_a_map_as_single_calls_do(void)
{
    for (size_t i = 0; i < BATCH_KINDS; i++) {
        twins t;
        unsigned growing = 0;
        test_seed = i;
        twins_init(&t, &(twins_options){.kind = &batch_kinds[i],
                                        .elem_size = 8,
                                        .seed = i,
                                        .fixed_seed = i % 2 == 0,
                                        .hint = 700});
        for (unsigned round = 0; round < 150; round++) {
            key_set k = keys_repeated(&t, 600, t.kind->ids < 50000 ? t.kind->ids : 50000);
            if (round % 2 == 1) {
                growing += gm_is_growing(t.many.map);
                k.n = 200;
                twins_delete(&t, &k);
            }
            else {
                twins_write(&t, &k, adder_of(8));
            }
            keys_free(&k);
            CHECK_EQ(map_digest(t.many.map), map_digest(t.one.map));
        }
        CHECK(growing > 3 || t.kind->ids < 1000);
        twins_fini(&t);
    }
}

static const test_case cases[] = {
    {"a_batch_into_an_empty_map_grows_it_once", test_a_batch_into_an_empty_map_grows_it_once},
    {"a_batch_into_a_full_map_grows_it_about_once",
     test_a_batch_into_a_full_map_grows_it_about_once},
    {"a_batch_of_repeats_reserves_no_room_for_them",
     test_a_batch_of_repeats_reserves_no_room_for_them},
    {"a_batch_that_goes_round_reserves_no_room_for_every_round",
     test_a_batch_that_goes_round_reserves_no_room_for_every_round},
    {"a_batch_of_runs_reserves_no_room_for_their_lengths",
     test_a_batch_of_runs_reserves_no_room_for_their_lengths},
    {"a_batch_of_some_repeats_reserves_for_the_different_keys",
     test_a_batch_of_some_repeats_reserves_for_the_different_keys},
    {"a_batch_of_present_keys_moves_nothing", test_a_batch_of_present_keys_moves_nothing},
    {"a_reserved_map_is_left_as_large_as_it_is", test_a_reserved_map_is_left_as_large_as_it_is},
    {"the_allocator_hears_of_memory_that_will_be_filled",
     test_the_allocator_hears_of_memory_that_will_be_filled},
    {"the_allocator_hears_nothing_of_growth_step_by_step",
     test_the_allocator_hears_nothing_of_growth_step_by_step},
    {"the_same_batches_under_a_seed_make_the_same_map",
     test_the_same_batches_under_a_seed_make_the_same_map},
    {"batches_lay_out_a_map_as_single_calls_do", test_batches_lay_out_a_map_as_single_calls_do},
    {NULL, NULL},
};
const test_group batch_growth_tests = {"batch_growth", cases};
