/* test_record.c: whatever happens to a recorded map is told, once, at once and
 * truly (the witness sees to that); and being recorded changes nothing. */
#include "check.h"
#include "grow.h"
#include "hash.h"
#include "next.h"
#include "objects.h"
#include "subject.h"
#include "table.h"
#include "test_record_witness.h"

#include <stdlib.h>
#include <string.h>

/* ---- random operations -------------------------------------------------------------------- */

static witness *
watch(const subject *s)
{
    return witness_new(s->map, s->sort, &s->memory);
}

/* The model's checks want to see the map's own memory only. */
static void
verify(subject *s, witness *w)
{
    bool was_on = w->on;
    if (was_on) {
        witness_check(w);
        witness_stop(w);
    }
    subject_verify(s, true);
    if (was_on) {
        witness_start(w);
    }
}

static void
finish(subject *s, witness *w)
{
    for (unsigned i = 0; i < ITERATORS; i++) {
        subject_iter_drain(s, &s->iters[i]);
    }
    verify(s, w);
    witness_forget(w);
    subject_free(s); /* still recorded */
    CHECK_EQ(w->told, 0);
    free(w);
}

/* Random operations seldom leave the litter that calls for it. */
static void
grow_in_the_same_size(subject *s)
{
    gm_header h;
    gm_read_header(s->map, &h);
    if (h.has_buckets && !h.growing) {
        CHECK_EQ(gmi_start_growth(s->map), GM_OK);
    }
}

static void
run_watched(const subject_options *options, unsigned steps, uint64_t counts[GM_REBUILT + 1])
{
    test_seed = options->seed;
    subject *s = subject_new(options);
    witness *w = watch(s);
    for (unsigned i = 1; i <= steps; i++) {
        CHECK_EQ(subject_step(s), GM_OK);
        witness_check(w);
        if (i % 100 == 0) {
            grow_in_the_same_size(s);
        }
        if (i % 256 == 0) {
            verify(s, w);
        }
    }
    for (unsigned kind = 0; kind <= GM_REBUILT; kind++) {
        counts[kind] += w->counts[kind];
    }
    finish(s, w);
}

static void
check_every_kind(const uint64_t counts[GM_REBUILT + 1])
{
    for (unsigned kind = 0; kind <= GM_REBUILT; kind++) {
        CHECK(counts[kind] > 0);
    }
}

static void
test_everything_is_told_once_and_truly_for_every_kind_of_key(void)
{
    uint64_t counts[GM_REBUILT + 1] = {0};
    for (unsigned i = 0; i < PLAIN_SORTS + HASHED_SORTS; i++) {
        for (uint64_t seed = 1; seed <= 3; seed++) {
            const uint16_t elem_sizes[] = {1, 8, 16};
            hash_mode mode = (hash_mode)((i + seed) % HASH_MODES);
            subject_options o = {&key_sorts[i], NULL, elem_sizes[seed % 3], mode, seed,
                                 seed == 3,     0};
            run_watched(&o, 3000, counts);
        }
    }
    check_every_kind(counts);
}

static void
test_everything_is_told_where_cells_hold_references(void)
{
    uint64_t counts[GM_REBUILT + 1] = {0};
    for (unsigned mode = 0; mode < HASH_MODES; mode++) {
        subject_options o = {&object_sort, &object_owner, 8, (hash_mode)mode, mode, false, 0};
        run_watched(&o, 2500, counts);
    }
    check_every_kind(counts);
}

/* ---- strangers --------------------------------------------------------------------------- */

static witness *watched; /* by the hooks below */
static uint64_t stops, hook_rng;

static bool
change_the_map(void *context)
{
    return subject_mischief(context);
}

static bool
change_the_map_and_end_the_recording(void *context)
{
    if (watched->on && gm_splitmix(&hook_rng) % 64 == 0) {
        stops++;
        witness_stop(watched);
    }
    return subject_mischief(context);
}

static void
release_and_change(void *context)
{
    (void)subject_mischief(context);
}

static void
run_among_strangers(hash_mode mode, uint64_t seed, bool (*on_equality)(void *context))
{
    subject_options o = {&object_sort, &object_owner, 8, mode, seed, false, 0};
    test_seed = seed;
    subject *s = subject_new(&o);
    watched = watch(s);
    objects_on_equality(on_equality);
    objects_on_release(release_and_change, s);
    s->mischief = 40;
    for (unsigned i = 1; i <= 1500; i++) {
        gm_status status = subject_step(s);
        CHECK(status == GM_OK || status == GM_CALL_FAILED || status == GM_RESTARTS);
        if (i % 100 == 0) {
            grow_in_the_same_size(s);
        }
        if (watched->on) {
            witness_check(watched);
        }
        else {
            witness_start(watched);
        }
        if (i % 256 == 0) {
            verify(s, watched);
        }
    }
    CHECK(s->mischiefs > 0);
    s->mischief = 0;
    objects_on_release(NULL, NULL);
    objects_on_equality(NULL);
    finish(s, watched);
}

static void
test_what_a_stranger_does_in_the_middle_is_told_in_its_place(void)
{
    for (uint64_t seed = 1; seed <= 8; seed++) {
        run_among_strangers((hash_mode)(seed % HASH_MODES), seed, change_the_map);
    }
}

static void
test_a_stranger_may_end_the_recording(void)
{
    stops = 0;
    hook_rng = 11;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        run_among_strangers((hash_mode)(seed % HASH_MODES), seed,
                            change_the_map_and_end_the_recording);
    }
    CHECK(stops > 20);
}

/* ---- no memory ------------------------------------------------------------------------------ */

/* The next step with its k-th allocation and all later ones refused, for k = 1,
 * 2, ... until it gets by without the k-th. */
static uint64_t
step_short_of_memory(subject *s, witness *w)
{
    uint64_t rng = s->rng, failures = 0;
    for (uint64_t k = 1;; k++) {
        s->memory.fail_in = k;
        s->memory.failed = false;
        gm_status status = subject_step(s);
        s->memory.fail_in = 0;
        s->memory.failed = false;
        witness_check(w);
        if (status == GM_OK) {
            return failures;
        }
        CHECK_EQ(status, GM_NO_MEMORY);
        verify(s, w);
        failures++;
        s->rng = rng; /* the same again */
    }
}

static void
run_short_of_memory(const subject_options *options)
{
    uint64_t failures = 0;
    test_seed = options->seed;
    subject *s = subject_new(options);
    witness *w = watch(s);
    for (unsigned i = 0; i < 1500; i++) {
        failures += step_short_of_memory(s, w);
    }
    CHECK(failures > 20);
    finish(s, w);
}

static void
test_what_fails_for_want_of_memory_is_not_told(void)
{
    const key_sort *const sorts[] = {SORT_BITS64, SORT_FLOAT64, SORT_HASHED64};
    for (unsigned i = 0; i < 3; i++) {
        for (uint64_t seed = 1; seed <= 2; seed++) {
            subject_options o = {sorts[i], NULL,  8, seed == 1 ? HASH_GOOD : HASH_LOW_BITS,
                                 seed,     false, 0};
            run_short_of_memory(&o);
        }
    }
    for (unsigned mode = 0; mode < HASH_MODES; mode++) {
        subject_options o = {&object_sort, &object_owner, 8, (hash_mode)mode, 3, false, 0};
        run_short_of_memory(&o);
    }
}

static void
count_event(void *context, const gm_event *event)
{
    *(uint64_t *)context += 1 + (event->kind == GM_DELETED);
}

static void
test_recording_without_memory_does_not_begin(void)
{
    table t;
    uint64_t count = 0, other = 0;
    table_init(&t, &(table_options){&gm_kind_bits64, 0, 1, false});
    put(&t, 1, 1);
    t.memory.fail_in = 1;
    CHECK_EQ(gm_record(t.map, &(gm_recorder){count_event, &count}), GM_NO_MEMORY);
    t.memory.failed = false;
    CHECK(!gm_is_recorded(t.map));
    put(&t, 2, 2);
    CHECK_EQ(count, 0);
    CHECK_EQ(gm_record(t.map, &(gm_recorder){count_event, &count}), GM_OK);
    put(&t, 3, 3);
    t.memory.fail_in = 1; /* another recorder needs no more */
    CHECK_EQ(gm_record(t.map, &(gm_recorder){count_event, &other}), GM_OK);
    t.memory.fail_in = 0;
    CHECK(del(&t, 3));
    CHECK_EQ(count, 1);
    CHECK_EQ(other, 2);
    CHECK_EQ(gm_record(t.map, NULL), GM_OK);
    table_fini(&t);
}

/* ---- twins ------------------------------------------------------------------------------- */

#define TWIN_STEPS 1200

static uint64_t
digest_iteration(subject *s, uint64_t digest)
{
    gm_iter it;
    gm_cell cell;
    bool negative = false;
    gm_iter_init(&it, s->map, true);
    for (;;) {
        CHECK_EQ(next_entry(&it, &cell), GM_OK);
        if (cell.key == NULL) {
            return digest;
        }
        digest = gm_hash_2u64(s->sort->read(cell.key, &negative), negative, digest);
    }
}

/* Header, layout, random stream and, now and then, the order of an iteration. */
static uint64_t
digest_of(subject *s, picture *p, bool iterates)
{
    gm_header h;
    gm_read_header(s->map, &h);
    picture_take(p, s->map, s->sort);
    uint64_t digest = gm_hash_bytes(&h, sizeof h, gm_stream(s->map));
    digest = gm_hash_bytes(p->notes, p->n * sizeof *p->notes, digest);
    return iterates ? digest_iteration(s, digest) : digest;
}

static void
run_twin(const subject_options *options, bool recorded, uint64_t digests[TWIN_STEPS])
{
    subject *s = subject_new(options);
    witness *w = recorded ? watch(s) : NULL;
    picture *p = malloc(sizeof *p);
    CHECK(p != NULL);
    bool is_stranger = s->sort == &object_sort;
    objects_on_equality(is_stranger ? change_the_map : NULL);
    s->mischief = is_stranger ? 15 : 0;
    for (unsigned i = 0; i < TWIN_STEPS; i++) {
        (void)subject_step(s);
        unsigned mischief = s->mischief;
        s->mischief = 0;
        digests[i] = digest_of(s, p, i % 16 == 0);
        s->mischief = mischief;
    }
    objects_on_equality(NULL);
    free(p);
    subject_free(s);
    CHECK(!recorded || w->counts[GM_ASSIGNED] > 0);
    free(w);
}

static void
check_twins(const subject_options *options)
{
    static uint64_t alone[TWIN_STEPS], watched_one[TWIN_STEPS];
    test_seed = options->seed;
    run_twin(options, false, alone);
    run_twin(options, true, watched_one);
    for (unsigned i = 0; i < TWIN_STEPS; i++) {
        CHECK_EQ(watched_one[i], alone[i]);
    }
}

static void
test_a_recorded_map_does_what_its_twin_does(void)
{
    for (unsigned i = 0; i < PLAIN_SORTS + HASHED_SORTS; i++) {
        hash_mode mode = (hash_mode)(i % HASH_MODES);
        subject_options o = {&key_sorts[i], NULL, i % 2 ? 8 : 4, mode, 100 + i, false, 0};
        check_twins(&o);
    }
    for (unsigned mode = 0; mode < HASH_MODES; mode++) {
        subject_options o = {&object_sort, &object_owner, 8, (hash_mode)mode, 7, false, 0};
        check_twins(&o);
    }
}

static void
ignore_restart(void *context)
{
    (void)context;
}

static void
ignore_step(void *context, const gm_step *step)
{
    (void)context, (void)step;
}

/* A NaN's hash is drawn, also for looking: the stream goes back to where it was. */
static void
test_looking_leaves_no_trace_when_the_stream_is_rewound(void)
{
    gm_trace trace = {.restart = ignore_restart, .see = ignore_step};
    const uint64_t nan_bits = UINT64_C(0x7ff8000000000001);
    table t;
    table_init(&t, &(table_options){&gm_kind_float64, 0, 1, false});
    put_float(&t, 1.0, 1);
    uint64_t stream = gm_stream(t.map), version = gm_version(t.map);
    uint64_t first = gm_draw(t.map), second = gm_draw(t.map);
    CHECK(gm_stream(t.map) != stream && first != second);
    gm_rewind(t.map, stream);
    CHECK_EQ(gm_explain(t.map, &nan_bits, &trace), GM_OK);
    CHECK_EQ(trace.hash, first);
    gm_rewind(t.map, stream);
    CHECK_EQ(gm_stream(t.map), stream);
    CHECK_EQ(gm_version(t.map), version);
    CHECK_EQ(gm_draw(t.map), first);
    CHECK_EQ(gm_draw(t.map), second);
    table_fini(&t);
}

static const test_case cases[] = {
    {"everything_is_told_once_and_truly_for_every_kind_of_key",
     test_everything_is_told_once_and_truly_for_every_kind_of_key},
    {"everything_is_told_where_cells_hold_references",
     test_everything_is_told_where_cells_hold_references},
    {"what_a_stranger_does_in_the_middle_is_told_in_its_place",
     test_what_a_stranger_does_in_the_middle_is_told_in_its_place},
    {"a_stranger_may_end_the_recording", test_a_stranger_may_end_the_recording},
    {"what_fails_for_want_of_memory_is_not_told", test_what_fails_for_want_of_memory_is_not_told},
    {"recording_without_memory_does_not_begin", test_recording_without_memory_does_not_begin},
    {"a_recorded_map_does_what_its_twin_does", test_a_recorded_map_does_what_its_twin_does},
    {"looking_leaves_no_trace_when_the_stream_is_rewound",
     test_looking_leaves_no_trace_when_the_stream_is_rewound},
    {NULL, NULL},
};
const test_group record_tests = {"record", cases};
