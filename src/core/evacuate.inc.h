/* evacuate.inc.h: moving one old bucket's chain, the one text of it.
 *
 * Go's evacuate.  Part of ops.inc.h, which includes it for every kind of key and
 * says what the GM_ macros are.  Runs no foreign code and cannot fail: hashes
 * are stored or pure, and the overflow buckets it needs were reserved (grow.c).
 *
 *   old chain i ──┬─ hash bit 0 ─▶ X: chain i
 *                 └─ hash bit 1 ─▶ Y: chain i + number of old buckets
 */

/* Where entries of one half go: the bucket being filled and its free cell. */
#ifndef GM_HALF_ONCE
#define GM_HALF_ONCE
typedef struct {
    char *bucket;
    unsigned cell;
    size_t depth;
} gmi_half;

static GM_ALWAYS_INLINE void
gmi_half_place(gm_map *m, gmi_half *to, uint8_t top, const void *key, const void *elem, size_t ks,
               size_t es)
{
    if (GM_UNLIKELY(to->cell == GM_BUCKET_CELLS)) {
        to->bucket = gmi_overflow_new(m, to->bucket, to->depth++);
        to->cell = 0;
    }
    gmi_tophash(to->bucket)[to->cell] = top;
    memcpy(gmi_key_at(to->bucket, to->cell, ks), key, ks);
    memcpy(gmi_elem_at(to->bucket, to->cell, ks, es), elem, es);
    to->cell++;
}
#endif

/* Which half an entry goes to, and the tophash byte it has there.  A NaN's
 * hash cannot be made again: the low bit of its tophash decides, which an
 * iterator can read too, and a new byte is drawn. */
static GM_ALWAYS_INLINE unsigned
GM_FN(half_of)(gm_map *m, const GM_KEY *key, size_t newbit, uint8_t *top)
{
#if !GM_STORES_HASH
    if (GM_UNLIKELY(!GM_IS_REFLEXIVE(key))) {
        unsigned half = *top & 1;
        *top = gmi_top_of(gm_splitmix(&m->rng));
        return half;
    }
#endif
    (void)top;
    return (GM_FN(hash_of)(m, key) & newbit) != 0;
}

static GM_ALWAYS_INLINE void
GM_FN(evacuate)(gm_map *m, size_t oldbucket, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es), newbit = gmi_old_count(m);
    const bool same_size = gmi_is_same_size(m);
    gmi_array *a = gmi_array_of(m->oldbuckets);
    gmi_half halves[2] = {{gmi_bucket_at(m->buckets, oldbucket, size), 0, 1}, {NULL, 0, 1}};
    if (!same_size) {
        halves[1].bucket = gmi_bucket_at(m->buckets, oldbucket + newbit, size);
    }
    char *b = gmi_bucket_at(m->oldbuckets, oldbucket, size);
    for (; b != NULL; b = gmi_overflow(b, size)) {
        uint64_t left = GMI_EACH_BYTE * GM_EVACUATED_EMPTY;
        gmi_hits hits = gmi_match_occupied(gmi_load(b));
        for (; hits != 0; hits &= hits - 1) {
            const unsigned i = gmi_first_hit(hits);
            uint8_t top = gmi_tophash(b)[i];
            GM_KEY *key = GM_FN(key_at)(b, i);
            void *elem = gmi_elem_at(b, i, sizeof(GM_KEY), es);
            unsigned half = same_size ? 0 : GM_FN(half_of)(m, key, newbit, &top);
            left ^= (uint64_t)((GM_EVACUATED_X + half) ^ GM_EVACUATED_EMPTY) << (8 * i);
            gmi_half_place(m, &halves[half], top, key, elem, sizeof(GM_KEY), es);
            if (m->owner != NULL) {
                gmi_leave_behind(m, a, key, elem, GM_IS_REFLEXIVE(key), sizeof(GM_KEY), es);
            }
        }
        gmi_put_word(b, left);
    }
}
