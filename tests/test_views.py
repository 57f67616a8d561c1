"""keys(), values(), items(): live views, set operations, iteration, reversal (SPEC 2)."""

from __future__ import annotations

from collections.abc import ItemsView, KeysView, ValuesView
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomap import Map, float64, int64, interface
from support.inside import flags

CLASSES: list[Any] = [Map[int, int], Map[int64, int64], Map[object, object], Map[interface, int]]


@pytest.fixture(params=CLASSES, ids=repr)
def cls(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_views_are_registered_and_live(cls: Any) -> None:
    m = cls({1: 10})
    keys, values, items = m.keys(), m.values(), m.items()
    assert isinstance(keys, KeysView)
    assert isinstance(values, ValuesView)
    assert isinstance(items, ItemsView)
    m[2] = 20
    assert len(keys) == len(values) == len(items) == 2
    assert sorted(keys) == [1, 2]
    assert sorted(values) == [10, 20]
    assert sorted(items) == [(1, 10), (2, 20)]
    m.clear()
    assert list(keys) == list(values) == list(items) == []


def test_membership(cls: Any) -> None:
    m = cls({1: 10, 2: 20})
    assert 1 in m.keys()
    assert 3 not in m.keys()
    assert (1, 10) in m.items()
    assert (1, 20) not in m.items()
    assert (3, 0) not in m.items()
    assert 10 in m.values()
    assert 30 not in m.values()
    assert 5 not in m.items()
    assert (1, 2, 3) not in m.items()


def test_an_absent_key_with_the_zero_value_is_no_item() -> None:
    assert (1, 0) not in Map[int, int]().items()


NUMBERS = st.frozensets(st.integers(0, 12))


@given(left=NUMBERS, right=NUMBERS, which=st.sampled_from(CLASSES))
def test_keys_have_set_operations(left: frozenset[int], right: frozenset[int], which: Any) -> None:
    keys = which.fromkeys(left, 1).keys()
    others: list[Any] = [right, set(right), list(right), which.fromkeys(right, 2).keys()]
    others.append(dict.fromkeys(right).keys())
    for other in others:
        for ours, theirs in [
            (keys & other, left & right),
            (keys | other, left | right),
            (keys - other, left - right),
            (keys ^ other, left ^ right),
        ]:
            assert set(ours) == theirs
            assert len(ours) == len(theirs)
        assert keys.isdisjoint(other) == left.isdisjoint(right)
    for other in (right, which.fromkeys(right, 2).keys()):
        assert (keys == other) == (left == right)
        assert (keys != other) == (left != right)
        assert (keys <= other) == (left <= right)
        assert (keys < other) == (left < right)
        assert (keys >= other) == (left >= right)
        assert (keys > other) == (left > right)
    assert set(right & keys) == right & left
    assert set(right | keys) == right | left
    assert set(right - keys) == right - left
    assert set(right ^ keys) == right ^ left


PAIRS = st.dictionaries(st.integers(0, 6), st.integers(0, 2))


@given(left=PAIRS, right=PAIRS, which=st.sampled_from(CLASSES))
def test_items_have_set_operations(left: dict[int, int], right: dict[int, int], which: Any) -> None:
    ours, theirs = which(left).items(), which(right).items()
    a, b = set(left.items()), set(right.items())
    for other in (theirs, right.items(), b):
        assert set(ours & other) == a & b
        assert set(ours | other) == a | b
        assert set(ours - other) == a - b
        assert set(ours ^ other) == a ^ b
        assert ours.isdisjoint(other) == a.isdisjoint(b)
        assert (ours == other) == (a == b)
        assert (ours <= other) == (a <= b)
        assert (ours > other) == (a > b)


def test_set_operations_with_an_iterator() -> None:
    keys = Map[int, int]({1: 1, 2: 2}).keys()
    assert set(keys & iter([2, 3])) == {2}
    assert set(keys | iter([2, 3])) == {1, 2, 3}
    with pytest.raises(TypeError):
        keys & 5


def test_items_with_unhashable_elements() -> None:
    m = Map[int, list]({1: [1]})
    assert (1, [1]) in m.items()
    assert m.items() == m.items()
    with pytest.raises(TypeError):
        m.items() | set()


def test_views_have_no_hash_and_show_their_map() -> None:
    m = Map[int, str]({1: "a"})
    for view in (m.keys(), m.items()):
        with pytest.raises(TypeError):
            hash(view)
    assert "1" in repr(m.keys())
    assert "'a'" in repr(m.values())
    assert "(1, 'a')" in repr(m.items())


def test_repr_and_set_operations_of_views_leave_no_flag() -> None:
    m = Map[int, int]({n: n for n in range(50)})
    for view in (m.keys(), m.values(), m.items()):
        repr(view)
    assert flags(m) == 0


def test_view_keeps_its_map_alive() -> None:
    keys = Map[int, int]({1: 1}).keys()
    assert list(keys) == [1]


def test_values_with_nan_and_identity() -> None:
    nan = float("nan")
    m = Map[int, object]({1: nan})
    assert nan in m.values()
    floats = Map[int64, float64]({1: nan})
    assert len(list(floats.values())) == 1


def test_nan_keys_are_in_no_view_membership() -> None:
    m = Map[float, int]({float("nan"): 1})
    (key,) = m
    assert key not in m.keys()
    assert (key, 1) not in m.items()
    assert len(m.keys()) == 1


def test_each_iteration_of_a_view_draws_its_own_order() -> None:
    m = Map[int, int]({n: n for n in range(64)})
    keys = m.keys()
    assert len({tuple(keys) for _ in range(20)}) > 1
