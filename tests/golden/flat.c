/* flat.c: see flat.h. */
#include "flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define MOST_NUMBERS 4096

static void
add_line(trace *t, char *text)
{
    static uint64_t numbers[MOST_NUMBERS];
    line l = {.kind = text[0]};
    for (char *p = text + 1, *end; *p != '\n' && *p != '\0'; p = end) {
        numbers[l.n++] = strtoull(p, &end, 10);
        CHECK(end != p && l.n < MOST_NUMBERS);
    }
    l.numbers = malloc((l.n + 1) * sizeof *l.numbers);
    memcpy(l.numbers, numbers, l.n * sizeof *l.numbers);
    if (t->n == t->room) {
        t->room = t->room * 2 + 64;
        t->lines = realloc(t->lines, t->room * sizeof *t->lines);
    }
    t->lines[t->n++] = l;
}

bool
read_trace(trace *t)
{
    static char text[MOST_NUMBERS * 21];
    unsigned floats;
    memset(t, 0, sizeof *t);
    if (fgets(text, sizeof text, stdin) == NULL) {
        return false;
    }
    CHECK_EQ(sscanf(text, "T %" SCNu64 " %" SCNu64 " %" SCNu64 " %u %63s", &t->hint, &t->key_size,
                    &t->elem_size, &floats, t->name),
             5);
    t->floats = floats != 0;
    do {
        CHECK(fgets(text, sizeof text, stdin) != NULL);
        add_line(t, text);
    } while (text[0] != 'E');
    return true;
}

void
free_trace(trace *t)
{
    for (size_t i = 0; i < t->n; i++) {
        free(t->lines[i].numbers);
    }
    free(t->lines);
}
