/* layout.h: what lies where.
 *
 *   gm_map                    array (array.h)
 *   ┌──────────────┐          ┌────────┬──────────┬──────────┬─ ─ ─┬────────┬─ ─
 *   │ count        │   ┌─────▶│ header │ bucket 0 │ bucket 1 │     │ spare 0│
 *   │ flags B nov. │   │      └────────┴──────────┴──────────┴─ ─ ─┴────────┴─ ─
 *   │ hash0        │   │               ▲
 *   │ buckets ─────┼───┼───────────────┘        bucket (bmap), 144 bytes for
 *   │ oldbuckets   │   └ header before bucket 0  8-byte keys and elements:
 *   │ nevacuate    │         ┌─────────────┬──────────────┬──────────────┬──────────┐
 *   └──────────────┘         │ tophash × 8 │ key × 8      │ elem × 8     │ overflow │
 *                            └─────────────┴──────────────┴──────────────┴──────────┘
 *                                                                             │
 *                             a spare or a singly allocated overflow bucket ◀─┘
 *
 * gm_map holds Go's hmap with two changes: hash0 has 64 bits instead of 32 (a
 * fixed seed is any 64-bit number), and mapextra's three members live in the
 * arrays' headers, where iterators can keep them alive.  The rest is what C needs
 * where Go has a compiler and a collector: the type with its operations, the
 * allocator, the random stream, the version that tells a caller of foreign code
 * that the ground has moved, and the list of live iterators.
 *
 * Invariants: a cell is occupied exactly when its tophash >= GM_MIN_TOPHASH;
 * after an emptyRest cell everything in the chain is emptyRest; buckets may be
 * NULL only while B = 0 and count = 0.
 */
#ifndef GM_LAYOUT_H
#define GM_LAYOUT_H

#include <string.h>

#include "config.h"
#include "gomap.h"
#include "kind.h"

#if !defined(GM_NO_SIMD) && (defined(__SSE2__) || defined(_M_X64))
#include <emmintrin.h>
#define GM_USE_SSE2 1
#else
#define GM_USE_SSE2 0
#endif

struct gm_map {
    /* gm_head's members, in its order */
    const gmi_ops *ops;
    uint64_t count, hash0, version;
    char *garbage; /* arrays whose references wait for gm_sweep */
    /* the rest of Go's hmap */
    uint8_t flags, B;
    uint16_t noverflow;
    bool fixed_seed, fixed_size;
    bool recorded; /* `recorder` wants to hear of what happens */
    bool buries;   /* `dying` is not empty */
    char *buckets, *oldbuckets;
    size_t nevacuate;
    /* beyond Go's hmap */
    uint32_t bucket_size;
    uint16_t key_size, elem_size;
    gm_iter *iterators;
    const gm_kind *kind;
    const gm_owner *owner;
    const gm_type *type;
    const gm_allocator *allocator;
    gm_status (*rehash)(void *context, void *key);
    void *context;
    uint64_t rng;
    uint64_t doublings, same_size_growths, reseeds;
    uint64_t memory; /* bytes of all arrays, pinned ones included */
    char *dying;     /* arrays that nobody reads, going piece by piece (shed.h) */
    gm_recorder recorder;
    gmi_ops *recording_ops; /* while recorded: `ops`, with an assign that tells */
};
static_assert(offsetof(gm_map, count) == offsetof(gm_head, count) &&
                  offsetof(gm_map, hash0) == offsetof(gm_head, hash0) &&
                  offsetof(gm_map, version) == offsetof(gm_head, version) &&
                  offsetof(gm_map, garbage) == offsetof(gm_head, garbage),
              "a map begins with its head");
static_assert(offsetof(gm_map, oldbuckets) + sizeof(char *) <= 64,
              "a lookup reads one cache line of the map");

/* The algorithms of a type: one instance is made for elements of eight bytes. */
static inline const gmi_ops *
gmi_ops_of(const gm_type *type)
{
    return type->elem_size == 8 ? type->kind->ops8 : type->kind->ops_any;
}

/* ---- addresses ------------------------------------------------------------------ */

/* Bytes of a bucket: tophash, keys, elements, overflow pointer. */
static GM_ALWAYS_INLINE size_t
gmi_bucket_size(size_t key_size, size_t elem_size)
{
    size_t size = GM_BUCKET_CELLS * (1 + key_size + elem_size) + sizeof(char *);
    return (size + 7) & ~(size_t)7;
}

static GM_ALWAYS_INLINE uint8_t *
gmi_tophash(char *bucket)
{
    return (uint8_t *)bucket;
}

static GM_ALWAYS_INLINE void *
gmi_key_at(char *bucket, unsigned i, size_t key_size)
{
    return bucket + GM_BUCKET_CELLS + i * key_size;
}

static GM_ALWAYS_INLINE void *
gmi_elem_at(char *bucket, unsigned i, size_t key_size, size_t elem_size)
{
    return bucket + GM_BUCKET_CELLS * (1 + key_size) + i * elem_size;
}

static GM_ALWAYS_INLINE char **
gmi_overflow_at(char *bucket, size_t bucket_size)
{
    return (char **)(void *)(bucket + bucket_size - sizeof(char *));
}

static GM_ALWAYS_INLINE char *
gmi_overflow(char *bucket, size_t bucket_size)
{
    return *gmi_overflow_at(bucket, bucket_size);
}

/* Fetches the lines of a bucket beyond its tophash bytes', which is read first: the
 * key's and the element's must not wait for it. */
static GM_ALWAYS_INLINE void
gmi_fetch_rest(const char *bucket, size_t bucket_size)
{
    for (size_t at = GM_CACHE_LINE; at < bucket_size; at += GM_CACHE_LINE) {
        GM_PREFETCH(bucket + at);
    }
}

/* One unboxed slot, in one move. */
static GM_ALWAYS_INLINE void
gmi_copy_slot(void *to, const void *from, size_t size)
{
    switch (size) {
    case 1:
        memcpy(to, from, 1);
        break;
    case 2:
        memcpy(to, from, 2);
        break;
    case 4:
        memcpy(to, from, 4);
        break;
    case 8:
        memcpy(to, from, 8);
        break;
    default:
        memcpy(to, from, 16);
        break;
    }
}

/* ---- hash bits ------------------------------------------------------------------ */

static GM_ALWAYS_INLINE size_t
gmi_mask(unsigned B)
{
    return ((size_t)1 << B) - 1;
}

/* The byte that stands for a hash: its top eight bits, moved past the states. */
static GM_ALWAYS_INLINE uint8_t
gmi_top_of(uint64_t hash)
{
    uint8_t top = (uint8_t)(hash >> 56);
    return (uint8_t)(top + (top < GM_MIN_TOPHASH ? GM_MIN_TOPHASH : 0));
}

/* ---- state predicates ------------------------------------------------------------ */

static GM_ALWAYS_INLINE bool
gmi_is_empty(uint8_t top)
{
    return top <= GM_EMPTY_ONE;
}

static GM_ALWAYS_INLINE bool
gmi_is_moved(uint8_t top)
{
    return top == GM_EVACUATED_X || top == GM_EVACUATED_Y;
}

/* Has this chain been evacuated?  The first cell of its first bucket tells. */
static GM_ALWAYS_INLINE bool
gmi_is_evacuated(const char *bucket)
{
    uint8_t top = *(const uint8_t *)bucket;
    return top > GM_EMPTY_ONE && top < GM_MIN_TOPHASH;
}

static GM_ALWAYS_INLINE bool
gmi_is_growing(const gm_map *m)
{
    return m->oldbuckets != NULL;
}

/* Batches of lookups ask, and beside them another thread may begin an iteration,
 * which changes other bits of the byte. */
static GM_ALWAYS_INLINE bool
gmi_is_same_size(const gm_map *m)
{
    return (GM_LOAD_BYTE(&m->flags) & GM_SAME_SIZE_GROW) != 0;
}

/* Old buckets, while growing. */
static GM_ALWAYS_INLINE size_t
gmi_old_count(const gm_map *m)
{
    assert(m->B > 0 || gmi_is_same_size(m));
    return (size_t)1 << (m->B - !gmi_is_same_size(m));
}

#define GMI_EACH_BYTE UINT64_C(0x0101010101010101)

/* The eight bytes as a number whose lowest byte is cell 0's, and back. */
static GM_ALWAYS_INLINE uint64_t
gmi_word(const char *bucket)
{
    uint64_t word = 0;
#if GM_LITTLE_ENDIAN
    memcpy(&word, bucket, sizeof word);
#else
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        word |= (uint64_t)((const unsigned char *)bucket)[i] << (8 * i);
    }
#endif
    return word;
}

static GM_ALWAYS_INLINE void
gmi_put_word(char *bucket, uint64_t word)
{
#if GM_LITTLE_ENDIAN
    memcpy(bucket, &word, sizeof word);
#else
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        ((unsigned char *)bucket)[i] = (unsigned char)(word >> (8 * i));
    }
#endif
}

/* ---- the eight tophash bytes at once ---------------------------------------------
 * A gmi_hits has one set bit per matching cell; gmi_first_hit gives its index
 * and `hits &= hits - 1` removes it.  Exact in every implementation: iteration
 * order and statistics depend on it, not only speed. */

#if GM_USE_SSE2

typedef __m128i gmi_group;
typedef unsigned gmi_hits;

static GM_ALWAYS_INLINE gmi_group
gmi_load(const char *bucket)
{
    return _mm_loadl_epi64((const __m128i *)(const void *)bucket);
}

/* top > 0: the upper half of the register, which is zero, does not match. */
static GM_ALWAYS_INLINE gmi_hits
gmi_match(gmi_group group, uint8_t top)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(group, _mm_set1_epi8((char)top)));
}

static GM_ALWAYS_INLINE gmi_hits
gmi_match_empty(gmi_group group)
{
    __m128i low = _mm_min_epu8(group, _mm_set1_epi8(GM_EMPTY_ONE));
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(low, group)) & 0xff;
}

static GM_ALWAYS_INLINE gmi_hits
gmi_match_occupied(gmi_group group)
{
    __m128i high = _mm_max_epu8(group, _mm_set1_epi8(GM_MIN_TOPHASH));
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(high, group)) & 0xff;
}

/* The hits counted from cell `offset` on, and without the first n of them. */
static GM_ALWAYS_INLINE gmi_hits
gmi_hits_from(gmi_hits hits, unsigned offset, unsigned n)
{
    return (((hits | hits << GM_BUCKET_CELLS) >> offset) & 0xff) >> n << n;
}

/* The hits as one bit per cell. */
static GM_ALWAYS_INLINE uint8_t
gmi_hit_bits(gmi_hits hits)
{
    return (uint8_t)hits;
}

#define GMI_HIT_SHIFT 0

#else /* one 64-bit word */

typedef uint64_t gmi_group;
typedef uint64_t gmi_hits;

#define GMI_LOW7 UINT64_C(0x7f7f7f7f7f7f7f7f)

static GM_ALWAYS_INLINE gmi_group
gmi_load(const char *bucket)
{
    return gmi_word(bucket);
}

/* 0x80 in every byte of `word` that is zero. */
static GM_ALWAYS_INLINE gmi_hits
gmi_zero_bytes(uint64_t word)
{
    return ~(((word & GMI_LOW7) + GMI_LOW7) | word | GMI_LOW7);
}

static GM_ALWAYS_INLINE gmi_hits
gmi_match(gmi_group group, uint8_t top)
{
    return gmi_zero_bytes(group ^ (GMI_EACH_BYTE * top));
}

static GM_ALWAYS_INLINE gmi_hits
gmi_match_empty(gmi_group group)
{
    return gmi_zero_bytes(group & ~GMI_EACH_BYTE); /* the bytes 0 and 1 */
}

static GM_ALWAYS_INLINE gmi_hits
gmi_match_occupied(gmi_group group)
{
    /* byte >= 5: its low seven bits + 123 reach the top bit, or it is set */
    uint64_t big = ((group & GMI_LOW7) + GMI_EACH_BYTE * (128 - GM_MIN_TOPHASH)) | group;
    return big & ~GMI_LOW7;
}

static GM_ALWAYS_INLINE uint8_t
gmi_hit_bits(gmi_hits hits)
{
    return (uint8_t)(((hits >> 7) * UINT64_C(0x0102040810204080)) >> 56);
}

#define GMI_HIT_SHIFT 3

static GM_ALWAYS_INLINE gmi_hits
gmi_hits_from(gmi_hits hits, unsigned offset, unsigned n)
{
    gmi_hits turned = hits >> (8 * offset) | hits << (-(8 * offset) & 63);
    return n < GM_BUCKET_CELLS ? turned >> (8 * n) << (8 * n) : 0;
}

#endif

/* Cells that an iterator shows: occupied, or moved.  A bucket holds either kind,
 * never both. */
static GM_ALWAYS_INLINE gmi_hits
gmi_match_shown(const char *bucket)
{
    gmi_group group = gmi_load(bucket);
    if (GM_UNLIKELY(gmi_is_evacuated(bucket))) {
        return gmi_match(group, GM_EVACUATED_X) | gmi_match(group, GM_EVACUATED_Y);
    }
    return gmi_match_occupied(group);
}

static GM_ALWAYS_INLINE unsigned
gmi_first_hit(gmi_hits hits)
{
#if GM_USE_SSE2 && defined(__GNUC__) && !defined(GM_PLAIN_C)
    return (unsigned)__builtin_ctz(hits); /* 32 bits: no sign extension first */
#else
    return GM_LOWEST_BIT(hits) >> GMI_HIT_SHIFT;
#endif
}

/* Does the bucket's last cell say that nothing follows?  emptyRest cells run
 * to the end of the chain, so the last byte alone decides. */
static GM_ALWAYS_INLINE bool
gmi_ends_chain(const char *bucket)
{
    return ((const uint8_t *)bucket)[GM_BUCKET_CELLS - 1] == GM_EMPTY_REST;
}

#endif
