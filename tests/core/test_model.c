/* test_model.c: random operations on every kind, compared with the model. */
#include <stdio.h>

#include "check.h"
#include "hash.h"
#include "subject.h"

static const uint16_t elem_sizes[] = {1, 2, 4, 8, 16};
#define ELEM_SIZES (sizeof elem_sizes / sizeof *elem_sizes)

static void
run(const subject_options *options, unsigned steps)
{
    test_seed = options->seed;
    subject *s = subject_new(options);
    for (unsigned i = 1; i <= steps; i++) {
        CHECK_EQ(subject_step(s), GM_OK);
        subject_verify(s, i % 128 == 0);
    }
    for (unsigned i = 0; i < ITERATORS; i++) {
        subject_iter_drain(s, &s->iters[i]);
    }
    subject_verify(s, true);
    subject_free(s);
}

static void
run_sort(const key_sort *sort, hash_mode mode, unsigned sizes, unsigned seeds, unsigned steps)
{
    for (unsigned e = 0; e < ELEM_SIZES; e++) {
        for (unsigned n = 0; (sizes >> e & 1) != 0 && n < seeds; n++) {
            subject_options o = {sort,
                                 NULL,
                                 elem_sizes[e],
                                 mode,
                                 gm_hash_2u64(n, e, (uint64_t)mode + 17),
                                 n % 4 == 3,
                                 n % 3 == 2 ? 100 : 0};
            run(&o, steps);
        }
    }
}

static void
test_unboxed_kinds_behave_like_the_model(void)
{
    for (unsigned i = 0; i < PLAIN_SORTS; i++) {
        run_sort(&key_sorts[i], HASH_GOOD, 31, 3, 2500);
    }
}

static void
test_kinds_with_a_hash_behave_like_the_model(void)
{
    for (unsigned i = PLAIN_SORTS; i < PLAIN_SORTS + HASHED_SORTS; i++) {
        run_sort(&key_sorts[i], HASH_GOOD, 31, 3, 2500);
    }
}

static void
test_hostile_hashes_change_nothing_but_the_time(void)
{
    for (unsigned i = PLAIN_SORTS; i < PLAIN_SORTS + HASHED_SORTS; i++) {
        for (unsigned mode = HASH_CONSTANT; mode < HASH_MODES; mode++) {
            run_sort(&key_sorts[i], (hash_mode)mode, 8 | 16, 2, 1500);
        }
    }
}

/* Long runs on few keys: chains fill, empty, and grow in the same size. */
static void
test_few_keys_many_times(void)
{
    for (uint64_t seed = 1; seed <= 6; seed++) {
        subject_options o = {SORT_HASHED64, NULL, 8, HASH_LOW_BITS, seed, false, 0};
        test_seed = seed;
        subject *s = subject_new(&o);
        s->bucket_ids = 24 + seed * 8;
        for (unsigned i = 1; i <= 3000; i++) {
            CHECK_EQ(subject_step(s), GM_OK);
            subject_verify(s, i % 256 == 0);
        }
        subject_free(s);
    }
}

static const test_case cases[] = {
    {"unboxed_kinds_behave_like_the_model", test_unboxed_kinds_behave_like_the_model},
    {"kinds_with_a_hash_behave_like_the_model", test_kinds_with_a_hash_behave_like_the_model},
    {"hostile_hashes_change_nothing_but_the_time", test_hostile_hashes_change_nothing_but_the_time},
    {"few_keys_many_times", test_few_keys_many_times},
    {NULL, NULL},
};
const test_group model_tests = {"model", cases};
