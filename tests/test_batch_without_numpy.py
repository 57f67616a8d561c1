"""Where numpy is not imported gomap does without it: memoryviews come back (SPEC 7, Batch)."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

HEAD = """
import array, pickle, sys
import gomap
from gomap import *

assert "numpy" not in sys.modules

def plain(view, code):
    assert type(view) is memoryview, type(view)
    assert view.format == code, (view.format, code)
    assert view.ndim == 1 and view.c_contiguous and not view.readonly
    return view.tolist()
"""
TAIL = """
assert "numpy" not in sys.modules
print("ok")
"""


def run(program: str) -> None:
    """Run the program in a process of its own, without numpy until it says otherwise."""
    text = HEAD + textwrap.dedent(program) + TAIL
    paths = os.pathsep.join(path for path in sys.path if path)
    result = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-W", "error", "-c", text],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": paths},
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    assert result.stdout.split() == ["ok"]


def test_results_are_memoryviews_in_the_dtype_of_the_side() -> None:
    run(
        """
        codes = {int8: "b", int16: "h", int32: "i", int64: "q", uint8: "B", uint16: "H",
                 uint32: "I", uint64: "Q", float32: "f", float64: "d", bool_: "?"}
        for kind, code in codes.items():
            numbers = [False, True] if kind is bool_ else [0, 1]
            m = Map[kind, kind].from_arrays(numbers, numbers[::-1])
            elems, found = m.get_many(numbers)
            # l and q, L and Q may be one type
            code = {"q": elems.format, "Q": elems.format}.get(code, code)
            assert elems.format in (code, "l", "L", "q", "Q")
            assert plain(elems, code) == numbers[::-1]
            assert plain(found, "?") == [True, True]
            assert plain(m.contains_many(numbers), "?") == [True, True]
            keys, elems = m.to_arrays()
            assert dict(zip(plain(keys, code), plain(elems, code))) == m.to_dict()
            assert sorted(plain(m.keys_array(), code)) == numbers
            assert sorted(plain(m.values_array(), code)) == numbers
            assert Map[kind, kind].from_arrays(keys, elems) == m
            assert m.delete_many(keys) == 2
        """
    )


def test_complex_numbers_come_back_in_a_buffer_that_goes_in_again() -> None:
    run(
        """
        m = Map[complex128, complex128].from_arrays([1j, 2], [3, 4j])
        keys, elems = m.to_arrays()
        assert type(keys) is memoryview and keys.itemsize == 16 and keys.nbytes == 32
        assert keys.format == "Zd"
        assert Map[complex128, complex128].from_arrays(keys, elems) == m
        assert m.contains_many(keys).tolist() == [True, True]
        boxed = Map[complex, complex]()
        boxed.merge(m)
        boxed.set_many(keys, elems)
        assert boxed == m and all(type(key) is complex for key in boxed)
        assert m.delete_many(keys) == 2
        """
    )


def test_arrays_without_numpy_go_in() -> None:
    run(
        """
        for make in (list, tuple, iter, bytes, bytearray, lambda v: array.array("q", v),
                     lambda v: array.array("b", v), lambda v: memoryview(bytes(v)),
                     lambda v: memoryview(array.array("i", v)), lambda v: (n for n in v)):
            m = Map[int64, float64].from_arrays(make([3, 1, 2]), make([30, 10, 20]))
            assert m.to_dict() == {3: 30.0, 1: 10.0, 2: 20.0}
            m.add_many(make([1, 1]), make([5, 6]))
            elems, found = m.get_many(make([1, 9]))
            assert (elems.tolist(), found.tolist()) == ([21.0, 0.0], [True, False])
            m.set_many(make([9]), 2.5)
            assert m.delete_many(make([9, 8])) == 1
        view = memoryview(array.array("q", range(10)))[::-3]
        assert m.contains_many(view).tolist() == [False, False, True, False]
        """
    )


def test_out_without_numpy() -> None:
    run(
        """
        m = Map[int64, float64]({1: 0.5})
        out = array.array("d", [7, 7])
        elems, found = m.get_many([1, 2], out)
        assert elems is out and list(out) == [0.5, 0.0]
        raw = bytearray(16)
        assert m.get_many([2, 1], out=memoryview(raw).cast("d"))[0].tolist() == [0.0, 0.5]
        """
    )


def test_mixed_and_boxed_maps_without_numpy() -> None:
    run(
        """
        m = Map[str, int64].from_arrays(["a", "b"], [1, 2])
        elems, found = m.get_many(["b", "z"])
        assert (elems.tolist(), found.tolist()) == ([2, 0], [True, False])
        assert type(elems) is type(found) is memoryview
        m = Map[str, int].from_arrays(["a"], [1])
        assert m.get_many(["a", "z"]) == ([1, 0], [True, False])
        assert m.to_arrays() == (["a"], [1])
        """
    )


def test_counting_merging_and_pickling_without_numpy() -> None:
    run(
        """
        counts = gomap.count(array.array("i", [1, 2, 1]))
        assert counts.to_dict() == {1: 2, 2: 1}
        assert gomap.count("abca").to_dict() == {"a": 2, "b": 1, "c": 1}
        other = gomap.count(array.array("i", [1]))
        other.merge(counts)
        assert other.to_dict() == {1: 3, 2: 1}
        buffers = []
        data = pickle.dumps(counts, 5, buffer_callback=buffers.append)
        assert buffers
        assert pickle.loads(data, buffers=buffers) == counts
        assert pickle.loads(pickle.dumps(counts)) == counts
        """
    )


def test_errors_without_numpy() -> None:
    run(
        """
        m = Map[int64, int64]()
        for bad, error in ((array.array("d", [1]), TypeError), ([1.5], TypeError), (5, TypeError),
                           (memoryview(bytes(4)).cast("b", (2, 2)), ValueError),
                           (array.array("Q", [2**64 - 1]), OverflowError)):
            for call in (m.get_many, m.contains_many, m.delete_many):
                try:
                    call(bad)
                except error as caught:
                    assert str(caught).startswith("Map[int64, int64]: key"), caught
                else:
                    raise AssertionError(bad)
        assert len(m) == 0
        """
    )


def test_views_stay_alive_without_the_map() -> None:
    run(
        """
        m = Map[int64, int64].from_arrays(range(1000), range(1000))
        keys, elems = m.to_arrays()
        part = keys[10:20]
        m.clear()
        del m, keys
        assert len(part.tolist()) == 10
        elems.release()
        """
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_results_are_arrays_as_soon_as_numpy_is_imported(when: str) -> None:
    pytest.importorskip("numpy")
    imports = "import numpy" if when == "before" else "m.keys_array(); import numpy"
    run(
        f"""
        m = Map[int64, float64]({{1: 0.5}})
        {imports}
        assert type(m.keys_array()) is numpy.ndarray
        elems, found = m.get_many([1])
        assert (elems.dtype, found.dtype) == (numpy.float64, bool)
        del sys.modules["numpy"]
        """
    )


def test_a_broken_numpy_is_not_fallen_over() -> None:
    run(
        """
        import types
        for fake in (types.ModuleType("numpy"), None, 5):
            sys.modules["numpy"] = fake
            try:
                result = Map[int64, int64]({1: 2}).keys_array()
            except Exception as error:  # any error will do, as long as it is one
                assert str(error)
            else:
                assert result.tolist() == [1]
            del sys.modules["numpy"]
        """
    )
