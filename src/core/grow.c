/* grow.c: see grow.h. */
#include "grow.h"

#include "record.h"
#include "shed.h"

unsigned
gmi_fitting_B(uint64_t entries)
{
    unsigned B = 0;
    while (B <= GM_MAX_B && gmi_is_overloaded(entries, B)) {
        B++;
    }
    return B;
}

gm_status
gmi_start_growth(gm_map *m)
{
    bool bigger = gmi_is_overloaded(m->count + 1, m->B);
    if (m->B + bigger > GM_MAX_B) {
        return GM_TOO_LARGE;
    }
    char *fresh = gmi_array_new(m, m->B + (unsigned)bigger);
    if (fresh == NULL) {
        return GM_NO_MEMORY;
    }
    uint8_t flags = m->flags & (uint8_t)~(GM_ITERATOR | GM_OLD_ITERATOR);
    if (m->flags & GM_ITERATOR) {
        flags |= GM_OLD_ITERATOR;
    }
    m->flags = bigger ? flags : flags | GM_SAME_SIZE_GROW;
    m->B = (uint8_t)(m->B + bigger);
    m->oldbuckets = m->buckets;
    gmi_array_of(m->oldbuckets)->reseeds = m->reseeds;
    gmi_array_of(m->oldbuckets)->doubled = bigger;
    m->buckets = fresh;
    m->nevacuate = 0;
    m->noverflow = 0;
    *(bigger ? &m->doublings : &m->same_size_growths) += 1;
    m->version++;
    gmi_tell_map(m, bigger ? GM_GROWS : GM_GROWS_SAME_SIZE);
    return GM_OK;
}

/* The mark moves past a bucket just evacuated, and past those done before. */
static void
advance_mark(gm_map *m, size_t end)
{
    size_t stop = ++m->nevacuate + GM_MARK_STRIDE;
    if (stop > end) {
        stop = end;
    }
    while (m->nevacuate != stop &&
           gmi_is_evacuated(gmi_bucket_at(m->oldbuckets, m->nevacuate, m->bucket_size))) {
        m->nevacuate++;
    }
}

static void
end_growth(gm_map *m)
{
    char *old = m->oldbuckets;
    m->oldbuckets = NULL;
    m->flags &= (uint8_t)~GM_SAME_SIZE_GROW;
    m->version++; /* nothing may have moved, but an array goes */
    gmi_unpin(m, old);
    gmi_tell_map(m, GM_GREW);
}

/* A chain of n buckets needs at most n - 1 overflow buckets wherever its
 * entries go: none for most. */
static bool
reserve_for_chain(gm_map *m, char *bucket)
{
    size_t length = 1;
    while ((bucket = gmi_overflow(bucket, m->bucket_size)) != NULL) {
        length++;
    }
    return length == 1 || gmi_overflow_reserve(m, length - 1);
}

gm_status
gmi_evacuate(gm_map *m, size_t oldbucket)
{
    char *bucket = gmi_bucket_at(m->oldbuckets, oldbucket, m->bucket_size);
    const size_t end = gmi_old_count(m);
    const bool moves = !gmi_has_moved(m, oldbucket, m->bucket_size);
    if (gmi_array_of(m->oldbuckets)->paged) {
        gmi_shed(m);
    }
    if (moves) {
        if (GM_UNLIKELY(!reserve_for_chain(m, bucket))) {
            return GM_NO_MEMORY;
        }
        m->ops->evacuate(m, oldbucket);
        m->version++;
    }
    if (oldbucket == m->nevacuate) {
        advance_mark(m, end);
    }
    if (moves) {
        gmi_tell_evacuation(m, oldbucket);
    }
    if (m->nevacuate == end) {
        end_growth(m);
    }
    return GM_OK;
}

gm_status
gmi_growth_work(gm_map *m, size_t bucket)
{
    gm_status status = gmi_evacuate(m, bucket & (gmi_old_count(m) - 1));
    if (status == GM_OK && gmi_is_growing(m)) {
        status = gmi_evacuate(m, m->nevacuate);
    }
    return status;
}

gm_status
gmi_finish_growth(gm_map *m)
{
    while (gmi_is_growing(m)) {
        gm_status status = gmi_evacuate(m, m->nevacuate);
        if (status != GM_OK) {
            return status;
        }
    }
    return GM_OK;
}
