/* rebuild.c: copying all entries into an array of another size.
 *
 *   the map ── walk ──▶ hash ──▶ append to the chain's tail ──▶ a fresh array
 *
 * The copy is made beside the map, which stays whole until a few plain stores
 * put the new array in place.  Iterators of the old one go on: its entries are
 * marked as moved, and looked up from then on.
 */
#include "cell.h"
#include "clear.h"
#include "debug.h"
#include "iter.h"
#include "rebuild.h"
#include "record.h"
#include "shed.h"
#include "walk.h"

bool
gmi_append(gm_map *to, uint64_t hash, const gm_cell *from)
{
    char *b = gmi_bucket_at(to->buckets, hash & gmi_mask(to->B), to->bucket_size);
    size_t depth = 1;
    gmi_hits free_cells;
    while ((free_cells = gmi_match_empty(gmi_load(b))) == 0) {
        char *next = gmi_overflow(b, to->bucket_size);
        if (next == NULL) {
            if (!gmi_overflow_reserve(to, 1)) {
                return false;
            }
            next = gmi_overflow_new(to, b, depth);
        }
        b = next;
        depth++;
    }
    unsigned i = gmi_first_hit(free_cells);
    gmi_tophash(b)[i] = gmi_top_of(hash);
    memcpy(gmi_key_at(b, i, to->key_size), from->key, to->key_size);
    memcpy(gmi_elem_at(b, i, to->key_size, to->elem_size), from->elem, to->elem_size);
    return true;
}

static bool
append_all(gm_map *to, gm_map *from)
{
    gm_walk w;
    gm_cell cell;
    gm_walk_init(&w, from);
    while (gm_walk_next(&w, &cell)) {
        if (!gmi_append(to, to->kind->slot_hash(to, cell.key), &cell)) {
            return false;
        }
    }
    to->count = from->count;
    return true;
}

bool
gmi_prepare(gm_map *fresh, const gm_map *m, unsigned B)
{
    *fresh = *m;
    fresh->count = 0;
    fresh->noverflow = 0;
    fresh->nevacuate = 0;
    fresh->iterators = NULL;
    fresh->garbage = NULL;
    fresh->oldbuckets = fresh->dying = NULL;
    fresh->buries = false;
    fresh->B = (uint8_t)B;
    fresh->buckets = gmi_array_new(fresh, B);
    return fresh->buckets != NULL;
}

/* ---- another size ------------------------------------------------------------------- */

static void
leave_cell(const gm_map *m, char *b, unsigned i)
{
    uint8_t *top = &gmi_tophash(b)[i];
    const gm_owner *owner = m->owner;
    void *key = gmi_key_at(b, i, m->key_size);
    if (*top < GM_MIN_TOPHASH) {
        *top = GM_EVACUATED_EMPTY;
        return;
    }
    *top = GM_EVACUATED_X;
    if (owner != NULL) {
        gmi_leave_behind(m, gmi_array_of(m->buckets), key,
                         gmi_elem_at(b, i, m->key_size, m->elem_size), m->kind->is_reflexive(key),
                         m->key_size, m->elem_size);
    }
}

/* The present array as an evacuated one, for the iterators that keep it. */
static void
leave_array(gm_map *m)
{
    gmi_chain chain = {NULL, 0, false};
    gmi_array_of(m->buckets)->reseeds = m->reseeds;
    while (gmi_next_chain(m, &chain, false)) {
        for (char *b = chain.head; b != NULL; b = gmi_overflow(b, m->bucket_size)) {
            for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
                leave_cell(m, b, i);
            }
        }
    }
}

/* All entries into an array of 2**B buckets, at once.  `filled`: the rest of it
 * will be filled at once, too. */
static gm_status
rebuild(gm_map *m, unsigned B, bool filled)
{
    gm_map fresh;
    gm_status status = gmi_finish_growth(m);
    if (status != GM_OK) {
        return status;
    }
    if (B > GM_MAX_B) {
        return GM_TOO_LARGE;
    }
    if (!gmi_prepare(&fresh, m, B)) {
        return GM_NO_MEMORY;
    }
    if (filled) {
        gmi_array_fill_soon(&fresh, fresh.buckets);
    }
    if (!append_all(&fresh, m)) {
        gmi_array_destroy(&fresh, fresh.buckets);
        return GM_NO_MEMORY;
    }
    char *left = m->buckets;
    if (left != NULL && gmi_array_of(left)->pins > 1) {
        leave_array(m);
    }
    m->buckets = fresh.buckets;
    m->B = fresh.B;
    m->noverflow = fresh.noverflow;
    m->nevacuate = 0;
    m->rng = fresh.rng;
    m->memory = fresh.memory;
    m->version++;
    gmi_iters_stray(m);
    if (left != NULL) {
        gmi_unpin(m, left);
    }
    gmi_bury_all(m);
    gmi_tell_map(m, GM_REBUILT);
    gmi_check(m);
    return GM_OK;
}

gm_status
gm_reserve(gm_map *m, uint64_t entries)
{
    unsigned B = gmi_fitting_B(entries);
    return B <= m->B ? GM_OK : rebuild(m, B, false);
}

gm_status
gmi_reserve_to_fill(gm_map *m, uint64_t entries)
{
    return rebuild(m, gmi_fitting_B(entries), true);
}

gm_status
gm_shrink(gm_map *m)
{
    if (m->count == 0) {
        if (m->buckets != NULL) {
            gmi_drop_arrays(m);
            gmi_tell_map(m, GM_REBUILT);
        }
        return GM_OK;
    }
    unsigned B = gmi_fitting_B(m->count);
    bool loose = gmi_is_growing(m) || m->B > B || m->noverflow > 0;
    return loose ? rebuild(m, B, true) : GM_OK;
}

gm_status
gm_finish_growth(gm_map *m)
{
    gm_status status = gmi_finish_growth(m);
    gmi_bury_all(m);
    gmi_check(m);
    return status;
}
