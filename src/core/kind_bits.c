/* kind_bits.c: unboxed keys that are equal when their bits are: every integer
 * type and bool.  They hash as zero-extended 64-bit numbers. */
#include "kind.h"

#define GM_HASH_BITS(m, k) gm_hash_u64(*(k), (m)->hash0)
#define GM_EQUAL_BITS(a, b) (*(a) == *(b))

#define GM_NAME bits8
#define GM_LABEL "bits8"
#define GM_KIND_STORAGE
#define GM_KEY uint8_t
#define GM_STORES_HASH 0
#define GM_HASH GM_HASH_BITS
#define GM_EQUAL GM_EQUAL_BITS
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#include "ops.inc.h"

#define GM_NAME bits16
#define GM_LABEL "bits16"
#define GM_KIND_STORAGE
#define GM_KEY uint16_t
#define GM_STORES_HASH 0
#define GM_HASH GM_HASH_BITS
#define GM_EQUAL GM_EQUAL_BITS
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#include "ops.inc.h"

#define GM_NAME bits32
#define GM_LABEL "bits32"
#define GM_KIND_STORAGE
#define GM_KEY uint32_t
#define GM_STORES_HASH 0
#define GM_HASH GM_HASH_BITS
#define GM_EQUAL GM_EQUAL_BITS
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#include "ops.inc.h"

#define GM_NAME bits64
#define GM_LABEL "bits64"
#define GM_KIND_STORAGE
#define GM_KEY uint64_t
#define GM_STORES_HASH 0
#define GM_HASH GM_HASH_BITS
#define GM_EQUAL GM_EQUAL_BITS
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#include "ops.inc.h"

#define GM_NAME hashed_bits64
#define GM_LABEL "bits64 with hash"
#define GM_KIND_STORAGE
#define GM_KEY gm_hashed_bits64
#define GM_STORES_HASH 1
#define GM_EQUAL(a, b) ((a)->bits == (b)->bits)
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#include "ops.inc.h"
