/* engine_step.c: one operation after the other, and what callbacks do in their midst. */
#include "engine.h"

#include <string.h>

#include "grow.h"

static engine *
engine_of(subject *s)
{
    return s->draw_context;
}

/* ---- entries ------------------------------------------------------------------------------ */

static gm_status
assign_one(engine *e, uint32_t id)
{
    if (id >= NAN_IDS && e->s->entries[id].alive) {
        return GM_OK; /* a twin would be a second entry */
    }
    return subject_assign(e->s, id);
}

static gm_status
assign_nan(engine *e)
{
    uint32_t id = NAN_IDS + (uint32_t)engine_draw(e, NAN_IDS);
    return e->s->sort->has_nan ? assign_one(e, id) : GM_OK;
}

/* Many with few bytes, one by one: the only decision that each takes is made for all. */
static gm_status
run(engine *e, bool assigns)
{
    subject *s = e->s;
    uint32_t id = engine_draw_id(e), step = 1 + (uint32_t)engine_draw(e, 7);
    gm_status status = GM_OK;
    uint64_t n = engine_draw(e, 100);
    if (s->sort->has_nan && engine_draw(e, 4) < 2) {
        id += NAN_IDS;
    }
    uint32_t first = id < NAN_IDS ? 0 : NAN_IDS, among = (uint32_t)s->bucket_ids;
    for (; n > 0 && status == GM_OK; n--, id = first + (id - first + step) % among) {
        status = assigns ? assign_one(e, id) : subject_delete(s, id);
    }
    return status;
}

/* ---- iterators ------------------------------------------------------------------------------ */

static gm_status
iterate(engine *e)
{
    live_iter *li = &e->s->iters[engine_draw(e, ITERATORS)];
    gm_status status = GM_OK;
    if (!li->on) {
        if (li->busy == 0) {
            subject_iter_start(e->s, li);
        }
        return GM_OK;
    }
    uint64_t n = engine_draw(e, 64); /* 63: to the end */
    for (uint64_t i = 0; (i < n || n == 63) && li->on && status == GM_OK; i++) {
        status = subject_iter_next(e->s, li);
    }
    return status;
}

static gm_status
end_iterator(engine *e)
{
    live_iter *li = &e->s->iters[engine_draw(e, ITERATORS)];
    if (li->on) {
        subject_iter_end(li);
    }
    return GM_OK;
}

static void
end_iterators(engine *e)
{
    for (unsigned i = 0; i < ITERATORS; i++) {
        if (e->s->iters[i].on) {
            subject_iter_end(&e->s->iters[i]);
        }
    }
}

/* ---- size ------------------------------------------------------------------------------------- */

static gm_status
reserve(engine *e)
{
    uint64_t n = engine_draw(e, 1024);
    if (n >= 1000) { /* what no machine has */
        n = UINT64_MAX >> (n - 1000);
        gm_status status = gm_reserve(e->s->map, n);
        CHECK(status == GM_TOO_LARGE || status == GM_NO_MEMORY);
        return e->s->memory.failed ? GM_NO_MEMORY : GM_OK;
    }
    return gm_reserve(e->s->map, n);
}

/* As litter would have it, now; a single bucket has none, for no map grows at nine
 * entries other than to two (clone.c builds on that). */
static gm_status
grow_now(engine *e)
{
    gm_header h;
    gm_read_header(e->s->map, &h);
    return h.B > 0 && h.has_buckets && !h.growing ? gmi_start_growth(e->s->map) : GM_OK;
}

/* ---- what is about to go wrong ------------------------------------------------------------------ */

static void
fail_soon(engine *e)
{
    e->s->memory.fail_in = 1 + engine_draw(e, 4);
}

/* The n-th callback from now does something. */
static void
arm(engine *e)
{
    e->s->mischief = 1 + (unsigned)engine_draw(e, 32);
    if (engine_draw(e, 64) == 63 && !e->was_stubborn && e->s->count < 20) {
        e->stubborn = e->was_stubborn = true; /* a thousand restarts take their time */
    }
    e->strange = 4;
}

static void
toggle_recording(engine *e)
{
    if (e->w != NULL && e->s->depth == 0 && !e->s->memory.failed && e->s->memory.fail_in == 0) {
        e->w->on ? witness_stop(e->w) : witness_start(e->w);
    }
}

/* ---- one of them ---------------------------------------------------------------------------------- */

static gm_status
look_inside(engine *e, uint64_t which)
{
    switch (which) {
    case 0:
        engine_copy_out(e);
        return GM_OK;
    case 1:
        return engine_explain(e);
    case 2:
        engine_visit(e);
        return GM_OK;
    case 3:
        engine_read_stats(e);
        return GM_OK;
    case 4:
        engine_read_cursor(e);
        return GM_OK;
    case 5:
        engine_prefetch(e);
        return GM_OK;
    case 6:
        return engine_make_another(e);
    default:
        engine_walk(e);
        return GM_OK;
    }
}

static gm_status
batch(engine *e, uint64_t which)
{
    if (e->s->sort->is_hashed) {
        return GM_OK;
    }
    switch (which) {
    case 0:
        return engine_add_many(e);
    case 1:
        engine_find_many(e);
        return GM_OK;
    case 2:
        return engine_delete_many(e);
    default:
        return engine_assign_many(e);
    }
}

/* What is seldom done, or not to entries. */
static gm_status
step_map(engine *e, uint64_t which)
{
    subject *s = e->s;
    switch (which) {
    case 0:
        subject_clear(s);
        return GM_OK;
    case 1:
        subject_drop(s);
        return GM_OK;
    case 2:
        return reserve(e);
    case 3:
        return gm_shrink(s->map);
    case 4:
        return gm_finish_growth(s->map);
    case 5:
        return s->depth == 0 ? subject_clone(s) : GM_OK;
    case 6:
        return grow_now(e);
    case 7:
        gm_sweep(s->map);
        return GM_OK;
    case 8:
        toggle_recording(e);
        return GM_OK;
    case 9:
        subject_random(s);
        return GM_OK;
    default:
        return subject_pop(s);
    }
}

static gm_status
step_once(engine *e)
{
    uint64_t which = engine_draw(e, 256);
    if (which >= 192) {
        return step_map(e, which % 11);
    }
    if (which >= 160) {
        return look_inside(e, which % 8);
    }
    if (which >= 128) {
        return batch(e, which % 4);
    }
    switch (which % 10) {
    case 0:
        return run(e, true);
    case 1:
        return run(e, false);
    case 2:
    case 3:
        return iterate(e);
    case 4:
        return which < 64 ? assign_nan(e) : end_iterator(e);
    case 5:
        return subject_delete(e->s, engine_draw_id(e));
    case 6:
        return subject_find(e->s, engine_draw_id(e));
    case 7:
        fail_soon(e);
        return e->s->depth == 0 && e->at < e->end ? step_once(e) : GM_OK;
    case 8:
        arm(e);
        return GM_OK;
    default:
        return assign_one(e, engine_draw_id(e));
    }
}

/* ---- callbacks -------------------------------------------------------------------------------- */

/* Another entry, or one less, with every comparison: the map never holds still. */
static bool
never_let_go(engine *e)
{
    subject *s = e->s;
    s->depth++;
    if (s->entries[200 % s->bucket_ids].alive) {
        (void)subject_delete(s, 200 % (uint32_t)s->bucket_ids);
    }
    else {
        (void)subject_assign(s, 200 % (uint32_t)s->bucket_ids);
    }
    s->depth--;
    return true;
}

bool
subject_mischief(subject *s)
{
    engine *e = engine_of(s);
    if (s->mischief == 0 || s->depth >= 2) {
        return true;
    }
    if (e->stubborn) {
        return s->depth > 0 || never_let_go(e);
    }
    if (--s->mischief > 0) {
        return true;
    }
    uint64_t n = engine_draw(e, 8);
    if (n == 0) {
        return false;
    }
    s->depth++;
    s->mischiefs++;
    if (n > 5) { /* arrays that only they kept go */
        end_iterators(e);
        n -= 6;
    }
    for (; n > 0 && e->at < e->end; n--) {
        (void)step_once(e); /* an inner operation may fail like an outer one */
    }
    s->depth--;
    return true;
}

/* ---- checks ------------------------------------------------------------------------------------ */

void
engine_verify(engine *e, bool deep)
{
    subject *s = e->s;
    bool was_on = e->w != NULL && e->w->on;
    s->draw = NULL;
    if (was_on) { /* the model's checks want to see the map's own memory only */
        witness_check(e->w);
        witness_stop(e->w);
    }
    subject_verify(s, deep);
    if (was_on) {
        witness_start(e->w);
    }
    s->draw = engine_draw;
}

static void
check_status(const engine *e, gm_status status)
{
    switch (status) {
    case GM_OK:
        return;
    case GM_NO_MEMORY:
        CHECK(e->s->memory.failed);
        return;
    case GM_CALL_FAILED:
    case GM_RESTARTS:
        CHECK(e->strange > 0);
        return;
    case GM_TOO_LARGE:
    case GM_CONCURRENT:
    case GM_BAD_START:
    case GM_CHANGED:
    case GM_RANGE:
        CHECK_EQ(status, GM_OK);
    }
}

void
engine_step(engine *e)
{
    subject *s = e->s;
    gm_status status = step_once(e);
    check_status(e, status);
    s->memory.fail_in = 0;
    s->memory.failed = false;
    if (e->strange > 0 && --e->strange == 0) {
        s->mischief = 0;
        e->stubborn = false;
    }
    if (e->sweeps && gm_needs_sweep(s->map)) {
        gm_sweep(s->map);
    }
    e->steps++;
    if (s->count < 32 || e->steps % 8 == 0) {
        engine_verify(e, status != GM_OK || e->steps % 64 == 0);
    }
}
