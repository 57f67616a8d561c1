/* next.inc.h: an iterator's next entry, the one text of it.
 *
 * Go's mapiternext.  Part of ops.inc.h, which includes it for every kind of key
 * and says what the GM_ macros are.  The position is written back before a
 * lookup, so that a stranger's equality finds the iterator in order when it
 * comes back to it.
 */
/* Will this entry of an old chain move to the chain that is being shown?  When
 * the seed has changed and the hash must be asked for, find_moved decides. */
static GM_ALWAYS_INLINE bool
GM_FN(belongs)(gm_iter *it, GM_KEY *key, uint8_t top)
{
    if (GM_LIKELY(it->check_bucket == GM_NO_CHECK)) {
        return true;
    }
#if GM_STORES_HASH
    if (gmi_is_moved(top) && gmi_iter_is_stale(it) && GM_IS_REFLEXIVE(key)) {
        return true;
    }
#else
    if (!GM_IS_REFLEXIVE(key)) {
        return it->check_bucket >> (it->B - 1) == (size_t)(top & 1);
    }
#endif
    return (GM_FN(hash_of)(it->map, key) & gmi_mask(it->B)) == it->check_bucket;
}

#if GM_STORES_HASH
/* Puts the hash under the present seed beside a moved key, and looks it up if
 * it belongs to the chain that was being shown. */
static gm_status
GM_FN(find_stale)(gm_map *m, GM_KEY *own, size_t check, size_t mask, gm_cell *cell)
{
    gm_status status = gmi_rehash(m, own);
    if (status != GM_OK || (check != GM_NO_CHECK && (own->hash & mask) != check)) {
        return status;
    }
    return m->ops->find(m, own, cell);
}
#endif

/* Looks a moved entry up where it is now, if it still is.  A stranger's code may
 * end the iterator meanwhile: the pin keeps the array, and with it the key.  Under
 * another seed than the old array's it may have come back into another chain, which
 * shows it. */
static gm_status
GM_FN(find_moved)(gm_iter *it, const GM_KEY *key, gm_cell *cell)
{
    gm_map *m = it->map;
#if GM_STORES_HASH
    GM_KEY own = *key;
    char *array = it->current;
    gm_status status;
    gmi_pin(array);
    if (gmi_iter_is_stale(it)) {
        status = GM_FN(find_stale)(m, &own, gmi_iter_chain(it), gmi_mask(it->B), cell);
    }
    else {
        status = m->ops->find(m, &own, cell);
    }
    gmi_unpin(m, array);
    return status;
#else
    const size_t chain = gmi_iter_is_stale(it) ? gmi_iter_chain(it) : GM_NO_CHECK;
    if (chain != GM_NO_CHECK && (GM_FN(hash_of)(m, key) & gmi_mask(it->B)) != chain) {
        return GM_OK;
    }
    return m->ops->find(m, key, cell);
#endif
}

/* What a bucket further on refers to is fetched while this one is shown: in
 * iteration order it lies anywhere in memory.  Measured, see config.h. */
static GM_ALWAYS_INLINE void
GM_FN(look_ahead)(const gm_iter *it, char *b, size_t es)
{
#ifdef GM_PREFETCH_KEY
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es),
                 n = gmi_array_of(it->buckets)->nbuckets;
    const bool elems =
        es == sizeof(void *) && it->map->owner->retain_elem != NULL && !it->skips_elems;
    if (n < GM_LOOK_AHEAD_LEAST || it->current != it->buckets || it->next_bucket == 0 ||
        it->next_bucket - 1 + GM_LOOK_AHEAD >= n) {
        return;
    }
    b += GM_LOOK_AHEAD * size;
    for (gmi_hits hits = gmi_match_occupied(gmi_load(b)); hits != 0; hits &= hits - 1) {
        unsigned i = gmi_first_hit(hits);
        GM_PREFETCH_KEY(GM_FN(key_at)(b, i));
        if (elems) {
            GM_PREFETCH(*(void **)gmi_elem_at(b, i, sizeof(GM_KEY), es));
        }
    }
#else
    (void)it, (void)b, (void)es;
#endif
}

/* Shows the n-th cell of bucket b, counted from the iterator's offset; a moved
 * entry as it is now. */
static GM_ALWAYS_INLINE gm_status
GM_FN(show)(gm_iter *it, char *b, unsigned n, gm_cell *cell, size_t es)
{
    unsigned i = (n + it->offset) & (GM_BUCKET_CELLS - 1);
    uint8_t top = gmi_tophash(b)[i];
    GM_KEY *key = GM_FN(key_at)(b, i);
    if (!GM_FN(belongs)(it, key, top)) {
        return GM_OK;
    }
    if (GM_LIKELY(!gmi_is_moved(top)) || !GM_IS_REFLEXIVE(key)) {
        cell->key = key;
        cell->elem = gmi_elem_at(b, i, sizeof(GM_KEY), es);
        return GM_OK;
    }
    gm_status status = GM_FN(find_moved)(it, key, cell);
    if (status != GM_OK && it->position == b && it->cell == n + 1) {
        it->cell = (uint8_t)n; /* the next call tries again */
    }
    return status;
}

/* Leaves bucket b, all of which has been shown. */
static GM_ALWAYS_INLINE void
GM_FN(leave_bucket)(gm_iter *it, char *b, size_t size)
{
    it->position = gmi_ends_chain(b) ? NULL : gmi_overflow(b, size);
    it->cell = 0;
}

static GM_ALWAYS_INLINE gm_status
GM_FN(iter_next)(gm_iter *it, gm_cell *cell, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    gm_map *m = it->map;
    cell->key = cell->elem = NULL;
    if (it->whole && it->pending == 0 && GM_LIKELY(m != NULL && it->version == m->version)) {
        GM_FN(leave_bucket)(it, it->position, size);
    }
    it->whole = false;
    it->pending = 0;
    while (GM_LIKELY(it->map != NULL)) {
        char *b = it->position;
        if (b == NULL) {
            if (!gmi_iter_next_chain(it, size)) {
                gmi_iter_kill(it);
                break;
            }
            b = it->position;
            GM_FN(look_ahead)(it, b, es);
        }
        gmi_hits hits = gmi_hits_from(gmi_match_shown(b), it->offset, it->cell);
        if (hits == 0) {
            GM_FN(leave_bucket)(it, b, size);
            continue;
        }
        unsigned n = gmi_first_hit(hits);
        it->cell = (uint8_t)(n + 1);
        if (GM_LIKELY(it->check_bucket == GM_NO_CHECK && !gmi_is_evacuated(b))) {
            unsigned i = (n + it->offset) & (GM_BUCKET_CELLS - 1);
            it->pending = gmi_hit_bits(hits & (hits - 1));
            it->version = m->version;
            it->whole = true;
            cell->key = GM_FN(key_at)(b, i);
            cell->elem = gmi_elem_at(b, i, sizeof(GM_KEY), es);
            return GM_OK;
        }
        gm_status status = GM_FN(show)(it, b, n, cell, es);
        if (status != GM_OK || cell->key != NULL) {
            return status;
        }
    }
    return GM_OK;
}
