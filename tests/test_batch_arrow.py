"""Batch calls over pyarrow, polars and pandas: Arrow's C data interface, or ``__array__``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gomap import Map as AnyMap
from gomap import bool_, complex128, float32, float64, int8, int64
from support.arrays import SIZED, Side, entries, shown
from support.inside import assert_valid, layout

Map: Any = AnyMap
ARROW_SIDES = [side for side in SIZED if side.name != "complex128"]


@pytest.fixture
def pa() -> Any:
    return pytest.importorskip("pyarrow")


@pytest.fixture
def pl() -> Any:
    return pytest.importorskip("polars")


@pytest.fixture
def pd() -> Any:
    return pytest.importorskip("pandas")


def numbers() -> Any:
    return Map[int64, int64]({n: n * n for n in range(27)})


@pytest.mark.parametrize("side", ARROW_SIDES, ids=lambda side: side.name)
def test_arrow_arrays_of_every_type(pa: Any, side: Side) -> None:
    given = pa.array(side.array(side.few))
    m = Map[side.type, side.type].from_arrays(given, given)
    assert entries(m) == entries(type(m)(zip(side.few, side.few, strict=True)))
    elems, found = m.get_many(given)
    assert shown(elems.tolist()) == shown(m[key] for key in side.few)
    assert found.tolist() == [key in m for key in side.few]
    assert m.delete_many(given) == len({key for key in side.few if key == key})
    assert_valid(m)


@pytest.mark.parametrize("side", ARROW_SIDES, ids=lambda side: side.name)
def test_sliced_arrow_arrays_start_at_their_offset(pa: Any, side: Side) -> None:
    """Bools are bit-packed, so that slices begin within a byte."""
    values = [side.few[n % 3 % len(side.few)] for n in range(50)]
    whole = pa.array(side.array(values))
    for start, length in ((0, 50), (1, 7), (3, 20), (8, 9), (17, 33), (49, 1), (50, 0), (5, 0)):
        part = whole.slice(start, length)
        m = Map[int64, side.type].from_arrays(range(length), part)
        expected = values[start : start + length]
        assert shown(m[n] for n in range(length)) == shown(expected)
        keys = Map[side.type, int64].from_arrays(part, range(length))
        assert keys.contains_many(part).all()
        again = part.slice(1) if length else part
        assert m.get_many(range(len(again)))[0].tolist() == expected[: len(again)]


def test_arrow_numbers_of_other_widths_are_cast(pa: Any) -> None:
    m = Map[int64, float64].from_arrays(
        pa.array([1, 2, 3], pa.int8()), pa.array([0.5, 1.5, 2.5], pa.float32())
    )
    assert m.to_dict() == {1: 0.5, 2: 1.5, 3: 2.5}
    assert m.contains_many(pa.array([1, 9], pa.uint64())).tolist() == [True, False]
    m.set_many(pa.array([True, False]), pa.array([7, 8]))
    assert (m[1], m[0]) == (7.0, 8.0)
    half = pa.array(np.array([0.5, 2], np.float16))
    m.set_many([10, 11], half)
    assert (m[10], m[11]) == (0.5, 2.0)
    wide = Map[int64, complex128].from_arrays([1], pa.array([1.5]))
    assert wide.to_dict() == {1: 1.5 + 0j}
    with pytest.raises(OverflowError, match="key 300 at index 1 is out of range for int8"):
        Map[int8, int8]().get_many(pa.array([1, 300]))
    with pytest.raises(OverflowError, match="at index 1 is out of range for int64"):
        m.get_many(pa.array([1, 1 << 63], pa.uint64()))


def test_nulls_are_an_error_that_names_the_first(pa: Any) -> None:
    m = numbers()
    before = layout(m)
    bad = pa.array([1, 2, 3, None, 5, None])
    for call in (m.get_many, m.contains_many, m.delete_many, lambda a: m.set_many(a, 1)):
        with pytest.raises(ValueError, match=r"Map\[int64, int64\]: keys have a null at index 3"):
            call(bad)
        with pytest.raises(ValueError, match="keys have a null at index 1"):
            call(bad.slice(2, 3))
    with pytest.raises(ValueError, match="elements have a null at index 3"):
        m.set_many(range(6), bad)
    with pytest.raises(ValueError, match="deltas have a null at index 3"):
        m.add_many(range(6), bad)
    assert layout(m) == before
    assert m.contains_many(bad.slice(0, 3)).all()
    assert m.contains_many(bad.slice(4, 1)).all()
    flags = Map[bool_, int64]()
    with pytest.raises(ValueError, match="keys have a null at index 9"):
        flags.get_many(pa.array([True] * 9 + [None]))
    with pytest.raises(ValueError, match="keys have a null at index 0"):
        m.get_many(pa.array([None, None], pa.int64()))


def test_an_array_of_nulls_only(pa: Any) -> None:
    m = numbers()
    with pytest.raises((ValueError, TypeError), match=r"null|must be int64, not "):
        m.get_many(pa.nulls(2))


def test_chunked_arrays(pa: Any) -> None:
    whole = pa.array(range(100))
    keys = pa.chunked_array([whole[:10], whole[10:10], whole[10:77], whole[77:]])
    elems = pa.chunked_array([whole[:50], whole[50:]])
    m = Map[int64, int64].from_arrays(keys, elems)
    assert m.to_dict() == {n: n for n in range(100)}
    assert m.get_many(keys.slice(5, 50))[0].tolist() == list(range(5, 55))
    assert m.delete_many(keys.slice(8, 4)) == 4
    empty = pa.chunked_array([], pa.int64())
    assert m.get_many(empty)[0].tolist() == []
    with pytest.raises(ValueError, match="keys have a null at index 12"):
        m.get_many(pa.chunked_array([whole[:10], pa.array([1, 2, None])]))
    with pytest.raises(OverflowError, match="key 300 at index 3 is out of range for int8"):
        Map[int8, int8]().get_many(pa.chunked_array([[1, 2], [3, 300]]))
    with pytest.raises(ValueError, match="100 keys but 50 elements"):
        m.set_many(keys, keys[:50])
    flags = pa.chunked_array([[True] * 3, [False] * 3])
    assert Map[int8, bool_].from_arrays(range(6), flags).values_array().sum() == 3


def test_arrow_arrays_of_other_types_are_refused(pa: Any) -> None:
    m = numbers()
    before = layout(m)
    bad = [
        pa.array(["a", "b"]),
        pa.array([b"a", b"b"]),
        pa.array(["a", "b"], pa.large_string()),
        pa.array(["a", "b"], pa.string_view()),
        pa.array(["a", "b"]).dictionary_encode(),
        pa.array([1, 2]).dictionary_encode(),
        pa.array([[1], [2]]),
        pa.array([[1], [2]], pa.list_(pa.int64(), 1)),
        pa.array([{"a": 1}, {"a": 2}]),
        pa.array([1, 2], pa.decimal128(5)),
        pa.array([1, 2], pa.timestamp("s")),
        pa.array([1, 2], pa.date32()),
        pa.array([1, 2], pa.duration("s")),
        pa.array([1, 2], pa.time64("us")),
        pa.array([b"12345678"], pa.binary(8)),
        pa.array([1.0, 2.0]),
        pa.chunked_array([["a"], ["b"]]),
        pa.table({"a": [1, 2], "b": [3, 4]}),
        pa.record_batch({"a": [1, 2]}),
    ]
    for given in bad:
        for call in (m.get_many, m.contains_many, m.delete_many, lambda a: m.set_many(a, 1)):
            with pytest.raises(TypeError, match=r"Map\[int64, int64\]: keys? must be int64, not "):
                call(given)
    assert layout(m) == before
    with pytest.raises(TypeError, match="must be bool_, not "):
        Map[bool_, int8]().get_many(pa.array([1, 0]))


def test_boxed_sides_take_arrow_arrays_as_python_objects(pa: Any) -> None:
    words = pa.array(["a", "b", "a"])
    m = Map[str, int64]()
    m.add_many(words, pa.array([1, 2, 3]))
    assert m.to_dict() == {"a": 4, "b": 2}
    elems, found = m.get_many(pa.chunked_array([["b"], ["z"]]))
    assert (elems.tolist(), found.tolist()) == ([2, 0], [True, False])
    m = Map[int64, str].from_arrays(pa.array([1, 2, 3]), words)
    assert m.to_dict() == {1: "a", 2: "b", 3: "a"}
    boxed = Map[int, float].from_arrays(pa.array([1, 2]), pa.array([0.5, 1.5]))
    assert boxed.to_dict() == {1: 0.5, 2: 1.5}
    things = Map.from_arrays(pa.array(["a", None]), pa.array([None, 1.5]))
    assert things.to_dict() == {"a": None, None: 1.5}
    with pytest.raises(TypeError, match="key must be str, not NoneType"):
        Map[str, int]().get_many(pa.array(["a", None]))


def test_arrow_scalars_are_not_silently_taken_as_something_else(pa: Any) -> None:
    m = numbers()
    before = entries(m)
    with pytest.raises(TypeError):
        m.get_many(pa.scalar(5))
    assert entries(m) == before


@pytest.mark.parametrize("side", ARROW_SIDES, ids=lambda side: side.name)
def test_polars_series_of_every_type(pl: Any, side: Side) -> None:
    series = pl.Series("x", side.array(side.few))
    m = Map[side.type, side.type].from_arrays(series, series)
    assert entries(m) == entries(type(m)(zip(side.few, side.few, strict=True)))
    assert m.get_many(series)[1].tolist() == [key in m for key in side.few]
    part = series[1:] if len(side.few) < 4 else series[1:4]
    assert m.contains_many(part).tolist() == [key in m for key in side.few[1 : 1 + len(part)]]


def test_polars_series_in_chunks_and_with_nulls(pl: Any) -> None:
    one = pl.Series([1, 2, 3])
    many = pl.concat([one, one + 10, pl.Series([], dtype=pl.Int64), one + 20], rechunk=False)
    assert many.n_chunks() > 1
    m = Map[int64, float64].from_arrays(many, many / 2)
    assert m.to_dict() == {n + 10 * k: (n + 10 * k) / 2 for n in (1, 2, 3) for k in range(3)}
    with pytest.raises(ValueError, match="keys have a null at index 2"):
        m.get_many(pl.Series([1, 2, None]))
    with pytest.raises(ValueError, match="keys have a null at index 4"):
        m.get_many(pl.concat([one, pl.Series([1, None])], rechunk=False))
    for bad in (pl.Series(["a", "b"]), pl.Series([1.5]), pl.Series([[1], [2]])):
        with pytest.raises(TypeError, match="must be int64, not "):
            m.get_many(bad)
    words = Map[str, int64].from_arrays(pl.Series(["a", "b"]), pl.Series([1, 2]))
    assert words.to_dict() == {"a": 1, "b": 2}
    with pytest.raises(TypeError):
        m.get_many(pl.DataFrame({"a": [1], "b": [2]}))


@pytest.mark.parametrize("side", SIZED, ids=lambda side: side.name)
def test_pandas_series_of_every_type(pd: Any, side: Side) -> None:
    series = pd.Series(side.array(side.few))
    m = Map[side.type, side.type].from_arrays(series, series)
    assert entries(m) == entries(type(m)(zip(side.few, side.few, strict=True)))
    assert m.get_many(series)[1].tolist() == [key in m for key in side.few]
    assert m.contains_many(series[::-2]).tolist() == [key in m for key in side.few[::-2]]


def test_pandas_columns_indexes_and_extension_types(pd: Any) -> None:
    frame = pd.DataFrame({"id": [1, 2, 3], "price": [0.5, 1.5, 2.5], "name": ["a", "b", "c"]})
    m = Map[int64, float64].from_arrays(frame["id"], frame["price"])
    assert m.to_dict() == {1: 0.5, 2: 1.5, 3: 2.5}
    assert m.contains_many(frame.set_index("id").index).all()
    assert m.contains_many(pd.RangeIndex(1, 4)).all()
    assert m.contains_many(pd.Series([1, 2], dtype="Int64")).all()
    words = Map[str, int64].from_arrays(frame["name"], frame["id"])
    assert words.to_dict() == {"a": 1, "b": 2, "c": 3}
    for bad in (frame["name"], frame["price"], pd.to_datetime(pd.Series(["2020-01-01"]))):
        with pytest.raises(TypeError, match="must be int64, not "):
            m.get_many(bad)
    with pytest.raises(TypeError, match="must be int64, not "):
        m.get_many(frame["name"].astype("category"))
    with pytest.raises((TypeError, ValueError), match=r"null|NA|must be int64, not "):
        m.get_many(pd.Series([1, None], dtype="Int64"))
    with pytest.raises((TypeError, ValueError)):
        m.get_many(frame)
    assert len(m) == 3


class Stream:
    """Only ``__arrow_c_stream__``, as a foreign library would have."""

    def __init__(self, chunks: Any) -> None:
        self.chunks = chunks

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.chunks.__arrow_c_stream__(requested_schema)


class Single:
    """Only ``__arrow_c_array__``."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        return self.array.__arrow_c_array__(requested_schema)


def test_foreign_objects_that_speak_arrow(pa: Any) -> None:
    m = Map[int64, float32].from_arrays(
        Single(pa.array([1, 2])), Stream(pa.chunked_array([[0.5], [1.5]]))
    )
    assert m.to_dict() == {1: 0.5, 2: 1.5}
    assert m.contains_many(Stream(pa.chunked_array([[2], [9]]))).tolist() == [True, False]
    for _ in range(100):  # whatever it holds is released each time
        m.get_many(Single(pa.array([1, 2, 3])))
    assert_valid(m)


@pytest.mark.parametrize("given", [5, None, (), (1,), (1, 2), (1, 2, 3), "ab", object()])
def test_broken_arrow_objects_are_refused(given: Any) -> None:
    class Broken:
        def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
            return given

    class BrokenStream:
        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
            return given

    class Raising:
        def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
            raise LookupError("from arrow")

    m = numbers()
    for bad in (Broken(), BrokenStream()):
        with pytest.raises((TypeError, ValueError)):
            m.get_many(bad)
    with pytest.raises(LookupError, match="from arrow"):
        m.get_many(Raising())
    assert_valid(m)


def test_capsules_of_another_name_are_refused(pa: Any) -> None:
    schema, array = pa.array([1, 2]).__arrow_c_array__()

    class Swapped:
        def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
            return array, schema

    m = numbers()
    with pytest.raises((TypeError, ValueError)):
        m.get_many(Swapped())
    assert_valid(m)


class Held:
    """Gives the same capsules every time."""

    def __init__(self, capsules: Any) -> None:
        self.capsules = capsules


class HeldArray(Held):
    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        return self.capsules


class HeldStream(Held):
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.capsules


def test_capsules_that_others_have_emptied_are_refused(pa: Any) -> None:
    m = numbers()
    capsules = pa.array([1, 2]).__arrow_c_array__()
    pa.Array._import_from_c_capsule(*capsules)  # moves the contents out
    with pytest.raises(ValueError, match=r"keys: .* cannot be read: it"):
        m.get_many(HeldArray(capsules))
    capsule = pa.chunked_array([[1], [2]]).__arrow_c_stream__()
    pa.ChunkedArray._import_from_c_capsule(capsule)
    with pytest.raises(ValueError, match=r"keys: .* cannot be read: it"):
        m.get_many(HeldStream(capsule))
    assert_valid(m)


def test_capsules_given_twice_are_read_twice_or_refused(pa: Any) -> None:
    """A stream is read once; nothing may be taken for no keys."""
    m = numbers()
    whole = pa.array([1, 2])
    for given in (
        HeldArray(whole.__arrow_c_array__()),
        HeldStream(pa.chunked_array([whole]).__arrow_c_stream__()),
    ):
        assert m.contains_many(given).tolist() == [True, True]
        try:
            assert m.contains_many(given).tolist() == [True, True]
        except ValueError as error:
            assert "it has been read already" in str(error)


def test_an_out_that_shares_memory_with_an_arrow_array(pa: Any) -> None:
    memory = np.array([3, 99, 4])
    keys = pa.Array.from_buffers(pa.int64(), 3, [None, pa.py_buffer(memory)])
    with pytest.raises(ValueError, match="out overlaps the keys"):
        numbers().get_many(keys, memory)
    assert memory.tolist() == [3, 99, 4]
