/* engine.h: the fuzzer of the engine: what its files share.
 *
 * An input is a program: a few bytes say which map is made, each further one which
 * operation comes next, and the bytes after it are that operation's arguments.
 * Every operation is done on the map and on the model (tests/core/subject.h) and
 * compared; a difference, a broken invariant, a leak or a sanitizer's report ends
 * the process.  The same bytes always do the same.
 */
#ifndef FUZZ_ENGINE_H
#define FUZZ_ENGINE_H

#include "check.h"
#include "subject.h"
#include "test_record_witness.h"

typedef struct {
    const uint8_t *at, *end; /* the input still unread */
    subject *s;
    witness *w;    /* NULL, or sees every event */
    bool sweeps;   /* what waits for gm_sweep does not wait for long */
    bool stubborn; /* equality changes the map with every call */
    bool was_stubborn;
    unsigned steps;   /* done */
    unsigned strange; /* operations left that may fail or restart by a callback */
    uint64_t events[GM_REBUILT + 1];
} engine;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A number below `below` from the input; 0 when it is at its end. */
uint64_t engine_draw(void *context, uint64_t below);
uint32_t engine_draw_id(engine *e);

/* engine_batch.c: maps of bare bits only */
gm_status engine_assign_many(engine *e);
gm_status engine_add_many(engine *e);
void engine_find_many(engine *e);
gm_status engine_delete_many(engine *e);

/* engine_look.c: what changes nothing */
void engine_copy_out(engine *e);
gm_status engine_explain(engine *e);
void engine_visit(engine *e);
void engine_read_stats(engine *e);
void engine_read_cursor(engine *e);
void engine_walk(engine *e);
void engine_prefetch(engine *e);
gm_status engine_make_another(engine *e);

/* engine_step.c */
void engine_step(engine *e);
/* No operation's bytes are spent on it. */
void engine_verify(engine *e, bool deep);

#endif
