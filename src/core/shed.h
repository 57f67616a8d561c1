/* shed.h: how arrays go: large ones piece by piece, so that no write pays for a whole.
 *
 *   old array while growing:
 *
 *       stubs            given back            mark
 *     ┌────────┬───────────────────────────────┬──▼─────────────────────┐
 *     │ 16 B   │ pages of evacuated buckets    │ buckets                │ spares
 *     │ each   │                               │                        │
 *     └────────┴───────────────────────────────┴────────────────────────┘
 *
 * Of a bucket that the evacuation mark has passed only two words are ever read
 * again, by whoever looks inside: the tophash bytes, which tell where its entries
 * went, and the overflow pointer.  They move to the array's front, and the pages
 * behind are given back.  An array that an iterator pins, or that holds references
 * for one, keeps everything.
 *
 * When a growth is over, what is left of the array (stubs, spares, overflow chunks)
 * is buried: later inserts each free a piece of it.
 */
#ifndef GM_SHED_H
#define GM_SHED_H

#include "array.h"

/* Gives back a piece of the old array, if the mark is that far. */
void gmi_shed(gm_map *m);
/* One pin less; with the last one the array goes, one way or another. */
void gmi_unpin(gm_map *m, char *buckets);
/* Frees one piece of what is buried, or all of it. */
void gmi_bury_piece(gm_map *m);
void gmi_bury_all(gm_map *m);

/* ---- chains of old buckets ------------------------------------------------------------- */

/* What is left of old bucket i: its tophash bytes lie where a bucket's do. */
static inline char *
gmi_stub_at(char *buckets, size_t i)
{
    return buckets + i * (GM_BUCKET_CELLS + sizeof(char *));
}

/* The head of an array's chain i: a bucket, or for one that was given back its stub. */
static inline char *
gmi_head_at(const gm_map *m, char *buckets, size_t i)
{
    return i < gmi_array_of(buckets)->stubs ? gmi_stub_at(buckets, i)
                                            : gmi_bucket_at(buckets, i, m->bucket_size);
}

/* The bucket after b, which may be the head, in the array's chain i. */
static inline char *
gmi_after(const gm_map *m, char *buckets, size_t i, char *b)
{
    bool stub = i < gmi_array_of(buckets)->stubs && b == gmi_stub_at(buckets, i);
    return stub ? *(char **)(void *)(b + GM_BUCKET_CELLS) : gmi_overflow(b, m->bucket_size);
}

#endif
