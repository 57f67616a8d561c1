/* test_limits.c: numbers at their ends: the largest arrays and chunks, draws that are
 * drawn again, maps that may not grow, callbacks that never hold still. */
#include <string.h>

#include "check.h"
#include "grow.h"
#include "next.h"
#include "objects.h"
#include "subject.h"
#include "table.h"

static void
test_a_map_of_most_buckets_does_not_grow(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    put(&t, 1, 1);
    t.map->B = GM_MAX_B;
    t.map->count = (uint64_t)7 << GM_MAX_B;
    gm_map before = *t.map;
    CHECK_EQ(gmi_start_growth(t.map), GM_TOO_LARGE);
    CHECK(memcmp(&before, t.map, sizeof before) == 0);
    t.map->B = 0;
    t.map->count = 1;
    table_fini(&t);
}

static size_t refused; /* bytes last asked for */

static void *
refuse(void *context, size_t size)
{
    (void)context;
    refused = size;
    return NULL;
}

static void
test_a_chunk_holds_no_more_buckets_than_it_can_count(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    put(&t, 1, 1);
    uint64_t calls = t.memory.calls;
    gm_allocator allocator = t.memory.allocator;
    t.memory.allocator.alloc = refuse;
    CHECK(!gmi_overflow_reserve(t.map, (size_t)UINT32_MAX + 1));
    CHECK_EQ(refused, 0); /* not even asked for */
    CHECK(!gmi_overflow_reserve(t.map, UINT32_MAX));
    CHECK(refused > (size_t)UINT32_MAX * t.map->bucket_size);
    t.memory.allocator = allocator;
    CHECK(gmi_overflow_reserve(t.map, 3));
    CHECK_EQ(t.memory.calls, calls + 1);
    CHECK_EQ(gmi_overflow_unused(t.map->buckets), 3);
    table_fini(&t);
}

/* Numbers of bits where the compiler has no word for them. */
static void
test_bits_are_counted_without_the_compilers_help(void)
{
    for (unsigned low = 0; low < 64; low++) {
        for (unsigned high = low; high < 64; high++) {
            uint64_t x = (uint64_t)1 << low | (uint64_t)1 << high;
            CHECK_EQ(gm_lowest_bit(x), low);
            CHECK_EQ(gm_leading_zeros(x), 63 - high);
            CHECK_EQ(GM_LOWEST_BIT(x), low);
            CHECK_EQ(GM_LEADING_ZEROS(x), 63 - high);
        }
    }
}

/* ---- drawing below a number ---------------------------------------------------------------- */

/* The stream whose next draw is 0, the least of all, is here. */
#define BEFORE_ZERO (0 - UINT64_C(0x9E3779B97F4A7C15))

static void *
drawn_from(table *t, uint64_t stream)
{
    gm_cell cell;
    gm_rewind(t->map, stream);
    CHECK_EQ(gm_random(t->map, &cell), GM_OK);
    CHECK(cell.key != NULL);
    return cell.key;
}

/* 2**64 draws do not come out even over 24 or 48 cells: the first few are drawn again. */
static void
test_a_draw_that_would_favour_a_cell_is_drawn_again(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 20, 1, false});
    for (uint64_t i = 0; i < 20; i++) {
        put_hashed(&t, i, 4 * i, i); /* a chain of three buckets */
    }
    void *second = drawn_from(&t, 0);
    CHECK(drawn_from(&t, BEFORE_ZERO) == second);
    CHECK(second != gmi_key_at(t.map->buckets, 0, t.map->key_size));
    table_fini(&t);
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 8; i++) {
        put(&t, i, i);
    }
    CHECK(drawn_from(&t, BEFORE_ZERO) == gmi_key_at(t.map->buckets, 0, 8)); /* eight do */
    table_fini(&t);
}

/* ---- maps of a fixed size ------------------------------------------------------------------ */

#define MANY 2000

static void
init_fixed(table *t)
{
    memory_init(&t->memory);
    t->type = (gm_type){&gm_kind_bits64, NULL, 8, 8, 8};
    gm_options o = {&t->type, &t->memory.allocator, 1, false, 0, NULL, NULL, true};
    CHECK_EQ(gm_map_new(&o, &t->map), GM_OK);
}

static void
test_a_map_of_a_fixed_size_takes_batches_without_growing(void)
{
    table t;
    uint64_t keys[MANY], elem;
    init_fixed(&t);
    for (uint64_t i = 0; i < MANY; i++) {
        keys[i] = i;
    }
    gm_writes batch = {.keys = keys, .n = MANY, .values = keys, .stride = 8};
    CHECK_EQ(gm_assign_many(t.map, &batch), GM_OK);
    CHECK_EQ(gm_count(t.map), MANY);
    CHECK_EQ(table_header(&t).B, 0);
    for (uint64_t i = 0; i < MANY; i++) {
        CHECK(get(&t, i, &elem) && elem == i);
    }
    table_fini(&t);
}

/* One bucket is copied as it lies, but not when there is more in its chain. */
static void
test_a_clone_of_one_long_chain_is_whole(void)
{
    table t;
    gm_map *copy;
    gm_cell cell;
    char message[200];
    init_fixed(&t);
    for (uint64_t i = 0; i < 30; i++) {
        put(&t, i, i);
        CHECK_EQ(gm_clone(t.map, NULL, 1, &copy), GM_OK);
        CHECK(gm_validate(copy, message, sizeof message));
        for (uint64_t key = 0; key <= i; key++) {
            CHECK_EQ(gm_find(copy, &key, &cell), GM_OK);
            CHECK(cell.key != NULL && memcmp(cell.elem, &key, 8) == 0);
        }
        CHECK_EQ(gm_count(copy), i + 1);
        gm_map_free(copy);
    }
    table_fini(&t);
}

/* ---- callbacks that fail, or never hold still ------------------------------------------------- */

typedef enum { ANSWER, FAIL, RESEED } mood;

typedef struct {
    test_memory memory;
    gm_type type;
    gm_map *map;
    mood rehash;
    unsigned rehashes;
    bool clears; /* equality empties the map, once */
} moody;

static void
put_object(moody *w, uint32_t id, uint64_t hash)
{
    object_key key = {object_new(id, false), hash};
    gm_cell cell;
    CHECK_EQ(gm_assign(w->map, &key, &cell), GM_OK);
    CHECK(cell.inserted);
    uint64_t elem = object_new(id, false);
    memcpy(cell.elem, &elem, sizeof elem);
}

static gm_status
rehash(void *context, void *key)
{
    moody *w = context;
    (void)key;
    w->rehashes++;
    if (w->rehash == RESEED) {
        put_object(w, 77, 77);
        gm_clear(w->map);
    }
    return w->rehash == FAIL ? GM_CALL_FAILED : GM_OK;
}

static bool
clear_once(void *context)
{
    moody *w = context;
    if (w->clears) {
        w->clears = false;
        gm_clear(w->map);
    }
    return true;
}

static void
init_moody(moody *w, uint64_t hint)
{
    memset(w, 0, sizeof *w);
    memory_init(&w->memory);
    w->type = (gm_type){&gm_kind_stranger, &object_owner, 8, 8, 8};
    gm_options o = {&w->type, &w->memory.allocator, 1, false, hint, rehash, w, false};
    CHECK_EQ(gm_map_new(&o, &w->map), GM_OK);
}

static void
fini_moody(moody *w)
{
    objects_on_equality(NULL);
    gm_map_free(w->map);
    memory_check_empty(&w->memory);
    CHECK_EQ(objects_alive(), 0);
}

/* A lookup whose map is emptied under it asks for the hash under the new seed. */
static gm_status
find_after_a_clear(moody *w, mood rehash_mood)
{
    object_key key = {object_new(3, false), 3};
    gm_cell cell;
    put_object(w, 3, 3);
    objects_on_equality(clear_once);
    w->clears = true;
    w->rehash = rehash_mood;
    w->rehashes = 0;
    gm_status status = gm_find(w->map, &key, &cell);
    objects_on_equality(NULL);
    object_owner.release_key(&key);
    CHECK_EQ(gm_count(w->map), 0);
    CHECK(cell.key == NULL || status != GM_OK);
    return status;
}

static void
test_a_rehash_that_always_draws_a_new_seed_ends_in_restarts(void)
{
    moody w;
    init_moody(&w, 0);
    CHECK_EQ(find_after_a_clear(&w, ANSWER), GM_OK);
    CHECK_EQ(w.rehashes, 1);
    CHECK_EQ(find_after_a_clear(&w, FAIL), GM_CALL_FAILED);
    CHECK_EQ(w.rehashes, 1);
    CHECK_EQ(find_after_a_clear(&w, RESEED), GM_RESTARTS);
    CHECK_EQ(w.rehashes, GM_MAX_RESTARTS);
    fini_moody(&w);
}

/* Eight keys of one chain, all shown from an array that was left before a new seed. */
static void
test_an_iterator_whose_rehash_fails_stays_where_it_is(void)
{
    moody w;
    gm_iter it;
    gm_cell cell;
    gm_entry removed;
    gm_cursor cursor;
    init_moody(&w, 0);
    for (uint32_t id = 0; id < 8; id++) {
        put_object(&w, id, id);
    }
    CHECK_EQ(gm_iter_init_at(&it, w.map, 0, 0), GM_OK);
    put_object(&w, 8, 8);
    CHECK_EQ(gm_finish_growth(w.map), GM_OK);
    while (gm_count(w.map) > 0) {
        CHECK_EQ(gm_pop_random(w.map, &removed), GM_OK);
        object_owner.release_key(removed.key);
        object_owner.release_elem(removed.elem);
    }
    put_object(&w, 5, 5);
    w.rehash = FAIL;
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(gm_iter_next(&it, &cell), GM_CALL_FAILED);
        CHECK(cell.key == NULL);
        CHECK(gm_iter_read(&it, &cursor));
        CHECK(!cursor.started); /* nothing has been shown yet */
    }
    w.rehash = ANSWER;
    CHECK_EQ(gm_iter_next(&it, &cell), GM_OK);
    CHECK(cell.key != NULL && object_id(cell.key) == 5);
    CHECK_EQ(gm_iter_next(&it, &cell), GM_OK);
    CHECK(cell.key == NULL);
    gm_sweep(w.map);
    fini_moody(&w);
}

/* Keys moved under the seed that they were hashed with keep their hashes. */
static void
test_moved_keys_are_not_hashed_again_under_the_same_seed(void)
{
    moody w;
    gm_iter it;
    gm_cell cell;
    unsigned shown = 0;
    init_moody(&w, 0);
    put_object(&w, 1, 1);
    gm_clear(w.map); /* a seed ago */
    for (uint32_t id = 0; id < 8; id++) {
        put_object(&w, id, id);
    }
    gm_iter_init(&it, w.map, false);
    put_object(&w, 8, 8);
    CHECK_EQ(gm_finish_growth(w.map), GM_OK);
    while (gm_iter_next(&it, &cell) == GM_OK && cell.key != NULL) {
        shown++;
    }
    CHECK_EQ(shown, 8);
    CHECK_EQ(w.rehashes, 0);
    gm_sweep(w.map);
    fini_moody(&w);
}

static const test_case cases[] = {
    {"a_map_of_most_buckets_does_not_grow", test_a_map_of_most_buckets_does_not_grow},
    {"a_chunk_holds_no_more_buckets_than_it_can_count",
     test_a_chunk_holds_no_more_buckets_than_it_can_count},
    {"bits_are_counted_without_the_compilers_help",
     test_bits_are_counted_without_the_compilers_help},
    {"a_draw_that_would_favour_a_cell_is_drawn_again",
     test_a_draw_that_would_favour_a_cell_is_drawn_again},
    {"a_map_of_a_fixed_size_takes_batches_without_growing",
     test_a_map_of_a_fixed_size_takes_batches_without_growing},
    {"a_clone_of_one_long_chain_is_whole", test_a_clone_of_one_long_chain_is_whole},
    {"a_rehash_that_always_draws_a_new_seed_ends_in_restarts",
     test_a_rehash_that_always_draws_a_new_seed_ends_in_restarts},
    {"an_iterator_whose_rehash_fails_stays_where_it_is",
     test_an_iterator_whose_rehash_fails_stays_where_it_is},
    {"moved_keys_are_not_hashed_again_under_the_same_seed",
     test_moved_keys_are_not_hashed_again_under_the_same_seed},
    {NULL, NULL},
};
const test_group limits_tests = {"limits", cases};
