/* kind_swar.h: gm_kind_bits64 as it is built where there is no SSE2. */
#ifndef KIND_SWAR_H
#define KIND_SWAR_H

#include "gomap.h"

extern const gm_kind gm_kind_swar_bits64, gm_kind_swar_hashed64;

/* Cells of a bucket, a bit for each: those of a tophash byte, the empty, the occupied. */
typedef struct {
    uint8_t top, empty, occupied;
} matched_cells;

matched_cells swar_match_cells(const char *bucket, uint8_t top);

#endif
