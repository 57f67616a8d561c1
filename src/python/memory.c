/* memory.c: see memory.h. */
#include "memory.h"

/* Small blocks come from the interpreter's own pools, which serve up to 512
 * bytes in a few instructions; larger ones from malloc, and large ones, which must
 * neither be zeroed at once nor be freed in one go, from the system by the page. */
#define POOLED_BYTES 512

/* Pages are told to tracemalloc, which sees the rest by itself. */
#define TRACE_DOMAIN 0

static void *
raw_alloc(void *context, size_t size)
{
    (void)context;
    if (size < GM_PAGED_BYTES) {
        return PyMem_RawCalloc(1, size);
    }
    void *memory = gm_pages_alloc(size);
    if (memory != NULL && PyTraceMalloc_Track(TRACE_DOMAIN, (uintptr_t)memory, size) == -1) {
        gm_pages_release(memory, size);
        return NULL;
    }
    return memory;
}

static void
raw_release(void *context, void *memory, size_t size)
{
    (void)context;
    if (size < GM_PAGED_BYTES) {
        PyMem_RawFree(memory);
        return;
    }
    (void)PyTraceMalloc_Untrack(TRACE_DOMAIN, (uintptr_t)memory);
    gm_pages_release(memory, size);
}

static void *
pooled_alloc(void *context, size_t size)
{
    return size <= POOLED_BYTES ? PyMem_Calloc(1, size) : raw_alloc(context, size);
}

static void
pooled_release(void *context, void *memory, size_t size)
{
    if (size <= POOLED_BYTES) {
        PyMem_Free(memory);
    }
    else {
        raw_release(context, memory, size);
    }
}

static void
fill_soon(void *context, void *memory, size_t size)
{
    (void)context;
    gm_pages_fill_soon(memory, size);
}

static void
discard(void *context, void *memory, size_t size)
{
    (void)context;
    gm_pages_discard(memory, size);
}

const gm_allocator memory_pooled = {pooled_alloc, pooled_release, NULL,
                                    fill_soon,    discard,        GM_PAGED_BYTES};
const gm_allocator memory_raw = {raw_alloc, raw_release, NULL, fill_soon, discard, GM_PAGED_BYTES};
