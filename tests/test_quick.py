"""The short paths of the commonest keys: they answer as the long ones do.

What they might get wrong: hashes computed without asking the object, keys equal but not
the same, and ints that are changed in place because nobody else holds them.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

import gomap
from gomap import Map, int64
from support.inside import assert_valid

P = 2**61 - 1  # CPython hashes ints modulo this
EDGES = sorted(
    {
        sign * (base + step)
        for base in (0, 1, 2, 256, 2**30, 2**31, 2**60, P, 2 * P, 3 * P, 2**62, 2**63)
        for step in (-2, -1, 0, 1, 2)
        for sign in (-1, 1)
    }
)
IN_INT64 = [edge for edge in EDGES if -(2**63) <= edge < 2**63]


@pytest.mark.parametrize("other", [Decimal, Fraction])
def test_an_int_and_an_equal_number_are_one_key_of_a_plain_map(other: Any) -> None:
    strangers, ints = Map(), Map()
    for edge in EDGES:
        strangers[other(edge)] = edge
        ints[edge] = edge
    for edge in EDGES:
        assert strangers[edge] == edge and edge in strangers
        assert ints[other(edge)] == edge and ints.get(other(edge)) == edge
    assert_valid(ints)


@pytest.mark.parametrize("types", [(object, int), (int, int), (int64, int64), (int64, object)])
def test_equal_ints_that_are_other_objects(types: Any) -> None:
    m = Map[types](dict.fromkeys(IN_INT64, 0))
    for edge in IN_INT64:
        same = int(str(edge))
        m[same] = 7
        assert same in m and m[same] == m.get(same) == 7
        del m[int(str(edge))]
        assert edge not in m and m.get(edge, -1) == -1
    assert len(m) == 0
    assert_valid(m)


@pytest.mark.parametrize("types", [(object, int), (str, int), (str, object)])
def test_equal_strings_that_are_other_objects_at_every_length(types: Any) -> None:
    m = Map[types]()
    for letter in "a", "ä", "я", "🐹":
        for n in range(80):
            m[letter * n + "x"] = n
            for at in range(n):  # one letter differs
                text = letter * at + "?" + letter * (n - at - 1) + "x"
                assert text not in m
            assert m["".join([letter * n, "x"])] == n
            m["".join([letter * n, "x"])] = n + 1000
    assert Counter(m.values()) == {1000: 1, **dict.fromkeys(range(1001, 1080), 4)}
    for key in list(m):
        del m[(key + "y")[:-1]]
    assert len(m) == 0


def test_ints_shown_by_an_iterator_stay_what_they_are() -> None:
    m = Map[int64, int64]({edge: -1 - edge for edge in IN_INT64})
    expected = {edge: -1 - edge for edge in IN_INT64}
    assert sorted(m) == sorted(expected)
    assert dict(m.items()) == expected
    assert sorted(m.values()) == sorted(expected.values())
    kept, shown = [], []
    for i, (key, elem) in enumerate(m.items()):
        shown.append((str(key), str(elem), hash(key)))
        if i % 5 == 3:
            kept.append((key, elem, str(key), str(elem)))
    assert shown == [(str(k), str(v), hash(k)) for k, v in ((int(a), int(b)) for a, b, _ in shown)]
    assert {int(a): int(b) for a, b, _ in shown} == expected
    assert all(str(key) == a and str(elem) == b for key, elem, a, b in kept)


def test_ints_of_two_iterators_at_once() -> None:
    m = Map[int64, int64]({10**18 + n: 10**12 + n for n in range(50)})
    pairs = [(a, b) for a in m for b in m]
    assert len(set(pairs)) == 2500
    iterator = iter(m)
    first, second, third = next(iterator), next(iterator), next(iterator)
    assert len({first, second, third, *iterator}) == 50


def test_counting_leaves_elements_that_others_hold_alone() -> None:
    m = Map[str, int]({"a": 1000, "b": 256, "c": 2**30 - 1, "d": 2**70, "e": -5})
    before = dict(m.items())
    texts = {key: str(value) for key, value in before.items()}
    gomap.count(["a", "b", "c", "d", "e"] * 3, into=m)
    assert {key: str(value) for key, value in before.items()} == texts
    assert m == {key: value + 3 for key, value in before.items()}
    before.clear()
    gomap.count(["a", "b", "c", "d", "e"] * 300, into=m)
    assert m == {"a": 1303, "b": 559, "c": 2**30 + 302, "d": 2**70 + 303, "e": 298}


def test_counting_while_the_map_grows_out_of_the_caches() -> None:
    items = [n % 30_011 for n in range(70_000)] + ["x"] * 500
    assert gomap.count(items) == Counter(items)


def test_the_pair_of_items_is_reused_only_when_nobody_has_it() -> None:
    m = Map[str, object]({str(n): object() for n in range(100)})
    assert len({id(pair) for pair in list(m.items())}) == 100
    for pair in m.items():
        kept = pair
        assert kept[1] is m[kept[0]]
    holding = Map[object, object]({n: [n] for n in range(20)})
    assert sorted((k, v[0]) for k, v in holding.items()) == [(n, n) for n in range(20)]
