/* grow.h: when to grow, and the evacuation mark.
 *
 *            nevacuate
 *                ▼
 *   old  ███████░█░░░░░░      █ evacuated, ░ still holds its entries
 *
 * A growth begins by hanging the present array into `oldbuckets`; every later
 * assign or delete moves the old bucket it is about, and the one at the mark.
 * When the mark has passed all of them, the old array goes.
 *
 * Refuses: to look at a key.  Moving a chain is the kind's (ops.inc.h).
 */
#ifndef GM_GROW_H
#define GM_GROW_H

#include "array.h"

/* Have the entries of old bucket i moved?  The mark has passed it, or its first cell
 * tells. */
static GM_ALWAYS_INLINE bool
gmi_has_moved(const gm_map *m, size_t i, size_t bucket_size)
{
    return i < m->nevacuate || gmi_is_evacuated(gmi_bucket_at(m->oldbuckets, i, bucket_size));
}

/* More entries than 6.5 a bucket?  A single bucket may be full. */
static GM_ALWAYS_INLINE bool
gmi_is_overloaded(uint64_t count, unsigned B)
{
    return count > GM_BUCKET_CELLS && count > GM_LOAD_NUM * (((uint64_t)1 << B) / GM_LOAD_DEN);
}

/* About as many overflow buckets as buckets?  Then they are mostly air. */
static GM_ALWAYS_INLINE bool
gmi_has_many_overflows(const gm_map *m)
{
    return m->noverflow >= 1u << (m->B < 15 ? m->B : 15);
}

/* The smallest B for that many entries. */
unsigned gmi_fitting_B(uint64_t entries);

/* Go's hashGrow: twice the buckets, or as many when overflow is the trouble. */
gm_status gmi_start_growth(gm_map *m);
/* Moves one old bucket, if it has not been. */
gm_status gmi_evacuate(gm_map *m, size_t oldbucket);
/* The work that a write to `bucket` owes to a growth. */
gm_status gmi_growth_work(gm_map *m, size_t bucket);
gm_status gmi_finish_growth(gm_map *m);

#endif
