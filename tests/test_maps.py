"""gomap.maps does what Go's package maps does, on any Map (SPEC 5)."""

from __future__ import annotations

import random
import sys
from collections import ChainMap, UserDict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from gomap import Map, NilMapError, complex128, float32, float64, inspect, int64, interface, maps
from support.hostile import Counting
from support.inside import assert_valid, fill_until_growing, flags

NAN = float("nan")
CLASSES: list[Any] = [Map[str, int], Map[int, int], Map[int64, int64], Map[interface, object], Map]


class Custom(Mapping[Any, Any]):
    """A mapping of one's own, by the abstract class."""

    def __init__(self, contents: dict[Any, Any]) -> None:
        self.contents = contents

    def __getitem__(self, key: Any) -> Any:
        return self.contents[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.contents)

    def __len__(self) -> int:
        return len(self.contents)


SOURCES: list[Callable[[dict[Any, Any]], Any]] = [
    dict,
    UserDict,
    MappingProxyType,
    ChainMap,
    Custom,
    Map,
    Map[int, int],
    Map[int64, int64],
]


@pytest.fixture(params=CLASSES, ids=lambda cls: cls.__name__)
def cls(request: pytest.FixtureRequest) -> Any:
    return request.param


def key(cls: Any, n: int) -> Any:
    return str(n) if cls.key_type is str else n


def filled(cls: Any, size: int, **options: Any) -> Any:
    return cls(((key(cls, n), n) for n in range(size)), **options)


def growing(cls: Any) -> Any:
    m = cls()
    fill_until_growing(m, (key(cls, n) for n in range(10_000)), 7)
    assert inspect.hmap(m).growing
    return m


# ---- all, keys, values, sorted_keys ------------------------------------------------------


def test_all_keys_and_values_are_iterators_over_every_entry(cls: Any) -> None:
    m = growing(cls)
    assert dict(maps.all(m)) == m.to_dict()
    assert set(maps.keys(m)) == set(m)
    assert sorted(maps.values(m)) == sorted(m.values())
    for iterate in (maps.all, maps.keys, maps.values):
        it = iterate(m)
        assert iter(it) is it


def test_every_iterator_starts_at_random() -> None:
    m = filled(Map[int, int], 50)
    for iterate in (maps.all, maps.keys, maps.values):
        assert len({tuple(iterate(m)) for _ in range(20)}) > 1
    fixed = [filled(Map[int, int], 50, seed=3) for _ in range(2)]
    assert list(maps.all(fixed[0])) == list(maps.all(fixed[1]))


@pytest.mark.parametrize("iterate", [maps.all, maps.keys, maps.values])
def test_iterators_of_nil_and_empty_maps_are_empty(cls: Any, iterate: Any) -> None:
    assert list(iterate(cls.nil())) == list(iterate(cls())) == list(iterate({})) == []


def test_a_map_may_change_under_its_iterators() -> None:
    m = filled(Map[int, int], 100)
    for n in maps.keys(m):
        del m[n], m[n ^ 1]
    assert m == {}


@pytest.mark.parametrize("make", SOURCES)
def test_reading_functions_take_any_mapping(make: Any) -> None:
    source = make({3: 30, 1: 10, 2: 20})
    assert sorted(maps.all(source)) == [(1, 10), (2, 20), (3, 30)]
    assert sorted(maps.keys(source)) == [1, 2, 3]
    assert sorted(maps.values(source)) == [10, 20, 30]
    assert maps.sorted_keys(source) == [1, 2, 3]


@pytest.mark.parametrize("types", [(float, int), (float64, int64), (float32, int), (object, int)])
@pytest.mark.parametrize("numpy_in_use", [False, True])
def test_sorted_keys_puts_nan_first(
    types: Any, numpy_in_use: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_numpy(numpy_in_use, monkeypatch)
    m: Any = Map[types]([(2.5, 0), (NAN, 1), (-1.0, 2), (NAN, 3), (float("-inf"), 4), (0.0, 5)])
    found = maps.sorted_keys(m)
    assert type(found) is list
    assert repr(found) == "[nan, nan, -inf, -1.0, 0.0, 2.5]"
    assert {type(number) for number in found} == {float}


def use_numpy(wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if wanted:
        pytest.importorskip("numpy", exc_type=ImportError, reason="numpy is not installed")
    else:
        monkeypatch.delitem(sys.modules, "numpy", raising=False)


@pytest.mark.parametrize("numpy_in_use", [False, True])
def test_sorted_keys_of_every_size_is_what_sorted_says(
    numpy_in_use: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_numpy(numpy_in_use, monkeypatch)
    rng = random.Random(5)
    for size in (0, 1, 9, 1000):
        numbers = [rng.randrange(-(2**63), 2**63) for _ in range(size)]
        for types in ((int64, int), (int, int), (object, int)):
            m: Any = Map[types].fromkeys(numbers, 1)
            assert maps.sorted_keys(m) == sorted(numbers)
            assert {type(number) for number in maps.sorted_keys(m)} <= {int}
        words = [str(number) for number in numbers]
        assert maps.sorted_keys(Map[str, int].fromkeys(words)) == sorted(words)
    assert maps.sorted_keys(Map[int64, int].nil()) == maps.sorted_keys(Map[str, int].nil()) == []


def test_sorted_keys_refuses_keys_without_an_order() -> None:
    mixed: Any = Map({1: 1, "a": 2})
    unordered: Any = Map[complex128, int]({1j: 1, 2j: 2})
    for m in (mixed, unordered, Map[complex, int]({1j: 1, 2j: 2})):
        with pytest.raises(TypeError):
            maps.sorted_keys(m)


# ---- collect -----------------------------------------------------------------------------


def test_collect_makes_a_map_of_the_class_asked_for() -> None:
    assert type(maps.collect([("a", 1)])) is Map
    made = maps.collect(iter([("a", 1), ("b", 2), ("a", 3)]), type=Map[str, int])
    assert type(made) is Map[str, int]
    assert made == {"a": 3, "b": 2}
    assert not maps.collect([], type=Map[str, int]).is_nil


@pytest.mark.parametrize("make", SOURCES)
def test_collect_takes_mappings_too(make: Any) -> None:
    assert maps.collect(make({1: 2}), type=Map[int, int]) == {1: 2}


def test_collect_of_all_is_the_map_again(cls: Any) -> None:
    m = growing(cls)
    assert maps.equal(maps.collect(maps.all(m), type=cls), m)


@pytest.mark.parametrize("type_", [dict, int, "Map", None, Map()])
def test_collect_names_a_type_that_is_no_class_of_maps(type_: Any) -> None:
    with pytest.raises(TypeError, match=r"maps\.collect: type must be a class of maps"):
        maps.collect([], type=type_)


def test_collect_refuses_what_the_class_refuses() -> None:
    pairs: Any = [("a", "b")]
    with pytest.raises(TypeError, match=r"Map\[str, int\]: element must be int, not str: 'b'"):
        maps.collect(pairs, type=Map[str, int])
    wrong: Any
    for wrong in (5, [1], None):
        with pytest.raises(TypeError):
            maps.collect(wrong)


# ---- insert, copy ---------------------------------------------------------------------------


def test_insert_assigns_pairs_in_their_order() -> None:
    m = Map[str, int]({"a": 1})
    maps.insert(m, (pair for pair in [("b", 2), ("a", 3), ("b", 4)]))
    assert m == {"a": 3, "b": 4}
    maps.insert(m, {"c": 5})
    maps.insert(m, maps.all(m))
    assert m == {"a": 3, "b": 4, "c": 5}


@pytest.mark.parametrize("make", SOURCES)
def test_copy_assigns_every_entry_of_any_mapping(make: Any) -> None:
    dst = Map[int, int]({1: 1, 2: 2})
    maps.copy(dst, make({2: 20, 3: 30}))
    assert dst == {1: 1, 2: 20, 3: 30}


def test_copy_of_a_growing_map_into_a_growing_map(cls: Any) -> None:
    dst, src = growing(cls), growing(cls)
    for n in range(5000, 5100):
        src[key(cls, n)] = n
    wanted = dst.to_dict() | src.to_dict()
    maps.copy(dst, src)
    assert dst == wanted
    assert_valid(dst)
    maps.copy(dst, dst)
    assert dst == wanted


def test_copy_adds_nan_keys_anew_each_time() -> None:
    src = Map[float, int]([(NAN, 1), (NAN, 2), (1.0, 3)])
    dst = Map[float, int]()
    maps.copy(dst, src)
    maps.copy(dst, src)
    assert sorted(dst.values()) == [1, 1, 2, 2, 3]


def test_writes_to_a_nil_map_raise_only_when_there_is_something(cls: Any) -> None:
    nil = cls.nil()
    maps.insert(nil, [])
    maps.copy(nil, {})
    maps.copy(nil, cls.nil())
    maps.delete_func(nil, lambda k, v: True)
    assert nil.is_nil
    with pytest.raises(NilMapError, match="assignment to entry in nil map"):
        maps.insert(nil, [(key(cls, 1), 1)])
    with pytest.raises(NilMapError, match="assignment to entry in nil map"):
        maps.copy(nil, {key(cls, 1): 1})


# ---- delete_func ---------------------------------------------------------------------------


def test_delete_func_deletes_where_the_answer_is_true(cls: Any) -> None:
    m = growing(cls)
    maps.insert(m, [(key(cls, n), n) for n in range(300)])
    wanted = {k: v for k, v in m.items() if v % 3}
    maps.delete_func(m, lambda k, v: not v % 3)
    assert m == wanted
    assert_valid(m)


def test_delete_func_asks_once_for_each_entry_with_key_and_element() -> None:
    m = filled(Map[int, int], 500)
    asked: list[tuple[int, int]] = []
    maps.delete_func(m, lambda k, v: asked.append((k, v)))
    assert sorted(asked) == [(n, n) for n in range(500)]
    assert len(m) == 500


def test_delete_func_may_change_the_map_itself() -> None:
    m = filled(Map[int, int], 200)
    asked = set()

    def f(k: int, v: int) -> bool:
        asked.add(k)
        del m[k ^ 1]
        return True

    maps.delete_func(m, f)
    assert m == {}
    assert all(n ^ 1 not in asked for n in asked)


def test_delete_func_that_raises_keeps_what_was_done() -> None:
    m = filled(Map[int, int], 10)
    calls: list[int] = []

    def f(k: int, v: int) -> bool:
        if len(calls) == 4:
            raise LookupError("enough")
        calls.append(k)
        return True

    with pytest.raises(LookupError, match="enough"):
        maps.delete_func(m, f)
    assert set(m) == set(range(10)) - set(calls)


def test_delete_func_cannot_delete_nan_keys() -> None:
    m = Map[float, int]([(NAN, 1), (NAN, 2), (1.0, 3)])
    maps.delete_func(m, lambda k, v: True)
    assert sorted(m.values()) == [1, 2]


# ---- equal, equal_func ------------------------------------------------------------------------


@pytest.mark.parametrize("make", SOURCES)
def test_equal_compares_any_two_mappings(make: Any) -> None:
    for other in SOURCES:
        a, b = make({1: 10, 2: 20}), other({2: 20, 1: 10})
        assert maps.equal(a, b) is True
        assert maps.equal_func(a, b, int.__eq__) is True
        for contents in ({1: 10}, {1: 10, 2: 21}, {1: 10, 3: 20}, {}, {1: 10, 2: 20, 3: 30}):
            assert maps.equal(a, other(contents)) is False
            assert maps.equal_func(a, other(contents), int.__eq__) is False


def test_nil_equals_empty(cls: Any) -> None:
    for other in (cls(), cls.nil(), {}):
        assert maps.equal(cls.nil(), other)
        assert maps.equal(other, cls.nil())
        assert maps.equal_func(cls.nil(), other, lambda a, b: False)


@pytest.mark.parametrize("left", [dict, Map, Map[float, float], Map[float64, float64]])
@pytest.mark.parametrize("right", [dict, Map, Map[float, float], Map[float64, float64]])
def test_nan_equals_nothing_as_key_or_element(left: Any, right: Any) -> None:
    for contents in ({NAN: 1.0}, {1.0: NAN}, {complex(1, 0): NAN}):
        contents = {key.real: elem for key, elem in contents.items()}
        assert not maps.equal(left(contents), right(contents))
    assert not maps.equal_func(left({NAN: 1.0}), right({NAN: 1.0}), lambda a, b: True)
    assert maps.equal_func(left({1.0: NAN}), right({1.0: NAN}), lambda a, b: True)


def test_other_keys_unequal_to_themselves_are_found_by_identity() -> None:
    nan = Decimal("nan")
    for a in ({nan: 1}, Map({nan: 1})):
        for b in ({nan: 1}, Map({nan: 1})):
            assert maps.equal_func(a, b, int.__eq__)


def test_equal_func_takes_elements_of_different_types() -> None:
    numbers, words = Map[str, int]({"a": 1, "b": 2}), Map[str, str]({"a": "1", "b": "2"})
    assert maps.equal_func(numbers, words, lambda n, w: str(n) == w)
    assert maps.equal_func(words, numbers, lambda w, n: str(n) == w)
    words["b"] = "3"
    assert not maps.equal_func(numbers, words, lambda n, w: str(n) == w)


def test_equal_func_stops_at_the_first_no_and_asks_nothing_of_other_sizes() -> None:
    m = filled(Map[int, int], 100)
    asked: list[int] = []
    assert not maps.equal_func(m, m.copy(), lambda a, b: asked.append(a))
    assert len(asked) == 1
    assert not maps.equal_func(m, Map[int, int](), lambda a, b: pytest.fail("asked"))


def test_equal_is_not_sensitive_to_layout(cls: Any) -> None:
    m = growing(cls)
    assert maps.equal(m, cls(m.to_dict(), hint=4000))
    assert maps.equal_func(m, m.copy(), lambda a, b: a == b)
    assert flags(m) & 3 == 3 or inspect.hmap(m).growing


# ---- wrong arguments -----------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [5, "ab", [("a", 1)], None, Map])
def test_what_is_no_mapping_is_named(wrong: Any) -> None:
    name = type(wrong).__name__
    calls: dict[str, Callable[[], Any]] = {
        "all": lambda: maps.all(wrong),
        "keys": lambda: maps.keys(wrong),
        "values": lambda: maps.values(wrong),
        "sorted_keys": lambda: maps.sorted_keys(wrong),
        "copy": lambda: maps.copy(Map(), wrong),
        "equal": lambda: maps.equal(wrong, Map()),
        "equal_func": lambda: maps.equal_func(Map(), wrong, int.__eq__),
    }
    for function, call in calls.items():
        with pytest.raises(
            TypeError, match=rf"maps\.{function}: a mapping is required, not {name}"
        ):
            call()


@pytest.mark.parametrize("wrong", [{}, 5, None, UserDict()])
def test_what_is_changed_or_cloned_must_be_a_map(wrong: Any) -> None:
    name = type(wrong).__name__
    calls: dict[str, Callable[[], Any]] = {
        "insert": lambda: maps.insert(wrong, []),
        "copy": lambda: maps.copy(wrong, Map()),
        "clone": lambda: maps.clone(wrong),
        "delete_func": lambda: maps.delete_func(wrong, lambda k, v: True),
    }
    for function, call in calls.items():
        with pytest.raises(
            TypeError, match=rf"maps\.{function}: a gomap\.Map is required, not {name}"
        ):
            call()


def test_wrong_keys_and_elements_are_the_maps_own_errors() -> None:
    m: Any = Map[str, int]()
    for call in (lambda: maps.insert(m, [(1, 1)]), lambda: maps.copy(m, {1: 1})):
        with pytest.raises(TypeError, match=r"Map\[str, int\]: key must be str, not int: 1"):
            call()
    small: Any = Map[int64, int64]()
    with pytest.raises(OverflowError, match="out of range for int64"):
        maps.copy(small, {2**63: 1})


# ---- clone ------------------------------------------------------------------------------------


def test_clone_keeps_class_contents_and_seed_and_is_independent(cls: Any) -> None:
    m = growing(cls)
    copy = maps.clone(m)
    assert type(copy) is cls
    assert copy == m
    assert inspect.hmap(copy).hash0 == inspect.hmap(m).hash0
    assert not inspect.hmap(copy).growing
    assert inspect.hmap(m).growing
    copy[key(cls, 77_777)] = 1
    del copy[key(cls, 0)]
    assert key(cls, 77_777) not in m
    assert key(cls, 0) in m
    assert_valid(copy)


def test_clone_of_nil_is_nil(cls: Any) -> None:
    assert maps.clone(cls.nil()).is_nil
    assert not maps.clone(cls()).is_nil


def test_clone_keeps_subclass_hasher_zero_and_seed() -> None:
    class Ages(Map[str, int]):
        """A class of one's own."""

    ages = Ages({"a": 1}, zero=9, seed=5, hasher=lambda k, seed: len(k))
    copy = maps.clone(ages)
    assert type(copy) is Ages
    assert copy["nobody"] == 9
    assert list(copy) == list(ages)


def test_clone_keeps_nan_keys() -> None:
    m = Map[float, int]((NAN, n) for n in range(100))
    copy = maps.clone(m)
    assert sorted(copy.values()) == list(range(100))
    assert not maps.equal(copy, m)
    assert_valid(copy)


def test_clone_shares_elements_and_asks_keys_nothing() -> None:
    m = Map[Counting, list]((Counting(n), [n]) for n in range(200))
    Counting.reset()
    copy = maps.clone(m)
    assert (Counting.hashes, Counting.compares) == (0, 0)
    assert {id(elem) for elem in copy.values()} == {id(elem) for elem in m.values()}
