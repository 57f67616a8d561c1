/* pause_gomap.c: the engine as a table of pause.c, its dealings with memory timed. */
#include <stdlib.h>

#include "gomap.h"
#include "pause.h"

pause_memory pause_spent;

static void *
timed_alloc(void *context, size_t size)
{
    int64_t start = pause_now();
    void *memory = gm_system_memory.alloc(context, size);
    pause_spent.alloc_ns += pause_now() - start;
    pause_spent.allocated += size;
    return memory;
}

static void
timed_release(void *context, void *memory, size_t size)
{
    int64_t start = pause_now();
    gm_system_memory.release(context, memory, size);
    pause_spent.release_ns += pause_now() - start;
    pause_spent.released += size;
}

static void
timed_discard(void *context, void *memory, size_t size)
{
    int64_t start = pause_now();
    gm_system_memory.discard(context, memory, size);
    pause_spent.release_ns += pause_now() - start;
    pause_spent.released += size;
}

/* The system's memory, timed. */
static gm_allocator
timed(void)
{
    gm_allocator allocator = gm_system_memory;
    allocator.alloc = timed_alloc;
    allocator.release = timed_release;
    if (allocator.discard != NULL) {
        allocator.discard = timed_discard;
    }
    return allocator;
}

static void *
make(uint64_t seed)
{
    static const gm_type type = {
        .kind = &gm_kind_bits64, .elem_size = 8, .go_key_size = 8, .go_elem_size = 8};
    static gm_allocator allocator;
    allocator = timed();
    const gm_options options = {
        .type = &type, .allocator = &allocator, .seed = seed, .fixed_seed = true};
    gm_map *m;
    return gm_map_new(&options, &m) == GM_OK ? m : NULL;
}

static void
insert(void *table, uint64_t key)
{
    gm_cell cell;
    if (gm_assign(table, &key, &cell) != GM_OK) {
        abort();
    }
    *(uint64_t *)cell.elem = key;
}

const pause_table pause_gomap = {"gomap", make, insert};
