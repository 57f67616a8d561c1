/* check.h: the harness of the C tests.
 *
 * A test is a function without arguments in its file's table; a check that
 * fails prints where, the values and the test's seed, and leaves the test by a
 * long jump.  main.c runs the tables.
 */
#ifndef CHECK_H
#define CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;
    void (*run)(void);
} test_case;

typedef struct {
    const char *name;
    const test_case *cases; /* ends with a NULL name */
} test_group;

/* The seed (or number) that makes a failure happen again; printed with it. */
extern uint64_t test_seed;

_Noreturn void check_failed(const char *file, int line, const char *what);
_Noreturn void check_differ(const char *file, int line, const char *what, uint64_t got,
                            uint64_t want);

#define CHECK(condition)                                  \
    do {                                                  \
        if (!(condition)) {                               \
            check_failed(__FILE__, __LINE__, #condition); \
        }                                                 \
    } while (0)

/* Unsigned numbers that should be equal. */
#define CHECK_EQ(got, want)                                                   \
    do {                                                                      \
        uint64_t got_ = (uint64_t)(got), want_ = (uint64_t)(want);            \
        if (got_ != want_) {                                                  \
            check_differ(__FILE__, __LINE__, #got " == " #want, got_, want_); \
        }                                                                     \
    } while (0)

#endif
