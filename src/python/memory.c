/* memory.c: see memory.h. */
#include "memory.h"

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

/* Small blocks come from the interpreter's own pools, which serve up to 512
 * bytes in a few instructions; larger ones from the system, zeroed lazily. */
#define POOLED_BYTES 512

/* Below this a large page would mostly stay empty. */
#define LARGE_BYTES ((size_t)4 << 20)

static void *
pooled_alloc(void *context, size_t size)
{
    (void)context;
    return size <= POOLED_BYTES ? PyMem_Calloc(1, size) : PyMem_RawCalloc(1, size);
}

static void
pooled_release(void *context, void *memory, size_t size)
{
    (void)context;
    if (size <= POOLED_BYTES) {
        PyMem_Free(memory);
    }
    else {
        PyMem_RawFree(memory);
    }
}

static void *
raw_alloc(void *context, size_t size)
{
    (void)context;
    return PyMem_RawCalloc(1, size);
}

static void
raw_release(void *context, void *memory, size_t size)
{
    (void)context, (void)size;
    PyMem_RawFree(memory);
}

/* A page of 2 MB costs one fault where 512 small ones cost 512: on the machine of
 * benchmarks/README.md touching 38 MB takes 1.7 ms instead of 13. */
void
memory_fill_soon(void *memory, size_t size)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (size >= LARGE_BYTES) {
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
        uintptr_t first = ((uintptr_t)memory + page - 1) & ~(page - 1);
        uintptr_t end = ((uintptr_t)memory + size) & ~(page - 1);
        (void)madvise((void *)first, end - first, MADV_HUGEPAGE);
    }
#else
    (void)memory, (void)size;
#endif
}

static void
fill_soon(void *context, void *memory, size_t size)
{
    (void)context;
    memory_fill_soon(memory, size);
}

const gm_allocator memory_pooled = {pooled_alloc, pooled_release, NULL, fill_soon};
const gm_allocator memory_raw = {raw_alloc, raw_release, NULL, fill_soon};
