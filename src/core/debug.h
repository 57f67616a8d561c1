/* debug.h: debug builds ask gm_validate after every mutation, and abort. */
#ifndef GM_DEBUG_H
#define GM_DEBUG_H

#include "gomap.h"

#if GM_DEBUG
void gmi_check(const gm_map *m);
#else
#define gmi_check(m) ((void)(m))
#endif

#endif
