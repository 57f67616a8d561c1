/* walk.h: the one traversal of live entries and of chains.
 *
 * Everything that looks at a whole map (clone, rebuild, statistics, the
 * caller's own walks) goes through here: old chains that have not moved, then
 * the chains of the present array.  A chain of the present array whose old
 * bucket has not moved is empty, so nothing is met twice.
 */
#ifndef GM_WALK_H
#define GM_WALK_H

#include "grow.h"

/* One chain that a lookup can reach, or any chain of an array. */
typedef struct {
    char *head;
    size_t index;
    bool old;
} gmi_chain;

/* The next chain in order, from {NULL, 0, true}; false after the last.
 * `reachable` leaves out what no lookup reads: evacuated old chains, and
 * present chains whose old bucket has not moved. */
bool gmi_next_chain(const gm_map *m, gmi_chain *chain, bool reachable);
/* The bucket after b in that chain, or NULL.  Chains that a lookup can reach may
 * follow their overflow pointers; of others the head may have been given back. */
char *gmi_next_bucket(const gm_map *m, const gmi_chain *chain, char *b);

#endif
