/* array.c: see array.h. */
#include "array.h"

#include "hash.h"

/* Go 1.19's allocation sizes below 32 KiB (runtime/sizeclasses.go), in eighths. */
static const uint16_t size_classes[] = {
    1,    2,    3,    4,    6,    8,    10,   12,   14,   16,   18,   20,   22,   24,
    26,   28,   30,   32,   36,   40,   44,   48,   52,   56,   60,   64,   72,   80,
    88,   96,   112,  128,  144,  160,  176,  192,  224,  256,  288,  336,  384,  400,
    432,  512,  608,  672,  768,  816,  848,  864,  1024, 1184, 1216, 1280, 1360, 1536,
    1696, 1792, 2048, 2304, 2384, 2560, 2720, 3072, 3408, 3584, 4096,
};
#define GO_PAGE 8192

static size_t
go_round_up(size_t size)
{
    if (size > 32768 - 1) {
        return (size + GO_PAGE - 1) / GO_PAGE * GO_PAGE;
    }
    size_t i = 0;
    while (size_classes[i] * (size_t)8 < size) {
        i++;
    }
    return size_classes[i] * (size_t)8;
}

size_t
gmi_spare_count(const gm_type *type, unsigned B)
{
    if (B < GM_MIN_SPARE_B) {
        return 0;
    }
    size_t n = (size_t)1 << B;
    size_t go_bucket = gmi_bucket_size(type->go_key_size, type->go_elem_size);
    return go_round_up((n + (n >> 4)) * go_bucket) / go_bucket - n;
}

static void
account(gm_map *m, gmi_array *a, size_t bytes)
{
    a->bytes += bytes;
    m->memory += bytes;
}

char *
gmi_array_new(gm_map *m, unsigned B)
{
    assert(B <= GM_MAX_B); /* so that no size overflows */
    size_t nbuckets = (size_t)1 << B, nspares = gmi_spare_count(m->type, B);
    size_t bytes = GMI_ARRAY_HEADER + (nbuckets + nspares) * m->bucket_size;
    char *memory = m->allocator->alloc(m->allocator->context, bytes);
    if (memory == NULL) {
        return NULL;
    }
    gmi_array *a = (gmi_array *)(void *)memory;
    a->pins = 1;
    a->nbuckets = nbuckets;
    a->nspares = nspares;
    a->longest = 1;
    a->paged = m->allocator->discard != NULL && bytes >= m->allocator->paged_bytes;
    account(m, a, bytes);
    return memory + GMI_ARRAY_HEADER;
}

size_t
gmi_own_bytes(const gm_map *m, const gmi_array *a)
{
    return GMI_ARRAY_HEADER + (a->nbuckets + a->nspares) * m->bucket_size;
}

void
gmi_array_fill_soon(gm_map *m, char *buckets)
{
    const gm_allocator *allocator = m->allocator;
    if (allocator->fill_soon != NULL) {
        gmi_array *a = gmi_array_of(buckets);
        allocator->fill_soon(allocator->context, a, gmi_own_bytes(m, a));
    }
}

char *
gmi_array_take(gm_map *m, char *buckets)
{
    gmi_array *from = gmi_array_of(buckets);
    size_t bytes = gmi_own_bytes(m, from), used = from->nbuckets + from->spares_used;
    char *memory = m->allocator->alloc(m->allocator->context, bytes);
    if (memory == NULL) {
        return NULL;
    }
    gmi_array *to = (gmi_array *)(void *)memory;
    memcpy(memory, from, GMI_ARRAY_HEADER + used * m->bucket_size);
    m->memory += bytes; /* to->bytes covers the chunks, too: they are its own now */
    from->bytes = bytes;
    from->chunks = NULL;
    from->chunk_bytes = from->single = 0;
    to->pins = 1;
    return memory + GMI_ARRAY_HEADER;
}

void
gmi_pin(char *buckets)
{
    gmi_array_of(buckets)->pins++;
}

/* ---- overflow buckets ------------------------------------------------------------- */

#define CHUNK_BYTES 65536
/* The chunks of an array so many times as large as a paged block are paged, too:
 * less is left to malloc, which may give megabytes back in one free. */
#define PAGED_CHUNKS_FROM 8

static char *
chunk_bucket(const gm_map *m, gmi_chunk *c, size_t i)
{
    return (char *)c + GMI_CHUNK_HEADER + i * m->bucket_size;
}

size_t
gmi_chunk_bytes(const gm_map *m, const gmi_chunk *c)
{
    return GMI_CHUNK_HEADER + (size_t)c->capacity * m->bucket_size;
}

static size_t
min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t
max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* How large chunks get. */
static size_t
most_chunk_bytes(const gm_map *m, const gmi_array *a)
{
    size_t paged = m->allocator->paged_bytes;
    bool large = a->paged && a->nbuckets * m->bucket_size / PAGED_CHUNKS_FROM >= paged;
    return large ? max_size(paged, CHUNK_BYTES) : CHUNK_BYTES;
}

bool
gmi_overflow_reserve(gm_map *m, size_t n)
{
    gmi_array *a = gmi_array_of(m->buckets);
    size_t ready = a->nspares - a->spares_used;
    if (a->chunks != NULL) {
        ready += a->chunks->capacity - a->chunks->used;
    }
    if (GM_LIKELY(ready >= n)) {
        return true;
    }
    /* as many again as there are, so that many small maps stay small */
    size_t most = most_chunk_bytes(m, a), capacity = most / m->bucket_size + 1;
    if (most == CHUNK_BYTES) {
        capacity = min_size(max_size(a->single, 1), capacity);
    }
    capacity = max_size(capacity, n - (a->nspares - a->spares_used));
    if (capacity > UINT32_MAX) {
        return false;
    }
    size_t bytes = GMI_CHUNK_HEADER + capacity * m->bucket_size;
    gmi_chunk *c = m->allocator->alloc(m->allocator->context, bytes);
    if (c == NULL) {
        return false;
    }
    c->capacity = (uint32_t)capacity;
    c->next = a->chunks;
    a->chunks = c;
    a->chunk_bytes += bytes;
    account(m, a, bytes);
    return true;
}

/* Go counts overflow buckets exactly below 2**16 buckets, by chance above.  A map of
 * fixed size can have more of them than 16 bits count: the counter stays at its top. */
static void
count_overflow(gm_map *m)
{
    if (m->B < 16 || (gm_splitmix(&m->rng) & gmi_mask(m->B - 15u)) == 0) {
        m->noverflow += m->noverflow < UINT16_MAX;
    }
}

char *
gmi_overflow_new(gm_map *m, char *last, size_t depth)
{
    gmi_array *a = gmi_array_of(m->buckets);
    char *bucket;
    if (a->spares_used < a->nspares) {
        bucket = gmi_bucket_at(m->buckets, a->nbuckets + a->spares_used++, m->bucket_size);
    }
    else {
        assert(a->chunks != NULL && a->chunks->used < a->chunks->capacity);
        bucket = chunk_bucket(m, a->chunks, a->chunks->used++);
        a->single++;
    }
    count_overflow(m);
    a->longest = max_size(a->longest, depth + 1);
    *gmi_overflow_at(last, m->bucket_size) = bucket;
    return bucket;
}

size_t
gmi_overflow_unused(const char *buckets)
{
    const gmi_array *a = gmi_array_of(buckets);
    size_t unused = a->nspares - a->spares_used;
    for (const gmi_chunk *c = a->chunks; c != NULL; c = c->next) {
        unused += c->capacity - c->used;
    }
    return unused;
}

bool
gmi_is_main(const gm_map *m, const char *buckets, const char *bucket)
{
    uintptr_t first = (uintptr_t)buckets, p = (uintptr_t)bucket;
    return p >= first && p < first + gmi_array_of(buckets)->nbuckets * m->bucket_size;
}

int64_t
gmi_spare_index(const gm_map *m, const char *buckets, const char *bucket)
{
    const gmi_array *a = gmi_array_of(buckets);
    uintptr_t first = (uintptr_t)buckets + a->nbuckets * m->bucket_size, p = (uintptr_t)bucket;
    if (p < first || p >= first + a->nspares * m->bucket_size) {
        return -1;
    }
    return (int64_t)((p - first) / m->bucket_size);
}

/* ---- the end ------------------------------------------------------------------------ */

static void
release_bucket(const gm_map *m, char *bucket)
{
    const gm_owner *owner = m->owner;
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        uint8_t top = gmi_tophash(bucket)[i];
        if (gmi_is_empty(top) || top == GM_EVACUATED_EMPTY) {
            continue;
        }
        if (owner->release_key != NULL) {
            owner->release_key(gmi_key_at(bucket, i, m->key_size));
        }
        if (owner->release_elem != NULL) {
            owner->release_elem(gmi_elem_at(bucket, i, m->key_size, m->elem_size));
        }
    }
}

static void
release_references(gm_map *m, char *buckets)
{
    gmi_array *a = gmi_array_of(buckets);
    for (size_t i = a->stubs; i < a->nbuckets + a->spares_used; i++) {
        release_bucket(m, gmi_bucket_at(buckets, i, m->bucket_size));
    }
    for (gmi_chunk *c = a->chunks; c != NULL; c = c->next) {
        for (size_t i = 0; i < c->used; i++) {
            release_bucket(m, chunk_bucket(m, c, i));
        }
    }
}

void
gmi_free_chunk(gm_map *m, gmi_array *a)
{
    gmi_chunk *c = a->chunks;
    size_t bytes = gmi_chunk_bytes(m, c);
    a->chunks = c->next;
    a->chunk_bytes -= bytes;
    a->bytes -= bytes - c->gone;
    m->memory -= bytes - c->gone;
    m->allocator->release(m->allocator->context, c, bytes);
}

static void
free_chunks(gm_map *m, gmi_array *a)
{
    while (a->chunks != NULL) {
        gmi_free_chunk(m, a);
    }
    a->single = 0;
}

void
gmi_array_reset(gm_map *m, char *buckets)
{
    gmi_array *a = gmi_array_of(buckets);
    memset(buckets, 0, (a->nbuckets + a->spares_used) * m->bucket_size);
    a->spares_used = 0;
    a->longest = 1;
    free_chunks(m, a);
}

void
gmi_array_destroy(gm_map *m, char *buckets)
{
    gmi_array *a = gmi_array_of(buckets);
    if (gmi_holds_references(m, a)) {
        release_references(m, buckets);
    }
    free_chunks(m, a);
    m->memory -= a->bytes;
    m->allocator->release(m->allocator->context, a, gmi_own_bytes(m, a));
}
