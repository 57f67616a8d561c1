/* chain.h: which chain a key belongs to, and where in it things are: what the
 * algorithms of every kind (ops.inc.h) share. */
#ifndef GM_CHAIN_H
#define GM_CHAIN_H

#include "grow.h"

/* Outcomes inside ops.inc.h, beside gm_status: the map changed, start over; and a
 * glance does not tell whether a key is the one that was found. */
#define GM_RESTART ((gm_status)100)
#define GM_NOT_CLEAR ((gm_status)101)

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
        size_t old = hash & (gmi_old_count(m) - 1);
        if (!gmi_has_moved(m, old, bucket_size)) {
            return gmi_bucket_at(m->oldbuckets, old, bucket_size);
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

/* An occupied cell; bucket NULL: none. */
typedef struct {
    char *bucket;
    unsigned cell;
} gmi_spot;

/* Where a new key can go in a chain. */
typedef struct {
    char *bucket; /* first free cell, or NULL */
    unsigned cell;
    char *last;   /* last bucket of the chain */
    size_t depth; /* its number, from 1 */
} gmi_room;

#endif
