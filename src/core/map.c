/* map.c: life, entries by key and at random.
 *
 * Thin: checks, calls the kind's algorithm, and in debug builds asks
 * gm_validate after every mutation.
 */
#include "cell.h"
#include "debug.h"
#include "hash.h"
#include "iter.h"

/* ---- life ---------------------------------------------------------------------- */

static gm_status
first_array(gm_map *m, uint64_t hint)
{
    unsigned B = gmi_fitting_B(hint);
    if (B > GM_MAX_B) {
        return GM_TOO_LARGE;
    }
    if (B > 0) {
        m->buckets = gmi_array_new(m, B);
        if (m->buckets == NULL) {
            return GM_NO_MEMORY;
        }
        m->B = (uint8_t)B;
    }
    return GM_OK;
}

static void
set_type(gm_map *m, const gm_type *type)
{
    m->type = type;
    m->kind = type->kind;
    m->owner = type->owner;
    m->ops = gmi_ops_of(type);
    m->key_size = type->kind->key_size;
    m->elem_size = type->elem_size;
    m->bucket_size = (uint32_t)gmi_bucket_size(m->key_size, m->elem_size);
}

gm_status
gm_map_new(const gm_options *options, gm_map **out)
{
    const gm_allocator *allocator = options->allocator;
    gm_map *m = allocator->alloc(allocator->context, sizeof *m);
    *out = NULL;
    if (m == NULL) {
        return GM_NO_MEMORY;
    }
    set_type(m, options->type);
    m->allocator = allocator;
    m->rehash = options->rehash;
    m->context = options->context;
    m->rng = options->seed;
    m->fixed_seed = options->fixed_seed;
    m->fixed_size = options->fixed_size;
    m->hash0 = options->fixed_seed ? options->seed : gm_splitmix(&m->rng);
    m->memory = sizeof *m;
    gm_status status = first_array(m, options->hint);
    if (status != GM_OK) {
        allocator->release(allocator->context, m, sizeof *m);
        return status;
    }
    *out = m;
    return GM_OK;
}

void
gm_map_free(gm_map *m)
{
    gm_record(m, NULL);
    gm_drop(m);
    m->allocator->release(m->allocator->context, m, sizeof *m);
}

/* ---- by key ----------------------------------------------------------------------- */

gm_status
gm_assign(gm_map *m, const void *key, gm_cell *cell)
{
    gm_status status = m->ops->assign(m, key, cell);
    gmi_check(m);
    return status;
}

gm_status
gm_delete(gm_map *m, const void *key, gm_entry *removed)
{
    gm_status status = m->ops->remove(m, key, removed);
    gmi_check(m);
    return status;
}

gm_status
gm_pop(gm_map *m, const void *key, gm_entry *removed)
{
    gm_status status = m->ops->pop(m, key, removed);
    gmi_check(m);
    return status;
}

gm_status
gm_explain(gm_map *m, const void *key, gm_trace *trace)
{
    return m->ops->explain(m, key, trace);
}

/* ---- at random ---------------------------------------------------------------------- */

gm_status
gm_random(gm_map *m, gm_cell *cell)
{
    cell->key = cell->elem = NULL;
    if (m->count > 0) {
        gmi_place place = gmi_draw_place(m);
        cell->key = gmi_key_at(place.bucket, place.cell, m->key_size);
        cell->elem = gmi_elem_at(place.bucket, place.cell, m->key_size, m->elem_size);
    }
    return GM_OK;
}

/* An iterator shows moved entries that no lookup can find (NaN) from the array
 * that it keeps.  When one of them is taken out, its copy there must go, too;
 * of equal twins in half a chain any will do, for nobody can tell them apart. */
static bool
same_bits(const gm_map *m, char *bucket, unsigned i, const gm_entry *entry)
{
    return memcmp(gmi_key_at(bucket, i, m->key_size), entry->key, m->key_size) == 0 &&
           memcmp(gmi_elem_at(bucket, i, m->key_size, m->elem_size), entry->elem, m->elem_size) ==
               0;
}

static void
forget_cell(const gm_map *m, char *bucket, unsigned i)
{
    const gm_owner *owner = m->owner;
    gmi_tophash(bucket)[i] = GM_EVACUATED_EMPTY;
    if (owner != NULL && owner->release_key != NULL) { /* never the last */
        owner->release_key(gmi_key_at(bucket, i, m->key_size));
    }
    if (owner != NULL && owner->release_elem != NULL) {
        owner->release_elem(gmi_elem_at(bucket, i, m->key_size, m->elem_size));
    }
}

/* Forgets the entry's copy among the cells of these states. */
static bool
forget_in_chain(const gm_map *m, char *b, bool x, bool y, const gm_entry *entry)
{
    for (; b != NULL; b = gmi_overflow(b, m->bucket_size)) {
        for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
            uint8_t top = gmi_tophash(b)[i];
            bool is_candidate = (x && top == GM_EVACUATED_X) || (y && top == GM_EVACUATED_Y);
            if (is_candidate && same_bits(m, b, i, entry)) {
                forget_cell(m, b, i);
                return true;
            }
        }
    }
    return false;
}

/* Growth keeps the low bits of an entry's chain, and a doubling's half is its
 * next bit; a rebuild deals NaNs anew. */
static void
forget_copy(const gm_map *m, const gm_iter *it, char *buckets, const gm_entry *entry, size_t chain)
{
    size_t n = gmi_array_of(buckets)->nbuckets;
    if (!it->strayed) {
        bool y = gmi_array_of(buckets)->doubled && (chain & n) != 0;
        if ((chain & (n - 1)) >= gmi_array_of(buckets)->stubs) { /* else nothing shows it */
            char *head = gmi_bucket_at(buckets, chain & (n - 1), m->bucket_size);
            forget_in_chain(m, head, !y, y, entry);
        }
        return;
    }
    for (size_t i = gmi_array_of(buckets)->stubs; i < n; i++) {
        char *head = gmi_bucket_at(buckets, i, m->bucket_size);
        if (forget_in_chain(m, head, true, true, entry)) {
            return;
        }
    }
}

/* Forgets them in every array that an iterator reads; the present one has none. */
static void
forget_copies(const gm_map *m, const gm_entry *entry, size_t chain)
{
    for (const gm_iter *it = m->iterators; it != NULL; it = it->next) {
        char *const arrays[2] = {it->buckets, it->current};
        for (unsigned i = 0; i < 1 + (it->current != it->buckets); i++) {
            if (arrays[i] != m->buckets && !gmi_iter_reads_before(m, it, arrays[i])) {
                forget_copy(m, it, arrays[i], entry, chain);
            }
        }
    }
}

gm_status
gm_pop_random(gm_map *m, gm_entry *removed)
{
    removed->found = false;
    if (m->count == 0) {
        return GM_OK;
    }
    gmi_place place = gmi_draw_place(m);
    bool is_old = gmi_is_growing(m) && gmi_is_main(m, m->oldbuckets, place.head);
    char *home = is_old ? m->oldbuckets : m->buckets;
    gmi_cell_take(m, place.bucket, place.cell, removed);
    gmi_cell_erase(m, place.head, place.bucket, place.cell, m->bucket_size);
    if (!m->kind->is_reflexive(removed->key)) {
        forget_copies(m, removed, (size_t)(place.head - home) / m->bucket_size);
    }
    gmi_check(m);
    return GM_OK;
}

/* ---- header --------------------------------------------------------------------------- */

bool
gm_is_growing(const gm_map *m)
{
    return gmi_is_growing(m);
}

uint64_t
gm_draw(gm_map *m)
{
    return gm_splitmix(&m->rng);
}

uint64_t
gm_stream(const gm_map *m)
{
    return m->rng;
}

void
gm_rewind(gm_map *m, uint64_t stream)
{
    m->rng = stream;
}

size_t
gm_memory(const gm_map *m)
{
    return (size_t)m->memory;
}
