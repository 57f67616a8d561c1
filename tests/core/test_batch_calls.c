/* test_batch_calls.c: the calls of test_batch_twins.h, many at once and one by one. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "test_batch_twins.h"

/* ---- one by one --------------------------------------------------------------------------- */

static const gmi_ops *
ops_of(gm_map *m)
{
    return ((const gm_head *)m)->ops;
}

void
one_find(gm_map *m, const void *key, gm_cell *cell)
{
    CHECK_EQ(gm_find(m, key, cell), GM_OK);
}

void
one_assign(gm_map *m, const void *key, gm_cell *cell)
{
    CHECK_EQ(ops_of(m)->assign(m, key, cell), GM_OK);
}

bool
one_delete(gm_map *m, const void *key)
{
    gm_entry removed;
    CHECK_EQ(ops_of(m)->remove(m, key, &removed), GM_OK);
    return removed.found;
}

bool
one_write(twins *t, const key_set *k, size_t i, gm_add add, const void *zero)
{
    gm_cell cell;
    one_assign(t->one.map, key_of(t, k, i), &cell);
    if (add == NULL) {
        memcpy(cell.elem, value_of(k, i), t->elem_size);
        return cell.inserted;
    }
    if (cell.inserted) {
        memcpy(cell.elem, zero, t->elem_size);
    }
    CHECK(add(cell.elem, value_of(k, i)));
    return cell.inserted;
}

/* Puts the key of an id into both, or takes it out. */
static void
write_both(twins *t, uint64_t id, const void *value)
{
    _Alignas(16) unsigned char key[GM_MAX_KEY_SIZE];
    t->kind->write(key, id);
    for (unsigned i = 0; i < 2; i++) {
        gm_cell cell;
        one_assign(i == 0 ? t->many.map : t->one.map, key, &cell);
        memcpy(cell.elem, value, t->elem_size);
    }
}

void
twins_fill(twins *t, uint64_t first, uint64_t n)
{
    for (uint64_t id = first; id < first + n; id++) {
        const uint64_t value[2] = {twins_draw(t, UINT64_MAX), id};
        write_both(t, id, value);
    }
}

void
twins_empty(twins *t, uint64_t first, uint64_t n)
{
    _Alignas(16) unsigned char key[GM_MAX_KEY_SIZE];
    for (uint64_t id = first; id < first + n; id++) {
        t->kind->write(key, id);
        CHECK(one_delete(t->many.map, key) && one_delete(t->one.map, key));
    }
}

/* ---- many at once --------------------------------------------------------------------------- */

static void
check_answer(const twins *t, const key_set *k, size_t i, const gm_lookups *got)
{
    gm_cell cell;
    one_find(t->one.map, key_of(t, k, i), &cell);
    if (got->found != NULL) {
        CHECK_EQ(got->found[i], cell.key != NULL);
    }
    if (got->elems != NULL) {
        const void *want = cell.key != NULL ? cell.elem : got->zero;
        CHECK(memcmp((char *)got->elems + i * t->elem_size, want, t->elem_size) == 0);
    }
}

static void
find_as(twins *t, const key_set *k, bool wants_elems, bool wants_found)
{
    uint64_t zero[2] = {twins_draw(t, UINT64_MAX), 7};
    void *elems = malloc(k->n * t->elem_size + 1);
    bool *found = malloc(k->n + 1);
    CHECK(elems != NULL && found != NULL);
    memset(elems, 0xee, k->n * t->elem_size);
    memset(found, true, k->n);
    gm_lookups batch = {k->keys, k->n, wants_elems ? elems : NULL, zero,
                        wants_found ? found : NULL};
    gm_find_many(t->many.map, &batch);
    for (size_t i = 0; i < k->n; i++) {
        check_answer(t, k, i, &batch);
    }
    free(elems);
    free(found);
}

void
twins_find(twins *t, const key_set *k)
{
    uint64_t before = map_digest(t->many.map);
    for (unsigned i = 0; i < 4; i++) {
        find_as(t, k, (i & 1) == 0, (i & 2) == 0);
    }
    CHECK_EQ(map_digest(t->many.map), before); /* lookups are reads, NaN's too */
}

void
twins_write(twins *t, const key_set *k, gm_add add)
{
    uint64_t zero[2] = {twins_draw(t, UINT64_MAX), 5};
    uint8_t *inserted = calloc(k->n / 8 + 1, 1);
    CHECK(inserted != NULL);
    gm_writes batch = {k->keys, k->n, k->values, k->stride, add, zero, inserted, 99, false};
    CHECK_EQ(gm_assign_many(t->many.map, &batch), GM_OK);
    CHECK_EQ(batch.done, k->n);
    for (size_t i = 0; i < k->n; i++) {
        CHECK_EQ(inserted[i >> 3] >> (i & 7) & 1, one_write(t, k, i, add, zero));
    }
    CHECK_EQ(inserted[k->n >> 3] >> (k->n & 7), 0); /* no bit beyond the last key's */
    free(inserted);
}

void
twins_delete(twins *t, const key_set *k)
{
    size_t removed = 99, want = 0;
    CHECK_EQ(gm_delete_many(t->many.map, k->keys, k->n, &removed), GM_OK);
    for (size_t i = 0; i < k->n; i++) {
        want += one_delete(t->one.map, key_of(t, k, i));
    }
    CHECK_EQ(removed, want);
}
