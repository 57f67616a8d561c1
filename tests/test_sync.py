"""sync.Map, call by call: results, range, types, options (SPEC 5)."""

from __future__ import annotations

from typing import Any

import pytest

from gomap import float64, int8, int64, sync
from support.hostile import UNHASHABLE

NAN = float("nan")


def calls_of(m: Any, key: Any) -> list[Any]:
    """Every call that takes a key."""
    return [
        lambda: m.load(key),
        lambda: m.store(key, 1),
        lambda: m.load_or_store(key, 1),
        lambda: m.load_and_delete(key),
        lambda: m.delete(key),
        lambda: m.swap(key, 1),
        lambda: m.compare_and_swap(key, 1, 1),
        lambda: m.compare_and_delete(key, 1),
        lambda: m[key],
        lambda: m.__setitem__(key, 1),
        lambda: m.__delitem__(key),
        lambda: key in m,
        lambda: m.get(key),
        lambda: m.pop(key, None),
        lambda: m.setdefault(key, 1),
        lambda: m.add(key, 1),
    ]


# ---- Go's calls -------------------------------------------------------------------------


def test_pairs_come_back_as_in_go() -> None:
    m = sync.Map[str, int]()
    assert m.load("a") == (0, False)
    assert m.store("a", 1) is None  # type: ignore[func-returns-value]
    assert m.load("a") == (1, True)
    assert m.load_or_store("a", 2) == (1, True)
    assert m.load_or_store("b", 2) == (2, False)
    assert m.swap("b", 3) == (2, True)
    assert m.swap("c", 4) == (0, False)
    assert m.load_and_delete("c") == (4, True)
    assert m.load_and_delete("c") == (0, False)
    assert m.delete("b") is None  # type: ignore[func-returns-value]
    assert m.delete("b") is None  # type: ignore[func-returns-value]
    assert len(m) == 1
    assert m.clear() is None  # type: ignore[func-returns-value]
    assert (len(m), m.load("a")) == (0, (0, False))


def test_absent_is_none_without_types_and_the_zero_value_with_them() -> None:
    assert sync.Map().load("a") == (None, False)
    assert sync.Map[str, list]().load("a") == (None, False)
    assert sync.Map[str, float]().swap("a", 1.0) == (0.0, False)
    assert sync.Map[str, int](zero=7).load_and_delete("a") == (7, False)
    assert sync.Map[str, int](zero=7)["a"] == 7


def test_compare_and_swap_stores_only_over_an_equal_element() -> None:
    m = sync.Map[str, int]({"a": 1})
    assert m.compare_and_swap("a", 2, 3) is False
    assert m.compare_and_swap("a", 1, 3) is True
    assert m.compare_and_swap("b", 0, 3) is False, "absent is not the zero value"
    assert m.to_dict() == {"a": 3}


def test_compare_and_delete_deletes_only_an_equal_element() -> None:
    m: Any = sync.Map({"a": 1, "none": None})
    assert m.compare_and_delete("a", 2) is False
    assert m.compare_and_delete("absent", None) is False
    assert m.compare_and_delete("none", None) is True
    assert m.compare_and_delete("a", 1) is True
    assert len(m) == 0


def test_elements_are_compared_by_identity_then_equality() -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            return False

        __hash__ = None  # type: ignore[assignment]

    odd = Odd()
    m: Any = sync.Map({"a": odd, "b": [1], "c": 1})
    assert not m.compare_and_swap("a", Odd(), 0)
    assert m.compare_and_swap("a", odd, 0)
    assert m.compare_and_swap("b", [1], [2]), "lists compare, unlike Go's slices"
    assert m.compare_and_swap("c", True, 1.5), "as == does"


@pytest.mark.parametrize("cls", [sync.Map, sync.Map[str, float], sync.Map[str, float64]], ids=str)
@pytest.mark.parametrize("nan", [NAN, complex(NAN, 0)], ids=str)
def test_nan_elements_equal_nothing(cls: Any, nan: Any) -> None:
    if isinstance(nan, complex) and cls is not sync.Map:
        pytest.skip("no complex elements here")
    m = cls({"a": nan})
    assert not m.compare_and_swap("a", nan, 1.0)
    assert not m.compare_and_delete("a", m["a"])
    assert m.swap("a", 1.0)[1]
    assert m.compare_and_swap("a", 1.0, nan)


def test_nan_keys_add_an_entry_each_and_are_never_found() -> None:
    m = sync.Map[float, int]()
    assert m.load_or_store(NAN, 1) == (1, False)
    assert m.load_or_store(NAN, 1) == (1, False)
    assert m.swap(NAN, 1) == (0, False)
    m.store(NAN, 1)
    assert m.compare_and_swap(NAN, 1, 2) is False
    assert m.load_and_delete(NAN) == (0, False)
    m.delete(NAN)
    assert len(m) == 4
    seen: list[int] = []
    m.range(lambda key, value: seen.append(value))
    assert seen == [1] * 4
    m.clear()
    assert len(m) == 0


def test_actual_is_what_is_stored() -> None:
    m = sync.Map[str, float]()
    actual, loaded = m.load_or_store("a", 1)
    assert (type(actual), loaded) == (float, False)
    assert type(sync.Map[str, int64]().load_or_store("a", True)[0]) is int


# ---- types and options ------------------------------------------------------------------


@pytest.mark.parametrize("number", range(16))
def test_a_key_of_a_wrong_type_is_a_type_error_in_every_call(number: int) -> None:
    m = sync.Map[str, int]({"a": 1})
    with pytest.raises(TypeError, match=r"Map\[str, int\]"):
        calls_of(m, 1)[number]()
    assert m.to_dict() == {"a": 1}


@pytest.mark.parametrize("key", UNHASHABLE, ids=lambda key: type(key).__name__)
@pytest.mark.parametrize("number", range(16))
def test_an_unhashable_key_is_a_type_error_in_every_call(number: int, key: Any) -> None:
    m = sync.Map()
    with pytest.raises(TypeError):
        calls_of(m, key)[number]()
    assert len(m) == 0


def test_an_element_of_a_wrong_type_changes_nothing() -> None:
    m: Any = sync.Map[str, int8]({"a": 1})
    for bad, error in (("x", TypeError), (1000, OverflowError)):
        for call in (
            lambda bad=bad: m.store("a", bad),
            lambda bad=bad: m.swap("a", bad),
            lambda bad=bad: m.compare_and_swap("a", 1, bad),
            lambda bad=bad: m.load_or_store("b", bad),
            lambda bad=bad: m.update({"b": bad}),
        ):
            with pytest.raises(error, match=r"Map\[str, int8\]"):
                call()
    assert m.to_dict() == {"a": 1}
    assert m.swap("a", 2) == (1, True), "nothing stays locked or marked"


def test_options_are_those_of_gomap_map() -> None:
    fixed = [sync.Map[int, int]({n: n for n in range(99)}, seed=7, hint=5) for _ in range(2)]
    assert list(fixed[0]) == list(fixed[1])
    hashed = sync.Map[int, int]({1: 1, 2: 2}, hasher=lambda key, seed: 42)
    assert hashed.load(2) == (2, True)
    assert sync.Map[str, list](zero=[1])["a"] == [1]
    with pytest.raises(ValueError, match="hint"):
        sync.Map(hint=-1)
    for bad in ({"hint": "x"}, {"seed": 0.5}, {"hasher": 1}, {"size": 1}):
        with pytest.raises(TypeError):
            sync.Map(**bad)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        sync.Map({}, {})  # type: ignore[call-overload]


def test_init_again_updates_and_refuses_options() -> None:
    m: Any = sync.Map[str, int]({"a": 1})
    m.__init__({"b": 2})
    assert m.to_dict() == {"a": 1, "b": 2}
    with pytest.raises(TypeError, match="options are for a new map only"):
        m.__init__(seed=1)


@pytest.mark.parametrize("contents", [1, [1], [(1, 2, 3)], "ab"])
def test_contents_that_are_no_entries_are_refused(contents: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        sync.Map(contents)
    with pytest.raises((TypeError, ValueError)):
        sync.Map().update(contents)
