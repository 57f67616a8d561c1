"""``m.merge(other, add=True)``: sums of two maps, or the other's elements over one's own."""

from __future__ import annotations

import collections
import types
from typing import Any

import pytest

import gomap
from gomap import Map as AnyMap
from gomap import NilMapError, bool_, complex128, float32, float64, int8, int16, int64, uint8
from support.arrays import BOXED_PAIRS, SIZED, STATES, Side, class_of, entries, filled, pair_id
from support.hostile import Acting, HostileError, fail, once
from support.inside import assert_valid

Map: Any = AnyMap
NUMBERS = [(side, side) for side in SIZED if side.deltas and side.name != "bool_"]
ADDABLE = [*NUMBERS, *[pair for pair in BOXED_PAIRS if pair[1].deltas]]
PAIRS: list[Any] = [pytest.param(pair, id=pair_id(pair)) for pair in ADDABLE]
Pair = tuple[Side, Side]


def small(pair: Pair) -> Any:
    """A map to merge: some keys of the states, some new, NaN left in, elements that add up."""
    key, elem = pair
    m, deltas = class_of(pair)(**(elem.options or {})), (elem.deltas or [])[:4]
    for n, k in enumerate([*key.many[::5], *key.few]):
        m[k] = deltas[n % len(deltas)]
    return m


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("pair", PAIRS)
def test_merging_adds_element_by_element(pair: Pair, state: str) -> None:
    m, other = filled(pair, state), small(pair)
    for k in list(m):
        m[k] = (pair[1].deltas or [])[0]  # not the extremes, whose sums overflow
    expected, before = m.copy(), entries(other)
    for k, e in other.items():
        expected.add(k, e)
    assert m.merge(other) is None
    assert entries(m) == entries(expected)
    assert entries(other) == before
    assert_valid(m)
    assert_valid(other)


@pytest.mark.parametrize("pair", PAIRS)
def test_merging_without_adding_overwrites(pair: Pair) -> None:
    for state in STATES:
        m, other = filled(pair, state), small(pair)
        expected = m.copy()
        expected.update(other)
        m.merge(other, add=False)
        assert entries(m) == entries(expected)
        assert_valid(m)


@pytest.mark.parametrize(
    "other",
    [
        {1: 10, 3: 30},
        collections.Counter({1: 10, 3: 30}),
        collections.OrderedDict({1: 10, 3: 30}),
        types.MappingProxyType({1: 10, 3: 30}),
        collections.ChainMap({1: 10}, {3: 30}),
        Map({1: 10, 3: 30}),
        Map[int, int]({1: 10, 3: 30}),
        Map[int8, int16]({1: 10, 3: 30}),
        Map[uint8, uint8]({1: 10, 3: 30}),
        Map[int64, object]({1: 10, 3: 30}),
        Map[gomap.interface, int64]({1: 10, 3: 30}),
    ],
    ids=lambda other: type(other).__name__,
)
def test_merging_takes_any_map_or_mapping(other: Any) -> None:
    for types_ in ((int64, int64), (int, int), (int8, float64), (object, object)):
        m = Map[types_]({1: 1, 2: 2}, zero=0)
        m.merge(other)
        assert m.to_dict() == {1: 11, 2: 2, 3: 30}
        m.merge(other, add=False)
        assert m.to_dict() == {1: 10, 2: 2, 3: 30}
        m.merge(other, False)
        m.merge(other=other, add=0)
        assert m.to_dict() == {1: 10, 2: 2, 3: 30}
        m.merge(other, add=1)
        assert m.to_dict() == {1: 20, 2: 2, 3: 60}


def test_merging_with_itself_doubles() -> None:
    for types_ in ((int64, int64), (int, int), (object, object), (str, float64)):
        keys = [str(n) for n in range(100)] if types_[0] is str else list(range(100))
        m = Map[types_]({key: 1 for key in keys}, zero=0)
        m.merge(m)
        assert m.to_dict() == {key: 2 for key in keys}
        m.merge(m, add=False)
        assert m.to_dict() == {key: 2 for key in keys}
        assert_valid(m)


def test_merging_nothing() -> None:
    m = Map[int64, int64]({1: 1})
    for nothing in ({}, Map(), Map[int64, int64](), Map[int64, int64].nil(), Map[str, str].nil()):
        m.merge(nothing)
        m.merge(nothing, add=False)
        assert m.to_dict() == {1: 1}


def test_merging_into_nil() -> None:
    nil = Map[int64, int64].nil()
    for add in (True, False):
        nil.merge({}, add=add)
        nil.merge(Map[int64, int64].nil(), add=add)
        for other in ({1: 1}, Map[int64, int64]({1: 1}), Map[int, int]({1: 1})):
            with pytest.raises(NilMapError, match="assignment to entry in nil map"):
                nil.merge(other, add=add)
    assert nil.is_nil


def test_a_sum_out_of_range_leaves_the_map_as_it_was() -> None:
    for types_ in ((int64, int8), (int64, uint8)):
        m = Map[types_]({n: 100 for n in range(20)})
        most = 127 if types_[1] is int8 else 255
        for other in (
            Map[types_]({5: most - 99, 100: 1}),
            Map[int64, int64]({5: most - 99, 100: 1}),
            {n: 1 for n in range(50, 80)} | {5: most - 99},
        ):
            with pytest.raises(OverflowError, match=f"out of range for {types_[1].__name__}"):
                m.merge(other)
            assert m.to_dict() == {n: 100 for n in range(20)}
            assert_valid(m)


def test_a_float32_sum_out_of_range() -> None:
    most = 3.4028234663852886e38
    m = Map[int64, float32]({1: most, 2: 1.0})
    with pytest.raises(OverflowError, match="float32"):
        m.merge(Map[int64, float32]({2: 1.0, 1: most, 3: 1.0}))
    assert m.to_dict() == {1: most, 2: 1.0}


def test_merging_maps_of_types_that_do_not_fit() -> None:
    cases: list[tuple[Any, Any, type[Exception], str]] = [
        (Map[int64, int64]({1: 1}), Map[str, int64]({"a": 1}), TypeError, "must be int64"),
        (Map[int64, int64]({1: 1}), Map[int64, float64]({1: 1.0}), TypeError, "must be int64"),
        (Map[int64, int64]({1: 1}), Map[float64, int64]({1.0: 1}), TypeError, "must be int64"),
        (Map[str, int]({"a": 1}), Map[bytes, int]({b"a": 1}), TypeError, "must be str"),
        (Map[int8, int64]({1: 1}), Map[int64, int64]({300: 1}), OverflowError, "300"),
        (Map[int8, int64]({1: 1}), {300: 1}, OverflowError, "300"),
        (Map[int64, int64]({1: 1}), {1: "x"}, TypeError, "int64|unsupported"),
        (Map[int64, bool_]({1: True}), Map[int64, bool_]({1: True}), TypeError, "bool_"),
    ]
    for m, other, error, words in cases:
        before = m.to_dict()
        with pytest.raises(error, match=words):
            m.merge(other)
        assert m.to_dict() == before
        assert_valid(m)


def test_overwriting_with_values_that_do_not_fit() -> None:
    m = Map[int64, int8]({1: 1})
    for other in (Map[int64, int64]({1: 300}), {1: 300}):
        with pytest.raises(OverflowError, match="300"):
            m.merge(other, add=False)
        assert m.to_dict() == {1: 1}
    flags = Map[int64, bool_]({1: True})
    flags.merge(Map[int64, bool_]({1: False, 2: True}), add=False)
    assert flags.to_dict() == {1: False, 2: True}


def test_bad_arguments() -> None:
    m = Map[int64, int64]({1: 1})
    for bad in (5, None, "ab", object(), [1, 2], Map[int64, int64]):
        with pytest.raises((TypeError, ValueError)):
            m.merge(bad)
    with pytest.raises(TypeError):
        m.merge()
    with pytest.raises(TypeError):
        m.merge({}, True, 5)
    assert m.to_dict() == {1: 1}


def test_merging_complex_numbers_and_text() -> None:
    m = Map[str, complex128]({"a": 1j})
    m.merge({"a": 1, "b": 2})
    assert m.to_dict() == {"a": 1 + 1j, "b": 2 + 0j}
    words = Map[str, str]({"a": "x"})
    words.merge(Map[str, str]({"a": "y", "b": "z"}))
    assert words.to_dict() == {"a": "xy", "b": "z"}


def test_nan_keys_are_merged_each() -> None:
    for types_ in ((float64, int64), (float, int), (object, int64)):
        other = Map[types_]()
        for n in range(5):
            other[float("nan")] = n
        m = other.copy()
        m.merge(other)
        assert sorted(m.values()) == sorted([*range(5)] * 2)
        m.merge(other, add=False)
        assert len(m) == 15
        assert_valid(m)


def test_options_of_the_target_count() -> None:
    m = Map[int64, int64]({1: 1}, zero=100, hasher=lambda key, seed: 42)
    m.merge(Map[int64, int64]({1: 5, 2: 7}, zero=3))
    assert m.to_dict() == {1: 6, 2: 107}
    m.merge({3: 1})
    assert m[3] == 101
    assert_valid(m)


def test_merging_under_iterators() -> None:
    m = Map[int64, int64]({n: 1 for n in range(100)})
    other = Map[int64, int64]({n: 1 for n in range(50, 300)})
    iterators = [iter(m), iter(other)]
    seen = [[next(iterator)] for iterator in iterators]
    m.merge(other)
    for keys, iterator in zip(seen, iterators, strict=True):
        keys += iterator
    assert sorted(key for key in seen[0] if key < 100) == list(range(100))
    assert sorted(seen[1]) == list(range(50, 300))


@pytest.mark.large
def test_merging_large_partial_counts() -> None:
    """Word counts of many processes come together like this."""
    parts = [Map[int64, int64]({n * k: n for n in range(5000)}) for k in range(1, 6)]
    total: Any = Map[int64, int64]()
    expected: collections.Counter[int] = collections.Counter()
    for part in parts:
        total.merge(part)
        expected.update(part.to_dict())
    assert total.to_dict() == dict(expected)
    assert_valid(total)


@pytest.mark.parametrize("side", ["target", "source"])
@pytest.mark.parametrize("add", [True, False])
def test_keys_that_change_the_maps_while_they_are_merged(side: str, add: bool) -> None:
    for action in ("clear", "grow"):
        target = Map({Acting(n): 1 for n in range(8)}, zero=0)
        keys = [Acting(n) for n in range(4, 12)]
        source = Map({key: 1 for key in keys}, zero=0)
        victim = target if side == "target" else source

        def act(victim: Any = victim, action: str = action) -> None:
            victim.clear() if action == "clear" else victim.update({n: 1 for n in range(300)})

        keys[5].on_eq = once(act)
        try:
            target.merge(source, add=add)
        except RuntimeError:
            pass
        for key in keys:
            key.disarm()
        assert_valid(target)
        assert_valid(source)


def test_a_key_or_sum_that_raises() -> None:
    class NoSum:
        def __radd__(self, other: object) -> Any:
            fail()

    m = Map[str, object]({"a": 1}, zero=0)
    with pytest.raises(HostileError):
        m.merge({"a": NoSum()})
    assert m.to_dict() == {"a": 1}
    target = Map({Acting(n): 1 for n in range(8)}, zero=0)
    probe = Acting("probe")
    other = Map({probe: 1}, zero=0)
    probe.on_eq = fail
    with pytest.raises(HostileError):
        target.merge(other)
    probe.disarm()
    assert len(target) == 8
    assert_valid(target)
