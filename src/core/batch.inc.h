/* batch.inc.h: many keys at once, the one text of it.
 *
 * Part of ops.inc.h, which includes it for every kind of key and says what the
 * GM_ macros are.  A wave of keys goes through three stages, each a loop over
 * the wave, so that the misses of one stage overlap:
 *
 *   hash every key ──▶ fetch every bucket's tophash line
 *   match tophash  ──▶ fetch the lines of the key and the element that were hit,
 *                      or of the overflow pointer if the chain goes on
 *   follow it      ──▶ fetch the overflow bucket, or the objects of the cell
 *   look up, one after the other, as single calls do
 *
 * All but the last only fetch; what they saw may be out of date when it writes,
 * and does no harm.  Keys are copied first: whoever owns the array may write to
 * it meanwhile, and a key must not change between hash and store.
 */
#ifndef GM_BATCH_ONCE
#define GM_BATCH_ONCE

/* What the stages know of a wave's keys. */
typedef struct {
    size_t n;
    uint64_t hash[GM_WAVE];
    char *head[GM_WAVE];
    gmi_hits hits[GM_WAVE]; /* in the head */
    char *next[GM_WAVE];    /* after the head without hits, or NULL */
} gmi_wave;

/* What the keys are for: elements are read, or not, or new keys may be stored. */
typedef enum { GMI_SEEK, GMI_READ, GMI_WRITE } gmi_use;

#endif /* GM_BATCH_ONCE */

/* Fetches the tophash bytes of the chain in which each hash is looked up. */
static GM_ALWAYS_INLINE void
GM_FN(fetch_heads)(const gm_map *m, gmi_wave *w, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    if (GM_UNLIKELY(gmi_is_growing(m))) {
        for (size_t i = 0; i < w->n; i++) {
            GM_PREFETCH(gmi_bucket_at(m->oldbuckets, w->hash[i] & (gmi_old_count(m) - 1), size));
        }
        for (size_t i = 0; i < w->n; i++) {
            w->head[i] = gmi_chain_of(m, w->hash[i], size);
            GM_PREFETCH(w->head[i]);
        }
        return;
    }
    const uint64_t mask = gmi_mask(m->B);
    for (size_t i = 0; i < w->n; i++) {
        w->head[i] = gmi_bucket_at(m->buckets, w->hash[i] & mask, size);
        GM_PREFETCH(w->head[i]);
    }
}

/* Matches the first bucket of each chain, and fetches what comes next: the cell
 * hit, or the one that a new key would get, or the way to the overflow bucket. */
static GM_ALWAYS_INLINE void
GM_FN(fetch_cells)(gmi_wave *w, gmi_use use, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    for (size_t i = 0; i < w->n; i++) {
        char *b = w->head[i];
        gmi_group group = gmi_load(b);
        gmi_hits hits = w->hits[i] = gmi_match(group, gmi_top_of(w->hash[i]));
        if (use == GMI_WRITE && hits == 0) {
            hits = gmi_match_empty(group);
        }
        if (hits != 0) {
            unsigned cell = gmi_first_hit(hits);
            GM_PREFETCH(GM_FN(key_at)(b, cell));
            if (use != GMI_SEEK) {
                GM_PREFETCH(gmi_elem_at(b, cell, sizeof(GM_KEY), es));
            }
        }
        else { /* a choice, no branch: about one chain in four goes on */
            GM_PREFETCH(gmi_ends_chain(b) ? b : (char *)gmi_overflow_at(b, size));
        }
    }
}

/* Fetches the overflow bucket where a chain goes on, or the objects of the cell hit. */
static GM_ALWAYS_INLINE void
GM_FN(fetch_further)(const gm_map *m, gmi_wave *w, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    char *none = NULL;
    for (size_t i = 0; i < w->n; i++) {
        char *b = w->head[i];
        if (w->hits[i] == 0) {
            w->next[i] = *(gmi_ends_chain(b) ? &none : gmi_overflow_at(b, size));
            GM_PREFETCH(w->next[i]);
            continue;
        }
#ifdef GM_PREFETCH_KEY
        unsigned cell = gmi_first_hit(w->hits[i]);
        GM_PREFETCH_KEY(GM_FN(key_at)(b, cell));
        if (es == sizeof(void *) && m->owner->retain_elem != NULL) {
            GM_PREFETCH(*(void **)gmi_elem_at(b, cell, sizeof(GM_KEY), es));
        }
#endif
    }
    (void)m;
}

static GM_ALWAYS_INLINE void
GM_FN(fetch)(const gm_map *m, gmi_wave *w, gmi_use use, size_t es)
{
    GM_FN(fetch_heads)(m, w, es);
    GM_FN(fetch_cells)(w, use, es);
    GM_FN(fetch_further)(m, w, es);
}

static GM_ALWAYS_INLINE void
GM_FN(prefetch)(gm_map *m, const char *keys, size_t stride, size_t n, size_t es)
{
    gmi_wave w;
    if (m->count < GM_PREFETCH_LEAST) {
        return;
    }
    w.n = n;
    for (size_t i = 0; i < n; i++) { /* a NaN's hash is not drawn: it is in no chain */
        const GM_KEY *key = (const GM_KEY *)(const void *)(keys + i * stride);
        w.hash[i] = GM_IS_REFLEXIVE(key) ? GM_FN(hash_of)(m, key) : 0;
    }
    GM_FN(fetch)(m, &w, GMI_READ, es);
    GM_HAS_EFFECTS();
}

#if GM_STORES_HASH

#define GM_WRAP_BATCH(variant, es)                                                               \
    static void GM_FN(prefetch_##variant)(gm_map * m, const void *keys, size_t stride, size_t n) \
    {                                                                                            \
        GM_FN(prefetch)(m, keys, stride, n, es);                                                 \
    }
#define GM_BATCH_OPS(variant) GM_FN(prefetch_##variant), NULL, NULL, NULL,

#else

/* ---- find --------------------------------------------------------------------------- */

/* The element of key i of a wave that has been fetched, or NULL. */
static GM_ALWAYS_INLINE const void *
GM_FN(look_up)(gm_map *m, const gmi_wave *w, size_t i, const GM_KEY *key, size_t es)
{
    gm_status trouble = GM_OK;
    gmi_spot spot;
    char *b = w->next[i];
    if (w->hits[i] != 0) {
        int cell = GM_FN(equal_cell)(m, w->head[i], w->hits[i], key, &trouble, false);
        if (GM_LIKELY(cell >= 0)) {
            return gmi_elem_at(w->head[i], (unsigned)cell, sizeof(GM_KEY), es);
        }
        b = w->head[i];
    }
    if (b == NULL) {
        return NULL;
    }
    GM_FN(locate)(m, b, gmi_top_of(w->hash[i]), key, &spot, es, false);
    return spot.bucket != NULL ? gmi_elem_at(spot.bucket, spot.cell, sizeof(GM_KEY), es) : NULL;
}

/* Puts the answer to key i of the batch where it is wanted. */
static GM_ALWAYS_INLINE void
GM_FN(answer)(const gm_lookups *batch, size_t i, const void *elem, size_t es)
{
    if (batch->found != NULL) {
        batch->found[i] = elem != NULL;
    }
    if (batch->elems != NULL) {
        gmi_copy_slot((char *)batch->elems + i * es, elem != NULL ? elem : batch->zero, es);
    }
}

static GM_ALWAYS_INLINE void
GM_FN(find_wave)(gm_map *m, const GM_KEY *keys, gmi_wave *w, const gm_lookups *batch, size_t first,
                 size_t es)
{
    for (size_t i = 0; i < w->n; i++) { /* a NaN's hash is not drawn: it is in no chain */
        w->hash[i] = GM_IS_REFLEXIVE(keys + i) ? GM_FN(hash_of)(m, keys + i) : 0;
    }
    GM_FN(fetch)(m, w, batch->elems != NULL ? GMI_READ : GMI_SEEK, es);
    for (size_t i = 0; i < w->n; i++) {
        GM_FN(answer)(batch, first + i, GM_FN(look_up)(m, w, i, keys + i, es), es);
    }
}

/* A map in the cache has nothing to fetch: key by key. */
static GM_ALWAYS_INLINE void
GM_FN(find_each)(gm_map *m, const gm_lookups *batch, size_t es)
{
    for (size_t i = 0; i < batch->n; i++) {
        GM_KEY key;
        memcpy(&key, (const char *)batch->keys + i * sizeof key, sizeof key);
        gm_cell cell = {NULL, NULL, false};
        if (GM_IS_REFLEXIVE(&key)) {
            GM_FN(find_once)(m, &key, &cell, es);
        }
        GM_FN(answer)(batch, i, cell.elem, es);
    }
}

static GM_ALWAYS_INLINE void
GM_FN(find_many)(gm_map *m, const gm_lookups *batch, size_t es)
{
    GM_KEY keys[GM_WAVE];
    gmi_wave w;
    if (m->count < GM_PREFETCH_LEAST) {
        GM_FN(find_each)(m, batch, es);
        return;
    }
    for (size_t first = 0; first < batch->n; first += GM_WAVE) {
        w.n = batch->n - first < GM_WAVE ? batch->n - first : GM_WAVE;
        memcpy(keys, (const GM_KEY *)batch->keys + first, w.n * sizeof(GM_KEY));
        GM_FN(find_wave)(m, keys, &w, batch, first, es);
    }
}

/* ---- assign, delete ------------------------------------------------------------------- */

/* Copies a wave's keys, hashes them, and fetches what writing them needs: of the
 * chains that a growth deals entries to, the whole first bucket. */
static GM_ALWAYS_INLINE void
GM_FN(prepare)(gm_map *m, const void *from, GM_KEY *keys, gmi_wave *w, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    memcpy(keys, from, w->n * sizeof(GM_KEY));
    for (size_t i = 0; i < w->n; i++) {
        w->hash[i] = GM_FN(hash_of)(m, keys + i);
    }
    if (m->count < GM_PREFETCH_LEAST) {
        return;
    }
    for (size_t i = 0; GM_UNLIKELY(gmi_is_growing(m)) && i < w->n; i++) {
        char *b = gmi_bucket_at(m->buckets, w->hash[i] & gmi_mask(m->B), size);
        for (size_t at = 0; at < size; at += 64) {
            GM_PREFETCH(b + at);
        }
    }
    GM_FN(fetch)(m, w, GMI_WRITE, es);
}

/* Stores value i of the batch in the cell of its key, or adds it. */
static GM_ALWAYS_INLINE bool
GM_FN(write)(const gm_writes *batch, size_t i, const gm_cell *cell, size_t es)
{
    const void *value = (const char *)batch->values + i * batch->stride;
    if (batch->add == NULL) {
        gmi_copy_slot(cell->elem, value, es);
        return true;
    }
    if (cell->inserted) {
        gmi_copy_slot(cell->elem, batch->zero, es);
    }
    return batch->add(cell->elem, value);
}

/* Erases the cell just made for a key of that hash, which may equal nothing. */
static GM_NOINLINE void
GM_FN(take_back)(gm_map *m, uint64_t hash, const gm_cell *cell, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    char *head = gmi_bucket_at(m->buckets, hash & gmi_mask(m->B), size), *b = head;
    while ((uintptr_t)cell->key - (uintptr_t)b >= size) {
        b = gmi_overflow(b, size);
    }
    gmi_cell_erase(m, head, b, (unsigned)((GM_KEY *)cell->key - GM_FN(key_at)(b, 0)), size);
}

static GM_ALWAYS_INLINE gm_status
GM_FN(assign_many)(gm_map *m, gm_writes *batch, size_t es)
{
    GM_KEY keys[GM_WAVE];
    gmi_wave w;
    while (batch->done < batch->n) {
        w.n = batch->n - batch->done < GM_WAVE ? batch->n - batch->done : GM_WAVE;
        GM_FN(prepare)(m, (const GM_KEY *)batch->keys + batch->done, keys, &w, es);
        for (size_t i = 0; i < w.n; i++, batch->done++) {
            gm_cell cell;
            gm_status status =
                GM_FN(assign_for_hash)(m, keys + i, w.hash[i], &cell, es, batch->add == NULL);
            if (GM_UNLIKELY(status != GM_OK)) {
                return status;
            }
            if (GM_UNLIKELY(!GM_FN(write)(batch, batch->done, &cell, es))) {
                if (cell.inserted) {
                    gmi_tell_cell(m, w.hash[i], &cell);
                    GM_FN(take_back)(m, w.hash[i], &cell, es);
                }
                return GM_RANGE;
            }
            if (GM_UPDATES_KEY && batch->add != NULL && !batch->keeps_keys) {
                memcpy(cell.key, keys + i, sizeof(GM_KEY));
            }
            gmi_tell_cell(m, w.hash[i], &cell);
            if (cell.inserted && batch->inserted != NULL) {
                batch->inserted[batch->done >> 3] |= (uint8_t)(1 << (batch->done & 7));
            }
        }
    }
    return GM_OK;
}

static GM_ALWAYS_INLINE gm_status
GM_FN(delete_many)(gm_map *m, const void *from, size_t n, size_t *removed, size_t es)
{
    GM_KEY keys[GM_WAVE];
    gmi_wave w;
    /* the last entry's deletion draws a new seed, and there is no more to delete */
    for (size_t first = 0; first < n && m->count > 0; first += GM_WAVE) {
        w.n = n - first < GM_WAVE ? n - first : GM_WAVE;
        GM_FN(prepare)(m, (const GM_KEY *)from + first, keys, &w, es);
        for (size_t i = 0; i < w.n && m->count > 0; i++) {
            gm_entry entry;
            entry.found = false;
            gm_status status = GM_FN(remove_for_hash)(m, keys + i, w.hash[i], &entry, es, true);
            if (GM_UNLIKELY(status != GM_OK)) {
                return status;
            }
            *removed += entry.found;
        }
    }
    return GM_OK;
}

#define GM_WRAP_BATCH(variant, es)                                                               \
    static void GM_FN(prefetch_##variant)(gm_map * m, const void *keys, size_t stride, size_t n) \
    {                                                                                            \
        GM_FN(prefetch)(m, keys, stride, n, es);                                                 \
    }                                                                                            \
    static void GM_FN(find_many_##variant)(gm_map * m, const gm_lookups *batch)                  \
    {                                                                                            \
        GM_FN(find_many)(m, batch, es);                                                          \
    }                                                                                            \
    static gm_status GM_FN(assign_many_##variant)(gm_map * m, gm_writes * batch)                 \
    {                                                                                            \
        return GM_FN(assign_many)(m, batch, es);                                                 \
    }                                                                                            \
    static gm_status GM_FN(delete_many_##variant)(gm_map * m, const void *keys, size_t n,        \
                                                  size_t *removed)                               \
    {                                                                                            \
        return GM_FN(delete_many)(m, keys, n, removed, es);                                      \
    }
#define GM_BATCH_OPS(variant)                                                            \
    GM_FN(prefetch_##variant), GM_FN(find_many_##variant), GM_FN(assign_many_##variant), \
        GM_FN(delete_many_##variant),

#endif
