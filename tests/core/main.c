/* main.c: runs every table of tests.
 *
 *     core-tests [-v] [part of a name]      only the tests whose "group/name" has it
 *
 * -v names each test before it runs, so that a crash has a name.
 * The last line is "N passed, M failed"; the exit status is 1 when M > 0.
 */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

extern const test_group batch_tests, batch_failure_tests, batch_growth_tests, batch_iterate_tests,
    batch_prefetch_tests, clear_tests, clone_tests, cursor_tests, growth_tests, hash_tests,
    iterate_tests, memory_tests, model_tests, nan_tests, owner_tests, prealloc_tests, random_tests,
    record_tests, record_batch_tests, record_order_tests, reseed_tests, resize_tests, shed_tests,
    stats_tests, stranger_tests, swar_tests, explain_tests, glance_tests, limits_tests, pages_tests,
    progress_tests, sides_tests, validate_tests, details_tests, no_memory_tests, remains_tests;

static const test_group *const groups[] = {
    &growth_tests,         &prealloc_tests,      &resize_tests,       &clear_tests,
    &clone_tests,          &iterate_tests,       &reseed_tests,       &nan_tests,
    &random_tests,         &stats_tests,         &swar_tests,         &hash_tests,
    &memory_tests,         &model_tests,         &owner_tests,        &stranger_tests,
    &batch_tests,          &batch_failure_tests, &batch_growth_tests, &batch_iterate_tests,
    &batch_prefetch_tests, &record_order_tests,  &record_tests,       &record_batch_tests,
    &cursor_tests,         &shed_tests,          &explain_tests,      &glance_tests,
    &limits_tests,         &pages_tests,         &progress_tests,     &sides_tests,
    &validate_tests,       &details_tests,       &no_memory_tests,    &remains_tests,
};

uint64_t test_seed;

static jmp_buf leave_test;

_Noreturn void
check_failed(const char *file, int line, const char *what)
{
    printf("    %s:%d: not true: %s\n", file, line, what);
    longjmp(leave_test, 1);
}

_Noreturn void
check_differ(const char *file, int line, const char *what, uint64_t got, uint64_t want)
{
    printf("    %s:%d: %s: got %" PRIu64 " (%#" PRIx64 "), want %" PRIu64 " (%#" PRIx64 ")\n", file,
           line, what, got, got, want, want);
    longjmp(leave_test, 1);
}

static bool verbose;

static bool
passes(const char *name, const test_case *c)
{
    test_seed = 0;
    if (verbose) {
        printf("%s/%s\n", name, c->name);
    }
    if (setjmp(leave_test) == 0) {
        c->run();
        return true;
    }
    printf("FAILED %s/%s, seed %#" PRIx64 "\n", name, c->name, test_seed);
    return false;
}

int
main(int argc, char **argv)
{
    verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    const char *wanted = argc > 1 + verbose ? argv[1 + verbose] : "";
    unsigned passed = 0, failed = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        for (const test_case *c = groups[i]->cases; c->name != NULL; c++) {
            char full[200];
            snprintf(full, sizeof full, "%s/%s", groups[i]->name, c->name);
            if (strstr(full, wanted) != NULL) {
                *(passes(groups[i]->name, c) ? &passed : &failed) += 1;
            }
        }
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0 || passed == 0; /* a name that no test has is a mistake */
}
