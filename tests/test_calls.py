"""How often a key's own ``__hash__`` and ``__eq__`` run: no more than they must (SPEC 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gomap import Map, inspect, interface
from support.hostile import Counting

CLASSES: list[Any] = [Map, Map[Counting, int], Map[interface, int]]
ONE_KEY: dict[str, Callable[[Any, Any], Any]] = {
    "getitem": lambda m, key: m[key],
    "in": lambda m, key: key in m,
    "get": lambda m, key: m.get(key),
    "lookup": lambda m, key: m.lookup(key),
    "setitem": lambda m, key: m.__setitem__(key, 1),
    "setdefault": lambda m, key: m.setdefault(key, 1),
    "add": lambda m, key: m.add(key, 1),
    "update": lambda m, key: m.update([(key, 1)]),
    "pop": lambda m, key: m.pop(key, None),
    "del": lambda m, key: m.__delitem__(key),
}


@pytest.fixture(autouse=True)
def _reset() -> Iterator[None]:
    Counting.reset()
    yield
    Counting.reset()


@pytest.fixture(params=CLASSES, ids=repr)
def cls(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.mark.parametrize("operation", ONE_KEY)
def test_one_hash_and_as_few_comparisons_per_operation(cls: Any, operation: str) -> None:
    m = cls({Counting(n): n for n in range(30)})
    Counting.reset()
    ONE_KEY[operation](m, Counting(7))
    # pop looks first, so that an absent key does no growth work, then takes.
    assert Counting.hashes == 1
    assert 1 <= Counting.compares <= (2 if operation == "pop" else 1)


@pytest.mark.parametrize("operation", [name for name in ONE_KEY if name != "add"])
def test_absent_key_is_hashed_once_and_compared_with_none(cls: Any, operation: str) -> None:
    m = cls({Counting(n): n for n in range(30)})
    Counting.reset()
    ONE_KEY[operation](m, Counting(1000))
    assert (Counting.hashes, Counting.compares) == (1, 0)


def test_the_key_itself_is_not_compared(cls: Any) -> None:
    keys = [Counting(n) for n in range(30)]
    m = cls({key: 1 for key in keys})
    Counting.reset()
    for key in keys:
        assert m[key] == 1
    assert (Counting.hashes, Counting.compares) == (30, 0)


def test_only_keys_of_equal_hash_are_compared(cls: Any) -> None:
    """As in dict: a tophash alone costs no call."""
    m = cls({Counting(n, hashed=n): n for n in range(2000)})
    Counting.reset()
    for n in range(2000, 4000):
        assert Counting(n, hashed=n) not in m
    assert Counting.compares == 0


def test_evacuation_runs_no_python_code(cls: Any) -> None:
    keys = [Counting(n) for n in range(2000)]
    m = cls()
    Counting.reset()
    for key in keys:
        m[key] = 1
    assert (Counting.hashes, Counting.compares) == (2000, 0)
    assert inspect.stats(m).doublings > 5


def test_walks_copies_and_rebuilding_run_no_python_code(cls: Any) -> None:
    m = cls({Counting(n): n for n in range(500)})
    Counting.reset()
    list(m), list(m.items())
    m.copy()
    m.reserve(5000)
    m.shrink()
    m.finish_growth()
    m.random_item()
    m.popitem()
    inspect.hmap(m), inspect.stats(m), inspect.validate(m)
    m.clear()
    assert (Counting.hashes, Counting.compares) == (0, 0)


def test_iterating_over_a_grown_map_hashes_nothing(cls: Any) -> None:
    m = cls({Counting(n): n for n in range(60)})
    iterator = iter(m)
    next(iterator)
    for n in range(60, 400):
        m[Counting(n)] = n
    Counting.reset()
    list(iterator)
    assert Counting.hashes == 0
