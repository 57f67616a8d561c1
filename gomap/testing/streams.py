"""Where orders come from: streams of shuffles that a seed replays.

An `Orders` belongs to one test, and so do the streams drawn from it: each view, and
each line of code that lists a directory or reads JSON, has a stream of its own, named by
the place in the code where it was made and by how many were made there before.  One
stream more or less (a cache that is warm, a module imported earlier, another thread)
therefore changes nothing in the others, and a test replays alone as it ran among others.

The streams are instances of `random.Random`: the global generator is neither read nor moved.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from operator import index
from random import Random
from typing import Any

__all__ = [
    "LARGEST_SEED",
    "Orders",
    "Shuffler",
    "active",
    "checked_seed",
    "fresh_seed",
    "new_session",
    "using",
]

LARGEST_SEED = 2**64 - 1
_OWN = ("gomap.testing", "gomap.pytest_plugin")
_active: list[Orders | None] = []


def checked_seed(seed: Any) -> int | None:
    """Return the seed modulo 2**64, None for None; TypeError for what is no int."""
    if seed is None:
        return None
    try:
        return index(seed) & LARGEST_SEED
    except TypeError:
        raise TypeError(f"seed must be an int or None, not {_shown(seed)}") from None


def fresh_seed() -> int:
    """Return a seed from the system's randomness, short enough to be typed."""
    return int.from_bytes(os.urandom(4), "little")


def _shown(thing: Any) -> str:
    return f"{type(thing).__name__}: {thing!r}"


def _site() -> str:
    """Name the line that asks: the nearest frame outside of this package and the library."""
    frame = sys._getframe(1)
    while frame is not None:
        module = frame.f_globals.get("__name__") or "?"
        own = module.startswith(_OWN)
        if not own and module.partition(".")[0] not in sys.stdlib_module_names:
            return f"{module}:{frame.f_code.co_qualname}:{frame.f_lineno}"
        if frame.f_back is None:
            break
        frame = frame.f_back
    return "?"


class Orders:
    """The streams of orders of one test, all of them drawn from one seed and one name.

    >>> again = [Orders(7, "test_a").stream("here").random() for _ in range(2)]
    >>> again[0] == again[1]
    True
    """

    __slots__ = ("_by_label", "_made", "drawn", "name", "reached", "seed", "turn")

    def __init__(self, seed: int, name: str = "", reached: Iterable[str] = ()) -> None:
        self.seed = seed
        self.name = name
        self.reached = frozenset(reached)  # what is shuffled without being named: see `reach`
        self.drawn = 0
        self.restart()

    def restart(self) -> None:
        """Begin every stream anew, as if the test had just begun."""
        self.turn = object()  # views compare it by identity to see that they must begin anew
        self._made: dict[str, int] = {}
        self._by_label: dict[str, Random] = {}

    def stream(self, label: str) -> Random:
        """Return a new stream: the same one for the same seed, name and label."""
        text = f"{self.seed}\0{self.name}\0{label}".encode("utf-8", "backslashreplace")
        return Random(int.from_bytes(blake2b(text, digest_size=16).digest(), "little"))

    def next_label(self) -> str:
        """Name the thing that is being made: its place, and how many were made there."""
        return _count(self._made, _site())

    def shuffle_here(self, items: list[Any]) -> None:
        """Shuffle a list in place, from the stream of the line that asks."""
        site = _site()
        stream = self._by_label.get(site)
        if stream is None:
            stream = self._by_label[site] = self.stream(site)
        self.drawn += len(items) > 1
        stream.shuffle(items)


#: The views made outside of any test, by place: at a module's level, mostly.
_made_outside: dict[str, int] = {}


def _count(made: dict[str, int], site: str) -> str:
    number = made[site] = made.get(site, 0) + 1
    return f"{site}#{number}"


def active() -> Orders | None:
    """Return the orders of the test that is running, if one is."""
    return _active[-1] if _active else None


@contextmanager
def using(orders: Orders | None) -> Iterator[None]:
    """Make these orders the active ones; None suspends those that are."""
    _active.append(orders)
    try:
        yield
    finally:
        _active.pop()


@contextmanager
def new_session() -> Iterator[None]:
    """Suspend the active orders, and count anew the views that are made outside of tests."""
    counted = dict(_made_outside)
    _made_outside.clear()
    try:
        with using(None):
            yield
    finally:
        _made_outside.clear()
        _made_outside.update(counted)


class Shuffler:
    """The stream of one view: its own under a seed, else the running test's.

    A view outlives a test when a module or a wide fixture holds it.  Its stream begins
    anew in each test, so that what a test sees does not depend on the tests before it.
    """

    __slots__ = ("_label", "_stream", "_turn", "seed")

    def __init__(self, seed: int | None = None, label: str = "") -> None:
        self.seed = checked_seed(seed)
        self._stream: Random | None = None if self.seed is None else Random(self.seed)
        self._turn: object = None
        self._label = label
        if self.seed is None and not label:
            orders = active()
            self._label = _count(_made_outside, _site()) if orders is None else orders.next_label()

    def stream(self) -> Random:
        """Return the stream that the next order is drawn from."""
        orders = None if self.seed is not None else active()
        if orders is not None:
            orders.drawn += 1
            if self._turn is not orders.turn:
                self._stream, self._turn = orders.stream(self._label), orders.turn
        elif self._stream is None or self._turn is not None:
            self._stream, self._turn = Random(self.seed), None
        assert self._stream is not None
        return self._stream

    def for_copy(self) -> Shuffler:
        """Return the stream of a copy: another one, and under a seed just as repeatable."""
        return Shuffler(None if self.seed is None else self.stream().getrandbits(64))

    def shuffle(self, items: list[Any]) -> None:
        """Shuffle a list in place; lists shorter than two draw nothing."""
        if len(items) > 1:
            self.stream().shuffle(items)
