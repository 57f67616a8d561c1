/* intrin.h: what the engine takes from Microsoft's header of this name, for gcc.
 *
 * With -D_MSC_VER -DGM_PLAIN_C the engine's branches for that compiler are compiled,
 * and run, on a machine that has none (`.ci/portability`).  It shows that they
 * say what they mean, not that the compiler itself takes them.
 */
#ifndef STAND_IN_INTRIN_H
#define STAND_IN_INTRIN_H

#include <emmintrin.h>
#include <stdint.h>

#define __forceinline inline
#define __declspec(what)

static inline unsigned char
_BitScanForward64(unsigned long *index, uint64_t mask)
{
    *index = mask != 0 ? (unsigned long)__builtin_ctzll(mask) : 0;
    return mask != 0;
}

static inline unsigned char
_BitScanReverse64(unsigned long *index, uint64_t mask)
{
    *index = mask != 0 ? 63 - (unsigned long)__builtin_clzll(mask) : 0;
    return mask != 0;
}

static inline uint64_t
_umul128(uint64_t a, uint64_t b, uint64_t *high)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    *high = (uint64_t)(product >> 64);
    return (uint64_t)product;
}

#endif
