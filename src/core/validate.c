/* validate.c: the first broken invariant of a map, in words.
 *
 * Checked: what layout.h, array.h, grow.h and config.h promise.  Keys are not
 * compared (equality may be a stranger's); their places are: every entry must
 * lie in the chain of its hash, under its tophash byte.
 */
#include "shed.h"
#include "walk.h"

#include <stdio.h>

typedef struct {
    const gm_map *m;
    char *message;
    size_t size;
    uint64_t entries;
    size_t overflow[2]; /* buckets met in chains: present, old */
} checker;

#define FAIL(c, ...) (snprintf((c)->message, (c)->size, __VA_ARGS__), false)

/* States come in order: emptyRest cells only at the chain's end; evacuated
 * cells only in an evacuated chain, and nothing else there. */
static bool
check_state(checker *c, const gmi_chain *chain, uint8_t top, bool evacuated, bool *rest)
{
    const char *where = chain->old ? "old " : "";
    if (*rest && top != GM_EMPTY_REST) {
        return FAIL(c, "%sbucket %zu: a cell of state %u follows emptyRest", where, chain->index,
                    top);
    }
    *rest = top == GM_EMPTY_REST;
    bool moved = top > GM_EMPTY_ONE && top < GM_MIN_TOPHASH;
    if (moved != evacuated) {
        return FAIL(c, "%sbucket %zu: a cell of state %u in a chain that is %sevacuated", where,
                    chain->index, top, evacuated ? "" : "not ");
    }
    return true;
}

static bool
check_entry(checker *c, const gmi_chain *chain, uint8_t top, const void *key)
{
    gm_map *m = (gm_map *)(uintptr_t)c->m;
    c->entries++;
    if (!m->kind->is_reflexive(key)) {
        return true; /* a NaN's hash was drawn */
    }
    uint64_t hash = m->kind->slot_hash(m, key);
    if (gmi_top_of(hash) != top) {
        return FAIL(c, "bucket %zu: tophash %u of a key that hashes to %u", chain->index, top,
                    gmi_top_of(hash));
    }
    size_t mask = chain->old ? gmi_old_count(m) - 1 : gmi_mask(m->B);
    if ((hash & mask) != chain->index) {
        return FAIL(c, "bucket %zu holds a key of bucket %zu", chain->index, (size_t)(hash & mask));
    }
    return true;
}

static bool
check_chain(checker *c, const gmi_chain *chain)
{
    const gm_map *m = c->m;
    bool evacuated = gmi_is_evacuated(chain->head), rest = false;
    size_t length = 0;
    for (char *b = chain->head; b != NULL; b = gmi_next_bucket(m, chain, b)) {
        for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
            uint8_t top = gmi_tophash(b)[i];
            if (!check_state(c, chain, top, evacuated, &rest)) {
                return false;
            }
            if (top >= GM_MIN_TOPHASH &&
                !check_entry(c, chain, top, gmi_key_at(b, i, m->key_size))) {
                return false;
            }
        }
        length++;
    }
    c->overflow[chain->old] += length - 1;
    if (length > gmi_array_of(chain->old ? m->oldbuckets : m->buckets)->longest) {
        return FAIL(c, "bucket %zu: a chain of %zu buckets, longer than its array's longest",
                    chain->index, length);
    }
    return true;
}

/* Nothing is put into a chain before its old bucket has moved. */
static bool
check_halves(checker *c, const gmi_chain *chain)
{
    const gm_map *m = c->m;
    if (chain->old || !gmi_is_growing(m)) {
        return true;
    }
    size_t old = chain->index & (gmi_old_count(m) - 1);
    if (gmi_has_moved(m, old, m->bucket_size)) {
        return true;
    }
    if (gmi_tophash(chain->head)[0] != GM_EMPTY_REST) {
        return FAIL(c, "bucket %zu is in use, but its old bucket has not moved", chain->index);
    }
    return true;
}

static bool
check_array(checker *c, const char *buckets, size_t nbuckets, size_t overflow)
{
    const gmi_array *a = gmi_array_of(buckets);
    if (a->nbuckets != nbuckets) {
        return FAIL(c, "an array of %zu buckets, %zu expected", a->nbuckets, nbuckets);
    }
    if (a->pins == 0 || a->spares_used > a->nspares) {
        return FAIL(c, "an array without a pin, or more spares used than there are");
    }
    if (a->spares_used + a->single != overflow) {
        return FAIL(c, "%zu overflow buckets handed out, %zu in chains", a->spares_used + a->single,
                    overflow);
    }
    return true;
}

static bool
check_growth(checker *c)
{
    const gm_map *m = c->m;
    if (!gmi_is_growing(m)) {
        return gmi_is_same_size(m) ? FAIL(c, "flag sameSizeGrow without oldbuckets") : true;
    }
    if (m->nevacuate >= gmi_old_count(m)) {
        return FAIL(c, "nevacuate %zu of %zu, and still growing", m->nevacuate, gmi_old_count(m));
    }
    for (size_t i = 0; i < m->nevacuate; i++) {
        if (!gmi_is_evacuated(gmi_head_at(m, m->oldbuckets, i))) {
            return FAIL(c, "old bucket %zu below nevacuate %zu has not moved", i, m->nevacuate);
        }
    }
    return check_array(c, m->oldbuckets, gmi_old_count(m), c->overflow[1]);
}

static bool
check_totals(checker *c)
{
    const gm_map *m = c->m;
    if (c->entries != m->count) {
        return FAIL(c, "count is %llu, but %llu entries are stored", (unsigned long long)m->count,
                    (unsigned long long)c->entries);
    }
    if (m->flags & GM_HASH_WRITING) {
        return FAIL(c, "flag hashWriting between operations");
    }
    size_t counted = c->overflow[0] < UINT16_MAX ? c->overflow[0] : UINT16_MAX;
    if (m->B < 16 && m->noverflow != counted) {
        return FAIL(c, "noverflow is %u, but %zu overflow buckets are in chains", m->noverflow,
                    c->overflow[0]);
    }
    return check_array(c, m->buckets, (size_t)1 << m->B, c->overflow[0]) && check_growth(c);
}

bool
gm_validate(const gm_map *m, char *message, size_t size)
{
    checker c = {m, message, size, 0, {0, 0}};
    gmi_chain chain = {NULL, 0, true};
    message[0] = '\0';
    if (m->buckets == NULL) {
        bool bare = m->count == 0 && m->B == 0 && m->oldbuckets == NULL;
        return bare ? true : FAIL(&c, "entries, a size or old buckets, but no buckets");
    }
    while (gmi_next_chain(m, &chain, false)) {
        if (!check_chain(&c, &chain) || !check_halves(&c, &chain)) {
            return false;
        }
    }
    return check_totals(&c);
}
