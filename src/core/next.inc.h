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
 * end the iterator meanwhile: the pin keeps the array, and with it the key. */
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
        status = GM_FN(find_stale)(m, &own, it->check_bucket, gmi_mask(it->B), cell);
    }
    else {
        status = m->ops->find(m, &own, cell);
    }
    gmi_unpin(m, array);
    return status;
#else
    return m->ops->find(m, key, cell);
#endif
}

static GM_ALWAYS_INLINE gm_status
GM_FN(iter_next)(gm_iter *it, gm_cell *cell, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    cell->key = cell->elem = NULL;
    while (it->map != NULL) {
        if (it->position == NULL && !gmi_iter_next_chain(it, size)) {
            gmi_iter_kill(it);
            break;
        }
        char *b = it->position;
        for (unsigned n = it->cell; n < GM_BUCKET_CELLS; n++) {
            unsigned i = (n + it->offset) & (GM_BUCKET_CELLS - 1);
            uint8_t top = gmi_tophash(b)[i];
            if (gmi_is_empty(top) || top == GM_EVACUATED_EMPTY) {
                continue;
            }
            GM_KEY *key = GM_FN(key_at)(b, i);
            if (!GM_FN(belongs)(it, key, top)) {
                continue;
            }
            it->cell = (uint8_t)(n + 1);
            if (GM_LIKELY(!gmi_is_moved(top)) || !GM_IS_REFLEXIVE(key)) {
                cell->key = key;
                cell->elem = gmi_elem_at(b, i, sizeof(GM_KEY), es);
                return GM_OK;
            }
            gm_status status = GM_FN(find_moved)(it, key, cell);
            if (status != GM_OK && it->position == b && it->cell == n + 1) {
                it->cell = (uint8_t)n; /* the next call tries again */
            }
            if (status != GM_OK || cell->key != NULL) {
                return status;
            }
            if (it->map == NULL || it->position != b || it->cell != n + 1) {
                goto moved; /* a stranger advanced or ended this iterator */
            }
        }
        it->position = gmi_overflow(b, size);
        it->cell = 0;
    moved:;
    }
    return GM_OK;
}
