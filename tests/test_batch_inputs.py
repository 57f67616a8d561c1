"""What batch calls take: every kind of array and iterable, cast as documented (SPEC 7, Batch)."""

from __future__ import annotations

import array
import collections
import ctypes
import decimal
import mmap
import pickle
from typing import Any

import numpy as np
import pytest

import gomap
from gomap import Map as AnyMap
from gomap import complex128, float32, float64, int8, int64, uint8, uint64
from support.arrays import FLOAT32, FLOAT64, ITERABLES, SIZED, Side, entries
from support.inside import assert_valid
from support.kinds import Index

Map: Any = AnyMap
INTS = SIZED[:8]
INT_DTYPES = [side.dtype for side in INTS]


def by_name(side: Any) -> str:
    return str(getattr(side, "name", side))


def edges(dtype: Any) -> list[int]:
    info = np.iinfo(dtype)
    return sorted({int(info.min), 0, 1, 5, int(info.max)})


@pytest.mark.parametrize("given", INT_DTYPES, ids=str)
@pytest.mark.parametrize("side", INTS, ids=by_name)
def test_integers_of_any_width_and_sign_are_taken_if_they_fit(side: Side, given: Any) -> None:
    low, high = min(side.few), max(side.few)
    values = [value for value in edges(given) if low <= value <= high]
    a = np.array(values, given)
    m = Map[side.type, side.type].from_arrays(a, a)
    assert m.to_dict() == dict(zip(values, values, strict=True))
    assert m.get_many(a)[0].tolist() == values
    assert m.contains_many(a).all()
    m.add_many(a[1:-1], np.zeros(len(values) - 2, given))
    assert m.delete_many(a) == len(values)
    assert_valid(m)


def misfits(side: Side, dtype: Any) -> list[int]:
    """Numbers of a dtype that a side cannot hold."""
    return [value for value in edges(dtype) if not min(side.few) <= value <= max(side.few)]


@pytest.mark.parametrize(
    ("side", "given"),
    [(side, dtype) for side in INTS for dtype in INT_DTYPES if misfits(side, dtype)],
    ids=by_name,
)
def test_the_first_integer_that_does_not_fit_is_named(side: Side, given: Any) -> None:
    beyond = misfits(side, given)
    m = Map[side.type, side.type]({1: 2})
    bad = np.array([0, 1, 5, *beyond], given)
    good = np.arange(len(bad), dtype=np.int8)
    words = rf"{beyond[0]} at index 3 is out of range for {side.name}"
    for method in (m.get_many, m.contains_many, m.delete_many):
        with pytest.raises(OverflowError, match=f"key {words}"):
            method(bad)
    for method in (m.set_many, m.add_many, type(m).from_arrays):
        with pytest.raises(OverflowError, match=f"key {words}"):
            method(bad, good)
    for method in (m.set_many, type(m).from_arrays):
        with pytest.raises(OverflowError, match=f"element {words}"):
            method(good, bad)
    assert m.to_dict() == {1: 2}


@pytest.mark.parametrize("side", INTS, ids=by_name)
def test_bools_are_integers(side: Side) -> None:
    a = np.array([True, False])
    m = Map[side.type, side.type].from_arrays(a, [3, 4])
    assert m.to_dict() == {1: 3, 0: 4}
    m.set_many([7, 8], a)
    assert (m[7], m[8]) == (1, 0)
    m.add_many(a, memoryview(a))
    assert (m[1], m[0]) == (4, 4)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble], ids=str)
def test_floats_of_any_width_are_floats(dtype: Any) -> None:
    a = np.array([0.5, -2, np.inf, -0.0], dtype)
    for side in (FLOAT32, FLOAT64):
        m = Map[side.type, side.type].from_arrays(a, a)
        expected = {0.5: 0.5, -2.0: -2.0, np.inf: np.inf, -0.0: -0.0}
        assert entries(m) == sorted((repr(k), repr(e)) for k, e in expected.items())
        assert m.get_many(a)[0].tolist() == [0.5, -2.0, np.inf, 0.0]
        nan = np.array([np.nan], dtype)
        m.set_many(nan, nan)
        assert len(m) == 5
        assert not m.contains_many(nan)[0]


def test_floats_are_rounded_to_float32() -> None:
    m = Map[float32, float32].from_arrays(np.array([0.1, 1e-60]), np.array([1 / 3, 1e-60]))
    rounded = float(np.float32(0.1))
    assert m.to_dict() == {rounded: float(np.float32(1 / 3)), 0.0: 0.0}
    assert m.contains_many(np.array([0.1])).all()
    assert m.contains_many([rounded]).all()


@pytest.mark.parametrize("given", [np.array([1.0, 1e39]), np.array([1.0, -1e300]), [1.0, 1e39]])
def test_a_finite_number_that_float32_cannot_hold_is_out_of_range(given: Any) -> None:
    m = Map[float32, float32]({2.0: 2.0})
    for call in (m.get_many, m.delete_many, lambda a: m.set_many(a, 1.0)):
        with pytest.raises(OverflowError, match="float32"):
            call(given)
    for method in (m.set_many, m.add_many):
        with pytest.raises(OverflowError, match="float32"):
            method([1.0, 2.0], given)
    assert m.to_dict() == {2.0: 2.0}


def test_a_long_double_beyond_float64_is_out_of_range() -> None:
    if np.finfo(np.longdouble).max == np.finfo(np.float64).max:
        pytest.skip("they are the same here")
    big = np.array([1, np.finfo(np.longdouble).max], np.longdouble)
    m = Map[float64, complex128]({2.0: 2j})
    with pytest.raises(OverflowError, match="at index 1 is out of range for float64"):
        m.get_many(big)
    with pytest.raises(OverflowError, match="at index 1 is out of range for complex128"):
        m.set_many([1.0, 3.0], big)
    assert m.to_dict() == {2.0: 2j}


@pytest.mark.parametrize("dtype", [*INT_DTYPES, np.dtype(bool)], ids=str)
def test_integers_and_bools_are_floats_and_complex_numbers(dtype: Any) -> None:
    a = np.array([1, 0], dtype)
    for kind in (float32, float64, complex128):
        m = Map[kind, kind].from_arrays(a, a)
        m.add_many(a, a)
        assert entries(m) == entries(Map[kind, kind]({1: 2, 0: 0}))


def test_large_integers_are_rounded_to_floats_as_python_does() -> None:
    numbers = [(1 << 63) - 1, (1 << 53) + 1, -(1 << 53) - 1, -(1 << 63)]
    m = Map[int64, float64].from_arrays(range(4), np.array(numbers))
    assert [m[n] for n in range(4)] == [float(number) for number in numbers]
    m.set_many(range(2), np.array([(1 << 64) - 1, 1 << 63], np.uint64))
    assert (m[0], m[1]) == (2.0**64, 2.0**63)


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128, np.clongdouble], ids=str)
def test_complex_numbers_of_any_width(dtype: Any) -> None:
    a = np.array([1j, 2 - 1j, 0], dtype)
    m = Map[complex128, complex128].from_arrays(a, a)
    assert m.to_dict() == {1j: 1j, 2 - 1j: 2 - 1j, 0j: 0j}
    assert m.contains_many(a).all()


@pytest.mark.parametrize("code", "bBhHiIlLqQ")
def test_array_array_of_every_integer_code(code: str) -> None:
    a = array.array(code, [1, 2, 100])
    m = Map[int8, uint64].from_arrays(a, a)
    assert m.to_dict() == {1: 1, 2: 2, 100: 100}
    assert m.get_many(memoryview(a))[0].tolist() == [1, 2, 100]
    assert m.get_many(memoryview(a)[::-2])[0].tolist() == [100, 1]


@pytest.mark.parametrize("code", "fd")
def test_array_array_of_floats(code: str) -> None:
    a = array.array(code, [0.5, 1.5])
    assert Map[float64, float32].from_arrays(a, a).to_dict() == {0.5: 0.5, 1.5: 1.5}


def test_bytes_are_small_numbers() -> None:
    for raw in (b"ab", bytearray(b"ab"), memoryview(b"ab"), array.array("B", b"ab")):
        m = Map[int64, uint8].from_arrays(raw, raw)
        assert m.to_dict() == {97: 97, 98: 98}
        assert m.get_many(raw)[0].tolist() == [97, 98]
    with mmap.mmap(-1, 3) as shared:
        shared[:] = b"abc"
        assert m.contains_many(shared).tolist() == [True, True, False]


def test_ctypes_arrays_say_their_byte_order_and_are_taken() -> None:
    numbers = (ctypes.c_int32 * 3)(1, 2, 3)
    doubles = (ctypes.c_double * 3)(0.5, 1.5, 2.5)
    m = Map[int64, float64].from_arrays(numbers, doubles)
    assert m.to_dict() == {1: 0.5, 2: 1.5, 3: 2.5}
    out = (ctypes.c_double * 3)()
    m.get_many(numbers, out=out)
    assert list(out) == [0.5, 1.5, 2.5]
    flags = (ctypes.c_bool * 2)(True, False)
    assert Map[gomap.bool_, int8].from_arrays(flags, [1, 2]).to_dict() == {True: 1, False: 2}


def test_arrays_with_a_native_byte_order_spelled_out() -> None:
    native = "<" if np.little_endian else ">"
    a = np.array([1, 2], native + "i8")
    assert Map[int64, int64].from_arrays(a, a).to_dict() == {1: 1, 2: 2}
    assert Map[int64, int64].from_arrays(a.astype("=i4"), a).to_dict() == {1: 1, 2: 2}


def test_a_pickle_buffer_is_a_buffer() -> None:
    a = np.array([1, 2])
    buffer = pickle.PickleBuffer(a)
    assert Map[int64, int64].from_arrays(buffer, a).to_dict() == {1: 1, 2: 2}


def test_strides_of_every_kind() -> None:
    base = np.arange(60, dtype=np.int64)
    m = Map[int64, int64].from_arrays(base, base * 2)
    views = {
        "every third": base[::3],
        "backwards": base[::-1],
        "backwards in steps": base[50:3:-7],
        "row of Fortran order": np.asfortranarray(base.reshape(6, 10))[2],
        "column": base.reshape(6, 10)[:, 3],
        "repeated": np.broadcast_to(base[7:8], (5,)),
        "field": np.array([(n, n) for n in range(5)], [("a", "i1"), ("b", "<i8")])["b"],
        "empty": base[:0],
        "empty backwards": base[:0][::-1],
        "one, stride odd": base[5:6][::-3],
    }
    for name, view in views.items():
        elems, found = m.get_many(view)
        assert elems.tolist() == [2 * int(key) for key in view], name
        assert found.all(), name
        other = Map[int64, int64].from_arrays(view, view)
        assert other.to_dict() == {int(key): int(key) for key in view}, name


def test_misaligned_arrays_of_every_type() -> None:
    for side in SIZED:
        raw = side.array(side.few)
        for offset in (1, 3):
            held = bytearray(offset) + raw.tobytes()
            a = np.frombuffer(held, side.dtype, len(raw), offset=offset)
            m = Map[side.type, side.type].from_arrays(a, a)
            assert entries(m) == entries(type(m)(zip(side.few, side.few, strict=True))), side
            m.get_many(a)


def test_bytes_of_a_bool_other_than_0_and_1_are_true() -> None:
    odd = np.array([0, 1, 2, 255], np.uint8).view(bool)
    m = Map[int64, gomap.bool_].from_arrays(range(4), odd)
    assert m.to_dict() == {0: False, 1: True, 2: True, 3: True}
    assert m.get_many(range(4))[0].view(np.uint8).tolist() == [0, 1, 1, 1]
    keys = Map[gomap.bool_, int8].from_arrays(odd, [5, 6, 7, 8])
    assert keys.to_dict() == {False: 5, True: 8}
    assert keys.get_many(odd)[0].tolist() == [5, 8, 8, 8]
    assert keys.keys_array().view(np.uint8).sum() == 1
    numbers = Map[int8, int8].from_arrays(odd, odd)
    assert numbers.to_dict() == {0: 0, 1: 1}
    assert_valid(keys)


@pytest.mark.parametrize("make", [*ITERABLES.values(), collections.deque, dict.fromkeys])
def test_iterables_of_python_numbers(make: Any) -> None:
    elements = iter([0.5, 1, 2.5]) if make == dict.fromkeys else make([0.5, 1, 2.5])
    m = Map[int64, float64].from_arrays(make([3, 1, 2]), elements)
    assert m.to_dict() == {3: 0.5, 1: 1.0, 2: 2.5}
    elems, found = m.get_many(make([2, 9]))
    assert (elems.tolist(), found.tolist()) == ([2.5, 0.0], [True, False])
    assert m.delete_many(make([2, 9, 1])) == 2


def test_iterables_of_numbers_that_single_calls_take() -> None:
    m = Map[int64, float64]()
    m.set_many([True, Index(7), np.int8(3)], [1, decimal.Decimal("0.5"), np.float32(2.5)])
    assert m.to_dict() == {1: 1.0, 7: 0.5, 3: 2.5}
    assert m.contains_many([Index(1), np.uint64(7)]).all()


def test_ranges_sets_views_and_maps_are_iterables() -> None:
    m = Map[int64, int64].from_arrays(range(10), range(0, 100, 10))
    assert m.contains_many(m).all()
    assert m.contains_many({1, 2, 3}).all()
    assert m.contains_many(m.keys()).all()
    assert sorted(m.get_many(m.keys())[0]) == list(range(0, 100, 10))
    assert m.delete_many(m) == 10
    assert m == {}


def test_a_sequence_of_the_old_protocol_is_iterable() -> None:
    class Old:
        def __getitem__(self, n: int) -> int:
            if n >= 3:
                raise IndexError
            return n * 10

    m = Map[int64, int64].from_arrays(Old(), [1, 2, 3])
    assert m.to_dict() == {0: 1, 10: 2, 20: 3}


def test_length_hints_may_lie() -> None:
    class Lying:
        def __init__(self, hint: Any) -> None:
            self.hint = hint

        def __length_hint__(self) -> Any:
            return self.hint

        def __iter__(self) -> Any:
            return iter(range(100))

    for hint in (0, 3, 1000, NotImplemented):
        m = Map[int64, int64].from_arrays(Lying(hint), Lying(hint))
        assert m.to_dict() == {n: n for n in range(100)}


def test_boxed_sides_take_any_iterable() -> None:
    m = Map[str, list]()
    m.set_many((word for word in ("a", "b")), iter([[1], [2]]))
    assert m.get_many({"a": 0, "z": 0}) == ([[1], None], [True, False])
    assert m.get_many("ab") == ([[1], [2]], [True, True])
    words = Map[bytes, int].from_arrays([b"a", b"b"], range(2))
    assert words.to_dict() == {b"a": 0, b"b": 1}


def test_boxed_numbers_take_arrays() -> None:
    a = np.array([3, 1])
    m = Map[int, float].from_arrays(a, np.array([0.5, 1.5]))
    assert m.to_dict() == {3: 0.5, 1: 1.5}
    assert all(type(key) is int for key in m)
    assert m.get_many(a) == ([0.5, 1.5], [True, True])


@pytest.mark.parametrize("dtype", ["M8[ns]", "m8[ns]", "m8[Y]"])
def test_times_that_python_has_no_object_for_stay_the_arrays_own(dtype: str) -> None:
    times = np.array([5, 6], dtype)
    for cls in (Map, Map[object, object], Map[str, object]):
        keys: Any = ["a", "b"] if cls is Map[str, object] else times
        assert sorted(cls.from_arrays(keys, times).values()) == list(times)
    assert gomap.count(times).to_dict() == {times[0]: 1, times[1]: 1}
    for cls in (Map[int, int], Map[int64, int]):
        m = cls()
        with pytest.raises(TypeError, match=r"must be int"):
            m.set_many(times, 1)
        assert not m


def test_arguments_by_name() -> None:
    m = Map[int64, int64].from_arrays(keys=[1, 2], elems=[3, 4], hint=100, seed=7, zero=-1)
    m.set_many(keys=[5], elems=[6])
    m.add_many(keys=[5], deltas=[1])
    out = np.empty(2, np.int64)
    elems, found = m.get_many(keys=[5, 9], out=out)
    assert (elems.tolist(), found.tolist()) == ([7, -1], [True, False])
    assert m.get_many([5], None)[0].tolist() == [7]
    assert m.contains_many(keys=[1]).all()
    assert m.delete_many(keys=[1]) == 1
