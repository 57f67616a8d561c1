/* kind.h: what a kind of key must provide.
 *
 * A kind is a slot layout and the handful of algorithms that look at keys.
 * They are written once, in ops.inc.h, and instantiated per kind twice: for
 * 8-byte elements (the size is a constant in every address) and for any size.
 * Everything else in the engine works without knowing what a key is.
 */
#ifndef GM_KIND_H
#define GM_KIND_H

#include "config.h"
#include "gomap.h"

struct gm_kind {
    const char *name;
    uint16_t key_size;
    /* The slot ends in the key's full hash: moving it needs no hashing. */
    bool stores_hash;
    /* The hash of a stored key under the present seed. */
    uint64_t (*slot_hash)(gm_map *m, const void *key);
    /* key == key?  False for NaN. */
    bool (*is_reflexive)(const void *key);
    const gmi_ops *ops8, *ops_any;
};

#endif
