"""Counts, hints and lengths at the ends of their ranges: an answer or a clear error, at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gomap import Map, inspect, int8, int64
from support.inside import assert_valid

TYPES = [(int64, int64), (int8, int8), (str, int), (object, object)]
BEYOND_MEMORY = [sys.maxsize // 144, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30]


@pytest.mark.parametrize("types", TYPES, ids=str)
@pytest.mark.parametrize("n", BEYOND_MEMORY)
def test_a_count_beyond_memory_is_a_memory_error(types: Any, n: int) -> None:
    with pytest.raises(MemoryError):
        Map[types](hint=n)
    m: Any = Map[types]()
    with pytest.raises(MemoryError):
        m.reserve(n)
    assert_valid(m)
    assert len(m) == 0
    assert inspect.stats(m).B == 0


@pytest.mark.parametrize("n", BEYOND_MEMORY)
def test_reserve_beyond_memory_keeps_every_entry_of_a_growing_map(n: int) -> None:
    m = Map[int64, int64]({k: k for k in range(27)}, hint=0)
    assert inspect.stats(m).growing
    with pytest.raises(MemoryError):
        m.reserve(n)
    assert_valid(m)
    assert m.to_dict() == {k: k for k in range(27)}


ENDLESS = np.broadcast_to(np.int64(1), (2**59,))
"""More numbers than any memory has room for, all of them in eight bytes."""

BATCHES: dict[str, Callable[[Any], object]] = {
    "get_many": lambda m: m.get_many(ENDLESS),
    "contains_many": lambda m: m.contains_many(ENDLESS),
    "delete_many": lambda m: m.delete_many(ENDLESS),
    "set_many": lambda m: m.set_many(ENDLESS, ENDLESS),
    "set_many of one value": lambda m: m.set_many(ENDLESS, 1),
    "add_many": lambda m: m.add_many(ENDLESS, ENDLESS),
    "add_many of one value": lambda m: m.add_many(ENDLESS, 1),
    "from_arrays": lambda m: type(m).from_arrays(ENDLESS, ENDLESS),
}


@pytest.mark.parametrize("name", BATCHES)
@pytest.mark.parametrize("types", [(int64, int64), (int8, int8), (int, int)], ids=str)
def test_a_batch_beyond_memory_is_a_memory_error(types: Any, name: str) -> None:
    m: Any = Map[types]({1: 2})
    with pytest.raises(MemoryError):
        BATCHES[name](m)
    assert_valid(m)
    assert m.to_dict() == {1: 2}


def test_all_keys_of_a_small_type_fill_a_map() -> None:
    m = Map[int8, int64]()
    m.set_many(np.arange(-128, 128).astype(np.int8), np.arange(256))
    assert_valid(m)
    assert len(m) == 256
    assert [m[key] for key in (-128, 127)] == [0, 255]
    with pytest.raises(OverflowError):
        m[128]


@pytest.mark.parametrize("n", [-1, -(2**70), -(10**5000)], ids=("one", "two words", "5,000 digits"))
def test_sizes_below_nothing_are_refused_however_long_they_are(n: int) -> None:
    m = Map[str, int]({"a": 1})
    for call in (lambda: Map(hint=n), lambda: m.reserve(n)):
        with pytest.raises(ValueError, match="must not be negative"):
            call()
    assert m == {"a": 1}
