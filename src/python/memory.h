/* memory.h: where maps and arrays get their memory. */
#ifndef GOMAP_MEMORY_H
#define GOMAP_MEMORY_H

#include "state.h"

/* Of maps that Python objects are in: always used under the interpreter lock. */
extern const gm_allocator memory_pooled;
/* Of maps of bare numbers, which batches use without it. */
extern const gm_allocator memory_raw;

#endif
