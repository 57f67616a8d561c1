"""Looking inside: hmap, stats, validate (SPEC 4).  The figures: test_stats_recount.py."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from gomap import Map, inspect, int64
from support.inside import fill_until_growing, flags, layout, pile_up

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


def test_statistics_of_something_else_name_the_function() -> None:
    with pytest.raises(TypeError, match=r"^stats: a gomap\.Map is required, not dict$"):
        inspect.stats({})  # type: ignore[arg-type]


def many(n: int) -> Any:
    """A map of more chains than statistics walk without a word."""
    return Map[int64, int64](hint=n, seed=1)


def test_long_statistics_tell_how_far_they_are() -> None:
    m, told = many(1_000_000), []
    m[1] = 1
    assert inspect.stats(m, progress=told.append) == inspect.stats(m)
    assert told == [0.25, 0.5, 0.75, 1.0], "262,144 buckets"
    told.clear()
    inspect.stats(Map[int, int]({1: 1}), progress=told.append)
    assert told == []


def test_what_progress_raises_comes_out() -> None:
    def refuse(fraction: float) -> None:
        raise KeyError(fraction)

    m = many(1_000_000)
    before = inspect.stats(m)
    with pytest.raises(KeyError, match=r"0\.25"):
        inspect.stats(m, progress=refuse)
    with pytest.raises(TypeError, match="not callable"):
        inspect.stats(m, progress=7)  # type: ignore[arg-type]
    assert inspect.stats(m) == before


def test_a_map_that_progress_changes_is_walked_anew() -> None:
    m, told = many(1_000_000), []

    def change(fraction: float) -> None:
        told.append(fraction)
        if len(told) in (2, 3):
            m[len(told)] = 0

    assert inspect.stats(m, progress=change).count == 2
    assert told == [0.25, 0.5, 0.25, 0.25, 0.5, 0.75, 1.0]
    m.clear()
    told.clear()
    with pytest.raises(RuntimeError, match="changed while it was being read"):
        inspect.stats(m, progress=lambda _: (told.append(0), m.add(1, 1), m.clear()))
    assert len(told) == 10


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
