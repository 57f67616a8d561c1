"""Pickle protocol 5 with out-of-band buffers: maps that travel without being copied."""

from __future__ import annotations

import copy
import io
import math
import pickle
from typing import Any

import pytest

import gomap
from gomap import Map as AnyMap
from gomap import float64, inspect, int64
from support.arrays import BOXED_PAIRS, SIZED, STATES, Side, class_of, entries, filled, pair_id
from support.inside import assert_valid

Map: Any = AnyMap
NAN = math.nan
SIZED_PAIRS = [(key, elem) for key in SIZED for elem in SIZED]
Pair = tuple[Side, Side]


class Ages(Map[int64, int64]):  # type: ignore[misc]
    """A subclass with attributes, found by pickle under its name."""


def dumps(m: Any) -> tuple[bytes, list[pickle.PickleBuffer]]:
    """The map in two parts."""
    buffers: list[pickle.PickleBuffer] = []
    return pickle.dumps(m, 5, buffer_callback=buffers.append), buffers


def through_buffers(m: Any) -> Any:
    data, buffers = dumps(m)
    other = pickle.loads(data, buffers=buffers)
    assert type(other) is type(m)
    assert_valid(other)
    return other


def full(pair: Pair, **options: Any) -> Any:
    """A map with every odd value, NaN keys too."""
    m = filled(pair, "with holes", **options)
    key, elem = pair
    for n, k in enumerate(key.few):
        m[k] = elem.values[n % len(elem.values)]
    return m


@pytest.mark.parametrize("pair", SIZED_PAIRS, ids=pair_id)
def test_unboxed_maps_travel_in_buffers(pair: Pair) -> None:
    m = full(pair)
    data, buffers = dumps(m)
    assert len(buffers) >= 1
    size = sum(buffer.raw().nbytes for buffer in buffers)
    assert size == len(m) * (pair[0].dtype.itemsize + pair[1].dtype.itemsize)
    assert len(data) < 400
    other = pickle.loads(data, buffers=buffers)
    assert type(other) is type(m)
    assert entries(other) == entries(m)
    assert_valid(other)
    raw = [bytes(buffer.raw()) for buffer in buffers]  # as they would arrive elsewhere
    assert entries(pickle.loads(data, buffers=raw)) == entries(m)
    assert entries(pickle.loads(data, buffers=[bytearray(one) for one in raw])) == entries(m)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("pair", [(side, side) for side in SIZED], ids=pair_id)
def test_in_band_pickles_of_every_protocol(pair: Pair, protocol: int) -> None:
    for m in (full(pair), class_of(pair)(), class_of(pair).nil(), class_of(pair)(hint=1000)):
        other = pickle.loads(pickle.dumps(m, protocol))
        assert type(other) is type(m)
        assert other.is_nil == m.is_nil
        assert entries(other) == entries(m)
        assert_valid(other)


@pytest.mark.parametrize("state", STATES)
def test_maps_in_every_state(state: str) -> None:
    for pair in ((SIZED[3], SIZED[9]), (SIZED[0], SIZED[11])):
        m = filled(pair, state)
        before = inspect.hmap(m)
        other = through_buffers(m)
        assert inspect.hmap(m)[:6] == before[:6]
        assert entries(other) == entries(m)
        other[1] = pair[1].few[0]
        del other[1]


@pytest.mark.parametrize("pair", BOXED_PAIRS, ids=pair_id)
def test_maps_with_a_boxed_side_stay_in_band(pair: Pair) -> None:
    """Their buffers list stays empty, or holds no more than the unboxed side."""
    m = filled(pair, "grown")
    data, buffers = dumps(m)
    assert len(buffers) <= 1
    assert entries(pickle.loads(data, buffers=buffers)) == entries(m)


def test_callbacks_may_keep_buffers_in_band() -> None:
    m = full((SIZED[3], SIZED[9]))
    seen: list[Any] = []

    def keep_in_band(buffer: Any) -> bool:
        seen.append(buffer)
        return True

    data = pickle.dumps(m, 5, buffer_callback=keep_in_band)
    assert seen
    assert entries(pickle.loads(data)) == entries(m)


def test_nan_keys_and_the_zeros_are_kept() -> None:
    m = Map[float64, float64]()
    for n in range(20):
        m[NAN] = n
    m[-0.0] = -0.0
    other = through_buffers(m)
    assert len(other) == 21
    assert entries(other) == entries(m)
    assert NAN not in other
    other.clear()
    assert len(other) == 0


def test_options_are_kept() -> None:
    seeded = through_buffers(Map[int64, int64]({1: 1}, seed=7))
    assert inspect.hmap(seeded).hash0 == inspect.hmap(Map[int64, int64](seed=7)).hash0
    free = Map[int64, int64]({1: 1})
    assert inspect.hmap(through_buffers(free)).hash0 != inspect.hmap(free).hash0
    assert through_buffers(Map[int64, int64]({1: 1}, zero=-5))[99] == -5
    assert through_buffers(Map[int64, float64]({1: 1}, zero=NAN))[99] != 0
    empty = through_buffers(Map[int64, int64](zero=3, seed=1))
    assert (len(empty), empty[0]) == (0, 3)


def hash_of(key: Any, seed: int) -> int:
    """A hasher that pickles."""
    return hash(key) * 0x9E3779B97F4A7C15 ^ seed


def test_a_hasher_is_kept() -> None:
    m = Map[int64, int64]({n: n for n in range(50)}, hasher=hash_of, zero=9)
    data, buffers = dumps(m)
    other = pickle.loads(data, buffers=buffers)
    assert other == m
    assert other[99] == 9
    calls: list[int] = []
    assert_valid(other)
    assert not calls


def test_nil_maps_travel() -> None:
    other = through_buffers(Map[int64, int64].nil())
    assert other.is_nil
    with pytest.raises(gomap.NilMapError):
        other[1] = 1


def test_subclasses_keep_their_attributes() -> None:
    m = Ages({1: 2, 3: 4}, seed=7, zero=-1)
    m.owner = ["alice"]
    for other in (through_buffers(m), pickle.loads(pickle.dumps(m)), copy.deepcopy(m)):
        assert type(other) is Ages
        assert other.to_dict() == {1: 2, 3: 4}
        assert other.owner == ["alice"]
        assert other.owner is not m.owner
        assert other[99] == -1


def test_copies() -> None:
    m = full((SIZED[3], SIZED[9]), seed=3)
    for other in (copy.copy(m), copy.deepcopy(m)):
        assert type(other) is type(m)
        assert entries(other) == entries(m)
        other[77] = 1.0
        assert 77 not in m
        other.clear()
    assert len(m) > 0


def test_a_map_shared_by_two_lists_stays_one() -> None:
    m = Map[int64, int64]({1: 2})
    buffers: list[Any] = []
    data = pickle.dumps([m, m], 5, buffer_callback=buffers.append)
    one, two = pickle.loads(data, buffers=buffers)
    assert one is two
    nested = Map[str, object]({"inner": m})
    data, buffers = dumps(nested)
    assert pickle.loads(data, buffers=buffers)["inner"] == m


def test_the_loaded_map_owns_its_entries() -> None:
    m = Map[int64, int64]({n: n for n in range(1000)})
    data, buffers = dumps(m)
    raw = [bytearray(buffer.raw()) for buffer in buffers]
    other = pickle.loads(data, buffers=raw)
    for one in raw:
        one[:] = bytes(len(one))
        one.clear()  # fails while a buffer of it is held
    assert other.to_dict() == {n: n for n in range(1000)}
    m.clear()
    assert pickle.loads(data, buffers=buffers).to_dict() == {n: n for n in range(1000)}


@pytest.mark.large
def test_large_maps_travel() -> None:
    m = Map[int64, float64].from_arrays(range(200_000), [0.5] * 200_000)
    other = through_buffers(m)
    assert other == m
    stats = inspect.stats(other)
    assert stats.doublings == 0
    data = pickle.dumps(m, 5)
    assert 16 * len(m) <= len(data) < 16 * len(m) + 1000
    assert pickle.loads(data) == m


def load_tampered(data: bytes, buffers: list[Any]) -> None:
    """Any error will do, and any map that is whole; never a crash."""
    try:
        other = pickle.loads(data, buffers=buffers)
    except Exception as error:
        assert type(error).__module__ in ("builtins", "_pickle", "pickle", "gomap")
        assert not isinstance(error, SystemError)
    else:
        if isinstance(other, gomap.Map):
            assert_valid(other)
            assert len(list(other.items())) == len(other)


def test_buffers_of_another_length_are_refused() -> None:
    m = Map[int64, int64]({n: n for n in range(10)})
    data, buffers = dumps(m)
    raw = [bytes(buffer.raw()) for buffer in buffers]
    for n, one in enumerate(raw):
        for wrong in (one[:-1], one[:-8], one + b"x", one + bytes(8), b""):
            tampered = [*raw[:n], wrong, *raw[n + 1 :]]
            with pytest.raises((ValueError, TypeError)):
                pickle.loads(data, buffers=tampered)
    with pytest.raises(pickle.UnpicklingError):
        pickle.loads(data)
    with pytest.raises((pickle.UnpicklingError, StopIteration)):
        pickle.loads(data, buffers=raw[:-1])


def test_buffers_of_odd_kinds() -> None:
    m = Map[int64, int64]({n: n for n in range(10)})
    data, buffers = dumps(m)
    raw = [bytes(buffer.raw()) for buffer in buffers]
    for wrong in (
        [5] * len(raw),
        [None] * len(raw),
        ["x" * len(one) for one in raw],
        [memoryview(one * 2)[::2] for one in raw],
        [[0] * len(one) for one in raw],
    ):
        load_tampered(data, wrong)


def test_equal_keys_in_a_tampered_buffer_give_one_entry_or_an_error() -> None:
    m = Map[int64, int64]({n: n for n in range(10)})
    data, buffers = dumps(m)
    load_tampered(data, [bytes(buffer.raw().nbytes) for buffer in buffers])


def test_bools_in_a_tampered_buffer_stay_bools() -> None:
    m = Map[int64, gomap.bool_]({n: True for n in range(10)})
    data, buffers = dumps(m)
    odd = [b"\xff" * buffer.raw().nbytes for buffer in buffers]
    try:
        other = pickle.loads(data, buffers=odd)
    except (ValueError, TypeError):
        return
    assert set(other.values()) <= {True, False}
    keys = Map[gomap.bool_, int64]({True: 1, False: 2})
    data, buffers = dumps(keys)
    load_tampered(data, [b"\x02\x03" + bytes(buffer.raw())[2:] for buffer in buffers])


def test_flipped_bytes_in_a_pickle_never_crash() -> None:
    m = Map[int64, int64]({1: 2, 3: 4}, seed=7, zero=5)
    data = pickle.dumps(m, 5)
    safe = {b"gomap", b"builtins", b"copyreg"}

    class Careful(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            if module.encode() not in safe or "." in name:
                raise pickle.UnpicklingError(module)
            if module == "builtins":
                raise pickle.UnpicklingError(name)
            return super().find_class(module, name)

    for n in range(len(data)):
        for bit in (1, 16, 128):
            broken = data[:n] + bytes([data[n] ^ bit]) + data[n + 1 :]
            try:
                other = Careful(io.BytesIO(broken)).load()
            except Exception as error:
                assert not isinstance(error, SystemError)
            else:
                if isinstance(other, gomap.Map):
                    assert_valid(other)


def test_reducers_recipe_with_wrong_contents_is_refused() -> None:
    """What __reduce_ex__ gives, called with arguments of one's own."""
    m = Map[int64, int64]({1: 2, 3: 4})
    function, arguments, *rest = m.__reduce_ex__(5)
    for n in range(len(arguments)):
        for wrong in (None, 5, "x", b"x", [], {}, (), -1, 1 << 70, [1], {"seed": "x"}, object()):
            tampered = (*arguments[:n], wrong, *arguments[n + 1 :])
            try:
                other = function(*tampered)
            except SystemError:
                raise
            except Exception as error:
                assert str(error)
            else:
                if isinstance(other, gomap.Map):
                    assert_valid(other)
    assert len(rest) <= 4
