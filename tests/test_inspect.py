"""Looking inside: hmap, stats, validate (SPEC 4); stats recounted from hmap."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomap import Map, inspect, int64
from support.inside import fill_until_growing, flags, layout, pile_up
from support.machine import HASHERS

FIELDS = "count flags B noverflow hash0 nevacuate growing same_size_grow buckets oldbuckets"
STATS = (
    "count B flags buckets old_buckets overflow_buckets old_overflow_buckets noverflow "
    "load_factor pct_overflow bytes_per_entry hit_probe miss_probe occupancy chain_lengths "
    "tophash_counts bytes_header bytes_buckets bytes_overflow bytes_old bytes_spare "
    "bytes_total bytes_empty_slots doublings same_size_growths reseeds growing evacuated old_total"
).split()
TYPES = [(int64, int64), (int, int), (object, object)]


def test_hmap_has_the_fields_of_the_spec() -> None:
    hmap = inspect.hmap(Map[int64, int64]({1: 1}))
    for field in (*FIELDS.split(), "next_overflow"):
        assert hasattr(hmap, field), field
    (chain,) = hmap.buckets
    assert isinstance(chain, tuple)
    (bucket,) = chain
    assert isinstance(bucket, inspect.Bucket)
    assert bucket.index == 0
    assert isinstance(bucket.tophash, bytes)
    assert bucket.keys == (1, *[None] * 7)
    assert bucket.elems == (1, *[None] * 7)
    assert bucket.preallocated is None


def test_snapshots_are_frozen() -> None:
    m = Map[int, int]({n: n for n in range(20)})
    hmap = inspect.hmap(m)
    before = hmap.count, hmap.buckets[0][0].keys
    with pytest.raises((AttributeError, TypeError, dataclasses.FrozenInstanceError)):
        hmap.count = 5
    with pytest.raises((AttributeError, TypeError, dataclasses.FrozenInstanceError)):
        hmap.buckets[0][0].keys = ()
    m.clear()
    assert (hmap.count, hmap.buckets[0][0].keys) == before


def test_stats_has_the_fields_of_the_spec() -> None:
    stats = inspect.stats(Map[int64, int64]({1: 1}))
    for field in STATS:
        assert hasattr(stats, field), field
    as_dict = stats.as_dict()
    assert set(STATS) <= set(as_dict)
    assert all(as_dict[field] == getattr(stats, field) for field in STATS)
    json.dumps(as_dict)
    assert len(stats.occupancy) == 9
    assert len(stats.tophash_counts) == 256


@pytest.mark.parametrize("function", ["hmap", "stats", "validate"])
def test_only_maps_can_be_looked_into(function: str) -> None:
    for other in ({}, 5, None, Map):
        with pytest.raises(TypeError):
            getattr(inspect, function)(other)
    with pytest.raises(TypeError):
        inspect.iterate({}, 0, 0)


def test_empty_map_before_its_first_bucket() -> None:
    stats = inspect.stats(Map[int64, int64]())
    assert (stats.count, stats.B, stats.buckets, stats.bytes_buckets) == (0, 0, 1, 0)
    assert stats.load_factor == 0
    assert sum(stats.tophash_counts) == 0
    assert stats.doublings == stats.same_size_growths == stats.reseeds == 0
    assert stats.growing is False


def reachable(hmap: Any) -> list[tuple[Any, ...]]:
    """The chains that a lookup can reach, one for each that it would walk."""
    if hmap.buckets is None:
        return []
    if hmap.oldbuckets is None:
        return list(hmap.buckets)
    waiting = [chain for chain in hmap.oldbuckets if not 2 <= chain[0].tophash[0] <= 4]
    mask = len(hmap.oldbuckets) - 1
    moved = [
        chain
        for index, chain in enumerate(hmap.buckets)
        if 2 <= hmap.oldbuckets[index & mask][0].tophash[0] <= 4
    ]
    return waiting + moved


def used(bucket: Any) -> int:
    """Occupied slots."""
    return sum(top >= 5 for top in bucket.tophash)


def check_stats(m: Any) -> None:
    """Every number of stats, counted again from a snapshot."""
    hmap, stats = inspect.hmap(m), inspect.stats(m)
    for field in ("count", "B", "flags", "noverflow", "growing"):
        assert getattr(stats, field) == getattr(hmap, field), field
    assert stats.buckets == 1 << hmap.B
    assert stats.load_factor == pytest.approx(hmap.count / (1 << hmap.B))
    chains, old = list(hmap.buckets or ()), list(hmap.oldbuckets or ())
    assert stats.old_buckets == len(old)
    assert stats.old_total == len(old)
    assert stats.overflow_buckets == sum(len(chain) - 1 for chain in chains)
    evacuated = [chain for chain in old if 2 <= chain[0].tophash[0] <= 4]
    assert stats.evacuated == len(evacuated)
    live = reachable(hmap)
    tops = Counter(t for chain in live for b in chain for t in b.tophash if t >= 5)
    assert sum(tops.values()) == hmap.count
    assert list(stats.tophash_counts)[5:] == [tops[t] for t in range(5, 256)]
    assert sum(stats.occupancy) > 0 or hmap.buckets is None
    if not hmap.growing and chains:
        occupancy = Counter(used(chain[0]) for chain in chains)
        assert list(stats.occupancy) == [occupancy[n] for n in range(9)]
        lengths = Counter(len(chain) - 1 for chain in chains)
        counted = {n: c for n, c in enumerate(stats.chain_lengths) if c}
        assert counted == dict(lengths)
    check_probes(hmap, stats, live)


def check_probes(hmap: Any, stats: Any, live: list[tuple[Any, ...]]) -> None:
    """Go's four figures: over chains, counting the entries that are looked at."""
    if not hmap.count or hmap.growing:
        return
    # Entries looked at: slots whose entry a search passes, the found one included.
    entries = [sum(used(b) for b in chain) for chain in live]
    assert stats.miss_probe == pytest.approx(sum(entries) / len(live))
    hits = sum(n * (n + 1) / 2 for n in entries) / hmap.count
    assert stats.hit_probe == pytest.approx(hits)
    with_overflow = sum(len(chain) > 1 for chain in live)
    assert stats.pct_overflow == pytest.approx(100 * with_overflow / len(live))


OPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 300), st.integers(1, 60)),
        st.tuples(st.just("del"), st.integers(0, 300), st.integers(1, 60)),
        st.tuples(st.just("iterate"), st.just(0), st.just(0)),
        st.tuples(st.just("clear"), st.just(0), st.just(0)),
        st.tuples(st.just("shrink"), st.just(0), st.just(0)),
    ),
    max_size=12,
)


@given(
    ops=OPS,
    types=st.sampled_from(TYPES),
    hint=st.sampled_from([0, 9, 110]),
    hasher=st.sampled_from(["own", "mixed", "low", "two"]),
)
def test_stats_agree_with_the_snapshot(ops: Any, types: Any, hint: int, hasher: str) -> None:
    m = Map[types](hint=hint, seed=1, hasher=HASHERS[hasher]) if HASHERS[hasher] else Map[types]()
    iterators = []
    for name, first, n in ops:
        if name == "set":
            m.update({k: k for k in range(first, first + n)})
        elif name == "del":
            for k in range(first, first + n):
                del m[k]
        elif name == "iterate":
            iterators.append(iter(m))
            next(iterators[-1], None)
        else:
            getattr(m, name)()
        check_stats(m)
        assert inspect.validate(m) is None


def test_bytes_per_entry_is_overhead_of_buckets_in_use() -> None:
    """8 tophash bytes and a pointer a bucket, plus empty slots, per entry; no spares."""
    m = Map[int64, int64](hint=100, seed=3)
    for n in range(80):
        m[n] = n
    stats = inspect.stats(m)
    buckets = 16 + stats.overflow_buckets
    assert stats.bytes_per_entry == pytest.approx((buckets * 144 - 80 * 16) / 80)
    assert stats.bytes_spare > 0
    assert stats.bytes_empty_slots == (buckets * 8 - 80) * 16


@pytest.mark.parametrize("types", TYPES, ids=lambda types: types[0].__name__)
def test_internal_walks_leave_no_flag_behind(types: Any) -> None:
    def internal(m: Any) -> None:
        repr(m)
        assert m == m.copy()
        assert m == m.to_dict()
        assert m.to_dict() == m
        inspect.stats(m)
        inspect.hmap(m)
        inspect.validate(m)
        assert len(m | {}) == len(m)
        m.random_item()
        _ = 1 in m.values(), (1, 1) in m.items(), m.keys() == m.keys()

    m = Map[types]({n: n for n in range(60)})
    m.finish_growth()
    assert flags(m) == 0
    before = layout(m)
    internal(m)
    assert layout(m) == before
    growing = Map[types]()
    fill_until_growing(growing, range(100_000), 1)
    before = layout(growing)
    internal(growing)
    assert layout(growing) == before
    other = growing.copy()
    assert flags(other) == 0
    growing.update(other)
    assert flags(other) == 0


def test_counters_count_from_zero() -> None:
    m = Map[int64, int64](hasher=lambda key, seed: key, hint=200)
    stats = inspect.stats(m)
    assert (stats.doublings, stats.same_size_growths, stats.reseeds) == (0, 0, 0)
    pile_up(m)
    assert inspect.stats(m).same_size_growths == 1
    m.clear()
    m[1] = 1
    del m[1]
    assert inspect.stats(m).reseeds == 2


@pytest.mark.large
def test_go_s_published_figures_at_the_limit() -> None:
    """At 6.5 entries a bucket Go's table says 20.90 % overflow, 10.79, 4.25, 6.50."""
    m = Map[int64, int64](seed=1, hint=(13 << 15))
    for n in range(13 << 15):
        m[n] = n
    stats = inspect.stats(m)
    assert stats.load_factor == 6.5
    assert stats.pct_overflow == pytest.approx(20.90, abs=0.5)
    assert stats.bytes_per_entry == pytest.approx(10.79, abs=0.3)
    assert stats.hit_probe == pytest.approx(4.25, abs=0.05)
    assert stats.miss_probe == pytest.approx(6.50, abs=0.01)


def test_iterate_takes_its_start_by_name() -> None:
    m = Map[int64, int64]({1: 10})
    assert list(inspect.iterate(m, start_bucket=0, offset=3)) == [(1, 10)]
