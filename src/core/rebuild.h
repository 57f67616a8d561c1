/* rebuild.h: growing ahead of a batch. */
#ifndef GM_REBUILD_H
#define GM_REBUILD_H

#include "gomap.h"

/* gm_reserve, when the room will be filled at once. */
gm_status gmi_reserve_to_fill(gm_map *m, uint64_t entries);

#endif
