"""``out=`` of get_many: what it may be, and that nothing is written when it may not."""

from __future__ import annotations

import array
import ctypes
import re
from typing import Any

import numpy as np
import pytest

from gomap import Map as AnyMap
from gomap import complex128, float64, int8, int32, int64, uint8
from support.arrays import SIZED, Side, shown
from support.hostile import Acting, once
from support.inside import assert_valid, layout

Map: Any = AnyMap
NAME = re.escape("Map[int64, int64]: ")
KEYS = np.array([3, 99, 4])


def squares() -> Any:
    return Map[int64, int64]({n: n * n for n in range(20)})


@pytest.mark.parametrize("side", SIZED, ids=lambda side: side.name)
def test_out_is_filled_and_given_back(side: Side) -> None:
    m = Map[int64, side.type](enumerate(side.few))
    keys = np.arange(-1, len(side.few) + 1)
    expected = shown(m[int(key)] for key in keys)
    out = side.array([side.few[-1]] * len(keys))
    elems, found = m.get_many(keys, out=out)
    assert elems is out
    assert shown(out.tolist()) == expected
    assert found.tolist() == [int(key) in m for key in keys]
    raw = bytearray(out.nbytes)
    view = memoryview(raw).cast(side.code) if len(side.code) == 1 else memoryview(out)
    assert m.get_many(keys, view)[0] is view
    assert shown(np.asarray(view).tolist()) == expected


def test_outs_that_are_not_numpy_s() -> None:
    m = squares()
    for out in (array.array("q", [7, 7, 7]), (ctypes.c_int64 * 3)(7, 7, 7)):
        elems, _ = m.get_many(KEYS, out)
        assert elems is out
        assert list(out) == [9, 0, 16]
    small = Map[int64, uint8]({3: 9, 4: 16})
    raw = bytearray(b"xyz")
    assert small.get_many(KEYS, raw)[0] is raw
    assert raw == b"\x09\x00\x10"


def test_none_is_no_out() -> None:
    assert squares().get_many(KEYS, None)[0].tolist() == [9, 0, 16]
    words = Map[str, list]({"a": [1]})
    assert words.get_many(["a"], out=None) == ([[1]], [True])


def test_out_for_no_keys() -> None:
    out = np.empty(0, np.int64)
    elems, found = squares().get_many([], out)
    assert elems is out
    assert found.tolist() == []


@pytest.mark.parametrize(
    ("out", "error", "words"),
    [
        (np.zeros(3, np.int32), TypeError, "writable buffer of int64, not .*int32"),
        (np.zeros(3, np.uint64), TypeError, "writable buffer of int64, not .*uint64"),
        (np.zeros(3), TypeError, "writable buffer of int64, not .*float64"),
        (np.zeros(3, bool), TypeError, "writable buffer of int64, not "),
        (np.zeros(3, object), TypeError, "writable buffer of int64, not "),
        (np.zeros(3, "m8[s]"), TypeError, "writable buffer of int64, not "),
        (np.zeros(3, [("a", "i8")]), TypeError, "writable buffer of int64, not "),
        (np.zeros(3, ">i8" if np.little_endian else "<i8"), TypeError, "writable|byte-swapped"),
        (bytearray(24), TypeError, "writable buffer of int64, not "),
        ([0, 0, 0], TypeError, "writable buffer of int64, not .*list"),
        (5, TypeError, "writable buffer of int64, not .*int"),
        ("abc", TypeError, "writable buffer of int64, not .*str"),
        (np.zeros(2, np.int64), ValueError, "out has 2 elements; 3 are needed"),
        (np.zeros(4, np.int64), ValueError, "out has 4 elements; 3 are needed"),
        (np.zeros(1, np.int64), ValueError, "out has 1 element; 3 are needed"),
        (np.zeros(0, np.int64), ValueError, "out has 0 elements; 3 are needed"),
        (np.zeros((3, 1), np.int64), ValueError, "one-dimensional|dimension"),
        (np.zeros((), np.int64), ValueError, "dimension"),
        (np.broadcast_to(np.int64(7), 3), ValueError, "out is read-only"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else type(value).__name__,
)
def test_bad_outs_are_refused(out: Any, error: type[BaseException], words: str) -> None:
    m = squares()
    before, copied = layout(m), np.array(out, copy=True)
    with pytest.raises(error, match=words) as caught:
        m.get_many(KEYS, out=out)
    assert str(caught.value).startswith("Map[int64, int64]: ")
    assert layout(m) == before
    assert np.array_equal(np.array(out), copied)


def test_read_only_outs() -> None:
    out = np.zeros(3, np.int64)
    out.flags.writeable = False
    for given in (out, memoryview(out), bytes(24)):
        words = f"{NAME}out (is read-only|must be a writable buffer of int64)"
        with pytest.raises((ValueError, TypeError), match=words):
            squares().get_many(KEYS, given)
    with pytest.raises(ValueError, match=f"{NAME}out is read-only"):
        squares().get_many(KEYS, out)
    assert out.tolist() == [0, 0, 0]


def test_an_out_whose_elements_share_memory_is_refused() -> None:
    one = np.zeros(1, np.int64)
    out = np.lib.stride_tricks.as_strided(one, (3,), (0,))
    with pytest.raises(ValueError, match=f"{NAME}the elements of out overlap"):
        squares().get_many(KEYS, out)
    half = np.lib.stride_tricks.as_strided(np.zeros(3, np.int64), (3,), (4,))
    with pytest.raises(ValueError, match=f"{NAME}the elements of out overlap"):
        squares().get_many(KEYS, half)
    assert one.tolist() == [0]


def test_an_out_that_overlaps_the_keys_is_refused() -> None:
    base = np.array([3, 99, 4, 5])
    m = squares()
    pairs: list[tuple[Any, Any]] = [
        (base, base),
        (base[:3], base[1:]),
        (base[1:], base[:3]),
        (base[::2], base[1:3]),
        (memoryview(base), base),
        (base[:3], base[3:0:-1]),
        (base.view(np.int32)[:4], base),
        (base.view(np.uint8)[-3:], base[1:]),
    ]
    for keys, out in pairs:
        with pytest.raises(ValueError, match=f"{NAME}out overlaps the keys"):
            m.get_many(keys, out)
        assert base.tolist() == [3, 99, 4, 5]
    elems, _ = m.get_many(base[:2], base[2:])
    assert elems.tolist() == base[2:].tolist() == [9, 0]


def test_an_overlap_of_other_types_is_refused_too() -> None:
    raw = bytearray(64)
    m = Map[int8, float64]({0: 1.5})
    for keys, out in (
        (memoryview(raw)[:8], memoryview(raw).cast("d")),
        (memoryview(raw)[63:], memoryview(raw).cast("d")[7:]),
    ):
        with pytest.raises(ValueError, match="out overlaps the keys"):
            m.get_many(keys.cast("b"), out)
    assert raw == bytes(64)


def test_interleaved_keys_and_out_are_right_or_refused() -> None:
    both = np.array([3, -1, 4, -1, 99, -1])
    try:
        elems, _ = squares().get_many(both[::2], both[1::2])
    except ValueError as error:
        assert "overlaps" in str(error)
        assert both.tolist() == [3, -1, 4, -1, 99, -1]
    else:
        assert elems.tolist() == [9, 16, 0]
        assert both.tolist() == [3, 9, 4, 16, 99, 0]


@pytest.mark.parametrize("step", [2, 3, -1, -2])
def test_strided_outs_are_filled_or_refused(step: int) -> None:
    base = np.full(9, -1, np.int64)
    out = base[::step][:3]
    try:
        elems, _ = squares().get_many(KEYS, out)
    except (TypeError, ValueError) as error:
        assert "contiguous" in str(error)
        assert base.tolist() == [-1] * 9
    else:
        assert elems is out
        assert out.tolist() == [9, 0, 16]
        assert base.tolist().count(-1) == 6


def test_a_misaligned_out_is_filled_or_refused() -> None:
    raw = np.zeros(25, np.uint8)
    out = raw[1:].view(np.int64)
    try:
        squares().get_many(KEYS, out)
    except (TypeError, ValueError) as error:
        assert "aligned" in str(error)
        assert not raw.any()
    else:
        assert out.tolist() == [9, 0, 16]
        assert raw[0] == 0


def test_a_list_is_filled_where_elements_are_objects() -> None:
    for m in (Map[str, list]({"a": [1]}), Map({"a": [1]})):
        out: list[Any] = [7, 8]
        elems, found = m.get_many(["a", "z"], out)
        assert elems is out
        assert (out, found) == ([[1], None], [True, False])
        assert out[0] is m["a"]
    mixed = Map[int64, str]({3: "c"})
    names = ["", ""]
    elems, found = mixed.get_many(KEYS[:2], out=names)
    assert elems is names
    assert (names, found.tolist()) == (["c", ""], [True, False])


def test_other_outs_are_refused_where_elements_are_objects() -> None:
    for types in ((int64, object), (str, str), (int64, int), (str, list)):
        m = Map[types]()
        key = "k" if types[0] is str else 1
        for out in ((None,), np.zeros(1, object), np.zeros(1, np.int64), bytearray(8), 5):
            with pytest.raises(TypeError, match="out must be a list, not "):
                m.get_many([key], out)
        for bad in ([], [7, 8]):
            given = list(bad)
            with pytest.raises(ValueError, match=r"out has \d elements?; 1 is needed"):
                m.get_many([key], given)
            assert given == bad


def test_an_out_list_that_changes_while_it_is_filled() -> None:
    m: Any = Map()
    out: list[Any] = [0, 0, 0]
    keys = [Acting(n) for n in range(3)]
    m.update({key: key.name for key in keys})
    probe = Acting(1)
    probe.on_eq = once(lambda: out.extend([0] * 100))
    m.get_many([keys[0], probe, keys[2]], out)
    assert out[:3] == [0, 1, 2]
    probe.on_eq = once(out.clear)
    m.get_many([keys[0], probe, keys[2]], out[:3])
    given = [0, 0, 0]
    probe.on_eq = once(given.clear)
    m.get_many([keys[0], probe, keys[2]], given)
    assert given == [0, 1, 2]
    assert_valid(m)


def test_bad_keys_leave_out_alone() -> None:
    out = np.full(3, 7, np.int64)
    m = Map[int32, int64]({1: 1})
    for keys in ([1, 2, "x"], [1, 2, 1 << 40], np.array([1, 2, 1 << 40]), np.zeros(3)):
        with pytest.raises((TypeError, OverflowError)):
            m.get_many(keys, out)
        assert out.tolist() == [7, 7, 7]
    assert_valid(m)


def test_out_is_not_held_on_to() -> None:
    raw = bytearray(24)
    view = memoryview(raw).cast("q")
    squares().get_many(KEYS, view)
    with pytest.raises(ValueError, match="out"):
        squares().get_many([1], view)
    view.release()
    raw.extend(b"x")  # fails while a buffer of it is held


def test_keys_are_not_held_on_to() -> None:
    raw = bytearray(24)
    m = squares()
    m.get_many(memoryview(raw).cast("q")), m.contains_many(raw), m.delete_many(raw)
    m.set_many(raw, raw), m.add_many(raw, raw), Map[int8, int8].from_arrays(raw, raw)
    for bad in (lambda: m.set_many(raw, [1]), lambda: m.set_many([1], raw)):
        with pytest.raises(ValueError):
            bad()
    for bad in (lambda: m.set_many(raw, [1.5] * 24), lambda: m.get_many(raw, raw)):
        with pytest.raises((TypeError, ValueError)):
            bad()
    raw.extend(b"x")


def test_complex_outs() -> None:
    m = Map[int64, complex128]({1: 2j})
    out = np.zeros(2, complex)
    assert m.get_many([1, 2], out)[0] is out
    assert out.tolist() == [2j, 0j]
    with pytest.raises(TypeError, match=r"complex128, not .*complex64"):
        m.get_many([1, 2], np.zeros(2, np.complex64))
