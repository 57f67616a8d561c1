/* kind_int64.c: int64 keys, quickly.  The kind itself is the engine's (kind_bits.c);
 * this instance of its algorithms is for quick.inc.h alone. */
#include "debug.h"
#include "layout.h"
#include "map_type.h"

#if defined(__GNUC__) || defined(__clang__)
#define UNUSED __attribute__((unused))
#else
#define UNUSED
#endif

#define GM_NAME int64
#define GM_LABEL "int64"
#define GM_KIND_STORAGE static UNUSED
#define GM_KEY uint64_t
#define GM_STORES_HASH 0
#define GM_HASH(m, k) gm_hash_u64(*(k), (m)->hash0)
#define GM_EQUAL(a, b) (*(a) == *(b))
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#define GM_SAME(a, b) (*(a) == *(b))
#define GM_UNCLEAR(a, b) false
#include "ops.inc.h"

#define QUICK_NAME int64
#define QUICK_CODE TYPE_INT64
#define QUICK_KEY uint64_t
#define QUICK_SLOT(k) (&(k)->slot.plain.bits)
#define QUICK_OBJECT(a) NULL
#define QUICK_WORD(a) (*(a))
#define QUICK_MAKE(object, word) (word)
#define QUICK_EQUAL(a, b) ((void)(a), (void)(b), false)
#define QUICK_GUARDED 1
#include "quick.inc.h"
