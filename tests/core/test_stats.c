/* test_stats.c: figures, visits and walks, recounted by hand. */
#include <string.h>

#include "check.h"
#include "grow.h"
#include "table.h"

/* ---- a second count of everything, from a visit of every bucket -------------------------- */

#define LENGTHS 200 /* no chain here is that long */

typedef struct {
    gm_stats want;
    uint64_t lengths[LENGTHS];
    bool evacuated[4096]; /* old chains */
    size_t nold;
    bool reachable; /* the chain being shown */
    bool old;
    uint64_t entries; /* in it */
    size_t length;    /* overflow buckets in it */
    bool any;
} recount;

static void
end_chain(recount *r)
{
    gm_stats *w = &r->want;
    if (!r->any) {
        return;
    }
    *(r->old ? &w->old_overflow_buckets : &w->overflow_buckets) += r->length;
    if (r->reachable) {
        w->chains++;
        w->chains_with_overflow += r->length > 0;
        w->bucket_total += 1 + r->length;
        w->present_entries += r->old ? 0 : r->entries;
        for (uint64_t n = 1; n <= r->entries; n++) {
            w->hit_total += n;
        }
        CHECK(r->length < LENGTHS);
        r->lengths[r->length]++;
        w->longest_chain = r->length > w->longest_chain ? r->length : w->longest_chain;
    }
}

static void
begin_chain(recount *r, const gm_bucket_view *b)
{
    end_chain(r);
    bool moved = b->tophash[0] > GM_EMPTY_ONE && b->tophash[0] < GM_MIN_TOPHASH;
    if (b->old) {
        r->evacuated[b->chain] = moved;
        r->want.evacuated += moved;
    }
    r->any = true;
    r->old = b->old;
    r->entries = 0;
    r->length = 0;
    r->reachable = b->old ? !moved : r->nold == 0 || r->evacuated[b->chain & (r->nold - 1)];
}

static gm_status
see(void *context, const gm_bucket_view *b)
{
    recount *r = context;
    uint64_t occupied = 0;
    if (b->position == 0) {
        begin_chain(r, b);
    }
    CHECK_EQ(b->position, b->position == 0 ? 0 : r->length + 1);
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        bool is_entry = b->tophash[i] >= GM_MIN_TOPHASH;
        CHECK_EQ(is_entry, b->key[i] != NULL);
        CHECK_EQ(is_entry, b->elem[i] != NULL);
        occupied += is_entry;
        r->want.tophash_counts[b->tophash[i]] += is_entry;
    }
    r->length = b->position;
    r->entries += occupied;
    if (b->position == 0 && r->reachable) {
        r->want.occupancy[occupied]++;
    }
    return GM_OK;
}

static void
check_figures(const gm_stats *got, const gm_stats *want)
{
    CHECK_EQ(got->overflow_buckets, want->overflow_buckets);
    CHECK_EQ(got->old_overflow_buckets, want->old_overflow_buckets);
    CHECK_EQ(got->chains, want->chains);
    CHECK_EQ(got->chains_with_overflow, want->chains_with_overflow);
    CHECK_EQ(got->bucket_total, want->bucket_total);
    CHECK_EQ(got->hit_total, want->hit_total);
    CHECK_EQ(got->longest_chain, want->longest_chain);
    CHECK_EQ(got->present_entries, want->present_entries);
    CHECK_EQ(got->evacuated, want->evacuated);
    CHECK(memcmp(got->occupancy, want->occupancy, sizeof got->occupancy) == 0);
    CHECK(memcmp(got->tophash_counts, want->tophash_counts, sizeof got->tophash_counts) == 0);
}

static void
check_stats(const table *t)
{
    static recount r;
    gm_stats got = table_stats(t);
    memset(&r, 0, sizeof r);
    r.nold = got.header.old_buckets;
    CHECK_EQ(gm_visit(t->map, SIZE_MAX, see, &r), GM_OK);
    end_chain(&r);
    check_figures(&got, &r.want);
    uint64_t lengths[LENGTHS];
    gm_chain_lengths(t->map, lengths, got.longest_chain + 1);
    CHECK(memcmp(lengths, r.lengths, (got.longest_chain + 1) * sizeof *lengths) == 0);
    size_t bytes =
        got.bytes_header + got.bytes_buckets + got.bytes_overflow + got.bytes_old + got.bytes_spare;
    CHECK_EQ(bytes, gm_memory(t->map));
    CHECK_EQ(bytes, t->memory.outstanding);
    uint64_t cells = 8 * (got.header.buckets + got.overflow_buckets);
    CHECK_EQ(got.bytes_empty_slots,
             (cells - got.present_entries) * (got.header.key_size + got.header.elem_size));
}

static void
test_stats_are_what_a_visit_counts(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 1500; i++) {
        put(&t, i, i);
        if (i % 3 == 0) {
            del(&t, i / 2);
        }
        if (i % 7 == 0) {
            check_stats(&t);
        }
    }
    table_fini(&t);
}

static void
test_stats_of_crowded_chains(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 0, 1, false});
    for (uint64_t i = 0; i < 1200; i++) {
        put_hashed(&t, i, i % 5 == 0 ? i : 3, i);
        if (i % 9 == 0) {
            check_stats(&t);
        }
    }
    CHECK(table_stats(&t).longest_chain > 100);
    table_fini(&t);
}

static void
test_stats_of_a_map_without_buckets(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    gm_stats s = table_stats(&t);
    CHECK_EQ(s.header.buckets, 1);
    CHECK_EQ(s.chains, 1);
    CHECK_EQ(s.occupancy[0], 1);
    uint64_t lengths[1];
    gm_chain_lengths(t.map, lengths, 1);
    CHECK_EQ(lengths[0], 1);
    CHECK_EQ(s.bytes_header, gm_memory(t.map));
    CHECK_EQ(s.bytes_buckets + s.bytes_overflow + s.bytes_old + s.bytes_spare, 0);
    table_fini(&t);
}

/* ---- visits and walks -------------------------------------------------------------------- */

/* ---- entries of each chain ---------------------------------------------------------------- */

#define COUNTED 64 /* no array here has more chains */

typedef struct {
    uint8_t want[2][COUNTED]; /* present, old */
} chain_counts;

static gm_status
count_in_chain(void *context, const gm_bucket_view *b)
{
    chain_counts *c = context;
    CHECK(b->chain < COUNTED);
    uint8_t *count = &c->want[b->old][b->chain];
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        bool is_entry = b->tophash[i] >= GM_MIN_TOPHASH;
        bool is_evacuated = b->tophash[i] > GM_EMPTY_ONE && !is_entry;
        *count = is_evacuated ? GM_COUNTS_EVACUATED
                              : (uint8_t)(*count + (is_entry && *count < GM_COUNTS_MOST));
    }
    return GM_OK;
}

static void
check_chain_counts(const table *t)
{
    chain_counts c = {{{0}, {0}}};
    gm_header h = table_header(t);
    CHECK_EQ(gm_visit(t->map, SIZE_MAX, count_in_chain, &c), GM_OK);
    for (unsigned old = 0; old < 2; old++) {
        uint8_t got[COUNTED + 1];
        size_t n = old ? h.old_buckets : h.buckets;
        memset(got, 77, sizeof got);
        gm_chain_counts(t->map, old, got, n);
        CHECK(memcmp(got, c.want[old], n) == 0);
        CHECK_EQ(got[n], 77);
    }
}

static void
test_chain_counts_are_what_a_visit_counts(void)
{
    table t;
    uint64_t growing = 0;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    check_chain_counts(&t);
    for (uint64_t i = 0; i < 400; i++) {
        put(&t, i, i);
        if (i % 3 == 0) {
            del(&t, i / 2);
        }
        check_chain_counts(&t);
        growing += table_header(&t).growing;
    }
    CHECK(growing > 20);
    table_fini(&t);
}

/* 253, 254, 255 and 300 entries, then an empty chain that has moved. */
static void
test_chain_counts_end_at_254_and_255_says_evacuated(void)
{
    const uint64_t sizes[] = {253, 254, 255, 300};
    const uint8_t want[] = {253, 254, 254, 254, 0};
    uint8_t got[2048];
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 1600, 1, false});
    for (uint64_t chain = 0; chain < 4; chain++) {
        for (uint64_t n = 0; n < sizes[chain]; n++) {
            put_hashed(&t, chain * 1000 + n, chain, n);
        }
    }
    CHECK_EQ(table_header(&t).B, 8);
    gm_chain_counts(t.map, false, got, 5);
    CHECK(memcmp(got, want, 5) == 0);
    CHECK(del_hashed(&t, 2000, 2)); /* 254 are left */
    gm_chain_counts(t.map, false, got, 5);
    CHECK(memcmp(got, want, 5) == 0);
    gm_chain_counts(t.map, true, got, 5); /* there is no old array */
    CHECK(memcmp(got, (const uint8_t[5]){0}, 5) == 0);
    CHECK_EQ(gmi_start_growth(t.map), GM_OK);
    CHECK(!del_hashed(&t, 9, 5)); /* moves 5 and 0 */
    gm_chain_counts(t.map, true, got, 6);
    CHECK(memcmp(got, (const uint8_t[]){255, 254, 254, 254, 0, 255}, 6) == 0);
    gm_chain_counts(t.map, false, got, 6);
    CHECK(memcmp(got, (const uint8_t[]){253, 0, 0, 0, 0, 0}, 6) == 0);
    table_fini(&t);
}

/* ---- the first and the last chains ---------------------------------------------------------- */

typedef struct {
    size_t most, n[2]; /* chains of the present, of the old array */
    size_t seen[2];
    size_t next_position, overflow;
    bool old_is_over;
} visit_ends;

/* The number of the chain that comes k-th among those shown of n. */
static size_t
shown_chain(size_t k, size_t n, size_t most)
{
    size_t first = most - most / 2;
    return n <= most || k < first ? k : n - most + k;
}

static gm_status
see_end(void *context, const gm_bucket_view *b)
{
    visit_ends *v = context;
    if (b->position == 0) {
        CHECK(b->old ? !v->old_is_over : true);
        v->old_is_over |= !b->old;
        CHECK_EQ(b->chain, shown_chain(v->seen[b->old], v->n[b->old], v->most));
        v->seen[b->old]++;
        v->next_position = 0;
    }
    CHECK_EQ(b->position, v->next_position);
    v->overflow += b->position > 0;
    v->next_position++;
    return GM_OK;
}

static size_t
check_ends(const table *t, size_t most)
{
    gm_header h = table_header(t);
    visit_ends v = {.most = most, .n = {h.has_buckets ? h.buckets : 0, h.old_buckets}};
    CHECK_EQ(gm_visit(t->map, most, see_end, &v), GM_OK);
    for (unsigned old = 0; old < 2; old++) {
        CHECK_EQ(v.seen[old], v.n[old] < most ? v.n[old] : most);
    }
    return v.overflow;
}

static void
test_a_visit_of_the_ends_shows_as_many_chains_as_wanted(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    check_ends(&t, 2);                   /* no array yet */
    for (uint64_t i = 0; i < 300; i++) { /* up to 64 chains, growing and not */
        put(&t, i, i);
        for (size_t most = 2; most < 9; most++) {
            check_ends(&t, most);
        }
        for (size_t most = 14; most < 68; most += most % 16 == 1 ? 13 : 1) { /* 15 16 17, 31 .. */
            check_ends(&t, most);
        }
        check_ends(&t, SIZE_MAX);
    }
    table_fini(&t);
}

static void
test_a_visit_of_the_ends_shows_whole_chains(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 200, 1, false});
    for (uint64_t n = 0; n < 20; n++) { /* three buckets in 0, 15, 16 and 31 of 32 */
        for (uint64_t i = 0; i < 4; i++) {
            put_hashed(&t, n * 4 + i, i / 2 * 16 + i % 2 * 15, n);
        }
    }
    CHECK_EQ(table_header(&t).B, 5);
    CHECK_EQ(check_ends(&t, 2), 4);
    CHECK_EQ(check_ends(&t, 30), 4);
    CHECK_EQ(check_ends(&t, 31), 6); /* chains 0 ... 15 and 17 ... 31 */
    CHECK_EQ(check_ends(&t, 32), 8);
    table_fini(&t);
}

static gm_status
stop_at_once(void *context, const gm_bucket_view *bucket)
{
    *(uint64_t *)context += 1 + bucket->position;
    return GM_CALL_FAILED;
}

static void
test_a_visit_ends_when_the_callback_says_so(void)
{
    table t;
    uint64_t calls = 0;
    table_init(&t, &(table_options){&gm_kind_bits64, 20, 1, false});
    CHECK_EQ(gm_visit(t.map, SIZE_MAX, stop_at_once, &calls), GM_CALL_FAILED);
    CHECK_EQ(calls, 1);
    table_fini(&t);
}

static gm_status
change(void *context, const gm_bucket_view *bucket)
{
    put(context, 1000 + bucket->chain, 1);
    return GM_OK;
}

static void
test_a_visit_notices_changes(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 20, 1, false});
    put(&t, 1, 1);
    CHECK_EQ(gm_visit(t.map, SIZE_MAX, change, &t), GM_CHANGED);
    table_fini(&t);
}

static void
test_a_walk_meets_every_entry_once_at_every_stage_of_a_growth(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits64, 52, 1, false});
    for (uint64_t n = 0; n < 110;) {
        bool met[110] = {false};
        uint64_t entries = 0;
        gm_walk walk;
        gm_cell cell;
        put(&t, n, n);
        n++;
        for (gm_walk_init(&walk, t.map); gm_walk_next(&walk, &cell); entries++) {
            uint64_t key;
            memcpy(&key, cell.key, sizeof key);
            CHECK(key < n && !met[key]);
            met[key] = true;
        }
        CHECK(!walk.changed);
        CHECK_EQ(entries, n);
        CHECK(!gm_walk_next(&walk, &cell));
    }
    CHECK_EQ(table_header(&t).flags, 0);
    table_fini(&t);
}

static void
test_a_walk_ends_when_the_map_changes(void)
{
    table t;
    gm_walk walk;
    gm_cell cell;
    table_init(&t, &(table_options){&gm_kind_bits64, 52, 1, false});
    put(&t, 1, 1);
    put(&t, 2, 2);
    gm_walk_init(&walk, t.map);
    CHECK(gm_walk_next(&walk, &cell));
    put(&t, 1, 3); /* present: nothing lies elsewhere */
    CHECK(gm_walk_next(&walk, &cell));
    put(&t, 3, 3);
    CHECK(!gm_walk_next(&walk, &cell));
    CHECK(walk.changed);
    table_fini(&t);
}

static const test_case cases[] = {
    {"stats_are_what_a_visit_counts", test_stats_are_what_a_visit_counts},
    {"stats_of_crowded_chains", test_stats_of_crowded_chains},
    {"stats_of_a_map_without_buckets", test_stats_of_a_map_without_buckets},
    {"chain_counts_are_what_a_visit_counts", test_chain_counts_are_what_a_visit_counts},
    {"chain_counts_end_at_254_and_255_says_evacuated",
     test_chain_counts_end_at_254_and_255_says_evacuated},
    {"a_visit_of_the_ends_shows_as_many_chains_as_wanted",
     test_a_visit_of_the_ends_shows_as_many_chains_as_wanted},
    {"a_visit_of_the_ends_shows_whole_chains", test_a_visit_of_the_ends_shows_whole_chains},
    {"a_visit_ends_when_the_callback_says_so", test_a_visit_ends_when_the_callback_says_so},
    {"a_visit_notices_changes", test_a_visit_notices_changes},
    {"a_walk_meets_every_entry_once_at_every_stage_of_a_growth",
     test_a_walk_meets_every_entry_once_at_every_stage_of_a_growth},
    {"a_walk_ends_when_the_map_changes", test_a_walk_ends_when_the_map_changes},
    {NULL, NULL},
};
const test_group stats_tests = {"stats", cases};
