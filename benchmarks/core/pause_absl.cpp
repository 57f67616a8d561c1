/* pause_absl.cpp: abseil's table for pause.c. */
#include <absl/container/flat_hash_map.h>

#include "pause.h"

using table = absl::flat_hash_map<uint64_t, uint64_t>;

static void *
make(uint64_t)
{
    return new table;
}

static void
insert(void *t, uint64_t key)
{
    (*static_cast<table *>(t))[key] = key;
}

extern "C" const pause_table pause_absl = {"absl::flat_hash_map", make, insert};
