/* visit.c: showing every bucket to the caller, as it lies; and what arrays left
 * behind still hold. */
#include "iter.h"
#include "shed.h"
#include "walk.h"

static void
describe(const gm_map *m, const gmi_chain *chain, char *bucket, gm_bucket_view *view)
{
    const char *array = chain->old ? m->oldbuckets : m->buckets;
    view->old = chain->old;
    view->chain = chain->index;
    view->tophash = gmi_tophash(bucket);
    view->preallocated = gmi_spare_index(m, array, bucket);
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        bool occupied = gmi_tophash(bucket)[i] >= GM_MIN_TOPHASH;
        view->key[i] = occupied ? gmi_key_at(bucket, i, m->key_size) : NULL;
        view->elem[i] = occupied ? gmi_elem_at(bucket, i, m->key_size, m->elem_size) : NULL;
    }
}

/* Skips the middle of an array of more than `most` chains. */
static void
skip_middle(const gm_map *m, gmi_chain *chain, size_t most)
{
    size_t n = chain->old ? gmi_old_count(m) : gmi_mask(m->B) + 1;
    if (n > most && chain->index == most - most / 2) {
        chain->index = n - most / 2;
        chain->head = gmi_head_at(m, chain->old ? m->oldbuckets : m->buckets, chain->index);
    }
}

gm_status
gm_visit(gm_map *m, size_t most, gm_see_bucket see, void *context)
{
    gmi_chain chain = {NULL, 0, true};
    uint64_t version = m->version;
    while (gmi_next_chain(m, &chain, false)) {
        skip_middle(m, &chain, most);
        gm_bucket_view view = {.position = 0};
        for (char *b = chain.head; b != NULL; b = gmi_next_bucket(m, &chain, b)) {
            describe(m, &chain, b, &view);
            gm_status status = see(context, &view);
            if (status != GM_OK) {
                return status;
            }
            if (m->version != version) {
                return GM_CHANGED;
            }
            view.position++;
        }
    }
    return GM_OK;
}

/* ---- what arrays left behind hold ------------------------------------------------------ */

typedef struct {
    const gm_map *m;
    void (*see)(void *context, const gm_cell *cell);
    void *context;
} kept_visit;

static void
show_kept(const kept_visit *v, char *buckets)
{
    const gm_map *m = v->m;
    for (size_t n = gmi_array_of(buckets)->stubs; n < gmi_array_of(buckets)->nbuckets; n++) {
        char *b = gmi_bucket_at(buckets, n, m->bucket_size);
        for (; b != NULL; b = gmi_overflow(b, m->bucket_size)) {
            for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
                if (gmi_is_moved(gmi_tophash(b)[i])) {
                    gm_cell cell = {gmi_key_at(b, i, m->key_size),
                                    gmi_elem_at(b, i, m->key_size, m->elem_size), false};
                    v->see(v->context, &cell);
                }
            }
        }
    }
}

/* Not shown so far, by the walk over live entries or for an earlier iterator? */
static bool
is_unseen(const gm_map *m, const gm_iter *it, const char *buckets)
{
    return buckets != m->buckets && buckets != m->oldbuckets &&
           !gmi_iter_reads_before(m, it, buckets);
}

void
gm_visit_kept(const gm_map *m, void (*see)(void *context, const gm_cell *cell), void *context)
{
    kept_visit v = {m, see, context};
    if (gmi_is_growing(m)) {
        show_kept(&v, m->oldbuckets);
    }
    for (const gm_iter *it = m->iterators; it != NULL; it = it->next) {
        if (is_unseen(m, it, it->buckets)) {
            show_kept(&v, it->buckets);
        }
        if (it->current != it->buckets && is_unseen(m, it, it->current)) {
            show_kept(&v, it->current);
        }
    }
}
