/* test_record_batch.c: a batch tells what its keys' single calls would have told. */
#include "check.h"
#include "hash.h"
#include "table.h"
#include "test_record_witness.h"

#include <stdlib.h>
#include <string.h>

#define KEYS 600

typedef struct {
    unsigned char keys[KEYS * GM_MAX_KEY_SIZE];
    uint64_t values[KEYS];
    size_t n;
} batch;

static const uint64_t zero;

static void
finish(table *t, witness *w)
{
    witness_check(w);
    witness_stop(w);
    table_fini(t);
    free(w);
}

/* *elem += *delta, up to 60. */
static bool
add_up_to_60(void *elem, const void *delta)
{
    uint64_t a, b;
    memcpy(&a, elem, sizeof a);
    memcpy(&b, delta, sizeof b);
    a += b;
    if (a > 60) {
        return false;
    }
    memcpy(elem, &a, sizeof a);
    return true;
}

static void
batch_of(batch *b, const key_sort *sort, const uint32_t *ids, size_t n, uint64_t value)
{
    b->n = n;
    for (size_t i = 0; i < n; i++) {
        sort->write(b->keys + i * sort->go_key_size, ids[i], false, 0);
        b->values[i] = value;
    }
}

static gm_writes
writes_of(const batch *b, gm_add add)
{
    return (gm_writes){.keys = b->keys,
                       .n = b->n,
                       .values = b->values,
                       .stride = sizeof *b->values,
                       .add = add,
                       .zero = &zero};
}

static void
test_a_batch_tells_each_key(void)
{
    table t;
    batch b;
    size_t removed;
    witness *w = witness_of_table(&t, SORT_BITS64, 100);
    batch_of(&b, SORT_BITS64, (const uint32_t[]){1, 2, 1, 3}, 4, 5);
    gm_writes writes = writes_of(&b, NULL);
    CHECK_EQ(gm_assign_many(t.map, &writes), GM_OK);
    CHECK(w->events[0].id == 1 && w->events[1].id == 2 && w->events[2].id == 1);
    CHECK_EQ(w->events[2].bucket, w->events[0].bucket);
    CHECK_EQ(w->events[2].cell, w->events[0].cell);
    witness_expect(w, "AAUA");
    writes = writes_of(&b, add_up_to_60);
    CHECK_EQ(gm_assign_many(t.map, &writes), GM_OK);
    witness_expect(w, "UUUU");
    batch_of(&b, SORT_BITS64, (const uint32_t[]){1, 9, 2, 2, 3, 1}, 6, 0);
    CHECK_EQ(gm_delete_many(t.map, b.keys, b.n, &removed), GM_OK);
    CHECK_EQ(removed, 3);
    witness_expect(w, "DDDR");
    finish(&t, w);
}

static void
test_a_sum_out_of_range_takes_its_new_entry_back(void)
{
    table t;
    batch b;
    witness *w = witness_of_table(&t, SORT_BITS64, 100);
    batch_of(&b, SORT_BITS64, (const uint32_t[]){1, 2, 3}, 3, 10);
    b.values[1] = 61;
    gm_writes writes = writes_of(&b, add_up_to_60);
    CHECK_EQ(gm_assign_many(t.map, &writes), GM_RANGE);
    CHECK_EQ(w->events[2].id, 2);
    witness_expect(w, "AAD");
    batch_of(&b, SORT_BITS64, (const uint32_t[]){1}, 1, 51);
    writes = writes_of(&b, add_up_to_60);
    CHECK_EQ(gm_assign_many(t.map, &writes), GM_RANGE);
    witness_expect(w, ""); /* it is as it was */
    finish(&t, w);
    w = witness_of_table(&t, SORT_FLOAT64, 100);
    batch_of(&b, SORT_FLOAT64, (const uint32_t[]){NAN_IDS + 1}, 1, 61);
    writes = writes_of(&b, add_up_to_60);
    CHECK_EQ(gm_assign_many(t.map, &writes), GM_RANGE);
    witness_expect(w, "ADR");
    finish(&t, w);
}

static void
test_growing_ahead_of_a_batch_is_told(void)
{
    table t;
    batch b = {.n = 200};
    witness *w = witness_of_table(&t, SORT_BITS64, 0);
    for (uint64_t i = 0; i < b.n; i++) {
        memcpy(b.keys + i * sizeof i, &i, sizeof i);
    }
    gm_writes writes = writes_of(&b, NULL);
    CHECK_EQ(gm_assign_many(t.map, &writes), GM_OK);
    CHECK(strncmp(w->letters, "BAAAA", 5) == 0);
    CHECK_EQ(w->counts[GM_REBUILT], 1);
    CHECK_EQ(w->counts[GM_ASSIGNED], 200);
    CHECK_EQ(w->told, 201);
    finish(&t, w);
}

/* ---- at random -------------------------------------------------------------------------- */

static void
draw_batch(batch *b, const key_sort *sort, uint64_t *rng)
{
    uint64_t range = 1 + gm_splitmix(rng) % 250;
    uint64_t specials = sort->has_nan ? gm_splitmix(rng) % 8 : 0;
    b->n = 1 + gm_splitmix(rng) % (gm_splitmix(rng) % 4 == 0 ? KEYS : 40);
    for (size_t i = 0; i < b->n; i++) {
        uint64_t draw = gm_splitmix(rng);
        bool is_nan = draw >> 32 & specials & 1;
        uint32_t id = (uint32_t)(is_nan ? NAN_IDS + draw % 50 : draw % range);
        sort->write(b->keys + i * sort->go_key_size, id, draw >> 40 & 1, 0);
        b->values[i] = draw >> 48 & 15;
    }
}

/* Any batch, or the end of a growth, at times with too little memory. */
static void
step(table *t, const key_sort *sort, uint64_t *rng)
{
    batch b;
    size_t removed;
    gm_status status = GM_OK;
    draw_batch(&b, sort, rng);
    gm_writes writes = writes_of(&b, gm_splitmix(rng) % 2 ? add_up_to_60 : NULL);
    writes.keeps_keys = gm_splitmix(rng) % 2;
    t->memory.fail_in = gm_splitmix(rng) % 4 == 0 ? 1 + gm_splitmix(rng) % 6 : 0;
    switch (gm_splitmix(rng) % 8) {
    case 0:
    case 1:
    case 2:
        status = gm_delete_many(t->map, b.keys, b.n, &removed);
        break;
    case 3:
        status = gm_splitmix(rng) % 2 ? gm_shrink(t->map) : gm_finish_growth(t->map);
        break;
    default:
        status = gm_assign_many(t->map, &writes);
        break;
    }
    CHECK(status == GM_OK || status == GM_RANGE || t->memory.failed);
    t->memory.fail_in = 0;
    t->memory.failed = false;
}

static void
test_random_batches_tell_everything_once_and_truly(void)
{
    for (unsigned k = 0; k < PLAIN_SORTS; k++) {
        table t;
        test_seed = 40 + k;
        uint64_t rng = test_seed;
        witness *w = witness_of_table(&t, &key_sorts[k], k % 2 ? 100 : 0);
        for (unsigned i = 0; i < 250; i++) {
            step(&t, &key_sorts[k], &rng);
            witness_check(w);
        }
        CHECK(w->counts[GM_ASSIGNED] > 500 && w->counts[GM_DELETED] > 500);
        CHECK(w->counts[GM_UPDATED] > 500 && w->counts[GM_EVACUATED_BUCKET] > 0);
        CHECK(w->counts[GM_REBUILT] > 0);
        finish(&t, w);
    }
}

static const test_case cases[] = {
    {"a_batch_tells_each_key", test_a_batch_tells_each_key},
    {"a_sum_out_of_range_takes_its_new_entry_back",
     test_a_sum_out_of_range_takes_its_new_entry_back},
    {"growing_ahead_of_a_batch_is_told", test_growing_ahead_of_a_batch_is_told},
    {"random_batches_tell_everything_once_and_truly",
     test_random_batches_tell_everything_once_and_truly},
    {NULL, NULL},
};
const test_group record_batch_tests = {"record_batch", cases};
