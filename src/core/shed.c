/* shed.c: see shed.h. */
#include "shed.h"

static_assert(GMI_ARRAY_HEADER <= GM_MOST_PAGE_BYTES, "the first page has the header");

/* Down to where no page is cut in two. */
static size_t
whole_pages(size_t offset)
{
    return offset & ~(GM_MOST_PAGE_BYTES - 1);
}

/* Gives back the pages of a block between two offsets. */
static void
discard(gm_map *m, gmi_array *a, void *block, size_t *from, size_t to)
{
    if (to > *from) {
        size_t bytes = to - *from;
        m->allocator->discard(m->allocator->context, (char *)block + *from, bytes);
        *from = to;
        a->bytes -= bytes;
        m->memory -= bytes;
    }
}

/* The same, but no more than a piece; false: there was none. */
static bool
discard_piece(gm_map *m, gmi_array *a, void *block, size_t *from, size_t to)
{
    size_t piece = *from + GM_PIECE_BYTES;
    if (*from >= to) {
        return false;
    }
    discard(m, a, block, from, piece < to ? piece : to);
    return true;
}

/* Gives back a piece of the chunk filled last, whose first page has its header. */
static bool
discard_chunk_piece(gm_map *m, gmi_array *a)
{
    gmi_chunk *c = a->chunks;
    size_t bytes = gmi_chunk_bytes(m, c), from = GM_MOST_PAGE_BYTES + c->gone;
    bool more =
        bytes >= m->allocator->paged_bytes && discard_piece(m, a, c, &from, whole_pages(bytes));
    c->gone = more ? from - GM_MOST_PAGE_BYTES : c->gone;
    return more;
}

/* Where the stubs of all buckets end, and what can be given back begins. */
static size_t
stubs_end(const gmi_array *a)
{
    const char *end = gmi_stub_at((char *)(uintptr_t)a + GMI_ARRAY_HEADER, a->nbuckets);
    return whole_pages((size_t)(end - (const char *)a) + GM_MOST_PAGE_BYTES - 1);
}

static void
make_stub(const gm_map *m, char *buckets, size_t i)
{
    char *b = gmi_bucket_at(buckets, i, m->bucket_size), *stub = gmi_stub_at(buckets, i);
    char *overflow = gmi_overflow(b, m->bucket_size);
    memmove(stub, b, GM_BUCKET_CELLS);
    memcpy(stub + GM_BUCKET_CELLS, &overflow, sizeof overflow);
}

void
gmi_shed(gm_map *m)
{
    gmi_array *a = gmi_array_of(m->oldbuckets);
    const size_t piece = GM_PIECE_BYTES / m->bucket_size + 1;
    if (m->nevacuate < a->stubs + piece || a->pins > 1 || a->retains) {
        return;
    }
    if (a->shed == 0) {
        a->shed = stubs_end(a);
    }
    for (size_t end = a->stubs + piece; a->stubs < end; a->stubs++) {
        make_stub(m, m->oldbuckets, a->stubs);
    }
    discard(m, a, a, &a->shed, whole_pages(GMI_ARRAY_HEADER + a->stubs * m->bucket_size));
}

/* Takes an array that nobody reads, and frees it bit by bit. */
static void
bury(gm_map *m, char *buckets)
{
    gmi_array *a = gmi_array_of(buckets);
    a->stubs_shed = GM_MOST_PAGE_BYTES;
    if (a->shed == 0) {
        a->shed = stubs_end(a);
    }
    a->next_garbage = m->dying;
    m->dying = buckets;
    m->buries = true;
}

void
gmi_unpin(gm_map *m, char *buckets)
{
    gmi_array *a = gmi_array_of(buckets);
    if (--a->pins > 0) {
        return;
    }
    if (gmi_holds_references(m, a)) {
        a->next_garbage = m->garbage;
        m->garbage = buckets;
    }
    else if (a->paged) {
        bury(m, buckets);
    }
    else {
        gmi_array_destroy(m, buckets);
    }
}

void
gmi_bury_piece(gm_map *m)
{
    gmi_array *a = gmi_array_of(m->dying);
    if (a->chunks != NULL) {
        if (!discard_chunk_piece(m, a)) {
            gmi_free_chunk(m, a);
        }
    }
    else if (!discard_piece(m, a, a, &a->shed, whole_pages(gmi_own_bytes(m, a))) &&
             !discard_piece(m, a, a, &a->stubs_shed, stubs_end(a))) {
        char *next = a->next_garbage;
        gmi_array_destroy(m, m->dying);
        m->dying = next;
        m->buries = next != NULL;
    }
}

void
gmi_bury_all(gm_map *m)
{
    while (m->dying != NULL) {
        char *buckets = m->dying;
        m->dying = gmi_array_of(buckets)->next_garbage;
        gmi_array_destroy(m, buckets);
    }
    m->buries = false;
}
