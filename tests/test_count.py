"""``gomap.count``: how often each item comes, of an iterable or an array."""

from __future__ import annotations

import array
import collections
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import gomap
from gomap import Map as AnyMap
from gomap import NilMapError, count, float64, int8, int64, uint8
from support.arrays import SIZED, Side, entries
from support.hostile import HostileError, fail
from support.inside import assert_valid
from support.kinds import Point

Map: Any = AnyMap
WORDS = "the cat and the dog and the end".split()


@pytest.mark.parametrize("make", [list, tuple, iter, lambda words: (word for word in words)])
def test_words_are_counted(make: Any) -> None:
    m = count(make(WORDS))
    assert type(m) is Map[object, int]
    assert m.to_dict() == collections.Counter(WORDS)
    assert m["absent"] == 0
    assert_valid(m)


def test_a_string_is_an_iterable_of_characters() -> None:
    assert count("abca").to_dict() == {"a": 2, "b": 1, "c": 1}


def test_anything_hashable_is_counted_with_python_s_equality() -> None:
    things = [1, 1.0, True, "1", (1, 2), Point(1, 2), None, None]
    m = count(things)
    assert m.to_dict() == {1: 3, "1": 1, (1, 2): 2, None: 2}
    assert count([float("nan")] * 3).to_arrays()[1] == [1, 1, 1]


def test_nothing_is_counted_as_nothing() -> None:
    for nothing in ([], (), "", iter(()), {}, set()):
        m = count(nothing)
        assert type(m) is Map[object, int]
        assert m.to_dict() == {}
    m = count(np.array([], np.int16))
    assert type(m) is Map[gomap.int16, int64]
    assert len(m) == 0


def test_mappings_and_maps_are_counted_by_their_keys() -> None:
    assert count({"a": 5}).to_dict() == {"a": 1}
    assert count(Map[str, int]({"a": 5, "b": 1})).to_dict() == {"a": 1, "b": 1}
    assert count(collections.Counter("aab")).to_dict() == {"a": 1, "b": 1}


@pytest.mark.parametrize("side", SIZED, ids=lambda side: side.name)
def test_arrays_are_counted_in_a_map_of_their_dtype(side: Side) -> None:
    values = side.few * 2 + side.many[:60] + side.many[:7]
    m = count(side.array(values))
    assert type(m) is Map[side.type, int64]
    expected = Map[side.type, int64]()
    for value in values:
        expected.add(value, 1)
    assert entries(m) == entries(expected)
    assert_valid(m)


@pytest.mark.large
def test_large_arrays_are_counted() -> None:
    values = np.random.default_rng(1).zipf(1.3, 300_000)
    m = count(values)
    unique, counts = np.unique(values, return_counts=True)
    assert m.to_dict() == dict(zip(unique.tolist(), counts.tolist(), strict=True))
    assert m.get_many(unique)[0].tolist() == counts.tolist()


def test_other_buffers_are_counted() -> None:
    for given, kind in (
        (array.array("h", [1, 2, 1]), gomap.int16),
        (array.array("d", [1, 2, 1]), float64),
        (memoryview(array.array("q", [1, 2, 1])), int64),
        (np.array([1, 9, 2, 9, 1])[::2], int64),
        (bytearray(b"\1\2\1"), uint8),
    ):
        m = count(given)
        assert type(m) is Map[kind, int64], given
        assert m.to_dict() == {1: 2, 2: 1}


def test_bytes_are_counted_by_value() -> None:
    m = count(b"aba")
    assert m.to_dict() == {97: 2, 98: 1}


def test_arrays_of_other_dtypes_are_counted_as_objects_or_refused() -> None:
    for given in (np.array(["a", "b", "a"]), np.array(["a", "b", "a"], object)):
        try:
            m = count(given)
        except TypeError as error:
            assert "array of" in str(error)
        else:
            assert m.to_dict() == {"a": 2, "b": 1}
    with pytest.raises((TypeError, ValueError), match="dimension"):
        count(np.zeros((2, 2), np.int64))


def test_arrow_and_pandas_columns_are_counted() -> None:
    pa = pytest.importorskip("pyarrow")
    assert count(pa.array([1, 2, 1])).to_dict() == {1: 2, 2: 1}
    assert count(pa.chunked_array([[1, 2], [1]])).to_dict() == {1: 2, 2: 1}
    assert type(count(pa.array([1, 2], pa.int8()))) is Map[int8, int64]
    assert count(pa.array(["a", "b", "a"])).to_dict() == {"a": 2, "b": 1}
    pd = pytest.importorskip("pandas")
    assert count(pd.Series([1, 2, 1])).to_dict() == {1: 2, 2: 1}
    assert type(count(pd.Series([1.5]))) is Map[float64, int64]
    assert count(pd.Series(["a", "b", "a"])).to_dict() == {"a": 2, "b": 1}


def test_into_adds_to_a_map_and_gives_it_back() -> None:
    m = Map[str, int]({"the": 10, "z": 1})
    assert count(WORDS, into=m) is m
    assert m.to_dict() == {"the": 13, "z": 1, "cat": 1, "and": 2, "dog": 1, "end": 1}
    assert count(WORDS, m) is m
    assert m["the"] == 16


def test_into_an_unboxed_map() -> None:
    for into in (Map[int64, int64](), Map[int64, uint8](), Map[int64, float64](), Map[int, int]()):
        assert count(np.array([1, 2, 1]), into=into) is into
        count([2, 3], into=into)
        assert into.to_dict() == {1: 2, 2: 2, 3: 1}


def test_into_none_makes_a_map() -> None:
    assert count("ab", None).to_dict() == {"a": 1, "b": 1}


def test_counts_out_of_range_leave_the_map_as_it_was() -> None:
    m = Map[int64, uint8]({1: 254, 2: 0})
    with pytest.raises(OverflowError, match="the sum at index 3 is out of range for uint8"):
        count(np.array([5, 1, 2, 1]), into=m)
    assert m.to_dict() == {1: 254, 2: 0}
    assert_valid(m)


def test_into_something_else_is_refused() -> None:
    for into in ({}, collections.Counter(), [], 5, Map, Map[str, int]):
        with pytest.raises(TypeError):
            count(["a"], into=into)
    with pytest.raises(TypeError):
        count(["a"], into=Map[str, str]())
    with pytest.raises(TypeError):
        count(["a"], into=Map[int64, int64]())
    with pytest.raises(TypeError):
        count(["a"], into=Map[str, gomap.bool_]())
    with pytest.raises(NilMapError):
        count(["a"], into=Map[str, int].nil())


def test_bad_items_are_refused() -> None:
    with pytest.raises(TypeError, match=r"unhashable|cannot use"):
        count(["a", []])
    for bad in (5, None, object()):
        with pytest.raises(TypeError):
            count(bad)
    with pytest.raises(TypeError):
        count()
    with pytest.raises(TypeError):
        count([], Map(), 5)


def test_an_iterable_that_raises_passes_its_error_on() -> None:
    def items() -> Iterator[str]:
        yield "a"
        yield "b"
        fail()

    m = Map[str, int]({"a": 1})
    with pytest.raises(HostileError):
        count(items(), into=m)
    assert_valid(m)
    assert m["a"] in (1, 2)


def test_counts_are_exact_ints_and_can_grow_without_bound() -> None:
    m = Map[str, int]({"a": 1 << 70})
    count("aa", into=m)
    assert m["a"] == (1 << 70) + 2


def test_a_map_with_a_zero_of_its_own_counts_from_there() -> None:
    m = Map[str, int](zero=100)
    count("aab", into=m)
    assert m.to_dict() == {"a": 102, "b": 101}


def test_counting_what_is_being_counted() -> None:
    m: Any = Map[object, int]({1: 1, 2: 2})
    count(m, into=m)
    assert set(m.values()) <= {2, 3}
    assert_valid(m)
