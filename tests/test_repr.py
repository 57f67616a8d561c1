"""repr: sorted as Go's fmt prints, safe in recursion, leaving no trace (SPEC 2 and 7)."""

from __future__ import annotations

from typing import Any

import pytest

from gomap import Map, float64, int64
from support.hostile import HostileError
from support.inside import flags, layout


def test_keys_are_sorted_when_they_compare() -> None:
    assert repr(Map[str, int]({"b": 1, "a": 2})) == "Map[str, int]({'a': 2, 'b': 1})"
    numbers = Map[int64, int64]({n: -n for n in (5, -3, 0)})
    assert repr(numbers) == "Map[int64, int64]({-3: 3, 0: 0, 5: -5})"
    floats = Map[float64, int]({1.5: 1, -2.0: 2})
    assert repr(floats) == "Map[float64, int]({-2.0: 2, 1.5: 1})"


def test_keys_that_do_not_compare_come_in_some_order() -> None:
    text = repr(Map({1: "x", "a": "y", None: "z"}))
    assert text.startswith("Map({")
    for part in ("1: 'x'", "'a': 'y'", "None: 'z'"):
        assert part in text


def test_repr_reads_back() -> None:
    m = Map[str, list]({"a": [1, "é"], "b": []})
    assert eval(repr(m)) == m


def test_recursion_is_cut() -> None:
    m = Map[str, object]()
    m["self"] = m
    assert repr(m) == "Map[str, object]({'self': Map[str, object]({...})})" or "..." in repr(m)
    pair = Map(), Map()
    pair[0][1], pair[1][0] = pair[1], pair[0]
    assert "..." in repr(pair[0])


def test_repr_leaves_no_flag_and_moves_nothing() -> None:
    m = Map[int, int]({n: n for n in range(60)})
    before = layout(m)
    repr(m)
    assert layout(m) == before
    assert flags(m) == 0


class Unprintable:
    """Its repr raises."""

    def __repr__(self) -> str:
        raise HostileError


def test_repr_that_raises_is_passed_on() -> None:
    m = Map[str, object]({"a": Unprintable()})
    with pytest.raises(HostileError):
        repr(m)
    assert repr(Map[str, object]({"a": 1})) == "Map[str, object]({'a': 1})"


def test_repr_may_change_the_map() -> None:
    m: Any = Map[str, object]()

    class Clearing:
        def __repr__(self) -> str:
            m.clear()
            return "cleared"

    m.update({"a": Clearing(), "b": Clearing(), "c": Clearing()})
    assert "cleared" in repr(m)
    assert len(m) == 0


def test_nan_keys_are_shown() -> None:
    m = Map[float, int]()
    m[float("nan")] = 1
    m[float("nan")] = 2
    m[1.0] = 3
    text = repr(m)
    assert text.count("nan: ") == 2
    assert "1.0: 3" in text


def test_a_subclass_shows_its_own_name() -> None:
    class Ages(Map[str, int]):
        pass

    assert repr(Ages({"a": 1})).startswith("Ages(") or "Ages" in repr(Ages({"a": 1}))
