"""add(key, delta) while `+` runs code: nothing that others write to the key is lost (SPEC 2)."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import gomap
from gomap import Map, int64
from support.inside import assert_valid
from support.threads import hammer


class Tally:
    """A number whose sums let other threads, or a visitor, in."""

    visit: Callable[[], None] | None = None

    def __init__(self, count: int) -> None:
        self.count = count

    def __add__(self, other: object) -> Tally:
        if isinstance(other, int):
            other = Tally(other)
        if not isinstance(other, Tally):
            return NotImplemented
        visit, Tally.visit = Tally.visit, None
        if visit is not None:
            visit()
        else:
            time.sleep(0)
        return Tally(self.count + other.count)


class Slow(str):
    """A key whose comparison lets other threads in."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        time.sleep(0)
        return str(self) == str(other)


@pytest.fixture(autouse=True)
def _no_visit_is_left() -> Iterator[None]:
    yield
    Tally.visit = None


CLASSES: list[Any] = [Map[int64, Tally], Map[str, Tally], Map[object, object], Map]


def key_of(cls: Any, n: int) -> Any:
    return n if cls is Map[int64, Tally] else f"key {n}"


@pytest.mark.parametrize("cls", CLASSES, ids=repr)
def test_sums_that_let_other_threads_in_lose_nothing(cls: Any) -> None:
    m = cls(zero=Tally(0))

    def run() -> None:
        for n in range(200):
            m.add(key_of(cls, n % 3), Tally(1))

    hammer(run, run, run, run)
    assert sum(tally.count for tally in m.values()) == 800
    assert_valid(m)


def test_sums_under_keys_that_let_other_threads_in_lose_nothing() -> None:
    m: Any = Map[object, object](zero=Tally(0))

    def run() -> None:
        for n in range(100):
            m.add(Slow(n % 3), Tally(1))
            m.add(Slow(100 + n), 1)  # growing all the while

    hammer(run, run, run)
    assert sum(tally.count for tally in m.values()) == 600
    assert_valid(m)


def test_sums_of_tuples_during_which_the_collector_calls_back_lose_nothing() -> None:
    m = Map[int64, tuple[int, ...]]()

    def run() -> None:
        for n in range(300):
            m.add(n % 3, (n,))

    def call_back(phase: str, info: object) -> None:
        time.sleep(0)

    thresholds = gc.get_threshold()
    gc.callbacks.append(call_back)
    gc.set_threshold(5)
    try:
        hammer(run, run, run)
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(call_back)
    assert sum(map(len, m.values())) == 900


@pytest.mark.parametrize("cls", CLASSES, ids=repr)
@pytest.mark.parametrize("growing", [False, True])
def test_a_write_to_the_key_during_its_sum_is_added_to(cls: Any, growing: bool) -> None:
    m = cls({key_of(cls, n): Tally(n) for n in range(9 if growing else 5)}, zero=Tally(0))
    key = key_of(cls, 1)
    Tally.visit = lambda: m.__setitem__(key, Tally(50))
    assert m.add(key, 5).count == 55
    assert m[key].count == 55


@pytest.mark.parametrize("cls", CLASSES, ids=repr)
def test_a_key_deleted_during_its_sum_begins_at_zero(cls: Any) -> None:
    m = cls({key_of(cls, 1): Tally(9)}, zero=Tally(0))
    key = key_of(cls, 1)
    Tally.visit = lambda: m.__delitem__(key)
    assert m.add(key, 5).count == 5
    assert m[key].count == 5
    assert len(m) == 1


def test_a_key_stored_during_its_first_sum_is_added_to() -> None:
    m = Map[str, Tally](zero=Tally(0))
    Tally.visit = lambda: m.__setitem__("k", Tally(3))
    assert m.add("k", 5).count == 8  # type: ignore[arg-type]


def test_bare_elements_written_during_their_sum_are_added_to() -> None:
    m = Map[int64, int64]({1: 1})

    class Delta(int):
        """Added by its own code, which writes to the key, once."""

        def __radd__(self, other: Any) -> int:
            if m[1] == 1:
                m[1] = 10
            return int(other) + int(self)

    assert m.add(1, Delta(5)) == 15
    assert m == {1: 15}


@pytest.mark.parametrize("cls", CLASSES, ids=repr)
def test_a_sum_that_always_writes_to_its_own_key_is_given_up(cls: Any) -> None:
    key = key_of(cls, 1)

    class Endless(Tally):
        """Never the same twice."""

        def __add__(self, other: object) -> Tally:
            m[key] = Endless(self.count + 1)
            return Endless(0)

    m = cls({key: Endless(0)}, zero=Tally(0))
    with pytest.raises(RuntimeError, match=r"adding changed the key's own element 1000 times"):
        m.add(key, 1)
    assert m[key].count == 1000
    assert_valid(m)


def test_sums_are_recorded_as_one_update_each() -> None:
    m = Map[str, Tally](zero=Tally(0))
    with gomap.inspect.record(m) as events:
        m.add("k", Tally(1))
        m.add("k", Tally(1))
    assert [event.kind for event in events] == ["assign", "update"]
