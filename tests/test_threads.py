"""Threads that hammer one map: each operation is atomic to the others (SPEC 2)."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gomap import Map, inspect, int64
from support.inside import assert_valid
from support.threads import hammer

THREADS = 6
CLASSES: list[Any] = [Map[int64, int64], Map[int, int], Map[object, object]]


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.large
@pytest.mark.parametrize("cls", CLASSES, ids=repr)
def test_writers_of_their_own_keys_lose_nothing(cls: Any) -> None:
    m = cls()

    def job(number: int) -> Callable[[], None]:
        def run() -> None:
            for n in range(1500):
                m[n * THREADS + number] = number
                if n % 3 == 0:
                    del m[n * THREADS + number]

        return run

    hammer(*[job(number) for number in range(THREADS)])
    assert_valid(m)
    expected = {n * THREADS + t: t for t in range(THREADS) for n in range(1500) if n % 3}
    assert m.to_dict() == expected


@pytest.mark.parametrize("cls", CLASSES, ids=repr)
def test_add_is_atomic(cls: Any) -> None:
    m = cls(zero=0)

    def run() -> None:
        for n in range(3000):
            m.add(n % 7, 1)

    hammer(*[run] * THREADS)
    assert sum(m.values()) == 3000 * THREADS
    assert len(m) == 7


@pytest.mark.large
@pytest.mark.parametrize("cls", CLASSES, ids=repr)
def test_pop_gives_each_entry_to_one_thread(cls: Any) -> None:
    m = cls({n: n for n in range(6000)})
    got: list[int] = []

    def run() -> None:
        try:
            while True:
                got.append(m.popitem()[0])
        except KeyError:
            pass

    hammer(*[run] * THREADS)
    assert sorted(got) == list(range(6000))


@pytest.mark.parametrize("cls", CLASSES, ids=repr)
def test_iterators_readers_and_writers_at_once(cls: Any) -> None:
    stable = range(200)
    m = cls({n: n for n in stable})
    stop = threading.Event()

    def write() -> None:
        for round_ in range(25):
            for n in range(1000, 1200):
                m[n] = round_
            for n in range(1000, 1200):
                del m[n]
            if round_ % 5 == 0:
                m.reserve(2000)
                m.shrink()
        stop.set()

    def read() -> None:
        while not stop.is_set():
            seen = [key for key in m if key < 1000]
            assert sorted(seen) == list(stable)
            assert all(m[n] == n for n in stable)

    def look() -> None:
        while not stop.is_set():
            inspect.hmap(m)
            assert inspect.stats(m).count >= 200
            repr(m), m.copy(), m.to_dict()

    hammer(write, read, read, look)
    assert_valid(m)
    assert m.to_dict() == {n: n for n in stable}


class Slow:
    """A key whose equality is Python code, where threads switch."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __hash__(self) -> int:
        return self.n % 5

    def __eq__(self, other: object) -> bool:
        sum(range(20))
        return isinstance(other, Slow) and self.n == other.n


def test_keys_compared_in_python_by_several_threads() -> None:
    """Interleaved operations start over; none is lost."""
    m: Any = Map()

    def job(number: int) -> Callable[[], None]:
        def run() -> None:
            for n in range(40):
                m[Slow(n * THREADS + number)] = number

        return run

    hammer(*[job(number) for number in range(THREADS)])
    assert_valid(m)
    assert sorted(key.n for key in m) == list(range(40 * THREADS))
    assert all(m[Slow(n)] == n % THREADS for n in range(40 * THREADS))


def test_clear_against_everything() -> None:
    m: Any = Map[int, object]()

    def clear() -> None:
        for _ in range(200):
            m.clear()

    def fill() -> None:
        for n in range(4000):
            m[n % 500] = [n]

    def walk() -> None:
        for _ in range(60):
            for key, elem in m.items():
                assert elem[0] % 500 == key

    hammer(clear, fill, fill, walk)
    assert_valid(m)


def test_classes_are_made_once() -> None:
    class Local:
        """A type that no map has been made of yet."""

    got: list[type] = []
    barrier = threading.Barrier(THREADS)

    def run() -> None:
        barrier.wait()
        got.append(Map[Local, Local])

    hammer(*[run] * THREADS)
    assert len(set(got)) == 1
    assert len(got) == THREADS
