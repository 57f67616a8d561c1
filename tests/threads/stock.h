/* stock.h: a map whose elements follow from the ids of their keys, so that any
 * thread can say what a lookup must find.
 *
 * It holds the ids below `count`; those from there up are absent.  The keys of a
 * kind are numbered as in test_batch_twins.h.
 */
#ifndef STOCK_H
#define STOCK_H

#include "gomap.h"
#include "memory.h"
#include "test_batch_twins.h"

typedef struct {
    const batch_kind *kind;
    uint16_t elem_size;
    uint64_t seed, count;
    bool growing; /* filled on until it is */
    bool paged;   /* memory from the system, not from a counting allocator */
} stock_options;

typedef struct {
    const batch_kind *kind;
    gm_type type;
    gm_map *map;
    test_memory memory;
    bool paged;
    uint64_t count;
    unsigned char stamp; /* elements depend on it, too */
} stock;

/* `out` keeps its address for the map's life. */
void stock_init(stock *out, const stock_options *options);
/* Checks the map and frees it; nothing may be left. */
void stock_fini(stock *s);

/* Keys of n ids from `first` on, `step` apart, side by side; the caller frees them. */
unsigned char *stock_keys(const stock *s, uint64_t first, uint64_t step, size_t n);
/* Elements of the ids of stock_keys, with the stock's stamp. */
unsigned char *stock_elems(const stock *s, uint64_t first, uint64_t step, size_t n);
/* Is that what a lookup of these ids gives? */
void stock_check_found(const stock *s, uint64_t first, uint64_t step, size_t n,
                       const unsigned char *elems, const bool *found);
/* Looks these ids up in one batch and checks what it gives. */
void stock_look_up(const stock *s, uint64_t first, uint64_t step, size_t n);

/* One batch each: every element by a new stamp; n new ids at the end; those gone again. */
void stock_restamp(stock *s);
void stock_put(stock *s, size_t n);
void stock_take(stock *s, size_t n);

#endif
