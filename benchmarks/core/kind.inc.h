/* kind.inc.h: the benchmark's kind of keys, an instance of the engine's algorithms.
 *
 * A program that includes it can call find_bench, assign_bench ... directly, and the
 * compiler takes them apart in place, as it does with C++'s templates; or it gives
 * gm_kind_bench to a map and calls gm_find, gm_assign ... through the map's table.
 *
 * Strings are headers, as Go's: the digits belong to somebody else.  The hash reads
 * them, the comparison looks at the pointers first.
 */
#include "layout.h"

#include "key.h"

#ifdef TEXT_KEYS

static inline bool
texts_equal(const bench_key *a, const bench_key *b)
{
    return a->size == b->size && (a->data == b->data || memcmp(a->data, b->data, a->size) == 0);
}

#define GM_HASH(m, k) gm_hash_bytes((k)->data, (k)->size, (m)->hash0)
#define GM_EQUAL(a, b) texts_equal(a, b)

#else

#define GM_HASH(m, k) gm_hash_u64((uint64_t) * (k), (m)->hash0)
#define GM_EQUAL(a, b) (*(a) == *(b))

#endif

#define GM_NAME bench
#define GM_LABEL "the benchmark's"
#define GM_KIND_STORAGE static
#define GM_KEY bench_key
#define GM_STORES_HASH 0
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#include "ops.inc.h"
