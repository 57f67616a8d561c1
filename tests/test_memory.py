"""What a map weighs, to the byte, and that failures and life cycles leak nothing."""

from __future__ import annotations

import gc
import sys
from typing import Any

import pytest

from gomap import Map, float64, inspect, int64
from support.hostile import Acting, HostileError, fail
from support.inside import fill_until_growing
from support.leaks import steady

CLASSES: list[Any] = [Map[int64, int64], Map[float64, int64], Map[int, int], Map[object, object]]


def assert_adds_up(m: Any) -> None:
    stats = inspect.stats(m)
    parts = stats.bytes_header + stats.bytes_buckets + stats.bytes_overflow
    parts += stats.bytes_old + stats.bytes_spare
    assert parts == stats.bytes_total
    assert stats.bytes_total == sys.getsizeof(m)


@pytest.mark.parametrize("cls", CLASSES, ids=repr)
def test_bytes_add_up_to_getsizeof(cls: Any) -> None:
    m = cls()
    assert_adds_up(m)
    iterator = None
    for n in range(2000):
        m[n] = n
        if n % 13 == 0:
            assert_adds_up(m)
        if n == 1000:
            iterator = iter(m)
    for n in range(1500):
        del m[n]
    assert_adds_up(m)
    del iterator
    m.shrink()
    assert_adds_up(m)
    m.clear()
    assert_adds_up(m)
    assert_adds_up(cls.nil())
    assert_adds_up(cls(hint=1000))


HEAD = 128
"""More than any array or single bucket needs beside its buckets."""


def test_unboxed_buckets_are_144_bytes() -> None:
    for b in (0, 1, 5, 8):
        m = Map[int64, float64](hint=0 if b == 0 else 13 * (1 << (b - 1)))
        m[1] = 1.0
        stats = inspect.stats(m)
        assert stats.B == b
        assert 0 <= stats.bytes_buckets - 144 * (1 << b) <= HEAD


def test_overflow_buckets_weigh_as_much() -> None:
    m = Map[int64, int64](seed=1, hint=8)
    while inspect.stats(m).overflow_buckets == 0:
        m[len(m)] = 1
    stats = inspect.stats(m)
    assert 0 <= stats.bytes_overflow - 144 * stats.overflow_buckets <= HEAD


def test_a_growing_map_counts_its_old_buckets() -> None:
    m = Map[int64, int64]()
    fill_until_growing(m, range(100_000), 1)
    assert inspect.stats(m).bytes_old > 0
    total = inspect.stats(m).bytes_total
    m.finish_growth()
    assert inspect.stats(m).bytes_old == 0
    assert inspect.stats(m).bytes_total < total


@pytest.mark.large
def test_unboxed_map_holds_no_python_objects() -> None:
    gc.collect()
    m = Map[int64, float64](hint=50_000)
    before = sys.getallocatedblocks()
    for n in range(50_000):
        m[n] = 0.5
    assert sys.getallocatedblocks() - before < 500


@pytest.mark.parametrize("cls", CLASSES, ids=repr)
def test_life_cycles_leak_nothing(cls: Any) -> None:
    def life() -> None:
        m = cls({n: n for n in range(300)})
        iterator = iter(m)
        next(iterator)
        for n in range(300, 900):
            m[n] = n
        other = m.copy()
        for n in range(0, 900, 2):
            del m[n]
        m.shrink()
        other.clear()
        repr(m)
        list(iterator)
        inspect.hmap(m)
        inspect.stats(m)

    assert steady(life) < 250


def test_failures_leak_nothing() -> None:
    def failures() -> None:
        m = Map({Acting(n): n for n in range(10)})
        probe = Acting("probe")
        for when in ("on_eq", "on_hash"):
            setattr(probe, when, fail)
            for operation in (m.get, m.pop, m.setdefault, m.lookup, m.__contains__):
                with pytest.raises(HostileError):
                    operation(probe)
            probe.disarm()
        for cls in CLASSES[:3]:
            with pytest.raises(TypeError):
                cls({"a": 1})
            with pytest.raises(TypeError):
                cls([(1, 1), (2, "b")])

    assert steady(failures) < 250


def test_classes_leak_nothing() -> None:
    def make() -> None:
        for elem in (int, str, list, dict):
            _ = Map[str, elem]

    assert steady(make) < 250


def test_a_leak_would_be_seen() -> None:
    kept: list[Any] = []
    assert steady(lambda: kept.append(Map[int64, int64]({1: 1}))) > 100
