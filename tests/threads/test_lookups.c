/* test_lookups.c: any number of threads may look up while nobody writes (gomap.h),
 * and one of them, the one that holds the caller's lock, may read in every other
 * way meanwhile, which is what src/python/guard.h lets it do. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "config.h"
#include "crew.h"
#include "stock.h"

#define READERS 6
#define FEW 5
#define SOME 700
/* Waves fetch ahead in it; it grows at 26625. */
#define MANY 20000
static_assert(MANY > GM_PREFETCH_LEAST, "large maps are those that waves serve");
/* Its arrays are whole pages from the system, and beyond. */
#define PAGES 250000

static const uint16_t elem_sizes[] = {1, 2, 4, 8, 16};
#define ELEM_SIZES (sizeof elem_sizes / sizeof *elem_sizes)

static uint64_t
least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Batches of several lengths over ids of its own stride, present and absent ones. */
static void
read_batches(const stock *s, unsigned number)
{
    const uint64_t beyond = least(s->count + s->count / 4 + 20, s->kind->ids);
    for (unsigned round = 0; round < crew_rounds; round++) {
        const uint64_t step = number + 1, first = (number * 7 + round) % 5;
        size_t n = (size_t)((beyond - first + step - 1) / step);
        stock_look_up(s, first, step, n);
        stock_look_up(s, first, step, n / 3);
        stock_look_up(s, first, 0, 40);
    }
}

static void
read_one(void *context, unsigned number)
{
    read_batches(context, number);
}

static void
test_readers(uint64_t count, bool growing)
{
    for (unsigned i = 0; i < BATCH_KINDS * ELEM_SIZES; i++) {
        const batch_kind *kind = &batch_kinds[i / ELEM_SIZES];
        stock s;
        stock_init(&s, &(stock_options){.kind = kind,
                                        .elem_size = elem_sizes[i % ELEM_SIZES],
                                        .seed = 1000 + i,
                                        .count = least(count, kind->ids / 3),
                                        .growing = growing});
        crew_run(READERS, read_one, &s);
        stock_fini(&s);
    }
}

static void
test_few(void)
{
    test_readers(FEW, false);
}

static void
test_some_growing(void)
{
    test_readers(SOME, true);
}

static void
test_many(void)
{
    test_readers(MANY, false);
}

static void
test_many_growing(void)
{
    test_readers(MANY, true);
}

static void
test_pages(void)
{
    stock s;
    stock_init(&s, &(stock_options){.kind = BATCH_BITS64,
                                    .elem_size = 8,
                                    .seed = 5,
                                    .count = PAGES,
                                    .paged = true,
                                    .growing = true});
    crew_run(READERS, read_one, &s);
    stock_fini(&s);
}

/* ---- one writer after all readers, and again ------------------------------------------ */

typedef struct {
    stock s;
    pthread_barrier_t turn;
} shared;

/* By turns all read, then number 0 writes by batches, each with the others at rest. */
static void
read_and_write_by_turns(void *context, unsigned number)
{
    shared *both = context;
    for (unsigned round = 0; round < 4 * crew_rounds; round++) {
        read_batches(&both->s, number);
        pthread_barrier_wait(&both->turn);
        if (number == round % READERS) {
            size_t n = both->s.count / 3 + 1;
            stock_restamp(&both->s);
            if (both->s.count + n < both->s.kind->ids) {
                stock_put(&both->s, n);
            }
            stock_take(&both->s, n / 2);
        }
        pthread_barrier_wait(&both->turn);
    }
}

static void
test_writer(uint64_t count)
{
    for (unsigned i = 0; i < BATCH_KINDS; i++) {
        shared both;
        stock_init(&both.s, &(stock_options){.kind = &batch_kinds[i],
                                             .elem_size = elem_sizes[i % ELEM_SIZES],
                                             .seed = 2000 + i,
                                             .count = least(count, batch_kinds[i].ids / 4)});
        CHECK(pthread_barrier_init(&both.turn, NULL, READERS) == 0);
        crew_run(READERS, read_and_write_by_turns, &both);
        pthread_barrier_destroy(&both.turn);
        stock_fini(&both.s);
    }
}

static void
test_writer_after_readers_some(void)
{
    test_writer(SOME);
}

static void
test_writer_after_readers_many(void)
{
    test_writer(MANY);
}

/* ---- beside the holder of the caller's lock --------------------------------------------- */

typedef struct {
    stock s;
    pthread_mutex_t lock;
    atomic_uint readers; /* still at it */
} locked;

static bool
keep_on(void *context, double fraction)
{
    (void)context, (void)fraction;
    return true;
}

static gm_status
see_bucket(void *context, const gm_bucket_view *bucket)
{
    *(size_t *)context += bucket->chain;
    return GM_OK;
}

static void
see_step(void *context, const gm_step *step)
{
    *(size_t *)context += step->cell;
}

static void
see_restart(void *context)
{
    *(size_t *)context = 0;
}

static void
see_kept(void *context, const gm_cell *cell)
{
    (void)context, (void)cell;
}

/* Everything in gomap.h that looks at a whole map without changing what lies where. */
static void
read_whole(stock *s)
{
    gm_map *m = s->map, *other;
    gm_stats stats;
    char message[200];
    size_t sum = 0, n = gm_count(m);
    uint64_t stream = gm_stream(m);
    unsigned char *keys = malloc(n * s->kind->key_size + 1);
    unsigned char *elems = malloc(n * s->type.elem_size + 1);
    CHECK(keys != NULL && elems != NULL);
    gm_copy_out(m, keys, elems);
    CHECK_EQ(gm_read_stats(m, &stats, &(gm_progress){keep_on, NULL}), GM_OK);
    CHECK_EQ(gm_visit(m, 8, see_bucket, &sum), GM_OK);
    gm_visit_kept(m, see_kept, NULL);
    CHECK(gm_validate(m, message, sizeof message));
    CHECK_EQ(gm_clone(m, NULL, 9, &other), GM_OK);
    CHECK_EQ(gm_count(other), n);
    gm_map_free(other);
    CHECK(gm_memory(m) > n && !gm_needs_sweep(m));
    gm_rewind(m, stream);
    free(keys);
    free(elems);
}

static void
read_single(stock *s, uint64_t id)
{
    unsigned char *key = stock_keys(s, id, 1, 1);
    gm_cell cell;
    size_t sum;
    gm_trace trace = {.restart = see_restart, .see = see_step, .context = &sum};
    CHECK_EQ(gm_find(s->map, key, &cell), GM_OK);
    CHECK(cell.key != NULL);
    CHECK_EQ(gm_explain(s->map, key, &trace), GM_OK);
    gm_prefetch(s->map, key, s->kind->key_size, 1);
    CHECK_EQ(gm_random(s->map, &cell), GM_OK);
    CHECK(gm_draw(s->map) != 0 && gm_version(s->map) != 0);
    free(key);
}

/* Some of an iteration at a time: the lock goes to others with the iterator alive. */
static void
hold_lock(locked *l, unsigned number)
{
    gm_iter it = {.map = NULL};
    for (unsigned turn = 0; turn < 2 || atomic_load(&l->readers) > 0; turn++) {
        pthread_mutex_lock(&l->lock);
        gm_cell cell = {.key = NULL};
        for (unsigned i = 0; i < 50 && (i == 0 || cell.key != NULL); i++) {
            if (it.map == NULL) {
                gm_iter_init(&it, l->s.map, turn % 2);
            }
            CHECK_EQ(gm_iter_next(&it, &cell), GM_OK);
        }
        read_single(&l->s, (turn * 5 + number) % l->s.count);
        if (turn % 16 == 0) {
            read_whole(&l->s);
        }
        pthread_mutex_unlock(&l->lock);
    }
    pthread_mutex_lock(&l->lock);
    gm_iter_fini(&it);
    pthread_mutex_unlock(&l->lock);
}

static void
read_or_hold_lock(void *context, unsigned number)
{
    locked *l = context;
    if (number < 2) {
        hold_lock(l, number);
        return;
    }
    read_batches(&l->s, number);
    atomic_fetch_sub(&l->readers, 1);
}

static void
test_beside_lock(uint64_t count, bool growing)
{
    for (unsigned i = 0; i < BATCH_KINDS; i++) {
        locked l = {.readers = READERS - 2};
        stock_init(&l.s, &(stock_options){.kind = &batch_kinds[i],
                                          .elem_size = elem_sizes[i % ELEM_SIZES],
                                          .seed = 3000 + i,
                                          .count = least(count, batch_kinds[i].ids / 3),
                                          .growing = growing});
        CHECK(pthread_mutex_init(&l.lock, NULL) == 0);
        crew_run(READERS, read_or_hold_lock, &l);
        pthread_mutex_destroy(&l.lock);
        stock_fini(&l.s);
    }
}

static void
test_beside_lock_some(void)
{
    test_beside_lock(SOME, false);
}

static void
test_beside_lock_some_growing(void)
{
    test_beside_lock(SOME, true);
}

static void
test_beside_lock_many(void)
{
    test_beside_lock(MANY, false);
}

static void
test_beside_lock_many_growing(void)
{
    test_beside_lock(MANY, true);
}

static const test_case cases[] = {
    {"few", test_few},
    {"some_growing", test_some_growing},
    {"many", test_many},
    {"many_growing", test_many_growing},
    {"pages", test_pages},
    {"writer_after_readers_some", test_writer_after_readers_some},
    {"writer_after_readers_many", test_writer_after_readers_many},
    {"beside_lock_some", test_beside_lock_some},
    {"beside_lock_some_growing", test_beside_lock_some_growing},
    {"beside_lock_many", test_beside_lock_many},
    {"beside_lock_many_growing", test_beside_lock_many_growing},
    {NULL, NULL},
};
const test_group lookup_tests = {"lookups", cases};
