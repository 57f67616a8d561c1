/* next.h: advancing an iterator in tests. */
#ifndef NEXT_H
#define NEXT_H

#include "gomap.h"

/* The iterator's next entry as a user takes it: the short way where there is one. */
static inline gm_status
next_entry(gm_iter *it, gm_cell *cell)
{
    return gm_iter_next_pending(it, cell) ? GM_OK : gm_iter_next(it, cell);
}

#endif
