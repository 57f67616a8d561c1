/* pause.h: a table whose inserts pause.c times one by one. */
#ifndef PAUSE_H
#define PAUSE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const char *name;
    void *(*make)(uint64_t seed);              /* empty, small, growing as it fills */
    void (*insert)(void *table, uint64_t key); /* the key's element is the key */
} pause_table;

extern const pause_table pause_gomap;
#ifdef PAUSE_ABSL
extern const pause_table pause_absl;
#endif

/* What the table spent on memory since this was last set to zero; tables that
 * cannot tell leave it alone. */
typedef struct {
    int64_t alloc_ns, release_ns;
    uint64_t allocated, released; /* bytes */
} pause_memory;

extern pause_memory pause_spent;

int64_t pause_now(void); /* ns */

#ifdef __cplusplus
}
#endif
#endif
