/* cell.h: what deletion does to a cell's state byte and to the count.
 *
 *   before  a b . c . . | d . . . . . . .      delete d, then c   (. emptyOne)
 *   after   a b r r r r | r r r r r r r r      r emptyRest: a lookup stops there
 *
 * Key-free, so it serves deletes by key and by position alike.
 */
#ifndef GM_CELL_H
#define GM_CELL_H

#include "grow.h"

/* The cell's bits, taken out: the references are the entry's owner's now. */
void gmi_cell_take(const gm_map *m, char *bucket, unsigned i, gm_entry *out);
/* Marks cell i of `bucket`, in the chain that begins at `head`, as deleted. */
void gmi_cell_erase(gm_map *m, char *head, char *bucket, unsigned i);
/* A new hash0, unless the seed is fixed. */
void gmi_reseed(gm_map *m);
/* An occupied cell drawn with equal chances; count > 0.  `head` is its chain. */
typedef struct {
    char *head, *bucket;
    unsigned cell;
} gmi_place;
gmi_place gmi_draw_place(gm_map *m);

/* The entry has moved, references and all.  A pinned array keeps the key for
 * the iterators that will look it up, and an entry that no lookup can find. */
static GM_ALWAYS_INLINE void
gmi_leave_behind(const gm_map *m, gmi_array *a, void *key, void *elem, bool reflexive, size_t ks,
                 size_t es)
{
    const gm_owner *owner = m->owner;
    if (GM_LIKELY(a->pins == 1)) {
        memset(key, 0, ks);
        memset(elem, 0, es);
        return;
    }
    a->retains = true;
    if (owner->retain_key != NULL) {
        owner->retain_key(key);
    }
    if (reflexive) {
        memset(elem, 0, es);
    }
    else if (owner->retain_elem != NULL) {
        owner->retain_elem(elem);
    }
}

#endif
