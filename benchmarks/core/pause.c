/* pause.c: how long does each single insert take while a table grows?
 *
 *     pause [--used-heap] gomap|absl [n [runs [FILE]]]
 *
 * Every run is a process of its own, forked before anything was allocated for the
 * table, so that its memory is as cold as a user's.  The clock is read once an
 * insert (some 20 ns, left in the figures).  A table's own pauses come at the same
 * insert in every run, since seed and keys are the same; what the machine does
 * meanwhile does not: "least" is, insert by insert, the least of all runs.
 *
 * A last run looks closely at the inserts that were longest: page faults, time in
 * the kernel, involuntary switches, and what the engine's allocator took.  With FILE
 * there is no such run; it gets all times, run after run, as 32-bit integers of
 * nanoseconds.  "no inserts" is the clock alone for as long as the run took: the longest
 * it stood still, and how often for 0.1 ms.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pause.h"

#define SEED UINT64_C(20260101)
#define TOP 16
#define NOTABLE 100000 /* ns */

typedef struct {
    const pause_table *table;
    uint64_t *keys;
    size_t n;
    bool used_heap; /* the process has freed large blocks before */
} workload;

/* How long the clock stood still without inserts: at worst, and how often notably. */
typedef struct {
    int64_t worst, notable;
} idle;

/* One of the longest inserts, and what it did when looked at. */
typedef struct {
    size_t at;
    uint32_t least;
    int64_t ns, user_us, system_us;
    long faults, switches;
    pause_memory memory;
} suspect;

int64_t
pause_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t
next_key(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Memory that children share with their parent, touched. */
static void *
shared(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return memset(memory, 1, bytes);
}

static uint32_t
clamped(int64_t ns)
{
    return ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

/* glibc takes blocks of up to 32 MB from its heap once one of that size was freed, as
 * in most processes that have run for a while: memory that calloc must zero. */
static void
use_heap(void)
{
    for (int i = 0; i < 2; i++) {
        size_t size = (size_t)24 << 20;
        void *volatile block = malloc(size);
        if (block != NULL) {
            memset(block, 1, size);
            free(block);
        }
    }
}

static void *
fresh_table(const workload *w)
{
    if (w->used_heap) {
        use_heap();
    }
    return w->table->make(SEED);
}

static void
time_all(const workload *w, uint32_t *times)
{
    void *table = fresh_table(w);
    int64_t last = pause_now();
    for (size_t i = 0; i < w->n; i++) {
        w->table->insert(table, w->keys[i]);
        int64_t now = pause_now();
        times[i] = clamped(now - last);
        last = now;
    }
}

/* The clock alone, for so long: what the machine does by itself. */
static idle
time_nothing(int64_t duration)
{
    idle result = {0, 0};
    int64_t start = pause_now(), last = start;
    while (last - start < duration) {
        int64_t now = pause_now(), gap = now - last;
        result.worst = gap > result.worst ? gap : result.worst;
        result.notable += gap >= NOTABLE;
        last = now;
    }
    return result;
}

static int64_t
microseconds(struct timeval t)
{
    return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

static void
look_at(const workload *w, void *table, suspect *s)
{
    struct rusage before, after;
    memset(&pause_spent, 0, sizeof pause_spent);
    getrusage(RUSAGE_SELF, &before);
    int64_t start = pause_now();
    w->table->insert(table, w->keys[s->at]);
    s->ns = pause_now() - start;
    getrusage(RUSAGE_SELF, &after);
    s->faults = after.ru_minflt - before.ru_minflt;
    s->switches = after.ru_nivcsw - before.ru_nivcsw;
    s->user_us = microseconds(after.ru_utime) - microseconds(before.ru_utime);
    s->system_us = microseconds(after.ru_stime) - microseconds(before.ru_stime);
    s->memory = pause_spent;
}

/* `suspects` are in the order of their inserts. */
static void
look_at_all(const workload *w, suspect *suspects)
{
    void *table = fresh_table(w);
    size_t next = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (next < TOP && suspects[next].at == i) {
            look_at(w, table, &suspects[next++]);
        }
        else {
            w->table->insert(table, w->keys[i]);
        }
    }
}

static bool
in_child(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        return true;
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr, "a run failed\n");
        exit(1);
    }
    return false;
}

static int
by_time(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* In a child: qsort may take memory, which a later run would find in its heap. */
static void
print_percentiles(const char *name, const uint32_t *times, size_t n, uint32_t *scratch)
{
    static const double shares[] = {0.5, 0.99, 0.999, 0.9999, 0.99999};
    if (!in_child()) {
        return;
    }
    memcpy(scratch, times, n * sizeof *times);
    qsort(scratch, n, sizeof *scratch, by_time);
    printf("%-12s", name);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        printf(" %10.3f", scratch[(size_t)(shares[i] * (double)(n - 1) + 0.5)] / 1e3);
    }
    printf(" %10.3f\n", scratch[n - 1] / 1e3);
    fflush(stdout);
    _exit(0);
}

/* The TOP longest, in the order of their inserts. */
static void
find_suspects(const uint32_t *least, size_t n, suspect *suspects)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (found < TOP) {
            suspects[found++] = (suspect){.at = i, .least = least[i]};
            continue;
        }
        size_t shortest = 0;
        for (size_t j = 1; j < TOP; j++) {
            if (suspects[j].least < suspects[shortest].least) {
                shortest = j;
            }
        }
        if (least[i] > suspects[shortest].least) {
            memmove(&suspects[shortest], &suspects[shortest + 1],
                    (TOP - 1 - shortest) * sizeof *suspects);
            suspects[TOP - 1] = (suspect){.at = i, .least = least[i]};
        }
    }
}

static void
print_suspects(const suspect *suspects)
{
    printf("\nThe longest by their least time, and a look at each (us; MB):\n");
    printf("%10s %10s %10s %8s %8s %8s %8s %6s %10s %10s\n", "insert", "least", "looked", "alloc",
           "MB", "release", "MB", "faults", "in kernel", "switched");
    for (size_t i = 0; i < TOP; i++) {
        const suspect *s = &suspects[i];
        printf("%10zu %10.1f %10.1f %8.1f %8.2f %8.1f %8.2f %6ld %10lld %10ld\n", s->at,
               s->least / 1e3, (double)s->ns / 1e3, (double)s->memory.alloc_ns / 1e3,
               (double)s->memory.allocated / 1e6, (double)s->memory.release_ns / 1e3,
               (double)s->memory.released / 1e6, s->faults, (long long)s->system_us, s->switches);
    }
}

/* One run in a process of its own. */
static void
run_once(const workload *w, uint32_t *times, idle *machine)
{
    if (in_child()) {
        int64_t start = pause_now();
        time_all(w, times);
        *machine = time_nothing(pause_now() - start);
        _exit(0);
    }
}

/* Runs, prints and returns the least times. */
static uint32_t *
run_all(const workload *w, int runs, FILE *file)
{
    size_t bytes = w->n * sizeof(uint32_t);
    uint32_t *times = shared(bytes), *scratch = shared(bytes), *least = shared(bytes);
    idle *machine = shared(sizeof *machine);
    memset(least, 0xff, bytes);
    printf("%s, %zu inserts, us:\n%-12s %10s %10s %10s %10s %10s %10s\n", w->table->name, w->n, "",
           "p50", "p99", "p99.9", "p99.99", "p99.999", "worst");
    for (int run = 0; run < runs; run++) {
        run_once(w, times, machine);
        print_percentiles("a run", times, w->n, scratch);
        printf("no inserts %67.3f %lld\n", (double)machine->worst / 1e3,
               (long long)machine->notable);
        for (size_t i = 0; i < w->n; i++) {
            least[i] = times[i] < least[i] ? times[i] : least[i];
        }
        if (file != NULL && fwrite(times, 1, bytes, file) != bytes) {
            perror("write");
            exit(1);
        }
    }
    print_percentiles("least", least, w->n, scratch);
    return least;
}

static const pause_table *
table_named(const char *name)
{
#ifdef PAUSE_ABSL
    if (strcmp(name, "absl") == 0) {
        return &pause_absl;
    }
#endif
    if (strcmp(name, "gomap") == 0) {
        return &pause_gomap;
    }
    fprintf(stderr, "no table is called %s here\n", name);
    exit(2);
}

int
main(int argc, char **argv)
{
    workload w = {.used_heap = argc > 1 && strcmp(argv[1], "--used-heap") == 0, .n = 10000000};
    argc -= w.used_heap;
    argv += w.used_heap;
    w.table = table_named(argc > 1 ? argv[1] : "gomap");
    w.n = argc > 2 ? (size_t)strtod(argv[2], NULL) : w.n;
    int runs = argc > 3 ? atoi(argv[3]) : 3;
    FILE *file = argc > 4 ? fopen(argv[4], "wb") : NULL;
    if (w.n < TOP || runs < 1 || (argc > 4 && file == NULL)) {
        fprintf(stderr, "at least %d inserts, one run, and a file that can be written\n", TOP);
        return 2;
    }
    w.keys = shared(w.n * sizeof *w.keys);
    uint64_t state = SEED;
    for (size_t i = 0; i < w.n; i++) {
        w.keys[i] = next_key(&state);
    }
    uint32_t *least = run_all(&w, runs, file);
    if (file != NULL) {
        return fclose(file) != 0;
    }
    suspect *suspects = shared(TOP * sizeof *suspects);
    find_suspects(least, w.n, suspects);
    if (in_child()) {
        look_at_all(&w, suspects);
        _exit(0);
    }
    print_suspects(suspects);
    return 0;
}
