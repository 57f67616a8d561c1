/* test_swar.c: eight bytes matched by SSE2 or by a word's arithmetic: the same
 * bytes in memory in the end.  The digests are pinned, so that the two builds
 * (with and without -DGM_NO_SIMD) agree with one another, too. */
#include <string.h>

#include "check.h"
#include "hash.h"
#include "kind_swar.h"
#include "layout.h"
#include "table.h"

typedef struct {
    uint64_t digest;
} layout_digest;

static void
mix_in(layout_digest *d, const void *bytes, size_t n)
{
    d->digest = gm_hash_bytes(bytes, n, d->digest);
}

static gm_status
digest_bucket(void *context, const gm_bucket_view *b)
{
    layout_digest *d = context;
    uint64_t where[4] = {b->old, b->chain, b->position, (uint64_t)b->preallocated};
    mix_in(d, where, sizeof where);
    uint64_t tops = 0; /* a word like the others: the digest is the same in either byte order */
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        tops |= (uint64_t)b->tophash[i] << (8 * i);
    }
    mix_in(d, &tops, sizeof tops);
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        if (b->key[i] != NULL) {
            mix_in(d, b->key[i], 8);
            mix_in(d, b->elem[i], 8);
        }
    }
    return GM_OK;
}

static void
digest_iteration(layout_digest *d, table *t)
{
    gm_iter it;
    uint64_t key;
    for (gm_iter_init(&it, t->map, false); next_key(&it, &key);) {
        mix_in(d, &key, sizeof key);
    }
}

static uint64_t
digest_of(table *t)
{
    layout_digest d = {0};
    gm_header h = table_header(t);
    uint64_t words[] = {h.count, h.hash0, h.flags, h.B, h.noverflow, h.nevacuate, h.next_overflow};
    mix_in(&d, words, sizeof words);
    CHECK_EQ(gm_visit(t->map, SIZE_MAX, digest_bucket, &d), GM_OK);
    digest_iteration(&d, t);
    return d.digest;
}

/* The same 3,000 operations; the digests after each of them, digested. */
static uint64_t
work(const gm_kind *kind, bool hashed, uint64_t seed)
{
    table t;
    uint64_t rng = seed;
    layout_digest all = {0};
    table_init(&t, &(table_options){kind, 0, seed, true});
    for (unsigned i = 0; i < 3000; i++) {
        uint64_t key = gm_splitmix(&rng) % 300, hash = key % 7 << 56 | (key & 31);
        bool is_assign = gm_splitmix(&rng) % 100 < (i / 500 % 2 == 0 ? 70 : 30);
        if (is_assign) {
            hashed ? put_hashed(&t, key, hash, i) : put(&t, key, i);
        }
        else {
            (void)(hashed ? del_hashed(&t, key, hash) : del(&t, key));
        }
        uint64_t digest = digest_of(&t);
        mix_in(&all, &digest, sizeof digest);
    }
    table_fini(&t);
    return all.digest;
}

static void
test_both_ways_of_matching_give_the_same_layout(void)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        test_seed = seed;
        CHECK_EQ(work(&gm_kind_swar_bits64, false, seed), work(&gm_kind_bits64, false, seed));
        CHECK_EQ(work(&gm_kind_swar_hashed64, true, seed),
                 work(&gm_kind_hashed_bits64, true, seed));
    }
}

static void
test_layouts_are_the_same_in_every_build(void)
{
    CHECK_EQ(work(&gm_kind_bits64, false, 7), UINT64_C(0x6b31a6c31bdb450b));
    CHECK_EQ(work(&gm_kind_hashed_bits64, true, 7), UINT64_C(0xcbd3d131ee66c6d));
}

/* ---- exactness -------------------------------------------------------------------------- */

static void
check_matches(const char *bucket, uint8_t top)
{
    matched_cells word = swar_match_cells(bucket, top);
    gmi_group group = gmi_load(bucket);
    for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
        uint8_t byte = (uint8_t)bucket[i];
        CHECK_EQ(word.top >> i & 1, byte == top);
        CHECK_EQ(word.empty >> i & 1, byte <= GM_EMPTY_ONE);
        CHECK_EQ(word.occupied >> i & 1, byte >= GM_MIN_TOPHASH);
        CHECK_EQ(gmi_hit_bits(gmi_match(group, top)) >> i & 1, byte == top);
        CHECK_EQ(gmi_hit_bits(gmi_match_empty(group)) >> i & 1, byte <= GM_EMPTY_ONE);
        CHECK_EQ(gmi_hit_bits(gmi_match_occupied(group)) >> i & 1, byte >= GM_MIN_TOPHASH);
    }
}

/* Bytes that differ from the one wanted by little are what an inexact match falls for. */
static void
test_matches_are_exact_beside_bytes_that_are_nearly_right(void)
{
    uint64_t rng = 1;
    test_seed = rng;
    for (unsigned top = 1; top < 256; top++) {
        const uint8_t near[] = {(uint8_t)top,          (uint8_t)(top ^ 1), (uint8_t)(top + 1),
                                (uint8_t)(top ^ 0x80), GM_EMPTY_REST,      GM_EMPTY_ONE,
                                GM_EVACUATED_EMPTY,    GM_MIN_TOPHASH};
        for (unsigned n = 0; n < 200; n++) {
            char bucket[GM_BUCKET_CELLS];
            for (unsigned i = 0; i < GM_BUCKET_CELLS; i++) {
                bucket[i] = (char)near[gm_splitmix(&rng) % sizeof near];
            }
            check_matches(bucket, (uint8_t)top);
        }
    }
}

static const test_case cases[] = {
    {"matches_are_exact_beside_bytes_that_are_nearly_right",
     test_matches_are_exact_beside_bytes_that_are_nearly_right},
    {"both_ways_of_matching_give_the_same_layout", test_both_ways_of_matching_give_the_same_layout},
    {"layouts_are_the_same_in_every_build", test_layouts_are_the_same_in_every_build},
    {NULL, NULL},
};
const test_group swar_tests = {"swar", cases};
