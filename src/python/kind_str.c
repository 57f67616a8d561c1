/* kind_str.c: boxed str and bytes keys.  Equality is the base types' own (box.c
 * lets no other in), so a lookup runs no foreign code. */
#include "boxed.h"
#include "debug.h"
#include "layout.h"
#include "map_type.h"

#define GM_NAME str
#define GM_LABEL "str"
#define GM_KIND_STORAGE
#define GM_KEY BoxedKey
#define GM_STORES_HASH 1
#define GM_EQUAL(a, b) ((a)->object == (b)->object || strs_equal((a)->object, (b)->object))
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#define GM_COPY_KEY BOXED_COPY
#define GM_PREFETCH_KEY(k) GM_PREFETCH((k)->object)
#define GM_SAME(a, b) ((a)->object == (b)->object)
#define GM_UNCLEAR(a, b) ((a)->hash == (b)->hash)
#include "ops.inc.h"

#define QUICK_NAME str
#define QUICK_CODE TYPE_STR
#define QUICK_KEY BoxedKey
#define QUICK_SLOT(k) (&(k)->slot.boxed)
#define QUICK_OBJECT(a) ((a)->object)
#define QUICK_WORD(a) ((a)->hash)
#define QUICK_MAKE(object, word) {object, word}
#define QUICK_EQUAL strs_equal
#define QUICK_GUARDED 0
#include "quick.inc.h"

#define GM_NAME bytes
#define GM_LABEL "bytes"
#define GM_KIND_STORAGE
#define GM_KEY BoxedKey
#define GM_STORES_HASH 1
#define GM_EQUAL(a, b) ((a)->object == (b)->object || bytes_equal((a)->object, (b)->object))
#define GM_IS_REFLEXIVE(k) true
#define GM_UPDATES_KEY 0
#define GM_COPY_KEY BOXED_COPY
#define GM_PREFETCH_KEY(k) GM_PREFETCH((k)->object)
#include "ops.inc.h"
