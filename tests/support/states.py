"""Maps in every state that a map can be in, of many kinds of keys and elements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from hypothesis import strategies as st

import gomap
from golden.computed import mix
from gomap import inspect
from support.kinds import Point, float32
from support.machine import FAMILIES, Family


def _complex_of(n: int) -> complex:
    return complex(n // 3, -(n % 3))


KINDS = [
    *FAMILIES,
    Family("uint8-float32", gomap.uint8, gomap.float32, lambda n: n % 256),
    Family("float32-bool_", gomap.float32, gomap.bool_, lambda n: float32(n / 7), has_nan=True),
    Family("complex128", gomap.complex128, gomap.complex128, _complex_of, has_nan=True),
    Family("Point-list", Point, list, lambda n: Point(n, -n)),
    Family("int16-int32", gomap.int16, gomap.int32, lambda n: n - 99),
]
"""Slots of 1 to 24 bytes, boxed and not; equality by value, by type and of NaN."""
SPREADS: dict[str, Callable[[int], int] | None] = {
    "own": None,
    "mixed": mix,
    "constant": lambda n: 7 << 56,
    "few": lambda n: mix(n) & (0x03 << 56 | 0x05),
    "number": lambda n: n,
}
"""Hashes of the n-th key; None: the map's own."""


def elem_of(kind: Family, n: int) -> Any:
    """An element of a kind."""
    if kind.elem is gomap.bool_:
        return n % 2 == 1
    return [n] if kind.elem is list else n


@dataclass
class Case:
    """A map of a kind, the hash of each key where it is known, and live iterators."""

    kind: Family
    spread: str
    hint: int = 0
    seed: int | None = None
    iterators: list[Iterator[Any]] = field(default_factory=list)
    m: Any = None

    def __post_init__(self) -> None:
        """Make the map."""
        hashes, spread = {}, SPREADS[self.spread]
        for n in range(256):
            hashes.setdefault(self.kind.identity(self.kind.key_of(n)), mix(n))
            if spread is not None:
                hashes[self.kind.identity(self.kind.key_of(n))] = spread(n)
        self.hashes = hashes
        self.options: dict[str, Any] = {}
        if spread is not None:
            self.options["hasher"] = self.hash_of
        self.m = self.kind.make(hint=self.hint, seed=self.seed, **self.options)

    def hash_of(self, key: Any, _seed: int = 0) -> int:
        """The hash that the map is given; any for NaN."""
        return self.hashes.get(self.kind.identity(key), 9)

    def set(self, *numbers: int) -> None:
        """Assign the keys with these numbers."""
        for n in numbers:
            self.m[self.kind.key_of(n)] = self.elem_of(n)

    def delete(self, *numbers: int) -> None:
        """Delete them."""
        for n in numbers:
            del self.m[self.kind.key_of(n)]

    def elem_of(self, n: int) -> Any:
        """The element of a number."""
        return elem_of(self.kind, n)

    def iterate(self, n: int = 1, advance: int = 0) -> None:
        """Keep n iterators, each moved on by some entries."""
        for _ in range(n):
            self.iterators.append(iter(self.m))
            list(islice(self.iterators[-1], advance))

    def grow(self) -> None:
        """Assign until a growth is under way."""
        for n in range(len(self.m), 256):
            self.set(n)
            if n > 50 and inspect.hmap(self.m).growing:
                return
        raise AssertionError("no growth under way")


def _filled(case: Case) -> None:
    case.set(*range(60))
    case.m.finish_growth()


def _one(case: Case) -> None:
    case.set(5)


def _eight(case: Case) -> None:
    case.set(*range(8))


def _overwritten(case: Case) -> None:
    case.set(*range(20), *range(10))


def _growing(case: Case) -> None:
    case.grow()


def _growing_late(case: Case) -> None:
    case.grow()
    case.set(0)
    case.delete(200)


def _tombstones(case: Case) -> None:
    case.set(*range(100))
    case.delete(*range(0, 100, 2), *range(1, 60, 4))


def _emptied(case: Case) -> None:
    case.set(*range(100))
    case.delete(*range(100))


def _cleared(case: Case) -> None:
    _growing(case)
    case.m.clear()


def _refilled(case: Case) -> None:
    _cleared(case)
    case.set(*range(30, 50))


def _iterated(case: Case) -> None:
    _filled(case)
    case.iterate(2, 7)
    case.set(*range(60, 64))
    case.delete(5)


def _iterated_growing(case: Case) -> None:
    case.set(*range(40))
    case.m.finish_growth()
    case.iterate(2, 3)
    case.grow()
    case.iterate(2, 3)


def _left_behind(case: Case) -> None:
    case.set(*range(20))
    case.iterate(1, 2)
    case.set(*range(20, 120))
    case.iterate(1, 2)
    case.m.reserve(400)
    case.iterate(1, 2)


def _cleared_iterated(case: Case) -> None:
    _iterated_growing(case)
    case.m.clear()
    case.set(1, 2)


def _shrunk(case: Case) -> None:
    case.set(*range(150))
    case.iterate(1, 2)
    case.delete(*range(20, 150))
    case.m.shrink()


def _reserved(case: Case) -> None:
    case.set(*range(20))
    case.m.reserve(300)
    case.set(20, 21)


def _copied(case: Case) -> None:
    _iterated_growing(case)
    case.iterators.clear()
    case.m = case.m.copy()


def _merged(case: Case) -> None:
    case.set(*range(10))
    case.m |= {case.kind.key_of(n): case.elem_of(n) for n in range(5, 90)}


def _with_nan(case: Case) -> None:
    case.set(*range(5))
    if case.kind.has_nan:
        for n in range(20):
            case.m[float("nan")] = case.elem_of(n)


def _same_size(case: Case) -> None:
    """Eight buckets, filled and emptied one after the other: too many overflow buckets."""
    # Under the spread "number" key n lies in bucket n % 8.
    for bucket in range(8):
        for n in range(17):
            case.set(bucket + 8 * n)
            if inspect.stats(case.m).same_size_growths:
                return
        case.delete(*range(bucket + 8, bucket + 136, 8))
    raise AssertionError("no growth to the same size")


Build = Callable[[Case], None]
STATES: dict[str, tuple[Build, int]] = {
    "as made": (lambda case: None, 0),
    "as made with a hint": (lambda case: None, 200),
    "a part of the hint": (_filled, 200),
    "overflow buckets from the spares": (lambda case: case.set(*range(100)), 104),
    "one entry": (_one, 0),
    "one full bucket": (_eight, 0),
    "overwritten": (_overwritten, 0),
    "idle": (_filled, 0),
    "growing": (_growing, 0),
    "growing, some buckets on": (_growing_late, 0),
    "growing to the same size": (_same_size, 50),
    "tombstones": (_tombstones, 0),
    "emptied by deletes": (_emptied, 0),
    "cleared while growing": (_cleared, 0),
    "filled after a clear": (_refilled, 0),
    "iterated": (_iterated, 0),
    "iterated over both arrays": (_iterated_growing, 0),
    "iterated over arrays left behind": (_left_behind, 0),
    "cleared while iterated": (_cleared_iterated, 0),
    "shrunk while iterated": (_shrunk, 0),
    "reserved": (_reserved, 0),
    "copied while growing": (_copied, 0),
    "merged": (_merged, 0),
    "NaN keys": (_with_nan, 0),
}
"""By name: how a map comes there, and its hint."""


def case_in(state: str, kind: Family, spread: str, seed: int | None = None) -> Case:
    """A map in a state."""
    build, hint = STATES[state]
    case = Case(kind, "number" if build is _same_size else spread, hint, seed)
    build(case)
    return case


def nil_case(kind: Family) -> Case:
    """The nil map of a kind."""
    case = Case(kind, "own")
    case.m = type(case.m).nil()
    return case


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 200), st.integers(1, 56)),
        st.tuples(st.just("delete"), st.integers(0, 200), st.integers(1, 56)),
        st.tuples(st.just("iterate"), st.integers(0, 3), st.integers(0, 40)),
        st.tuples(st.just("advance"), st.integers(0, 3), st.integers(1, 40)),
        st.tuples(st.just("drop"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("reserve"), st.integers(0, 500), st.just(0)),
        st.tuples(
            st.sampled_from(["clear", "shrink", "finish_growth", "copy", "popitem", "update"]),
            st.just(0),
            st.just(0),
        ),
    ),
    max_size=14,
)


def act(case: Case, name: str, first: int, n: int) -> None:
    """One of the operations above."""
    if name in ("set", "delete"):
        getattr(case, name)(*range(first, first + n))
    elif name == "iterate":
        case.iterate(1, n)
    elif name == "advance" and case.iterators:
        list(islice(case.iterators[first % len(case.iterators)], n))
    elif name == "drop":
        del case.iterators[first:]
    elif name == "reserve":
        case.m.reserve(first)
    elif name == "copy":
        case.m, case.iterators = case.m.copy(), []
    elif name == "update":
        case.m.update((case.kind.key_of(i), case.elem_of(i)) for i in range(0, 90, 2))
    elif name in ("clear", "shrink", "finish_growth") or (name == "popitem" and case.m):
        getattr(case.m, name)()
