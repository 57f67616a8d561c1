/* crew.c: see crew.h. */
#include "crew.h"

#include "check.h"

#define MOST 16

typedef struct {
    crew_job job;
    void *context;
    unsigned number;
    pthread_barrier_t *start;
    pthread_t thread;
} member;

unsigned crew_rounds = 1;

static void *
begin(void *argument)
{
    const member *me = argument;
    pthread_barrier_wait(me->start);
    me->job(me->context, me->number);
    return NULL;
}

void
crew_run(unsigned n, crew_job job, void *context)
{
    member crew[MOST];
    pthread_barrier_t start;
    CHECK(n <= MOST && pthread_barrier_init(&start, NULL, n) == 0);
    for (unsigned i = 0; i < n; i++) {
        crew[i] = (member){.job = job, .context = context, .number = i, .start = &start};
        CHECK(pthread_create(&crew[i].thread, NULL, begin, &crew[i]) == 0);
    }
    for (unsigned i = 0; i < n; i++) {
        CHECK(pthread_join(crew[i].thread, NULL) == 0);
    }
    CHECK(pthread_barrier_destroy(&start) == 0);
}
