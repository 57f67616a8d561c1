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
#include "record.h"

/* The cell's bits, taken out: the references are the entry's owner's now. */
void gmi_cell_take(const gm_map *m, char *bucket, unsigned i, gm_entry *out);
/* The emptyOne cells that end the buckets before `bucket`, which is empty and the
 * chain's last in use, become emptyRest. */
GM_NOINLINE void gmi_extend_rest(const gm_map *m, char *head, char *bucket);
/* The last entry is gone. */
GM_NOINLINE void gmi_emptied(gm_map *m);
/* A new hash0, unless the seed is fixed. */
void gmi_reseed(gm_map *m);
/* An occupied cell drawn with equal chances; count > 0.  `head` is its chain. */
typedef struct {
    char *head, *bucket;
    unsigned cell;
} gmi_place;
gmi_place gmi_draw_place(gm_map *m);

/* Tophash bytes, none of them an evacuated cell's, with the emptyOne cells at their end
 * as emptyRest, if these are the last in use.  Without a branch: which cells are empty
 * cannot be foreseen. */
static GM_ALWAYS_INLINE uint64_t
gmi_end_with_rest(uint64_t word, bool last)
{
    uint64_t occupied = word & ~(GMI_EACH_BYTE * GM_EMPTY_ONE);
    unsigned rest = GM_LEADING_ZEROS(occupied | 1) & ~7u & -(unsigned)last;
    return word & UINT64_MAX >> rest & -(uint64_t)!(last & (occupied == 0));
}

/* Marks cell i of `bucket`, in the chain that begins at `head`, as deleted. */
static GM_ALWAYS_INLINE void
gmi_cell_erase(gm_map *m, char *head, char *bucket, unsigned i, size_t bucket_size)
{
    const unsigned at = 8 * i;
    uint64_t word = gmi_word(bucket);
    word = (word & ~((uint64_t)0xff << at)) | (uint64_t)GM_EMPTY_ONE << at;
    bool last = word >> at == GM_EMPTY_ONE;
    if (GM_UNLIKELY(i == GM_BUCKET_CELLS - 1)) {
        char *next = gmi_overflow(bucket, bucket_size);
        last = next == NULL || gmi_tophash(next)[0] == GM_EMPTY_REST;
    }
    word = gmi_end_with_rest(word, last);
    gmi_put_word(bucket, word);
    if (GM_UNLIKELY(word == 0 && bucket != head)) {
        gmi_extend_rest(m, head, bucket);
    }
    m->version++;
    m->count--;
    gmi_tell_entry(m, GM_DELETED, head, gmi_key_at(bucket, i, m->key_size));
    if (GM_UNLIKELY(m->count == 0)) {
        gmi_emptied(m);
    }
}

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
