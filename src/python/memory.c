/* memory.c: see memory.h. */
#include "memory.h"

#if defined(__linux__)
#include <sys/mman.h>
#include <time.h>
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

#if defined(__linux__) && defined(MADV_HUGEPAGE) && defined(MADV_NOHUGEPAGE)

#define LARGE_PAGE ((uintptr_t)2 << 20)
/* Making a large page takes some 0.1 ms; several, where a virtual machine has to
 * fetch it from its host first. */
#define SLOW_NS 400000

static int64_t
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Writes to every large page, until it shows that they are slow to come: small
 * ones for the rest then. */
static void
touch(uintptr_t first, uintptr_t end)
{
    unsigned touched = 0, slow = 0;
    for (uintptr_t p = first; p + LARGE_PAGE <= end; p += LARGE_PAGE) {
        volatile char *byte = (volatile char *)p;
        int64_t before = now();
        *byte = *byte;
        slow += now() - before > SLOW_NS;
        touched++;
        if (slow >= 3 && 2 * slow > touched) {
            (void)madvise((void *)(p + LARGE_PAGE), end - p - LARGE_PAGE, MADV_NOHUGEPAGE);
            return;
        }
    }
}

/* A page of 2 MB costs one fault where small ones cost 512: on the machine of
 * benchmarks/README.md touching 38 MB takes 1.7 ms instead of 13 when the pages
 * are at hand, and 100 when they are not. */
void
memory_fill_soon(void *memory, size_t size)
{
    if (size >= LARGE_BYTES) {
        uintptr_t first = ((uintptr_t)memory + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);
        uintptr_t end = ((uintptr_t)memory + size) & ~(LARGE_PAGE - 1);
        if (madvise((void *)first, end - first, MADV_HUGEPAGE) == 0) {
            touch(first, end);
        }
    }
}

#else

void
memory_fill_soon(void *memory, size_t size)
{
    (void)memory, (void)size;
}

#endif

static void
fill_soon(void *context, void *memory, size_t size)
{
    (void)context;
    memory_fill_soon(memory, size);
}

const gm_allocator memory_pooled = {pooled_alloc, pooled_release, NULL, fill_soon};
const gm_allocator memory_raw = {raw_alloc, raw_release, NULL, fill_soon};
