/* test_sides.c: owners that hold references on one side only: keys, or elements. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "objects.h"
#include "next.h"
#include "test_batch_pointers.h"
#include "memory.h"

#define ENTRIES 60
#define NANS 10  /* of these */
#define FIRST 52 /* the entry after these starts a growth */

typedef struct {
    test_memory memory;
    gm_owner owner;
    gm_type type;
    gm_map *map;
} one_side;

static bool
holds_keys(const one_side *s)
{
    return s->owner.retain_key != NULL;
}

static void
init(one_side *s, const gm_kind *kind, bool keys, uint16_t elem_size)
{
    memory_init(&s->memory);
    s->owner = keys ? (gm_owner){object_owner.retain_key, object_owner.release_key, NULL, NULL}
                    : (gm_owner){NULL, NULL, object_owner.retain_elem, object_owner.release_elem};
    s->type = (gm_type){kind, &s->owner, elem_size, 8, elem_size};
    gm_options o = {&s->type, &s->memory.allocator, 3, false, 0, NULL, NULL, false};
    CHECK_EQ(gm_map_new(&o, &s->map), GM_OK);
}

static void
put(one_side *s, uint32_t i)
{
    union {
        object_key object;
        double number;
    } key;
    gm_cell cell;
    bool is_nan = i < NANS;
    if (holds_keys(s)) {
        key.object = (object_key){object_new(i, is_nan), i * UINT64_C(0x9E3779B97F4A7C15)};
    }
    else {
        key.number = is_nan ? NAN : i;
    }
    CHECK_EQ(gm_assign(s->map, &key, &cell), GM_OK);
    CHECK(cell.inserted);
    uint64_t elem = holds_keys(s) ? i : object_new(i, false);
    memcpy(cell.elem, &elem, s->type.elem_size);
}

static void
release_entry(const one_side *s, gm_entry *e)
{
    if (holds_keys(s)) {
        s->owner.release_key(e->key);
    }
    else {
        s->owner.release_elem(e->elem);
    }
}

/* An iterator keeps an array, a clone is made and freed, all entries are popped. */
static void
live_through_everything(bool keys)
{
    one_side s;
    gm_iter it;
    gm_entry removed;
    gm_map *copy;
    init(&s, keys ? &gm_kind_stranger : &gm_kind_float64, keys, 8);
    for (uint32_t i = 0; i < FIRST; i++) {
        put(&s, i);
    }
    gm_iter_init(&it, s.map, false);
    for (uint32_t i = FIRST; i < ENTRIES; i++) {
        put(&s, i);
    }
    CHECK_EQ(gm_finish_growth(s.map), GM_OK);
    CHECK_EQ(objects_alive(), ENTRIES);
    /* the array left behind keeps keys to look up, but elements of NaNs alone */
    CHECK_EQ(objects_references(), ENTRIES + (keys ? FIRST : NANS));
    CHECK_EQ(gm_clone(s.map, NULL, 1, &copy), GM_OK);
    CHECK_EQ(objects_references(), 2 * ENTRIES + (keys ? FIRST : NANS));
    gm_map_free(copy);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        CHECK_EQ(gm_pop_random(s.map, &removed), GM_OK);
        CHECK(removed.found);
        release_entry(&s, &removed);
    }
    /* a popped NaN's copy goes with it */
    CHECK_EQ(objects_alive(), keys ? FIRST - NANS : 0);
    gm_iter_fini(&it);
    gm_map_free(s.map);
    CHECK_EQ(objects_references(), 0);
    memory_check_empty(&s.memory);
}

static void
test_an_owner_may_hold_keys_only(void)
{
    live_through_everything(true);
}

static void
test_an_owner_may_hold_elements_only(void)
{
    live_through_everything(false);
}

/* Without a check of every invariant after each of thousands. */
static gm_status
assign(gm_map *m, const object_key *key, gm_cell *cell)
{
    return ((const gm_head *)m)->ops->assign(m, key, cell);
}

/* ---- what is fetched ahead ------------------------------------------------------------------- */

static uint64_t
iterate(gm_map *m)
{
    gm_iter it;
    gm_cell cell;
    uint64_t shown = 0;
    gm_iter_init(&it, m, false);
    for (;; shown++) {
        CHECK_EQ(next_entry(&it, &cell), GM_OK);
        if (cell.key == NULL) {
            return shown;
        }
    }
}

/* Objects are fetched some buckets ahead, in arrays that are large enough to be worth it. */
static void
test_iteration_fetches_the_objects_of_large_maps_ahead(void)
{
    for (unsigned large = 0; large < 2; large++) {
        for (unsigned elems = 0; elems < 2; elems++) {
            one_side s;
            const uint32_t n = large ? 3400 : 1000;
            init(&s, &gm_kind_pointers, true, 8);
            s.owner = elems ? object_owner : s.owner;
            for (uint32_t i = NANS; i < NANS + n; i++) {
                object_key key = {object_new(i, false), i * UINT64_C(0x9E3779B97F4A7C15)};
                uint64_t elem = elems ? object_new(i, false) : i;
                gm_cell cell;
                CHECK_EQ(assign(s.map, &key, &cell), GM_OK);
                memcpy(cell.elem, &elem, sizeof elem);
            }
            CHECK_EQ(gm_finish_growth(s.map), GM_OK);
            pointers_fetched = 0;
            CHECK_EQ(iterate(s.map), n);
            CHECK_EQ(pointers_fetched > n * UINT64_C(9) / 10, large);
            CHECK(pointers_fetched <= (large ? n : 0));
            gm_map_free(s.map);
            CHECK_EQ(objects_references(), 0);
            memory_check_empty(&s.memory);
        }
    }
}

/* An array that is read for another is not fetched from: what lies ahead has moved. */
static void
test_iteration_over_arrays_left_behind_fetches_nothing(void)
{
    one_side s;
    gm_iter it;
    gm_cell cell;
    uint64_t shown = 0;
    init(&s, &gm_kind_pointers, true, 8);
    CHECK_EQ(gm_reserve(s.map, 3328), GM_OK);
    for (uint32_t i = 0; i < 3329; i++) {
        object_key key = {object_new(i, false), i * UINT64_C(0x9E3779B97F4A7C15)};
        CHECK_EQ(assign(s.map, &key, &cell), GM_OK);
    }
    CHECK(gm_is_growing(s.map));
    gm_iter_init(&it, s.map, false); /* over the new array, reading the old one */
    pointers_fetched = 0;
    while (gm_iter_next(&it, &cell) == GM_OK && cell.key != NULL) {
        shown++;
    }
    CHECK_EQ(shown, 3329);
    CHECK(pointers_fetched < 100);
    gm_map_free(s.map);
    CHECK_EQ(objects_references(), 0);
    memory_check_empty(&s.memory);
}

static void
test_batches_fetch_no_elements_that_are_not_references(void)
{
    one_side s;
    gm_cell cell;
    object_key keys[GM_WAVE];
    init(&s, &gm_kind_pointers, true, 4);
    CHECK_EQ(gm_reserve(s.map, GM_PREFETCH_LEAST), GM_OK);
    for (uint32_t i = 0; i < GM_PREFETCH_LEAST; i++) {
        object_key key = {object_new(i, false), i * UINT64_C(0x9E3779B97F4A7C15)};
        CHECK_EQ(assign(s.map, &key, &cell), GM_OK);
        memcpy(cell.elem, &i, 4);
        keys[i % GM_WAVE] = key;
    }
    pointers_fetched = 0;
    gm_prefetch(s.map, keys, sizeof *keys, GM_WAVE);
    CHECK(pointers_fetched > GM_WAVE / 2 && pointers_fetched <= GM_WAVE);
    gm_map_free(s.map);
    CHECK_EQ(objects_references(), 0);
    memory_check_empty(&s.memory);
}

static const test_case cases[] = {
    {"an_owner_may_hold_keys_only", test_an_owner_may_hold_keys_only},
    {"an_owner_may_hold_elements_only", test_an_owner_may_hold_elements_only},
    {"iteration_fetches_the_objects_of_large_maps_ahead",
     test_iteration_fetches_the_objects_of_large_maps_ahead},
    {"iteration_over_arrays_left_behind_fetches_nothing",
     test_iteration_over_arrays_left_behind_fetches_nothing},
    {"batches_fetch_no_elements_that_are_not_references",
     test_batches_fetch_no_elements_that_are_not_references},
    {NULL, NULL},
};
const test_group sides_tests = {"sides", cases};
