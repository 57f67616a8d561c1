/* flat.h: traces as flatten.py writes them: a letter and numbers on each line. */
#ifndef FLAT_H
#define FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char kind;
    uint32_t n; /* numbers */
    uint64_t *numbers;
    uint64_t allocations, after; /* of a step: how many, and the state's sum then */
} line;

typedef struct {
    char name[64];
    uint64_t hint, key_size, elem_size;
    bool floats;
    line *lines;
    size_t n, room;
} trace;

/* The next trace of standard input; false: there is none. */
bool read_trace(trace *t);
void free_trace(trace *t);

#endif
