/* events.h: what happens to a map, as a list of events. */
#ifndef GOMAP_EVENTS_H
#define GOMAP_EVENTS_H

#include "state.h"

/* Adds what has happened to the recording's lists: may run anything.  Leaves an
 * exception that is set as it is. */
void record_deliver(MapObject *self);
/* The key of the update just told has been replaced by the one in its slot. */
void record_new_key(MapObject *self, const void *slot, const PyObject *displaced);
int record_traverse(MapObject *self, visitproc visit, void *arg);
/* Ends every recording of the map. */
void record_end(MapObject *self);
void record_fini(MapObject *self);

extern PyStructSequence_Desc event_desc;
extern PyMethodDef record_functions[];

#endif
