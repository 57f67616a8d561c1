/* pages.c: memory by the page, from the system; and the stock allocator.
 *
 * malloc would do for the memory itself, but not for the pauses: what it has at hand
 * must be zeroed as a whole before it is an array, and a free of many megabytes
 * gives every page back in one go.  Here nothing costs in proportion to a block.
 */
#if defined(__linux__)
#define _GNU_SOURCE 1 /* NOLINT(bugprone-reserved-identifier,cert-dcl*): the C library reads it */
#endif

#include <stdlib.h>

#include "gomap.h"

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#include <time.h>
#endif

#if defined(__unix__) || defined(__APPLE__)

void *
gm_pages_alloc(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED ? p : NULL;
}

void
gm_pages_release(void *memory, size_t size)
{
    (void)munmap(memory, size);
}

void
gm_pages_discard(void *memory, size_t size)
{
#if defined(__linux__)
    (void)madvise(memory, size, MADV_DONTNEED);
#elif defined(MADV_FREE)
    (void)madvise(memory, size, MADV_FREE);
#else
    (void)memory, (void)size;
#endif
}

#else

void *
gm_pages_alloc(size_t size)
{
    return calloc(1, size);
}

void
gm_pages_release(void *memory, size_t size)
{
    (void)size;
    free(memory);
}

void
gm_pages_discard(void *memory, size_t size)
{
    (void)memory, (void)size;
}

#endif

/* ---- large pages --------------------------------------------------------------------- */

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
 * are at hand, and 100 when they are not.  Below GM_PAGED_BYTES they would mostly
 * stay empty. */
void
gm_pages_fill_soon(void *memory, size_t size)
{
    if (size >= GM_PAGED_BYTES) {
        uintptr_t first = ((uintptr_t)memory + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);
        uintptr_t end = ((uintptr_t)memory + size) & ~(LARGE_PAGE - 1);
        if (madvise((void *)first, end - first, MADV_HUGEPAGE) == 0) {
            touch(first, end);
        }
    }
}

#else

void
gm_pages_fill_soon(void *memory, size_t size)
{
    (void)memory, (void)size;
}

#endif

/* ---- the stock allocator ---------------------------------------------------------------- */

static void *
system_alloc(void *context, size_t size)
{
    (void)context;
    return size < GM_PAGED_BYTES ? calloc(1, size) : gm_pages_alloc(size);
}

static void
system_release(void *context, void *memory, size_t size)
{
    (void)context;
    if (size < GM_PAGED_BYTES) {
        free(memory);
    }
    else {
        gm_pages_release(memory, size);
    }
}

static void
system_fill_soon(void *context, void *memory, size_t size)
{
    (void)context;
    gm_pages_fill_soon(memory, size);
}

static void
system_discard(void *context, void *memory, size_t size)
{
    (void)context;
    gm_pages_discard(memory, size);
}

const gm_allocator gm_system_memory = {system_alloc,     system_release, NULL,
                                       system_fill_soon, system_discard, GM_PAGED_BYTES};
