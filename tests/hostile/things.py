"""Keys, elements and arguments that say when their code runs, and the trap that acts then."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from support.hostile import HostileError

MOMENTS = {
    "hash": "a key's __hash__",
    "eq": "a key's __eq__",
    "bool": "the __bool__ of what a key's __eq__ has returned",
    "lt": "a key's __lt__, when keys are sorted",
    "repr": "a key's or element's __repr__",
    "reduce": "a key's or element's __reduce__, when it is copied or pickled",
    "isinstance": "a class's __instancecheck__, when a key or element is checked",
    "key_del": "a key's __del__",
    "key_weakref": "the callback of a weak reference to a key",
    "elem_del": "an element's __del__",
    "elem_weakref": "the callback of a weak reference to an element",
    "elem_eq": "an element's __eq__",
    "elem_hash": "an element's __hash__, when a pair enters a set",
    "sum": "an element's __add__",
    "index": "the __index__ or __float__ of a number",
    "hasher": "hasher=",
    "next": "__next__, __iter__, keys() or __getitem__ of what an operation reads",
    "call": "a function that the operation is given",
    "buffer": "__buffer__, __array__, or the release of a buffer",
    "gc": "the collector's callbacks, with a threshold of 1",
}
ALWAYS = 0
"""Act each time, and not at the n-th only."""


class Trap:
    """Runs an action at the n-th time that a moment comes, or each time."""

    def __init__(self, moment: str, at: int, act: Callable[[], Any], nested: bool = False) -> None:
        self.moment, self.at, self.act, self.nested = moment, at, act, nested
        self.thread = threading.get_ident()
        self.seen = self.fired = self.depth = 0

    def hit(self) -> None:
        """The moment is here."""
        if self.thread != threading.get_ident() or (self.depth and not self.nested):
            return
        self.seen += 1
        if self.at not in (ALWAYS, self.seen):
            return
        self.fired += 1
        self.depth += 1
        try:
            self.act()
        finally:
            self.depth -= 1


class Watch:
    """Stands where a trap does, and only notes which moments come."""

    def __init__(self) -> None:
        self.seen: set[str] = set()


_armed: Trap | Watch | None = None
_made: list[weakref.ref[Any]] = []
_watches: list[weakref.ref[Any]] = []


def arm(trap: Trap | Watch | None) -> None:
    """Let this trap hear of moments from now on; None: none."""
    global _armed
    _armed = trap


def hit(moment: str) -> None:
    """Tell the trap, if there is one for this moment."""
    trap = _armed
    if isinstance(trap, Watch):
        trap.seen.add(moment)
    elif trap is not None and trap.moment == moment:
        trap.hit()


def is_awaited(moment: str) -> bool:
    """Is there a trap for it?"""
    return isinstance(_armed, Watch) or (_armed is not None and _armed.moment == moment)


def alive() -> list[Any]:
    """Every key and element that has been made and not died."""
    return [thing for thing in (ref() for ref in _made) if thing is not None]


def forget_all() -> None:
    """Begin a new world."""
    _made.clear()
    _watches.clear()


class Thing:
    """What keys and elements have in common: a number, deaths that are noticed."""

    moment = ""

    def __init__(self, n: int) -> None:
        self.n = n
        _made.append(weakref.ref(self))
        _watches.append(weakref.ref(self, self._watched))

    @classmethod
    def _watched(cls, _ref: object) -> None:
        hit(f"{cls.moment}_weakref")

    def __del__(self) -> None:
        hit(f"{self.moment}_del")

    def __repr__(self) -> str:
        hit("repr")
        return f"{self.moment}{self.n}"

    def __reduce__(self) -> Any:
        hit("reduce")
        return type(self), (self.n,)


class Truth:
    """The answer of an equality, in doubt until it is asked for."""

    def __init__(self, answer: bool) -> None:
        self.answer = answer

    def __bool__(self) -> bool:
        hit("bool")
        return self.answer


def hash_of(n: int) -> int:
    """Small numbers share hashes as the world says; those that actions bring do not."""
    return n % Key.groups if n < 2000 or n >> 40 else n


class Key(Thing):
    """A key equal to those of its number; keys share hashes as the world says."""

    moment = "key"
    groups = 3

    def __hash__(self) -> int:
        hit("hash")
        return hash_of(self.n)

    def __eq__(self, other: object) -> Any:
        hit("eq")
        same = isinstance(other, Key) and self.n == other.n
        return Truth(same) if is_awaited("bool") else same

    def __lt__(self, other: Key) -> bool:
        hit("lt")
        return self.n < other.n


class Elem(Thing):
    """An element that equals others of its number and can be added to."""

    moment = "elem"

    def __hash__(self) -> int:
        hit("elem_hash")
        return self.n

    def __eq__(self, other: object) -> bool:
        hit("elem_eq")
        return isinstance(other, Elem) and self.n == other.n

    def __add__(self, other: Any) -> Elem:
        hit("sum")
        return Elem(self.n + getattr(other, "n", other))

    __radd__ = __add__


class Checked(type):
    """A class of classes that are asked whether something is their instance."""

    def __instancecheck__(cls, thing: object) -> bool:
        hit("isinstance")
        return type.__instancecheck__(Thing, thing)


class AnyKey(metaclass=Checked):
    """A type of keys that takes every Thing."""

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return self is other


class AnyElem(metaclass=Checked):
    """A type of elements that takes every Thing."""


class Number:
    """A number by ``__index__`` and ``__float__`` only."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __index__(self) -> int:
        hit("index")
        return self.n

    def __float__(self) -> float:
        hit("index")
        return float(self.n)

    def __radd__(self, other: int) -> int:
        hit("sum")
        return other + self.n


class Pairs:
    """An iterable whose iterator says when it is asked."""

    def __init__(self, items: list[Any]) -> None:
        self.left = items

    def __iter__(self) -> Iterator[Any]:
        hit("next")
        for item in self.left:
            hit("next")
            yield item


class Listing(list[Any]):
    """A list that says when it is iterated or asked for an item."""

    def __iter__(self) -> Iterator[Any]:
        for item in list.__iter__(self):
            hit("next")
            yield item

    def __len__(self) -> int:
        hit("next")
        return list.__len__(self)

    def __getitem__(self, i: Any) -> Any:
        hit("next")
        return list.__getitem__(self, i)


class Lookups:
    """A mapping of keys(), items(), ``__getitem__`` and what ``in`` needs: each may act."""

    def __init__(self, items: list[tuple[Any, Any]]) -> None:
        self.pairs = items

    def keys(self) -> Iterator[Any]:
        hit("next")
        for key, _ in self.pairs:
            hit("next")
            yield key

    def items(self) -> Iterator[tuple[Any, Any]]:
        hit("next")
        for pair in self.pairs:
            hit("next")
            yield pair

    def __iter__(self) -> Iterator[Any]:
        return self.keys()

    def __len__(self) -> int:
        hit("next")
        return len(self.pairs)

    def __contains__(self, key: Any) -> bool:
        hit("next")
        return any(key == other for other, _ in self.pairs)

    def __getitem__(self, key: Any) -> Any:
        hit("next")
        for other, elem in self.pairs:
            if key == other:
                return elem
        raise KeyError(key)


def call(*_: Any) -> bool:
    """A function that an operation is given."""
    hit("call")
    return True


def fail() -> None:
    """Raise what only hostile code raises."""
    raise HostileError("on purpose")
