/* batch.c: many entries at once: growing ahead, and everything in one go.
 *
 * The waves themselves are the kind's (batch.inc.h).
 */
#include "debug.h"
#include "grow.h"
#include "hash.h"
#include "rebuild.h"
#include "walk.h"

void
gm_find_many(gm_map *m, const gm_lookups *batch)
{
    if (m->count > 0) {
        m->ops->find_many(m, batch);
        return;
    }
    if (batch->found != NULL) {
        memset(batch->found, 0, batch->n * sizeof *batch->found);
    }
    for (size_t i = 0; batch->elems != NULL && i < batch->n; i++) {
        memcpy((char *)batch->elems + i * m->elem_size, batch->zero, m->elem_size);
    }
}

/* ---- growing ahead ---------------------------------------------------------------------- */

/* So many keys of a batch are looked at before it begins; so few are all taken
 * for new. */
#define SAMPLE 16384
#define FEW 1024

typedef struct {
    uint64_t hash;
    size_t position; /* in the batch, from 1; 0: free */
} sampled;

typedef struct {
    sampled *table; /* open addressing */
    size_t slots;   /* a power of two, at least twice the keys */
    size_t tried, repeats, present;
} sample;

/* Notes a key's hash; false when this very key has been drawn before. */
static bool
note(sample *s, uint64_t hash, size_t position)
{
    size_t i = hash & (s->slots - 1);
    for (; s->table[i].position != 0; i = (i + 1) & (s->slots - 1)) {
        if (s->table[i].position == position) {
            return false;
        }
        if (s->table[i].hash == hash) {
            s->repeats++;
            return true;
        }
    }
    s->table[i] = (sampled){hash, position};
    return true;
}

/* Keys from anywhere in the batch, each position independent of the others: so
 * neither runs of a key nor keys that come round again deceive it. */
static void
draw_sample(gm_map *m, const gm_writes *batch, sample *s, size_t draws)
{
    _Alignas(16) unsigned char key[GM_MAX_KEY_SIZE];
    uint64_t rng = m->hash0;
    while (draws-- > 0) {
        gm_cell cell = {NULL, NULL, false};
        size_t at = gm_splitmix(&rng) % batch->n;
        memcpy(key, (const char *)batch->keys + at * m->key_size, m->key_size);
        if (!note(s, m->kind->slot_hash(m, key), at + 1)) {
            continue;
        }
        if (m->count > 0 && m->kind->is_reflexive(key)) {
            m->ops->find(m, key, &cell);
        }
        s->present += cell.key != NULL;
        s->tried++;
    }
}

/* About how many new keys will a batch bring?  r repeats among t keys drawn at
 * random speak for t*t / 2r different ones (the birthday problem).  With many
 * repeats it is a small number, and growing step by step costs little: 0. */
static uint64_t
expected_fresh(gm_map *m, const gm_writes *batch)
{
    if (batch->n <= FEW) {
        return m->count == 0 ? batch->n : 0;
    }
    const size_t draws = batch->n / 16 < SAMPLE ? batch->n / 16 : SAMPLE;
    sample s = {.slots = 2};
    while (s.slots < 2 * draws) {
        s.slots *= 2;
    }
    s.table = m->allocator->alloc(m->allocator->context, s.slots * sizeof *s.table);
    if (s.table == NULL) {
        return 0;
    }
    draw_sample(m, batch, &s, draws);
    assert(s.tried > 0); /* the first key drawn is no repeat */
    m->allocator->release(m->allocator->context, s.table, s.slots * sizeof *s.table);
    uint64_t different = batch->n;
    if (s.repeats > s.tried / 8) {
        return 0;
    }
    if (s.repeats > 0 && s.tried * s.tried / (2 * s.repeats) < different) {
        different = s.tried * s.tried / (2 * s.repeats);
    }
    return different * (s.tried - s.present) / s.tried;
}

gm_status
gm_assign_many(gm_map *m, gm_writes *batch)
{
    uint64_t fresh = m->fixed_size ? 0 : expected_fresh(m, batch);
    batch->done = 0;
    if (fresh > m->count / 4 && gmi_is_overloaded(m->count + fresh, m->B)) {
        gmi_reserve_to_fill(m, m->count + fresh); /* no memory: it may still do without */
    }
    gm_status status = m->ops->assign_many(m, batch);
    gmi_check(m);
    return status;
}

gm_status
gm_delete_many(gm_map *m, const void *keys, size_t n, size_t *removed)
{
    *removed = 0;
    gm_status status = m->ops->delete_many(m, keys, n, removed);
    gmi_check(m);
    return status;
}

/* ---- everything --------------------------------------------------------------------------- */

static void
copy_bucket(const gm_map *m, char *b, char **keys, char **elems)
{
    for (gmi_hits hits = gmi_match_occupied(gmi_load(b)); hits != 0; hits &= hits - 1) {
        unsigned i = gmi_first_hit(hits);
        if (*keys != NULL) {
            gmi_copy_slot(*keys, gmi_key_at(b, i, m->key_size), m->key_size);
            *keys += m->key_size;
        }
        if (*elems != NULL) {
            gmi_copy_slot(*elems, gmi_elem_at(b, i, m->key_size, m->elem_size), m->elem_size);
            *elems += m->elem_size;
        }
    }
}

void
gm_copy_out(const gm_map *m, void *keys, void *elems)
{
    char *next_key = keys, *next_elem = elems;
    gmi_chain chain = {NULL, 0, true};
    while (gmi_next_chain(m, &chain, true)) {
        for (char *b = chain.head; b != NULL; b = gmi_overflow(b, m->bucket_size)) {
            copy_bucket(m, b, &next_key, &next_elem);
        }
    }
}
