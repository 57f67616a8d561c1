/* record.c: see record.h.  Finds out where an entry lies from its address alone. */
#include "record.h"

#include "array.h"

/* The assign of a recorded map.  A hash that is drawn (NaN) is the next draw. */
static gm_status
assign(gm_map *m, const void *key, gm_cell *cell)
{
    const gm_kind *kind = m->kind;
    uint64_t rng = m->rng, hash = kind->stores_hash ? 0 : kind->slot_hash(m, key);
    m->rng = rng;
    gm_status status = gmi_ops_of(m->type)->assign(m, key, cell);
    if (status == GM_OK && m->recorded) {
        gmi_record_cell(m, kind->stores_hash ? kind->slot_hash(m, cell->key) : hash, cell);
    }
    return status;
}

gm_status
gm_record(gm_map *m, const gm_recorder *recorder)
{
    const gm_allocator *allocator = m->allocator;
    if (recorder != NULL && m->recording_ops == NULL) {
        m->recording_ops = allocator->alloc(allocator->context, sizeof *m->recording_ops);
        if (m->recording_ops == NULL) {
            return GM_NO_MEMORY;
        }
        *m->recording_ops = *m->ops;
        m->recording_ops->assign = assign;
        m->ops = m->recording_ops;
    }
    if (recorder == NULL && m->recording_ops != NULL) {
        m->ops = gmi_ops_of(m->type);
        allocator->release(allocator->context, m->recording_ops, sizeof *m->recording_ops);
        m->recording_ops = NULL;
    }
    m->recorded = recorder != NULL;
    if (recorder != NULL) {
        m->recorder = *recorder;
    }
    return GM_OK;
}

bool
gm_is_recorded(const gm_map *m)
{
    return m->recorded;
}

static void
tell(gm_map *m, const gm_event *event)
{
    m->recorder.see(m->recorder.context, event);
}

void
gmi_record_map(gm_map *m, gm_event_kind kind)
{
    tell(m, &(gm_event){.kind = kind});
}

void
gmi_record_entry(gm_map *m, gm_event_kind kind, char *head, const void *key)
{
    gm_event event = {.kind = kind, .key = key};
    const char *at = key;
    char *b = head;
    event.in_old = gmi_is_growing(m) && gmi_is_main(m, m->oldbuckets, head);
    event.bucket = (size_t)(head - (event.in_old ? m->oldbuckets : m->buckets)) / m->bucket_size;
    while (at < b || at >= b + m->bucket_size) {
        b = gmi_overflow(b, m->bucket_size);
        event.position++;
    }
    event.cell = (uint8_t)((size_t)(at - b - GM_BUCKET_CELLS) / m->key_size);
    tell(m, &event);
}

void
gmi_record_cell(gm_map *m, uint64_t hash, const gm_cell *cell)
{
    char *head = gmi_bucket_at(m->buckets, hash & gmi_mask(m->B), m->bucket_size);
    gmi_record_entry(m, cell->inserted ? GM_ASSIGNED : GM_UPDATED, head, cell->key);
}

void
gmi_record_evacuation(gm_map *m, size_t oldbucket)
{
    gm_event event = {.kind = GM_EVACUATED_BUCKET, .in_old = true, .bucket = oldbucket};
    char *b = gmi_bucket_at(m->oldbuckets, oldbucket, m->bucket_size);
    for (; b != NULL; b = gmi_overflow(b, m->bucket_size)) {
        for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
            uint8_t top = gmi_tophash(b)[i];
            event.moved[0] += top == GM_EVACUATED_X;
            event.moved[1] += top == GM_EVACUATED_Y;
        }
    }
    tell(m, &event);
}
