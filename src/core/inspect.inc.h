/* inspect.inc.h: looking inside a map: header, buckets, statistics, the path of a lookup,
 * what happens to it.  Part of gomap.h, which includes it; nobody else does.
 *
 * Refuses: to change anything.
 */
#ifndef GM_INSPECT_INC_H
#define GM_INSPECT_INC_H

typedef struct {
    uint64_t count, hash0;
    uint8_t flags, B;
    uint16_t noverflow;
    size_t nevacuate;
    bool growing, same_size_grow, has_buckets;
    size_t buckets, old_buckets; /* 2**B, also before the array exists; 0 when not growing */
    bool has_next_overflow;
    size_t next_overflow;
    size_t key_size, elem_size; /* of the slots */
    size_t memory;              /* bytes, less those that wait for gm_sweep */
} gm_header;

void gm_read_header(const gm_map *m, gm_header *out);

/* What can happen to a map. */
typedef enum {
    GM_ASSIGNED,         /* a new entry; its element is not yet set */
    GM_UPDATED,          /* an entry found for writing */
    GM_DELETED,          /* an entry is gone */
    GM_CLEARED,          /* all are */
    GM_RESEEDED,         /* another hash0 */
    GM_GROWS,            /* twice the buckets: the old array is to be evacuated */
    GM_GROWS_SAME_SIZE,  /* as many buckets, without the air in them */
    GM_EVACUATED_BUCKET, /* one old chain has moved */
    GM_GREW,             /* all of them have: the old array is gone */
    GM_REBUILT           /* all entries copied into a new array at once */
} gm_event_kind;

typedef struct {
    gm_event_kind kind;
    const void *key; /* the entry's, as it lies in its cell; NULL: it is about no entry */
    bool in_old;     /* in the old array */
    size_t bucket;   /* the chain assigned to, deleted from or evacuated */
    size_t position; /* of the entry's bucket in that chain */
    uint8_t cell;
    size_t moved[2]; /* entries that an evacuation moved to X and to Y */
} gm_event;

/* Told at once, in the middle of the operation but with the map whole, but for the
 * element of an entry assigned to (gm_assign leaves it to its caller) and for the
 * last bucket of a growth, whose mark is at the end before GM_GREW.  `see` may read
 * the map, and must not change it, nor call back. */
typedef struct {
    void (*see)(void *context, const gm_event *event);
    void *context;
} gm_recorder;

/* From now on the map tells `recorder` what happens to it, an assignment under way
 * apart; NULL: nobody, which cannot fail. */
gm_status gm_record(gm_map *m, const gm_recorder *recorder);
bool gm_is_recorded(const gm_map *m);

/* What a lookup makes of a cell. */
typedef enum {
    GM_SAW_EMPTY,         /* empty, something follows */
    GM_SAW_REST,          /* empty, nothing follows: the lookup ends */
    GM_SAW_OTHER_TOPHASH, /* another entry, by its tophash byte */
    GM_SAW_OTHER_KEY,     /* the same tophash byte, but another key */
    GM_SAW_KEY            /* the key: the lookup ends */
} gm_verdict;

typedef struct {
    size_t position; /* of the bucket in its chain */
    uint8_t cell, tophash;
    gm_verdict verdict;
} gm_step;

/* One lookup.  `restart` is called when it begins, and again should a stranger's
 * equality make it begin anew; `see` for every cell, in order. */
typedef struct gm_trace {
    void (*restart)(void *context);
    void (*see)(void *context, const gm_step *step);
    void *context;
    uint64_t hash;
    size_t bucket; /* in its array */
    uint8_t tophash;
    bool in_old;  /* the old array, not yet evacuated there */
    gm_cell cell; /* key NULL: absent */
    size_t key_comparisons, slots_examined;
    size_t cache_lines; /* of the buckets read */
    uintptr_t lines[GM_TRACE_LINES];
} gm_trace;

/* Fills `trace` but for its first three members; moves nothing. */
gm_status gm_explain(gm_map *m, const void *key, gm_trace *trace);

/* One bucket as it lies in memory. */
typedef struct {
    bool old;        /* in oldbuckets */
    size_t chain;    /* index of the chain in its array */
    size_t position; /* 0: the array's own bucket */
    const uint8_t *tophash;
    const void *key[GM_BUCKET_CELLS]; /* NULL in a cell without an entry */
    const void *elem[GM_BUCKET_CELLS];
    int64_t preallocated; /* index among the array's spares, or -1 */
} gm_bucket_view;

typedef gm_status (*gm_see_bucket)(void *context, const gm_bucket_view *bucket);

/* Shows every bucket, old array first; of an array of more than `most` >= 2 chains
 * only the first and the last, `most` in all.  Stops when `see` returns another
 * status than GM_OK, or with GM_CHANGED when the map changed meanwhile. */
gm_status gm_visit(gm_map *m, size_t most, gm_see_bucket see, void *context);

typedef struct {
    gm_header header;
    size_t overflow_buckets, old_overflow_buckets; /* hanging in chains */
    /* over the chains that a lookup can reach */
    size_t chains, chains_with_overflow, bucket_total;
    uint64_t hit_total; /* entries looked at, summed over a lookup of every key */
    uint64_t occupancy[GM_BUCKET_CELLS + 1];
    size_t longest_chain; /* overflow buckets in it */
    /* chains by overflow buckets, the longer ones left out: see gm_chain_lengths */
    uint64_t chain_lengths[GM_STATS_LENGTHS];
    uint64_t tophash_counts[256]; /* of entries */
    /* bytes; they add up to gm_memory (the arrays' own headers are in bytes_header) */
    size_t bytes_header, bytes_buckets, bytes_overflow, bytes_old, bytes_spare, bytes_empty_slots;
    size_t bucket_size;
    uint64_t doublings, same_size_growths, reseeds;
    size_t evacuated;
    uint64_t present_entries; /* in the present array, of `count` */
} gm_stats;

/* `progress`, NULL or not, is told at times which fraction is done, and may do
 * anything: false, or a change of the map, ends the walk with GM_CALL_FAILED or
 * GM_CHANGED. */
typedef struct {
    bool (*tell)(void *context, double fraction);
    void *context;
} gm_progress;

gm_status gm_read_stats(const gm_map *m, gm_stats *out, const gm_progress *progress);
#define GM_COUNTS_MOST 254      /* as many entries, or more */
#define GM_COUNTS_EVACUATED 255 /* an old chain that has moved */
/* Entries in each of the n chains of the present or the old array. */
void gm_chain_counts(const gm_map *m, bool old, uint8_t *counts, size_t n);
/* counts[i]: reachable chains with i overflow buckets; n = longest_chain + 1. */
void gm_chain_lengths(const gm_map *m, uint64_t *counts, size_t n);

/* True when every invariant holds; else the first broken one, in words. */
bool gm_validate(const gm_map *m, char *message, size_t size);

#endif
