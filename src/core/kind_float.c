/* kind_float.c: unboxed IEEE keys.  -0.0 equals 0.0 and the key stored last is
 * kept, as in Go; a NaN equals nothing and hashes at random. */
#include "layout.h"

#include "hash.h"

static inline uint64_t
hash_number(gm_map *m, double x)
{
    return x == x ? gm_hash_f64(x, m->hash0) : gm_splitmix(&m->rng);
}

static inline bool
is_number(const gm_complex128 *z)
{
    return z->real == z->real && z->imag == z->imag;
}

static inline uint64_t
hash_complex(gm_map *m, const gm_complex128 *z)
{
    if (!is_number(z)) {
        return gm_splitmix(&m->rng);
    }
    return gm_hash_f64(z->imag, gm_hash_f64(z->real, m->hash0));
}

static inline bool
equal_complex(const gm_complex128 *a, const gm_complex128 *b)
{
    return a->real == b->real && a->imag == b->imag;
}

#define GM_NAME float32
#define GM_LABEL "float32"
#define GM_KIND_STORAGE
#define GM_KEY float
#define GM_STORES_HASH 0
#define GM_HASH(m, k) hash_number(m, *(k))
#define GM_EQUAL(a, b) (*(a) == *(b))
#define GM_IS_REFLEXIVE(k) (*(k) == *(k))
#define GM_UPDATES_KEY 1
#include "ops.inc.h"

#define GM_NAME float64
#define GM_LABEL "float64"
#define GM_KIND_STORAGE
#define GM_KEY double
#define GM_STORES_HASH 0
#define GM_HASH(m, k) hash_number(m, *(k))
#define GM_EQUAL(a, b) (*(a) == *(b))
#define GM_IS_REFLEXIVE(k) (*(k) == *(k))
#define GM_UPDATES_KEY 1
#include "ops.inc.h"

#define GM_NAME complex128
#define GM_LABEL "complex128"
#define GM_KIND_STORAGE
#define GM_KEY gm_complex128
#define GM_STORES_HASH 0
#define GM_HASH(m, k) hash_complex(m, k)
#define GM_EQUAL(a, b) equal_complex(a, b)
#define GM_IS_REFLEXIVE(k) is_number(k)
#define GM_UPDATES_KEY 1
#include "ops.inc.h"

#define GM_NAME hashed_float64
#define GM_LABEL "float64 with hash"
#define GM_KIND_STORAGE
#define GM_KEY gm_hashed_float64
#define GM_STORES_HASH 1
#define GM_EQUAL(a, b) ((a)->value == (b)->value)
#define GM_IS_REFLEXIVE(k) ((k)->value == (k)->value)
#define GM_UPDATES_KEY 1
#include "ops.inc.h"

#define GM_NAME hashed_complex128
#define GM_LABEL "complex128 with hash"
#define GM_KIND_STORAGE
#define GM_KEY gm_hashed_complex128
#define GM_STORES_HASH 1
#define GM_EQUAL(a, b) equal_complex(&(a)->value, &(b)->value)
#define GM_IS_REFLEXIVE(k) is_number(&(k)->value)
#define GM_UPDATES_KEY 1
#include "ops.inc.h"
