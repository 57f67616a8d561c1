/* test_apart.c: maps of their own in many threads share nothing: the engine has no
 * mutable statics.  And what the rules forbid, so that the sanitizer can show that
 * it would have been reported. */
#include <stdlib.h>

#include "check.h"
#include "crew.h"
#include "stock.h"

#define MAPS 6
#define ENTRIES 3000

/* A map's whole life, as batches and growths make it. */
static void
live(const batch_kind *kind, unsigned number, bool paged)
{
    stock s;
    stock_init(&s, &(stock_options){.kind = kind,
                                    .elem_size = 8,
                                    .seed = number,
                                    .count = kind->ids < ENTRIES ? kind->ids / 4 : ENTRIES,
                                    .paged = paged});
    gm_iter it;
    gm_cell cell;
    gm_iter_init(&it, s.map, false);
    CHECK_EQ(gm_iter_next(&it, &cell), GM_OK);
    stock_put(&s, s.count);
    stock_look_up(&s, 0, 1, s.count);
    stock_restamp(&s);
    stock_take(&s, s.count / 2);
    CHECK_EQ(gm_iter_next(&it, &cell), GM_OK);
    CHECK_EQ(gm_shrink(s.map), GM_OK);
    CHECK_EQ(gm_reserve(s.map, 3 * s.count), GM_OK);
    stock_look_up(&s, 0, 1, 2 * s.count);
    gm_iter_fini(&it);
    stock_take(&s, s.count);
    gm_clear(s.map);
    stock_put(&s, 10);
    stock_fini(&s);
}

static void
live_all_kinds(void *context, unsigned number)
{
    for (unsigned i = 0; i < BATCH_KINDS * crew_rounds; i++) {
        live(&batch_kinds[(i + number) % BATCH_KINDS], number, *(bool *)context);
    }
}

static void
test_own_memory(void)
{
    crew_run(MAPS, live_all_kinds, &(bool){false});
}

static void
test_system_memory(void)
{
    crew_run(MAPS, live_all_kinds, &(bool){true});
}

static const test_case cases[] = {
    {"own_memory", test_own_memory},
    {"system_memory", test_system_memory},
    {NULL, NULL},
};
const test_group apart_tests = {"apart", cases};

/* ---- against the rules --------------------------------------------------------------------- */

/* One of two writes while the other reads; no array moves, so that nothing worse
 * comes of it. */
static void
write_beside_reader(void *context, unsigned number)
{
    stock *s = context;
    for (unsigned i = 0; i < 50; i++) {
        if (number == 0) {
            unsigned char *keys = stock_keys(s, 0, 1, s->count);
            gm_writes same = {.keys = keys, .n = s->count, .values = keys, .stride = 8};
            CHECK_EQ(gm_assign_many(s->map, &same), GM_OK);
            free(keys);
        }
        else {
            bool found[ENTRIES];
            uint64_t elems[ENTRIES], zero = 0;
            unsigned char *keys = stock_keys(s, 0, 1, s->count);
            gm_find_many(s->map, &(gm_lookups){keys, s->count, elems, &zero, found});
            free(keys);
        }
    }
}

static void
test_writer_beside_reader(void)
{
    stock s;
    stock_init(&s, &(stock_options){
                       .kind = BATCH_BITS64, .elem_size = 8, .seed = 1, .count = ENTRIES - 1});
    crew_run(2, write_beside_reader, &s);
    stock_fini(&s);
}

static const test_case planted_cases[] = {
    {"writer_beside_reader", test_writer_beside_reader},
    {NULL, NULL},
};
const test_group planted_tests = {"planted", planted_cases};
