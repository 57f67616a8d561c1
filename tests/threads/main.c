/* main.c: tests of maps that several threads use, to be built with -fsanitize=thread.
 *
 *     thread-tests [part of a name [rounds]]
 *
 * A check that fails ends the program at once: threads cannot leave a test by a
 * long jump.  Tests named "planted/..." break the rules on purpose, to see that the
 * sanitizer reports it; they run only when "planted/" is asked for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "crew.h"

extern const test_group lookup_tests, apart_tests, planted_tests;

static const test_group *const groups[] = {&lookup_tests, &apart_tests, &planted_tests};

uint64_t test_seed; /* of nothing: every seed here is a constant */

_Noreturn void
check_failed(const char *file, int line, const char *what)
{
    printf("%s:%d: not true: %s\n", file, line, what);
    exit(1);
}

_Noreturn void
check_differ(const char *file, int line, const char *what, uint64_t got, uint64_t want)
{
    printf("%s:%d: %s: got %" PRIu64 ", want %" PRIu64 "\n", file, line, what, got, want);
    exit(1);
}

static bool
is_wanted(const char *group, const char *name, const char *wanted)
{
    char full[200];
    snprintf(full, sizeof full, "%s/%s", group, name);
    const char *at = strcmp(group, "planted") == 0 ? strstr(wanted, "planted/") : wanted;
    return at != NULL && strstr(full, wanted) != NULL;
}

int
main(int argc, char **argv)
{
    const char *wanted = argc > 1 ? argv[1] : "";
    unsigned run = 0;
    crew_rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        for (const test_case *c = groups[i]->cases; c->name != NULL; c++) {
            if (is_wanted(groups[i]->name, c->name, wanted)) {
                printf("%s/%s\n", groups[i]->name, c->name);
                c->run();
                run++;
            }
        }
    }
    printf("%u passed\n", run);
    return run == 0;
}
