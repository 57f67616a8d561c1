/* test_owner.c: who holds a reference when, and releases that talk back. */
#include <string.h>

#include "check.h"
#include "objects.h"
#include "subject.h"

static subject *
objects_map(uint64_t seed, uint32_t n)
{
    subject_options o = {&object_sort, &object_owner, 8, HASH_GOOD, seed, false, 0};
    test_seed = seed;
    subject *s = subject_new(&o);
    for (uint32_t id = 0; id < n; id++) {
        CHECK_EQ(subject_assign(s, id), GM_OK);
    }
    return s;
}

static void
test_each_entry_holds_one_key_and_one_element(void)
{
    subject *s = objects_map(1, 200);
    CHECK_EQ(gm_finish_growth(s->map), GM_OK);
    CHECK_EQ(objects_alive(), 400);
    for (uint32_t id = 0; id < 200; id++) {
        CHECK_EQ(subject_assign(s, id), GM_OK); /* the stored key stays, the new element goes in */
    }
    CHECK_EQ(objects_alive(), 400);
    for (uint32_t id = 0; id < 50; id++) {
        CHECK_EQ(subject_delete(s, id), GM_OK);
    }
    CHECK_EQ(objects_alive(), 300);
    CHECK(!gm_needs_sweep(s->map));
    subject_free(s);
}

/* The array that an iterator keeps holds keys, to look them up, but no elements. */
static void
test_an_iterator_keeps_moved_keys_and_lets_elements_go(void)
{
    subject *s = objects_map(2, 8);
    live_iter *li = &s->iters[0];
    subject_iter_start(s, li);
    for (uint32_t id = 8; id < 60; id++) {
        CHECK_EQ(subject_assign(s, id), GM_OK);
    }
    for (uint32_t id = 0; id < 60; id++) {
        CHECK_EQ(subject_delete(s, id), GM_OK);
    }
    CHECK_EQ(objects_alive(), 8);
    CHECK(!gm_needs_sweep(s->map));
    subject_iter_end(li);
    CHECK(gm_needs_sweep(s->map));
    CHECK_EQ(objects_alive(), 8);
    gm_sweep(s->map);
    CHECK_EQ(objects_alive(), 0);
    CHECK(!gm_needs_sweep(s->map));
    subject_verify(s, true);
    subject_free(s);
}

static void
test_references_wait_for_a_sweep_while_writes_go_on(void)
{
    subject *s = objects_map(3, 8);
    subject_iter_start(s, &s->iters[0]);
    for (uint32_t id = 8; id < 250; id++) {
        CHECK_EQ(subject_assign(s, id), GM_OK);
    }
    while (s->iters[0].on) { /* ends in the middle of a call: nothing is released there */
        uint64_t alive = objects_alive();
        CHECK_EQ(subject_iter_next(s, &s->iters[0]), GM_OK);
        CHECK_EQ(objects_alive(), alive);
    }
    CHECK(gm_needs_sweep(s->map));
    CHECK_EQ(gm_memory(s->map), s->memory.outstanding);
    gm_map_free(s->map); /* sweeps, too */
    CHECK_EQ(objects_alive(), 0);
    gm_options o = {&s->type, &s->memory.allocator, 1, false, 0, NULL, s, false};
    memory_check_empty(&s->memory);
    CHECK_EQ(gm_map_new(&o, &s->map), GM_OK);
    subject_free(s);
}

/* ---- releases that talk back ------------------------------------------------------------- */

typedef struct {
    subject *s;
    unsigned calls;
    void (*then)(subject *s, unsigned call);
} talker;

static void
talk_back(void *context)
{
    talker *t = context;
    if (t->s->depth == 0 && t->calls < 40) {
        t->s->depth++;
        t->then(t->s, t->calls++);
        subject_verify(t->s, false);
        t->s->depth--;
    }
}

static void
insert_again(subject *s, unsigned call)
{
    CHECK_EQ(subject_assign(s, call), GM_OK);
}

static void
iterate(subject *s, unsigned call)
{
    live_iter *li = &s->iters[call % ITERATORS];
    if (call % 3 == 0) {
        CHECK_EQ(subject_assign(s, call), GM_OK);
    }
    if (!li->on) {
        subject_iter_start(s, li);
    }
    subject_iter_drain(s, li);
}

static void
clear_again(subject *s, unsigned call)
{
    CHECK_EQ(subject_assign(s, call), GM_OK);
    subject_clear(s);
}

static void
sweep_again(subject *s, unsigned call)
{
    CHECK(gm_count(s->map) <= 40);
    (void)call;
    gm_sweep(s->map);
    CHECK_EQ(gm_shrink(s->map), GM_OK);
}

static void
clear_it(subject *s)
{
    subject_clear(s);
}

static void
drop_it(subject *s)
{
    subject_drop(s);
}

static void
sweep_it(subject *s)
{
    gm_sweep(s->map);
}

/* 119 entries come, with iterators over three arrays on the way. */
static subject *
map_with_a_past(uint64_t seed)
{
    subject *s = objects_map(seed, 20);
    for (unsigned i = 0; i < 3; i++) {
        subject_iter_start(s, &s->iters[i]);
        for (uint32_t id = 0; id < 33; id++) {
            CHECK_EQ(subject_assign(s, 20 + 33 * i + id), GM_OK);
        }
    }
    return s;
}

/* They go, and the iterators end: what the old arrays held is garbage. */
static void
leave_garbage(subject *s)
{
    for (uint32_t id = 0; id < 119; id++) {
        CHECK_EQ(subject_delete(s, id), GM_OK);
    }
    for (unsigned i = 0; i < 3; i++) {
        subject_iter_end(&s->iters[i]);
    }
    CHECK(gm_needs_sweep(s->map));
}

static void
test_releases_may_use_the_map(void)
{
    void (*const empty[])(subject *) = {clear_it, drop_it, sweep_it};
    void (*const then[])(subject *, unsigned) = {insert_again, iterate, clear_again, sweep_again};
    for (size_t e = 0; e < 3; e++) {
        for (size_t n = 0; n < 4; n++) {
            subject *s = map_with_a_past(10 * e + n);
            if (empty[e] == sweep_it) {
                leave_garbage(s);
            }
            talker t = {s, 0, then[n]};
            objects_on_release(talk_back, &t);
            empty[e](s);
            objects_on_release(NULL, NULL);
            CHECK(t.calls > 10);
            subject_verify(s, true);
            subject_free(s);
        }
    }
}

static void
test_clear_releases_everything_at_once(void)
{
    subject *s = objects_map(5, 100);
    subject_clear(s);
    CHECK_EQ(objects_alive(), 0);
    CHECK(!gm_needs_sweep(s->map));
    CHECK_EQ(subject_assign(s, 1), GM_OK);
    subject_verify(s, true);
    subject_free(s);
}

static const test_case cases[] = {
    {"each_entry_holds_one_key_and_one_element", test_each_entry_holds_one_key_and_one_element},
    {"an_iterator_keeps_moved_keys_and_lets_elements_go",
     test_an_iterator_keeps_moved_keys_and_lets_elements_go},
    {"references_wait_for_a_sweep_while_writes_go_on",
     test_references_wait_for_a_sweep_while_writes_go_on},
    {"releases_may_use_the_map", test_releases_may_use_the_map},
    {"clear_releases_everything_at_once", test_clear_releases_everything_at_once},
    {NULL, NULL},
};
const test_group owner_tests = {"owner", cases};
