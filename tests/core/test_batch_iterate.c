/* test_batch_iterate.c: iterators that live while batches write keep Go's promise:
 * what is there all the time is shown once, what is deleted is not shown, what is
 * new may be.  And the last entry's deletion in the middle of a wave. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "hash.h"
#include "next.h"
#include "table.h"

#define IDS 80000
#define WATCHERS 3
#define MOST 40000

typedef struct {
    gm_iter it;
    bool on;
    uint64_t since; /* births when it was made */
    uint64_t shown[IDS];
} watcher;

typedef struct {
    table t;
    uint64_t rng, births, range;
    uint64_t born[IDS]; /* which insertion put it in; 0: it is not in the map */
    uint64_t value[IDS];
    watcher watchers[WATCHERS];
    uint64_t keys[MOST], values[MOST];
    uint8_t inserted[MOST / 8 + 1];
} watched;

static uint64_t
draw(watched *w, uint64_t below)
{
    return gm_splitmix(&w->rng) % below;
}

static watched *
watched_new(uint64_t range, uint64_t seed)
{
    watched *w = calloc(1, sizeof *w);
    CHECK(w != NULL && range <= IDS);
    test_seed = seed;
    w->range = range;
    w->rng = seed;
    table_init(&w->t, &(table_options){&gm_kind_bits64, 0, seed, false});
    return w;
}

/* ---- iterators ------------------------------------------------------------------------------ */

static void
check_complete(const watched *w, const watcher *i)
{
    for (size_t id = 0; id < w->range; id++) {
        if (w->born[id] != 0 && w->born[id] <= i->since) {
            CHECK_EQ(i->shown[id], w->born[id]);
        }
    }
}

static void
advance(watched *w, watcher *i, uint64_t n)
{
    for (; i->on && n > 0; n--) {
        gm_cell cell;
        uint64_t id, value;
        CHECK_EQ(next_entry(&i->it, &cell), GM_OK);
        if (cell.key == NULL) {
            i->on = false;
            gm_iter_fini(&i->it);
            check_complete(w, i);
            return;
        }
        memcpy(&id, cell.key, sizeof id);
        memcpy(&value, cell.elem, sizeof value);
        CHECK(id < w->range && w->born[id] != 0);
        CHECK_EQ(value, w->value[id]);
        CHECK(i->shown[id] != w->born[id]);
        i->shown[id] = w->born[id];
    }
}

static void
start(watched *w, watcher *i)
{
    gm_iter_init(&i->it, w->t.map, draw(w, 2) == 0);
    i->on = true;
    i->since = w->births;
    memset(i->shown, 0, sizeof i->shown);
}

static void
start_or_advance_some(watched *w)
{
    for (unsigned i = 0; i < WATCHERS; i++) {
        watcher *one = &w->watchers[i];
        if (!one->on && draw(w, 3) == 0) {
            start(w, one);
        }
        advance(w, one, draw(w, 2) == 0 ? draw(w, 20) : draw(w, w->range / 2));
    }
}

static void
watched_free(watched *w)
{
    for (unsigned i = 0; i < WATCHERS; i++) {
        advance(w, &w->watchers[i], UINT64_MAX);
    }
    table_fini(&w->t);
    free(w);
}

/* ---- batches --------------------------------------------------------------------------------- */

static bool
add(void *elem, const void *delta)
{
    uint64_t a, b;
    memcpy(&a, elem, sizeof a);
    memcpy(&b, delta, sizeof b);
    a += b;
    memcpy(elem, &a, sizeof a);
    return true;
}

static void
draw_keys(watched *w, size_t n, bool in_order)
{
    for (size_t i = 0; i < n; i++) {
        w->keys[i] = in_order ? i % w->range : draw(w, w->range);
        w->values[i] = draw(w, 1000);
    }
}

static void
write_batch(watched *w, size_t n, bool adds)
{
    const uint64_t zero = 17;
    memset(w->inserted, 0, sizeof w->inserted);
    gm_writes batch = {w->keys, n, w->values, 8, adds ? add : NULL, &zero, w->inserted, 0, false};
    CHECK_EQ(gm_assign_many(w->t.map, &batch), GM_OK);
    for (size_t i = 0; i < n; i++) {
        uint64_t id = w->keys[i];
        bool is_new = w->born[id] == 0;
        CHECK_EQ(w->inserted[i >> 3] >> (i & 7) & 1, is_new);
        if (is_new) {
            w->born[id] = ++w->births;
        }
        w->value[id] = w->values[i] + (adds ? is_new ? zero : w->value[id] : 0);
    }
}

static void
delete_batch(watched *w, size_t n)
{
    size_t removed, want = 0;
    CHECK_EQ(gm_delete_many(w->t.map, w->keys, n, &removed), GM_OK);
    for (size_t i = 0; i < n; i++) {
        want += w->born[w->keys[i]] != 0;
        w->born[w->keys[i]] = 0;
    }
    CHECK_EQ(removed, want);
}

/* Batches of up to `most` keys of all sorts, iterators going on between them. */
static void
run_watched(uint64_t range, uint64_t most, unsigned rounds, uint64_t seed)
{
    watched *w = watched_new(range, seed);
    for (unsigned i = 0; i < rounds; i++) {
        size_t n = 1 + (size_t)draw(w, draw(w, 3) == 0 ? most : most / 10 + 1);
        uint64_t what = draw(w, 10);
        draw_keys(w, n, what == 0);
        if (what == 9) { /* all, and a new seed */
            draw_keys(w, range, true);
            delete_batch(w, range);
        }
        else if (what >= 6) {
            delete_batch(w, n);
        }
        else {
            write_batch(w, n, what % 2 == 0);
        }
        if (draw(w, 12) == 0) {
            CHECK_EQ(gm_shrink(w->t.map), GM_OK);
        }
        start_or_advance_some(w);
    }
    watched_free(w);
}

static void
test_iterators_live_through_batches(void)
{
    for (uint64_t seed = 0; seed < 150; seed++) {
        run_watched(20 + seed * 4, 600, 60, seed);
    }
}

static void
test_iterators_live_through_batches_on_large_maps(void)
{
    for (uint64_t seed = 0; seed < 4; seed++) {
        run_watched(MOST, MOST, 30, 1000 + seed);
    }
}

/* Begun before a map grows ahead, an iterator has all of it to show afterwards. */
static void
test_iterators_live_through_growing_ahead(void)
{
    for (uint64_t entries = 30; entries <= 30000; entries *= 10) {
        watched *w = watched_new(IDS, entries);
        draw_keys(w, entries, true);
        write_batch(w, entries, false);
        for (unsigned i = 0; i < WATCHERS; i++) {
            start(w, &w->watchers[i]);
            advance(w, &w->watchers[i], i * entries / 3);
        }
        for (size_t i = 0; i < MOST; i++) {
            w->keys[i] = IDS - 1 - i;
        }
        write_batch(w, MOST, true);
        draw_keys(w, entries, false);
        delete_batch(w, entries);
        watched_free(w);
    }
}

/* ---- the last entry -------------------------------------------------------------------------- */

/* Keys 0 ... n - 1 are in; the batch deletes them, the last of them at `last`,
 * between keys that are absent or gone already. */
static void
delete_to_the_last(uint64_t n, size_t more, bool fixed_seed)
{
    table t;
    size_t removed = 99, size = n + 2 * more;
    uint64_t *keys = calloc(size, sizeof *keys), elem = 0;
    CHECK(keys != NULL);
    table_init(&t, &(table_options){&gm_kind_bits64, n, 7, fixed_seed});
    for (uint64_t i = 0; i < n + more; i++) { /* some repeated before the last */
        keys[i] = i < n - 1 ? i : i < n + more - 1 ? i / 2 % (n - 1) : n - 1;
    }
    for (size_t i = n + more; i < size; i++) {
        keys[i] = i % 3 == 0 ? 1000000 + i : i % n;
    }
    for (unsigned round = 0; round < 2; round++) {
        uint64_t hash0 = gm_hash0(t.map), reseeds = table_stats(&t).reseeds;
        gm_writes w = {.keys = keys, .n = n + more, .values = keys, .stride = 8};
        CHECK_EQ(gm_assign_many(t.map, &w), GM_OK);
        CHECK_EQ(gm_count(t.map), n);
        CHECK_EQ(gm_delete_many(t.map, keys, size, &removed), GM_OK);
        CHECK_EQ(removed, n);
        CHECK_EQ(gm_count(t.map), 0);
        CHECK_EQ(gm_hash0(t.map) == hash0, fixed_seed);
        CHECK_EQ(table_stats(&t).reseeds - reseeds, !fixed_seed);
        CHECK(!get(&t, n - 1, &elem));
        CHECK_EQ(gm_delete_many(t.map, keys, size, &removed), GM_OK);
        CHECK_EQ(removed, 0);
    }
    free(keys);
    table_fini(&t);
}

static void
test_the_last_entry_goes_in_the_middle_of_a_wave(void)
{
    const uint64_t sizes[] = {2, 3, 50, GM_WAVE - 1, GM_WAVE, GM_WAVE + 1, 1000, 20000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        test_seed = sizes[i];
        delete_to_the_last(sizes[i], 0, false);
        delete_to_the_last(sizes[i], 30, false);
        delete_to_the_last(sizes[i], 30, true);
        delete_to_the_last(sizes[i], 20000, false);
    }
}

static const test_case cases[] = {
    {"iterators_live_through_batches", test_iterators_live_through_batches},
    {"iterators_live_through_batches_on_large_maps",
     test_iterators_live_through_batches_on_large_maps},
    {"iterators_live_through_growing_ahead", test_iterators_live_through_growing_ahead},
    {"the_last_entry_goes_in_the_middle_of_a_wave",
     test_the_last_entry_goes_in_the_middle_of_a_wave},
    {NULL, NULL},
};
const test_group batch_iterate_tests = {"batch_iterate", cases};
