/* subject.c: the operations of subject.h, one at a time. */
#include "subject.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "check.h"
#include "hash.h"
#include "objects.h"
#include "next.h"

uint64_t
subject_draw(subject *s, uint64_t below)
{
    return s->draw != NULL ? s->draw(s->draw_context, below) : gm_splitmix(&s->rng) % below;
}

/* ---- keys and elements ----------------------------------------------------------------- */

void
subject_make_key(subject *s, uint32_t id, bool negative, key_slot *out)
{
    s->sort->write(out, id, negative, hash_by_mode(s->mode, id, gm_hash0(s->map)));
}

void
subject_drop_key(subject *s, void *key)
{
    if (s->type.owner != NULL) {
        s->type.owner->release_key(key);
    }
}

static void
make_elem(const subject *s, uint64_t value, void *out)
{
    uint64_t words[2] = {value, ~value};
    if (s->type.owner != NULL) {
        words[0] = object_new((uint32_t)value, false);
    }
    memcpy(out, words, s->type.elem_size);
}

static void
drop_elem(const subject *s, void *elem)
{
    if (s->type.owner != NULL) {
        s->type.owner->release_elem(elem);
    }
}

static void
check_elem(const subject *s, const void *elem, uint64_t value)
{
    uint64_t words[2] = {value, ~value};
    if (s->type.owner != NULL) {
        CHECK_EQ(object_id(elem), (uint32_t)value);
        return;
    }
    CHECK(memcmp(elem, words, s->type.elem_size) == 0);
}

uint32_t
subject_check_cell(const subject *s, const void *key, const void *elem)
{
    bool negative = false;
    uint32_t id = s->sort->read(key, &negative);
    CHECK(id < IDS);
    CHECK(s->entries[id].alive);
    if (s->sort->has_zeros && id == 0) {
        CHECK_EQ(negative, s->entries[id].negative);
    }
    check_elem(s, elem, s->entries[id].value);
    return id;
}

/* ---- life -------------------------------------------------------------------------------- */

/* The engine's wish for a hash under the present seed. */
static gm_status
rehash(void *context, void *key)
{
    subject *s = context;
    bool negative;
    uint64_t hash0 = gm_hash0(s->map);
    uint32_t id = s->sort->read(key, &negative);
    bool fails = !subject_mischief(s);
    s->sort->set_hash(key, hash_by_mode(s->mode, id, hash0));
    return fails ? GM_CALL_FAILED : GM_OK;
}

subject *
subject_new(const subject_options *options)
{
    subject *s = calloc(1, sizeof *s);
    CHECK(s != NULL);
    objects_on_release(NULL, NULL);
    objects_on_equality(NULL);
    s->sort = options->sort;
    s->mode = options->mode;
    s->rng = options->seed ^ 0x5eed;
    s->bucket_ids = NAN_IDS;
    memory_init(&s->memory);
    s->type = (gm_type){options->sort->kind, options->owner, options->elem_size,
                        options->sort->go_key_size, options->elem_size};
    gm_options o = {&s->type,
                    &s->memory.allocator,
                    options->seed,
                    options->fixed_seed,
                    options->hint,
                    rehash,
                    s,
                    false};
    CHECK_EQ(gm_map_new(&o, &s->map), GM_OK);
    return s;
}

static void
forget_all(subject *s)
{
    for (size_t id = 0; id < IDS; id++) {
        s->entries[id].alive = false;
    }
    s->count = 0;
}

void
subject_free(subject *s)
{
    s->mischief = 0;
    forget_all(s);
    gm_map_free(s->map);
    for (size_t i = 0; i < ITERATORS; i++) { /* the map's death ended them */
        if (s->iters[i].on) {
            gm_cell cell;
            CHECK_EQ(next_entry(&s->iters[i].it, &cell), GM_OK);
            CHECK(cell.key == NULL);
            gm_iter_fini(&s->iters[i].it);
        }
    }
    memory_check_empty(&s->memory);
    CHECK_EQ(objects_alive(), 0);
    free(s);
}

/* ---- by key ------------------------------------------------------------------------------ */

static void
note_assigned(subject *s, uint32_t id, bool negative, const void *key, gm_cell *cell)
{
    model_entry *e = &s->entries[id];
    unsigned char before[GM_MAX_ELEM_SIZE];
    CHECK_EQ(cell->inserted, !e->alive);
    memcpy(before, cell->elem, s->type.elem_size);
    e->value = s->type.owner != NULL ? s->births % 1000 : gm_splitmix(&s->rng);
    e->negative = negative;
    make_elem(s, e->value, cell->elem);
    if (!cell->inserted) {
        drop_elem(s, before); /* may do anything: the cell is read no more */
        return;
    }
    if (s->type.owner != NULL) {
        s->type.owner->retain_key(key);
    }
    e->alive = true;
    e->born = ++s->births;
    s->count++;
}

gm_status
subject_assign(subject *s, uint32_t id)
{
    key_slot key;
    gm_cell cell;
    bool negative = subject_draw(s, 2) != 0;
    subject_make_key(s, id, negative, &key);
    gm_status status = gm_assign(s->map, &key, &cell);
    if (status == GM_OK) {
        note_assigned(s, id, negative, &key, &cell);
    }
    subject_drop_key(s, &key);
    return status;
}

gm_status
subject_find(subject *s, uint32_t id)
{
    key_slot key;
    gm_cell cell;
    subject_make_key(s, id, subject_draw(s, 2) != 0, &key);
    gm_status status = gm_find(s->map, &key, &cell);
    if (status == GM_OK) {
        CHECK_EQ(cell.key != NULL, s->entries[id].alive && id < NAN_IDS);
    }
    if (status == GM_OK && cell.key != NULL) {
        CHECK_EQ(subject_check_cell(s, cell.key, cell.elem), id);
    }
    subject_drop_key(s, &key);
    return status;
}

static void
note_removed(subject *s, gm_entry *removed)
{
    uint32_t id = subject_check_cell(s, removed->key, removed->elem);
    s->entries[id].alive = false;
    s->count--;
    subject_drop_key(s, removed->key);
    drop_elem(s, removed->elem);
}

gm_status
subject_delete(subject *s, uint32_t id)
{
    key_slot key;
    gm_entry removed;
    subject_make_key(s, id, subject_draw(s, 2) != 0, &key);
    bool pops = subject_draw(s, 3) == 0;
    gm_status status = (pops ? gm_pop : gm_delete)(s->map, &key, &removed);
    if (status == GM_OK) {
        CHECK_EQ(removed.found, s->entries[id].alive && id < NAN_IDS);
    }
    if (status == GM_OK && removed.found) {
        note_removed(s, &removed);
    }
    subject_drop_key(s, &key);
    return status;
}

/* ---- at random, all at once -------------------------------------------------------------- */

gm_status
subject_pop(subject *s)
{
    gm_entry removed;
    gm_status status = gm_pop_random(s->map, &removed);
    CHECK_EQ(removed.found, s->count > 0);
    if (removed.found) {
        note_removed(s, &removed);
    }
    return status;
}

void
subject_random(subject *s)
{
    gm_cell cell;
    CHECK_EQ(gm_random(s->map, &cell), GM_OK);
    CHECK_EQ(cell.key != NULL, s->count > 0);
    if (cell.key != NULL) {
        subject_check_cell(s, cell.key, cell.elem);
    }
}

void
subject_clear(subject *s)
{
    forget_all(s); /* before the releases, which may put something in again */
    gm_clear(s->map);
}

void
subject_drop(subject *s)
{
    forget_all(s);
    gm_drop(s->map);
}

gm_status
subject_clone(subject *s)
{
    gm_map *copy;
    size_t before = s->memory.outstanding;
    gm_status status = gm_clone(s->map, s, subject_draw(s, 1000), &copy);
    if (status != GM_OK) {
        CHECK(copy == NULL);
        CHECK_EQ(s->memory.outstanding, before);
        return status;
    }
    char message[200];
    uint64_t entries = 0;
    gm_walk walk;
    gm_cell cell;
    CHECK(gm_validate(copy, message, sizeof message));
    CHECK_EQ(gm_count(copy), s->count);
    CHECK_EQ(s->memory.outstanding, before + gm_memory(copy));
    for (gm_walk_init(&walk, copy); gm_walk_next(&walk, &cell); entries++) {
        subject_check_cell(s, cell.key, cell.elem);
    }
    CHECK_EQ(entries, s->count);
    gm_map_free(copy);
    return GM_OK;
}

/* ---- iterators --------------------------------------------------------------------------- */

void
subject_iter_start(subject *s, live_iter *li)
{
    gm_header header;
    gm_read_header(s->map, &header);
    uint64_t start = subject_draw(s, header.buckets), offset = subject_draw(s, 9);
    if (subject_draw(s, 2) == 0) {
        gm_iter_init(&li->it, s->map, subject_draw(s, 2) != 0);
    }
    else if (gm_iter_init_at(&li->it, s->map, start, offset) != GM_OK) {
        CHECK_EQ(offset, 8);
        return;
    }
    li->on = true;
    li->lossy = false;
    li->since = s->births;
    memset(li->shown, 0, sizeof li->shown);
}

static void
check_complete(const subject *s, const live_iter *li)
{
    for (size_t id = 0; id < IDS && !li->lossy; id++) {
        const model_entry *e = &s->entries[id];
        if (e->alive && e->born <= li->since) {
            CHECK_EQ(li->shown[id], e->born);
        }
    }
}

gm_status
subject_iter_next(subject *s, live_iter *li)
{
    gm_cell cell;
    uint64_t turn = ++li->advances;
    li->busy++;
    gm_status status = next_entry(&li->it, &cell);
    li->busy--;
    if (status != GM_OK) {
        li->lossy |= li->advances != turn;
    }
    else if (cell.key != NULL) {
        uint32_t id = subject_check_cell(s, cell.key, cell.elem);
        CHECK(li->shown[id] != s->entries[id].born);
        li->shown[id] = s->entries[id].born;
    }
    else if (li->on) {
        subject_iter_end(li);
        li->ended = true;
    }
    if (li->ended && li->busy == 0) {
        li->ended = false;
        check_complete(s, li);
    }
    return status;
}

void
subject_iter_end(live_iter *li)
{
    li->on = false;
    li->advances++;
    gm_iter_fini(&li->it);
}

void
subject_iter_drain(subject *s, live_iter *li)
{
    while (li->on) {
        CHECK_EQ(subject_iter_next(s, li), GM_OK);
    }
}

/* ---- checks ------------------------------------------------------------------------------ */

static void
check_pins(const subject *s, const char *buckets)
{
    size_t pins = 1;
    if (buckets == NULL) {
        return;
    }
    for (size_t i = 0; i < ITERATORS; i++) {
        const gm_iter *it = &s->iters[i].it;
        if (s->iters[i].on && it->map != NULL) {
            pins += it->buckets == buckets || it->current == buckets;
        }
    }
    CHECK_EQ(gmi_array_of(buckets)->pins, pins);
}

static void
check_entries(subject *s)
{
    uint64_t entries = 0;
    gm_walk walk;
    gm_cell cell;
    for (gm_walk_init(&walk, s->map); gm_walk_next(&walk, &cell); entries++) {
        subject_check_cell(s, cell.key, cell.elem);
    }
    CHECK(!walk.changed);
    CHECK_EQ(entries, s->count);
    for (uint32_t id = 0; id < s->bucket_ids; id++) {
        CHECK_EQ(subject_find(s, id), GM_OK);
    }
}

static void
count_kept(void *context, const gm_cell *cell)
{
    static const unsigned char none[8] = {0};
    *(uint64_t *)context += memcmp(cell->key, none, 8) != 0;
    *(uint64_t *)context += memcmp(cell->elem, none, 8) != 0;
}

/* The walk and the arrays left behind show every reference, and none twice. */
static void
check_references(const subject *s)
{
    uint64_t held = 2 * s->count;
    gm_visit_kept(s->map, count_kept, &held);
    CHECK_EQ(held, objects_references());
}

void
subject_verify(subject *s, bool deep)
{
    char message[200];
    unsigned mischief = s->mischief;
    s->mischief = 0;
    bool valid = gm_validate(s->map, message, sizeof message);
    if (!valid) {
        check_failed(__FILE__, __LINE__, message);
    }
    CHECK_EQ(gm_count(s->map), s->count);
    CHECK_EQ(gm_memory(s->map), s->memory.outstanding);
    if (s->depth == 0) {
        check_pins(s, s->map->buckets);
        check_pins(s, s->map->oldbuckets);
    }
    if (s->depth == 0 && s->type.owner != NULL && !gm_needs_sweep(s->map)) {
        check_references(s);
    }
    if (deep) {
        check_entries(s);
    }
    s->mischief = mischief;
}
