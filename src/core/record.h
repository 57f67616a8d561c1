/* record.h: telling a map's recorder what happens.
 *
 * Every change is told where it is made, when it is made: what is recorded is
 * what the engine did.  A map that nobody records pays a test of a byte in its
 * deletions and rare paths and nothing in the others: a recorded one has another
 * assign in its table of operations (a test in the algorithm cost 16 % there).
 *
 * Refuses: to keep anything.  Events are the recorder's.
 */
#ifndef GM_RECORD_H
#define GM_RECORD_H

#include "layout.h"

/* The whole map: cleared, reseeded, grown ... */
void gmi_record_map(gm_map *m, gm_event_kind kind);
/* The entry whose key lies at `key`, in the chain that begins at `head`. */
void gmi_record_entry(gm_map *m, gm_event_kind kind, char *head, const void *key);
/* An entry assigned to, whose key has that hash. */
void gmi_record_cell(gm_map *m, uint64_t hash, const gm_cell *cell);
/* An old chain that has just been evacuated. */
void gmi_record_evacuation(gm_map *m, size_t oldbucket);

static GM_ALWAYS_INLINE void
gmi_tell_map(gm_map *m, gm_event_kind kind)
{
    if (GM_UNLIKELY(m->recorded)) {
        gmi_record_map(m, kind);
    }
}

static GM_ALWAYS_INLINE void
gmi_tell_entry(gm_map *m, gm_event_kind kind, char *head, const void *key)
{
    if (GM_UNLIKELY(m->recorded)) {
        gmi_record_entry(m, kind, head, key);
    }
}

static GM_ALWAYS_INLINE void
gmi_tell_cell(gm_map *m, uint64_t hash, const gm_cell *cell)
{
    if (GM_UNLIKELY(m->recorded)) {
        gmi_record_cell(m, hash, cell);
    }
}

static GM_ALWAYS_INLINE void
gmi_tell_evacuation(gm_map *m, size_t oldbucket)
{
    if (GM_UNLIKELY(m->recorded)) {
        gmi_record_evacuation(m, oldbucket);
    }
}

#endif
