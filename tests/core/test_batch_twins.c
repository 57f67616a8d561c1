/* test_batch_twins.c: see test_batch_twins.h. */
#include "test_batch_twins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "hash.h"
#include "kind_swar.h"
#include "layout.h"

/* ---- keys ------------------------------------------------------------------------------ */

#define INTEGER_KEY(bits)                              \
    static void write##bits(void *slot, uint64_t id)   \
    {                                                  \
        uint##bits##_t key = (uint##bits##_t)(id * 3); \
        memcpy(slot, &key, sizeof key);                \
    }

INTEGER_KEY(8)
INTEGER_KEY(16)
INTEGER_KEY(32)
INTEGER_KEY(64)

static double
number_of(uint64_t id)
{
    uint64_t bits = UINT64_C(0x7ff8000000000000) | (id - ZERO_ID);
    double x;
    if (id < ZERO_ID) {
        return (double)(id + 1);
    }
    memcpy(&x, &bits, sizeof x);
    return id == ZERO_ID ? 0.0 : id == MINUS_ZERO_ID ? -0.0 : x;
}

static void
write_float32(void *slot, uint64_t id)
{
    uint32_t nan_bits = UINT32_C(0x7fc00000) | (uint32_t)(id - ZERO_ID);
    float x = id < NAN_ID ? (float)number_of(id) : 1;
    memcpy(slot, id < NAN_ID ? (void *)&x : (void *)&nan_bits, sizeof x);
}

static void
write_float64(void *slot, uint64_t id)
{
    double x = number_of(id);
    memcpy(slot, &x, sizeof x);
}

/* The id lies in the real part, or in the imaginary. */
static void
write_complex(void *slot, uint64_t id)
{
    gm_complex128 z = {2.5, 2.5};
    *(id % 4 < 2 ? &z.real : &z.imag) = number_of(id);
    memcpy(slot, &z, sizeof z);
}

const batch_kind batch_kinds[BATCH_KINDS] = {
    {"bits8", &gm_kind_bits8, 1, 1 << 8, write8},
    {"bits16", &gm_kind_bits16, 2, 1 << 16, write16},
    {"bits32", &gm_kind_bits32, 4, 1 << 24, write32},
    {"bits64", &gm_kind_bits64, 8, 1 << 24, write64},
    {"swar_bits64", &gm_kind_swar_bits64, 8, 1 << 24, write64},
    {"float32", &gm_kind_float32, 4, 1 << 23, write_float32},
    {"float64", &gm_kind_float64, 8, 1 << 24, write_float64},
    {"complex128", &gm_kind_complex128, 16, 1 << 24, write_complex},
};

static key_set
keys_new(twins *t, size_t n, size_t stride)
{
    size_t bytes = n == 0 ? 0 : (n - 1) * stride + t->elem_size;
    key_set k = {n, stride, malloc(n * t->kind->key_size + 1), malloc(bytes + 1)};
    CHECK(k.keys != NULL && k.values != NULL);
    for (size_t i = 0; i < bytes; i++) {
        k.values[i] = (unsigned char)twins_draw(t, 256);
    }
    return k;
}

key_set
keys_drawn(twins *t, size_t n, uint64_t range, size_t stride)
{
    key_set k = keys_new(t, n, stride);
    for (size_t i = 0; i < n; i++) {
        bool special = twins_draw(t, 16) == 0;
        uint64_t id = special ? ZERO_ID + twins_draw(t, SPECIAL_IDS) : twins_draw(t, range);
        t->kind->write(k.keys + i * t->kind->key_size, id);
    }
    return k;
}

key_set
keys_from(twins *t, size_t n, uint64_t first)
{
    key_set k = keys_new(t, n, t->elem_size);
    for (size_t i = 0; i < n; i++) {
        t->kind->write(k.keys + i * t->kind->key_size, first + i);
    }
    return k;
}

void
keys_free(key_set *k)
{
    free(k->keys);
    free(k->values);
}

const void *
key_of(const twins *t, const key_set *k, size_t i)
{
    return k->keys + i * t->kind->key_size;
}

const void *
value_of(const key_set *k, size_t i)
{
    return k->values + i * k->stride;
}

/* ---- elements ---------------------------------------------------------------------------- */

#define ADDER(bits)                                      \
    static bool add##bits(void *elem, const void *delta) \
    {                                                    \
        uint##bits##_t a, b;                             \
        memcpy(&a, elem, sizeof a);                      \
        memcpy(&b, delta, sizeof b);                     \
        a = (uint##bits##_t)(a + b);                     \
        memcpy(elem, &a, sizeof a);                      \
        return true;                                     \
    }

ADDER(8)
ADDER(16)
ADDER(32)
ADDER(64)

static bool
add128(void *elem, const void *delta)
{
    return add64(elem, delta) && add64((char *)elem + 8, (const char *)delta + 8);
}

gm_add
adder_of(size_t elem_size)
{
    switch (elem_size) {
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

/* ---- life ---------------------------------------------------------------------------------- */

static void
twin_init(twin *w, const twins_options *options)
{
    memory_init(&w->memory);
    w->type = (gm_type){options->kind->kind, NULL, options->elem_size, options->kind->key_size,
                        options->elem_size};
    gm_options o = {&w->type,      &w->memory.allocator,
                    options->seed, options->fixed_seed,
                    options->hint, NULL,
                    NULL,          false};
    CHECK_EQ(gm_map_new(&o, &w->map), GM_OK);
}

void
twins_init(twins *out, const twins_options *options)
{
    out->kind = options->kind;
    out->elem_size = options->elem_size;
    out->rng = options->seed ^ 0xba7c4;
    twin_init(&out->many, options);
    twin_init(&out->one, options);
}

uint64_t
twins_draw(twins *t, uint64_t below)
{
    return gm_splitmix(&t->rng) % below;
}

static void
twin_check(const twin *w)
{
    char message[200];
    if (!gm_validate(w->map, message, sizeof message)) {
        check_failed(__FILE__, __LINE__, message);
    }
    CHECK_EQ(gm_memory(w->map), w->memory.outstanding);
}

void
twins_fini(twins *t)
{
    twins_check(t);
    gm_map_free(t->many.map);
    gm_map_free(t->one.map);
    memory_check_empty(&t->many.memory);
    memory_check_empty(&t->one.memory);
}

/* ---- contents ------------------------------------------------------------------------------ */

#define ROW (GM_MAX_KEY_SIZE + GM_MAX_ELEM_SIZE)

static int
compare_rows(const void *a, const void *b)
{
    return memcmp(a, b, ROW);
}

/* Entries that no lookup finds (NaN) as rows of bytes, in the order of their bits;
 * the others must be in `other` as they are here. */
static unsigned char *
compare_found(const twin *w, gm_map *other, size_t *rows_left)
{
    unsigned char *rows = calloc(gm_count(w->map) + 1, ROW);
    size_t seen = 0, n = 0;
    gm_walk walk;
    gm_cell cell, same;
    CHECK(rows != NULL);
    gm_walk_init(&walk, w->map);
    for (; gm_walk_next(&walk, &cell); seen++) {
        CHECK(seen < gm_count(w->map));
        if (!w->map->kind->is_reflexive(cell.key)) {
            memcpy(rows + n * ROW, cell.key, w->map->key_size);
            memcpy(rows + n++ * ROW + GM_MAX_KEY_SIZE, cell.elem, w->map->elem_size);
            continue;
        }
        CHECK_EQ(gm_find(other, cell.key, &same), GM_OK);
        CHECK(same.key != NULL);
        CHECK(memcmp(same.key, cell.key, w->map->key_size) == 0);
        CHECK(memcmp(same.elem, cell.elem, w->map->elem_size) == 0);
    }
    CHECK_EQ(seen, gm_count(w->map));
    qsort(rows, n, ROW, compare_rows);
    *rows_left = n;
    return rows;
}

void
twins_check(const twins *t)
{
    size_t n_many, n_one;
    twin_check(&t->many);
    twin_check(&t->one);
    CHECK_EQ(gm_count(t->many.map), gm_count(t->one.map));
    unsigned char *many = compare_found(&t->many, t->one.map, &n_many);
    unsigned char *one = compare_found(&t->one, t->many.map, &n_one);
    CHECK_EQ(n_many, n_one);
    CHECK(memcmp(many, one, n_one * ROW) == 0);
    free(many);
    free(one);
}

gm_stats
map_stats(const gm_map *m)
{
    gm_stats stats;
    gm_read_stats(m, &stats, NULL);
    return stats;
}

typedef struct {
    const gm_map *map;
    uint64_t sum;
} digest;

static void
digest_bytes(digest *d, const void *bytes, size_t n)
{
    d->sum = gm_hash_bytes(bytes, n, d->sum);
}

static gm_status
digest_bucket(void *context, const gm_bucket_view *b)
{
    digest *d = context;
    const uint64_t place[4] = {b->old, b->chain, b->position, (uint64_t)b->preallocated};
    digest_bytes(d, place, sizeof place);
    digest_bytes(d, b->tophash, GM_BUCKET_CELLS);
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        if (b->key[i] != NULL) {
            digest_bytes(d, b->key[i], d->map->key_size);
            digest_bytes(d, b->elem[i], d->map->elem_size);
        }
    }
    return GM_OK;
}

uint64_t
map_digest(gm_map *m)
{
    digest d = {m, 0};
    const uint64_t self[] = {m->count,   m->hash0,     m->version,   m->flags,
                             m->B,       m->noverflow, m->nevacuate, m->rng,
                             m->reseeds, m->memory,    m->doublings, m->same_size_growths};
    digest_bytes(&d, self, sizeof self);
    CHECK_EQ(gm_visit(m, SIZE_MAX, digest_bucket, &d), GM_OK);
    return d.sum;
}
