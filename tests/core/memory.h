/* memory.h: an allocator that counts, checks sizes, and fails when told to. */
#ifndef MEMORY_H
#define MEMORY_H

#include "gomap.h"

typedef struct {
    gm_allocator allocator; /* context: this */
    size_t outstanding;     /* bytes */
    size_t blocks;
    uint64_t discards; /* calls that gave pages back */
    struct test_block *first;
    uint64_t calls;   /* successful allocations */
    uint64_t fail_in; /* n > 0: the n-th allocation from now fails, and all after it */
    bool fails_once;  /* only that one does */
    bool failed;      /* one has */
} test_memory;

/* Where pages are small enough for the tests' maps (`make core-tests` builds both),
 * old arrays go piece by piece, as large ones do with real pages. */
#define GM_HAS_SMALL_PIECES (GM_MOST_PAGE_BYTES < 4096)

void memory_init(test_memory *memory);
/* All given back? */
void memory_check_empty(const test_memory *memory);

#endif
