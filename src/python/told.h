/* told.h: an event and, if asked for, the whole map after it, copied into plain
 * memory: no Python code runs, and the interpreter lock need not be held for
 * maps of bare numbers.
 */
#ifndef GOMAP_TOLD_H
#define GOMAP_TOLD_H

#include "map_type.h"

/* A bucket as it lay; references are its own. */
typedef struct {
    bool old;
    size_t chain, position;
    int64_t preallocated;
    uint8_t tophash[GM_BUCKET_CELLS], filled; /* a bit per cell */
    _Alignas(8) unsigned char key[GM_BUCKET_CELLS][GM_MAX_KEY_SIZE];
    _Alignas(8) unsigned char elem[GM_BUCKET_CELLS][GM_MAX_ELEM_SIZE];
} StillBucket;

typedef struct {
    gm_event event; /* its key: NULL or not, no address any more */
    gm_header after;
    _Alignas(8) unsigned char key[GM_MAX_KEY_SIZE]; /* a reference of its own */
    uint64_t version;
    bool wants_state;
    StillBucket *buckets;
    size_t n;
} Told;

/* Copies the event, and the map's state if it is wanted; false: no memory. */
bool told_init(Told *told, MapObject *map, const gm_event *event, bool wants_state);
void told_fini(Told *told, const MapSpec *spec);

#endif
