/* test_record_witness.h: a recorder that believes no event.
 *
 * It keeps a picture of the whole map and takes another one with every event:
 * they must differ in what the event says and in nothing else.  So what is told
 * is true; and when a picture taken after an operation is the last event's,
 * nothing was left untold.
 */
#ifndef TEST_RECORD_WITNESS_H
#define TEST_RECORD_WITNESS_H

#include "gomap.h"
#include "keys.h"
#include "memory.h"
#include "table.h"

typedef struct {
    bool old;
    size_t chain, position;
    uint8_t top[GM_BUCKET_CELLS]; /* emptyOne as emptyRest */
    uint32_t id[GM_BUCKET_CELLS]; /* of entries */
} bucket_note;

#define NOTES 2048

typedef struct {
    gm_header header;
    size_t n;
    bucket_note notes[NOTES];
} picture;

typedef struct {
    gm_event_kind kind;
    bool in_old;
    size_t bucket, position;
    uint8_t cell;
    size_t moved[2];
    uint32_t id; /* of its key, if it has one */
} told_event;

#define TOLD 256

typedef struct {
    gm_map *map;
    const key_sort *sort;
    const test_memory *memory;
    bool on;
    size_t recorder_bytes; /* what recording takes, beside the map's own memory */
    picture before, now;
    uint64_t counts[GM_REBUILT + 1];
    /* the events since witness_forget, as letters, the first TOLD of them */
    char letters[TOLD + 1];
    told_event events[TOLD];
    size_t told;
} witness;

/* Begins to record.  New; free() it after the map. */
witness *witness_new(gm_map *m, const key_sort *sort, const test_memory *memory);
/* The same, of a table that it makes: seed 7. */
witness *witness_of_table(table *t, const key_sort *sort, uint64_t hint);
void witness_start(witness *w);
void witness_stop(witness *w);
/* Between operations: nothing has happened that was not told. */
void witness_check(witness *w);
void witness_forget(witness *w);
/* The events since, one letter each, were these; they are forgotten. */
void witness_expect(witness *w, const char *letters);

void picture_take(picture *out, gm_map *m, const key_sort *sort);

/* A assigned, U updated, D deleted, C cleared, R reseeded, G grows, S the same
 * size, E evacuated, F grown (finished), B rebuilt */
#define WITNESS_LETTERS "AUDCRGSEFB"

#endif
