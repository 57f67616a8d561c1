/* remove.inc.h: delete and pop, the one text of them.
 *
 * Part of ops.inc.h, which includes it for every kind of key and says what the
 * GM_ macros are.
 */
/* `eager`: the growth work is done also when the key is absent, as Go's delete
 * does.  Otherwise a growing map is searched first, in the old chain or the new.
 * Sets removed->found only when it finds the key. */
static GM_ALWAYS_INLINE gm_status
GM_FN(remove_for_hash)(gm_map *m, const GM_KEY *key, uint64_t hash, gm_entry *removed, size_t es,
                       bool eager)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    const uint8_t top = gmi_top_of(hash);
    gm_status status;
    gmi_spot spot;
    if (GM_UNLIKELY(gmi_is_growing(m))) {
        if (!eager) {
            status = GM_FN(locate)(m, gmi_chain_of(m, hash, size), top, key, &spot, es, false);
            if (status != GM_OK || spot.bucket == NULL) {
                return status;
            }
        }
        if ((status = gmi_growth_work(m, hash & gmi_mask(m->B))) != GM_OK) {
            return status;
        }
    }
    char *head = gmi_bucket_at(m->buckets, hash & gmi_mask(m->B), size);
    gmi_fetch_rest(head, size);
    status = GM_FN(locate)(m, head, top, key, &spot, es, false);
    if (status == GM_OK && spot.bucket != NULL) {
        memcpy(removed->key, GM_FN(key_at)(spot.bucket, spot.cell), sizeof(GM_KEY));
        memcpy(removed->elem, gmi_elem_at(spot.bucket, spot.cell, sizeof(GM_KEY), es), es);
        removed->found = true;
        gmi_cell_erase(m, head, spot.bucket, spot.cell, size);
    }
    return status;
}

static GM_ALWAYS_INLINE gm_status
GM_FN(remove_once)(gm_map *m, const GM_KEY *key, gm_entry *removed, size_t es, bool eager)
{
    removed->found = false;
    if (m->count == 0) {
        return GM_OK;
    }
    return GM_FN(remove_for_hash)(m, key, GM_FN(hash_of)(m, key), removed, es, eager);
}

static GM_ALWAYS_INLINE gm_status
GM_FN(delete_once)(gm_map *m, const GM_KEY *key, gm_entry *removed, size_t es)
{
    return GM_FN(remove_once)(m, key, removed, es, true);
}

static GM_ALWAYS_INLINE gm_status
GM_FN(pop_once)(gm_map *m, const GM_KEY *key, gm_entry *removed, size_t es)
{
    return GM_FN(remove_once)(m, key, removed, es, false);
}
