/* debug.c: see debug.h. */
#include "debug.h"

#if GM_DEBUG
#include <stdio.h>
#include <stdlib.h>

void
gmi_check(const gm_map *m)
{
    char message[200];
    if (!gm_validate(m, message, sizeof message)) {
        fprintf(stderr, "gomap: broken invariant: %s\n", message);
        abort();
    }
}
#else
typedef int gmi_debug_is_off; /* an empty translation unit is not C */
#endif
