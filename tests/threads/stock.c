/* stock.c: see stock.h. */
#include "stock.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define ABSENT 0xee

static void
write_elem(unsigned char *elem, size_t size, uint64_t id, unsigned char stamp)
{
    for (size_t i = 0; i < size; i++) {
        elem[i] = (unsigned char)(id + (id >> 8) + i * 31 + stamp);
    }
}

unsigned char *
stock_keys(const stock *s, uint64_t first, uint64_t step, size_t n)
{
    unsigned char *keys = malloc(n * s->kind->key_size + 1);
    CHECK(keys != NULL);
    for (size_t i = 0; i < n; i++) {
        s->kind->write(keys + i * s->kind->key_size, first + i * step);
    }
    return keys;
}

unsigned char *
stock_elems(const stock *s, uint64_t first, uint64_t step, size_t n)
{
    const size_t size = s->type.elem_size;
    unsigned char *elems = malloc(n * size + 1);
    CHECK(elems != NULL);
    for (size_t i = 0; i < n; i++) {
        write_elem(elems + i * size, size, first + i * step, s->stamp);
    }
    return elems;
}

void
stock_check_found(const stock *s, uint64_t first, uint64_t step, size_t n,
                  const unsigned char *elems, const bool *found)
{
    const size_t size = s->type.elem_size;
    unsigned char expected[GM_MAX_ELEM_SIZE];
    for (size_t i = 0; i < n; i++) {
        const uint64_t id = first + i * step;
        if (id < s->count) {
            write_elem(expected, size, id, s->stamp);
        }
        else {
            memset(expected, ABSENT, size);
        }
        CHECK_EQ(found[i], id < s->count);
        CHECK(memcmp(elems + i * size, expected, size) == 0);
    }
}

void
stock_look_up(const stock *s, uint64_t first, uint64_t step, size_t n)
{
    unsigned char zero[GM_MAX_ELEM_SIZE], *keys = stock_keys(s, first, step, n);
    unsigned char *elems = malloc(n * s->type.elem_size + 1);
    bool *found = malloc(n + 1);
    CHECK(elems != NULL && found != NULL);
    memset(zero, ABSENT, sizeof zero);
    gm_find_many(s->map, &(gm_lookups){keys, n, elems, zero, found});
    stock_check_found(s, first, step, n, elems, found);
    free(keys);
    free(elems);
    free(found);
}

static void
assign(stock *s, uint64_t first, size_t n)
{
    unsigned char *keys = stock_keys(s, first, 1, n), *elems = stock_elems(s, first, 1, n);
    gm_writes batch = {.keys = keys, .n = n, .values = elems, .stride = s->type.elem_size};
    CHECK_EQ(gm_assign_many(s->map, &batch), GM_OK);
    CHECK_EQ(batch.done, n);
    free(keys);
    free(elems);
}

void
stock_restamp(stock *s)
{
    s->stamp++;
    assign(s, 0, s->count);
}

void
stock_put(stock *s, size_t n)
{
    assign(s, s->count, n);
    s->count += n;
}

void
stock_take(stock *s, size_t n)
{
    size_t removed = 0;
    s->count -= n;
    unsigned char *keys = stock_keys(s, s->count, 1, n);
    CHECK_EQ(gm_delete_many(s->map, keys, n, &removed), GM_OK);
    CHECK_EQ(removed, n);
    free(keys);
}

void
stock_init(stock *out, const stock_options *options)
{
    const uint16_t key_size = options->kind->key_size;
    memset(out, 0, sizeof *out);
    memory_init(&out->memory);
    out->kind = options->kind;
    out->paged = options->paged;
    out->type = (gm_type){.kind = options->kind->kind,
                          .elem_size = options->elem_size,
                          .go_key_size = key_size,
                          .go_elem_size = options->elem_size};
    gm_options made = {.type = &out->type,
                       .allocator = out->paged ? &gm_system_memory : &out->memory.allocator,
                       .seed = options->seed};
    CHECK_EQ(gm_map_new(&made, &out->map), GM_OK);
    stock_put(out, options->count);
    CHECK_EQ(gm_finish_growth(out->map), GM_OK);
    while (options->growing && !gm_is_growing(out->map)) {
        stock_put(out, 1);
    }
}

void
stock_fini(stock *s)
{
    char message[200];
    if (!gm_validate(s->map, message, sizeof message)) {
        check_failed(__FILE__, __LINE__, message);
    }
    CHECK_EQ(gm_count(s->map), s->count);
    gm_map_free(s->map);
    memory_check_empty(&s->memory);
}
