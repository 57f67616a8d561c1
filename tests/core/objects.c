/* objects.c: see objects.h. */
#include "objects.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "layout.h"

typedef struct {
    uint32_t id;
    bool is_nan;
    long references;
} object;

static uint64_t alive, references;
static void (*release_hook)(void *context);
static void *release_context;
static bool (*equality_hook)(void *context);

static object *
object_of(const void *slot)
{
    uintptr_t address;
    memcpy(&address, slot, sizeof address);
    return (object *)address;
}

uint64_t
object_new(uint32_t id, bool is_nan)
{
    object *o = malloc(sizeof *o);
    CHECK(o != NULL);
    *o = (object){id, is_nan, 1};
    alive++;
    references++;
    return (uint64_t)(uintptr_t)o;
}

uint32_t
object_id(const void *slot)
{
    const object *o = object_of(slot);
    CHECK(o->references > 0);
    return o->id;
}

uint64_t
objects_alive(void)
{
    return alive;
}

uint64_t
objects_references(void)
{
    return references;
}

void
objects_on_release(void (*hook)(void *context), void *context)
{
    release_hook = hook;
    release_context = context;
}

void
objects_on_equality(bool (*hook)(void *context))
{
    equality_hook = hook;
}

/* ---- references ---------------------------------------------------------------------- */

static void
retain(const void *slot)
{
    object *o = object_of(slot);
    if (o != NULL) {
        CHECK(o->references > 0);
        o->references++;
        references++;
    }
}

static void
release(void *slot)
{
    object *o = object_of(slot);
    if (o == NULL) {
        return; /* zero bits: the reference has moved */
    }
    CHECK(o->references > 0);
    references--;
    if (--o->references == 0) {
        free(o);
        alive--;
        if (release_hook != NULL) {
            release_hook(release_context);
        }
    }
}

const gm_owner object_owner = {retain, release, retain, release};

/* ---- equality ------------------------------------------------------------------------- */

bool
object_is_nan(const void *slot)
{
    const object *o = object_of(slot);
    CHECK(o->references > 0);
    return o->is_nan;
}

int
object_equal(gm_map *m, object_key *slot, const object_key *key)
{
    object_key own = *slot, other = *key;
    if (object_is_nan(&own) || object_is_nan(&other)) {
        return 0;
    }
    retain(&own);
    bool answers = equality_hook == NULL || equality_hook(m->context);
    int equal = object_id(&own) == object_id(&other);
    release(&own);
    return answers ? equal : -1;
}

/* ---- as a sort of keys ------------------------------------------------------------------- */

static void
write_object(void *slot, uint32_t id, bool negative, uint64_t hash)
{
    object_key key = {object_new(id, id >= NAN_IDS), hash};
    (void)negative;
    memcpy(slot, &key, sizeof key);
}

static uint32_t
read_object(const void *slot, bool *negative)
{
    (void)negative;
    return object_id(slot);
}

static void
set_object_hash(void *slot, uint64_t hash)
{
    ((object_key *)slot)->hash = hash;
}

const key_sort object_sort = {"stranger", &gm_kind_stranger, 8,           true,           true,
                              false,      write_object,      read_object, set_object_hash};
