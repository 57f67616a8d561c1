/* clear.h: emptying a map (see clear.c). */
#ifndef GM_CLEAR_H
#define GM_CLEAR_H

#include "gomap.h"

/* Ends all iterators and lets the arrays go: B = 0, no buckets.  References
 * wait for gm_sweep. */
void gmi_drop_arrays(gm_map *m);

#endif
