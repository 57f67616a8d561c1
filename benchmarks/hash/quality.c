/* quality.c: which candidates behave as a random function would?
 *
 *   quality [side ...]   lines of
 *                        side <tab> check <tab> worst <tab> most <tab> failed <tab> cases <tab> where
 *
 * A check's figure is in standard deviations but for `probes` (per cent off the probes
 * of Go's table for random keys) and `repeated` (of 32 seeds, those for which the
 * same two keys agree in eight bits).  `most` is what a random function exceeds once
 * in thousands of runs of the whole.
 */
#include <stdio.h>
#include <string.h>

#include "hash.h"
#include "quality.h"
#include "side.h"

#define SPREAD_SEEDS 8
#define SMALL_SEEDS 256

void
finding_see(hash_finding *f, double figure, const char *where, unsigned variant, uint64_t seed)
{
    f->cases++;
    f->failed += figure > f->most;
    if (figure > f->worst) {
        f->worst = figure;
        snprintf(f->where, sizeof f->where, "%s %u, %llx", where, variant,
                 (unsigned long long)seed);
    }
}

uint64_t
quality_seed(unsigned i)
{
    const uint64_t simple[] = {0, 1, UINT64_MAX, UINT64_C(1) << 63};
    uint64_t state = i;
    return i < 4 ? simple[i] : gm_splitmix(&state);
}

static void
tell(const char *side, const hash_finding *f)
{
    printf("%s\t%s\t%.2f\t%.1f\t%zu\t%zu\t%s\n", side, f->check, f->worst, f->most, f->failed,
           f->cases, f->where);
    fflush(stdout);
}

enum {
    FLIPS,
    INDEPENDENT,
    SEED,
    SPECIAL,
    LOW,
    TOP,
    BOTH,
    PROBES,
    SMALL,
    DIFFERENCES,
    REPEATED,
    ALL
};

static void
check_side(const hash_side *side)
{
    hash_finding f[ALL] = {[FLIPS] = {.check = "avalanche", .most = 6},
                           [INDEPENDENT] = {.check = "independence", .most = 6.5},
                           [SEED] = {.check = "seed", .most = 6},
                           [SPECIAL] = {.check = "special seeds", .most = 6},
                           [LOW] = {.check = "low bits", .most = 6.5},
                           [TOP] = {.check = "top byte", .most = 6.5},
                           [BOTH] = {.check = "both", .most = 6.5},
                           [PROBES] = {.check = "probes", .most = 2},
                           [SMALL] = {.check = "small", .most = 6.5},
                           [DIFFERENCES] = {.check = "differences", .most = 8},
                           [REPEATED] = {.check = "repeated", .most = 8}};
    check_avalanche(side->hash, &f[FLIPS], &f[INDEPENDENT]);
    check_seed_avalanche(side->hash, &f[SEED]);
    check_special_seeds(side->hash, &f[SPECIAL]);
    check_spread(side->hash, SPREAD_SEEDS, &f[LOW], &f[TOP], &f[BOTH], &f[PROBES]);
    check_small_spread(side->hash, SMALL_SEEDS, &f[SMALL]);
    check_pairs(side->hash, &f[DIFFERENCES], &f[REPEATED]);
    for (size_t i = 0; i < ALL; i++) {
        tell(side->name, &f[i]);
    }
}

static bool
is_wanted(const char *name, int argc, char **argv)
{
    bool wanted = argc < 2;
    for (int i = 1; i < argc; i++) {
        wanted = wanted || strcmp(name, argv[i]) == 0;
    }
    return wanted;
}

int
main(int argc, char **argv)
{
    for (size_t i = 0; hash_sides[i] != NULL; i++) {
        if (is_wanted(hash_sides[i]->name, argc, argv)) {
            check_side(hash_sides[i]);
        }
    }
    return 0;
}
