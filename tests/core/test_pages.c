/* test_pages.c: memory from the system, and maps large enough to get it by the page. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "table.h"

/* Where there are no pages to be had (Windows), blocks as large come from calloc. */
#define PAGED (GM_PAGED_BYTES < SIZE_MAX ? GM_PAGED_BYTES : (size_t)4 << 20)
#define LARGE (PAGED + 3 * 4096)

static bool
is_zero(const unsigned char *p, size_t n)
{
    while (n > 0 && p[n - 1] == 0) {
        n--;
    }
    return n == 0;
}

static void
test_blocks_of_every_size_are_zeroed(void)
{
    const gm_allocator *a = &gm_system_memory;
    const size_t sizes[] = {1, 100, 65536, PAGED - 1, PAGED, LARGE};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (unsigned again = 0; again < 2; again++) { /* used memory may come back */
            unsigned char *p = a->alloc(a->context, sizes[i]);
            CHECK(p != NULL && (uintptr_t)p % 16 == 0);
            CHECK(is_zero(p, sizes[i]));
            memset(p, 0xa5, sizes[i]);
            a->release(a->context, p, sizes[i]);
        }
    }
}

static void
test_a_block_beyond_memory_is_refused(void)
{
    CHECK(gm_pages_alloc(SIZE_MAX / 2 / 65536 * 65536) == NULL);
    CHECK(gm_system_memory.alloc(NULL, SIZE_MAX / 2 / 65536 * 65536) == NULL);
}

static void
test_filling_soon_changes_nothing(void)
{
    const gm_allocator *a = &gm_system_memory;
    const size_t sizes[] = {4096, PAGED - 1, LARGE};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *p = a->alloc(a->context, sizes[i]);
        CHECK(p != NULL);
        memset(p, 0xff, sizes[i]);
        a->fill_soon(a->context, p, sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++) {
            p[k] ^= 0xff;
        }
        CHECK(is_zero(p, sizes[i]));
        a->release(a->context, p, sizes[i]);
    }
}

static void
test_discarded_pages_leave_their_neighbours(void)
{
    const gm_allocator *a = &gm_system_memory;
    const size_t piece = PAGED / 4;
    unsigned char *p = a->alloc(a->context, PAGED);
    CHECK(p != NULL);
    memset(p, 0xa5, PAGED);
    a->discard(a->context, p + piece, piece);
    CHECK(p[piece - 1] == 0xa5 && p[2 * piece] == 0xa5);
#if defined(__linux__)
    CHECK(is_zero(p + piece, piece)); /* given back, and got anew */
#endif
    memset(p + piece, 0x5a, piece); /* ours still */
    CHECK(p[piece] == 0x5a);
    a->release(a->context, p, PAGED);
}

/* ---- a map that gets it -------------------------------------------------------------------- */

#define ENTRIES 212000 /* in 2**15 buckets of 144 bytes */
#define MORE 40000

static void
write_many(gm_map *m, uint64_t first, size_t n)
{
    uint64_t *keys = malloc(n * sizeof *keys);
    CHECK(keys != NULL);
    for (size_t i = 0; i < n; i++) {
        keys[i] = first + i;
    }
    gm_writes batch = {.keys = keys, .n = n, .values = keys, .stride = 8};
    CHECK_EQ(gm_assign_many(m, &batch), GM_OK);
    free(keys);
}

static void
check_entries(gm_map *m, uint64_t n)
{
    gm_cell cell;
    char message[200];
    CHECK(gm_validate(m, message, sizeof message));
    CHECK_EQ(gm_count(m), n);
    for (uint64_t key = 0; key < n; key++) {
        CHECK_EQ(gm_find(m, &key, &cell), GM_OK);
        CHECK(cell.key != NULL && memcmp(cell.elem, &key, 8) == 0);
    }
}

static void
test_a_large_map_grows_page_by_page(void)
{
    gm_type type = {&gm_kind_bits64, NULL, 8, 8, 8};
    gm_options o = {&type, &gm_system_memory, 5, false, ENTRIES, NULL, NULL, false};
    gm_map *m;
    gm_stats stats;
    bool grew = false;
    if (GM_HAS_SMALL_PIECES) {
        return; /* the system's pages are larger than what that build takes for one */
    }
    CHECK_EQ(gm_map_new(&o, &m), GM_OK);
    write_many(m, 0, ENTRIES);
    size_t before = gm_memory(m);
    CHECK(before > PAGED && !gm_is_growing(m));
    for (uint64_t i = 0; i < MORE; i += 1000) {
        write_many(m, ENTRIES + i, 1000);
        grew |= gm_is_growing(m);
    }
    CHECK(grew && !gm_is_growing(m));
    check_entries(m, ENTRIES + MORE);
    CHECK_EQ(gm_read_stats(m, &stats, NULL), GM_OK);
    CHECK_EQ(stats.bytes_old, 0); /* all of the old array has gone by now */
    CHECK_EQ(stats.doublings, 1);
    gm_map_free(m);
}

static const test_case cases[] = {
    {"blocks_of_every_size_are_zeroed", test_blocks_of_every_size_are_zeroed},
    {"a_block_beyond_memory_is_refused", test_a_block_beyond_memory_is_refused},
    {"filling_soon_changes_nothing", test_filling_soon_changes_nothing},
    {"discarded_pages_leave_their_neighbours", test_discarded_pages_leave_their_neighbours},
    {"a_large_map_grows_page_by_page", test_a_large_map_grows_page_by_page},
    {NULL, NULL},
};
const test_group pages_tests = {"pages", cases};
