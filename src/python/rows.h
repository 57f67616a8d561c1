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

/* Objects that far ahead are fetched while one is worked on. */
#define OBJECTS_AHEAD 16

int keys_init(Keys *keys, MapObject *map, PyObject *given);
void keys_fini(Keys *keys);
/* Loads all keys, so that each has been checked before the first is used. */
int keys_load_all(Keys *keys);
/* Key i comes next, in order: where a wave begins, loads its keys, unless all were,
 * and fetches what looking them up will read. */
int keys_reach(Keys *keys, size_t i);
/* Key i, good for one engine call; key_drop it.  What was loaded stays loaded: a
 * batch may come back to it. */
int keys_take(const Keys *keys, size_t i, Key *key);

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
