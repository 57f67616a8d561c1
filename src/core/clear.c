/* clear.c: emptying a map while iterators look on and releases talk back.
 *
 *   contents ──▶ garbage list ──▶ gm_sweep: references released, memory freed
 *
 * Detach first, release last: the map is empty and whole before the first
 * reference in it is released, for a release may run anything, this map's
 * operations included.
 */
#include "clear.h"

#include "cell.h"
#include "debug.h"
#include "iter.h"
#include "record.h"
#include "shed.h"

void
gm_sweep(gm_map *m)
{
    while (m->garbage != NULL) {
        char *buckets = m->garbage;
        m->garbage = gmi_array_of(buckets)->next_garbage;
        gmi_array_destroy(m, buckets);
    }
}

/* Iterators whose round is over `kept` go on with its buckets' new contents,
 * but not in a chain that is no more; the others have nothing left to show. */
static void
end_iterators(gm_map *m, char *kept)
{
    for (gm_iter *it = m->iterators, *next; it != NULL; it = next) {
        next = it->next;
        if (kept == NULL || it->buckets != kept) {
            gmi_iter_kill(it);
            continue;
        }
        if (it->position != NULL && !gmi_is_main(m, kept, it->position)) {
            it->position = NULL;
        }
        gmi_iter_move_to(it, kept);
    }
}

/* An array that nobody else pins becomes garbage, with all it holds. */
static void
let_go(gm_map *m, char *buckets)
{
    if (buckets != NULL) {
        gmi_array_of(buckets)->retains = true;
        gmi_unpin(m, buckets);
    }
}

void
gmi_drop_arrays(gm_map *m)
{
    char *buckets = m->buckets, *oldbuckets = m->oldbuckets;
    end_iterators(m, NULL);
    m->buckets = m->oldbuckets = NULL;
    m->B = 0;
    m->flags &= (uint8_t)~GM_SAME_SIZE_GROW;
    m->nevacuate = 0;
    m->noverflow = 0;
    m->version++;
    let_go(m, buckets);
    let_go(m, oldbuckets);
    gmi_bury_all(m);
}

void
gm_drop(gm_map *m)
{
    gmi_drop_arrays(m);
    m->count = 0;
    gmi_tell_map(m, GM_CLEARED);
    gmi_reseed(m);
    gmi_check(m);
    gm_sweep(m);
}

/* The present array, zeroed in place.  Its references go to a copy of what it
 * was; false when there is no memory for that. */
static bool
empty_present(gm_map *m)
{
    char *contents = NULL;
    if (m->owner != NULL && (contents = gmi_array_take(m, m->buckets)) == NULL) {
        return false;
    }
    gmi_array_reset(m, m->buckets);
    let_go(m, contents);
    return true;
}

void
gm_clear(gm_map *m)
{
    char *old = m->oldbuckets;
    if (m->count == 0) {
        return; /* as Go does: a growth under way and the seed stay */
    }
    end_iterators(m, m->buckets);
    if (!empty_present(m)) {
        gm_drop(m); /* smaller than Go's, but empty */
        return;
    }
    m->oldbuckets = NULL;
    let_go(m, old);
    gmi_bury_all(m);
    m->count = 0;
    m->flags &= (uint8_t)~GM_SAME_SIZE_GROW;
    m->noverflow = 0;
    m->nevacuate = 0;
    m->version++;
    gmi_tell_map(m, GM_CLEARED);
    gmi_reseed(m);
    gmi_check(m);
    gm_sweep(m);
}
