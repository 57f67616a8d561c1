"""Bad input to batch calls: a clear error, and the map is as it was (SPEC 7, Batch)."""

from __future__ import annotations

import array
import collections
import ctypes
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import gomap
from gomap import Map as AnyMap
from gomap import NilMapError, bool_, float32, float64, int8, int64, uint8
from support.arrays import SIZED, HasArray, entries
from support.hostile import UNHASHABLE, HostileError, fail
from support.inside import assert_valid, layout

Map: Any = AnyMap
Errors = type[BaseException] | tuple[type[BaseException], ...]
NAME = re.escape("Map[int64, int64]: ")


@contextmanager
def refused(m: Any, error: Errors, words: str | None) -> Iterator[None]:
    """The call inside raises, and leaves the map as it was to the last slot."""
    before = layout(m)
    with pytest.raises(error, match=words):
        yield
    assert layout(m) == before
    assert_valid(m)
    assert all(m.lookup(key) == (elem, True) for key, elem in m.items())


def numbers() -> Any:
    """A map that is growing, so that a write too many would show."""
    return Map[int64, int64]({n: n * n for n in range(27)})


def released() -> Any:
    view = memoryview(bytearray(24))
    view.release()
    return view


def masked() -> Any:
    return np.ma.array([1, 2, 3], mask=[0, 0, 1])


def raises_half_way() -> Iterator[int]:
    yield 1
    yield 2
    fail()


class Broken:
    """Has one method, which raises; or raises where it is asked for any."""

    def __init__(self, where: str = "") -> None:
        self.where = where

    def __getattr__(self, name: str) -> Any:
        if name == self.where:
            return lambda *args, **kwargs: fail()
        if self.where == "":
            raise HostileError
        raise AttributeError(name)


class BrokenIterable:
    def __iter__(self) -> Any:
        raise HostileError


Case = tuple[Callable[[], Any], Errors, str | None]
S = r"(key|element|delta)s"
ARRAY = rf"{NAME}{S} must be int64, not an array of "
BAD: dict[str, Case] = {
    "float64": (lambda: np.array([1.0, 2, 3]), TypeError, ARRAY + "float64"),
    "float32": (lambda: np.array([1.0, 2, 3], np.float32), TypeError, ARRAY + "float32"),
    "float16": (lambda: np.array([1.0, 2, 3], np.float16), TypeError, ARRAY + "float16"),
    "no floats": (lambda: np.array([]), TypeError, ARRAY + "float64"),
    "longdouble": (lambda: np.array([1, 2, 3], np.longdouble), TypeError, ARRAY),
    "complex128": (lambda: np.array([1j, 2, 3]), TypeError, ARRAY + "complex128"),
    "array of doubles": (lambda: array.array("d", [1, 2, 3]), TypeError, ARRAY + "float64"),
    "characters": (lambda: memoryview(b"abc").cast("c"), TypeError, ARRAY),
    "pointers": (lambda: (ctypes.c_void_p * 3)(), TypeError, ARRAY),
    "text": (lambda: np.array(["a", "b", "c"]), TypeError, ARRAY),
    "bytes": (lambda: np.array([b"a", b"b", b"c"]), TypeError, ARRAY),
    "objects": (lambda: np.array([1, 2, 3], object), TypeError, ARRAY + "object"),
    "dates": (lambda: np.array(["2020-01-01"] * 3, "M8[D]"), TypeError, ARRAY + "datetime64"),
    "durations": (lambda: np.array([1, 2, 3], "m8[s]"), TypeError, ARRAY + "timedelta64"),
    "void": (lambda: np.zeros(3, "V8"), TypeError, NAME),
    "structured": (
        lambda: np.zeros(3, [("a", "i8"), ("b", "f8")]),
        TypeError,
        rf"{NAME}{S} must be int64, not a structured array",
    ),
    "one field": (lambda: np.zeros(3, [("a", "i8")]), TypeError, "not a structured array"),
    "ctypes structures": (
        lambda: (type("S", (ctypes.Structure,), {"_fields_": [("a", ctypes.c_long)]}) * 3)(),
        TypeError,
        "not a structured array",
    ),
    "subarrays": (lambda: np.zeros(3, "2i8"), ValueError, "one-dimensional, not 2-dimensional"),
    "byte-swapped": (
        lambda: np.array([1, 2, 3]).astype(np.dtype(np.int64).newbyteorder()),
        TypeError,
        rf"{NAME}{S} are byte-swapped; convert them to native byte order first",
    ),
    "byte-swapped by ctypes": (
        lambda: (
            (ctypes.c_int32.__ctype_be__ * 3)(1, 2, 3)
            if np.little_endian
            else (ctypes.c_int32.__ctype_le__ * 3)(1, 2, 3)
        ),
        TypeError,
        "byte-swapped",
    ),
    "two dimensions": (
        lambda: np.zeros((3, 3), np.int64),
        ValueError,
        rf"{NAME}{S} must be one-dimensional, not 2-dimensional",
    ),
    "two dimensions, one of length 1": (
        lambda: np.zeros((3, 1), np.int64),
        ValueError,
        "one-dimensional, not 2-dimensional",
    ),
    "three dimensions": (
        lambda: memoryview(bytes(24)).cast("b", (3, 2, 4)),
        ValueError,
        "one-dimensional, not 3-dimensional",
    ),
    "beyond int64": (
        lambda: np.array([1, 2, 1 << 63], np.uint64),
        OverflowError,
        rf"{NAME}(key|element|delta) {1 << 63} at index 2 is out of range for int64",
    ),
    "masked": (masked, ValueError, rf"{NAME}{S} are masked"),
    "released": (released, ValueError, "released"),
    "a float in a list": (
        lambda: [1, 2, 3.5],
        TypeError,
        rf"{NAME}(key|element|delta) must be int64, not float: 3\.5",
    ),
    "None in a list": (lambda: [1, 2, None], TypeError, "must be int64, not NoneType: None"),
    "a str in a list": (lambda: [1, 2, "3"], TypeError, "must be int64, not str: '3'"),
    "a list in a list": (lambda: [1, 2, [3]], TypeError, r"must be int64, not list: \[3\]"),
    "a large int in a list": (
        lambda: [1, 2, 1 << 63],
        OverflowError,
        rf"{NAME}(key|element|delta) {1 << 63} (at index 2 )?is out of range for int64",
    ),
    "a huge int in a generator": (
        lambda: iter([1, 2, 1 << 300]),
        OverflowError,
        "is out of range for int64",
    ),
    "a generator that raises": (raises_half_way, HostileError, None),
    "an iterable that raises": (BrokenIterable, HostileError, None),
    "__array__ of floats": (lambda: HasArray(np.zeros(3)), TypeError, ARRAY + "float64"),
    "__array__ that is none": (lambda: HasArray(7), TypeError, None),
    "__array__ that is itself": (lambda: itself(), TypeError, None),
}


def itself() -> Any:
    loop = HasArray(None)
    loop.values = loop
    return loop


NOT_ITERABLE: dict[str, Case] = {
    "int": (lambda: 5, TypeError, "must be an array or iterable of int64, not int"),
    "float": (lambda: 5.0, TypeError, "must be an array or iterable of int64, not float"),
    "None": (lambda: None, TypeError, "must be an array or iterable of int64, not NoneType"),
    "type": (lambda: list, TypeError, "must be an array or iterable of int64, not type"),
    "0-d array": (lambda: np.array(5), ValueError, "one-dimensional, not 0-dimensional"),
    "numpy scalar": (lambda: np.int64(5), (TypeError, ValueError), "array|dimension"),
    "str": (lambda: "abc", TypeError, "must be int64, not str|array or iterable of int64, not str"),
}
BY_KEYS: dict[str, Callable[[Any, Any], Any]] = {
    "get_many": lambda m, keys: m.get_many(keys),
    "get_many, out": lambda m, keys: m.get_many(keys, out=np.empty(3, np.int64)),
    "contains_many": lambda m, keys: m.contains_many(keys),
    "delete_many": lambda m, keys: m.delete_many(keys),
    "set_many": lambda m, keys: m.set_many(keys, [7, 8, 9]),
    "set_many, scalar": lambda m, keys: m.set_many(keys, 7),
    "add_many": lambda m, keys: m.add_many(keys, np.array([7, 8, 9])),
    "add_many, scalar": lambda m, keys: m.add_many(keys, 1),
    "from_arrays": lambda m, keys: type(m).from_arrays(keys, [7, 8, 9]),
}
BY_ELEMS: dict[str, Callable[[Any, Any], Any]] = {
    "set_many": lambda m, elems: m.set_many([100, 1, 2], elems),
    "from_arrays": lambda m, elems: type(m).from_arrays(np.array([100, 1, 2]), elems),
}
DELTAS: dict[str, Callable[[Any, Any], Any]] = {
    "add_many": lambda m, deltas: m.add_many([100, 1, 2], deltas),
}


@pytest.mark.parametrize("call", BY_KEYS)
@pytest.mark.parametrize("case", [*BAD, *NOT_ITERABLE])
def test_bad_keys_are_refused(case: str, call: str) -> None:
    make, error, words = {**BAD, **NOT_ITERABLE}[case]
    m = numbers()
    with refused(m, error, words):
        BY_KEYS[call](m, make())


@pytest.mark.parametrize("call", BY_ELEMS)
@pytest.mark.parametrize("case", BAD)
def test_bad_elements_are_refused(case: str, call: str) -> None:
    make, error, words = BAD[case]
    m = numbers()
    with refused(m, error, words):
        BY_ELEMS[call](m, make())


@pytest.mark.parametrize("case", [name for name in BAD if "beyond" not in name])
def test_bad_deltas_are_refused(case: str) -> None:
    make, error, words = BAD[case]
    if "int in a" in case:  # any int is a delta: it is the sum that must fit
        error, words = OverflowError, "out of range for int64"
    m = numbers()
    with refused_sum(m, error, words):
        DELTAS["add_many"](m, make())


@contextmanager
def refused_sum(m: Any, error: Errors, words: str | None) -> Iterator[None]:
    """The call inside raises, and leaves the entries as they were, wherever they are now."""
    before = entries(m)
    with pytest.raises(error, match=words):
        yield
    assert entries(m) == before
    assert all(m.lookup(key) == (elem, True) for key, elem in m.items() if key == key)
    assert_valid(m)


@pytest.mark.parametrize("scalar", [1.5, 1j, None, "1", np.float64(1), object()])
@pytest.mark.parametrize("name", ["set_many", "add_many"])
def test_bad_scalars_are_refused(name: str, scalar: Any) -> None:
    m = numbers()
    with refused(m, TypeError, f"{NAME}.*must be .*int64, not "):
        getattr(m, name)([1, 2, 3], scalar)


def test_scalars_out_of_range() -> None:
    m = numbers()
    for scalar in (1 << 63, -(1 << 63) - 1, 1 << 200, np.uint64(1 << 63)):
        with refused(m, OverflowError, "out of range for int64"):
            m.set_many([1, 2, 3], scalar)
        with refused_sum(m, OverflowError, "out of range for int64"):
            m.add_many([1, 2, 3], scalar)


@pytest.mark.parametrize("name", ["set_many", "add_many", "from_arrays"])
@pytest.mark.parametrize("as_array", [np.array, list, iter], ids=["array", "list", "iterator"])
def test_lengths_must_match(name: str, as_array: Any) -> None:
    m = numbers()
    what = "delta" if name == "add_many" else "element"
    for keys, elems in (([1, 2, 3], [1, 2]), ([1], [1, 2]), ([1, 2], [9]), ([5], []), ([], [5])):
        given = as_array(np.array(keys, np.int64)), as_array(np.array(elems, np.int64))
        words = f"{NAME}{len(keys)} keys? but {len(elems)} {what}s?"
        with refused(m, ValueError, words):
            getattr(m, name)(*given)


@pytest.mark.parametrize("name", ["set_many", "add_many"])
def test_lengths_on_boxed_sides(name: str) -> None:
    m = Map[str, int]({"a": 1})
    with refused(m, ValueError, "3 keys but 2 (element|delta)s"):
        getattr(m, name)(["a", "b", "c"], (n for n in range(2)))
    with refused(m, ValueError, "1 keys? but 2 (element|delta)s"):
        getattr(m, name)(["a"], [1, 2])


BOXED: list[tuple[Any, Any, Any, Any, str]] = [
    # key type, element type, good items, bad key, words
    (str, int, {"a": 1, "b": 2}, 1, "key must be str, not int: 1"),
    (bytes, float64, {b"a": 1.0}, "a", "key must be bytes, not str: 'a'"),
    (int, int8, {1: 1}, 1.5, r"key must be int, not float: 1\.5"),
    (int64, object, {1: []}, "x", "key must be int64, not str: 'x'"),
    (gomap.interface, int, {1: 1}, [], "unhashable"),
    (object, object, {1: 1}, {}, "unhashable"),
]


@pytest.mark.parametrize(("key", "elem", "good", "bad", "words"), BOXED)
def test_bad_keys_on_boxed_sides(key: Any, elem: Any, good: Any, bad: Any, words: str) -> None:
    m = Map[key, elem](good)
    keys, elems = [*good, bad], [*good.values(), next(iter(good.values()))]
    for call in (m.get_many, m.contains_many, m.delete_many):
        with refused(m, TypeError, words):
            call(keys)
    for call in (m.set_many, m.add_many, type(m).from_arrays):
        with refused(m, TypeError, words):
            call(keys, elems)
    for nil_or_empty in (type(m).nil(), type(m)()):
        for name in ("get_many", "contains_many", "delete_many"):
            with refused(nil_or_empty, TypeError, words):
                getattr(nil_or_empty, name)(keys)


def test_bad_elements_on_boxed_sides() -> None:
    m = Map[str, int]({"a": 1})
    for name in ("set_many", "from_arrays"):
        with refused(m, TypeError, "element must be int, not str: 'x'"):
            getattr(m, name)(["n", "a"], [5, "x"])
    floats = Map[float64, float]({1.0: 1.0})
    with refused(floats, OverflowError, "too large|out of range"):
        floats.set_many([1.0, 2.0], [2.0, 10**400])


@pytest.mark.parametrize("key", UNHASHABLE, ids=lambda key: type(key).__name__)
def test_unhashable_keys(key: Any) -> None:
    for m in (Map({1: 1}), Map(), Map[object, int64]({1: 1}), Map[object, int64].nil()):
        for name in ("get_many", "contains_many", "delete_many"):
            with refused(m, TypeError, "unhashable|cannot use"):
                getattr(m, name)([1, key])
        if not m.is_nil:
            with refused(m, TypeError, "unhashable|cannot use"):
                m.set_many([5, key], [1, 2])


def test_bool_takes_only_bools() -> None:
    for given in (np.array([1, 0], np.uint8), np.array([1.0, 0.0]), b"\0\1", [1, 0], range(2)):
        m = Map[bool_, bool_]({True: True})
        for call in (m.get_many, m.contains_many, m.delete_many, lambda a: m.set_many(a, True)):
            with refused(m, TypeError, "must be bool_, not"):
                call(given)
        with refused(m, TypeError, "must be bool_, not"):
            m.set_many([True, False], given)


def test_bools_cannot_be_added() -> None:
    m = Map[int64, bool_]({1: True})
    for deltas in (np.array([True, False]), [True, False], True):
        with refused(m, TypeError, "bool_"):
            m.add_many([1, 2], deltas)


def test_complex_numbers_are_not_floats() -> None:
    for kind in (float32, float64):
        m = Map[kind, kind]({1.0: 1.0})
        for given in (np.array([1j, 2]), np.array([1j, 2], np.complex64), [1j, 2]):
            for call in (m.get_many, m.delete_many, lambda a: m.set_many(a, 1.0)):
                with refused(m, TypeError, f"must be {kind.__name__}, not "):
                    call(given)
            with refused(m, TypeError, f"must be {kind.__name__}, not "):
                m.add_many([1.0, 2.0], given)


@pytest.mark.parametrize(
    "where",
    ["", "__arrow_c_array__", "__arrow_c_stream__", "__array__", "tolist", "to_pylist", "dtype"],
)
def test_objects_that_raise_when_they_are_asked_what_they_are(where: str) -> None:
    for m in (numbers(), Map[str, str]({"a": "b"}), Map()):
        for call in (m.get_many, m.contains_many, m.delete_many, gomap.count):
            with refused(m, (HostileError, TypeError), None):
                call(Broken(where))
    things = Map[int64, object]()
    one = Broken(where)
    try:
        things.set_many([1, 2], one)
    except (HostileError, TypeError):
        assert len(things) == 0
    else:
        assert things[1] is things[2] is one


def test_masked_arrays_without_a_mask_are_taken() -> None:
    m = Map[int64, int64].from_arrays(np.ma.array([1, 2]), np.ma.array([3, 4], mask=[0, 0]))
    assert m.to_dict() == {1: 3, 2: 4}


def test_a_masked_array_by_another_name() -> None:
    class Hidden(np.ma.MaskedArray):  # type: ignore[type-arg]
        pass

    with pytest.raises(ValueError, match="keys are masked"):
        numbers().get_many(Hidden([1, 2, 3], mask=[0, 1, 0]))


def test_nil_maps_read_and_refuse_writes() -> None:
    for types in ((int64, int64), (str, int64), (str, str), (object, object)):
        m = Map[types].nil()
        key, elem = ("k" if t in (str, object) else 1 for t in types)
        zero = m[key]
        elems, found = m.get_many([key, key])
        assert (list(elems), list(found)) == ([zero, zero], [False, False])
        assert list(m.contains_many([key])) == [False]
        assert m.delete_many([key]) == 0
        assert [list(side) for side in m.to_arrays()] == [[], []]
        assert list(m.keys_array()) == list(m.values_array()) == []
        m.set_many([], [])
        m.add_many([], [])
        with pytest.raises(NilMapError, match="assignment to entry in nil map"):
            m.set_many([key], [elem])
        with pytest.raises(NilMapError, match="assignment to entry in nil map"):
            m.add_many([key], [elem])
        assert m.is_nil
        assert len(m) == 0


def test_arguments_missing_or_too_many() -> None:
    m = numbers()
    calls: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
        (m.get_many, (), {}),
        (m.get_many, ([], None, 1), {}),
        (m.get_many, ([],), {"default": 1}),
        (m.contains_many, (), {}),
        (m.set_many, ([1],), {}),
        (m.set_many, ([1], [2], [3]), {}),
        (m.add_many, ([1],), {"elems": [1]}),
        (m.delete_many, (), {}),
        (m.to_arrays, (1,), {}),
        (m.keys_array, (1,), {}),
        (m.values_array, (1,), {}),
        (Map[int64, int64].from_arrays, ([1],), {}),
        (Map[int64, int64].from_arrays, ([1], [2]), {"size": 1}),
    ]
    for call, args, kwargs in calls:
        with refused(m, TypeError, None):
            call(*args, **kwargs)


def test_bad_options_of_from_arrays() -> None:
    make = Map[int64, uint8].from_arrays
    for options, error in [
        ({"hint": -1}, ValueError),
        ({"hint": "x"}, TypeError),
        ({"seed": "x"}, TypeError),
        ({"hasher": 5}, TypeError),
        ({"zero": "x"}, TypeError),
        ({"zero": 256}, OverflowError),
    ]:
        with pytest.raises(error):
            make([1], [2], **options)


def test_every_type_refuses_text() -> None:
    for side in SIZED:
        m = Map[side.type, side.type](zip(side.few, side.few, strict=True))
        for bad in (np.array(["a"]), ["a"], np.array(["a"], object), collections.deque(["a"])):
            before = entries(m)
            for call in (m.get_many, m.contains_many, m.delete_many, m.set_many):
                with pytest.raises(TypeError, match=f"must be {side.name}, not "):
                    call(bad, *([[1]] if call == m.set_many else []))
            assert entries(m) == before
