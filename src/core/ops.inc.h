/* ops.inc.h: find and assign: the one text of each.  Included from
 * here, as parts of it: remove.inc.h, evacuate.inc.h, next.inc.h, glance.inc.h,
 * batch.inc.h, explain.inc.h.
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
 *   GM_COPY_KEY(to, from)  optional: *to = *from, for slots that are better copied
 *                    in parts than as a whole
 *   GM_SAME(a, b), GM_UNCLEAR(a, b)  optional, for glance.inc.h: are two slots of one
 *                    key, seen at a glance?  If not, might a call say that they are?
 *   GM_PREFETCH_KEY(k)  optional: fetches what *k refers to; then the map has an owner
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
#include "chain.h"
#include "hash.h"
#include "iter.h"
#include "record.h"
#include "shed.h"

#define GM_PASTE2(a, b) a##_##b
#define GM_PASTE(a, b) GM_PASTE2(a, b)
#define GM_FN(name) GM_PASTE(name, GM_NAME)

#if defined(GM_EQUAL_CALL)
#define GM_CALLS_OUT 1
#else
#define GM_CALLS_OUT 0
#endif

#ifndef GM_COPY_KEY
#define GM_COPY_KEY(to, from) (*(to) = *(from))
#endif

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

/* 1 equal, 0 not, -1: *trouble says why there is no answer.  `glance`: no calls. */
static GM_ALWAYS_INLINE int
GM_FN(compare)(gm_map *m, GM_KEY *slot, const GM_KEY *key, gm_status *trouble, bool glance)
{
#ifdef GM_SAME
    if (glance) {
        bool same = GM_SAME(slot, key);
        if (!same && GM_UNCLEAR(slot, key)) {
            *trouble = GM_NOT_CLEAR;
            return -1;
        }
        return same;
    }
#endif
    (void)glance;
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

/* Which of the cells hit in bucket b has the key?  -1: none, or *trouble; but after a
 * glance that is not clear, the cell that was looked at. */
static GM_ALWAYS_INLINE int
GM_FN(equal_cell)(gm_map *m, char *b, gmi_hits hits, const GM_KEY *key, gm_status *trouble,
                  bool glance)
{
    for (; hits != 0; hits &= hits - 1) {
        unsigned i = gmi_first_hit(hits);
        int equal = GM_FN(compare)(m, GM_FN(key_at)(b, i), key, trouble, glance);
        if (equal > 0 || (glance && equal < 0)) {
            return (int)i;
        }
        if (GM_CALLS_OUT && equal < 0) {
            return -1;
        }
    }
    return -1;
}

/* ---- find --------------------------------------------------------------------------- */

/* The cell of the key in the chain that begins at b; spot->bucket NULL: none. */
static GM_ALWAYS_INLINE gm_status
GM_FN(locate)(gm_map *m, char *b, uint8_t top, const GM_KEY *key, gmi_spot *spot, size_t es,
              bool glance)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    gm_status trouble = GM_OK;
    spot->bucket = NULL;
    do {
        int i = GM_FN(equal_cell)(m, b, gmi_match(gmi_load(b), top), key, &trouble, glance);
        if (i >= 0) {
            spot->bucket = b;
            spot->cell = (unsigned)i;
            return trouble;
        }
        if (GM_CALLS_OUT && trouble != GM_OK) {
            return trouble;
        }
        if (gmi_ends_chain(b)) {
            break;
        }
        b = gmi_overflow(b, size);
    } while (b != NULL);
    return GM_OK;
}

static GM_ALWAYS_INLINE gm_status
GM_FN(find_once)(gm_map *m, const GM_KEY *key, gm_cell *cell, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    gmi_spot spot = {NULL, 0};
    gm_status status = GM_OK;
    if (m->count != 0) {
        uint64_t hash = GM_FN(hash_of)(m, key);
        char *head = gmi_chain_of(m, hash, size);
        gmi_fetch_rest(head, size);
        status = GM_FN(locate)(m, head, gmi_top_of(hash), key, &spot, es, false);
    }
    bool found = spot.bucket != NULL;
    cell->key = found ? GM_FN(key_at)(spot.bucket, spot.cell) : NULL;
    cell->elem = found ? gmi_elem_at(spot.bucket, spot.cell, sizeof(GM_KEY), es) : NULL;
    return status;
}

/* ---- assign ---------------------------------------------------------------------------- */

/* Looks for the key in the rest of its chain, after b, the last one of `room`. */
static GM_ALWAYS_INLINE gm_status
GM_FN(scan_on)(gm_map *m, uint8_t top, const GM_KEY *key, gmi_spot *spot, gmi_room *room, size_t es,
               bool glance)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    gm_status trouble = GM_OK;
    char *b = room->last;
    while (!gmi_ends_chain(b) && (b = gmi_overflow(b, size)) != NULL) {
        gmi_group group = gmi_load(b);
        int i = GM_FN(equal_cell)(m, b, gmi_match(group, top), key, &trouble, glance);
        if (i >= 0) {
            *spot = (gmi_spot){b, (unsigned)i};
            return trouble;
        }
        if (GM_CALLS_OUT && trouble != GM_OK) {
            return trouble;
        }
        gmi_hits empty = gmi_match_empty(group);
        if (empty != 0 && room->bucket == NULL) {
            room->bucket = b;
            room->cell = gmi_first_hit(empty);
        }
        room->last = b;
        room->depth++;
    }
    return GM_OK;
}

/* Looks for the key and, on the way, for the first free cell of its chain, which
 * begins at b.  Most keys are in the first bucket, or else most chains end there:
 * the rest is out of the way. */
static GM_ALWAYS_INLINE gm_status
GM_FN(scan)(gm_map *m, char *b, uint8_t top, const GM_KEY *key, gmi_spot *spot, gmi_room *room,
            size_t es, bool glance)
{
    gm_status trouble = GM_OK;
    gmi_group group = gmi_load(b);
    int i = GM_FN(equal_cell)(m, b, gmi_match(group, top), key, &trouble, glance);
    *spot = (gmi_spot){NULL, 0};
    if (i >= 0) {
        *spot = (gmi_spot){b, (unsigned)i};
        return trouble;
    }
    if (GM_CALLS_OUT && trouble != GM_OK) {
        return trouble;
    }
    gmi_hits empty = gmi_match_empty(group);
    *room = (gmi_room){empty != 0 ? b : NULL, empty != 0 ? gmi_first_hit(empty) : 0, b, 1};
    return gmi_ends_chain(b) ? GM_OK : GM_FN(scan_on)(m, top, key, spot, room, es, glance);
}

/* The key is new: puts it where `room` says, in a new overflow bucket if need be. */
static GM_ALWAYS_INLINE gm_status
GM_FN(insert)(gm_map *m, gmi_room *room, uint8_t top, const GM_KEY *key, gm_cell *cell, size_t es)
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
    if (GM_UNLIKELY(m->buries)) {
        gmi_bury_piece(m);
    }
    GM_COPY_KEY((GM_KEY *)cell->key, key);
    memset(cell->elem, 0, es);
    gmi_tophash(room->bucket)[room->cell] = top;
    m->count++;
    m->version++;
    return GM_OK;
}

/* `replaces`: the key replaces an equal one that is there, in kinds where it may. */
static GM_ALWAYS_INLINE gm_status
GM_FN(assign_for_hash)(gm_map *m, const GM_KEY *key, uint64_t hash, gm_cell *cell, size_t es,
                       bool replaces)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    const uint8_t top = gmi_top_of(hash);
    gmi_room room;
    gmi_spot spot;
    gm_status status;
    if (GM_UNLIKELY(m->buckets == NULL) && (status = gmi_first_bucket(m)) != GM_OK) {
        return status;
    }
    for (;;) {
        size_t bucket = hash & gmi_mask(m->B);
        if (GM_UNLIKELY(gmi_is_growing(m)) && (status = gmi_growth_work(m, bucket)) != GM_OK) {
            return status;
        }
        char *head = gmi_bucket_at(m->buckets, bucket, size);
        gmi_fetch_rest(head, size);
        status = GM_FN(scan)(m, head, top, key, &spot, &room, es, false);
        if (status != GM_OK) {
            return status;
        }
        if (spot.bucket != NULL) {
            cell->key = GM_FN(key_at)(spot.bucket, spot.cell);
            cell->elem = gmi_elem_at(spot.bucket, spot.cell, sizeof(GM_KEY), es);
            cell->inserted = false;
            if (GM_UPDATES_KEY && replaces) {
                memcpy(cell->key, key, sizeof(GM_KEY));
            }
            return GM_OK;
        }
        if (GM_LIKELY(gmi_is_growing(m) ||
                      !(gmi_is_overloaded(m->count + 1, m->B) || gmi_has_many_overflows(m)) ||
                      m->fixed_size)) {
            return GM_FN(insert)(m, &room, top, key, cell, es);
        }
        if ((status = gmi_start_growth(m)) != GM_OK) {
            return status;
        }
    }
}

static GM_ALWAYS_INLINE gm_status
GM_FN(assign_once)(gm_map *m, const GM_KEY *key, gm_cell *cell, size_t es)
{
    return GM_FN(assign_for_hash)(m, key, GM_FN(hash_of)(m, key), cell, es, true);
}

#include "remove.inc.h"

/* ---- starting over ------------------------------------------------------------------------ */

#if GM_CALLS_OUT

/* Defines `name`: name_once, and when that has to start over, name_again, out
 * of the way: until the ground holds still, with a hash of the present seed.
 * The first attempt reads the caller's key where it is: a copy of what was just
 * written in halves would wait for the store buffer. */
#define GM_OPERATION(name, out_type)                                                               \
    static GM_NOINLINE gm_status GM_FN(name##_again)(gm_map * m, const GM_KEY *key, out_type *out, \
                                                     size_t es, uint64_t reseeds)                  \
    {                                                                                              \
        GM_KEY own = *key;                                                                         \
        for (int restarts = 1; restarts < GM_MAX_RESTARTS; restarts++) {                           \
            gm_status status = GM_OK;                                                              \
            if (m->reseeds != reseeds && (status = gmi_rehash(m, &own)) != GM_OK) {                \
                return status;                                                                     \
            }                                                                                      \
            reseeds = m->reseeds;                                                                  \
            status = GM_FN(name##_once)(m, &own, out, es);                                         \
            if (status != GM_RESTART) {                                                            \
                return status;                                                                     \
            }                                                                                      \
        }                                                                                          \
        return GM_RESTARTS;                                                                        \
    }                                                                                              \
                                                                                                   \
    static GM_ALWAYS_INLINE gm_status GM_FN(name)(gm_map * m, const GM_KEY *key, out_type *out,    \
                                                  size_t es)                                       \
    {                                                                                              \
        const uint64_t reseeds = m->reseeds;                                                       \
        gm_status status = GM_FN(name##_once)(m, key, out, es);                                    \
        if (GM_UNLIKELY(status == GM_RESTART)) {                                                   \
            status = GM_FN(name##_again)(m, key, out, es, reseeds);                                \
        }                                                                                          \
        return status;                                                                             \
    }

#else

#define GM_OPERATION(name, out_type)                                                            \
    static GM_ALWAYS_INLINE gm_status GM_FN(name)(gm_map * m, const GM_KEY *key, out_type *out, \
                                                  size_t es)                                    \
    {                                                                                           \
        return GM_FN(name##_once)(m, key, out, es);                                             \
    }

#endif

GM_OPERATION(find, gm_cell)
GM_OPERATION(assign, gm_cell)
GM_OPERATION(delete, gm_entry)
GM_OPERATION(pop, gm_entry)

#include "evacuate.inc.h"
#include "next.inc.h"
#include "glance.inc.h"
#include "batch.inc.h"
#include "explain.inc.h"

GM_OPERATION(explain, gm_trace)

/* ---- the instances ---------------------------------------------------------------------------- */

#define GM_WRAP(variant, es, iter_es)                                                       \
    static gm_status GM_FN(find_##variant)(gm_map * m, const void *key, gm_cell *cell)      \
    {                                                                                       \
        return GM_FN(find)(m, key, cell, es);                                               \
    }                                                                                       \
    static gm_status GM_FN(assign_##variant)(gm_map * m, const void *key, gm_cell *cell)    \
    {                                                                                       \
        return GM_FN(assign)(m, key, cell, es);                                             \
    }                                                                                       \
    static gm_status GM_FN(delete_##variant)(gm_map * m, const void *key, gm_entry *out)    \
    {                                                                                       \
        return GM_FN(delete)(m, key, out, es);                                              \
    }                                                                                       \
    static gm_status GM_FN(pop_##variant)(gm_map * m, const void *key, gm_entry *out)       \
    {                                                                                       \
        return GM_FN(pop)(m, key, out, es);                                                 \
    }                                                                                       \
    static gm_status GM_FN(explain_##variant)(gm_map * m, const void *key, gm_trace *trace) \
    {                                                                                       \
        return GM_FN(explain)(m, key, trace, es);                                           \
    }                                                                                       \
    static void GM_FN(evacuate_##variant)(gm_map * m, size_t oldbucket)                     \
    {                                                                                       \
        GM_FN(evacuate)(m, oldbucket, es);                                                  \
    }                                                                                       \
    static gm_status GM_FN(iter_next_##variant)(gm_iter * it, gm_cell * cell)               \
    {                                                                                       \
        return GM_FN(iter_next)(it, cell, iter_es);                                         \
    }                                                                                       \
    static const gmi_ops GM_FN(ops_##variant) = {                                           \
        GM_FN(find_##variant),    GM_FN(assign_##variant),   GM_FN(delete_##variant),       \
        GM_FN(pop_##variant),     GM_FN(evacuate_##variant), GM_FN(iter_next_##variant),    \
        GM_FN(explain_##variant), GM_BATCH_OPS(variant)}

GM_WRAP_BATCH(8, 8)
GM_WRAP_BATCH(any, m->elem_size)
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
    {label,         sizeof(GM_KEY), GM_STORES_HASH, GM_FN(slot_hash), GM_FN(is_reflexive), \
     &GM_FN(ops_8), &GM_FN(ops_any)}

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
#undef GM_PREFETCH_KEY
#undef GM_SAME
#undef GM_UNCLEAR
#undef GM_COPY_KEY
#undef GM_KIND_STORAGE
#undef GM_KIND_INIT
#undef GM_CALLS_OUT
#undef GM_OPERATION
#undef GM_WRAP
#undef GM_WRAP_BATCH
#undef GM_BATCH_OPS
#undef GM_FN
#undef GM_PASTE
#undef GM_PASTE2
