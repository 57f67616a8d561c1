/* clone.c: another map with the same entries, as Go's maps.Clone makes it (runtime
 * mapclone2, Go 1.21 to 1.23).
 *
 *   source chains i, i + n, i + 2n ...  ──▶  chain i of n = 2**B buckets, densely
 *
 * The copy has the source's hash0 and as many buckets as its entries need, never
 * more than the source.  An entry's chain in a smaller array is known from its chain
 * in the larger one, and its tophash byte goes with it: nothing is hashed, but for
 * the old chains of a doubling that have not moved when the copy has as many buckets
 * as the new array.  A single bucket is copied as it lies, deleted cells included.
 */
#include "debug.h"
#include "rebuild.h"
#include "walk.h"

/* Where the next entry of a chain goes. */
typedef struct {
    gm_map *map;
    char *bucket;
    unsigned cell;
    size_t depth; /* the bucket's number in its chain, from 1 */
} tail;

static tail
tail_of(gm_map *to, size_t chain)
{
    tail t = {to, gmi_bucket_at(to->buckets, chain, to->bucket_size), 0, 1};
    for (char *next; (next = gmi_overflow(t.bucket, to->bucket_size)) != NULL; t.depth++) {
        t.bucket = next;
    }
    while (t.cell < GM_BUCKET_CELLS && gmi_tophash(t.bucket)[t.cell] >= GM_MIN_TOPHASH) {
        t.cell++;
    }
    return t;
}

static bool
put(tail *t, const gm_map *from, char *b, unsigned i)
{
    if (t->cell == GM_BUCKET_CELLS) {
        if (!gmi_overflow_reserve(t->map, 1)) {
            return false;
        }
        t->bucket = gmi_overflow_new(t->map, t->bucket, t->depth++);
        t->cell = 0;
    }
    gmi_tophash(t->bucket)[t->cell] = gmi_tophash(b)[i];
    memcpy(gmi_key_at(t->bucket, t->cell, from->key_size), gmi_key_at(b, i, from->key_size),
           from->key_size);
    memcpy(gmi_elem_at(t->bucket, t->cell, from->key_size, from->elem_size),
           gmi_elem_at(b, i, from->key_size, from->elem_size), from->elem_size);
    t->cell++;
    return true;
}

static bool
put_chain(tail *t, const gm_map *from, char *b)
{
    for (; b != NULL; b = gmi_overflow(b, from->bucket_size)) {
        gmi_hits hits = gmi_match_occupied(gmi_load(b));
        for (; hits != 0; hits &= hits - 1) {
            if (!put(t, from, b, gmi_first_hit(hits))) {
                return false;
            }
        }
    }
    return true;
}

/* Every chain of the copy from all chains of the source's present array that fall
 * into it. */
static bool
copy_present(gm_map *to, const gm_map *from)
{
    const size_t n = gmi_mask(to->B) + 1, all = gmi_mask(from->B) + 1;
    for (size_t i = 0; i < n; i++) {
        tail t = tail_of(to, i);
        for (size_t j = i; j < all; j += n) {
            if (!put_chain(&t, from, gmi_bucket_at(from->buckets, j, from->bucket_size))) {
                return false;
            }
        }
    }
    return true;
}

/* An old chain whose entries the copy's larger array deals out by one more bit. */
static bool
deal_chain(gm_map *to, const gm_map *from, char *b)
{
    for (; b != NULL; b = gmi_overflow(b, from->bucket_size)) {
        gmi_hits hits = gmi_match_occupied(gmi_load(b));
        for (; hits != 0; hits &= hits - 1) {
            unsigned i = gmi_first_hit(hits);
            gm_cell cell = {gmi_key_at(b, i, from->key_size),
                            gmi_elem_at(b, i, from->key_size, from->elem_size), false};
            if (!gmi_append(to, to->kind->slot_hash(to, cell.key), &cell)) {
                return false;
            }
        }
    }
    return true;
}

static bool
copy_waiting(gm_map *to, const gm_map *from)
{
    for (size_t i = 0; i < gmi_old_count(from); i++) {
        char *b = gmi_bucket_at(from->oldbuckets, i, from->bucket_size);
        if (gmi_has_moved(from, i, from->bucket_size)) {
            continue;
        }
        if (gmi_old_count(from) <= gmi_mask(to->B)) {
            if (!deal_chain(to, from, b)) {
                return false;
            }
            continue;
        }
        tail t = tail_of(to, i & gmi_mask(to->B));
        if (!put_chain(&t, from, b)) {
            return false;
        }
    }
    return true;
}

static bool
copy_entries(gm_map *to, const gm_map *from)
{
    /* growing maps have two buckets at least, those of a fixed size perhaps more in one chain */
    bool single = from->B == 0 && gmi_overflow(from->buckets, from->bucket_size) == NULL;
    if (single) {
        memcpy(to->buckets, from->buckets, from->bucket_size);
    }
    else if (!copy_present(to, from) || (gmi_is_growing(from) && !copy_waiting(to, from))) {
        return false;
    }
    to->count = from->count;
    return true;
}

static void
retain_all(gm_map *m)
{
    const gm_owner *owner = m->owner;
    gm_walk w;
    gm_cell cell;
    gm_walk_init(&w, m);
    while (owner != NULL && gm_walk_next(&w, &cell)) {
        if (owner->retain_key != NULL) {
            owner->retain_key(cell.key);
        }
        if (owner->retain_elem != NULL) {
            owner->retain_elem(cell.elem);
        }
    }
}

/* What the copy has of m besides entries, before it has an array. */
static gm_map
likeness(const gm_map *m, void *context, uint64_t seed)
{
    gm_map like = *m;
    like.count = 0;
    like.B = like.flags = 0;
    like.noverflow = 0;
    like.nevacuate = 0;
    like.buckets = like.oldbuckets = like.garbage = like.dying = NULL;
    like.buries = false;
    like.iterators = NULL;
    like.ops = gmi_ops_of(m->type);
    like.recorded = false;
    like.recording_ops = NULL;
    like.memory = sizeof like;
    like.context = context;
    like.rng = seed;
    like.doublings = like.same_size_growths = like.reseeds = 0;
    return like;
}

gm_status
gm_clone(gm_map *m, void *context, uint64_t seed, gm_map **out)
{
    const gm_allocator *allocator = m->allocator;
    gm_map *copy = allocator->alloc(allocator->context, sizeof *copy);
    *out = NULL;
    if (copy == NULL) {
        return GM_NO_MEMORY;
    }
    gm_map like = likeness(m, context, seed);
    *copy = like;
    if (m->count > 0) {
        unsigned B = gmi_fitting_B(m->count);
        if (!gmi_prepare(copy, &like, B < m->B ? B : m->B)) {
            allocator->release(allocator->context, copy, sizeof *copy);
            return GM_NO_MEMORY;
        }
        gmi_array_fill_soon(copy, copy->buckets);
        if (!copy_entries(copy, m)) {
            gmi_array_destroy(copy, copy->buckets);
            allocator->release(allocator->context, copy, sizeof *copy);
            return GM_NO_MEMORY;
        }
        retain_all(copy);
    }
    gmi_check(copy);
    *out = copy;
    return GM_OK;
}
