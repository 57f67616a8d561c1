"""The zero value of an absent key: what it is, and that reading inserts nothing."""

from __future__ import annotations

from typing import Any

import pytest

from gomap import Map, float64, int64
from support.inside import layout
from support.kinds import ELEMS, Kind


@pytest.mark.parametrize("kind", ELEMS, ids=lambda kind: kind.name)
def test_absent_key_reads_as_the_zero_value(kind: Kind) -> None:
    for m in (
        Map[str, kind.type](),
        Map[str, kind.type].nil(),
        Map[str, kind.type](hint=100),
    ):
        assert (type(m["absent"]), m["absent"]) == (type(kind.zero), kind.zero)
        assert m.lookup("absent") == (kind.zero, False)
        assert m.get("absent") is None
        assert m.get("absent", "default") == "default"
        assert len(m) == 0
        assert "absent" not in m


@pytest.mark.parametrize("kind", ELEMS, ids=lambda kind: kind.name)
def test_setdefault_and_fromkeys_without_a_value_use_the_zero(kind: Kind) -> None:
    m = Map[str, kind.type]()
    assert m.setdefault("a") == kind.zero
    assert m.lookup("a") == (kind.zero, True)
    m = Map[str, kind.type].fromkeys(["a", "b"])
    assert m.lookup("a") == m.lookup("b") == (kind.zero, True)


def test_reading_inserts_and_moves_nothing() -> None:
    m = Map[int, int]({n: n for n in range(100)})
    before = layout(m)
    for n in range(200):
        _ = m[n], m.get(n), m.lookup(n), n in m
    assert layout(m) == before


def test_zero_of_one_s_own() -> None:
    m = Map[str, int](zero=7)
    assert m["absent"] == 7
    assert m.lookup("absent") == (7, False)
    assert m.add("a", 1) == 8
    assert m.setdefault("b") == 7
    assert m.copy()["absent"] == 7
    assert (m | {"c": 1})["absent"] == 7


def test_zero_none_of_a_class_type() -> None:
    m = Map[str, list](zero=None)
    assert m["absent"] is None


@pytest.mark.parametrize(("elem", "zero"), [(int, "x"), (str, 1), (list, ()), (int64, 1 << 63)])
def test_zero_is_checked_against_the_element_type(elem: Any, zero: Any) -> None:
    with pytest.raises((TypeError, OverflowError)):
        Map[str, elem](zero=zero)


def test_zero_object_is_shared_not_copied() -> None:
    default: list[int] = []
    m = Map[str, list](zero=default)
    assert m["absent"] is default


def test_zero_of_unboxed_elements() -> None:
    m = Map[int64, float64](zero=0.5)
    assert m[1] == 0.5
    assert m.add(1, 0.25) == 0.75


def test_counting_needs_no_insertion_by_reading() -> None:
    m = Map[str, int]()
    for word in "a b a c a b".split():
        m[word] += 1
    assert m.to_dict() == {"a": 3, "b": 2, "c": 1}
