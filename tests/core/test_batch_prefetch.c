/* test_batch_prefetch.c: gm_prefetch changes nothing, whatever the kind, its owner
 * and the state of the map. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "grow.h"
#include "hash.h"
#include "kind_swar.h"
#include "objects.h"
#include "test_batch_pointers.h"
#include "test_batch_twins.h"

#define LARGE 20000
/* Keys of every kind, each in a record with other things around it. */
#define RECORD 56

static void
prefetch_and_compare(gm_map *m, const unsigned char *keys, size_t stride, size_t n)
{
    uint64_t before = map_digest(m);
    gm_prefetch(m, keys, stride, n);
    CHECK_EQ(map_digest(m), before);
}

/* ---- plain kinds -------------------------------------------------------------------------- */

static void
prefetch_all_ways(twins *t, uint64_t range)
{
    key_set k = keys_drawn(t, GM_WAVE, range, 0);
    unsigned char *records = malloc(GM_WAVE * RECORD);
    CHECK(records != NULL);
    for (size_t i = 0; i < GM_WAVE; i++) {
        memcpy(records + i * RECORD, key_of(t, &k, i), t->kind->key_size);
    }
    const size_t sizes[] = {GM_WAVE, 0, 1, 8, GM_WAVE - 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        prefetch_and_compare(t->many.map, k.keys, t->kind->key_size, sizes[i]);
        prefetch_and_compare(t->many.map, records, RECORD, sizes[i]);
        prefetch_and_compare(t->many.map, k.keys, 0, sizes[i]); /* one key many times */
    }
    free(records);
    keys_free(&k);
}

static void
test_prefetch_changes_nothing(void)
{
    for (size_t i = 0; i < 2 * BATCH_KINDS; i++) {
        const batch_kind *kind = &batch_kinds[i / 2];
        uint64_t ids = kind->ids < 40000 ? kind->ids / 2 : LARGE;
        twins t;
        test_seed = i;
        twins_init(&t, &(twins_options){.kind = kind, .elem_size = i % 2 == 0 ? 8 : 2, .seed = i});
        prefetch_all_ways(&t, 100); /* without buckets */
        twins_fill(&t, 0, 53);
        prefetch_all_ways(&t, 100);
        twins_fill(&t, 53, ids - 53);
        prefetch_all_ways(&t, 2 * ids);
        uint64_t n = ids;
        while (!gm_is_growing(t.many.map)) {
            twins_fill(&t, n++, 1);
        }
        prefetch_all_ways(&t, 2 * ids);
        CHECK_EQ(gm_finish_growth(t.many.map), GM_OK);
        CHECK_EQ(gmi_start_growth(t.many.map), GM_OK); /* in the same size */
        prefetch_all_ways(&t, 2 * ids);
        twins_fini(&t);
    }
}

/* ---- kinds that store hashes -------------------------------------------------------------- */

typedef struct {
    const gm_kind *kind;
    size_t key_size;
    void (*write)(void *slot, uint64_t id, uint64_t hash);
} hashed_kind;

static void
write_bits(void *slot, uint64_t id, uint64_t hash)
{
    gm_hashed_bits64 key = {id, hash};
    memcpy(slot, &key, sizeof key);
}

/* Every 64th is a NaN. */
static double
number_of(uint64_t id)
{
    uint64_t nan_bits = UINT64_C(0x7ff8000000000000) | id;
    double x;
    memcpy(&x, &nan_bits, sizeof x);
    return id % 64 == 63 ? x : (double)id;
}

static void
write_float(void *slot, uint64_t id, uint64_t hash)
{
    gm_hashed_float64 key = {number_of(id), hash};
    memcpy(slot, &key, sizeof key);
}

static void
write_complex(void *slot, uint64_t id, uint64_t hash)
{
    gm_hashed_complex128 key = {{number_of(id), 1}, hash};
    memcpy(slot, &key, sizeof key);
}

static const hashed_kind hashed_kinds[] = {
    {&gm_kind_hashed_bits64, sizeof(gm_hashed_bits64), write_bits},
    {&gm_kind_swar_hashed64, sizeof(gm_hashed_bits64), write_bits},
    {&gm_kind_hashed_float64, sizeof(gm_hashed_float64), write_float},
    {&gm_kind_hashed_complex128, sizeof(gm_hashed_complex128), write_complex},
};

/* A wave of keys of which half are in the map, hashes crowded: chains go on. */
static void
prefetch_hashed(gm_map *m, const hashed_kind *kind, uint64_t entries)
{
    _Alignas(8) unsigned char keys[GM_WAVE * RECORD];
    for (uint64_t i = 0; i < GM_WAVE; i++) {
        uint64_t id = i * 2 * entries / GM_WAVE;
        kind->write(keys + i * RECORD, id, gm_hash_u64(id, 1) & ~UINT64_C(0xf));
    }
    prefetch_and_compare(m, keys, RECORD, GM_WAVE);
    prefetch_and_compare(m, keys, RECORD, 5);
}

static void
fill_and_prefetch_hashed(const hashed_kind *kind, uint16_t elem_size)
{
    test_memory memory;
    gm_map *m;
    memory_init(&memory);
    gm_type type = {kind->kind, NULL, elem_size, (uint16_t)kind->key_size, elem_size};
    gm_options o = {.type = &type, .allocator = &memory.allocator, .seed = 3};
    CHECK_EQ(gm_map_new(&o, &m), GM_OK);
    for (uint64_t id = 0; id < LARGE || !gm_is_growing(m); id++) {
        _Alignas(8) unsigned char key[GM_MAX_KEY_SIZE];
        gm_cell cell;
        if (id == 0 || id == 100 || id == LARGE) {
            prefetch_hashed(m, kind, id);
        }
        kind->write(key, id, gm_hash_u64(id, 1) & ~UINT64_C(0xf));
        one_assign(m, key, &cell);
    }
    prefetch_hashed(m, kind, LARGE);
    gm_map_free(m);
    memory_check_empty(&memory);
}

static void
test_prefetch_changes_nothing_where_hashes_are_stored(void)
{
    for (size_t i = 0; i < sizeof hashed_kinds / sizeof *hashed_kinds; i++) {
        fill_and_prefetch_hashed(&hashed_kinds[i], 8);
        fill_and_prefetch_hashed(&hashed_kinds[i], 4);
    }
}

/* ---- references --------------------------------------------------------------------------- */

static void
fail_when_called(void *context)
{
    (void)context;
    CHECK(false);
}

static bool
fail_when_compared(void *context)
{
    fail_when_called(context);
    return false;
}

/* Keys of n objects, of which the map knows the first half; the last are NaN. */
static void
prefetch_objects(gm_map *m, const object_key *known, uint64_t entries, uint64_t *hits)
{
    object_key keys[GM_WAVE];
    for (uint64_t i = 0; i < GM_WAVE; i++) {
        keys[i] = known[i * (2 * entries - 1) / (GM_WAVE - 1)];
    }
    uint64_t references = objects_references(), before = pointers_fetched;
    objects_on_release(fail_when_called, NULL);
    objects_on_equality(fail_when_compared);
    prefetch_and_compare(m, (const unsigned char *)keys, sizeof *keys, GM_WAVE);
    prefetch_and_compare(m, (const unsigned char *)known, sizeof *known, 1);
    objects_on_release(NULL, NULL);
    objects_on_equality(NULL);
    CHECK_EQ(objects_references(), references);
    *hits = pointers_fetched - before;
}

static object_key *
objects_new(uint64_t n)
{
    object_key *keys = calloc(n, sizeof *keys);
    CHECK(keys != NULL);
    for (uint64_t i = 0; i < n; i++) {
        keys[i] = (object_key){object_new((uint32_t)i, i % 50 == 49), gm_hash_u64(i, 9)};
    }
    return keys;
}

static void
store_object(gm_map *m, const gm_owner *owner, const object_key *key)
{
    gm_cell cell;
    one_assign(m, key, &cell);
    CHECK(cell.inserted);
    owner->retain_key(key);
    uint64_t elem = owner->retain_elem != NULL ? key->object : 1; /* 1: nobody's address */
    memcpy(cell.elem, &elem, sizeof elem);
    if (owner->retain_elem != NULL) {
        owner->retain_elem(cell.elem);
    }
}

static void
fill_and_prefetch_objects(const gm_kind *kind, const gm_owner *owner)
{
    test_memory memory;
    gm_map *m;
    uint64_t hits;
    object_key *keys = objects_new(2 * LARGE);
    memory_init(&memory);
    gm_type type = {kind, owner, 8, 8, 8};
    gm_options o = {.type = &type, .allocator = &memory.allocator, .seed = 3};
    CHECK_EQ(gm_map_new(&o, &m), GM_OK);
    prefetch_objects(m, keys, 100, &hits);
    CHECK_EQ(hits, 0);
    for (uint64_t i = 0; i < LARGE; i++) {
        store_object(m, owner, &keys[i]);
    }
    prefetch_objects(m, keys, LARGE, &hits);
    CHECK(kind == &gm_kind_pointers ? hits > GM_WAVE / 3 : hits == 0);
    CHECK_EQ(gmi_start_growth(m), GM_OK);
    prefetch_objects(m, keys, LARGE, &hits);
    gm_map_free(m);
    memory_check_empty(&memory);
    for (uint64_t i = 0; i < 2 * LARGE; i++) {
        object_owner.release_key(&keys[i]);
    }
    CHECK_EQ(objects_alive(), 0);
    free(keys);
}

static void
test_prefetch_changes_nothing_where_cells_hold_references(void)
{
    const gm_owner keys_only = {object_owner.retain_key, object_owner.release_key, NULL, NULL};
    fill_and_prefetch_objects(&gm_kind_stranger, &object_owner);
    fill_and_prefetch_objects(&gm_kind_pointers, &object_owner);
    fill_and_prefetch_objects(&gm_kind_pointers, &keys_only);
}

static const test_case cases[] = {
    {"prefetch_changes_nothing", test_prefetch_changes_nothing},
    {"prefetch_changes_nothing_where_hashes_are_stored",
     test_prefetch_changes_nothing_where_hashes_are_stored},
    {"prefetch_changes_nothing_where_cells_hold_references",
     test_prefetch_changes_nothing_where_cells_hold_references},
    {NULL, NULL},
};
const test_group batch_prefetch_tests = {"batch_prefetch", cases};
