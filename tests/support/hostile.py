"""Keys that misbehave: they raise, count, or change the map they are compared in."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from typing import Any

from support.inside import assert_valid


class HostileError(Exception):
    """What hostile keys raise; nothing else in the library does."""


@contextlib.contextmanager
def at_each_collection(callback: Callable[[str, dict[str, int]], None]) -> Iterator[None]:
    """A block in which almost any allocation collects, and each collection calls it."""
    threshold = gc.get_threshold()
    gc.callbacks.append(callback)
    gc.set_threshold(1)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.remove(callback)


class Counting:
    """Equal by value; counts calls of ``__hash__`` and ``__eq__`` on its class."""

    hashes = 0
    compares = 0

    def __init__(self, value: Any, hashed: int | None = None) -> None:
        self.value = value
        self.hashed = hash(value) if hashed is None else hashed

    def __hash__(self) -> int:
        type(self).hashes += 1
        return self.hashed

    def __eq__(self, other: object) -> bool:
        type(self).compares += 1
        return isinstance(other, Counting) and self.value == other.value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r})"

    @classmethod
    def reset(cls) -> None:
        """Start counting from zero."""
        cls.hashes = cls.compares = 0


class Acting:
    """A key that runs ``on_eq`` or ``on_hash`` when it is armed.

    All instances share one hash unless told otherwise, so that they meet in one
    chain and are compared with each other.
    """

    def __init__(self, name: Any, hashed: int = 7) -> None:
        self.name = name
        self.hashed = hashed
        self.on_eq: Callable[[], Any] | None = None
        self.on_hash: Callable[[], Any] | None = None
        self.calls = 0

    def __hash__(self) -> int:
        if self.on_hash is not None:
            self.calls += 1
            self.on_hash()
        return self.hashed

    def __eq__(self, other: object) -> bool:
        for key in (self, other):
            if isinstance(key, Acting) and key.on_eq is not None:
                key.calls += 1
                key.on_eq()
        return isinstance(other, Acting) and self.name == other.name

    def __repr__(self) -> str:
        return f"Acting({self.name!r})"

    def disarm(self) -> None:
        """Behave from now on."""
        self.on_eq = self.on_hash = None


def once(action: Callable[[], Any]) -> Callable[[], None]:
    """The action, the first time only: nested comparisons do not recur."""
    done: list[bool] = []

    def act() -> None:
        if not done:
            done.append(True)
            action()

    return act


def fail() -> None:
    """Raise ``HostileError``."""
    raise HostileError


class Unhashable:
    """A value without a hash."""

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "Unhashable()"


UNHASHABLE: list[Any] = [[], {}, set(), bytearray(b"x"), ([],), Unhashable()]
"""Unhashable keys, one of them inside a tuple."""


def assert_sound(m: Any) -> None:
    """A map of Acting keys is valid, and every entry is there exactly once and can be found."""
    assert_valid(m)
    items = list(m.items())
    assert len(items) == len(m)
    names = [key.name for key, _ in items]
    assert len(set(names)) == len(names)
    for key, elem in items:
        assert m.lookup(key) == (elem, True)
