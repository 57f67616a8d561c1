/* test_validate.c: gm_validate names the broken rule: each is broken by hand, one at a
 * time, and mended again.  A debug build stops there. */
#if !defined(_WIN32)
#define _POSIX_C_SOURCE 200809L
#endif

#include <stdio.h>
#include <string.h>

#include "array.h"
#include "check.h"
#include "layout.h"
#include "table.h"

#if !defined(_WIN32)
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>
#endif

static void
check_broken(const table *t, const char *want)
{
    char message[200];
    CHECK(!gm_validate(t->map, message, sizeof message));
    if (strcmp(message, want) != 0) {
        check_failed(__FILE__, __LINE__, message);
    }
}

/* With this value at that place the map is broken, and says how; without it, it is not. */
#define BREAK(t, place, value, want)       \
    do {                                   \
        uint64_t was_ = (uint64_t)(place); \
        (place) = (value);                 \
        check_broken(t, want);             \
        (place) = was_;                    \
        table_check(t);                    \
    } while (0)

/* Two chains; in the first nine keys, so that it has an overflow bucket. */
static void
init_nine(table *t)
{
    table_init(t, &(table_options){&gm_kind_hashed_bits64, 13, 1, false});
    for (uint64_t i = 0; i < 9; i++) {
        put_hashed(t, i, (16 + i) << 56, i);
    }
}

static void
test_a_broken_cell_is_named(void)
{
    table t;
    init_nine(&t);
    char *b = t.map->buckets, *next = gmi_overflow(b, t.map->bucket_size);
    gm_hashed_bits64 *slot = gmi_key_at(b, 3, t.map->key_size);
    BREAK(&t, gmi_tophash(next)[2], 48, "bucket 0: a cell of state 48 follows emptyRest");
    BREAK(&t, gmi_tophash(b)[3], GM_EVACUATED_X,
          "bucket 0: a cell of state 2 in a chain that is not evacuated");
    BREAK(&t, gmi_tophash(b)[0], GM_EVACUATED_X,
          "bucket 0: a cell of state 17 in a chain that is evacuated");
    BREAK(&t, gmi_tophash(b)[3], 119, "bucket 0: tophash 119 of a key that hashes to 19");
    BREAK(&t, slot->hash, slot->hash + 1, "bucket 0 holds a key of bucket 1");
    table_fini(&t);
}

static void
test_a_broken_sum_is_named(void)
{
    table t;
    init_nine(&t);
    gmi_array *a = gmi_array_of(t.map->buckets);
    BREAK(&t, t.map->count, 8, "count is 8, but 9 entries are stored");
    BREAK(&t, t.map->noverflow, 0, "noverflow is 0, but 1 overflow buckets are in chains");
    BREAK(&t, a->single, 2, "2 overflow buckets handed out, 1 in chains");
    BREAK(&t, a->longest, 1, "bucket 0: a chain of 2 buckets, longer than its array's longest");
    BREAK(&t, a->nbuckets, 4, "an array of 4 buckets, 2 expected");
    BREAK(&t, a->pins, 0, "an array without a pin, or more spares used than there are");
    BREAK(&t, a->spares_used, a->nspares + 1,
          "an array without a pin, or more spares used than there are");
    table_fini(&t);
}

static void
test_a_broken_header_is_named(void)
{
    table t;
    const char *const bare = "entries, a size or old buckets, but no buckets";
    init_nine(&t);
    BREAK(&t, t.map->flags, GM_HASH_WRITING, "flag hashWriting between operations");
    BREAK(&t, t.map->flags, GM_SAME_SIZE_GROW, "flag sameSizeGrow without oldbuckets");
    table_fini(&t);
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    BREAK(&t, t.map->count, 1, bare);
    BREAK(&t, t.map->B, 1, bare);
    t.map->oldbuckets = (char *)&t;
    check_broken(&t, bare);
    t.map->oldbuckets = NULL;
    table_fini(&t);
}

/* Eight old buckets, of which 0 and 4 have moved. */
static void
test_a_broken_growth_is_named(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 52, 1, false});
    for (uint64_t i = 0; i < 53; i++) {
        put_hashed(&t, i, i | (16 + i) << 56, i);
    }
    CHECK_EQ(table_header(&t).nevacuate, 1);
    const size_t size = t.map->bucket_size;
    char *waiting = gmi_bucket_at(t.map->oldbuckets, 1, size);
    BREAK(&t, gmi_tophash(waiting)[3], GM_EVACUATED_Y,
          "old bucket 1: a cell of state 3 in a chain that is not evacuated");
    BREAK(&t, gmi_tophash(gmi_bucket_at(t.map->buckets, 1, size))[0], GM_EMPTY_ONE,
          "bucket 1 is in use, but its old bucket has not moved");
    BREAK(&t, t.map->nevacuate, 8, "nevacuate 8 of 8, and still growing");
    BREAK(&t, t.map->nevacuate, 2, "old bucket 1 below nevacuate 2 has not moved");
    BREAK(&t, gmi_array_of(t.map->oldbuckets)->nbuckets, 4, "an array of 4 buckets, 8 expected");
    BREAK(&t, gmi_array_of(t.map->oldbuckets)->single, 3,
          "3 overflow buckets handed out, 0 in chains");
    table_fini(&t);
}

/* Beyond 2**16 buckets noverflow is an estimate, and none of validate's business. */
static void
test_an_estimate_is_not_compared(void)
{
    table t;
    table_init(&t, &(table_options){&gm_kind_bits8, 65536 * 6, 1, false});
    CHECK_EQ(table_header(&t).B, 16);
    t.map->noverflow = 7;
    table_fini(&t);
}

/* ---- debug builds ------------------------------------------------------------------------ */

#if GM_DEBUG && !defined(_WIN32)

static sigjmp_buf aborted;

static void
on_abort(int signal_number)
{
    siglongjmp(aborted, signal_number);
}

/* What finishing a growth that is over says to stderr; does it abort? */
static bool
aborts(gm_map *m, char *said, size_t size)
{
    FILE *file = tmpfile();
    int own = dup(STDERR_FILENO);
    CHECK(file != NULL && own >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    void (*before)(int) = signal(SIGABRT, on_abort);
    volatile bool stopped = true;
    if (sigsetjmp(aborted, 1) == 0) {
        (void)gm_finish_growth(m);
        stopped = false;
    }
    signal(SIGABRT, before);
    fflush(stderr);
    dup2(own, STDERR_FILENO);
    close(own);
    rewind(file);
    said[fread(said, 1, size - 1, file)] = '\0';
    fclose(file);
    return stopped;
}

static void
test_a_debug_build_stops_at_a_broken_invariant(void)
{
    table t;
    char said[300];
    init_nine(&t);
    CHECK(!aborts(t.map, said, sizeof said));
    CHECK(strcmp(said, "") == 0);
    t.map->count = 8;
    CHECK(aborts(t.map, said, sizeof said));
    CHECK(strcmp(said, "gomap: broken invariant: count is 8, but 9 entries are stored\n") == 0);
    t.map->count = 9;
    table_fini(&t);
}

#endif

static const test_case cases[] = {
    {"a_broken_cell_is_named", test_a_broken_cell_is_named},
    {"a_broken_sum_is_named", test_a_broken_sum_is_named},
    {"a_broken_header_is_named", test_a_broken_header_is_named},
    {"a_broken_growth_is_named", test_a_broken_growth_is_named},
    {"an_estimate_is_not_compared", test_an_estimate_is_not_compared},
#if GM_DEBUG && !defined(_WIN32)
    {"a_debug_build_stops_at_a_broken_invariant", test_a_debug_build_stops_at_a_broken_invariant},
#endif
    {NULL, NULL},
};
const test_group validate_tests = {"validate", cases};
