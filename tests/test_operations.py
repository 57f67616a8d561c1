"""The operations that dict has, and Go's own: results and small print (SPEC 2 and 7)."""

from __future__ import annotations

import operator
from collections import OrderedDict, UserDict
from collections.abc import Iterator, Mapping, MutableMapping
from decimal import Decimal
from typing import Any

import pytest

import gomap
from gomap import Map, float32, float64, inspect, int64, interface, maps, sync
from support.inside import fill_until_growing, layout


def test_get_and_contains_as_dict() -> None:
    m = Map[str, int]({"a": 0})
    assert m.get("a") == 0
    assert m.get("b") is None
    assert m.get("b", 3) == 3
    assert "a" in m
    assert "b" not in m
    assert bool(m)
    assert not Map[str, int]()


def test_del_of_an_absent_key_is_a_no_op() -> None:
    m = Map[str, int]({"a": 1})
    del m["b"]
    gomap.delete(m, "b")
    assert m.to_dict() == {"a": 1}
    gomap.delete(m, "a")
    assert len(m) == 0


def test_pop_as_dict() -> None:
    m = Map[str, int]({"a": 1})
    with pytest.raises(KeyError) as error:
        m.pop("b")
    assert error.value.args == ("b",)
    assert m.pop("b", None) is None
    assert m.pop("b", 5) == 5
    assert m.pop("a") == 1
    assert len(m) == 0


def test_popitem_takes_what_it_returns() -> None:
    m = Map[int, str]({n: str(n) for n in range(50)})
    seen = {}
    while m:
        key, elem = m.popitem()
        assert key not in m
        seen[key] = elem
    assert seen == {n: str(n) for n in range(50)}
    with pytest.raises(KeyError):
        m.popitem()


def test_popitem_and_random_item_of_an_empty_map_are_key_errors() -> None:
    for m in (Map[str, int](), Map[int64, int64](hint=100)):
        with pytest.raises(KeyError):
            m.popitem()
        with pytest.raises(KeyError):
            m.random_item()


def test_setdefault_as_dict() -> None:
    m = Map[str, list]()
    first: list[int] = []
    assert m.setdefault("a", first) is first
    assert m.setdefault("a", [1]) is first


def test_add_returns_the_new_element() -> None:
    m = Map[str, int]()
    assert m.add("a", 2) == 2
    assert m.add("a", -5) == -3
    assert m["a"] == -3
    floats = Map[int64, float64]()
    assert floats.add(1, 0.5) == 0.5
    assert floats.add(1, 1) == 1.5


def test_add_is_never_in_place() -> None:
    value = [1]
    m = Map[str, list]({"a": value})
    m.add("a", [2])
    assert m["a"] == [1, 2]
    assert value == [1]


def test_add_joins_strings_and_tuples() -> None:
    words = Map[int, str]()
    assert words.add(1, "a") == "a"
    assert words.add(1, "b") == "ab"
    groups = Map[int, tuple]()
    assert groups.add(1, (2,)) == (2,)


def test_add_that_overflows_changes_nothing() -> None:
    m = Map[int64, int64]({1: (1 << 63) - 1})
    with pytest.raises(OverflowError):
        m.add(1, 1)
    assert m[1] == (1 << 63) - 1
    with pytest.raises(OverflowError):
        m.add(2, 1 << 63)
    assert len(m) == 1
    big = Map[str, int]({"a": 1 << 64})
    assert big.add("a", 1 << 64) == 1 << 65


def test_add_of_something_else_is_a_type_error() -> None:
    m = Map[str, int]({"a": 1})
    with pytest.raises(TypeError):
        m.add("a", "x")
    with pytest.raises(TypeError):
        m.add("b", "x")
    assert m.to_dict() == {"a": 1}
    with pytest.raises(TypeError):
        Map[str, list]().add("a", [1])  # None + [1]


class Keyed:
    """Has ``keys`` and ``[]``, which is all that dict asks for."""

    def keys(self) -> Iterator[str]:
        return iter("ab")

    def __getitem__(self, key: str) -> int:
        return ord(key)


def test_update_takes_what_dict_takes() -> None:
    m = Map[str, int]()
    m.update({"a": 1})
    m.update([("b", 2), ["c", 3]])
    m.update(iter([("d", 4)]))
    m.update(Map[str, int]({"e": 5}))
    m.update(OrderedDict(f=6))
    m.update(UserDict(g=7))
    m.update({"h": 8}.items())
    m.update()
    assert m.to_dict() == dict(zip("abcdefgh", range(1, 9), strict=True))
    m.update(Keyed())
    assert m["a"] == 97


@pytest.mark.parametrize("bad", [1, None, [1], [("a",)], [("a", 1, 2)], ["abc"]], ids=str)
def test_update_refuses_what_dict_refuses(bad: Any) -> None:
    m = Map[str, int]({"a": 1})
    with pytest.raises((TypeError, ValueError)) as ours:
        m.update(bad)
    with pytest.raises((TypeError, ValueError)) as theirs:
        {}.update(bad)
    assert ours.type is theirs.type
    assert m.to_dict() == {"a": 1}


def test_update_keeps_what_came_before_the_error() -> None:
    """As dict does."""
    m = Map[str, int]()
    with pytest.raises(TypeError):
        m.update([("a", 1), ("b", "wrong"), ("c", 3)])
    assert m.to_dict() == {"a": 1}


def test_update_with_itself() -> None:
    m = Map[int, int]({n: n for n in range(100)})
    m.update(m)
    m |= m
    assert m.to_dict() == {n: n for n in range(100)}


def test_keywords_of_the_constructor_are_options_only() -> None:
    with pytest.raises(TypeError):
        Map[str, int](a=1)


def test_contents_come_as_a_mapping_or_as_pairs() -> None:
    assert Map[str, int]({"a": 1}).to_dict() == {"a": 1}
    assert Map[str, int]([("a", 1), ("a", 2)]).to_dict() == {"a": 2}
    assert Map[str, int](Map[str, int]({"a": 1})).to_dict() == {"a": 1}
    assert Map(zip("ab", (1, 2), strict=True)).to_dict() == {"a": 1, "b": 2}


def test_or_makes_a_new_map_of_the_left_class() -> None:
    left, right = Map[str, int]({"a": 1, "b": 1}), Map[str, int]({"b": 2, "c": 2})
    both = left | right
    assert type(both) is Map[str, int]
    assert both.to_dict() == {"a": 1, "b": 2, "c": 2}
    assert left.to_dict() == {"a": 1, "b": 1}
    assert (left | {"z": 0})["z"] == 0
    with pytest.raises(TypeError):
        left | [("a", 1)]
    with pytest.raises(TypeError):
        left | 5


def test_or_with_a_dict_on_the_left() -> None:
    result = {"a": 1, "b": 1} | Map[str, int]({"b": 2})
    assert dict(result.items()) == {"a": 1, "b": 2}


def test_ior_takes_pairs_too_as_dict_does() -> None:
    m = same = Map[str, int]({"a": 1})
    m |= [("b", 2)]
    assert m is same
    assert m.to_dict() == {"a": 1, "b": 2}


def test_copy_is_independent_and_shallow() -> None:
    value = [1]
    m = Map[str, list]({"a": value})
    other = m.copy()
    other["b"] = []
    other["a"].append(2)
    assert len(m) == 1
    assert m["a"] is value
    assert type(other) is Map[str, list]


@pytest.mark.parametrize("types", [(int, int), (int64, int64), (str, object)], ids=str)
def test_copy_of_a_growing_map(types: Any) -> None:
    m = Map[types]()
    keys = (str(n) if types[0] is str else n for n in range(10_000))
    fill_until_growing(m, keys, 5)
    before = layout(m)
    other = m.copy()
    assert other == m
    assert len(other) == len(m)
    assert inspect.validate(other) is None
    assert layout(m) == before


def test_fromkeys_as_dict() -> None:
    assert Map[str, int].fromkeys("ab", 5).to_dict() == {"a": 5, "b": 5}
    assert Map[str, int].fromkeys("ab").to_dict() == {"a": 0, "b": 0}
    assert Map.fromkeys([1, 1]).to_dict() == {1: None}
    assert type(Map[str, int].fromkeys("")) is Map[str, int]


def test_to_dict_is_a_real_dict() -> None:
    m = Map[int64, float64]({1: 2.0})
    assert type(m.to_dict()) is dict
    assert m.to_dict() == {1: 2.0}


def test_clear_function_and_method() -> None:
    for clear in (gomap.clear, Map.clear):
        m = Map[str, int]({"a": 1})
        clear(m)
        assert len(m) == 0
        assert "a" not in m


def test_popping_what_is_absent_does_no_growth_work() -> None:
    m = Map[int64, int64]()
    fill_until_growing(m, range(10_000), 1)
    before = layout(m)
    assert m.pop(-1, None) is None
    with pytest.raises(KeyError):
        m.pop(-1)
    assert m.setdefault(3, 9) == 1
    assert layout(m) == before


def test_map_is_a_mutable_mapping() -> None:
    assert issubclass(Map, MutableMapping)
    assert isinstance(Map[str, int](), Mapping)


def test_pattern_matching() -> None:
    m: Any = Map[str, int]({"a": 1, "b": 2})
    match m:
        case {"a": 1, **rest}:
            assert rest == {"b": 2}
        case _:
            pytest.fail("a Map is a mapping pattern's subject")
    match m:
        case {"absent": _}:
            pytest.fail("an absent key has no match, zero value or not")
        case {}:
            pass


def test_equality_as_mappings() -> None:
    m = Map[str, int]({"a": 1, "b": 2})
    assert m == {"b": 2, "a": 1}
    assert {"b": 2, "a": 1} == m
    assert m == Map[str, int]([("b", 2), ("a", 1)])
    assert m == Map[object, object]({"a": 1, "b": 2.0})
    assert m != {"a": 1}
    assert m != {"a": 1, "b": 3}
    assert m != {"a": 1, "c": 2}
    assert Map[str, int]({"a": 0}) != {"b": 0}
    assert m != [("a", 1), ("b", 2)]
    assert not (m == 5)
    assert Map[int, int]() == {} == Map[str, str]()
    assert UserDict({"a": 1, "b": 2}) == m


def test_equality_with_a_mapping_that_has_something_for_absent_keys() -> None:
    class Counting(UserDict[str, int]):
        def __missing__(self, key: str) -> int:
            return 0

    assert Map({"a": 0}) != Counting({"b": 0})
    assert Map({"a": 0}) == Counting({"a": 0})
    assert Map({"a": 0}) != sync.Map[str, int]({"b": 0})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Map[int, int]({2**53 + 1: 1, 2**53: 1}), Map[float, int]({2.0**53: 1, 3: 1})),
        (Map[float, int]({0.1: 1, 0.1 + 1e-12: 1}), Map[float32, int]({0.1: 1, 5: 1})),
        (Map[float, int]({1.0: 1}), Map[int, int]({1: 1})),
        (Map[int, int]({1: 1}), Map[int64, int64]({1: 1})),
        (Map[interface, int]({True: 1}), Map[object, object]({1: 1})),
        (Map[interface, int]([(True, 1), (1, 1)]), Map[object, object]({1: 1, 2: 1})),
        (Map({Decimal("0.1"): 1}), Map[float, int]({0.1: 1})),
        (Map({"a": 1}), Map[int, int]({1: 1})),
        (Map[str, int]({"a": 1}), Map[int, int]({1: 1})),
        (Map[object, int]({1: 1}), Map[int, int]({2**70: 1})),
        (Map[object, int]({2**70: 1}), Map[int64, int]({1: 1})),
    ],
)
def test_maps_of_other_key_types_are_equal_as_dicts_are(one: Any, other: Any) -> None:
    expected = len(one) == len(one.to_dict()) and one.to_dict() == other.to_dict()
    assert (one == other) is (other == one) is expected
    assert (one != other) is (other != one) is not expected
    for this, that in ((one, other), (other, one)):
        assert (this.keys() == that.keys()) is (this.to_dict().keys() == that.to_dict().keys())
        assert (this.keys() <= that.keys()) is (this.to_dict().keys() <= that.to_dict().keys())
        assert (this.items() == that.items()) is expected
        assert maps.equal(this, that) is maps.equal_func(this, that, operator.eq) is expected
        assert (this.items() >= that.items()) is (this.to_dict().items() >= that.to_dict().items())


def test_equality_with_a_map_for_many_threads_of_another_key_type() -> None:
    ours, theirs = Map[int, int]({1: 1}), sync.Map[str, int]({"a": 1})
    assert (ours == theirs) is (theirs == ours) is False
    assert (Map({"a": 1}) == theirs) is (theirs == Map({"a": 1})) is True
    assert maps.equal(ours, theirs) is maps.equal(theirs, ours) is False


def test_an_int_that_only_looks_like_a_key_equals_none() -> None:
    class Index:
        def __index__(self) -> int:
            return 1

    assert Map({Index(): 1}) != Map[int, int]({1: 1})
    assert Map[int, int]({1: 1}) != Map({Index(): 1})


def test_what_a_keys_equality_raises_is_heard_in_equality_of_maps() -> None:
    class Key:
        def __hash__(self) -> int:
            return 1

        def __eq__(self, other: object) -> bool:
            raise TypeError("boom")

    with pytest.raises(TypeError, match="boom"):
        assert Map({Key(): 1}) == Map({Key(): 1})


def test_equality_of_nan() -> None:
    nan = float("nan")
    keyed = Map[float, int]({nan: 1})
    assert keyed != keyed.copy()
    assert keyed != Map[float, int]()


def test_maps_have_no_order_and_no_hash() -> None:
    m = Map[str, int]()
    with pytest.raises(TypeError):
        hash(m)
    for compare in (operator.lt, operator.le, operator.gt, operator.ge):
        with pytest.raises(TypeError):
            compare(m, Map[str, int]())
    with pytest.raises(TypeError):
        {m: 1}


def test_reserve_makes_room_for_that_many_entries() -> None:
    for n in (0, 1, 8, 9, 13, 14, 100, 1000):
        m = Map[int64, int64]()
        m.reserve(n)
        size = inspect.hmap(m).B
        doublings = inspect.stats(m).doublings
        for key in range(n):
            m[key] = key
        assert inspect.hmap(m).B == size
        assert inspect.stats(m).doublings == doublings


def test_reserve_keeps_contents_and_never_shrinks() -> None:
    m = Map[int, int]({n: n for n in range(1000)})
    size = inspect.hmap(m).B
    m.reserve(10)
    assert inspect.hmap(m).B >= size
    m.reserve(5000)
    assert m.to_dict() == {n: n for n in range(1000)}


@pytest.mark.large
def test_shrink_rebuilds_to_fit() -> None:
    m = Map[int64, int64]({n: n for n in range(5000)})
    for n in range(10, 5000):
        del m[n]
    size = m.__sizeof__()
    m.shrink()
    assert m.to_dict() == {n: n for n in range(10)}
    assert inspect.hmap(m).B == 1
    assert m.__sizeof__() < size / 10
    assert inspect.validate(m) is None


def test_finish_growth_completes_the_evacuation() -> None:
    m = Map[int64, int64]()
    keys = fill_until_growing(m, range(10_000), 1)
    m.finish_growth()
    assert not inspect.hmap(m).growing
    assert inspect.hmap(m).oldbuckets is None
    assert sorted(m) == keys
    m.finish_growth()


def test_negative_or_absurd_reserve() -> None:
    m = Map[str, int]()
    with pytest.raises(ValueError):
        m.reserve(-1)
    with pytest.raises(MemoryError):
        m.reserve(1 << 62)
    assert len(m) == 0


def test_make_is_the_class_with_a_hint() -> None:
    m = gomap.make(str, int, 1000)
    assert type(m) is Map[str, int]
    assert inspect.hmap(m).B == inspect.hmap(Map[str, int](hint=1000)).B
    assert type(gomap.make(int64, float64)) is Map[int64, float64]
