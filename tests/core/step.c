/* step.c: random operations on a subject, and random mischief in its callbacks. */
#include "check.h"
#include "subject.h"

/* An id to work on: mostly ordinary, a NaN sort's sometimes a NaN. */
static uint32_t
draw_id(subject *s)
{
    if (s->sort->has_nan && subject_draw(s, 8) == 0) {
        return NAN_IDS + (uint32_t)subject_draw(s, NAN_IDS);
    }
    return (uint32_t)subject_draw(s, s->bucket_ids);
}

static gm_status
assign_some(subject *s)
{
    uint32_t id = draw_id(s);
    if (id >= NAN_IDS && s->entries[id].alive) {
        return GM_OK; /* a twin would be a second entry */
    }
    return subject_assign(s, id);
}

static gm_status
step_iterator(subject *s)
{
    live_iter *li = &s->iters[subject_draw(s, ITERATORS)];
    gm_status status = GM_OK;
    if (!li->on) {
        if (li->busy == 0) {
            subject_iter_start(s, li);
        }
        return GM_OK;
    }
    for (uint64_t n = subject_draw(s, 12); n > 0 && li->on && status == GM_OK; n--) {
        status = subject_iter_next(s, li);
    }
    if (li->on && subject_draw(s, 60) == 0) {
        subject_iter_end(li);
    }
    return status;
}

/* What is seldom done. */
static gm_status
step_rare(subject *s)
{
    switch (subject_draw(s, 24)) {
    case 0:
        subject_clear(s);
        return GM_OK;
    case 1:
        if (subject_draw(s, 3) == 0) {
            subject_drop(s);
        }
        return GM_OK;
    case 2:
    case 3:
        return gm_reserve(s->map, subject_draw(s, 900));
    case 4:
    case 5:
    case 6:
        return gm_shrink(s->map);
    case 7:
    case 8:
        return gm_finish_growth(s->map);
    case 9:
        return s->depth == 0 ? subject_clone(s) : GM_OK;
    case 10:
    case 11:
        subject_random(s);
        return GM_OK;
    case 12:
        s->shrinking = !s->shrinking;
        return GM_OK;
    default:
        return subject_pop(s);
    }
}

static gm_status
step_once(subject *s)
{
    uint64_t d = subject_draw(s, 100);
    uint64_t assigns = s->shrinking ? 15 : 45, deletes = s->shrinking ? 40 : 10;
    if (d < assigns) {
        return assign_some(s);
    }
    if (d < assigns + deletes) {
        return subject_delete(s, draw_id(s));
    }
    if (d < assigns + deletes + 10) {
        return subject_find(s, draw_id(s));
    }
    return d < 95 ? step_iterator(s) : step_rare(s);
}

gm_status
subject_step(subject *s)
{
    gm_status status = step_once(s);
    if (gm_needs_sweep(s->map)) {
        gm_sweep(s->map);
    }
    return status;
}

bool
subject_mischief(subject *s)
{
    if (s->mischief == 0 || s->depth >= 2 || subject_draw(s, 1000) >= s->mischief) {
        return true;
    }
    if (subject_draw(s, 10) == 0) {
        return false;
    }
    s->depth++;
    s->mischiefs++;
    for (uint64_t n = 1 + subject_draw(s, 4); n > 0; n--) {
        (void)subject_step(s); /* an inner operation may fail like an outer one */
    }
    s->depth--;
    return true;
}
