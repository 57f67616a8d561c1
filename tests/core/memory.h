/* memory.h: an allocator that counts, checks sizes, and fails when told to. */
#ifndef MEMORY_H
#define MEMORY_H

#include "gomap.h"

typedef struct {
    gm_allocator allocator; /* context: this */
    size_t outstanding;     /* bytes */
    size_t blocks;
    uint64_t calls;   /* successful allocations */
    uint64_t fail_in; /* n > 0: the n-th allocation from now fails, and all after it */
    bool failed;      /* one has */
} test_memory;

void memory_init(test_memory *memory);
/* All given back? */
void memory_check_empty(const test_memory *memory);

#endif
