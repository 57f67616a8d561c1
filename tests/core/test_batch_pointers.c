/* test_batch_pointers.c: see test_batch_pointers.h. */
#include "test_batch_pointers.h"

#include "layout.h"
#include "objects.h"

uint64_t pointers_fetched;

static void
fetch_object(const object_key *key)
{
    (void)object_id(key); /* it must be one: a cell without a key is not fetched */
    pointers_fetched++;
}

#define GM_NAME pointers
#define GM_LABEL "references that are fetched"
#define GM_KIND_STORAGE
#define GM_KEY object_key
#define GM_STORES_HASH 1
#define GM_EQUAL_CALL(m, slot, key) object_equal(m, slot, key)
#define GM_IS_REFLEXIVE(k) (!object_is_nan(k))
#define GM_UPDATES_KEY 0
#define GM_PREFETCH_KEY(k) fetch_object(k)
#include "ops.inc.h"
