/* gomap.h: the only public header of the engine.
 *
 * A map here is Go's classic runtime map (Go 1.19, runtime/map.go): 2**B
 * buckets of eight cells, chains of overflow buckets, growth that moves one or
 * two old buckets per write.  The engine is plain C11.  It owns memory, never
 * meaning: what a key is, how it hashes and compares, is its kind's business,
 * and references held in cells are counted by the caller's gm_owner.
 *
 * Rules that hold for every function:
 *   - failures are returned, never hidden; after one the map's contents are as
 *     they were before the call;
 *   - a gm_cell points into the map and is good until the next call on it;
 *   - reads never move anything;
 *   - a map may be used by one thread at a time.
 */
#ifndef GOMAP_H
#define GOMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

typedef struct gm_map gm_map;
typedef struct gm_kind gm_kind;

typedef enum {
    GM_OK = 0,
    GM_NO_MEMORY,   /* the allocator said no */
    GM_TOO_LARGE,   /* more buckets than can be addressed */
    GM_CALL_FAILED, /* a callback (equality, rehash) reported failure */
    GM_RESTARTS,    /* equality changed the map GM_MAX_RESTARTS times in one call */
    GM_CONCURRENT,  /* a write came in while another was under way */
    GM_BAD_START,   /* an iteration cannot start there */
    GM_CHANGED,     /* the map changed under a walk or visit */
    GM_RANGE        /* a sum does not fit its element */
} gm_status;

/* What a kind does for a map; the engine's own (kind.h). */
struct gm_cell;
struct gm_entry;
struct gm_iter;
struct gm_lookups;
struct gm_writes;
struct gm_trace;
typedef struct {
    gm_status (*find)(gm_map *m, const void *key, struct gm_cell *cell);
    gm_status (*assign)(gm_map *m, const void *key, struct gm_cell *cell);
    gm_status (*remove)(gm_map *m, const void *key, struct gm_entry *removed);
    gm_status (*pop)(gm_map *m, const void *key, struct gm_entry *removed);
    void (*evacuate)(gm_map *m, size_t oldbucket);
    gm_status (*iter_next)(struct gm_iter *it, struct gm_cell *cell);
    gm_status (*explain)(gm_map *m, const void *key, struct gm_trace *trace);
    void (*prefetch)(gm_map *m, const void *keys, size_t stride, size_t n);
    /* NULL for kinds that store hashes */
    void (*find_many)(gm_map *m, const struct gm_lookups *batch);
    gm_status (*assign_many)(gm_map *m, struct gm_writes *batch);
    gm_status (*delete_many)(gm_map *m, const void *keys, size_t n, size_t *removed);
} gmi_ops;

/* How every map begins: what the shortest paths read without a call. */
typedef struct {
    const gmi_ops *ops;
    uint64_t count, hash0, version;
    char *garbage; /* arrays whose references wait for gm_sweep */
} GM_MAY_ALIAS gm_head;

/* ---- what a map is made of -------------------------------------------------- */

/* Memory.  `alloc` returns zeroed memory, 16-byte aligned, or NULL.  `fill_soon`,
 * NULL or not, hears of fresh memory that a batch is about to fill as a whole.
 *
 * With `discard`, blocks of `paged_bytes` and more are whole pages: the contents of
 * any of their pages may be given back: they hold anything then, until written to. */
typedef struct {
    void *(*alloc)(void *context, size_t size);
    void (*release)(void *context, void *memory, size_t size);
    void *context;
    void (*fill_soon)(void *context, void *memory, size_t size);
    void (*discard)(void *context, void *memory, size_t size);
    size_t paged_bytes;
} gm_allocator;

/* The system's: calloc and free, and pages for large blocks where there are any.
 * Such pages are zeroed when first touched, so that getting them takes no time. */
extern const gm_allocator gm_system_memory;
/* The pages alone, for an allocator that has better than calloc for blocks below
 * GM_PAGED_BYTES: those are zeroed in a fraction of a millisecond, and malloc's are
 * warm, while a fresh page costs its first writer a fault. */
#if defined(__unix__) || defined(__APPLE__)
#define GM_PAGED_BYTES ((size_t)4 << 20)
#else
#define GM_PAGED_BYTES SIZE_MAX
#endif
void *gm_pages_alloc(size_t size);
void gm_pages_release(void *memory, size_t size);
void gm_pages_discard(void *memory, size_t size);
void gm_pages_fill_soon(void *memory, size_t size);

/* References held by cells.  A member may be NULL: nothing is held there.
 * `retain_*` must not fail nor call back; `release_*` may do anything and is
 * only called when the map is whole.  Released slots may hold zero bits. */
typedef struct {
    void (*retain_key)(const void *key);
    void (*release_key)(void *key);
    void (*retain_elem)(const void *elem);
    void (*release_elem)(void *elem);
} gm_owner;

/* A pair of types.  `go_*_size` are the sizes Go gives these types; they decide
 * how many spare overflow buckets an array gets, nothing else. */
typedef struct {
    const gm_kind *kind;
    const gm_owner *owner; /* NULL: cells hold plain bits */
    uint16_t elem_size;    /* 1 2 4 8 16 */
    uint16_t go_key_size;
    uint16_t go_elem_size;
} gm_type;

typedef struct {
    const gm_type *type;           /* borrowed for the map's life */
    const gm_allocator *allocator; /* borrowed for the map's life */
    uint64_t seed;                 /* entropy: hash0 and every random draw come from it */
    bool fixed_seed;               /* hash0 is `seed` itself and never changes */
    uint64_t hint;                 /* entries expected */
    /* Kinds that keep a hash beside the key: put the key's hash under the
     * present hash0 into the slot.  May call back into the map. */
    gm_status (*rehash)(void *context, void *key);
    void *context;   /* handed to `rehash` and to a kind's equality */
    bool fixed_size; /* never grows, whatever the load: for measuring */
} gm_options;

/* Where an entry lies.  `key` NULL: there is none. */
typedef struct gm_cell {
    void *key;
    void *elem;
    bool inserted; /* by gm_assign: the element is not yet set */
} gm_cell;

/* An entry taken out of the map, references included: the caller's now. */
typedef struct gm_entry {
    _Alignas(8) unsigned char key[GM_MAX_KEY_SIZE];
    _Alignas(8) unsigned char elem[GM_MAX_ELEM_SIZE];
    bool found;
} gm_entry;

/* ---- life --------------------------------------------------------------------- */

gm_status gm_map_new(const gm_options *options, gm_map **out);
void gm_map_free(gm_map *m);

/* Go's clear(m): empty, buckets kept, new hash0; nothing when empty already.
 * Iterators over another array than the present one end here. */
void gm_clear(gm_map *m);
/* Empty and without buckets (B = 0), as new; every iterator ends. */
void gm_drop(gm_map *m);
/* A map with the same entries under the same hash0, in as many buckets as they need
 * but not more than m's; keys and elements are retained. `context` replaces the
 * options'. */
gm_status gm_clone(gm_map *m, void *context, uint64_t seed, gm_map **out);

/* ---- entries ------------------------------------------------------------------- */

static inline gm_status
gm_find(gm_map *m, const void *key, gm_cell *cell)
{
    return ((const gm_head *)m)->ops->find(m, key, cell);
}

/* Finds or makes the cell of `key`.  A new cell's key bits are copied from
 * `key` (the caller owns the reference now in it) and its element bits are zero. */
gm_status gm_assign(gm_map *m, const void *key, gm_cell *cell);
gm_status gm_delete(gm_map *m, const void *key, gm_entry *removed);
/* The same, but an absent key does no growth work. */
gm_status gm_pop(gm_map *m, const void *key, gm_entry *removed);
gm_status gm_random(gm_map *m, gm_cell *cell);
gm_status gm_pop_random(gm_map *m, gm_entry *removed);

/* ---- many entries at once (batch.c) ---------------------------------------------- */

/* Keys lie side by side as slots.  Bare bits only: no kind that stores hashes,
 * no owner (gm_prefetch apart).  Keys are handled in waves: while one is looked
 * up, the memory that the others need is on its way. */

/* Reads: any number of threads may look up at the same time, as long as nobody
 * writes; and one more may read in every other way beside them, by iterators, too. */
typedef struct gm_lookups {
    const void *keys;
    size_t n;
    void *elems;      /* n element slots to fill, or NULL */
    const void *zero; /* the element of an absent key */
    bool *found;      /* n answers to fill, or NULL */
} gm_lookups;

void gm_find_many(gm_map *m, const gm_lookups *batch);

/* *elem += *delta; false, and nothing done, when the sum does not fit. */
typedef bool (*gm_add)(void *elem, const void *delta);

typedef struct gm_writes {
    const void *keys;
    size_t n;
    const void *values; /* elements, or what is added to them */
    size_t stride;      /* bytes from one value to the next; 0: one for all */
    gm_add add;         /* NULL: values are stored */
    const void *zero;   /* what an absent key's element counts from, when adding */
    uint8_t *inserted;  /* NULL, or a bit for each key, zero at first: it was new */
    size_t done;        /* out: keys done; all of them after GM_OK */
    bool keeps_keys;    /* adding does not replace an equal float key (-0.0, 0.0) */
} gm_writes;

/* On GM_NO_MEMORY and GM_RANGE the first `done` keys are in the map.  A map that
 * will hold many more entries is grown ahead. */
gm_status gm_assign_many(gm_map *m, gm_writes *batch);
/* *removed says how many keys have gone, also after GM_NO_MEMORY. */
gm_status gm_delete_many(gm_map *m, const void *keys, size_t n, size_t *removed);
/* All entries, side by side in storage order; keys or elems may be NULL. */
void gm_copy_out(const gm_map *m, void *keys, void *elems);

/* Fetches what looking up n <= GM_WAVE keys, `stride` bytes apart, will read;
 * for every kind.  Changes nothing. */
static inline void
gm_prefetch(gm_map *m, const void *keys, size_t stride, size_t n)
{
    ((const gm_head *)m)->ops->prefetch(m, keys, stride, n);
}

/* References that an operation could not release while it ran (old arrays that
 * an iterator had kept).  Call gm_sweep when gm_needs_sweep says so and no cell
 * of the map is in use. */
static inline bool
gm_needs_sweep(const gm_map *m)
{
    return ((const gm_head *)m)->garbage != NULL;
}

void gm_sweep(gm_map *m);

/* ---- size ---------------------------------------------------------------------- */

static inline size_t
gm_count(const gm_map *m)
{
    return (size_t)((const gm_head *)m)->count;
}

bool gm_is_growing(const gm_map *m);
static inline uint64_t
gm_hash0(const gm_map *m)
{
    return ((const gm_head *)m)->hash0;
}

/* A draw from the map's own random stream. */
uint64_t gm_draw(gm_map *m);
/* Where that stream is, and back to there: for looking without a trace. */
uint64_t gm_stream(const gm_map *m);
void gm_rewind(gm_map *m, uint64_t stream);
/* A number that changes with every change of what lies where. */
static inline uint64_t
gm_version(const gm_map *m)
{
    return ((const gm_head *)m)->version;
}

gm_status gm_reserve(gm_map *m, uint64_t entries);
gm_status gm_shrink(gm_map *m);
gm_status gm_finish_growth(gm_map *m);
size_t gm_memory(const gm_map *m);

/* ---- iteration ------------------------------------------------------------------ */

/* Go's hiter.  In place; the fields are the engine's. */
typedef struct gm_iter {
    gm_map *map; /* NULL: ended, or the map is gone */
    struct gm_iter *next, *prev;
    char *buckets;  /* the main array when the iterator was made; pinned */
    char *current;  /* the array that `bucket` lies in, when another; pinned */
    char *position; /* bucket being read, NULL: go to the next chain */
    size_t start_bucket, next_bucket, check_bucket;
    uint8_t offset, cell, B;
    bool wrapped;
    bool skips_elems; /* the caller's to set: no use fetching elements */
    /* Entries of the bucket at `position` still to be shown, good as long as
     * `version` is the map's: the next of them is a matter of a few additions. */
    uint16_t key_size, elem_size, elems_at;
    uint8_t pending; /* a bit per cell, counted from `offset` */
    bool whole;      /* after them nothing is left of that bucket */
    uint64_t version;
    bool strayed; /* `buckets` will take part in no growth any more */
} gm_iter;

/* `leave_flags`: do not set Go's iterator flags (walks of the caller's own). */
void gm_iter_init(gm_iter *it, gm_map *m, bool leave_flags);
gm_status gm_iter_init_at(gm_iter *it, gm_map *m, uint64_t start_bucket, uint64_t offset);
/* The next entry; cell->key NULL at the end. */
static inline gm_status
gm_iter_next(gm_iter *it, gm_cell *cell)
{
    if (it->map == NULL) {
        cell->key = cell->elem = NULL;
        return GM_OK;
    }
    return ((const gm_head *)it->map)->ops->iter_next(it, cell);
}

/* The same when it takes no more than a few additions and runs no foreign code;
 * false: ask gm_iter_next. */
static inline bool
gm_iter_next_pending(gm_iter *it, gm_cell *cell)
{
    if (it->pending == 0 || it->map == NULL || it->version != ((const gm_head *)it->map)->version) {
        return false;
    }
    unsigned n = GM_LOWEST_BIT(it->pending), i = (n + it->offset) & (GM_BUCKET_CELLS - 1);
    it->pending &= (uint8_t)(it->pending - 1);
    it->cell = (uint8_t)(n + 1);
    cell->key = it->position + GM_BUCKET_CELLS + i * (size_t)it->key_size;
    cell->elem = it->position + it->elems_at + i * (size_t)it->elem_size;
    return true;
}

void gm_iter_fini(gm_iter *it);

/* Where an iterator stands. */
typedef struct {
    size_t start_bucket;
    uint8_t offset;
    bool started;  /* it has shown an entry, and still knows where: */
    size_t bucket; /* in the array read */
    size_t position;
    uint8_t cell;
    enum { GM_READS_NEW, GM_READS_OLD, GM_READS_LEFT } array; /* left: no longer the map's */
    bool wrapped; /* at the last bucket of its array, the next is its first */
} gm_cursor;

/* False: it has ended. */
bool gm_iter_read(const gm_iter *it, gm_cursor *out);

/* A bare walk over all entries in storage order: no flags, no pins.  It ends
 * early, `changed` set, when the map changes under it. */
typedef struct {
    gm_map *map;
    uint64_t version;
    size_t chain;
    char *position;
    uint8_t cell;
    bool in_old, fresh, changed;
} gm_walk;

void gm_walk_init(gm_walk *w, gm_map *m);
bool gm_walk_next(gm_walk *w, gm_cell *cell);

/* Shows the references that arrays left behind still hold for live iterators:
 * with the walk's, all that the map owns.  Slots may hold zero bits. */
void gm_visit_kept(const gm_map *m, void (*see)(void *context, const gm_cell *cell), void *context);

/* ---- looking inside --------------------------------------------------------------- */

#include "inspect.inc.h"

/* ---- kinds that need no help ------------------------------------------------------ */

/* Unboxed keys: equal when their bits are (bits*), or as IEEE numbers. */
extern const gm_kind gm_kind_bits8, gm_kind_bits16, gm_kind_bits32, gm_kind_bits64;
extern const gm_kind gm_kind_float32, gm_kind_float64, gm_kind_complex128;
/* The same with the hash given beside the key: see gm_hashed_*. */
extern const gm_kind gm_kind_hashed_bits64, gm_kind_hashed_float64, gm_kind_hashed_complex128;

typedef struct {
    uint64_t bits, hash;
} gm_hashed_bits64;
typedef struct {
    double value;
    uint64_t hash;
} gm_hashed_float64;
typedef struct {
    double real, imag;
} gm_complex128;
typedef struct {
    gm_complex128 value;
    uint64_t hash;
} gm_hashed_complex128;

#endif
