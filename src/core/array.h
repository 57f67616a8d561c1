/* array.h: arrays of buckets, their overflow buckets, and who keeps them.
 *
 * An array is one allocation: this header, 2**B buckets, spare overflow
 * buckets.  Overflow buckets beyond the spares come in chunks that the array
 * owns too; nothing of an array is freed before the whole.  A map refers to an
 * array by the address of its bucket 0.
 *
 *   pins: the map's own (buckets or oldbuckets) and one for every iterator that
 *   reads it.  At zero the array goes: at once when its cells hold nothing, by
 *   way of the map's garbage list when references must be released first.
 *
 * Refuses: to look into keys, to decide when to grow.
 */
#ifndef GM_ARRAY_H
#define GM_ARRAY_H

#include "layout.h"

typedef struct gmi_chunk {
    struct gmi_chunk *next;
    uint32_t used, capacity; /* buckets */
    size_t gone;             /* bytes given back before the rest (shed.c) */
} gmi_chunk;

#define GMI_CHUNK_HEADER ((sizeof(gmi_chunk) + 15) & ~(size_t)15)

typedef struct {
    size_t pins;
    size_t nbuckets, nspares;
    size_t spares_used; /* handed out in order */
    gmi_chunk *chunks;  /* the one being filled first */
    size_t single;      /* overflow buckets handed out of chunks */
    size_t longest;     /* no chain has more buckets than this */
    uint64_t reseeds;   /* the map's counter when this array became old */
    size_t bytes;       /* of the allocation and the chunks */
    size_t chunk_bytes; /* of the chunks alone */
    size_t stubs;       /* old buckets of which that is left (shed.h) */
    size_t shed;        /* the pages before this offset are gone, but for the stubs' */
    size_t stubs_shed;  /* and of these, once buried, before this one */
    char *next_garbage; /* or the next dying one */
    bool retains;       /* evacuated cells hold references for iterators */
    bool doubled;       /* became old by a doubling: X and Y tell the next bit */
    bool paged;         /* its memory can go page by page */
} gmi_array;

#define GMI_ARRAY_HEADER ((sizeof(gmi_array) + 15) & ~(size_t)15)

static GM_ALWAYS_INLINE gmi_array *
gmi_array_of(const char *buckets)
{
    return (gmi_array *)(void *)((char *)(uintptr_t)buckets - GMI_ARRAY_HEADER);
}

static GM_ALWAYS_INLINE char *
gmi_bucket_at(char *buckets, size_t index, size_t bucket_size)
{
    return buckets + index * bucket_size;
}

/* Spare overflow buckets that Go gives an array of 2**B buckets of its size. */
size_t gmi_spare_count(const gm_type *type, unsigned B);

/* A zeroed array of 2**B buckets with one pin, or NULL.  New. */
char *gmi_array_new(gm_map *m, unsigned B);
/* Tells the allocator that all of a new array is about to be filled. */
void gmi_array_fill_soon(gm_map *m, char *buckets);
/* The copy of an array's buckets and the ownership of its chunks: what the
 * array was, so that it can be emptied in place.  NULL: no memory. */
char *gmi_array_take(gm_map *m, char *buckets);
/* Zeroes the array, chunks gone: as new.  References in it are not released. */
void gmi_array_reset(gm_map *m, char *buckets);
void gmi_pin(char *buckets); /* gmi_unpin: shed.h */

/* Are there references in it that its end must release? */
static inline bool
gmi_holds_references(const gm_map *m, const gmi_array *a)
{
    return m->owner != NULL && a->retains;
}

/* Makes sure that n overflow buckets can be had of the current array. */
bool gmi_overflow_reserve(gm_map *m, size_t n);
/* Chains one of them after `last`, the bucket number `depth` (from 1) of its
 * chain, and counts it as Go does. Never fails after gmi_overflow_reserve. */
char *gmi_overflow_new(gm_map *m, char *last, size_t depth);
/* Overflow buckets allocated and not handed out. */
size_t gmi_overflow_unused(const char *buckets);
/* Which spare a bucket is, or -1. */
int64_t gmi_spare_index(const gm_map *m, const char *buckets, const char *bucket);
/* Is it one of the array's own 2**B? */
bool gmi_is_main(const gm_map *m, const char *buckets, const char *bucket);

/* Bytes of the header and the buckets, chunks left out. */
size_t gmi_own_bytes(const gm_map *m, const gmi_array *a);
size_t gmi_chunk_bytes(const gm_map *m, const gmi_chunk *c);
/* Frees the chunk being filled. */
void gmi_free_chunk(gm_map *m, gmi_array *a);
/* Releases the references in an array that nobody uses, then its memory. */
void gmi_array_destroy(gm_map *m, char *buckets);

#endif
