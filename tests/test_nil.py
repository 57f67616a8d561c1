"""The nil map: reads work, writes raise (SPEC 2 and 7, "nil")."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import gomap
from gomap import Map, NilMapError, float64, inspect, int64
from support.operations import WRITES

CLASSES = [(str, int), (int, int), (int64, int64), (float, str), (object, object)]


@pytest.fixture(params=CLASSES, ids=str)
def nil(request: pytest.FixtureRequest) -> Any:
    return Map[request.param].nil()


def key_of(m: Any) -> Any:
    return "k" if type(m).key_type in (str, object) else 1


def elem_of(m: Any) -> Any:
    return "v" if type(m).elem_type is str else 1


def test_nil_is_nil_and_empty_is_not(nil: Any) -> None:
    assert nil.is_nil is True
    assert type(nil)().is_nil is False
    assert isinstance(nil, type(nil))


def test_reads_of_a_nil_map_are_those_of_an_empty_one(nil: Any) -> None:
    key, zero = key_of(nil), type(nil)()[key_of(nil)]
    assert nil[key] == zero
    assert nil.lookup(key) == (zero, False)
    assert nil.get(key) is None
    assert nil.get(key, 5) == 5
    assert key not in nil
    assert len(nil) == 0
    assert not nil
    assert list(nil) == list(nil.keys()) == list(nil.values()) == list(nil.items()) == []
    assert nil.to_dict() == {}


def test_delete_clear_and_pop_with_default_do_nothing(nil: Any) -> None:
    key = key_of(nil)
    del nil[key]
    gomap.delete(nil, key)
    nil.clear()
    gomap.clear(nil)
    assert nil.pop(key, None) is None
    with pytest.raises(KeyError):
        nil.pop(key)
    with pytest.raises(KeyError):
        nil.popitem()
    with pytest.raises(KeyError):
        nil.random_item()
    assert nil.is_nil


IN_PLACE = ["setitem", "setdefault", "update pairs", "update dict", "|="]


@pytest.mark.parametrize("name", IN_PLACE)
def test_write_to_a_nil_map_raises(nil: Any, name: str) -> None:
    with pytest.raises(NilMapError, match="assignment to entry in nil map"):
        WRITES[name](nil, key_of(nil), elem_of(nil))
    assert nil.is_nil
    assert len(nil) == 0


def test_add_and_reserve_are_writes(nil: Any) -> None:
    writes: list[Callable[[], Any]] = [lambda: nil.reserve(10)]
    if type(nil).elem_type is not object:  # None + 1 is a TypeError before it is a write
        writes.append(lambda: nil.add(key_of(nil), elem_of(nil)))
    for write in writes:
        with pytest.raises(NilMapError, match="assignment to entry in nil map"):
            write()


def test_error_is_a_runtime_error() -> None:
    assert issubclass(NilMapError, RuntimeError)
    assert issubclass(gomap.ConcurrentMapError, RuntimeError)


def test_update_with_nothing_is_fine(nil: Any) -> None:
    nil.update()
    nil.update({})
    nil.update([])
    nil |= {}
    assert nil.is_nil


def test_copies_of_nil_are_nil(nil: Any) -> None:
    for other in (nil.copy(), copy.copy(nil), copy.deepcopy(nil)):
        assert other.is_nil
        assert type(other) is type(nil)


def test_nil_pickles_as_nil(nil: Any) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        other = pickle.loads(pickle.dumps(nil, protocol))
        assert other.is_nil
        assert type(other) is type(nil)


def test_nil_equals_empty_as_a_mapping(nil: Any) -> None:
    assert nil == type(nil)() == {}
    assert nil == type(nil).nil()


def test_repr_of_nil() -> None:
    assert repr(Map[str, int].nil()) == "Map[str, int].nil()"


def test_a_nil_map_can_be_looked_into(nil: Any) -> None:
    hmap = inspect.hmap(nil)
    assert hmap.count == 0
    assert hmap.buckets is None
    assert hmap.oldbuckets is None
    assert inspect.stats(nil).count == 0
    assert inspect.validate(nil) is None


def test_nil_of_a_subclass() -> None:
    class Ages(Map[str, int]):
        pass

    assert type(Ages.nil()) is Ages
    assert Ages.nil().is_nil


def test_nil_of_unboxed_map_with_nan() -> None:
    assert Map[float64, int64].nil()[float("nan")] == 0
