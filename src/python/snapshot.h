/* snapshot.h: buckets and header as Python objects: Bucket, Hmap. */
#ifndef GOMAP_SNAPSHOT_H
#define GOMAP_SNAPSHOT_H

#include "map_type.h"

typedef struct {
    MapObject *map;
    PyObject *chains[2]; /* lists of lists: present, old */
} Snapshot;

/* A struct sequence of n values, any of which may be NULL for an error; steals them. */
PyObject *snapshot_tuple(PyTypeObject *type, PyObject *const *values, size_t n);
/* gm_visit's `see`: adds a bucket. */
gm_status snapshot_see(void *snapshot, const gm_bucket_view *view);
int snapshot_init(Snapshot *snapshot, MapObject *map);
/* The Hmap of what was seen; new.  The snapshot is used up. */
PyObject *snapshot_finish(Snapshot *snapshot, const gm_header *header);
void snapshot_fini(Snapshot *snapshot);
/* The map as it is now, nil included, of each array at most so many chains; new. */
PyObject *snapshot_hmap(MapObject *map, size_t most);

#endif
