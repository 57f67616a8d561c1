/* kind_stranger.c: a kind for tests, as the glue's kinds are made: references
 * with their hash, and equality by code that may do anything. */
#include "layout.h"

#include "objects.h"

#define GM_NAME stranger
#define GM_LABEL "stranger"
#define GM_KIND_STORAGE
#define GM_KEY object_key
#define GM_STORES_HASH 1
#define GM_EQUAL_CALL(m, slot, key) object_equal(m, slot, key)
#define GM_IS_REFLEXIVE(k) (!object_is_nan(k))
#define GM_UPDATES_KEY 0
#include "ops.inc.h"
