/* rows.h: the keys and the values that a batch is given.
 *
 * Keys of bare numbers are a column of slots; all others are objects, loaded
 * (checked, converted, hashed) one by one.  Values are a column, objects, or one
 * value for all keys.
 */
#ifndef GOMAP_ROWS_H
#define GOMAP_ROWS_H

#include "column.h"
#include "map_type.h"

typedef struct {
    Key key;
    uint64_t hash0; /* under which it was hashed */
} LoadedKey;

typedef struct {
    MapObject *map; /* borrowed */
    size_t n;
    Column column;     /* bare keys */
    PyObject *objects; /* or else a tuple; new */
    LoadedKey *loaded; /* of the objects from `first` on, up to `end` */
    size_t first, end, room;
} Keys;

/* Numbers hashed by the engine: no Python code is needed to look them up. */
static inline bool
has_bare_keys(const MapObject *map)
{
    return !map->spec->key.boxed && map->hasher == NULL;
}

int keys_init(Keys *keys, MapObject *map, PyObject *given);
void keys_fini(Keys *keys);
/* Loads up to n keys from index `first` on; those loaded before are dropped.
 * Nothing to do for bare ones. */
int keys_load(Keys *keys, size_t first, size_t n);
/* Key i, good for one engine call.  It is the caller's: key_drop. */
int keys_take(Keys *keys, size_t i, Key *key);
/* The same for keys that are objects, which stay loaded: the batch may come back
 * to them.  key_drop it, too. */
int keys_borrow(const Keys *keys, size_t i, Key *key);
/* Fetches what looking up n keys from index i on will read. */
void keys_prefetch(const Keys *keys, size_t i, size_t n);

typedef struct {
    const MapSpec *spec; /* borrowed */
    size_t n;            /* without meaning for a scalar */
    bool scalar;
    Column column;     /* an unboxed type, several */
    PyObject *objects; /* a boxed type, several: a tuple of converted ones; new */
    Elem elem;         /* a scalar */
} Values;

/* Elements for n keys: a scalar, or as many values as keys. */
int values_init(Values *values, MapObject *map, PyObject *given, size_t n);
void values_fini(Values *values);
/* Element i, loaded; the caller's: elem_drop. */
void values_take(const Values *values, size_t i, Elem *elem);

/* Is this one value rather than many of a type?  -1 raised. */
int is_scalar(const BoxType *type, PyObject *given);
/* What an array's own method makes of it, a list; NULL without an error: it is no
 * array.  New. */
PyObject *list_of_array(PyObject *given);
/* The objects of an iterable or array as a tuple; new. */
PyObject *objects_of(const MapSpec *spec, const BoxType *type, const char *what, PyObject *given);

#endif
