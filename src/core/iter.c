/* iter.c: what an iterator holds on to, and when it ends.
 *
 *   it->buckets   the main array when the iterator was made: its round
 *   it->current   the array being read: that one, or an old one for a chain
 *                 that had not moved yet
 *
 * Both are pinned, so growth cannot free them; entries found moved are looked
 * up where they are now (ops.inc.h).  A map knows its iterators: clearing ends
 * those over other arrays and takes the others out of chains that are no more.
 */
#include "iter.h"

#include "hash.h"
#include "shed.h"

static void
enlist(gm_iter *it, gm_map *m)
{
    it->map = m;
    it->prev = NULL;
    it->next = m->iterators;
    if (it->next != NULL) {
        it->next->prev = it;
    }
    m->iterators = it;
}

static void
delist(gm_iter *it)
{
    if (it->prev != NULL) {
        it->prev->next = it->next;
    }
    else {
        it->map->iterators = it->next;
    }
    if (it->next != NULL) {
        it->next->prev = it->prev;
    }
}

static void
start(gm_iter *it, gm_map *m, size_t bucket, unsigned offset, bool leave_flags)
{
    it->buckets = it->current = m->buckets;
    gmi_pin(m->buckets);
    it->start_bucket = it->next_bucket = bucket;
    it->offset = (uint8_t)offset;
    it->B = m->B;
    it->key_size = m->key_size;
    it->elem_size = m->elem_size;
    it->elems_at = (uint16_t)(GM_BUCKET_CELLS * (1 + m->key_size));
    if (!leave_flags) {
        GM_STORE_BYTE(&m->flags, m->flags | GM_ITERATOR | GM_OLD_ITERATOR);
    }
    enlist(it, m);
}

void
gm_iter_init(gm_iter *it, gm_map *m, bool leave_flags)
{
    memset(it, 0, sizeof *it);
    if (m->count > 0) {
        uint64_t r = gm_splitmix(&m->rng);
        start(it, m, r & gmi_mask(m->B), (r >> m->B) & (GM_BUCKET_CELLS - 1), leave_flags);
    }
}

gm_status
gm_iter_init_at(gm_iter *it, gm_map *m, uint64_t start_bucket, uint64_t offset)
{
    memset(it, 0, sizeof *it);
    if (start_bucket > gmi_mask(m->B) || offset >= GM_BUCKET_CELLS) {
        return GM_BAD_START;
    }
    if (m->count > 0) {
        start(it, m, start_bucket, (unsigned)offset, false);
    }
    return GM_OK;
}

void
gm_iter_fini(gm_iter *it)
{
    if (it->map != NULL) {
        gmi_iter_kill(it);
    }
}

bool
gmi_iter_reads_before(const gm_map *m, const gm_iter *end, const char *buckets)
{
    for (const gm_iter *it = m->iterators; it != end; it = it->next) {
        if (it->buckets == buckets || it->current == buckets) {
            return true;
        }
    }
    return false;
}

void
gmi_iters_stray(gm_map *m)
{
    for (gm_iter *it = m->iterators; it != NULL; it = it->next) {
        it->strayed |= it->buckets != m->buckets;
    }
}

void
gmi_iter_move_to(gm_iter *it, char *buckets)
{
    char *left = it->current;
    it->current = buckets;
    if (buckets != it->buckets) {
        gmi_pin(buckets);
    }
    if (left != it->buckets) {
        gmi_unpin(it->map, left);
    }
}

void
gmi_iter_kill(gm_iter *it)
{
    gm_map *m = it->map;
    gmi_iter_move_to(it, it->buckets);
    delist(it);
    it->map = NULL;
    gmi_unpin(m, it->buckets);
}

/* ---- where it stands ------------------------------------------------------------------ */

bool
gm_iter_read(const gm_iter *it, gm_cursor *out)
{
    const gm_map *m = it->map;
    memset(out, 0, sizeof *out);
    out->start_bucket = it->start_bucket;
    out->offset = it->offset;
    if (m == NULL) {
        return false;
    }
    out->wrapped = it->wrapped;
    if (it->position == NULL || it->cell == 0) {
        return true;
    }
    out->array = it->current == m->buckets      ? GM_READS_NEW
                 : it->current == m->oldbuckets ? GM_READS_OLD
                                                : GM_READS_LEFT;
    out->cell = (uint8_t)((it->cell - 1 + it->offset) & (GM_BUCKET_CELLS - 1));
    out->bucket = (it->next_bucket - 1) & (gmi_array_of(it->current)->nbuckets - 1);
    char *b = gmi_bucket_at(it->current, out->bucket, m->bucket_size);
    for (; b != NULL && b != it->position; b = gmi_overflow(b, m->bucket_size)) {
        out->position++;
    }
    out->started = b != NULL;
    return true;
}
