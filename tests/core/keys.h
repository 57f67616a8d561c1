/* keys.h: the sorts of keys that the tests use, all numbered by an id.
 *
 * An id below NAN_IDS stands for one key.  Sorts with NaN have an endless
 * supply of keys that equal nothing, from id NAN_IDS up, told apart by payload.
 */
#ifndef KEYS_H
#define KEYS_H

#include "gomap.h"

#define NAN_IDS 256u

/* Hashes given by the test, for sorts that keep them: from good to hostile. */
typedef enum {
    HASH_GOOD,
    HASH_CONSTANT,
    HASH_LOW_BITS,
    HASH_TOP_BYTE,
    HASH_SEQUENTIAL,
    HASH_MODES,
    HASH_GIVEN = HASH_MODES /* one of hash_given, by the id */
} hash_mode;

extern uint64_t hash_given[16];

extern const char *const hash_mode_names[HASH_MODES];

uint64_t hash_by_mode(hash_mode mode, uint32_t id, uint64_t hash0);

typedef struct key_sort {
    const char *name;
    const gm_kind *kind;
    uint16_t go_key_size;
    bool is_hashed; /* the slot keeps a hash */
    bool has_nan;
    bool has_zeros; /* id 0 is 0.0 or -0.0, and the one stored last is kept */
    /* Writes the key of `id`; `negative` chooses between the zeros. */
    void (*write)(void *slot, uint32_t id, bool negative, uint64_t hash);
    uint32_t (*read)(const void *slot, bool *negative);
    void (*set_hash)(void *slot, uint64_t hash);
} key_sort;

/* bits8 16 32 64, float32 64, complex128, then the hashed ones. */
#define PLAIN_SORTS 7
#define HASHED_SORTS 3
extern const key_sort key_sorts[PLAIN_SORTS + HASHED_SORTS];
#define SORT_BITS64 (&key_sorts[3])
#define SORT_FLOAT64 (&key_sorts[5])
#define SORT_HASHED64 (&key_sorts[PLAIN_SORTS])
#define SORT_HASHED_FLOAT64 (&key_sorts[PLAIN_SORTS + 1])

#endif
