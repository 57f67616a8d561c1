/* engine_look.c: looking inside, which changes nothing, and must say what the model says. */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include "kind.h"

/* ---- everything at once ----------------------------------------------------------------------- */

void
engine_copy_out(engine *e)
{
    subject *s = e->s;
    const size_t key_size = s->type.kind->key_size, elem_size = s->type.elem_size;
    uint64_t how = engine_draw(e, 3);
    unsigned char *keys = malloc(s->count * key_size), *elems = malloc(s->count * elem_size);
    bool *seen = calloc(IDS, sizeof *seen);
    CHECK(keys != NULL && elems != NULL && seen != NULL);
    gm_copy_out(s->map, how == 1 ? NULL : keys, how == 2 ? NULL : elems);
    for (size_t i = 0; how == 0 && i < s->count; i++) {
        uint32_t id = subject_check_cell(s, keys + i * key_size, elems + i * elem_size);
        CHECK(!seen[id]);
        seen[id] = true;
    }
    free(keys);
    free(elems);
    free(seen);
}

/* ---- one lookup -------------------------------------------------------------------------------- */

typedef struct {
    size_t slots, comparisons, begun;
    gm_verdict last;
} steps_seen;

static void
restart(void *context)
{
    steps_seen *seen = context;
    *seen = (steps_seen){.begun = seen->begun + 1};
}

static void
see_step(void *context, const gm_step *step)
{
    steps_seen *seen = context;
    seen->slots++;
    seen->comparisons += step->verdict == GM_SAW_OTHER_KEY || step->verdict == GM_SAW_KEY;
    seen->last = step->verdict;
    CHECK(step->cell < GM_BUCKET_CELLS);
    CHECK_EQ(step->tophash < GM_MIN_TOPHASH, step->verdict <= GM_SAW_REST);
}

gm_status
engine_explain(engine *e)
{
    subject *s = e->s;
    steps_seen seen = {0};
    gm_trace trace = {.restart = restart, .see = see_step, .context = &seen};
    key_slot key;
    uint32_t id = engine_draw_id(e);
    subject_make_key(s, id, false, &key);
    gm_status status = gm_explain(s->map, &key, &trace);
    if (status == GM_OK) {
        CHECK(seen.begun > 0);
        CHECK_EQ(trace.slots_examined, seen.slots);
        CHECK_EQ(trace.key_comparisons, seen.comparisons);
        CHECK_EQ(trace.cell.key != NULL, s->entries[id].alive);
        CHECK(trace.cell.key == NULL || seen.last == GM_SAW_KEY);
    }
    if (status == GM_OK && trace.cell.key != NULL) {
        CHECK_EQ(subject_check_cell(s, trace.cell.key, trace.cell.elem), id);
    }
    subject_drop_key(s, &key);
    return status;
}

/* ---- buckets ------------------------------------------------------------------------------------ */

typedef struct {
    const subject *s;
    uint64_t entries;
    uint64_t buckets, stop_at;
    bool ends_in_one; /* the chain so far, in emptyOne: something must follow */
} bucket_count;

static gm_status
see_bucket(void *context, const gm_bucket_view *b)
{
    bucket_count *count = context;
    CHECK(b->position > 0 || !count->ends_in_one);
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        count->ends_in_one =
            b->tophash[i] == GM_EMPTY_ONE || (count->ends_in_one && b->key[i] == NULL);
        CHECK_EQ(b->key[i] != NULL, b->tophash[i] >= GM_MIN_TOPHASH);
        if (b->key[i] != NULL) {
            subject_check_cell(count->s, b->key[i], b->elem[i]);
            count->entries++;
        }
    }
    return ++count->buckets == count->stop_at ? GM_BAD_START : GM_OK;
}

void
engine_visit(engine *e)
{
    uint64_t most = 2 + engine_draw(e, 32), stop_at = engine_draw(e, 16);
    bucket_count count = {.s = e->s, .stop_at = stop_at < 8 ? 0 : stop_at - 7};
    gm_status status = gm_visit(e->s->map, most < 20 ? SIZE_MAX : most - 18, see_bucket, &count);
    CHECK_EQ(status == GM_OK, count.stop_at == 0 || count.buckets < count.stop_at);
    CHECK(status != GM_OK || most >= 20 || count.entries == e->s->count);
    CHECK(count.entries <= e->s->count);
    CHECK(status != GM_OK || !count.ends_in_one);
}

/* ---- figures ------------------------------------------------------------------------------------- */

static bool
tell(void *context, double fraction)
{
    CHECK(fraction >= 0 && fraction <= 1);
    unsigned *left = context;
    return *left == 0 || --*left > 0;
}

static void
check_chains(const engine *e, const gm_stats *stats)
{
    uint64_t counts[GM_STATS_LENGTHS], total = 0;
    size_t n = stats->longest_chain + 1;
    uint64_t *all = calloc(n, sizeof *all);
    CHECK(all != NULL);
    gm_chain_lengths(e->s->map, all, n);
    memcpy(counts, stats->chain_lengths, sizeof counts);
    for (size_t i = 0; i < n; i++) {
        CHECK(i >= GM_STATS_LENGTHS || counts[i] == all[i]);
        total += all[i];
    }
    CHECK_EQ(total, stats->chains);
    free(all);
}

static void
check_chain_counts(const engine *e, bool old, size_t n)
{
    uint8_t *counts = malloc(n);
    uint64_t entries = 0;
    bool is_exact = true;
    CHECK(counts != NULL);
    gm_chain_counts(e->s->map, old, counts, n);
    for (size_t i = 0; i < n; i++) {
        is_exact &= counts[i] != GM_COUNTS_MOST;
        entries += counts[i] == GM_COUNTS_EVACUATED ? 0 : counts[i];
    }
    CHECK(entries <= e->s->count);
    gm_header h;
    gm_read_header(e->s->map, &h);
    CHECK(!is_exact || h.growing || entries == e->s->count);
    free(counts);
}

void
engine_read_stats(engine *e)
{
    gm_stats stats;
    uint64_t entries = 0;
    unsigned left = (unsigned)engine_draw(e, 8);
    gm_status status = gm_read_stats(e->s->map, &stats, &(gm_progress){tell, &left});
    CHECK(status == GM_OK || status == GM_CALL_FAILED);
    CHECK_EQ(gm_read_stats(e->s->map, &stats, NULL), GM_OK);
    for (size_t i = 0; i < 256; i++) {
        entries += stats.tophash_counts[i];
    }
    CHECK_EQ(entries, e->s->count);
    CHECK_EQ(stats.header.count, e->s->count);
    CHECK_EQ(stats.bytes_header + stats.bytes_buckets + stats.bytes_overflow + stats.bytes_old +
                 stats.bytes_spare,
             gm_memory(e->s->map));
    check_chains(e, &stats);
    if (stats.header.has_buckets) {
        check_chain_counts(e, false, stats.header.buckets);
    }
    if (stats.header.growing) {
        check_chain_counts(e, true, stats.header.old_buckets);
    }
}

/* ---- iterators, walks ------------------------------------------------------------------------------ */

void
engine_read_cursor(engine *e)
{
    const live_iter *li = &e->s->iters[engine_draw(e, ITERATORS)];
    gm_cursor cursor;
    gm_header h;
    if (!li->on) {
        return;
    }
    gm_read_header(e->s->map, &h);
    if (gm_iter_read(&li->it, &cursor) && cursor.started) {
        CHECK(cursor.array != GM_READS_NEW || cursor.bucket < h.buckets);
        CHECK(cursor.array != GM_READS_OLD || cursor.bucket < h.old_buckets);
        CHECK(cursor.cell < GM_BUCKET_CELLS && cursor.offset < GM_BUCKET_CELLS);
    }
}

/* A walk ends where the map changes under it. */
void
engine_walk(engine *e)
{
    subject *s = e->s;
    uint64_t n = engine_draw(e, 64), entries = 0;
    gm_walk walk;
    gm_cell cell;
    gm_walk_init(&walk, s->map);
    while (entries < n && gm_walk_next(&walk, &cell)) {
        subject_check_cell(s, cell.key, cell.elem);
        entries++;
    }
    uint64_t version = gm_version(s->map);
    (void)subject_assign(s, engine_draw_id(e));
    if (entries == n && gm_version(s->map) != version) {
        CHECK(!gm_walk_next(&walk, &cell) && walk.changed);
    }
    else {
        CHECK(entries == n || entries <= s->count);
    }
}

/* ---- others ------------------------------------------------------------------------------------------ */

void
engine_prefetch(engine *e)
{
    subject *s = e->s;
    const size_t n = engine_draw(e, GM_WAVE + 1), stride = sizeof(key_slot);
    uint64_t version = gm_version(s->map);
    key_slot *keys = malloc(n * stride);
    CHECK(keys != NULL);
    for (size_t i = 0; i < n; i++) {
        subject_make_key(s, (uint32_t)((i * 7) % s->bucket_ids), false, &keys[i]);
    }
    gm_prefetch(s->map, keys, stride, n);
    CHECK_EQ(gm_version(s->map), version);
    uint64_t stream = gm_stream(s->map), drawn = gm_draw(s->map);
    gm_rewind(s->map, stream);
    CHECK_EQ(gm_draw(s->map), drawn);
    for (size_t i = 0; i < n; i++) {
        subject_drop_key(s, &keys[i]);
    }
    free(keys);
}

/* A map of any hint from the same memory, which may run out; and nothing of it is left. */
gm_status
engine_make_another(engine *e)
{
    subject *s = e->s;
    uint64_t n = engine_draw(e, 1024), hint = n < 960 ? n : UINT64_MAX >> (n - 960);
    size_t before = s->memory.outstanding;
    gm_map *m;
    gm_options o = {&s->type, &s->memory.allocator, n, (n & 1) != 0, hint, NULL, s, false};
    if (hint > 1000 && hint < UINT64_C(1) << 34) {
        return GM_OK; /* more than is worth its time */
    }
    gm_status status = gm_map_new(&o, &m);
    CHECK_EQ(status == GM_OK, m != NULL);
    CHECK(hint <= 1000 ? status != GM_TOO_LARGE : status != GM_OK);
    if (m != NULL) {
        char message[200];
        CHECK(gm_validate(m, message, sizeof message));
        CHECK_EQ(gm_memory(m), s->memory.outstanding - before);
        gm_map_free(m);
    }
    CHECK_EQ(s->memory.outstanding, before);
    return hint <= 1000 ? status : GM_OK;
}
