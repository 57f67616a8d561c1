/* test_batch.c: many keys at once do what single calls do, on every unboxed kind
 * and element size, in every state a map can be in. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "grow.h"
#include "test_batch_twins.h"

static const uint16_t elem_sizes[] = {1, 2, 4, 16, 8};
#define ELEM_SIZES (sizeof elem_sizes / sizeof *elem_sizes)

/* More than five waves, and a part of one. */
#define BATCH (5 * GM_WAVE + 37)
/* A map that lookups are fetched ahead for; it grows at 26625. */
#define LARGE 20000
static_assert(LARGE > GM_PREFETCH_LEAST, "large maps are those that waves serve");

/* ---- states ------------------------------------------------------------------------------- */

typedef enum {
    NEW,
    FEW,
    SOME_GROWING,
    MANY,
    GROWING,
    SAME_SIZE,
    TOMBSTONES,
    EMPTIED,
    CLEARED,
    STATES
} map_state;

static uint64_t
least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* From n entries on, one more at a time until a growth is under way. */
static void
fill_until_growing(twins *t, uint64_t n)
{
    twins_fill(t, 0, n);
    while (!gm_is_growing(t->many.map)) {
        twins_fill(t, n++, 1);
    }
    CHECK(gm_is_growing(t->one.map));
}

static void
fill_and_grow_in_same_size(twins *t, uint64_t n)
{
    twins_fill(t, 0, n);
    gm_map *const maps[2] = {t->many.map, t->one.map};
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(gm_finish_growth(maps[i]), GM_OK);
        CHECK_EQ(gmi_start_growth(maps[i]), GM_OK);
        gm_header header;
        gm_read_header(maps[i], &header);
        CHECK(header.growing && header.same_size_grow);
    }
    twins_fill(t, 0, 5); /* the first chains move */
}

/* Brings both maps into the state; ids below the result may be in them. */
static uint64_t
bring_into(twins *t, map_state state)
{
    uint64_t ids = t->kind->ids;
    switch (state) {
    case NEW:
        return 100;
    case FEW:
        twins_fill(t, 0, 5);
        return 10;
    case SOME_GROWING:
        fill_until_growing(t, 40);
        return 80;
    case MANY:
        twins_fill(t, 0, least(LARGE, ids / 2));
        return least(LARGE + LARGE / 2, ids);
    case GROWING:
        fill_until_growing(t, least(LARGE, ids / 3));
        return least(2 * LARGE, ids);
    case SAME_SIZE:
        fill_and_grow_in_same_size(t, least(LARGE, ids / 2));
        return least(LARGE + LARGE / 2, ids);
    case TOMBSTONES:
        twins_fill(t, 0, least(26000, ids));
        twins_empty(t, 10, least(26000, ids) / 3);
        return least(26000, ids);
    case EMPTIED:
        twins_fill(t, 0, 200);
        twins_empty(t, 0, 200);
        return 200;
    case CLEARED:
        twins_fill(t, 0, 200);
        gm_clear(t->many.map);
        gm_clear(t->one.map);
        return 200;
    case STATES:
        break;
    }
    return 0;
}

/* ---- everything out ------------------------------------------------------------------------ */

static void
check_copy(gm_map *m, const unsigned char *keys, const unsigned char *elems)
{
    gm_walk walk;
    gm_cell cell;
    gm_stats stats = map_stats(m);
    gm_walk_init(&walk, m);
    for (; gm_walk_next(&walk, &cell);
         keys += stats.header.key_size, elems += stats.header.elem_size) {
        CHECK(memcmp(keys, cell.key, stats.header.key_size) == 0);
        CHECK(memcmp(elems, cell.elem, stats.header.elem_size) == 0);
    }
}

/* Keys and elements apart, then together. */
static void
copy_out_and_check(const twins *t)
{
    size_t n = gm_count(t->many.map), key_bytes = n * t->kind->key_size;
    uint64_t before = map_digest(t->many.map);
    unsigned char *keys = malloc(key_bytes + 1), *elems = malloc(n * t->elem_size + 1);
    CHECK(keys != NULL && elems != NULL);
    gm_copy_out(t->many.map, NULL, NULL);
    gm_copy_out(t->many.map, keys, NULL);
    gm_copy_out(t->many.map, NULL, elems);
    check_copy(t->many.map, keys, elems);
    memset(keys, 0, key_bytes);
    memset(elems, 0, n * t->elem_size);
    gm_copy_out(t->many.map, keys, elems);
    check_copy(t->many.map, keys, elems);
    CHECK_EQ(map_digest(t->many.map), before);
    free(keys);
    free(elems);
}

/* ---- as single calls ------------------------------------------------------------------------ */

typedef void operation(twins *t, const key_set *k);

static void
store(twins *t, const key_set *k)
{
    twins_write(t, k, NULL);
}

static void
add(twins *t, const key_set *k)
{
    twins_write(t, k, adder_of(t->elem_size));
}

static void
run(twins *t, operation *what, size_t n, uint64_t range, size_t stride)
{
    key_set k = keys_drawn(t, n, range, stride);
    what(t, &k);
    keys_free(&k);
}

static void
check_state(const batch_kind *kind, uint16_t es, map_state state)
{
    twins t;
    test_seed = es * 1000u + (uint64_t)state;
    twins_init(&t, &(twins_options){.kind = kind, .elem_size = es, .seed = test_seed});
    uint64_t range = bring_into(&t, state);
    copy_out_and_check(&t);
    run(&t, twins_find, BATCH, range, es);
    run(&t, state % 2 == 0 ? store : add, BATCH, range, es);
    run(&t, state % 2 == 0 ? add : store, BATCH, range, 0);
    run(&t, twins_find, BATCH, range, es);
    twins_check(&t);
    run(&t, twins_delete, BATCH, range, es);
    run(&t, add, 3, range, es);
    run(&t, store, GM_WAVE, range, es);
    run(&t, twins_delete, 1, range, es);
    run(&t, twins_find, GM_WAVE, range, es);
    copy_out_and_check(&t);
    twins_fini(&t);
}

static void
test_batches_on_small_maps_are_single_calls(void)
{
    const map_state states[] = {NEW, FEW, SOME_GROWING, EMPTIED, CLEARED};
    for (size_t i = 0; i < BATCH_KINDS * ELEM_SIZES; i++) {
        for (size_t s = 0; s < sizeof states / sizeof *states; s++) {
            check_state(&batch_kinds[i / ELEM_SIZES], elem_sizes[i % ELEM_SIZES], states[s]);
        }
    }
}

/* Every kind with elements of 8 bytes and one other size, bits64 with all. */
static void
test_batches_on_large_maps_are_single_calls(void)
{
    const map_state states[] = {MANY, GROWING, SAME_SIZE, TOMBSTONES};
    for (size_t i = 0; i < BATCH_KINDS * ELEM_SIZES; i++) {
        const batch_kind *kind = &batch_kinds[i / ELEM_SIZES];
        size_t size = i % ELEM_SIZES;
        for (size_t s = 0; s < sizeof states / sizeof *states; s++) {
            bool chosen = size == (i / ELEM_SIZES + s) % (ELEM_SIZES - 1);
            if (kind == BATCH_BITS64 || size == ELEM_SIZES - 1 || chosen) {
                check_state(kind, elem_sizes[size], states[s]);
            }
        }
    }
}

/* Of every kind with more keys, on the way through several growths. */
static void
test_batches_that_grow_a_map_are_single_calls(void)
{
    for (size_t k = 1; k < BATCH_KINDS; k++) {
        twins t;
        test_seed = k;
        twins_init(&t, &(twins_options){.kind = &batch_kinds[k], .elem_size = 4, .seed = k});
        twins_fill(&t, 0, 1);
        for (size_t n = 1; n < 20000; n += n / 2 + 1) {
            run(&t, n % 2 == 0 ? add : store, n, 50000, 4);
            run(&t, twins_delete, n / 3, 50000, 4);
        }
        run(&t, add, 70000, 50000, 4);
        run(&t, twins_find, 10000, 60000, 4);
        run(&t, twins_delete, 60000, 50000, 4);
        twins_fini(&t);
    }
}

/* ---- arguments ------------------------------------------------------------------------------- */

static bool
has_buckets(const gm_map *m)
{
    gm_header header;
    gm_read_header(m, &header);
    return header.has_buckets;
}

static void
test_no_keys_are_no_work(void)
{
    for (uint64_t n = 0; n <= LARGE; n += LARGE / 2) {
        twins t;
        size_t removed = 99;
        gm_lookups lookups = {.n = 0};
        gm_writes writes = {.n = 0, .done = 99};
        twins_init(&t, &(twins_options){.kind = BATCH_BITS64, .elem_size = 8, .seed = n});
        twins_fill(&t, 0, n);
        uint64_t before = map_digest(t.many.map);
        gm_find_many(t.many.map, &lookups);
        CHECK_EQ(gm_assign_many(t.many.map, &writes), GM_OK);
        CHECK_EQ(writes.done, 0);
        writes.add = adder_of(8);
        CHECK_EQ(gm_assign_many(t.many.map, &writes), GM_OK);
        CHECK_EQ(gm_delete_many(t.many.map, NULL, 0, &removed), GM_OK);
        CHECK_EQ(removed, 0);
        gm_prefetch(t.many.map, NULL, 8, 0);
        CHECK_EQ(map_digest(t.many.map), before);
        CHECK_EQ(has_buckets(t.many.map), n > 0);
        twins_fini(&t);
    }
}

static void
test_values_may_lie_at_any_distance(void)
{
    const size_t strides[] = {0, 1, 3, 8, 16, 24, 40};
    for (size_t i = 0; i < sizeof strides / sizeof *strides * ELEM_SIZES; i++) {
        uint16_t es = elem_sizes[i % ELEM_SIZES];
        twins t;
        test_seed = i;
        twins_init(&t, &(twins_options){.kind = BATCH_FLOAT64, .elem_size = es, .seed = i});
        run(&t, store, BATCH, 400, strides[i / ELEM_SIZES]);
        run(&t, add, BATCH, 800, strides[i / ELEM_SIZES]);
        twins_fini(&t);
    }
}

/* One key over and over: the last value is stored, all are added. */
static void
test_a_key_may_come_many_times_in_a_wave(void)
{
    const uint64_t sizes[] = {0, 20, LARGE};
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < BATCH_KINDS; k++) {
            twins t;
            test_seed = i;
            twins_init(&t, &(twins_options){.kind = &batch_kinds[k], .elem_size = 8, .seed = i});
            twins_fill(&t, 1, least(sizes[i], t.kind->ids - 1));
            run(&t, store, 2 * GM_WAVE, 1, 8);
            run(&t, add, 2 * GM_WAVE, 1, 8);
            run(&t, twins_delete, 2 * GM_WAVE, 1, 8);
            run(&t, add, 2 * GM_WAVE, 2, 8);
            twins_fini(&t);
        }
    }
}

/* -0.0 finds 0.0, and the one stored last is the key, as in Go. */
static void
test_the_zero_stored_last_is_kept(void)
{
    for (uint64_t n = 0; n <= LARGE; n += LARGE) {
        double keys[3] = {0.0, -0.0, 0.0}, key = -0.0;
        uint64_t values[3] = {1, 2, 3};
        gm_cell cell;
        twins t;
        twins_init(&t, &(twins_options){.kind = BATCH_FLOAT64, .elem_size = 8, .seed = n});
        twins_fill(&t, 0, n);
        for (size_t i = 1; i <= 3; i++) {
            gm_writes w = {.keys = keys, .n = i, .values = values, .stride = 8};
            CHECK_EQ(gm_assign_many(t.many.map, &w), GM_OK);
            CHECK_EQ(gm_count(t.many.map), n + 1);
            one_find(t.many.map, &key, &cell);
            CHECK(memcmp(cell.key, &keys[i - 1], 8) == 0);
            CHECK(memcmp(cell.elem, &values[i - 1], 8) == 0);
        }
        size_t removed;
        CHECK_EQ(gm_delete_many(t.many.map, keys, 3, &removed), GM_OK);
        CHECK_EQ(removed, 1);
        twins_fini(&t);
    }
}

/* ---- who owns the keys may write to them meanwhile --------------------------------------- */

static uint64_t *keys_under_way;
static size_t keys_changed;

static bool
add_and_change_keys(void *elem, const void *delta)
{
    for (size_t i = 0; i < BATCH; i++) {
        keys_under_way[i] += 1000003;
    }
    keys_changed++;
    return adder_of(8)(elem, delta);
}

static void
test_keys_may_change_under_a_batch(void)
{
    for (uint64_t n = 0; n <= LARGE; n += LARGE) {
        twins t;
        uint64_t zero = 0;
        twins_init(&t, &(twins_options){.kind = BATCH_BITS64, .elem_size = 8, .seed = n});
        twins_fill(&t, 0, n);
        key_set k = keys_from(&t, BATCH, 0);
        keys_under_way = (uint64_t *)(void *)k.keys;
        keys_changed = 0;
        gm_writes w = {k.keys, k.n, k.values, 8, add_and_change_keys, &zero, NULL, 0, false};
        CHECK_EQ(gm_assign_many(t.many.map, &w), GM_OK);
        CHECK_EQ(w.done, BATCH);
        CHECK_EQ(keys_changed, BATCH);
        char message[200]; /* every key lies where its hash says */
        CHECK(gm_validate(t.many.map, message, sizeof message));
        for (uint64_t id = 0; id < GM_WAVE; id++) { /* the first wave was copied in time */
            gm_cell cell;
            one_find(t.many.map, &(uint64_t){id * 3}, &cell);
            CHECK(cell.key != NULL);
        }
        keys_free(&k);
        gm_drop(t.many.map);
        gm_drop(t.one.map);
        twins_fini(&t);
    }
}

static const test_case cases[] = {
    {"batches_on_small_maps_are_single_calls", test_batches_on_small_maps_are_single_calls},
    {"batches_on_large_maps_are_single_calls", test_batches_on_large_maps_are_single_calls},
    {"batches_that_grow_a_map_are_single_calls", test_batches_that_grow_a_map_are_single_calls},
    {"no_keys_are_no_work", test_no_keys_are_no_work},
    {"values_may_lie_at_any_distance", test_values_may_lie_at_any_distance},
    {"a_key_may_come_many_times_in_a_wave", test_a_key_may_come_many_times_in_a_wave},
    {"the_zero_stored_last_is_kept", test_the_zero_stored_last_is_kept},
    {"keys_may_change_under_a_batch", test_keys_may_change_under_a_batch},
    {NULL, NULL},
};
const test_group batch_tests = {"batch", cases};
