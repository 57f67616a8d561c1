/* ops.inc.h: find, assign, remove, evacuate, next: the one text of each.
 *
 * Included once per kind of key, with these defined (and undefined at the end):
 *
 *   GM_NAME          suffix of the functions and of the kind, gm_kind_<GM_NAME>
 *   GM_LABEL         the kind's name in words
 *   GM_KIND_STORAGE  empty, or `static`
 *   GM_KEY           type of a key slot
 *   GM_STORES_HASH   1: the slot ends in `hash`, which is the key's full hash
 *   GM_HASH(m, k)    the hash of *k under m's seed, when GM_STORES_HASH is 0
 *   GM_EQUAL(a, b)   pure equality of *a and *b, both GM_KEY; or else
 *   GM_EQUAL_CALL(m, slot, key)  equality by a stranger: 1, 0 or -1 (failed).
 *                    It may change the map, or come back in.
 *   GM_IS_REFLEXIVE(k)  *k == *k
 *   GM_UPDATES_KEY   1: assigning to a present key stores the new key, too
 *
 * A stranger's equality moves the ground: m->version tells, and the operation
 * starts over, GM_MAX_RESTARTS times at most.  Its key's hash is asked for
 * again when the seed has changed meanwhile.
 *
 * `es` is the element size; the wrappers at the end pass 8 as a constant or
 * m->elem_size.  Loops here may run longer than a screen's half: a bucket's
 * scan is one thought, and a call inside it would cost more than it explains.
 */
#include "cell.h"
#include "hash.h"
#include "iter.h"

#define GM_PASTE2(a, b) a##_##b
#define GM_PASTE(a, b) GM_PASTE2(a, b)
#define GM_FN(name) GM_PASTE(name, GM_NAME)

#if defined(GM_EQUAL_CALL)
#define GM_CALLS_OUT 1
#else
#define GM_CALLS_OUT 0
#endif

#ifndef GM_OPS_ONCE
#define GM_OPS_ONCE

/* Outcomes inside this file, beside gm_status: the map changed, start over. */
#define GM_RESTART ((gm_status)100)

/* The array of the first assign. */
static inline gm_status
gmi_first_bucket(gm_map *m)
{
    m->buckets = gmi_array_new(m, 0);
    return m->buckets != NULL ? GM_OK : GM_NO_MEMORY;
}

/* The chain in which a lookup of `hash` reads: the old one until it has moved. */
static GM_ALWAYS_INLINE char *
gmi_chain_of(const gm_map *m, uint64_t hash, size_t bucket_size)
{
    if (GM_UNLIKELY(gmi_is_growing(m))) {
        char *old = gmi_bucket_at(m->oldbuckets, hash & (gmi_old_count(m) - 1), bucket_size);
        if (!gmi_is_evacuated(old)) {
            return old;
        }
    }
    return gmi_bucket_at(m->buckets, hash & gmi_mask(m->B), bucket_size);
}

/* The hash of a key under the present seed, by the caller's code, which may
 * itself change the seed. */
static inline gm_status
gmi_rehash(gm_map *m, void *key)
{
    for (int restarts = 0; restarts < GM_MAX_RESTARTS; restarts++) {
        uint64_t reseeds = m->reseeds;
        gm_status status = m->rehash(m->context, key);
        if (status != GM_OK || m->reseeds == reseeds) {
            return status;
        }
    }
    return GM_RESTARTS;
}

#endif /* GM_OPS_ONCE */

static GM_ALWAYS_INLINE GM_KEY *
GM_FN(key_at)(char *bucket, unsigned i)
{
    return (GM_KEY *)gmi_key_at(bucket, i, sizeof(GM_KEY));
}

static GM_ALWAYS_INLINE uint64_t
GM_FN(hash_of)(gm_map *m, const GM_KEY *key)
{
#if GM_STORES_HASH
    (void)m;
    return key->hash;
#else
    return GM_HASH(m, key);
#endif
}

/* 1 equal, 0 not, -1: *trouble says why there is no answer. */
static GM_ALWAYS_INLINE int
GM_FN(compare)(gm_map *m, GM_KEY *slot, const GM_KEY *key, gm_status *trouble)
{
#if GM_STORES_HASH
    if (slot->hash != key->hash) {
        return 0;
    }
#endif
#if GM_CALLS_OUT
    uint64_t version = m->version;
    int equal = GM_EQUAL_CALL(m, slot, key);
    if (GM_UNLIKELY(equal < 0)) {
        *trouble = GM_CALL_FAILED;
        return -1;
    }
    if (GM_UNLIKELY(m->version != version)) {
        *trouble = GM_RESTART;
        return -1;
    }
    return equal;
#else
    (void)m, (void)trouble;
    return GM_EQUAL(slot, key);
#endif
}

/* ---- find --------------------------------------------------------------------------- */

static GM_ALWAYS_INLINE gm_status
GM_FN(find_once)(gm_map *m, const GM_KEY *key, gm_cell *cell, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    gm_status trouble = GM_OK;
    cell->key = cell->elem = NULL;
    if (m->count == 0) {
        return GM_OK;
    }
    uint64_t hash = GM_FN(hash_of)(m, key);
    uint8_t top = gmi_top_of(hash);
    char *b = gmi_chain_of(m, hash, size);
    do {
        gmi_hits hits = gmi_match(gmi_load(b), top);
        for (; hits != 0; hits &= hits - 1) {
            unsigned i = gmi_first_hit(hits);
            GM_KEY *slot = GM_FN(key_at)(b, i);
            int equal = GM_FN(compare)(m, slot, key, &trouble);
            if (equal > 0) {
                cell->key = slot;
                cell->elem = gmi_elem_at(b, i, sizeof(GM_KEY), es);
                return GM_OK;
            }
            if (GM_CALLS_OUT && equal < 0) {
                return trouble;
            }
        }
        if (gmi_ends_chain(b)) {
            break;
        }
        b = gmi_overflow(b, size);
    } while (b != NULL);
    return GM_OK;
}

/* ---- assign ---------------------------------------------------------------------------- */

typedef struct {
    char *bucket; /* first free cell, or NULL */
    unsigned cell;
    char *last;   /* last bucket of the chain */
    size_t depth; /* its number, from 1 */
} GM_FN(room);

/* Looks for the key and, on the way, for the first free cell of its chain. */
static GM_ALWAYS_INLINE gm_status
GM_FN(scan)(gm_map *m, char *b, uint8_t top, const GM_KEY *key, gm_cell *cell, GM_FN(room) * room,
            size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    gm_status trouble = GM_OK;
    room->bucket = NULL;
    room->cell = 0;
    for (room->depth = 1;; room->depth++) {
        gmi_group group = gmi_load(b);
        gmi_hits hits = gmi_match(group, top);
        for (; hits != 0; hits &= hits - 1) {
            unsigned i = gmi_first_hit(hits);
            GM_KEY *slot = GM_FN(key_at)(b, i);
            int equal = GM_FN(compare)(m, slot, key, &trouble);
            if (equal > 0) {
                cell->key = slot;
                cell->elem = gmi_elem_at(b, i, sizeof(GM_KEY), es);
                return GM_OK;
            }
            if (GM_CALLS_OUT && equal < 0) {
                return trouble;
            }
        }
        gmi_hits empty = gmi_match_empty(group);
        if (empty != 0 && room->bucket == NULL) {
            room->bucket = b;
            room->cell = gmi_first_hit(empty);
        }
        room->last = b;
        if (gmi_ends_chain(b) || (b = gmi_overflow(b, size)) == NULL) {
            return GM_OK;
        }
    }
}

/* The key is new: puts it where `room` says, in a new overflow bucket if need be. */
static GM_ALWAYS_INLINE gm_status
GM_FN(insert)(gm_map *m, GM_FN(room) * room, uint8_t top, const GM_KEY *key, gm_cell *cell, size_t es)
{
    if (GM_UNLIKELY(room->bucket == NULL)) {
        if (!gmi_overflow_reserve(m, 1)) {
            return GM_NO_MEMORY;
        }
        room->bucket = gmi_overflow_new(m, room->last, room->depth);
        room->cell = 0;
    }
    cell->key = GM_FN(key_at)(room->bucket, room->cell);
    cell->elem = gmi_elem_at(room->bucket, room->cell, sizeof(GM_KEY), es);
    cell->inserted = true;
    memcpy(cell->key, key, sizeof(GM_KEY));
    memset(cell->elem, 0, es);
    gmi_tophash(room->bucket)[room->cell] = top;
    m->count++;
    m->version++;
    return GM_OK;
}

static GM_ALWAYS_INLINE gm_status
GM_FN(assign_once)(gm_map *m, const GM_KEY *key, gm_cell *cell, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    GM_FN(room) room;
    gm_status status;
    cell->key = cell->elem = NULL;
    cell->inserted = false;
    if (GM_UNLIKELY(m->buckets == NULL) && (status = gmi_first_bucket(m)) != GM_OK) {
        return status;
    }
    uint64_t hash = GM_FN(hash_of)(m, key);
    uint8_t top = gmi_top_of(hash);
    for (;;) {
        size_t bucket = hash & gmi_mask(m->B);
        if (GM_UNLIKELY(gmi_is_growing(m)) && (status = gmi_growth_work(m, bucket)) != GM_OK) {
            return status;
        }
        char *head = gmi_bucket_at(m->buckets, bucket, size);
        status = GM_FN(scan)(m, head, top, key, cell, &room, es);
        if (status != GM_OK) {
            return status;
        }
        if (cell->key != NULL) {
#if GM_UPDATES_KEY
            memcpy(cell->key, key, sizeof(GM_KEY));
#endif
            return GM_OK;
        }
        if (GM_LIKELY(gmi_is_growing(m) ||
                      !(gmi_is_overloaded(m->count + 1, m->B) || gmi_has_many_overflows(m)))) {
            return GM_FN(insert)(m, &room, top, key, cell, es);
        }
        if ((status = gmi_start_growth(m)) != GM_OK) {
            return status;
        }
    }
}

/* ---- remove ----------------------------------------------------------------------------- */

static GM_ALWAYS_INLINE gm_status
GM_FN(remove_once)(gm_map *m, const GM_KEY *key, gm_entry *removed, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    gm_status trouble = GM_OK;
    removed->found = false;
    if (m->count == 0) {
        return GM_OK;
    }
    uint64_t hash = GM_FN(hash_of)(m, key);
    uint8_t top = gmi_top_of(hash);
    size_t bucket = hash & gmi_mask(m->B);
    if (GM_UNLIKELY(gmi_is_growing(m)) && (trouble = gmi_growth_work(m, bucket)) != GM_OK) {
        return trouble;
    }
    char *head = gmi_bucket_at(m->buckets, bucket, size), *b = head;
    do {
        gmi_hits hits = gmi_match(gmi_load(b), top);
        for (; hits != 0; hits &= hits - 1) {
            unsigned i = gmi_first_hit(hits);
            int equal = GM_FN(compare)(m, GM_FN(key_at)(b, i), key, &trouble);
            if (equal > 0) {
                gmi_cell_take(m, b, i, removed);
                gmi_cell_erase(m, head, b, i);
                return GM_OK;
            }
            if (GM_CALLS_OUT && equal < 0) {
                return trouble;
            }
        }
        if (gmi_ends_chain(b)) {
            break;
        }
        b = gmi_overflow(b, size);
    } while (b != NULL);
    return GM_OK;
}

/* ---- starting over ------------------------------------------------------------------------ */

#if GM_CALLS_OUT

/* Runs `once` until the ground holds still, with a hash of the present seed. */
#define GM_SETTLE(once, m, key, out, es)                                                  \
    GM_KEY own = *(key);                                                                  \
    for (int restarts = 0; restarts < GM_MAX_RESTARTS; restarts++) {                      \
        uint64_t reseeds = (m)->reseeds;                                                  \
        gm_status status = once(m, &own, out, es);                                        \
        if (GM_LIKELY(status != GM_RESTART)) {                                            \
            return status;                                                                \
        }                                                                                 \
        if ((m)->reseeds != reseeds && (status = gmi_rehash(m, &own)) != GM_OK) {         \
            return status;                                                                \
        }                                                                                 \
    }                                                                                     \
    return GM_RESTARTS

#else
#define GM_SETTLE(once, m, key, out, es) return once(m, key, out, es)
#endif

static GM_ALWAYS_INLINE gm_status
GM_FN(find)(gm_map *m, const GM_KEY *key, gm_cell *cell, size_t es)
{
    GM_SETTLE(GM_FN(find_once), m, key, cell, es);
}

static GM_ALWAYS_INLINE gm_status
GM_FN(assign)(gm_map *m, const GM_KEY *key, gm_cell *cell, size_t es)
{
    GM_SETTLE(GM_FN(assign_once), m, key, cell, es);
}

static GM_ALWAYS_INLINE gm_status
GM_FN(remove)(gm_map *m, const GM_KEY *key, gm_entry *removed, size_t es)
{
    GM_SETTLE(GM_FN(remove_once), m, key, removed, es);
}

/* ---- evacuate ------------------------------------------------------------------------------ */

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
        uint8_t *tops = gmi_tophash(b);
        for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
            uint8_t top = tops[i];
            if (gmi_is_empty(top)) {
                tops[i] = GM_EVACUATED_EMPTY;
                continue;
            }
            GM_KEY *key = GM_FN(key_at)(b, i);
            void *elem = gmi_elem_at(b, i, sizeof(GM_KEY), es);
            unsigned half = same_size ? 0 : GM_FN(half_of)(m, key, newbit, &top);
            tops[i] = (uint8_t)(GM_EVACUATED_X + half);
            gmi_half_place(m, &halves[half], top, key, elem, sizeof(GM_KEY), es);
            if (m->owner != NULL) {
                gmi_leave_behind(m, a, key, elem, GM_IS_REFLEXIVE(key), sizeof(GM_KEY), es);
            }
        }
    }
}

/* ---- iterate --------------------------------------------------------------------------------
 * Go's mapiternext.  The position is written back before a lookup, so that a
 * stranger's equality finds the iterator in order when it comes back to it. */

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

/* ---- the instances ---------------------------------------------------------------------------- */

#define GM_WRAP(variant, es, iter_es)                                                      \
    static gm_status GM_FN(find_##variant)(gm_map * m, const void *key, gm_cell *cell)     \
    {                                                                                      \
        return GM_FN(find)(m, key, cell, es);                                              \
    }                                                                                      \
    static gm_status GM_FN(assign_##variant)(gm_map * m, const void *key, gm_cell *cell)   \
    {                                                                                      \
        return GM_FN(assign)(m, key, cell, es);                                            \
    }                                                                                      \
    static gm_status GM_FN(remove_##variant)(gm_map * m, const void *key, gm_entry *out)   \
    {                                                                                      \
        return GM_FN(remove)(m, key, out, es);                                             \
    }                                                                                      \
    static void GM_FN(evacuate_##variant)(gm_map * m, size_t oldbucket)                    \
    {                                                                                      \
        GM_FN(evacuate)(m, oldbucket, es);                                                 \
    }                                                                                      \
    static gm_status GM_FN(iter_next_##variant)(gm_iter * it, gm_cell *cell)               \
    {                                                                                      \
        return GM_FN(iter_next)(it, cell, iter_es);                                        \
    }                                                                                      \
    static const gmi_ops GM_FN(ops_##variant) = {                                          \
        GM_FN(find_##variant),     GM_FN(assign_##variant),    GM_FN(remove_##variant),    \
        GM_FN(evacuate_##variant), GM_FN(iter_next_##variant),                             \
    }

GM_WRAP(8, 8, 8);
GM_WRAP(any, m->elem_size, it->map->elem_size);

static uint64_t
GM_FN(slot_hash)(gm_map *m, const void *key)
{
    return GM_FN(hash_of)(m, key);
}

static bool
GM_FN(is_reflexive)(const void *key)
{
    const GM_KEY *k = key;
    (void)k;
    return GM_IS_REFLEXIVE(k);
}

#define GM_KIND_INIT(label)                                                                \
    {                                                                                      \
        label, sizeof(GM_KEY), GM_STORES_HASH, GM_FN(slot_hash), GM_FN(is_reflexive),      \
            &GM_FN(ops_8), &GM_FN(ops_any)                                                 \
    }

GM_KIND_STORAGE const gm_kind GM_PASTE(gm_kind, GM_NAME) = GM_KIND_INIT(GM_LABEL);

#undef GM_NAME
#undef GM_LABEL
#undef GM_KEY
#undef GM_STORES_HASH
#undef GM_HASH
#undef GM_EQUAL
#undef GM_EQUAL_CALL
#undef GM_IS_REFLEXIVE
#undef GM_UPDATES_KEY
#undef GM_KIND_STORAGE
#undef GM_KIND_INIT
#undef GM_CALLS_OUT
#undef GM_SETTLE
#undef GM_WRAP
#undef GM_FN
#undef GM_PASTE
#undef GM_PASTE2
