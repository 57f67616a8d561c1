/* iter.h: the parts of an iterator that the kinds' loops need (see iter.c). */
#ifndef GM_ITER_H
#define GM_ITER_H

#include "grow.h"

#define GM_NO_CHECK SIZE_MAX

/* The iterator produces nothing more and lets go of its arrays. */
void gmi_iter_kill(gm_iter *it);
/* From now on it reads `buckets`, pinned, and no longer what it read before. */
void gmi_iter_move_to(gm_iter *it, char *buckets);
/* Does an iterator before `end` in the map's list read the same array? */
bool gmi_iter_reads_before(const gm_map *m, const gm_iter *end, const char *buckets);
/* Entries are dealt to buckets anew (new seed, rebuilt array): chain i of a
 * later array holds other entries than chain i of an array left behind, so its
 * iterators must not go over to later ones as they do when a growth keeps
 * entries together. */
void gmi_iters_stray(gm_map *m);

/* Has the seed changed since the array being read, an old one, was in use? */
static inline bool
gmi_iter_is_stale(const gm_iter *it)
{
    return gmi_array_of(it->current)->reseeds != it->map->reseeds;
}

/* The chain of its round for which it reads an old array's; GM_NO_CHECK: reads its own. */
static inline size_t
gmi_iter_chain(const gm_iter *it)
{
    return it->current != it->buckets ? (it->next_bucket - 1) & gmi_mask(it->B) : GM_NO_CHECK;
}

/* Goes to the next chain; false at the end of the round. */
static inline bool
gmi_iter_next_chain(gm_iter *it, size_t bucket_size)
{
    gm_map *m = it->map;
    size_t bucket = it->next_bucket;
    if (bucket == it->start_bucket && it->wrapped) {
        return false;
    }
    char *array = it->buckets, *b = NULL;
    it->check_bucket = GM_NO_CHECK;
    if (gmi_is_growing(m) && it->B == m->B && !it->strayed) {
        /* what has not moved yet is in the old chain, which a doubling splits */
        size_t old = bucket & (gmi_old_count(m) - 1);
        if (!gmi_has_moved(m, old, bucket_size)) {
            b = gmi_bucket_at(m->oldbuckets, old, bucket_size);
            array = m->oldbuckets;
            it->check_bucket = gmi_is_same_size(m) ? GM_NO_CHECK : bucket;
        }
    }
    it->position = b != NULL ? b : gmi_bucket_at(it->buckets, bucket, bucket_size);
    if (array != it->current) {
        gmi_iter_move_to(it, array);
    }
    it->cell = 0;
    if (++bucket == (size_t)1 << it->B) {
        bucket = 0;
        it->wrapped = true;
    }
    it->next_bucket = bucket;
    return true;
}

#endif
