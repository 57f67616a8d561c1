// peers.cpp: the sides in C++, one program for each map: PEER says which.
//
// Every map has its own default hash, which for numbers is keyed in none of them but
// absl (by an address, the same for all maps of a process); std's is the number itself.
#include <cstdint>
#include <functional>

#define PEER_ABSL 1
#define PEER_BOOST 2
#define PEER_STD 3

#if PEER == PEER_ABSL
#include "absl/base/config.h"
#include "absl/container/flat_hash_map.h"
#elif PEER == PEER_BOOST
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/version.hpp>
#else
#include <unordered_map>
#endif

#include "key.h"

#define SIDE_HAS_BATCHES 0
#define TEXT_OF2(x) #x
#define TEXT_OF(x) TEXT_OF2(x)

#if PEER == PEER_ABSL
using peer_map = absl::flat_hash_map<bench_key, std::int64_t>;
#ifdef ABSL_LTS_RELEASE_VERSION
#define PEER_NAME "absl::flat_hash_map " TEXT_OF(ABSL_LTS_RELEASE_VERSION)
#else
#define PEER_NAME "absl::flat_hash_map"
#endif
#elif PEER == PEER_BOOST
using peer_map = boost::unordered_flat_map<bench_key, std::int64_t>;
#define PEER_NAME "boost::unordered_flat_map " BOOST_LIB_VERSION
#else
using peer_map = std::unordered_map<bench_key, std::int64_t>;
#define PEER_NAME "std::unordered_map, libstdc++ " TEXT_OF(_GLIBCXX_RELEASE)
#endif

using side_map = peer_map *;

static const char *
side_name()
{
    return PEER_NAME ", " BENCH_COMPILER;
}

static side_map
side_new(std::size_t hint)
{
    auto *m = new peer_map;
    if (hint != 0) {
        m->reserve(hint);
    }
    return m;
}

static void
side_free(side_map m)
{
    delete m;
}

static inline const std::int64_t *
side_find(side_map m, const bench_key *key)
{
    auto found = m->find(*key);
    return found == m->end() ? nullptr : &found->second;
}

static inline std::int64_t *
side_slot(side_map m, const bench_key *key)
{
    return &(*m)[*key];
}

static inline void
side_delete(side_map m, const bench_key *key)
{
    m->erase(*key);
}

static inline std::size_t
side_count(side_map m)
{
    return m->size();
}

static inline std::uint64_t
side_sum(side_map m)
{
    std::uint64_t sum = 0;
    for (const auto &entry : *m) {
        sum += bench_weight(&entry.first, entry.second);
    }
    return sum;
}

#include "side.inc.h"
