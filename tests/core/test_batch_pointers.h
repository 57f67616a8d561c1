/* test_batch_pointers.h: a kind as the glue makes them, of references with their
 * hash, that fetches what its keys refer to. */
#ifndef TEST_BATCH_POINTERS_H
#define TEST_BATCH_POINTERS_H

#include "gomap.h"

extern const gm_kind gm_kind_pointers;
/* Keys fetched so far. */
extern uint64_t pointers_fetched;

#endif
