/* test_reseed.c: iterators that outlive a seed.  Keys that come again after all
 * were deleted lie in other buckets: each may be shown, none twice. */
#include "check.h"
#include "grow.h"
#include "subject.h"
#include "table.h"

static subject *
new_subject(const key_sort *sort, uint64_t hint, uint64_t seed)
{
    subject_options o = {sort, NULL, 8, HASH_GOOD, seed, false, hint};
    test_seed = seed;
    return subject_new(&o);
}

static void
insert_all(subject *s, uint32_t n)
{
    for (uint32_t id = 0; id < n; id++) {
        CHECK_EQ(subject_assign(s, id), GM_OK);
    }
}

static void
delete_all(subject *s, uint32_t n)
{
    for (uint32_t id = 0; id < n; id++) {
        CHECK_EQ(subject_delete(s, id), GM_OK);
    }
    CHECK_EQ(gm_count(s->map), 0);
}

static void
advance(subject *s, live_iter *li, uint64_t n)
{
    while (n-- > 0 && li->on) {
        CHECK_EQ(subject_iter_next(s, li), GM_OK);
    }
}

static void
finish(subject *s)
{
    for (unsigned i = 0; i < ITERATORS; i++) {
        subject_iter_drain(s, &s->iters[i]);
    }
    subject_verify(s, true);
    subject_free(s);
}

/* Iterators stop inside an old chain of which they show one half. */
static void
test_a_new_seed_while_half_an_old_chain_is_shown(void)
{
    for (unsigned k = 0; k < 2; k++) {
        for (uint64_t seed = 0; seed < 150; seed++) {
            subject *s = new_subject(k == 0 ? SORT_HASHED64 : SORT_BITS64, 52, seed);
            insert_all(s, 53);
            for (unsigned i = 0; i < ITERATORS; i++) {
                subject_iter_start(s, &s->iters[i]);
                advance(s, &s->iters[i], 1 + seed % 11 * i);
            }
            delete_all(s, 53);
            insert_all(s, 50);
            finish(s);
        }
    }
}

/* The same in a growth that keeps the size: an old chain is not split, but what comes back
 * under the new seed lies in any chain. (Found by the fuzzer: shown twice.) */
static void
test_a_new_seed_in_an_old_chain_of_the_same_size(void)
{
    for (unsigned k = 0; k < 2; k++) {
        for (uint64_t seed = 0; seed < 150; seed++) {
            subject *s = new_subject(k == 0 ? SORT_HASHED64 : SORT_BITS64, 52, seed);
            insert_all(s, 40);
            CHECK_EQ(gmi_start_growth(s->map), GM_OK);
            for (unsigned i = 0; i < ITERATORS; i++) {
                subject_iter_start(s, &s->iters[i]);
                advance(s, &s->iters[i], 1 + seed % 11 * i);
            }
            delete_all(s, 40);
            insert_all(s, 40);
            finish(s);
        }
    }
}

/* An array that was left long ago must not be taken for the one that is left now. */
static void
test_a_new_seed_between_two_growths_in_the_same_size(void)
{
    for (uint64_t seed = 0; seed < 150; seed++) {
        subject *s = new_subject(seed % 2 == 0 ? SORT_HASHED64 : SORT_BITS64, 52, seed);
        insert_all(s, 40);
        for (unsigned i = 0; i < ITERATORS; i++) {
            subject_iter_start(s, &s->iters[i]);
            advance(s, &s->iters[i], seed % 9 * i);
        }
        CHECK_EQ(gmi_start_growth(s->map), GM_OK);
        CHECK_EQ(gm_finish_growth(s->map), GM_OK);
        delete_all(s, 40);
        insert_all(s, 40);
        CHECK_EQ(gmi_start_growth(s->map), GM_OK);
        CHECK_EQ(subject_assign(s, 3), GM_OK);
        finish(s);
    }
}

/* Without a new seed, the same: then all must be shown. */
static void
test_two_growths_in_the_same_size(void)
{
    for (uint64_t seed = 0; seed < 100; seed++) {
        subject *s = new_subject(seed % 2 == 0 ? SORT_HASHED64 : SORT_FLOAT64, 52, seed);
        insert_all(s, 40);
        for (unsigned i = 0; i < ITERATORS; i++) {
            subject_iter_start(s, &s->iters[i]);
            advance(s, &s->iters[i], seed % 9 * i);
        }
        for (unsigned i = 0; i < 2; i++) {
            CHECK_EQ(gmi_start_growth(s->map), GM_OK);
            CHECK_EQ(subject_assign(s, 3), GM_OK);
            advance(s, &s->iters[i], 2);
            CHECK_EQ(i == 0 ? gm_finish_growth(s->map) : GM_OK, GM_OK);
        }
        finish(s);
    }
}

static uint64_t
new_hash(uint64_t key)
{
    return key == 5 ? 3 : 7;
}

/* What Go does: an iterator asks for moved keys' hashes under the new seed.  Key
 * 5 belonged to the other half of the chain, and now to the one being shown. */
static void
test_moved_keys_are_judged_by_their_new_hash(void)
{
    table t;
    gm_iter it;
    uint64_t key;
    table_init(&t, &(table_options){&gm_kind_hashed_bits64, 26, 1, false});
    for (uint64_t i = 0; i < 26; i++) { /* all in chain 3 of 4 */
        put_hashed(&t, i, i < 2 ? 3 : 7, i);
    }
    put_hashed(&t, 26, 0, 26); /* begins the growth to 8; chain 3 has not moved */
    CHECK_EQ(gm_iter_init_at(&it, t.map, 3, 0), GM_OK);
    CHECK(next_key(&it, &key) && key == 0);
    for (uint64_t i = 0; i < 26; i++) {
        CHECK(del_hashed(&t, i, i < 2 ? 3 : 7));
    }
    CHECK(del_hashed(&t, 26, 0));
    t.hash_of = new_hash;
    put_hashed(&t, 5, 3, 5);
    put_hashed(&t, 6, 7, 6);
    CHECK(next_key(&it, &key) && key == 5);
    CHECK(next_key(&it, &key) && key == 6);
    CHECK(!next_key(&it, &key));
    table_fini(&t);
}

static const test_case cases[] = {
    {"a_new_seed_while_half_an_old_chain_is_shown",
     test_a_new_seed_while_half_an_old_chain_is_shown},
    {"a_new_seed_in_an_old_chain_of_the_same_size",
     test_a_new_seed_in_an_old_chain_of_the_same_size},
    {"a_new_seed_between_two_growths_in_the_same_size",
     test_a_new_seed_between_two_growths_in_the_same_size},
    {"two_growths_in_the_same_size", test_two_growths_in_the_same_size},
    {"moved_keys_are_judged_by_their_new_hash", test_moved_keys_are_judged_by_their_new_hash},
    {NULL, NULL},
};
const test_group reseed_tests = {"reseed", cases};
