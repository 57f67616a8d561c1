/* crew.h: threads that begin at the same moment. */
#ifndef CREW_H
#define CREW_H

#include <pthread.h>

/* Its number is from 0 up. */
typedef void (*crew_job)(void *context, unsigned number);

/* Runs the job n times at once; returns when all have come back. */
void crew_run(unsigned n, crew_job job, void *context);

/* How often a job repeats what it does: 1 for a short run. */
extern unsigned crew_rounds;

#endif
