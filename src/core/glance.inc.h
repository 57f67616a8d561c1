/* glance.inc.h: the common case of reading and writing one entry, for callers that do
 * the rest themselves.
 *
 * Part of ops.inc.h, for kinds that can tell most keys apart at a glance (GM_SAME):
 * nothing here calls a stranger, grows the map or moves an entry, and what was found
 * stays good until the next operation.  Wherever a map is not so simple, the answer is
 * that the caller must go the long way, and nothing has happened.
 */
#ifdef GM_SAME

/* Looks a key up.  GM_OK: it is at the spot, or absent (no bucket); GM_NOT_CLEAR: it is
 * there if a call says that the keys are equal, or else, perhaps, elsewhere. */
static GM_ALWAYS_INLINE gm_status
GM_FN(seek)(gm_map *m, const GM_KEY *key, gmi_spot *spot, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    spot->bucket = NULL;
    if (m->count == 0) {
        return GM_OK;
    }
    uint64_t hash = GM_FN(hash_of)(m, key);
    char *head = gmi_chain_of(m, hash, size);
    gmi_fetch_rest(head, size);
    return GM_FN(locate)(m, head, gmi_top_of(hash), key, spot, es, true);
}

/* The same for a write: also where the key would go.  GM_NOT_CLEAR without a bucket: the
 * map owes work to a growth. */
static GM_ALWAYS_INLINE gm_status
GM_FN(seek_room)(gm_map *m, const GM_KEY *key, gmi_spot *spot, gmi_room *room, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    spot->bucket = NULL;
    if (GM_UNLIKELY(gmi_is_growing(m) || m->buckets == NULL)) {
        return GM_NOT_CLEAR;
    }
    uint64_t hash = GM_FN(hash_of)(m, key);
    char *head = gmi_bucket_at(m->buckets, hash & gmi_mask(m->B), size);
    gmi_fetch_rest(head, size);
    return GM_FN(scan)(m, head, gmi_top_of(hash), key, spot, room, es, true);
}

static GM_ALWAYS_INLINE GM_KEY *
GM_FN(stored_at)(const gmi_spot *spot)
{
    return GM_FN(key_at)(spot->bucket, spot->cell);
}

static GM_ALWAYS_INLINE void *
GM_FN(elem_at)(const gmi_spot *spot, size_t es)
{
    return gmi_elem_at(spot->bucket, spot->cell, sizeof(GM_KEY), es);
}

/* Puts an absent key where there is room; false: there is none, or it is time to grow. */
static GM_ALWAYS_INLINE bool
GM_FN(insert_at)(gm_map *m, gmi_room *room, const GM_KEY *key, gm_cell *cell, size_t es)
{
    if (GM_UNLIKELY(room->bucket == NULL || gmi_is_overloaded(m->count + 1, m->B) ||
                    gmi_has_many_overflows(m))) {
        return false;
    }
    uint8_t top = gmi_top_of(GM_FN(hash_of)(m, key));
    return GM_FN(insert)(m, room, top, key, cell, es) == GM_OK;
}

/* Takes the entry at a spot out of a map that is not growing. */
static GM_ALWAYS_INLINE void
GM_FN(erase_at)(gm_map *m, const GM_KEY *key, const gmi_spot *spot, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    uint64_t hash = GM_FN(hash_of)(m, key);
    char *head = gmi_bucket_at(m->buckets, hash & gmi_mask(m->B), size);
    gmi_cell_erase(m, head, spot->bucket, spot->cell, size);
}

#endif
