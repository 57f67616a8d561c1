/* walk.c: see walk.h. */
#include "walk.h"

#include "shed.h"

static bool
is_reachable(const gm_map *m, const gmi_chain *chain)
{
    if (!gmi_is_growing(m)) {
        return true;
    }
    size_t index = chain->index & (gmi_old_count(m) - 1);
    return chain->old != gmi_has_moved(m, index, m->bucket_size);
}

static bool
step(const gm_map *m, gmi_chain *chain)
{
    chain->index = chain->head == NULL ? 0 : chain->index + 1;
    if (chain->old) {
        if (gmi_is_growing(m) && chain->index < gmi_old_count(m)) {
            chain->head = gmi_head_at(m, m->oldbuckets, chain->index);
            return true;
        }
        chain->old = false;
        chain->index = 0;
    }
    if (m->buckets == NULL || chain->index > gmi_mask(m->B)) {
        return false;
    }
    chain->head = gmi_bucket_at(m->buckets, chain->index, m->bucket_size);
    return true;
}

char *
gmi_next_bucket(const gm_map *m, const gmi_chain *chain, char *b)
{
    return gmi_after(m, chain->old ? m->oldbuckets : m->buckets, chain->index, b);
}

bool
gmi_next_chain(const gm_map *m, gmi_chain *chain, bool reachable)
{
    while (step(m, chain)) {
        if (!reachable || is_reachable(m, chain)) {
            return true;
        }
    }
    return false;
}

void
gm_walk_init(gm_walk *w, gm_map *m)
{
    memset(w, 0, sizeof *w);
    w->map = m;
    w->version = m->version;
    w->in_old = true;
    w->fresh = true;
}

/* Goes on to the walk's next chain. */
static bool
enter_chain(gm_walk *w)
{
    gmi_chain chain = {w->fresh ? NULL : w->map->buckets, w->chain, w->in_old};
    if (!gmi_next_chain(w->map, &chain, true)) {
        return false;
    }
    w->fresh = false;
    w->position = chain.head;
    w->chain = chain.index;
    w->in_old = chain.old;
    w->cell = 0;
    return true;
}

bool
gm_walk_next(gm_walk *w, gm_cell *cell)
{
    const gm_map *m = w->map;
    if (GM_UNLIKELY(m->version != w->version)) {
        w->changed = true;
        return false;
    }
    while (w->position != NULL || enter_chain(w)) {
        for (unsigned i = w->cell; i < GM_BUCKET_CELLS; i++) {
            if (gmi_tophash(w->position)[i] >= GM_MIN_TOPHASH) {
                w->cell = (uint8_t)(i + 1);
                cell->key = gmi_key_at(w->position, i, m->key_size);
                cell->elem = gmi_elem_at(w->position, i, m->key_size, m->elem_size);
                return true;
            }
        }
        w->position = gmi_overflow(w->position, m->bucket_size);
        w->cell = 0;
    }
    return false;
}
