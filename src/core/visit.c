/* visit.c: showing every bucket to the caller, as it lies. */
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

gm_status
gm_visit(gm_map *m, gm_status (*see)(void *context, const gm_bucket_view *bucket), void *context)
{
    gmi_chain chain = {NULL, 0, true};
    uint64_t version = m->version;
    while (gmi_next_chain(m, &chain, false)) {
        gm_bucket_view view = {.position = 0};
        for (char *b = chain.head; b != NULL; b = gmi_overflow(b, m->bucket_size)) {
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
