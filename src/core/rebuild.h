/* rebuild.h: entries into a fresh array; growing ahead of a batch. */
#ifndef GM_REBUILD_H
#define GM_REBUILD_H

#include "gomap.h"

/* gm_reserve for entries that are about to come, more than m is large enough for. */
gm_status gmi_reserve_to_fill(gm_map *m, uint64_t entries);
/* A map like m, empty, without iterators, with an array of 2**B buckets; false: no
 * memory. */
bool gmi_prepare(gm_map *fresh, const gm_map *m, unsigned B);
/* Puts an entry into the first free cell of its chain in `to`; false: no memory. */
bool gmi_append(gm_map *to, uint64_t hash, const gm_cell *from);

#endif
