/* objects.h: keys and elements that are counted references, and a kind of map
 * for them whose equality is a stranger's. */
#ifndef OBJECTS_H
#define OBJECTS_H

#include "gomap.h"
#include "keys.h"

typedef struct {
    uint64_t object; /* its address */
    uint64_t hash;
} object_key;

/* One reference, new, to an object that is a NaN if so said. */
uint64_t object_new(uint32_t id, bool is_nan);
/* The id of the object that a slot refers to. */
uint32_t object_id(const void *slot);
uint64_t objects_alive(void);
/* All references to all objects. */
uint64_t objects_references(void);
/* Runs when an object's last reference has gone; NULL: nothing does. */
void objects_on_release(void (*hook)(void *context), void *context);

bool object_is_nan(const void *slot);
/* Equality that holds on to both, does mischief, and answers 1, 0 or -1. */
int object_equal(gm_map *m, object_key *slot, const object_key *key);
/* The mischief; `context` is the map's, NULL hook: none. */
void objects_on_equality(bool (*hook)(void *context));

extern const gm_owner object_owner;
extern const gm_kind gm_kind_stranger;
extern const key_sort object_sort;

#endif
