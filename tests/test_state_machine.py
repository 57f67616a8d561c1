"""Random interleavings of every operation and several live iterators, against the model.

After every step the engine's own validator runs and the contents are compared.
The short form runs in every test run; ``--slow`` runs 2,000 examples of 50 steps.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from gomap import inspect
from support.inside import assert_valid, slots
from support.machine import FAMILIES, HASHERS, Family
from support.model import Model, Watch, is_nan

NUMBERS = st.integers(0, 299)
MAX_ITERATORS = 4


class MapMachine(RuleBasedStateMachine):
    """One map, its model, and up to four live iterators."""

    families: ClassVar[list[Family]] = FAMILIES

    def __init__(self) -> None:
        super().__init__()
        self.live: list[tuple[Iterator[Any], Watch]] = []
        self.fresh = 0

    @initialize(
        family=st.sampled_from(range(64)),
        hasher=st.sampled_from(sorted(HASHERS)),
        universe=st.sampled_from([3, 9, 40, 300]),
        hint=st.sampled_from([None, 0, 9, 60, 200]),
        seed=st.one_of(st.none(), st.integers(0, 3)),
    )
    def make(
        self, family: int, hasher: str, universe: int, hint: int | None, seed: int | None
    ) -> None:
        self.family = self.families[family % len(self.families)]
        options = {"hint": hint, "seed": seed, "hasher": HASHERS[hasher]}
        self.m = self.family.make(**{k: v for k, v in options.items() if v is not None})
        self.universe = universe
        zero = None if self.family.elem is object else 0
        self.model = Model(self.family.identity, zero)

    def key(self, number: int) -> Any:
        return self.family.key_of(number % self.universe)

    def new_elem(self) -> int:
        """Unique, so that NaN entries can be told apart."""
        self.fresh += 1
        return self.fresh

    # Writing

    @rule(number=NUMBERS)
    def assign(self, number: int) -> None:
        key, elem = self.key(number), self.new_elem()
        self.m[key] = elem
        self.model.assign(key, elem)

    @rule(first=NUMBERS, n=st.integers(1, 60), step=st.sampled_from([1, 2, 7]))
    def assign_many(self, first: int, n: int, step: int) -> None:
        for number in range(first, first + n * step, step):
            self.assign(number)

    @rule(n=st.integers(1, 12))
    def assign_nan(self, n: int) -> None:
        for _ in range(n if self.family.has_nan else 0):
            elem = self.new_elem()
            self.m[float("nan")] = elem
            self.model.assign(float("nan"), elem)

    @rule(number=NUMBERS)
    def delete(self, number: int) -> None:
        key = self.key(number)
        del self.m[key]
        self.model.delete(key)

    @rule(first=NUMBERS, n=st.integers(1, 60), step=st.sampled_from([1, 2, 7]))
    def delete_many(self, first: int, n: int, step: int) -> None:
        for number in range(first, first + n * step, step):
            self.delete(number)

    @rule(number=NUMBERS)
    def pop(self, number: int) -> None:
        key = self.key(number)
        elem, found = self.model.get(key)
        if found:
            assert self.m.pop(key) == elem
        else:
            assert self.m.pop(key, "absent") == "absent"
            with pytest.raises(KeyError):
                self.m.pop(key)
        self.model.delete(key)

    @rule(n=st.integers(1, 5))
    def popitem(self, n: int) -> None:
        for _ in range(n):
            if not self.model.entries:
                with pytest.raises(KeyError):
                    self.m.popitem()
                return
            key, elem = self.m.popitem()
            identity = self.model.identify(key, elem)
            assert self.model.entries[identity][1] == elem
            self.model.remove(identity)

    @rule(number=NUMBERS, delta=st.integers(1, 5))
    def add(self, number: int, delta: int) -> None:
        key = self.key(number)
        elem, found = self.model.get(key)
        if not found and elem is None:
            return  # Map[..., object] has no number to add to
        assert self.m.add(key, delta) == elem + delta
        self.model.assign(key, elem + delta)

    @rule(number=NUMBERS)
    def setdefault(self, number: int) -> None:
        key, elem = self.key(number), self.new_elem()
        old, found = self.model.get(key)
        assert self.m.setdefault(key, elem) == (old if found else elem)
        if not found:
            self.model.assign(key, elem)

    @rule(numbers=st.lists(NUMBERS, max_size=20), form=st.sampled_from(["pairs", "dict", "|="]))
    def update(self, numbers: list[int], form: str) -> None:
        pairs = [(self.key(number), self.new_elem()) for number in numbers]
        if form == "pairs":
            self.m.update(pairs)
        elif form == "dict":
            pairs = list(dict(pairs).items())
            self.m.update(dict(pairs))
        else:
            pairs = list(dict(pairs).items())
            m = self.m
            self.m |= dict(pairs)
            assert self.m is m
        for key, elem in pairs:
            self.model.assign(key, elem)

    @rule()
    def clear(self) -> None:
        self.m.clear()
        self.model.clear()

    # What changes the layout only

    @rule(n=st.integers(0, 400))
    def reserve(self, n: int) -> None:
        self.m.reserve(n)

    @rule()
    def shrink(self) -> None:
        self.m.shrink()

    @rule()
    def finish_growth(self) -> None:
        self.m.finish_growth()
        assert not inspect.hmap(self.m).growing

    # Reading

    @rule(number=NUMBERS)
    def read(self, number: int) -> None:
        key = self.key(number)
        elem, found = self.model.get(key)
        assert self.m[key] == elem
        assert self.m.lookup(key) == (elem, found)
        assert (key in self.m) is found
        assert self.m.get(key, "absent") == (elem if found else "absent")

    @rule()
    def read_all(self) -> None:
        """Internal walks: they show everything and leave no flag behind."""
        before = inspect.hmap(self.m).flags
        assert len(repr(self.m)) > 0
        keys = [key for key, _ in self.model.entries.values()]
        as_dict = self.m.to_dict()
        assert as_dict.keys() == {key: None for key in keys}.keys() or any(map(is_nan, keys))
        assert inspect.stats(self.m).count == len(keys)
        assert inspect.hmap(self.m).flags == before

    @rule()
    def random_item(self) -> None:
        if not self.model.entries:
            with pytest.raises(KeyError):
                self.m.random_item()
            return
        key, elem = self.m.random_item()
        assert self.model.entries[self.model.identify(key, elem)][1] == elem

    @rule(how=st.sampled_from(["copy", "copy.copy", "pickle", "|"]))
    def duplicate(self, how: str) -> None:
        if how == "pickle":
            if self.has_hasher():
                return  # a hasher that is a lambda does not pickle
            other = pickle.loads(pickle.dumps(self.m))
        elif how == "|":
            other = self.m | {}
        else:
            other = self.m.copy() if how == "copy" else copy.copy(self.m)
        assert type(other) is type(self.m)
        assert_valid(other)
        self.model.check(list(other.items()))
        assert (other == self.m) is not any(is_nan(key) for key, _ in self.model.entries.values())

    def has_hasher(self) -> bool:
        try:
            pickle.dumps(self.m)
        except (pickle.PicklingError, AttributeError, TypeError):
            return True
        return False

    # Iterating.  No preconditions: without a fixed seed it is the map that decides how
    # long an iterator lives, and Hypothesis wants the same choices in every replay.

    @rule(start=NUMBERS, offset=st.integers(0, 7), given=st.booleans())
    def iterate(self, start: int, offset: int, given: bool) -> None:
        if len(self.live) == MAX_ITERATORS:
            return
        watch = self.model.watch()
        if given:
            buckets = 1 << inspect.hmap(self.m).B
            iterator = inspect.iterate(self.m, start % buckets, offset)
        else:
            iterator = iter(self.m.items())
        self.live.append((iterator, watch))

    @rule(which=NUMBERS, n=st.integers(1, 30))
    def advance(self, which: int, n: int) -> None:
        if not self.live:
            return
        iterator, watch = self.live[which % len(self.live)]
        for _ in range(n):
            entry = next(iterator, None)
            if entry is None:
                watch.ended()
                assert next(iterator, None) is None
                self.drop(which)
                return
            watch.saw(*entry)

    @rule(which=NUMBERS)
    def drop(self, which: int) -> None:
        if self.live:
            _, watch = self.live.pop(which % len(self.live))
            self.model.watches.remove(watch)

    @rule(which=NUMBERS)
    def delete_while_walking(self, which: int) -> None:
        """Delete every second entry as it comes by."""
        if not self.live:
            return
        iterator, watch = self.live[which % len(self.live)]
        for turn, (key, elem) in enumerate(iterator):
            watch.saw(key, elem)
            if turn % 2:
                del self.m[key]
                self.model.delete(key)
        watch.ended()
        self.drop(which)

    # After every step

    @invariant()
    def is_valid_and_equal(self) -> None:
        if hasattr(self, "m"):
            assert_valid(self.m)
            assert len(self.m) == len(self.model)
            self.model.check([(key, elem) for _, key, elem in slots(self.m)])

    def teardown(self) -> None:
        for iterator, watch in self.live:
            for key, elem in iterator:
                watch.saw(key, elem)
            watch.ended()


def test_random_operations_and_iterators_follow_the_model() -> None:
    run_state_machine_as_test(MapMachine)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_each_type_follows_the_model(family: Family) -> None:
    class OneFamily(MapMachine):
        families = [family]

    run_state_machine_as_test(OneFamily)
