/* engine_batch.c: many keys at once, against the model's one by one. */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "kind.h"

#define MANY 384  /* more than two waves */
#define MOST 2048 /* at times: from 1025 on the engine looks at a sample first */

typedef struct {
    size_t n;
    uint32_t ids[MOST];
    bool negative[MOST];
    uint64_t values[MOST];
    unsigned char *keys, *elems; /* exactly as long as they must be: the sanitizer looks on */
} many;

/* ---- drawing one ---------------------------------------------------------------------------- */

static void
write_elem(const subject *s, uint64_t value, void *out)
{
    uint64_t words[2] = {value, ~value};
    memcpy(out, words, s->type.elem_size);
}

/* A NaN of that number that neither the map nor the batch has yet. */
static bool
is_fresh_nan(const subject *s, const many *b, uint32_t id)
{
    for (size_t i = 0; i < b->n; i++) {
        if (b->ids[i] == id) {
            return false;
        }
    }
    return !s->entries[id].alive;
}

static void
draw_ids(engine *e, many *b)
{
    uint64_t n = engine_draw(e, MANY), step = 1 + engine_draw(e, 7);
    uint64_t nan_every = engine_draw(e, 16), signs = engine_draw(e, 256);
    uint32_t at = engine_draw_id(e);
    if (n >= MANY - 8) {
        n = MOST - 100 * (MANY - n);
    }
    if (e->w != NULL && e->w->on) { /* a picture of the map for every key */
        n %= 48;
    }
    while (b->n < n) {
        uint32_t id = (uint32_t)((at + b->n * step) % e->s->bucket_ids);
        bool is_nan = e->s->sort->has_nan && nan_every > 1 && b->n % nan_every == 1;
        if (is_nan && is_fresh_nan(e->s, b, NAN_IDS + id)) {
            id += NAN_IDS;
        }
        b->negative[b->n] = (signs >> b->n % 8 & 1) != 0;
        b->ids[b->n++] = id;
    }
}

static many *
draw_many(engine *e)
{
    const size_t key_size = e->s->type.kind->key_size, elem_size = e->s->type.elem_size;
    many *b = calloc(1, sizeof *b);
    CHECK(b != NULL);
    draw_ids(e, b);
    b->keys = malloc(b->n * key_size);
    b->elems = malloc(b->n * elem_size);
    CHECK(b->keys != NULL && b->elems != NULL);
    for (size_t i = 0; i < b->n; i++) {
        e->s->sort->write(b->keys + i * key_size, b->ids[i], b->negative[i], 0);
    }
    return b;
}

static void
free_many(many *b)
{
    free(b->keys);
    free(b->elems);
    free(b);
}

/* ---- writes ------------------------------------------------------------------------------------ */

static uint64_t
mask_of(const subject *s)
{
    return s->type.elem_size >= 8 ? UINT64_MAX : (UINT64_C(1) << 8 * s->type.elem_size) - 1;
}

#define ADDER(bits)                                      \
    static bool add##bits(void *elem, const void *delta) \
    {                                                    \
        uint##bits##_t x, d;                             \
        memcpy(&x, elem, sizeof x);                      \
        memcpy(&d, delta, sizeof d);                     \
        if ((uint##bits##_t)(x + d) < d) {               \
            return false;                                \
        }                                                \
        x = (uint##bits##_t)(x + d);                     \
        memcpy(elem, &x, sizeof x);                      \
        return true;                                     \
    }

ADDER(8)
ADDER(16)
ADDER(32)
ADDER(64)

/* The second word is the first's complement, as in every wide element here. */
static bool
add128(void *elem, const void *delta)
{
    uint64_t words[2];
    bool fits = add64(elem, delta);
    memcpy(words, elem, sizeof words);
    words[1] = ~words[0];
    memcpy(elem, words, sizeof words);
    return fits;
}

static gm_add
adder_of(const subject *s)
{
    switch (s->type.elem_size) {
    case 1:
        return add8;
    case 2:
        return add16;
    case 4:
        return add32;
    case 8:
        return add64;
    default:
        return add128;
    }
}

/* What the model says of one key: false when the sum would not fit. */
static bool
put_one(subject *s, const many *b, size_t i, const gm_writes *w, uint64_t zero)
{
    model_entry *m = &s->entries[b->ids[i]];
    uint64_t value = b->values[w->stride == 0 ? 0 : i], mask = mask_of(s);
    bool was_there = m->alive;
    if (w->add != NULL) {
        uint64_t from = (was_there ? m->value : zero) & mask;
        if (from > mask - (value & mask)) {
            return false;
        }
        value = from + (value & mask);
    }
    CHECK(w->inserted == NULL || (w->inserted[i / 8] >> i % 8 & 1) == !was_there);
    m->value = value;
    if (!was_there) {
        m->alive = true;
        m->born = ++s->births;
        s->count++;
    }
    if (!was_there || w->add == NULL || !w->keeps_keys) {
        m->negative = b->negative[i];
    }
    return true;
}

static gm_status
write_many(engine *e, many *b, gm_writes *w, uint64_t zero)
{
    subject *s = e->s;
    gm_status status = gm_assign_many(s->map, w);
    CHECK(w->done <= w->n);
    CHECK_EQ(status == GM_OK, w->done == w->n);
    for (size_t i = 0; i < w->done; i++) {
        CHECK(put_one(s, b, i, w, zero));
    }
    for (size_t i = w->done; w->inserted != NULL && i < w->n; i++) {
        CHECK((w->inserted[i / 8] >> i % 8 & 1) == 0);
    }
    if (status == GM_RANGE) {
        gm_writes silent = *w;
        silent.inserted = NULL;
        CHECK(w->add != NULL && !put_one(s, b, w->done, &silent, zero));
        return GM_OK;
    }
    return status;
}

static gm_status
assign_or_add(engine *e, bool adds)
{
    subject *s = e->s;
    many *b = draw_many(e);
    uint64_t how = engine_draw(e, 16), size = how & 8 ? mask_of(s) : 20, zero = how & 1 ? 5 : 0;
    unsigned char zero_elem[GM_MAX_ELEM_SIZE];
    uint8_t *bits = how & 2 ? calloc(1, b->n / 8 + 1) : NULL;
    for (size_t i = 0; i < b->n; i++) {
        b->values[i] = gm_splitmix(&s->rng) % size;
        write_elem(s, b->values[i], b->elems + i * s->type.elem_size);
    }
    write_elem(s, zero, zero_elem);
    gm_writes w = {
        .keys = b->keys,
        .n = b->n,
        .values = b->elems,
        .stride = how & 4 ? 0 : s->type.elem_size,
        .add = adds ? adder_of(s) : NULL,
        .zero = zero_elem,
        .inserted = bits,
        .keeps_keys = how & 1,
    };
    gm_status status = write_many(e, b, &w, zero);
    free(bits);
    free_many(b);
    return status;
}

gm_status
engine_assign_many(engine *e)
{
    return assign_or_add(e, false);
}

gm_status
engine_add_many(engine *e)
{
    return assign_or_add(e, true);
}

/* ---- reads, deletes ------------------------------------------------------------------------------ */

void
engine_find_many(engine *e)
{
    subject *s = e->s;
    const size_t elem_size = s->type.elem_size;
    many *b = draw_many(e);
    uint64_t how = engine_draw(e, 4);
    unsigned char zero[GM_MAX_ELEM_SIZE];
    bool *found = malloc(b->n * sizeof *found);
    write_elem(s, 77, zero);
    gm_find_many(s->map, &(gm_lookups){b->keys, b->n, how & 1 ? NULL : b->elems, zero,
                                       how & 2 ? NULL : found});
    for (size_t i = 0; i < b->n; i++) {
        bool is_there = b->ids[i] < NAN_IDS && s->entries[b->ids[i]].alive;
        const unsigned char *elem = b->elems + i * elem_size;
        unsigned char want[GM_MAX_ELEM_SIZE];
        write_elem(s, is_there ? s->entries[b->ids[i]].value : 77, want);
        CHECK(how & 1 || memcmp(elem, want, elem_size) == 0);
        CHECK(how & 2 || found[i] == is_there);
    }
    free(found);
    free_many(b);
}

gm_status
engine_delete_many(engine *e)
{
    subject *s = e->s;
    many *b = draw_many(e);
    size_t removed, gone = 0;
    gm_status status = gm_delete_many(s->map, b->keys, b->n, &removed);
    for (size_t i = 0; i < b->n && gone < removed; i++) {
        model_entry *m = &s->entries[b->ids[i]];
        if (b->ids[i] < NAN_IDS && m->alive) {
            m->alive = false;
            s->count--;
            gone++;
        }
    }
    CHECK_EQ(gone, removed);
    for (size_t i = 0; i < b->n && status == GM_OK; i++) {
        CHECK(b->ids[i] >= NAN_IDS || !s->entries[b->ids[i]].alive);
    }
    free_many(b);
    return status;
}
