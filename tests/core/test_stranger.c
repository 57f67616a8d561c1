/* test_stranger.c: equality, rehash and releases that do anything in the middle
 * of an operation: fail, insert, delete, clear, grow, shrink, advance or end
 * iterators, drop everything.  References balance, the model holds. */
#include "check.h"
#include "hash.h"
#include "objects.h"
#include "subject.h"

static bool
on_equality(void *context)
{
    return subject_mischief(context);
}

static void
on_release(void *context)
{
    (void)subject_mischief(context);
}

static bool
is_expected(gm_status status)
{
    return status == GM_OK || status == GM_CALL_FAILED || status == GM_RESTARTS;
}

static uint64_t
run(const subject_options *options, unsigned mischief, bool releases, unsigned steps)
{
    test_seed = options->seed;
    subject *s = subject_new(options);
    objects_on_equality(on_equality);
    objects_on_release(releases ? on_release : NULL, s);
    s->mischief = mischief;
    for (unsigned i = 1; i <= steps; i++) {
        CHECK(is_expected(subject_step(s)));
        subject_verify(s, i % 128 == 0);
    }
    s->mischief = 0;
    for (unsigned i = 0; i < ITERATORS; i++) {
        subject_iter_drain(s, &s->iters[i]);
    }
    subject_verify(s, true);
    uint64_t done = s->mischiefs;
    objects_on_release(NULL, NULL);
    objects_on_equality(NULL);
    subject_free(s);
    return done;
}

static void
run_modes(unsigned mischief, bool releases)
{
    uint64_t done = 0;
    for (unsigned mode = 0; mode < HASH_MODES; mode++) {
        for (uint64_t n = 0; n < 5; n++) {
            subject_options o = {&object_sort,
                                 &object_owner,
                                 8,
                                 (hash_mode)mode,
                                 gm_hash_2u64(n, mode, 99),
                                 n == 4,
                                 0};
            done += run(&o, mischief, releases, 2000);
        }
    }
    CHECK((done > 0) == (mischief > 0));
}

static void
test_references_balance_when_nothing_is_odd(void)
{
    run_modes(0, false);
}

static void
test_equality_that_changes_the_map_restarts_the_operation(void)
{
    run_modes(15, false);
}

static void
test_equality_and_releases_that_change_the_map(void)
{
    run_modes(60, true);
}

/* ---- no end of it ---------------------------------------------------------------------- */

static uint32_t next_id;

/* Another entry with every comparison: the map never holds still. */
static bool
insert_another(void *context)
{
    subject *s = context;
    if (s->depth == 0) {
        s->depth++;
        if (++next_id % 2 == 0) {
            CHECK_EQ(subject_delete(s, 200), GM_OK);
        }
        else {
            CHECK_EQ(subject_assign(s, 200), GM_OK);
        }
        s->depth--;
    }
    return true;
}

static void
test_equality_that_never_lets_go_ends_in_restarts(void)
{
    subject_options o = {&object_sort, &object_owner, 8, HASH_CONSTANT, 5, false, 0};
    subject *s = subject_new(&o);
    for (uint32_t id = 0; id < 5; id++) {
        CHECK_EQ(subject_assign(s, id), GM_OK);
    }
    objects_on_equality(insert_another);
    CHECK_EQ(subject_find(s, 3), GM_RESTARTS);
    CHECK_EQ(subject_assign(s, 100), GM_RESTARTS);
    CHECK_EQ(subject_delete(s, 3), GM_RESTARTS);
    objects_on_equality(NULL);
    subject_verify(s, true);
    CHECK_EQ(subject_find(s, 3), GM_OK);
    subject_free(s);
}

static bool
fail_always(void *context)
{
    (void)context;
    return false;
}

static void
test_equality_that_fails_leaves_the_map_as_it_was(void)
{
    subject_options o = {&object_sort, &object_owner, 8, HASH_CONSTANT, 6, false, 0};
    subject *s = subject_new(&o);
    for (uint32_t id = 0; id < 30; id++) {
        CHECK_EQ(subject_assign(s, id), GM_OK);
    }
    objects_on_equality(fail_always);
    CHECK_EQ(subject_find(s, 3), GM_CALL_FAILED);
    CHECK_EQ(subject_assign(s, 3), GM_CALL_FAILED);
    CHECK_EQ(subject_assign(s, 77), GM_CALL_FAILED);
    CHECK_EQ(subject_delete(s, 3), GM_CALL_FAILED);
    objects_on_equality(NULL);
    subject_verify(s, true);
    subject_free(s);
}

static const test_case cases[] = {
    {"references_balance_when_nothing_is_odd", test_references_balance_when_nothing_is_odd},
    {"equality_that_changes_the_map_restarts_the_operation",
     test_equality_that_changes_the_map_restarts_the_operation},
    {"equality_and_releases_that_change_the_map", test_equality_and_releases_that_change_the_map},
    {"equality_that_never_lets_go_ends_in_restarts",
     test_equality_that_never_lets_go_ends_in_restarts},
    {"equality_that_fails_leaves_the_map_as_it_was",
     test_equality_that_fails_leaves_the_map_as_it_was},
    {NULL, NULL},
};
const test_group stranger_tests = {"stranger", cases};
