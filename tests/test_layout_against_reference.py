"""Random operations on the engine and on the plain Python map: the same layout.

The traces of real Go prove both; this goes where no trace was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

import gomap
from golden.computed import mix
from gomap import inspect
from support import reference

NUMBERS = st.integers(0, 499)
MAX_ITERATORS = 4
SHAPES: dict[str, Callable[[int], int]] = {
    "mixed": lambda h: h,
    "one bucket": lambda h: h & ~0xFF,
    "few buckets": lambda h: h & ~0xFC,
    "one top byte": lambda h: h & (1 << 40) - 1,
    "constant": lambda h: 0,
}


def epochs(shape: Callable[[int], int]) -> Callable[[int, int], int]:
    """A hasher that knows seeds by their order only, so that both maps agree."""
    order: dict[int, int] = {}

    def hasher(key: int, seed: int) -> int:
        return shape(mix(key * 1009 + order.setdefault(seed, len(order))))

    return hasher


class LayoutMachine(RuleBasedStateMachine):
    """An engine map and a reference map that get the same operations."""

    kinds: list[Any] = [(gomap.int64, gomap.int64), (int, int)]

    def __init__(self) -> None:
        super().__init__()
        self.live: list[tuple[Iterator[Any], Iterator[Any]]] = []
        self.elems = count()

    @initialize(
        kind=st.integers(0, 63),
        shape=st.sampled_from(sorted(SHAPES)),
        universe=st.sampled_from([10, 60, 500]),
        hint=st.sampled_from([0, 9, 60, 110, 220]),
    )
    def make(self, kind: int, shape: str, universe: int, hint: int) -> None:
        key, elem = self.kinds[kind % len(self.kinds)]
        self.universe = universe
        self.m = gomap.Map[key, elem](hint=hint, hasher=epochs(SHAPES[shape]))
        self.r = reference.ReferenceMap(epochs(SHAPES[shape]), hint)

    @rule(first=NUMBERS, n=st.integers(1, 80), step=st.sampled_from([1, 3, 11]))
    def assign(self, first: int, n: int, step: int) -> None:
        for number in range(first, first + n * step, step):
            key, elem = number % self.universe, next(self.elems)
            self.m[key] = elem
            self.r[key] = elem

    @rule(first=NUMBERS, n=st.integers(1, 80), step=st.sampled_from([1, 3, 11]))
    def delete(self, first: int, n: int, step: int) -> None:
        for number in range(first, first + n * step, step):
            del self.m[number % self.universe]
            del self.r[number % self.universe]

    @rule(key=NUMBERS)
    def lookup(self, key: int) -> None:
        elem, found = self.r.lookup(key)
        assert self.m.lookup(key) == (elem if found else 0, found)

    @rule()
    def clear(self) -> None:
        # What an iterator does after a clear is less in gomap than in Go.
        self.live.clear()
        self.m.clear()
        self.r.clear()

    @rule(start=NUMBERS, offset=st.integers(0, 7))
    def iterate(self, start: int, offset: int) -> None:
        bucket = start & ((1 << self.r.B) - 1)
        if not self.r.count or len(self.live) == MAX_ITERATORS:
            return
        ours = inspect.iterate(self.m, bucket, offset)
        self.live.append((ours, reference.iterate(self.r, bucket, offset)))

    @rule(which=NUMBERS, n=st.integers(1, 60))
    def advance(self, which: int, n: int) -> None:
        if not self.live:
            return
        index = which % len(self.live)
        for _ in range(n):
            ours, theirs = (next(iterator, None) for iterator in self.live[index])
            assert ours == theirs
            if ours is None:
                self.live.pop(index)
                return

    @invariant()
    def layouts_agree(self) -> None:
        if not hasattr(self, "m"):
            return
        ours, theirs = inspect.hmap(self.m), reference.hmap(self.r)
        for field in ("count", "flags", "B", "noverflow", "nevacuate", "growing", "next_overflow"):
            assert getattr(ours, field) == getattr(theirs, field), field
        assert self.visible(ours.buckets) == self.visible(theirs.buckets)
        assert self.visible(ours.oldbuckets) == self.visible(theirs.oldbuckets)

    @staticmethod
    def visible(array: Any) -> Any:
        """What FORMAT.md calls comparable."""
        return array and [
            chain[0].tophash
            if 2 <= chain[0].tophash[0] <= 4
            else [(b.index, b.tophash, b.keys, b.elems, b.preallocated) for b in chain]
            for chain in array
        ]


def test_layout_is_the_reference_s_under_random_operations() -> None:
    run_state_machine_as_test(LayoutMachine)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LayoutMachine.kinds, ids=lambda kind: kind[0].__name__)
def test_layout_of_each_type(kind: Any) -> None:
    class OneKind(LayoutMachine):
        kinds = [kind]

    run_state_machine_as_test(OneKind)
