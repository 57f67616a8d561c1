/* test_no_memory.c: every operation on a map in every state with each of its allocations
 * failing, alone and with all that follow.
 *
 * The operation says GM_NO_MEMORY exactly when it was refused memory, the map is sound and
 * holds what it did, done again with memory it succeeds, live iterators show what they owe,
 * and in the end no byte and no reference is left.  (test_batch_failure.c: batches.)
 *
 * Longer than other files: states and operations are the two sides of one table.
 */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "objects.h"
#include "subject.h"

/* ---- states ----------------------------------------------------------------------------- */

static void
assign_ids(subject *s, uint32_t from, uint32_t to)
{
    for (uint32_t id = from; id < to; id++) {
        CHECK_EQ(subject_assign(s, id), GM_OK);
    }
}

static void
delete_ids(subject *s, uint32_t from, uint32_t to)
{
    for (uint32_t id = from; id < to; id++) {
        CHECK_EQ(subject_delete(s, id), GM_OK);
    }
}

static void
keep_iterators(subject *s, unsigned first, unsigned n)
{
    for (unsigned i = first; i < first + n; i++) {
        do { /* a start that does not exist is drawn at times */
            subject_iter_start(s, &s->iters[i]);
        } while (!s->iters[i].on);
        for (unsigned j = 0; j < 2 && s->iters[i].on; j++) {
            CHECK_EQ(subject_iter_next(s, &s->iters[i]), GM_OK);
        }
    }
}

static void
be_empty(subject *s)
{
    (void)s;
}

static void
be_one_entry(subject *s)
{
    assign_ids(s, 0, 1);
}

static void
be_one_full_bucket(subject *s)
{
    assign_ids(s, 0, 8);
}

static void
be_at_rest(subject *s)
{
    assign_ids(s, 0, 52);
    CHECK_EQ(gm_finish_growth(s->map), GM_OK);
}

static void
be_growing(subject *s)
{
    uint32_t id = 0;
    while (id < 40 || (!gm_is_growing(s->map) && id < 200)) {
        assign_ids(s, id, id + 1);
        id++;
    }
}

/* Chain after chain fills and empties until there are too many overflow buckets: with
 * hashes of few bits only. */
static void
be_growing_to_the_same_size(subject *s)
{
    gm_header header;
    for (unsigned round = 0; round < 40; round++) {
        for (uint32_t id = 0; id < 48; id++) {
            assign_ids(s, round % 4 * 48 + id, round % 4 * 48 + id + 1);
            gm_read_header(s->map, &header);
            if (header.same_size_grow) {
                return;
            }
        }
        delete_ids(s, round % 4 * 48, round % 4 * 48 + 44);
    }
}

static void
be_full_of_holes(subject *s)
{
    assign_ids(s, 0, 120);
    for (uint32_t id = 0; id < 120; id += 3) {
        delete_ids(s, id, id + 2);
    }
}

static void
be_emptied(subject *s)
{
    assign_ids(s, 0, 60);
    delete_ids(s, 0, 60);
}

static void
be_iterated(subject *s)
{
    assign_ids(s, 0, 20);
    keep_iterators(s, 0, 1);
    be_growing(s);
    keep_iterators(s, 1, 2);
    assign_ids(s, 100, 101);
}

static void
be_iterated_over_arrays_left_behind(subject *s)
{
    assign_ids(s, 0, 20);
    keep_iterators(s, 0, 1);
    assign_ids(s, 20, 120);
    keep_iterators(s, 1, 1);
    CHECK_EQ(gm_reserve(s->map, 400), GM_OK);
    keep_iterators(s, 2, 1);
    CHECK_EQ(gm_shrink(s->map), GM_OK);
}

/* What an iterator kept waits for gm_sweep, where cells hold references. */
static void
be_left_with_garbage(subject *s)
{
    assign_ids(s, 0, 20);
    keep_iterators(s, 0, 2);
    assign_ids(s, 20, 120);
    subject_iter_end(&s->iters[0]);
    subject_iter_end(&s->iters[1]);
    be_growing(s);
}

typedef struct {
    const char *name;
    void (*be)(subject *s);
    uint64_t hint;
} state;

static const state states[] = {
    {"empty", be_empty, 0},
    {"empty, with a hint", be_empty, 100},
    {"one entry", be_one_entry, 0},
    {"one full bucket", be_one_full_bucket, 0},
    {"at rest", be_at_rest, 0},
    {"with spares", be_at_rest, 104},
    {"growing", be_growing, 0},
    {"growing to the same size", be_growing_to_the_same_size, 50},
    {"full of holes", be_full_of_holes, 0},
    {"emptied", be_emptied, 0},
    {"iterated", be_iterated, 0},
    {"iterated over arrays left behind", be_iterated_over_arrays_left_behind, 0},
    {"with garbage", be_left_with_garbage, 0},
};
#define STATES (sizeof states / sizeof *states)

/* ---- operations ---------------------------------------------------------------------------- */

static gm_status
assign_new(subject *s)
{
    return subject_assign(s, 250);
}

/* Enough of them to fill a chain, whatever the state was. */
static gm_status
assign_more(subject *s)
{
    gm_status status = GM_OK;
    for (uint32_t id = 200; id < 232 && status == GM_OK; id++) {
        status = subject_assign(s, id);
    }
    return status;
}

static gm_status
assign_present(subject *s)
{
    return subject_assign(s, 4);
}

static gm_status
find_some(subject *s)
{
    gm_status status = subject_find(s, 4);
    return status == GM_OK ? subject_find(s, 250) : status;
}

/* delete or pop, as the subject draws */
static gm_status
remove_present(subject *s)
{
    return subject_delete(s, 7);
}

static gm_status
remove_absent(subject *s)
{
    return subject_delete(s, 251);
}

static gm_status
remove_many(subject *s)
{
    gm_status status = GM_OK;
    for (uint32_t id = 0; id < 120 && status == GM_OK; id += 2) {
        status = subject_delete(s, id);
    }
    return status;
}

static gm_status
draw_one(subject *s)
{
    subject_random(s);
    return GM_OK;
}

static gm_status
clear(subject *s)
{
    subject_clear(s);
    return GM_OK;
}

static gm_status
drop(subject *s)
{
    subject_drop(s);
    return GM_OK;
}

static gm_status
reserve(subject *s)
{
    return gm_reserve(s->map, 700);
}

static gm_status
shrink(subject *s)
{
    return gm_shrink(s->map);
}

static gm_status
finish_growth(subject *s)
{
    return gm_finish_growth(s->map);
}

static gm_status
iterate(subject *s)
{
    live_iter *li = &s->iters[ITERATORS - 1];
    subject_iter_start(s, li);
    while (li->on) {
        gm_status status = subject_iter_next(s, li);
        if (status != GM_OK) {
            return status;
        }
    }
    return GM_OK;
}

static gm_status
sweep(subject *s)
{
    gm_sweep(s->map);
    return GM_OK;
}

static void
see_event(void *context, const gm_event *event)
{
    (void)event;
    *(uint64_t *)context += 1;
}

/* Recorded, written to, and no longer recorded. */
static gm_status
record(subject *s)
{
    uint64_t events = 0;
    gm_recorder recorder = {see_event, &events};
    gm_status status = gm_record(s->map, &recorder);
    if (status != GM_OK) {
        CHECK(!gm_is_recorded(s->map));
        return status;
    }
    status = assign_new(s);
    CHECK(status != GM_OK || events > 0);
    CHECK_EQ(gm_record(s->map, NULL), GM_OK);
    return status;
}

static gm_status
see_bucket(void *context, const gm_bucket_view *bucket)
{
    (void)context, (void)bucket;
    return GM_OK;
}

static gm_status
inspect(subject *s)
{
    gm_stats stats;
    gm_cursor cursor;
    uint8_t counts[16];
    if (s->iters[0].on) {
        gm_iter_read(&s->iters[0].it, &cursor);
    }
    gm_chain_counts(s->map, false, counts, s->map == NULL ? 16 : 1);
    gm_status status = gm_visit(s->map, SIZE_MAX, see_bucket, NULL);
    return status == GM_OK ? gm_read_stats(s->map, &stats, NULL) : status;
}

typedef struct {
    const char *name;
    gm_status (*run)(subject *s);
    bool in_steps;     /* what was done before the failure stays: of several calls */
    bool does_without; /* finds another way, and says GM_OK */
} operation;

static const operation operations[] = {
    {"assign a new key", assign_new, false, false},
    {"assign many", assign_more, true, false},
    {"assign a present key", assign_present, false, false},
    {"find", find_some, false, false},
    {"remove", remove_present, false, false},
    {"remove an absent key", remove_absent, false, false},
    {"remove many", remove_many, true, false},
    {"random", draw_one, false, false},
    {"pop at random", subject_pop, false, false},
    {"clear", clear, false, true},
    {"drop", drop, false, false},
    {"clone", subject_clone, false, false},
    {"reserve", reserve, false, false},
    {"shrink", shrink, false, false},
    {"finish growth", finish_growth, false, false},
    {"iterate", iterate, false, false},
    {"sweep", sweep, false, false},
    {"record", record, true, false},
    {"inspect", inspect, false, false},
};
#define OPERATIONS (sizeof operations / sizeof *operations)

/* ---- the sweep ------------------------------------------------------------------------------- */

typedef struct {
    subject_options options;
    const state *state;
    const operation *operation;
    bool once; /* only the n-th allocation fails */
} cell;

static void
refuse(subject *s, uint64_t nth, bool once)
{
    s->memory.fail_in = nth;
    s->memory.fails_once = once;
    s->memory.failed = false;
}

static subject *
subject_in(const cell *c)
{
    subject *s = subject_new(&c->options);
    c->state->be(s);
    s->rng = c->options.seed; /* the same draws in the operation, whatever came before */
    subject_verify(s, true);
    return s;
}

/* With the n-th allocation failing; false: it was not needed. */
static bool
fail_nth(const cell *c, uint64_t nth)
{
    subject *s = subject_in(c);
    uint64_t count = s->count, rng = s->rng;
    refuse(s, nth, c->once);
    gm_status status = c->operation->run(s);
    bool refused = s->memory.failed;
    refuse(s, 0, false);
    CHECK_EQ(status, refused && !c->operation->does_without ? GM_NO_MEMORY : GM_OK);
    CHECK(status == GM_OK || c->operation->in_steps || s->count == count);
    subject_verify(s, true);
    if (status != GM_OK) {
        s->rng = rng;
        CHECK_EQ(c->operation->run(s), GM_OK);
        subject_verify(s, true);
    }
    for (unsigned i = 0; i < ITERATORS; i++) {
        subject_iter_drain(s, &s->iters[i]);
    }
    if (gm_needs_sweep(s->map)) {
        gm_sweep(s->map);
    }
    subject_verify(s, true);
    subject_free(s);
    return refused;
}

static uint64_t
fail_every(const cell *c)
{
    uint64_t nth = 1;
    while (fail_nth(c, nth)) {
        nth++;
    }
    return nth - 1;
}

static uint64_t
sweep_maps(const subject_options *options)
{
    uint64_t failures = 0;
    test_seed = options->seed;
    for (size_t i = 0; i < STATES; i++) {
        for (size_t j = 0; j < 2 * OPERATIONS; j++) {
            cell c = {*options, &states[i], &operations[j / 2], j % 2 != 0};
            c.options.hint = states[i].hint;
            failures += fail_every(&c);
        }
    }
    return failures;
}

/* How many seeds: GOMAP_SWEEP_SEEDS, for the long form. */
static uint64_t
seeds(void)
{
    const char *asked = getenv("GOMAP_SWEEP_SEEDS");
    return asked != NULL ? strtoull(asked, NULL, 10) : 1;
}

static void
report(const char *what, uint64_t failures)
{
    if (getenv("GOMAP_SWEEP_SEEDS") != NULL) {
        printf("    %" PRIu64 " failures injected: %s\n", failures, what);
    }
}

static void
test_every_operation_on_bare_maps(void)
{
    const uint16_t elem_sizes[] = {8, 1, 16, 2, 4};
    uint64_t failures = 0;
    for (uint64_t seed = 1; seed <= seeds(); seed++) {
        for (unsigned i = 0; i < PLAIN_SORTS + HASHED_SORTS; i++) {
            hash_mode mode = i < PLAIN_SORTS ? HASH_GOOD : (hash_mode)((seed + i) % HASH_MODES);
            subject_options o = {&key_sorts[i], NULL, elem_sizes[(seed + i) % 5], mode, seed,
                                 seed % 4 == 3, 0};
            failures += sweep_maps(&o);
        }
    }
    CHECK(failures > 1000);
    report("bare maps", failures);
}

static void
test_every_operation_where_cells_hold_references(void)
{
    uint64_t failures = 0;
    for (uint64_t seed = 1; seed <= seeds(); seed++) {
        for (unsigned mode = 0; mode < HASH_MODES; mode++) {
            subject_options o = {&object_sort, &object_owner, 8, (hash_mode)mode,
                                 seed,         seed % 4 == 3, 0};
            failures += sweep_maps(&o);
        }
    }
    CHECK(failures > 1000);
    report("maps of references", failures);
}

/* Four chains have all entries, so that most still wait when a growth has begun, and need
 * more overflow buckets than the new array has spares. */
static void
test_every_operation_on_four_long_chains(void)
{
    uint64_t failures = 0;
    for (uint64_t i = 0; i < 16; i++) {
        hash_given[i] = i << 60 | (i & 3);
    }
    for (uint64_t seed = 1; seed <= seeds(); seed++) {
        subject_options o = {&object_sort, &object_owner, 8, HASH_GIVEN, seed, seed % 4 == 3, 0};
        failures += sweep_maps(&o);
    }
    CHECK(failures > 300);
    report("four long chains", failures);
}

static const test_case cases[] = {
    {"every_operation_on_bare_maps", test_every_operation_on_bare_maps},
    {"every_operation_where_cells_hold_references",
     test_every_operation_where_cells_hold_references},
    {"every_operation_on_four_long_chains", test_every_operation_on_four_long_chains},
    {NULL, NULL},
};
const test_group no_memory_tests = {"no_memory", cases};
