/* kind_swar.c: see kind_swar.h.  The same text, matched a word at a time; under
 * -DGM_NO_SIMD it is the same code as the engine's own kinds. */
#ifndef GM_NO_SIMD
#define GM_NO_SIMD
#endif
#include "kind_swar.h"
#include "layout.h"

#define GM_NAME swar_bits64
#define GM_LABEL "bits64, a word at a time"
#define GM_KIND_STORAGE
#define GM_KEY uint64_t
#define GM_STORES_HASH 0
#define GM_HASH(m, k) gm_hash_u64(*(k), (m)->hash0)
#define GM_EQUAL(a, b) (*(a) == *(b))
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#include "ops.inc.h"

#define GM_NAME swar_hashed64
#define GM_LABEL "bits64 with hash, a word at a time"
#define GM_KIND_STORAGE
#define GM_KEY gm_hashed_bits64
#define GM_STORES_HASH 1
#define GM_EQUAL(a, b) ((a)->bits == (b)->bits)
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#include "ops.inc.h"

matched_cells
swar_match_cells(const char *bucket, uint8_t top)
{
    gmi_group group = gmi_load(bucket);
    return (matched_cells){gmi_hit_bits(gmi_match(group, top)),
                           gmi_hit_bits(gmi_match_empty(group)),
                           gmi_hit_bits(gmi_match_occupied(group))};
}
