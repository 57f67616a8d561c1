/* memory.c: see memory.h. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define LIMIT ((size_t)1 << 30) /* a request beyond it fails, as a real one would */
#define MARK UINT64_C(0x6d61704d656d6f72)

typedef struct test_block {
    struct test_block *prev, *next;
    uint64_t size, gone; /* gone: discarded bytes */
    uint64_t mark, unused;
} block_header;

static bool
is_refused(test_memory *memory, size_t size)
{
    if ((memory->failed && !memory->fails_once) || size > LIMIT) {
        return true;
    }
    bool is_nth = memory->fail_in > 0 && --memory->fail_in == 0;
    memory->failed |= is_nth;
    return is_nth;
}

static void *
counted_alloc(void *context, size_t size)
{
    test_memory *memory = context;
    if (is_refused(memory, size)) {
        return NULL;
    }
    block_header *header = calloc(1, sizeof *header + size);
    CHECK(header != NULL && (uintptr_t)header % 16 == 0);
    header->size = size;
    header->mark = MARK;
    header->next = memory->first;
    if (header->next != NULL) {
        header->next->prev = header;
    }
    memory->first = header;
    memory->outstanding += size;
    memory->blocks++;
    memory->calls++;
    return header + 1;
}

static void
counted_release(void *context, void *block, size_t size)
{
    test_memory *memory = context;
    block_header *header = (block_header *)block - 1;
    CHECK_EQ(header->mark, MARK);
    CHECK_EQ(header->size, size);
    memory->outstanding -= size - header->gone;
    memory->blocks--;
    *(header->prev != NULL ? &header->prev->next : &memory->first) = header->next;
    if (header->next != NULL) {
        header->next->prev = header->prev;
    }
    memset(header, 0xdb, sizeof *header + size);
    free(header);
}

/* What was given back is gone: whoever reads it gets this. */
static void
counted_discard(void *context, void *part, size_t size)
{
    test_memory *memory = context;
    block_header *b = memory->first;
    while (b != NULL &&
           ((char *)part < (char *)(b + 1) || (char *)part + size > (char *)(b + 1) + b->size)) {
        b = b->next;
    }
    CHECK(b != NULL && size > 0 && size % GM_MOST_PAGE_BYTES == 0);
    CHECK((size_t)((char *)part - (char *)(b + 1)) % GM_MOST_PAGE_BYTES == 0);
    memset(part, 0xdb, size);
    b->gone += size;
    memory->outstanding -= size;
    memory->discards++;
}

void
memory_init(test_memory *memory)
{
    memset(memory, 0, sizeof *memory);
    memory->allocator = (gm_allocator){
        .alloc = counted_alloc,
        .release = counted_release,
        .context = memory,
        .discard = GM_HAS_SMALL_PIECES ? counted_discard : NULL,
        .paged_bytes = 1,
    };
}

void
memory_check_empty(const test_memory *memory)
{
    CHECK_EQ(memory->blocks, 0);
    CHECK_EQ(memory->outstanding, 0);
}
