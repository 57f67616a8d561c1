"""A map under test with all that is known about it: kinds of maps, states they are in."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import gomap
from gomap import inspect, int64, interface, sync
from hostile.things import AnyElem, AnyKey, Elem, Key, Number, forget_all, hash_of, hit

Map: Any = gomap.Map
ABSENT = None
"""The number of an element that is not there."""
PRESENT_KEY, ABSENT_KEY, ZERO = 3, 99, 0


@dataclass(frozen=True)
class Kind:
    """A class of maps, and what its keys and elements are."""

    cls: Any
    key: str = "thing"
    elem: str = "thing"
    hasher: bool = False
    groups: int = 3

    @property
    def is_sync(self) -> bool:
        """Is it a sync.Map?"""
        return issubclass(self.cls, sync.Map)


class Own(Map[Key, Elem]):
    """A subclass with an attribute and a ``__dict__``."""


SyncMap: Any = sync.Map
KINDS = {
    "object": Kind(Map),
    "class": Kind(Map[Key, Elem]),
    "checked": Kind(Map[AnyKey, AnyElem]),
    "interface": Kind(Map[interface, object]),
    "subclass": Kind(Own),
    "hashed": Kind(Map, hasher=True),
    "mixed": Kind(Map[Key, int64], elem="number"),
    "int": Kind(Map[int, object], key="number"),
    "str": Kind(Map[str, object], key="str"),
    "int64": Kind(Map[int64, object], key="number"),
    "numbers": Kind(Map[int64, int64], key="number", elem="number"),
    "hashed numbers": Kind(Map[int64, object], key="number", hasher=True),
    "sync": Kind(SyncMap),
    "sync numbers": Kind(SyncMap[int, object], key="number"),
}


@dataclass
class World:
    """One map, what is known to be in it, and whatever else holds it."""

    kind: Kind
    m: Any = None
    number: dict[int, int] = field(default_factory=dict)
    """The number of the element of each key, before the operation."""
    log: list[tuple[Any, ...]] = field(default_factory=list)
    """What actions have done: ("set", n, number), ("del", n), ("clear",), ("op",)."""
    iterators: list[Any] = field(default_factory=list)
    shown: list[list[int]] = field(default_factory=list)
    """What each of them has shown before the operation."""
    sworn: list[set[int]] = field(default_factory=list)
    """The keys there were when it was made."""
    recordings: list[Any] = field(default_factory=list)
    kept: list[Any] = field(default_factory=list)
    dropped: bool = False

    def __post_init__(self) -> None:
        forget_all()
        Key.groups = self.kind.groups
        options: dict[str, Any] = {"hasher": hasher} if self.kind.hasher else {}
        if self.kind.elem == "thing":
            options["zero"] = Elem(ZERO)
        self.m = self.kind.cls(**options)
        self.ref = weakref.ref(self.m)

    def key(self, n: int) -> Any:
        """A key equal to any other of this number, in a map of this kind."""
        return {"thing": Key, "number": Number, "str": str}[self.kind.key](n)

    def elem(self, n: int) -> Any:
        """An element."""
        return Elem(n) if self.kind.elem == "thing" else n

    def delta(self, n: int) -> Any:
        """An element, or a number that says when it is read."""
        return Elem(n) if self.kind.elem == "thing" else Number(n)

    def plain(self) -> Any:
        """The gomap.Map within."""
        return self.m._map if self.kind.is_sync else self.m

    def fill(self, *numbers: int) -> None:
        """Assign before the operation."""
        for n in numbers:
            self.m[self.key(n)] = self.elem(n)
            self.number[n] = n

    def remove(self, *numbers: int) -> None:
        """Delete before the operation."""
        for n in numbers:
            del self.m[self.key(n)]
            self.number.pop(n, None)

    def iterate(self, *steps: int) -> None:
        """Keep iterators, each moved on by some entries."""
        for n in steps:
            it = iter(self.plain())
            self.shown.append([of_key(key) for key in islice(it, n)])
            self.iterators.append(it)
            self.sworn.append(set(self.number))

    # ---- what actions do, and say that they have done ------------------------------

    def set(self, n: int, number: int) -> None:
        """Assign."""
        self.m[self.key(n)] = self.elem(number)
        self.log.append(("set", n, number))

    def delete(self, n: int) -> None:
        """Delete."""
        del self.m[self.key(n)]
        self.log.append(("del", n))

    def clear(self) -> None:
        """Clear."""
        self.m.clear()
        self.log.append(("clear",))

    def drop(self) -> None:
        """Let go of everything that keeps the map alive, but for the operation."""
        self.dropped = True
        self.m = None
        self.iterators, self.recordings, self.kept = [], [], []
        gc.collect()


def of_key(key: Any) -> int:
    """The number of a key."""
    return key.n if isinstance(key, Key) else int(key)


def of_elem(elem: Any) -> int:
    """The number of an element."""
    return elem.n if isinstance(elem, Elem) else elem


def hasher(key: Any, seed: int) -> int:
    """The hash of a key, for maps with ``hasher=``."""
    hit("hasher")
    return hash_of(of_key(key)) * 0x9E3779B97F4A7C15 + seed


# ---- states ---------------------------------------------------------------------------


def _empty(w: World) -> None:
    pass


def _small(w: World) -> None:
    w.fill(*range(6))


def _shared(w: World) -> None:
    """One chain with an overflow bucket: all hashes are the same."""
    Key.groups = 1
    w.fill(*range(12))


def _growing(w: World) -> None:
    Key.groups = 7
    for n in range(200):
        w.fill(n)
        if n > 12 and inspect.hmap(w.plain()).growing:
            return
    raise AssertionError("no growth under way")


def _same_size(w: World) -> None:
    """Chains are filled and emptied, one after the other, until the map tidies itself up."""
    Key.groups = 1 << 40
    m = w.plain()
    w.fill(*range(6))
    if w.kind.key == "thing" or w.kind.hasher:
        m.reserve(27)
        for group in range(1, 40):
            numbers = [10_000 + group + (n << 40) for n in range(24)]
            w.fill(*numbers)
            if inspect.hmap(m).growing and inspect.stats(m).same_size_growths:
                break
            w.remove(*numbers[1:])
    else:
        _growing(w)


def _iterators(w: World) -> None:
    """Iterators in every place, over the array before the growth under way."""
    Key.groups = 7
    w.fill(*range(13))
    w.iterate(1, 5, 12)
    for n in range(13, 200):
        w.fill(n)
        if n > 26 and inspect.hmap(w.plain()).growing:
            break
    w.iterate(0, 3)


def _strayed(w: World) -> None:
    """Iterators whose arrays have been left, entries dealt anew."""
    w.fill(*range(13))
    w.iterate(1, 4)
    w.plain().reserve(100)
    w.iterate(2)
    w.plain().shrink()
    if not w.kind.hasher:
        w.iterate(0)


def _reseeded(w: World) -> None:
    """Iterators over an array that has moved, and another seed since: they ask for hashes."""
    _iterators(w)
    w.remove(*list(w.number))
    w.sworn, w.shown = [set() for _ in w.sworn], [[] for _ in w.shown]
    w.fill(*range(40))


def _recorded(w: World) -> None:
    _growing(w)
    for states in (False, True):
        w.recordings.append(inspect.record(w.plain(), states=states))
        w.kept.append(w.recordings[-1].__enter__())


STATES: dict[str, Callable[[World], None]] = {
    "empty": _empty,
    "small": _small,
    "shared": _shared,
    "growing": _growing,
    "same size": _same_size,
    "iterators": _iterators,
    "strayed": _strayed,
    "reseeded": _reseeded,
    "recorded": _recorded,
}


def make(kind: str, state: str) -> World:
    """A world of a kind in a state."""
    world = World(KINDS[kind])
    STATES[state](world)
    return world


def numbers_of(items: Iterator[Any]) -> list[tuple[int, int]]:
    """Pairs as numbers."""
    return [(of_key(key), of_elem(elem)) for key, elem in items]
