/* stats.c: figures of a map, in one walk.
 *
 * The four figures are those of the table at the head of Go's runtime/map.go:
 * %overflow, bytes of overhead an entry, entries looked at in a lookup that
 * finds its key (of n in a chain, 1 ... n) and in one that does not (all n).
 * While growing they are taken over the chains that a lookup can reach.
 */
#include "walk.h"

void
gm_read_header(const gm_map *m, gm_header *out)
{
    memset(out, 0, sizeof *out);
    out->count = m->count;
    out->hash0 = m->hash0;
    out->flags = m->flags;
    out->B = m->B;
    out->noverflow = m->noverflow;
    out->nevacuate = m->nevacuate;
    out->key_size = m->key_size;
    out->elem_size = m->elem_size;
    out->memory = (size_t)m->memory;
    for (const char *a = m->garbage; a != NULL; a = gmi_array_of(a)->next_garbage) {
        out->memory -= gmi_array_of(a)->bytes;
    }
    out->growing = gmi_is_growing(m);
    out->same_size_grow = gmi_is_same_size(m);
    out->has_buckets = m->buckets != NULL;
    out->buckets = (size_t)1 << m->B;
    out->old_buckets = out->growing ? gmi_old_count(m) : 0;
    if (m->buckets != NULL) {
        const gmi_array *a = gmi_array_of(m->buckets);
        out->has_next_overflow = a->spares_used < a->nspares;
        out->next_overflow = a->spares_used;
    }
}

/* Counts a bucket's entries into the histograms; how many. */
static unsigned
count_bucket(char *bucket, gm_stats *out)
{
    unsigned n = 0;
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        uint8_t top = gmi_tophash(bucket)[i];
        if (top >= GM_MIN_TOPHASH) {
            out->tophash_counts[top]++;
            n++;
        }
    }
    return n;
}

static void
count_reachable(const gm_map *m, const gmi_chain *chain, gm_stats *out)
{
    uint64_t entries = count_bucket(chain->head, out);
    size_t overflow = 0;
    out->occupancy[entries]++;
    for (char *b = chain->head; (b = gmi_overflow(b, m->bucket_size)) != NULL; overflow++) {
        entries += count_bucket(b, out);
    }
    out->chains++;
    out->chains_with_overflow += overflow > 0;
    out->bucket_total += 1 + overflow;
    if (!chain->old) {
        out->present_entries += entries;
    }
    out->hit_total += entries * (entries + 1) / 2;
    if (overflow < GM_STATS_LENGTHS) {
        out->chain_lengths[overflow]++;
    }
    if (overflow > out->longest_chain) {
        out->longest_chain = overflow;
    }
}

/* Tells how far the walk is; GM_OK: go on. */
static gm_status
tell_progress(const gm_map *m, const gm_progress *progress, const gm_stats *out)
{
    uint64_t version = m->version;
    size_t all = out->header.buckets; /* as good as: chains seen are in either array */
    double fraction = out->chains < all ? (double)out->chains / (double)all : 1;
    if (!progress->tell(progress->context, fraction)) {
        return GM_CALL_FAILED;
    }
    return m->version == version ? GM_OK : GM_CHANGED;
}

static gm_status
count_chains(const gm_map *m, gm_stats *out, const gm_progress *progress)
{
    gmi_chain chain = {NULL, 0, true};
    while (gmi_next_chain(m, &chain, true)) {
        count_reachable(m, &chain, out);
        if (progress != NULL && out->chains % GM_STATS_STRIDE == 0) {
            gm_status status = tell_progress(m, progress, out);
            if (status != GM_OK) {
                return status;
            }
        }
    }
    if (m->buckets == NULL) { /* the one bucket that a lookup would read */
        out->chains = out->bucket_total = 1;
        out->occupancy[0] = out->chain_lengths[0] = 1;
    }
    for (size_t i = 0; i < out->header.old_buckets; i++) {
        out->evacuated += gmi_has_moved(m, i, m->bucket_size);
    }
    return GM_OK;
}

/* Overflow buckets handed out of an array, all of them in chains. */
static size_t
handed_out(const char *buckets)
{
    const gmi_array *a = gmi_array_of(buckets);
    return a->spares_used + a->single;
}

static void
count_bytes(const gm_map *m, gm_stats *out)
{
    out->bytes_header = sizeof *m;
    out->bytes_old = (size_t)m->memory - sizeof *m;
    if (m->buckets != NULL) {
        const gmi_array *a = gmi_array_of(m->buckets);
        out->overflow_buckets = handed_out(m->buckets);
        out->bytes_buckets = a->nbuckets * m->bucket_size;
        out->bytes_overflow = out->overflow_buckets * m->bucket_size;
        out->bytes_spare = gmi_overflow_unused(m->buckets) * m->bucket_size;
        out->bytes_old -= a->bytes;
        out->bytes_header += a->bytes - out->bytes_buckets - out->bytes_overflow - out->bytes_spare;
        out->bytes_empty_slots =
            ((a->nbuckets + out->overflow_buckets) * GM_BUCKET_CELLS - out->present_entries) *
            (size_t)(m->key_size + m->elem_size);
    }
    if (gmi_is_growing(m)) {
        out->old_overflow_buckets = handed_out(m->oldbuckets);
    }
}

void
gm_chain_lengths(const gm_map *m, uint64_t *counts, size_t n)
{
    gmi_chain chain = {NULL, 0, true};
    memset(counts, 0, n * sizeof *counts);
    counts[0] = m->buckets == NULL;
    while (gmi_next_chain(m, &chain, true)) {
        size_t overflow = 0;
        for (char *b = chain.head; (b = gmi_overflow(b, m->bucket_size)) != NULL; overflow++) {
        }
        if (overflow < n) {
            counts[overflow]++;
        }
    }
}

/* Entries of one chain, 254 for more. */
static uint8_t
count_chain(const gm_map *m, char *b)
{
    unsigned entries = 0;
    for (; b != NULL && entries < GM_COUNTS_MOST; b = gmi_overflow(b, m->bucket_size)) {
        for (gmi_hits hits = gmi_match_occupied(gmi_load(b)); hits != 0; hits &= hits - 1) {
            entries++;
        }
    }
    return (uint8_t)(entries < GM_COUNTS_MOST ? entries : GM_COUNTS_MOST);
}

void
gm_chain_counts(const gm_map *m, bool old, uint8_t *counts, size_t n)
{
    char *buckets = old ? m->oldbuckets : m->buckets;
    memset(counts, 0, n);
    for (size_t i = 0; buckets != NULL && i < n; i++) {
        bool moved = old && gmi_has_moved(m, i, m->bucket_size);
        counts[i] =
            moved ? GM_COUNTS_EVACUATED : count_chain(m, gmi_bucket_at(buckets, i, m->bucket_size));
    }
}

gm_status
gm_read_stats(const gm_map *m, gm_stats *out, const gm_progress *progress)
{
    memset(out, 0, sizeof *out);
    gm_read_header(m, &out->header);
    out->bucket_size = m->bucket_size;
    out->doublings = m->doublings;
    out->same_size_growths = m->same_size_growths;
    out->reseeds = m->reseeds;
    gm_status status = count_chains(m, out, progress);
    if (status == GM_OK) {
        count_bytes(m, out);
    }
    return status;
}
