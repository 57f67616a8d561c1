"""What the matrix of hostile code has found: each a test of its own."""

from __future__ import annotations

import array
import contextlib
import threading
from typing import Any

import pytest

from gomap import Map, inspect, int64
from support.hostile import Acting, HostileError, at_each_collection
from support.inside import assert_valid
from support.threads import hammer


@pytest.mark.parametrize("said", [0, 5, 1 << 16])
@pytest.mark.parametrize("entries", [0, 3])
def test_a_subclass_whose_len_lies_reads_nothing_that_is_not_there(said: int, entries: int) -> None:
    class Lying(Map[str, object]):
        def __len__(self) -> int:
            return said

    m = Lying({str(n): n for n in range(entries)})
    assert m.to_dict() == {str(n): n for n in range(entries)}
    assert m == m.copy()
    assert len(list(m.items())) == entries
    repr(m), m.values_array(), m.to_arrays()
    for _ in range(entries):
        assert m.random_item() in m.items()
        m.popitem()
    with pytest.raises(KeyError):
        m.popitem()
    with pytest.raises(KeyError):
        m.random_item()
    assert_valid(m)


@pytest.mark.parametrize("cls", [Map, Map[Acting, int], Map[Acting, int64]], ids=repr)
@pytest.mark.parametrize("at", range(1, 7))
def test_setdefault_keeps_what_a_comparison_has_stored(cls: Any, at: int) -> None:
    m = cls({Acting(n): n for n in range(3)})
    probe, calls = Acting(99), [0]

    def act() -> None:
        calls[0] += 1
        if calls[0] == at:
            m[Acting(99)] = 7

    probe.on_eq = act
    result = m.setdefault(probe, 100)
    probe.disarm()
    assert result == m[Acting(99)] == (7 if calls[0] >= at else 100)
    assert_valid(m)


@pytest.mark.parametrize("option", ["hint", "seed", "reserve", "iterate"])
def test_what_the_index_of_an_option_raises_is_not_hidden(option: str) -> None:
    class Odd:
        def __index__(self) -> int:
            raise HostileError("on purpose")

    odd: Any = Odd()
    with pytest.raises(HostileError):
        if option == "reserve":
            Map().reserve(odd)
        elif option == "iterate":
            inspect.iterate(Map(), odd, 0)
        else:
            Map(**{option: odd})


@pytest.mark.parametrize("take", ["popitem", "random_item"])
def test_an_entry_drawn_after_a_wait_for_a_batch_is_there(take: str) -> None:
    """The map may be emptied while the call waits for another thread's batch to end."""
    m = Map[int64, int64]({7: 7})
    keys = array.array("q", [7]) * 100_000
    stop = threading.Event()

    def read() -> None:
        for _ in range(60):
            m.get_many(keys)
        stop.set()

    def draw() -> None:
        while not stop.is_set():
            try:
                assert getattr(m, take)() == (7, 7)
            except KeyError:
                m[7] = 7

    def clear() -> None:
        while not stop.is_set():
            m.clear()
            m[7] = 7

    hammer(read, draw, clear, draw)
    assert_valid(m)


@pytest.mark.parametrize("show", ["_repr_html_", "_repr_pretty_"])
@pytest.mark.parametrize("moment", ["repr", "order"])
def test_keys_that_show_their_map_are_shown_once_each(show: str, moment: str) -> None:
    """Each key's picture had all keys' pictures in it, as deep as the interpreter goes."""
    calls = [0]

    def again() -> None:
        calls[0] += 1
        if calls[0] > 10_000:
            raise SystemExit
        getattr(m, show)(*arguments)

    class Shown(int):
        def __repr__(self) -> str:
            if moment == "repr":
                again()
            return "shown"

        def __lt__(self, other: int) -> bool:
            if moment == "order":
                again()
            return int(self) < int(other)

        __hash__ = int.__hash__

    m = Map[object, int]({Shown(n): n for n in range(12)})
    printer = Printer()
    arguments = (printer, False) if show == "_repr_pretty_" else ()
    getattr(m, show)(*arguments)
    assert calls[0] <= 200
    assert moment == "order" or calls[0] >= 12


class Printer:
    """What IPython gives to _repr_pretty_, as far as that uses it."""

    def text(self, text: str) -> None:
        pass

    def breakable(self) -> None:
        pass

    def pretty(self, value: Any) -> None:
        repr(value)

    def group(self, *_: Any) -> Any:
        return contextlib.nullcontext()


def test_a_header_is_of_one_moment_though_the_collector_writes() -> None:
    """Up to CPython 3.11 the collector ran in the middle; each time it had to begin anew."""
    m = Map[str, object]({str(n): n for n in range(200)})

    def write(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            m.set_many([f"more {len(m)} {n}" for n in range(20)], None)

    with at_each_collection(write):
        header = inspect.hmap(m)
    cells = [top for chain in header.buckets for b in chain for top in b.tophash if top >= 5]
    old = [top for chain in header.oldbuckets or () for b in chain for top in b.tophash if top >= 5]
    assert len(cells) + len(old) == header.count
    assert_valid(m)


def test_an_error_in_the_equality_of_types_comes_out() -> None:
    """It was taken for "no such class yet", RecursionError, too: the search had no end."""

    class Meta(type):
        armed: type[Exception] | None = None

        def __eq__(cls, other: object) -> bool:
            if Meta.armed is not None:
                raise Meta.armed
            return cls is other

        def __hash__(cls) -> int:
            return 5

    class One(metaclass=Meta):
        __hash__ = object.__hash__

    class Two(metaclass=Meta):
        __hash__ = object.__hash__

    anything: Any = Map
    made = anything[One, One]
    Meta.armed = HostileError
    with pytest.raises(HostileError):
        anything[Two, One]
    Meta.armed = None
    assert anything[Two, One] is not made
    assert anything[One, One] is made
