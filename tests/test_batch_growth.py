"""Long runs of batches and single calls on maps that grow, shrink and are iterated meanwhile."""

from __future__ import annotations

import random
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomap import Map as AnyMap
from gomap import complex128, float64, inspect, int16, int64, uint8
from support.arrays import entries
from support.inside import assert_valid
from support.machine import HASHERS
from support.model import Model, Watch

Map: Any = AnyMap
LONG = settings().max_examples > 100
Key = Any


def number(n: int) -> int:
    return n


def half(n: int) -> float:
    return (0.0, -0.0)[n] if n < 2 else n * 0.5


def imaginary(n: int) -> complex:
    return complex(n % 5, n)


def word(n: int) -> str:
    return "é" * (n % 3) + str(n)


FAMILIES: dict[str, tuple[Any, Any]] = {
    "int64-int64": (Map[int64, int64], number),
    "int16-int64": (Map[int16, int64], number),
    "float64-int64": (Map[float64, int64], half),
    "complex128-int64": (Map[complex128, int64], imaginary),
    "str-int64": (Map[str, int64], word),
    "int64-object": (Map[int64, object], number),
    "object-object": (Map, word),
    "int-int": (Map[int, int], number),
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["set", "set", "add", "delete", "get", "single", "rebuild", "iterate"]),
        st.integers(0, 1 << 16),  # where the keys begin, or a seed
        st.integers(0, 400),  # how many
    ),
    min_size=1,
    max_size=12,
)


class Runner:
    """A map and its model; iterators that live through all of it."""

    def __init__(self, m: Any, key_of: Any) -> None:
        self.m, self.key_of = m, key_of
        self.model = Model(lambda key: key, 0)
        self.live: list[tuple[Any, Watch]] = []

    def keys(self, seed: int, n: int) -> list[Key]:
        """Keys, near each other and with duplicates."""
        draw = random.Random(seed)
        base = seed % 500
        return [self.key_of(base + draw.randrange(n + 1)) for _ in range(n)]

    def step(self, name: str, seed: int, n: int) -> None:
        """One step, by name."""
        getattr(self, name)(self.keys(seed, n), seed)
        assert len(self.m) == len(self.model)

    def set(self, keys: list[Key], seed: int) -> None:
        elems = [seed % 1000 + n for n in range(len(keys))]
        self.m.set_many(keys, elems)
        for key, elem in zip(keys, elems, strict=True):
            self.model.assign(key, elem)

    def add(self, keys: list[Key], seed: int) -> None:
        self.m.add_many(keys, seed % 7)
        for key in keys:
            self.model.assign(key, self.model.get(key)[0] + seed % 7)

    def delete(self, keys: list[Key], seed: int) -> None:
        before = len(self.model)
        for key in keys:
            self.model.delete(key)
        assert self.m.delete_many(keys) == before - len(self.model)

    def get(self, keys: list[Key], seed: int) -> None:
        elems, found = self.m.get_many(keys)
        assert list(zip(elems, found, strict=True)) == [self.model.get(key) for key in keys]

    def single(self, keys: list[Key], seed: int) -> None:
        for n, key in enumerate(keys[:20]):
            if n % 3:
                self.m[key] = seed
                self.model.assign(key, seed)
            else:
                del self.m[key]
                self.model.delete(key)

    def rebuild(self, keys: list[Key], seed: int) -> None:
        m = self.m
        (m.shrink, m.finish_growth, lambda: m.reserve(len(keys) * 3))[seed % 3]()

    def iterate(self, keys: list[Key], seed: int) -> None:
        for iterator, watch in self.live:
            for key, elem in islice(iterator, 9):
                watch.saw(key, elem)
        if len(self.live) < 4:
            self.live.append((iter(self.m.items()), self.model.watch()))

    def finish(self) -> None:
        """The iterators end, and the contents are those of the model."""
        for iterator, watch in self.live:
            for key, elem in iterator:
                watch.saw(key, elem)
            watch.ended()
        assert_valid(self.m)
        self.model.check(list(self.m.items()))


@pytest.mark.parametrize("family", FAMILIES)
@given(steps=STEPS, hint=st.sampled_from([0, 0, 100, 600]))
@settings(max_examples=300 if LONG else 60)
def test_batches_on_maps_that_grow(
    family: str, steps: list[tuple[str, int, int]], hint: int
) -> None:
    cls, key_of = FAMILIES[family]
    options = {"zero": 0} if cls.elem_type is object else {}
    runner = Runner(cls(hint=hint, **options), key_of)
    for step in steps:
        runner.step(*step)
    runner.finish()


@pytest.mark.parametrize("hasher", [name for name in HASHERS if name not in ("own", "number")])
@given(steps=STEPS)
@settings(max_examples=200 if LONG else 20)
def test_batches_under_any_hasher(hasher: str, steps: list[tuple[str, int, int]]) -> None:
    runner = Runner(Map[int64, int64](hasher=HASHERS[hasher]), number)
    for name, seed, n in steps:
        runner.step(name, seed, n // 4)
    runner.finish()


@given(raw=st.lists(st.tuples(st.sampled_from("sdag"), st.binary(max_size=300)), max_size=10))
@settings(max_examples=300 if LONG else 60)
def test_batches_of_bytes(raw: list[tuple[str, bytes]]) -> None:
    """Keys of one byte: each batch meets most keys of the map, again and again."""
    m, expected = Map[uint8, int64](), dict[int, int]()
    for name, keys in raw:
        if name == "s":
            m.set_many(keys, range(len(keys)))
            expected.update(zip(keys, range(len(keys)), strict=True))
        elif name == "a":
            m.add_many(keys, keys)
            for key in keys:
                expected[key] = expected.get(key, 0) + key
        elif name == "d":
            gone = {key for key in keys if expected.pop(key, None) is not None}
            assert m.delete_many(keys) == len(gone)
        assert m.get_many(keys)[0].tolist() == [expected.get(key, 0) for key in keys]
        assert m.to_dict() == expected
    assert_valid(m)


@pytest.mark.parametrize("n", [8, 9, 13, 14, 26, 27, 52, 53, 104, 105, 208, 209, 1000])
def test_a_batch_across_each_growth(n: int) -> None:
    """Before, at and after the entry that begins a growth, in one batch and in two."""
    for first in (0, 1, n - 1):
        m = Map[int64, int64](seed=n)
        m.set_many(range(first), range(first))
        m.set_many(range(first, n + 1), range(first, n + 1))
        assert m.to_dict() == {key: key for key in range(n + 1)}
        assert_valid(m)
        m.add_many(range(n + 2), 1)
        assert m.to_dict() == {key: key + 1 for key in range(n + 1)} | {n + 1: 1}
        assert m.delete_many(range(0, n + 2, 2)) == (n + 3) // 2
        assert_valid(m)


def test_overwriting_and_deleting_do_not_grow_a_map() -> None:
    m = Map[int64, int64].from_arrays(range(26), range(26))
    before = inspect.hmap(m).B
    m.set_many(list(range(26)) * 50, 1)
    m.add_many(list(range(26)) * 50, 1)
    m.get_many(range(5000)), m.delete_many(range(100, 5000))
    assert inspect.hmap(m).B == before
    m.set_many([5] * 5000, 1)
    assert inspect.hmap(m).B <= before + 1
    assert entries(m) == sorted((str(n), "1" if n == 5 else "51") for n in range(26))
