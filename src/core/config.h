/* config.h: the numbers that make this map Go's map.
 *
 * Owns: bucket width, load factor, cell states, flag bits, and the limits of
 * this engine.  Everything here is a constant; a value that Go fixes is pinned
 * by a static_assert beside the reason it must not move.
 */
#ifndef GM_CONFIG_H
#define GM_CONFIG_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cells per bucket.  Eight tophash bytes are one machine word: a whole bucket
 * is matched with one comparison (layout.h), which is why it is not tunable. */
#define GM_BUCKET_CELLS 8
static_assert(GM_BUCKET_CELLS == sizeof(uint64_t),
              "a bucket's tophash bytes are matched as one word");

/* A map grows when more than 13/2 = 6.5 entries a bucket would be stored. */
#define GM_LOAD_NUM 13
#define GM_LOAD_DEN 2
static_assert(GM_LOAD_NUM * 10 / GM_LOAD_DEN == 65, "Go's load factor is 6.5");

/* Spare overflow buckets come with arrays of 2**4 buckets and more. */
#define GM_MIN_SPARE_B 4

/* What a tophash byte says of its cell.
 *
 *                 assign                    delete, something after it
 *   emptyRest ───────────────▶ occupied ────────────────────────────▶ emptyOne
 *       ▲                      │      ▲                                │   │
 *       │  delete, nothing     │      └────────────── assign ──────────┘   │
 *       ├──────────────────────┘                                           │
 *       └──────────────── delete of the next, nothing after it ────────────┘
 *
 *   evacuation:  occupied ─▶ evacuatedX | evacuatedY,   empty* ─▶ evacuatedEmpty
 *
 * An evacuated cell never changes again, but for the array's release.  */
enum gm_cell_state {
    GM_EMPTY_REST = 0,      /* empty, and so is every later cell of the chain */
    GM_EMPTY_ONE = 1,       /* empty */
    GM_EVACUATED_X = 2,     /* moved to the bucket of the same index */
    GM_EVACUATED_Y = 3,     /* moved to index + number of old buckets */
    GM_EVACUATED_EMPTY = 4, /* was empty when its bucket was evacuated */
    GM_MIN_TOPHASH = 5      /* the smallest byte of an occupied cell */
};
static_assert(GM_EVACUATED_Y == (GM_EVACUATED_X ^ 1),
              "X and Y differ in the lowest bit: state = X + half");
static_assert(GM_EMPTY_REST == 0, "fresh memory is an empty bucket");

enum gm_flag {
    GM_ITERATOR = 1,      /* an iterator may be using buckets */
    GM_OLD_ITERATOR = 2,  /* an iterator may be using oldbuckets */
    GM_HASH_WRITING = 4,  /* a writer is inside; never set between operations */
    GM_SAME_SIZE_GROW = 8 /* the growth under way keeps the number of buckets */
};

/* An operation whose key's equality keeps changing the map gives up here. */
#define GM_MAX_RESTARTS 1000

/* Thresholds of size from here on may be set smaller (-D), so that fuzzing meets in
 * small maps what large ones do. */

/* The evacuation mark skips at most this many evacuated buckets a step. */
#ifndef GM_MARK_STRIDE
#define GM_MARK_STRIDE 1024
#endif

/* Iterating, the objects of the bucket that many ahead are prefetched in arrays
 * of at least so many buckets; smaller ones lie in the cache. */
#define GM_LOOK_AHEAD 6
#ifndef GM_LOOK_AHEAD_LEAST
#define GM_LOOK_AHEAD_LEAST 512
#endif

/* Bytes that memory comes in; a trace tells the last so many apart. */
#define GM_CACHE_LINE 64
#define GM_TRACE_LINES 64

/* Statistics count chains of fewer overflow buckets on the way, and tell how far they
 * are each time they have seen so many chains. */
#define GM_STATS_LENGTHS 32
#ifndef GM_STATS_STRIDE
#define GM_STATS_STRIDE 65536
#endif

/* Arrays of whole pages go back to the system in pieces of this many bytes, none
 * of which crosses a page: systems have pages of up to 64 KB. */
#ifndef GM_PIECE_BYTES
#define GM_PIECE_BYTES ((size_t)128 << 10)
#define GM_MOST_PAGE_BYTES ((size_t)64 << 10)
#endif

/* Keys of a batch whose memory is fetched at the same time. */
#define GM_WAVE 128

/* Maps of fewer entries lie in the cache: nothing is fetched ahead for them. */
#ifndef GM_PREFETCH_LEAST
#define GM_PREFETCH_LEAST 16384
#endif

/* The widest key and element slots (a complex key with its hash; complex128). */
#define GM_MAX_KEY_SIZE 24
#define GM_MAX_ELEM_SIZE 16

/* An array of this many buckets, or nearly, is more than can be had; beyond it sizes in
 * bytes would overflow.  Spares are fewer than buckets. */
#define GM_MAX_B (sizeof(size_t) >= 8 ? 48 : 20)
#define GM_MAX_BUCKET_SIZE \
    (GM_BUCKET_CELLS * ((size_t)1 + GM_MAX_KEY_SIZE + GM_MAX_ELEM_SIZE) + sizeof(char *))
static_assert((SIZE_MAX / 2 / GM_MAX_BUCKET_SIZE) >> GM_MAX_B > 2,
              "the bytes of the largest array fit a size");

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#define GM_LITTLE_ENDIAN 0
#else
#define GM_LITTLE_ENDIAN 1
#endif

/* Debug builds check every invariant after every mutation. */
#ifndef GM_DEBUG
#define GM_DEBUG 0
#endif

/* GM_PLAIN_C: as for a compiler without these extensions, to test what it would get. */
#if (defined(__GNUC__) || defined(__clang__)) && !defined(GM_PLAIN_C)
#define GM_LIKELY(x) __builtin_expect(!!(x), 1)
#define GM_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define GM_ALWAYS_INLINE inline __attribute__((always_inline))
#define GM_NOINLINE __attribute__((noinline))
#define GM_PREFETCH(p) __builtin_prefetch(p)
/* A function that only prefetches looks pure to gcc, which drops it. */
#define GM_HAS_EFFECTS() __asm__ volatile("" ::: "memory")
#define GM_MAY_ALIAS __attribute__((may_alias))
/* A byte that is read while another thread may write it: one move, as ever. */
#define GM_LOAD_BYTE(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define GM_STORE_BYTE(p, byte) __atomic_store_n((p), (uint8_t)(byte), __ATOMIC_RELAXED)
#define GM_LOWEST_BIT(x) ((unsigned)__builtin_ctzll(x))
#define GM_LEADING_ZEROS(x) ((unsigned)__builtin_clzll(x))
#elif defined(_MSC_VER)
#include <intrin.h>
#define GM_LIKELY(x) (x)
#define GM_UNLIKELY(x) (x)
#define GM_ALWAYS_INLINE __forceinline
#define GM_NOINLINE __declspec(noinline)
#if defined(_M_X64)
#define GM_PREFETCH(p) _mm_prefetch((const char *)(p), _MM_HINT_T0)
#else
#define GM_PREFETCH(p) ((void)(p))
#endif
#define GM_HAS_EFFECTS() ((void)0)
#define GM_MAY_ALIAS
#define GM_LOAD_BYTE(p) (*(const volatile uint8_t *)(p))
#define GM_STORE_BYTE(p, byte) (*(volatile uint8_t *)(p) = (uint8_t)(byte))
#define GM_LOWEST_BIT(x) gm_lowest_bit(x)
#define GM_LEADING_ZEROS(x) gm_leading_zeros(x)
#else
#define GM_LIKELY(x) (x)
#define GM_UNLIKELY(x) (x)
#define GM_ALWAYS_INLINE inline
#define GM_NOINLINE
#define GM_PREFETCH(p) ((void)(p))
#define GM_HAS_EFFECTS() ((void)0)
#define GM_MAY_ALIAS
#define GM_LOAD_BYTE(p) (*(const volatile uint8_t *)(p))
#define GM_STORE_BYTE(p, byte) (*(volatile uint8_t *)(p) = (uint8_t)(byte))
#define GM_LOWEST_BIT(x) gm_lowest_bit(x)
#define GM_LEADING_ZEROS(x) gm_leading_zeros(x)
#endif

/* The number of zero bits above the highest set bit of x, which has one. */
static inline unsigned
gm_leading_zeros(uint64_t x)
{
#if defined(_MSC_VER) && defined(_WIN64)
    unsigned long highest;
    _BitScanReverse64(&highest, x);
    return 63 - (unsigned)highest;
#else
    unsigned n = 0;
    while (!(x >> (63 - n))) {
        n++;
    }
    return n;
#endif
}

/* The index of the lowest set bit of x, which has one. */
static inline unsigned
gm_lowest_bit(uint64_t x)
{
#if defined(_MSC_VER) && defined(_WIN64)
    unsigned long lowest;
    _BitScanForward64(&lowest, x);
    return (unsigned)lowest;
#else
    unsigned i = 0;
    while (!(x >> i & 1)) {
        i++;
    }
    return i;
#endif
}

#endif
