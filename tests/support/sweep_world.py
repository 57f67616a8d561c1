"""What the operations of a sweep for failing allocations are done with and on."""

from __future__ import annotations

import sys
from functools import cached_property
from itertools import islice
from typing import Any

from gomap import Map, _gomap, inspect, sync
from gomap._types import SIZED
from support.states import KINDS, Case, case_in, nil_case

BATCH = 24
"""Keys in a batch: the second half of them new."""
NEW = 300
"""The number of the first new key."""

_KINDS = {kind.name: kind for kind in KINDS}


class Own:
    """A key or element that nobody else refers to."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __hash__(self) -> int:
        return self.n * 0x9E3779B97F4A7C15 % ((1 << 61) - 1)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and self.n == other.n

    def __lt__(self, other: Own) -> bool:
        return self.n < other.n

    def __add__(self, other: object) -> Own:
        return Own(self.n + (other.n if isinstance(other, Own) else 1))

    def __repr__(self) -> str:
        return f"Own({self.n})"


def normal(value: Any) -> Any:
    """What two results of one operation have in common."""
    if isinstance(value, Map | sync.Map):
        return type(value).__name__, sorted(map(repr, value.items()))
    if isinstance(value, memoryview):
        return value.format, value.tolist()
    if isinstance(value, tuple | list):
        return [normal(item) for item in value]
    if isinstance(value, dict):
        return sorted(map(repr, value.items()))
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    return value if isinstance(value, int | str | bytes | type(None)) else type(value).__name__


class World:
    """A map in a state, and what operations on it are given: made when first asked for.

    An operation's first run, with memory, asks for what it needs; for those that fail
    the same things are made ahead.
    """

    def __init__(self, kind: str, state: str, spread: str) -> None:
        self.kind = _KINDS[kind]
        make = nil_case(self.kind) if state == "nil" else case_in(state, self.kind, spread, 7)
        self.case: Case = make
        self.m = self.case.m
        self.is_watched = bool(self.case.iterators)
        self.watch: Any = None
        self.shown: list[Any] = []
        if self.is_watched:
            self.watch = iter(self.m.items())
            self.shown = list(islice(self.watch, 2))

    # What holds

    def _shape(self, pairs: Any) -> list[tuple[str, str]]:
        return sorted((repr(key), repr(elem)) for key, elem in pairs)

    def entries(self) -> list[tuple[str, str]]:
        """What is in the map, in some order that is always the same."""
        return self._shape(self.m.copy().items())

    def references(self) -> int:
        """References to the objects of the map, in the map and elsewhere."""
        if self.m.is_nil or (self.kind.key in SIZED and self.kind.elem in SIZED):
            return 0
        # Small numbers are everybody's, and said to be referred to by a thousand millions.
        counts = [sys.getrefcount(item) for item in self._objects()]
        return sum([count for count in counts if count < 10**8])

    def _objects(self) -> list[Any]:
        pairs = self.m.copy().items()
        return [*(key for key, _ in pairs), *(elem for _, elem in pairs)]

    def trouble(self) -> str | None:
        """What is wrong with the lock of a sync.Map, if anything."""
        guarded = vars(self).get("sync")
        if guarded is None:
            return None
        if guarded._lock._is_owned():
            return "the lock is still held"
        if guarded._step is not None or (guarded._gone is not None and not guarded._gone.over):
            return "a step or a range is still under way"
        return None

    def iteration_trouble(self, before: list[tuple[str, str]]) -> str | None:
        """What live iterators show wrongly, if anything."""
        for iterator in self.case.iterators:
            rest = [repr(key) for key in iterator if key == key]
            if len(set(rest)) != len(rest):
                return "an iterator shows a key twice"
        if self.watch is None:
            return None
        keys = [repr(key) for key, _ in [*self.shown, *self.watch] if key == key]
        there = {key for key, _ in self.entries()}
        stayed = {key for key, _ in before if key in there and key != "nan"}
        if len(set(keys)) != len(keys):
            return "the iterator shows a key twice"
        if not stayed <= set(keys):
            return f"the iterator does not show {stayed - set(keys)}"
        return None

    def forget_classes(self) -> None:
        """Take the classes made for the fresh type out of the module's list."""
        for made in [made for made in _gomap._classes if self.fresh in made]:
            plain = _gomap._classes.pop(made)
            sync._classes._classes.pop((sync.Map, plain), None)

    # What operations are given

    def key(self, n: int) -> Any:
        """The n-th key."""
        return self.kind.key_of(n % 200 if self.kind.name == "uint8-float32" else n)

    @cached_property
    def old(self) -> Any:
        """A key that is there in most states."""
        return self.key(1)

    @cached_property
    def new(self) -> Any:
        """A key that is not there."""
        return self.key(NEW + 77)

    @cached_property
    def elem(self) -> Any:
        """An element, with bits to spare where it is an int."""
        return self.case.elem_of(123)

    @cached_property
    def numbers(self) -> list[int]:
        """Numbers of the keys of a batch."""
        # Without 0.0 and -0.0, and the two bools among keys of type interface.
        near = [n for n in range(4, 4 + BATCH) if n % 4 != 3]
        return near[: BATCH // 2] + [NEW + n for n in near[: BATCH // 2]]

    @cached_property
    def keys(self) -> Any:
        """Keys of a batch, in an array where there can be one."""
        keys = [self.key(n) for n in self.numbers]
        made = Map[self.kind.key, int](dict.fromkeys(keys, 1), seed=1).keys_array()
        return made if isinstance(made, memoryview) else keys

    @cached_property
    def key_list(self) -> Any:
        """The same in a list."""
        return [self.key(n) for n in self.numbers]

    @cached_property
    def elems(self) -> list[Any]:
        """As many elements."""
        return [self.case.elem_of(n + 50) for n in range(len(self.keys))]

    @cached_property
    def more(self) -> dict[Any, Any]:
        """Entries, half of them with present keys."""
        return {self.key(n): self.case.elem_of(n + 50) for n in self.numbers}

    @cached_property
    def pairs(self) -> list[tuple[Any, Any]]:
        """The same as pairs."""
        return list(self.more.items())

    @cached_property
    def other(self) -> Any:
        """The same as a map."""
        return type(self.m)(self.more)

    @cached_property
    def twin(self) -> Any:
        """A map equal to the map."""
        return self.m.copy()

    @cached_property
    def reduced(self) -> Any:
        """What pickle is told of the map."""
        return self._kept(self.m.__reduce_ex__(5))

    @cached_property
    def reduced_to_pairs(self) -> Any:
        """The same without blocks of memory."""
        return self._kept(self.m.__reduce__())

    def _kept(self, reduced: Any) -> Any:
        return tuple(list(part) if hasattr(part, "__next__") else part for part in reduced)

    @cached_property
    def sync(self) -> Any:
        """A sync.Map around the map."""
        made = sync.Map[self.kind.key, self.kind.elem]()
        made._adopt(self.m)
        return made

    @cached_property
    def sync_reduced(self) -> Any:
        """What pickle is told of it."""
        return self.sync.__reduce__()

    @cached_property
    def json(self) -> Any:
        """The entries as JSON has them, in a Map: iterating over a dict's items crashes
        where there is no memory for the pairs (CPython 3.11 to 3.13)."""
        return Map[str, self.kind.elem]({str(n): self.case.elem_of(n) for n in range(20)})

    @cached_property
    def json_class(self) -> Any:
        """A class that can be read from it."""
        return Map[int, self.kind.elem]

    @cached_property
    def fresh(self) -> type:
        """A type that no map has yet."""
        return type("Fresh", (), {})

    @cached_property
    def subclass(self) -> type:
        """A subclass of the map's class."""
        return _subclass(type(self.m))

    @cached_property
    def iterator(self) -> Any:
        """An iterator over items, which an operation advances."""
        return iter(self.m.items())

    @cached_property
    def recording(self) -> Any:
        """A recording that has begun."""
        made = inspect.record(self.m)
        made.__enter__()
        return made


_subclasses: dict[type, type] = {}


def _subclass(cls: type) -> type:
    if cls not in _subclasses:
        _subclasses[cls] = type("Sub", (cls,), {"__module__": __name__})
    return _subclasses[cls]
