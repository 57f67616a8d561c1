"""Threads at work at the same time, in builds without the interpreter lock truly so: whole
operations on shared maps, iterators, classes, and on the lists and dicts that maps are given."""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gomap import Map, bool_, count, float64, inspect, int64, interface
from gomap import delete as go_delete
from support.inside import assert_valid
from support.threads import hammer

THREADS = 4
ROUNDS = int(os.environ.get("GOMAP_ROUNDS", "300"))


class Key:
    """Compared by Python code, which lets other threads in."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __hash__(self) -> int:
        return self.n % 8

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.n == other.n


KINDS: dict[str, tuple[Any, Callable[[int], Any], Callable[[int], Any]]] = {
    "object": (Map, str, int),
    "str": (Map[str, int], str, int),
    "int": (Map[int, object], int, str),
    "int64": (Map[int64, int64], int, int),
    "interface": (Map[interface, interface], lambda n: (n, str(n), float(n))[n % 3], str),
    "float64": (Map[float64, bool_], float, bool),
    "bytes": (Map[bytes, list], lambda n: b"%d" % n, lambda n: [n]),
    "class": (Map[Key, int], Key, int),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def filled(kind: str, n: int) -> Any:
    cls, key, elem = KINDS[kind]
    m = cls()
    for i in range(n):
        m[key(i)] = elem(i)
    return m


def test_threads_that_ask_for_a_class_at_once_get_one() -> None:
    class Slow(Map):  # type: ignore[type-arg]
        def __init_subclass__(cls) -> None:
            time.sleep(0.02)

    got: list[Any] = []
    hammer(*[lambda: got.append(Slow[str, int])] * THREADS)
    assert len(set(map(id, got))) == 1
    assert got[0] is Slow[str, int]


@every_kind
def test_readers_and_writers_of_all_kinds_leave_a_valid_map(kind: str) -> None:
    _, key, elem = KINDS[kind]
    m = filled(kind, 60)

    def write() -> None:
        for n in range(ROUNDS):
            m[key(n % 90)] = elem(n)
            m.pop(key((n * 7) % 90), None)
            m.setdefault(key(n % 50), elem(1))
            if n % 50 == 0:
                m.clear()

    def read() -> None:
        for n in range(ROUNDS):
            m.get(key(n % 90)), key(n) in m, m[key(n % 90)], m.lookup(key(n % 90)), len(m)
            if n % 10 == 0:
                list(m), list(m.items()), m.to_dict(), m.copy(), repr(m), m == m
                m.keys() & {key(1)}, m.get_many([key(1), key(2)]), m.to_arrays()

    hammer(write, write, read, read)
    assert_valid(m)
    assert len(m) == len(list(m))


@every_kind
def test_an_iterator_shared_by_threads_shows_each_entry_once(kind: str) -> None:
    m = filled(kind, 500)
    expected = sorted(map(repr, m.items()))
    it = iter(m.items())
    seen: list[list[Any]] = [[] for _ in range(THREADS)]
    hammer(*[lambda mine=mine: mine.extend(it) for mine in seen])
    assert sorted(repr(pair) for mine in seen for pair in mine) == expected
    assert next(it, None) is None


@every_kind
def test_iterators_end_while_others_write(kind: str) -> None:
    _, key, elem = KINDS[kind]
    m = filled(kind, 100)

    def iterate() -> None:
        for n in range(ROUNDS // 10):
            for _ in zip(m.items(), range(n), strict=False):
                pass
            kept = [iter(m), iter(m.values()), iter(m.keys())]
            for it in kept:
                next(it, None)

    def write() -> None:
        for n in range(ROUNDS):
            m[key(n)] = elem(n)
            go_delete(m, key(n // 2))

    hammer(iterate, iterate, write, write)
    assert_valid(m)


def test_setdefault_has_one_winner() -> None:
    m = Map[int, object]()
    got: list[list[object]] = [[] for _ in range(THREADS)]
    hammer(*[lambda g=g: g.extend(m.setdefault(n, object()) for n in range(ROUNDS)) for g in got])
    assert all(len({id(g[n]) for g in got}) == 1 for n in range(ROUNDS))


@every_kind
def test_each_entry_is_taken_out_once(kind: str) -> None:
    m = filled(kind, 400)
    n = len(m)
    taken: list[Any] = []

    def take() -> None:
        while True:
            try:
                taken.append(m.popitem())
            except KeyError:
                return

    hammer(*[take] * THREADS)
    assert len(taken) == n
    assert len(m) == 0


@every_kind
def test_maps_taken_over_crosswise_do_not_wait_for_each_other(kind: str) -> None:
    a, b = filled(kind, 40), filled(kind, 60)

    def there() -> None:
        for _ in range(ROUNDS // 20):
            a.update(b), a | b, a == b, a.keys() == b.keys(), a.copy() == b

    def back() -> None:
        for _ in range(ROUNDS // 20):
            b.update(a), b | a, b != a, a.keys() ^ b.keys(), b.merge(a, add=False)

    hammer(there, back, there, back)
    assert_valid(a)
    assert len(a) == len(b) == 60


def test_counts_from_many_threads_add_up() -> None:
    m = Map[object, int]()
    words = ["a", "b", "c"] * 50
    hammer(*[lambda: count(words, into=m), lambda: m.add_many(words, 1)] * 2)
    assert m.to_dict() == dict.fromkeys("abc", 200)


class Given:
    """What maps are given, and one that changes it all the time."""

    def __init__(self) -> None:
        self.pairs: list[Any] = [[n, n] for n in range(50)]
        self.entries: dict[object, object] = dict.fromkeys(range(50), 0)
        self.keys: list[Any] = list(range(50))
        self.done = threading.Event()

    def change(self) -> None:
        """Change it: the keys by slices, as two threads do and an index may be gone."""
        n = 0
        while not self.done.is_set():
            n = (n + 1) % 50
            self.pairs[n][:] = [object(), object()]
            self.pairs[n] = [object(), object()]
            self.entries[n] = object()
            self.keys[n:] = [object() for _ in range(50 - n)]
            self.keys[n:] = []
            self.keys[n:] = [object() for _ in range(50 - n)]


def test_lists_and_dicts_may_change_while_a_map_reads_them() -> None:
    m = Map[object, object]()
    given = Given()
    out: list[Any] = [None] * 50

    def read() -> None:
        try:
            for _ in range(ROUNDS // 5):
                m.update(given.pairs)
                m.update(given.entries)
                m.contains_many(given.keys)
                m.set_many(given.keys, 1)
                m.get_many(out, out=out)
                assert m != given.entries
                count(given.keys, into=Map[object, int]())
                m.clear()
        except (ValueError, RuntimeError):  # read between two of the changes
            pass
        finally:
            given.done.set()

    hammer(given.change, read, read, given.change)
    assert_valid(m)


@every_kind
def test_maps_are_inspected_recorded_and_pickled_while_others_write(kind: str) -> None:
    if kind == "class":
        pytest.skip("its keys are not to be pickled")
    _, key, elem = KINDS[kind]
    m = filled(kind, 50)
    rounds = ROUNDS // 15

    def write() -> None:
        for n in range(ROUNDS):
            m[key(n)] = elem(n)
            go_delete(m, key(n // 2))

    def look() -> None:
        for _ in range(rounds):
            inspect.hmap(m), inspect.stats(m), inspect.chain_counts(m), inspect.validate(m)
            inspect.explain(m, key(3)), list(inspect.iterate(m, 0, 0))
            inspect.cursor(iter(m)), sys.getsizeof(m), m.random_item()

    def record() -> None:
        for _ in range(rounds):
            with inspect.record(m) as events:
                m[key(1)] = elem(1)
            assert any(event.kind in ("assign", "update") for event in events)

    def keep() -> None:
        for _ in range(rounds):
            assert isinstance(pickle.loads(pickle.dumps(m, 5)), type(m))
            m.reserve(len(m) + 10), m.shrink(), m.finish_growth()

    hammer(write, look, record, keep, record)
    assert_valid(m)
