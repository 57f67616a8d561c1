/* test_record_witness.c: see test_record_witness.h. */
#include "test_record_witness.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "hash.h"

/* ---- pictures ------------------------------------------------------------------------- */

typedef struct {
    picture *out;
    const key_sort *sort;
} painter;

static gm_status
paint_bucket(void *context, const gm_bucket_view *b)
{
    painter *p = context;
    bool negative;
    CHECK(p->out->n < NOTES);
    bucket_note *note = &p->out->notes[p->out->n++];
    memset(note, 0, sizeof *note);
    note->old = b->old;
    note->chain = b->chain;
    note->position = b->position;
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        note->top[i] = b->tophash[i] == GM_EMPTY_ONE ? GM_EMPTY_REST : b->tophash[i];
        note->id[i] = b->key[i] != NULL ? p->sort->read(b->key[i], &negative) : 0;
    }
    return GM_OK;
}

void
picture_take(picture *out, gm_map *m, const key_sort *sort)
{
    painter p = {out, sort};
    out->n = 0;
    gm_read_header(m, &out->header);
    out->header.flags &= GM_SAME_SIZE_GROW; /* iterators come and go */
    CHECK_EQ(gm_visit(m, SIZE_MAX, paint_bucket, &p), GM_OK);
}

static bool
is_entry(const bucket_note *note, unsigned cell)
{
    return note != NULL && note->top[cell] >= GM_MIN_TOPHASH;
}

static const bucket_note *
find_note(const picture *p, bool old, size_t chain, size_t position)
{
    for (size_t i = 0; i < p->n; i++) {
        const bucket_note *note = &p->notes[i];
        if (note->old == old && note->chain == chain && note->position == position) {
            return note;
        }
    }
    return NULL;
}

/* May the event have changed the chain? */
static bool
is_concerned(const picture *before, const gm_event *e, const bucket_note *note)
{
    switch (e->kind) {
    case GM_ASSIGNED:
    case GM_DELETED:
        return note->old == e->in_old && note->chain == e->bucket;
    case GM_EVACUATED_BUCKET:
        return (note->chain & (before->header.old_buckets - 1)) == e->bucket;
    case GM_GREW:
        return note->old;
    case GM_UPDATED:
    case GM_RESEEDED:
        return false;
    case GM_CLEARED:
    case GM_GROWS:
    case GM_GROWS_SAME_SIZE:
    case GM_REBUILT:
        return true;
    }
    return true;
}

static size_t
next_unconcerned(const picture *before, const gm_event *e, const picture *p, size_t i)
{
    while (i < p->n && is_concerned(before, e, &p->notes[i])) {
        i++;
    }
    return i;
}

/* A NaN taken at random is forgotten in the chains that it moved out of, too. */
static void
check_same_note(const key_sort *sort, const bucket_note *was, const bucket_note *is)
{
    bucket_note expected = *was;
    for (unsigned i = 0; sort->has_nan && i < GM_BUCKET_CELLS; i++) {
        bool is_moved = was->top[i] == GM_EVACUATED_X || was->top[i] == GM_EVACUATED_Y;
        if (is_moved && is->top[i] == GM_EVACUATED_EMPTY) {
            expected.top[i] = GM_EVACUATED_EMPTY;
        }
    }
    CHECK(memcmp(&expected, is, sizeof expected) == 0);
}

static void
check_same_elsewhere(const witness *w, const gm_event *e)
{
    const picture *before = &w->before, *now = &w->now;
    size_t i = next_unconcerned(before, e, before, 0), k = next_unconcerned(before, e, now, 0);
    while (i < before->n && k < now->n) {
        check_same_note(w->sort, &before->notes[i], &now->notes[k]);
        i = next_unconcerned(before, e, before, i + 1);
        k = next_unconcerned(before, e, now, k + 1);
    }
    CHECK(i == before->n && k == now->n);
}

/* ---- what an event may change ------------------------------------------------------------ */

/* In the chain assigned to or deleted from: one entry, where the event says. */
static void
check_one_entry(const witness *w, const gm_event *e, uint32_t id)
{
    bool comes = e->kind == GM_ASSIGNED;
    const picture *more = comes ? &w->now : &w->before, *less = comes ? &w->before : &w->now;
    for (size_t position = 0;; position++) {
        const bucket_note *m = find_note(more, e->in_old, e->bucket, position);
        const bucket_note *l = find_note(less, e->in_old, e->bucket, position);
        if (m == NULL) {
            CHECK(l == NULL && position > e->position);
            break;
        }
        CHECK(l != NULL || (comes && position == e->position && e->cell == 0));
        for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
            bool here = position == e->position && i == e->cell;
            CHECK_EQ(is_entry(m, i), is_entry(l, i) || here);
            CHECK(!is_entry(l, i) || (!here && l->id[i] == m->id[i] && l->top[i] == m->top[i]));
            CHECK(!here || m->id[i] == id);
        }
    }
    CHECK_EQ(more->header.count, less->header.count + 1);
}

/* An old chain's entries that went one way, and the new chain, in order, are the same. */
static void
check_moved(const witness *w, size_t oldbucket, size_t chain, uint8_t way, size_t want)
{
    const bucket_note *was, *is, *to;
    size_t at = 0, moved = 0;
    CHECK(!is_entry(find_note(&w->before, false, chain, 0), 0));
    for (size_t position = 0;; position++) {
        was = find_note(&w->before, true, oldbucket, position);
        is = find_note(&w->now, true, oldbucket, position);
        CHECK_EQ(was == NULL, is == NULL);
        if (is == NULL) {
            break;
        }
        for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
            CHECK(is->top[i] >= GM_EVACUATED_X && is->top[i] <= GM_EVACUATED_EMPTY);
            CHECK_EQ(is_entry(was, i), is->top[i] != GM_EVACUATED_EMPTY);
            if (is->top[i] == way) {
                to = find_note(&w->now, false, chain, at / GM_BUCKET_CELLS);
                CHECK(is_entry(to, at % GM_BUCKET_CELLS));
                CHECK_EQ(to->id[at % GM_BUCKET_CELLS], was->id[i]);
                at++;
                moved++;
            }
        }
    }
    to = find_note(&w->now, false, chain, at / GM_BUCKET_CELLS);
    CHECK(!is_entry(to, at % GM_BUCKET_CELLS));
    CHECK_EQ(moved, want);
}

static void
check_evacuation(const witness *w, const gm_event *e)
{
    size_t old = w->before.header.old_buckets;
    CHECK(e->in_old && e->key == NULL && w->before.header.growing && e->bucket < old);
    CHECK_EQ(w->now.header.count, w->before.header.count);
    CHECK(w->now.header.growing && w->now.header.nevacuate >= w->before.header.nevacuate);
    check_moved(w, e->bucket, e->bucket, GM_EVACUATED_X, e->moved[0]);
    if (!w->before.header.same_size_grow) {
        check_moved(w, e->bucket, e->bucket + old, GM_EVACUATED_Y, e->moved[1]);
    }
    CHECK(!w->before.header.same_size_grow || e->moved[1] == 0);
}

/* The present array has become the old one, and the new one is empty. */
static void
check_growth_begun(const witness *w, const gm_event *e)
{
    const gm_header *was = &w->before.header, *is = &w->now.header;
    CHECK(!was->growing && is->growing && is->nevacuate == 0 && is->noverflow == 0);
    CHECK_EQ(is->same_size_grow, e->kind == GM_GROWS_SAME_SIZE);
    CHECK_EQ(is->B, was->B + (e->kind == GM_GROWS));
    CHECK_EQ(is->old_buckets, was->buckets);
    CHECK_EQ(is->count, was->count);
    CHECK_EQ(w->now.n, w->before.n + is->buckets);
    for (size_t i = 0; i < w->now.n; i++) {
        bucket_note note = w->now.notes[i];
        if (i < w->before.n) {
            CHECK(note.old);
            note.old = false;
            CHECK(memcmp(&note, &w->before.notes[i], sizeof note) == 0);
        }
        else {
            CHECK(!note.old && note.top[0] == GM_EMPTY_REST);
        }
    }
}

static void
check_growth_over(const witness *w)
{
    const gm_header *was = &w->before.header, *is = &w->now.header;
    CHECK(was->growing && !is->growing && !is->same_size_grow);
    CHECK_EQ(is->old_buckets, 0);
    CHECK_EQ(is->nevacuate, was->old_buckets);
    CHECK_EQ(is->count, was->count);
    for (size_t i = 0; i < w->before.n && w->before.notes[i].old; i++) {
        CHECK(w->before.notes[i].top[0] - GM_EVACUATED_X <= GM_EVACUATED_EMPTY - GM_EVACUATED_X);
    }
}

static uint64_t
sum_of_entries(const picture *p)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < p->n; i++) {
        for (unsigned c = 0; c < GM_BUCKET_CELLS; c++) {
            sum += is_entry(&p->notes[i], c) ? gm_hash_u64(p->notes[i].id[c], 1) : 0;
        }
    }
    return sum;
}

static void
check_rebuilt(const witness *w)
{
    const gm_header *was = &w->before.header, *is = &w->now.header;
    CHECK(!is->growing && (!was->growing || was->count == 0));
    CHECK_EQ(is->count, was->count);
    CHECK_EQ(is->hash0, was->hash0);
    CHECK_EQ(sum_of_entries(&w->now), sum_of_entries(&w->before));
}

static void
check_change(const witness *w, const gm_event *e, uint32_t id)
{
    CHECK_EQ(e->key != NULL, e->kind <= GM_DELETED);
    CHECK_EQ(w->now.header.hash0 != w->before.header.hash0, e->kind == GM_RESEEDED);
    check_same_elsewhere(w, e);
    switch (e->kind) {
    case GM_ASSIGNED:
    case GM_DELETED:
        check_one_entry(w, e, id);
        break;
    case GM_UPDATED: {
        const bucket_note *note = find_note(&w->now, e->in_old, e->bucket, e->position);
        CHECK(is_entry(note, e->cell) && note->id[e->cell] == id);
        break;
    }
    case GM_CLEARED:
        CHECK_EQ(w->now.header.count, 0);
        CHECK_EQ(sum_of_entries(&w->now), 0);
        break;
    case GM_RESEEDED:
        CHECK_EQ(w->now.header.count, 0);
        break;
    case GM_GROWS:
    case GM_GROWS_SAME_SIZE:
        check_growth_begun(w, e);
        break;
    case GM_EVACUATED_BUCKET:
        check_evacuation(w, e);
        break;
    case GM_GREW:
        check_growth_over(w);
        break;
    case GM_REBUILT:
        check_rebuilt(w);
        break;
    }
}

/* ---- the witness ---------------------------------------------------------------------- */

/* Whole, but that the last old chain is told as moved just before the growth ends. */
static void
check_whole(const witness *w, const gm_event *e)
{
    char message[200];
    gm_header h;
    gm_read_header(w->map, &h);
    bool is_last = e->kind == GM_EVACUATED_BUCKET && h.nevacuate == h.old_buckets;
    bool valid = gm_validate(w->map, message, sizeof message);
    if (!valid && !(is_last && strncmp(message, "nevacuate", 9) == 0)) {
        check_failed(__FILE__, __LINE__, message);
    }
    CHECK_EQ(gm_memory(w->map) + w->recorder_bytes, w->memory->outstanding);
}

static void
see(void *context, const gm_event *e)
{
    witness *w = context;
    bool negative;
    uint32_t id = e->key != NULL ? w->sort->read(e->key, &negative) : 0;
    uint64_t version = gm_version(w->map);
    CHECK(w->on);
    check_whole(w, e);
    picture_take(&w->now, w->map, w->sort);
    check_change(w, e, id);
    CHECK_EQ(gm_version(w->map), version);
    w->before = w->now;
    w->counts[e->kind]++;
    if (w->told < TOLD) {
        w->letters[w->told] = WITNESS_LETTERS[e->kind];
        w->events[w->told++] = (told_event){
            e->kind, e->in_old, e->bucket, e->position, e->cell, {e->moved[0], e->moved[1]}, id};
    }
}

witness *
witness_new(gm_map *m, const key_sort *sort, const test_memory *memory)
{
    witness *w = calloc(1, sizeof *w);
    CHECK(w != NULL);
    w->map = m;
    w->sort = sort;
    w->memory = memory;
    witness_start(w);
    return w;
}

witness *
witness_of_table(table *t, const key_sort *sort, uint64_t hint)
{
    table_init(t, &(table_options){sort->kind, hint, 7, false});
    return witness_new(t->map, sort, &t->memory);
}

void
witness_start(witness *w)
{
    w->on = true;
    picture_take(&w->before, w->map, w->sort);
    CHECK_EQ(gm_record(w->map, &(gm_recorder){see, w}), GM_OK);
    CHECK(gm_is_recorded(w->map));
    w->recorder_bytes = w->memory->outstanding - gm_memory(w->map);
}

void
witness_stop(witness *w)
{
    CHECK_EQ(gm_record(w->map, NULL), GM_OK);
    CHECK(!gm_is_recorded(w->map));
    w->on = false;
}

/* The mark goes over chains that have moved without an event. */
static void
follow_mark(gm_header *told, const picture *now)
{
    for (; now->header.growing && told->nevacuate < now->header.nevacuate; told->nevacuate++) {
        const bucket_note *note = find_note(now, true, told->nevacuate, 0);
        for (unsigned i = 0; note != NULL && i < GM_BUCKET_CELLS; i++) {
            CHECK(!is_entry(note, i));
        }
    }
}

void
witness_check(witness *w)
{
    gm_header *before = &w->before.header, *now = &w->now.header;
    picture_take(&w->now, w->map, w->sort);
    before->memory = now->memory; /* buckets may have been reserved in vain */
    follow_mark(before, &w->now);
    CHECK(memcmp(before, now, sizeof *now) == 0);
    CHECK_EQ(w->before.n, w->now.n);
    for (size_t i = 0; i < w->now.n; i++) {
        check_same_note(w->sort, &w->before.notes[i], &w->now.notes[i]);
    }
}

void
witness_forget(witness *w)
{
    w->told = 0;
    memset(w->letters, 0, sizeof w->letters);
}

void
witness_expect(witness *w, const char *letters)
{
    witness_check(w);
    if (strcmp(w->letters, letters) != 0) {
        check_failed(letters, (int)w->told, w->letters);
    }
    witness_forget(w);
}
