/* side.c: one candidate (-DCANDIDATE=name): its loops, and the engine's operations
 * with it in place of the engine's own hash. */
#include "side.h"

#include "candidates.h"

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)

static uint64_t
chain(const uint64_t *keys, size_t n, uint64_t seed)
{
    uint64_t h = 0;
    for (size_t i = 0; i < n; i++) {
        h = CANDIDATE(keys[i] ^ h, seed);
    }
    return h;
}

static uint64_t
stream(const uint64_t *keys, size_t n, uint64_t seed)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t h = CANDIDATE(keys[i], seed);
        __asm__("" : "+r"(h)); /* keeps the compiler from making vectors of it */
        sum += h;
    }
    return sum;
}

static uint64_t
hash_one(uint64_t x, uint64_t seed)
{
    return CANDIDATE(x, seed);
}

#define GM_NAME candidate
#define GM_LABEL TEXT(CANDIDATE)
#define GM_KIND_STORAGE static
#define GM_KEY uint64_t
#define GM_STORES_HASH 0
#define GM_HASH(m, k) CANDIDATE(*(k), (m)->hash0)
#define GM_EQUAL(a, b) (*(a) == *(b))
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#include "ops.inc.h"

extern const hash_side PASTE(side_, CANDIDATE);
const hash_side PASTE(side_, CANDIDATE) = {TEXT(CANDIDATE), hash_one, chain, stream,
                                           &gm_kind_candidate};
