/* subject.h: a map under test beside a model of what Go says it holds.
 *
 * Every operation is done on both and compared: what it returns, what iterators
 * show (an entry present throughout exactly once, a deleted one never, the
 * element the current one), what memory is out.  With `mischief`, a stranger's
 * equality, rehash and releases do further operations in the middle of one;
 * the model is therefore brought up to date only when an operation returns.
 */
#ifndef SUBJECT_H
#define SUBJECT_H

#include "gomap.h"
#include "keys.h"
#include "memory.h"

#define IDS (2 * NAN_IDS)
#define ITERATORS 4

typedef struct {
    bool alive, negative;
    uint64_t value;
    uint64_t born; /* which insertion this is */
} model_entry;

typedef struct {
    gm_iter it;
    bool on;
    bool ended;          /* by itself: all must have been shown when no call is under way */
    bool lossy;          /* an error came while it was advanced by somebody else */
    unsigned busy;       /* calls under way */
    uint64_t advances;   /* calls made */
    uint64_t since;      /* births when it was made */
    uint64_t shown[IDS]; /* `born` of what was shown */
} live_iter;

typedef struct {
    const key_sort *sort;
    hash_mode mode;
    test_memory memory;
    gm_type type;
    gm_map *map;
    uint64_t rng;
    /* Where decisions come from; NULL: from `rng`. */
    uint64_t (*draw)(void *context, uint64_t below);
    void *draw_context;
    model_entry entries[IDS];
    uint64_t count, births;
    live_iter iters[ITERATORS];
    bool shrinking;     /* more deletes than assigns for now */
    unsigned mischief;  /* chances in 1000 that a callback does something */
    unsigned depth;     /* operations under way inside callbacks */
    uint64_t mischiefs; /* done */
    size_t bucket_ids;  /* ids in use below NAN_IDS */
} subject;

typedef struct {
    const key_sort *sort;
    const gm_owner *owner;
    uint16_t elem_size;
    hash_mode mode;
    uint64_t seed;
    bool fixed_seed;
    uint64_t hint;
} subject_options;

subject *subject_new(const subject_options *options);
/* Frees it and checks that nothing is left. */
void subject_free(subject *s);

uint64_t subject_draw(subject *s, uint64_t below);

/* The slot of a key, an element: a new reference each, where they are references. */
typedef struct {
    _Alignas(16) unsigned char bytes[GM_MAX_KEY_SIZE];
} key_slot;
void subject_make_key(subject *s, uint32_t id, bool negative, key_slot *out);
void subject_drop_key(subject *s, void *key);
/* The cell holds what the model says; its id. */
uint32_t subject_check_cell(const subject *s, const void *key, const void *elem);

gm_status subject_assign(subject *s, uint32_t id);
gm_status subject_find(subject *s, uint32_t id);
gm_status subject_delete(subject *s, uint32_t id);
gm_status subject_pop(subject *s);
void subject_random(subject *s);
void subject_clear(subject *s);
void subject_drop(subject *s);
gm_status subject_clone(subject *s);

void subject_iter_start(subject *s, live_iter *li);
/* One entry, or the end: `on` says. */
gm_status subject_iter_next(subject *s, live_iter *li);
void subject_iter_end(live_iter *li);
/* The rest of an iteration, which ends. */
void subject_iter_drain(subject *s, live_iter *li);

/* One random operation. */
gm_status subject_step(subject *s);
/* A callback is running: it may do anything.  False: it fails. */
bool subject_mischief(subject *s);
/* Counts, invariants, memory; `deep`: every entry, and every absent key. */
void subject_verify(subject *s, bool deep);

#endif
