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

/* The algorithms that look at keys. */
typedef struct {
    gm_status (*find)(gm_map *m, const void *key, gm_cell *cell);
    gm_status (*assign)(gm_map *m, const void *key, gm_cell *cell);
    gm_status (*remove)(gm_map *m, const void *key, gm_entry *removed); /* Go's delete */
    gm_status (*pop)(gm_map *m, const void *key, gm_entry *removed);
    /* Moves one old bucket's chain; the overflow buckets it needs were reserved. */
    void (*evacuate)(gm_map *m, size_t oldbucket);
    gm_status (*iter_next)(gm_iter *it, gm_cell *cell);
} gmi_ops;

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
