/* cell.c: see cell.h. */
#include "cell.h"

#include "hash.h"
#include "iter.h"
#include "record.h"

void
gmi_cell_take(const gm_map *m, char *bucket, unsigned i, gm_entry *out)
{
    memcpy(out->key, gmi_key_at(bucket, i, m->key_size), m->key_size);
    memcpy(out->elem, gmi_elem_at(bucket, i, m->key_size, m->elem_size), m->elem_size);
    out->found = true;
}

void
gmi_reseed(gm_map *m)
{
    if (!m->fixed_seed) {
        m->reseeds++;
        m->hash0 = gm_splitmix(&m->rng);
        gmi_tell_map(m, GM_RESEEDED);
    }
}

static char *
bucket_before(const gm_map *m, char *head, const char *bucket)
{
    char *b = head;
    while (gmi_overflow(b, m->bucket_size) != bucket) {
        b = gmi_overflow(b, m->bucket_size);
    }
    return b;
}

void
gmi_extend_rest(const gm_map *m, char *head, char *bucket)
{
    uint64_t word = 0;
    while (word == 0 && bucket != head) {
        bucket = bucket_before(m, head, bucket);
        word = gmi_end_with_rest(gmi_word(bucket), true);
        gmi_put_word(bucket, word);
    }
}

void
gmi_emptied(gm_map *m)
{
    gmi_reseed(m);
    gmi_iters_stray(m);
}

/* ---- a uniformly random cell ---------------------------------------------------------
 * A cell number is drawn among 2**B chains of `longest` buckets each, nearly
 * all of them imaginary or empty, until one is occupied.  A chain that has not
 * been evacuated stands for itself only, not for its two halves. */

/* The chain that stands at index i of the new array; NULL: none does. */
static char *
reachable_chain(const gm_map *m, size_t i)
{
    if (gmi_is_growing(m)) {
        size_t old = i & (gmi_old_count(m) - 1);
        if (!gmi_has_moved(m, old, m->bucket_size)) {
            return i == old ? gmi_bucket_at(m->oldbuckets, old, m->bucket_size) : NULL;
        }
    }
    return gmi_bucket_at(m->buckets, i, m->bucket_size);
}

static size_t
longest_chain(const gm_map *m)
{
    size_t n = gmi_array_of(m->buckets)->longest;
    if (gmi_is_growing(m)) {
        size_t old = gmi_array_of(m->oldbuckets)->longest;
        n = old > n ? old : n;
    }
    return n;
}

/* Is cell number n of chain i (if there is one) occupied?  Then *place is it. */
static bool
place_at(const gm_map *m, size_t i, size_t n, gmi_place *place)
{
    char *bucket = reachable_chain(m, i);
    place->head = bucket;
    for (; bucket != NULL && n >= GM_BUCKET_CELLS; n -= GM_BUCKET_CELLS) {
        bucket = gmi_overflow(bucket, m->bucket_size);
    }
    place->bucket = bucket;
    place->cell = (unsigned)n;
    return bucket != NULL && gmi_tophash(bucket)[n] >= GM_MIN_TOPHASH;
}

/* Occupied cell number n in walking order. */
static gmi_place
nth_place(const gm_map *m, uint64_t n)
{
    for (size_t i = 0;; i++) {
        char *head = reachable_chain(m, i);
        for (char *b = head; b != NULL; b = gmi_overflow(b, m->bucket_size)) {
            for (unsigned c = 0; c < GM_BUCKET_CELLS; c++) {
                if (gmi_tophash(b)[c] >= GM_MIN_TOPHASH && n-- == 0) {
                    return (gmi_place){head, b, c};
                }
            }
        }
    }
}

/* Uniform in 0 ... n - 1 (Lemire's multiplication, with its rejection). */
static uint64_t
draw_below(gm_map *m, uint64_t n)
{
    uint64_t low, high;
    do {
        low = gm_splitmix(&m->rng);
        high = n;
        gm_multiply(&low, &high);
    } while (GM_UNLIKELY(low < n) && low < (0 - n) % n);
    return high;
}

gmi_place
gmi_draw_place(gm_map *m)
{
    gmi_place place;
    uint64_t cells = longest_chain(m) * GM_BUCKET_CELLS;
    uint64_t all = cells << m->B;
    /* all / count draws are needed on average; in a map that is all but empty a
     * walk over its buckets, some ten times as fast, costs less */
    uint64_t limit = 256 + (gmi_mask(m->B) >> 3);
    for (uint64_t tries = 0; tries < limit; tries++) {
        uint64_t n = draw_below(m, all);
        if (place_at(m, n / cells, n % cells, &place)) {
            return place;
        }
    }
    return nth_place(m, draw_below(m, m->count));
}
