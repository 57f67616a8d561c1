/* table.c: see table.h. */
#include "table.h"

#include <string.h>

#include "check.h"
#include "next.h"

/* Keys of directed tests hash to what was said, under every seed or a new one. */
static gm_status
rehash(void *context, void *key)
{
    const table *t = context;
    gm_hashed_bits64 *slot = key;
    if (t->hash_of != NULL) {
        slot->hash = t->hash_of(slot->bits);
    }
    return GM_OK;
}

void
table_init(table *out, const table_options *options)
{
    memory_init(&out->memory);
    out->hash_of = NULL;
    out->type = (gm_type){options->kind, NULL, 8, 8, 8};
    gm_options o = {&out->type,    &out->memory.allocator,
                    options->seed, options->fixed_seed,
                    options->hint, rehash,
                    out,           false};
    CHECK_EQ(gm_map_new(&o, &out->map), GM_OK);
}

void
table_fini(table *t)
{
    table_check(t);
    gm_map_free(t->map);
    memory_check_empty(&t->memory);
}

void
table_check(const table *t)
{
    char message[200];
    if (!gm_validate(t->map, message, sizeof message)) {
        check_failed(__FILE__, __LINE__, message);
    }
    CHECK_EQ(gm_memory(t->map), t->memory.outstanding);
}

gm_header
table_header(const table *t)
{
    gm_header header;
    gm_read_header(t->map, &header);
    return header;
}

gm_stats
table_stats(const table *t)
{
    gm_stats stats;
    gm_read_stats(t->map, &stats, NULL);
    return stats;
}

/* ---- entries ------------------------------------------------------------------------- */

static void
assign(table *t, const void *key, uint64_t elem)
{
    gm_cell cell;
    CHECK_EQ(gm_assign(t->map, key, &cell), GM_OK);
    memcpy(cell.elem, &elem, sizeof elem);
}

static bool
erase(table *t, const void *key)
{
    gm_entry removed;
    CHECK_EQ(gm_delete(t->map, key, &removed), GM_OK);
    return removed.found;
}

void
put(table *t, uint64_t key, uint64_t elem)
{
    assign(t, &key, elem);
}

bool
get(table *t, uint64_t key, uint64_t *elem)
{
    gm_cell cell;
    CHECK_EQ(gm_find(t->map, &key, &cell), GM_OK);
    if (cell.key == NULL) {
        return false;
    }
    memcpy(elem, cell.elem, sizeof *elem);
    return true;
}

bool
del(table *t, uint64_t key)
{
    return erase(t, &key);
}

void
put_hashed(table *t, uint64_t key, uint64_t hash, uint64_t elem)
{
    gm_hashed_bits64 slot = {key, hash};
    assign(t, &slot, elem);
}

bool
has_hashed(table *t, uint64_t key, uint64_t hash)
{
    gm_hashed_bits64 slot = {key, hash};
    gm_cell cell;
    CHECK_EQ(gm_find(t->map, &slot, &cell), GM_OK);
    return cell.key != NULL;
}

bool
del_hashed(table *t, uint64_t key, uint64_t hash)
{
    gm_hashed_bits64 slot = {key, hash};
    return erase(t, &slot);
}

void
put_float(table *t, double key, uint64_t elem)
{
    assign(t, &key, elem);
}

/* ---- looking ---------------------------------------------------------------------------- */

typedef struct {
    size_t chain, position;
    bucket_look *out;
} look_for;

static gm_status
see_bucket(void *context, const gm_bucket_view *bucket)
{
    look_for *l = context;
    if (!bucket->old && bucket->chain == l->chain && bucket->position == l->position) {
        memcpy(l->out->top, bucket->tophash, GM_BUCKET_CELLS);
        l->out->preallocated = bucket->preallocated;
        l->out->found = true;
    }
    return GM_OK;
}

bucket_look
look(const table *t, size_t chain, size_t position)
{
    bucket_look found = {{0}, 0, false};
    look_for l = {chain, position, &found};
    CHECK_EQ(gm_visit(t->map, SIZE_MAX, see_bucket, &l), GM_OK);
    return found;
}

bool
next_key(gm_iter *it, uint64_t *key)
{
    gm_cell cell;
    CHECK_EQ(next_entry(it, &cell), GM_OK);
    if (cell.key == NULL) {
        return false;
    }
    memcpy(key, cell.key, sizeof *key);
    return true;
}
