/* test_glance.c: the short paths of kinds that tell most keys apart at a glance: no call,
 * no growth, no move, and nothing happens where they do not suffice. */
#include <string.h>

#include "layout.h"

#include "check.h"
#include "table.h"

/* Equal, by a call: all but the lowest bit of the object; the same: all of it. */
typedef struct {
    uint64_t object, hash;
} glanced_key;

static unsigned calls;

static int
equal_by_call(const glanced_key *a, const glanced_key *b)
{
    calls++;
    return a->object >> 1 == b->object >> 1;
}

#define GM_NAME glanced
#define GM_LABEL "told at a glance"
#define GM_KIND_STORAGE static
#define GM_KEY glanced_key
#define GM_STORES_HASH 1
#define GM_EQUAL_CALL(m, slot, key) ((void)(m), equal_by_call(slot, key))
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#define GM_SAME(a, b) ((a)->object == (b)->object)
#define GM_UNCLEAR(a, b) ((a)->hash == (b)->hash)
#include "ops.inc.h"

static void
init(table *t, uint64_t hint)
{
    calls = 0;
    table_init(t, &(table_options){&gm_kind_glanced, hint, 1, false});
}

static gm_status
look_for(table *t, uint64_t object, uint64_t hash, gmi_spot *spot)
{
    return seek_glanced(t->map, &(glanced_key){object, hash}, spot, 8);
}

static gm_status
look_for_room(table *t, uint64_t object, uint64_t hash, gmi_spot *spot, gmi_room *room)
{
    return seek_room_glanced(t->map, &(glanced_key){object, hash}, spot, room, 8);
}

static void
check_at(const gmi_spot *spot, uint64_t object, uint64_t elem)
{
    uint64_t stored;
    CHECK(spot->bucket != NULL);
    CHECK_EQ(stored_at_glanced(spot)->object, object);
    memcpy(&stored, elem_at_glanced(spot, 8), sizeof stored);
    CHECK_EQ(stored, elem);
}

/* Twelve keys in one chain of two; objects 2i, so that 2i + 1 is equal to it. */
static void
fill_chain(table *t)
{
    init(t, 13);
    for (uint64_t i = 0; i < 12; i++) {
        glanced_key key = {2 * i, i << 56};
        gm_cell cell;
        CHECK_EQ(gm_assign(t->map, &key, &cell), GM_OK);
        memcpy(cell.elem, &i, sizeof i);
    }
    calls = 0;
}

static void
test_the_same_key_is_found_without_a_call(void)
{
    table t;
    gmi_spot spot;
    gmi_room room;
    fill_chain(&t);
    for (uint64_t i = 0; i < 12; i++) {
        CHECK_EQ(look_for(&t, 2 * i, i << 56, &spot), GM_OK);
        check_at(&spot, 2 * i, i);
        CHECK_EQ(look_for_room(&t, 2 * i, i << 56, &spot, &room), GM_OK);
        check_at(&spot, 2 * i, i);
    }
    CHECK_EQ(calls, 0);
    table_fini(&t);
}

static void
test_an_equal_key_is_not_clear_and_not_called(void)
{
    table t;
    gmi_spot spot;
    gmi_room room;
    fill_chain(&t);
    for (uint64_t i = 0; i < 12; i++) {
        CHECK(look_for(&t, 2 * i + 1, i << 56, &spot) == GM_NOT_CLEAR);
        check_at(&spot, 2 * i, i); /* the cell that was looked at */
        CHECK(look_for_room(&t, 2 * i + 1, i << 56, &spot, &room) == GM_NOT_CLEAR);
        check_at(&spot, 2 * i, i);
    }
    CHECK_EQ(calls, 0);
    table_fini(&t);
}

static void
test_another_hash_under_the_same_tophash_is_another_key(void)
{
    table t;
    gmi_spot spot;
    gmi_room room;
    fill_chain(&t);
    for (uint64_t i = 0; i < 12; i++) {
        CHECK_EQ(look_for(&t, 999, i << 56 | 2, &spot), GM_OK);
        CHECK(spot.bucket == NULL);
        CHECK_EQ(look_for_room(&t, 999, i << 56 | 2, &spot, &room), GM_OK);
        CHECK(spot.bucket == NULL);
        CHECK(room.bucket != NULL && room.cell == 4 && room.depth == 2);
    }
    CHECK_EQ(calls, 0);
    table_fini(&t);
}

static void
test_an_absent_key_goes_where_there_is_room(void)
{
    table t;
    gmi_spot spot;
    gmi_room room;
    gm_cell cell;
    fill_chain(&t);
    glanced_key key = {50, UINT64_C(200) << 56};
    CHECK_EQ(look_for_room(&t, 50, key.hash, &spot, &room), GM_OK);
    CHECK(insert_at_glanced(t.map, &room, &key, &cell, 8));
    CHECK(cell.inserted);
    CHECK_EQ(gm_count(t.map), 13);
    CHECK_EQ(look_for(&t, 50, key.hash, &spot), GM_OK);
    check_at(&spot, 50, 0);
    CHECK(cell.key == stored_at_glanced(&spot));
    table_check(&t);
    erase_at_glanced(t.map, &key, &spot, 8);
    CHECK_EQ(gm_count(t.map), 12);
    CHECK_EQ(look_for(&t, 50, key.hash, &spot), GM_OK);
    CHECK(spot.bucket == NULL);
    table_fini(&t);
}

static void
test_erasing_at_a_spot_is_a_delete(void)
{
    table t;
    gmi_spot spot;
    fill_chain(&t);
    for (uint64_t i = 12; i-- > 0;) {
        glanced_key key = {2 * i, i << 56};
        CHECK_EQ(look_for(&t, key.object, key.hash, &spot), GM_OK);
        erase_at_glanced(t.map, &key, &spot, 8);
        CHECK_EQ(gm_count(t.map), i);
        table_check(&t);
        CHECK_EQ(look(&t, 0, i / 8).top[i % 8], GM_EMPTY_REST);
    }
    CHECK_EQ(table_stats(&t).reseeds, 1);
    CHECK_EQ(look_for(&t, 2, UINT64_C(1) << 56, &spot), GM_OK); /* in an empty map */
    CHECK(spot.bucket == NULL);
    table_fini(&t);
}

/* ---- where a glance does not suffice ------------------------------------------------------ */

static void
check_refused(table *t, gmi_room *room, const glanced_key *key)
{
    gm_cell cell;
    uint64_t version = gm_version(t->map);
    size_t count = gm_count(t->map);
    CHECK(!insert_at_glanced(t->map, room, key, &cell, 8));
    CHECK_EQ(gm_count(t->map), count);
    CHECK_EQ(gm_version(t->map), version);
}

static void
test_a_glance_adds_no_overflow_bucket_and_starts_no_growth(void)
{
    table t;
    gmi_spot spot;
    gmi_room room;
    gm_cell cell;
    fill_chain(&t);
    glanced_key other = {900, 1};
    CHECK_EQ(gm_assign(t.map, &other, &cell), GM_OK); /* thirteen: the next one grows */
    glanced_key key = {50, UINT64_C(200) << 56};
    CHECK_EQ(look_for_room(&t, 50, key.hash, &spot, &room), GM_OK);
    CHECK(room.bucket != NULL);
    check_refused(&t, &room, &key);
    table_fini(&t);
    init(&t, 26);
    for (uint64_t i = 0; i < 8; i++) {
        CHECK_EQ(gm_assign(t.map, &(glanced_key){2 * i, i << 56}, &cell), GM_OK);
    }
    CHECK_EQ(look_for_room(&t, 50, key.hash, &spot, &room), GM_OK);
    CHECK(room.bucket == NULL); /* the chain is full */
    check_refused(&t, &room, &key);
    t.map->noverflow = 4; /* as many as buckets */
    CHECK_EQ(look_for_room(&t, 50, 1, &spot, &room), GM_OK);
    CHECK(room.bucket != NULL);
    check_refused(&t, &room, &(glanced_key){50, 1});
    t.map->noverflow = 0;
    table_fini(&t);
}

static void
test_a_glance_writes_to_no_map_that_grows_or_has_no_buckets(void)
{
    table t;
    gmi_spot spot;
    gmi_room room;
    gm_cell cell;
    init(&t, 0);
    CHECK(look_for_room(&t, 2, 2, &spot, &room) == GM_NOT_CLEAR);
    CHECK(spot.bucket == NULL);
    CHECK_EQ(look_for(&t, 2, 2, &spot), GM_OK);
    CHECK(spot.bucket == NULL);
    table_fini(&t);
    init(&t, 52);
    for (uint64_t i = 0; i < 53; i++) {
        CHECK_EQ(gm_assign(t.map, &(glanced_key){2 * i, i}, &cell), GM_OK);
        memcpy(cell.elem, &i, sizeof i);
    }
    CHECK(gm_is_growing(t.map));
    for (uint64_t i = 0; i < 53; i++) {
        CHECK(look_for_room(&t, 2 * i, i, &spot, &room) == GM_NOT_CLEAR);
        CHECK(spot.bucket == NULL);
        CHECK_EQ(look_for(&t, 2 * i, i, &spot), GM_OK); /* old chains and new ones */
        check_at(&spot, 2 * i, i);
    }
    CHECK(gm_is_growing(t.map));
    table_fini(&t);
}

static const test_case cases[] = {
    {"the_same_key_is_found_without_a_call", test_the_same_key_is_found_without_a_call},
    {"an_equal_key_is_not_clear_and_not_called", test_an_equal_key_is_not_clear_and_not_called},
    {"another_hash_under_the_same_tophash_is_another_key",
     test_another_hash_under_the_same_tophash_is_another_key},
    {"an_absent_key_goes_where_there_is_room", test_an_absent_key_goes_where_there_is_room},
    {"erasing_at_a_spot_is_a_delete", test_erasing_at_a_spot_is_a_delete},
    {"a_glance_adds_no_overflow_bucket_and_starts_no_growth",
     test_a_glance_adds_no_overflow_bucket_and_starts_no_growth},
    {"a_glance_writes_to_no_map_that_grows_or_has_no_buckets",
     test_a_glance_writes_to_no_map_that_grows_or_has_no_buckets},
    {NULL, NULL},
};
const test_group glance_tests = {"glance", cases};
