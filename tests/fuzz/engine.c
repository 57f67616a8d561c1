/* engine.c: from an input to a map and back to nothing. */
#include "engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "objects.h"

uint64_t test_seed;

/* ---- the input ------------------------------------------------------------------------ */

static uint64_t
next_byte(engine *e)
{
    return e->at < e->end ? *e->at++ : 0;
}

uint64_t
engine_draw(void *context, uint64_t below)
{
    engine *e = context;
    uint64_t x = below > 1 ? next_byte(e) : 0;
    for (uint64_t most = 256; most < below && most < UINT64_C(1) << 32; most <<= 8) {
        x = x << 8 | next_byte(e);
    }
    return x % below;
}

uint32_t
engine_draw_id(engine *e)
{
    return (uint32_t)engine_draw(e, e->s->bucket_ids);
}

/* ---- the map ---------------------------------------------------------------------------- */

static const uint16_t elem_sizes[] = {8, 1, 2, 4, 16};

/* IEEE numbers without a hash beside them twice as often: their NaNs move by rules of
 * their own. The last three are strangers. */
static const uint8_t sorts[] = {0, 1, 2, 3, 4, 5, 6, 4, 5, 6, 7, 8, 9, 10, 10, 10};

/* Hashes for hash_given: few tophash bytes, few low bits, so that they meet. */
static void
draw_hashes(engine *e)
{
    for (size_t i = 0; i < sizeof hash_given / sizeof *hash_given; i++) {
        uint64_t top = engine_draw(e, 256), low = engine_draw(e, 256);
        hash_given[i] = top << 56 | low;
    }
}

static subject *
draw_subject(engine *e)
{
    uint64_t sort = sorts[engine_draw(e, sizeof sorts)], how = engine_draw(e, 256);
    subject_options o = {
        .sort = &object_sort,
        .owner = &object_owner,
        .elem_size = 8,
        .mode = (hash_mode)engine_draw(e, HASH_MODES + 1),
        .fixed_seed = (how & 1) != 0,
        .hint = how & 2 ? engine_draw(e, 700) : 0,
        .seed = engine_draw(e, 256),
    };
    if (sort < PLAIN_SORTS + HASHED_SORTS) {
        o.sort = &key_sorts[sort];
        o.owner = NULL;
        o.elem_size = elem_sizes[engine_draw(e, sizeof elem_sizes / sizeof *elem_sizes)];
    }
    if (o.mode == HASH_GIVEN) {
        draw_hashes(e);
    }
    e->sweeps = (how & 4) == 0;
    subject *s = subject_new(&o);
    s->draw = engine_draw;
    s->draw_context = e;
    s->bucket_ids = how & 8 ? 40 : NAN_IDS;
    if (how >= 0xe0) { /* it takes its time */
        e->w = witness_new(s->map, s->sort, &s->memory);
    }
    return s;
}

/* ---- to the end ---------------------------------------------------------------------------- */

static void
finish(engine *e)
{
    subject *s = e->s;
    s->mischief = 0;
    s->draw = NULL;
    e->stubborn = false;
    objects_on_equality(NULL);
    objects_on_release(NULL, NULL);
    for (unsigned i = 0; i < ITERATORS; i++) {
        if ((i + e->steps) % 3 != 0) { /* the others end with the map */
            subject_iter_drain(s, &s->iters[i]);
        }
    }
    engine_verify(e, true);
    subject_free(s);
    free(e->w);
}

static bool
on_equality(void *context)
{
    return subject_mischief(context);
}

static void
on_release(void *context)
{
    (void)subject_mischief(context);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    engine e = {.at = data, .end = data + size};
    e.s = draw_subject(&e);
    objects_on_equality(on_equality);
    objects_on_release(on_release, e.s);
    while (e.at < e.end) {
        engine_step(&e);
    }
    finish(&e);
    return 0;
}

/* ---- failed checks -------------------------------------------------------------------------- */

_Noreturn void
check_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: not true: %s\n", file, line, what);
    abort();
}

_Noreturn void
check_differ(const char *file, int line, const char *what, uint64_t got, uint64_t want)
{
    fprintf(stderr, "%s:%d: %s: got %" PRIu64 " (%#" PRIx64 "), want %" PRIu64 " (%#" PRIx64 ")\n",
            file, line, what, got, got, want, want);
    abort();
}
