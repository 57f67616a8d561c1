"""maps.clone lays the copy out as Go's runtime does (mapclone2 of Go 1.21 to 1.23).

`CloneModel` deals the entries of a snapshot out as Go would; the clone's own snapshot
must agree in every header field, tophash byte, slot and overflow bucket.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from golden.computed import mix
from gomap import Map, float64, inspect, int64, maps
from gomap.inspect import Bucket, Hmap
from support.inside import assert_valid, pile_up

MIN_TOPHASH = 5
Hash = Callable[[Any], int]
Cell = tuple[int, Any, Any]
EMPTY: Cell = (0, None, None)


def occupied(chain: Sequence[Bucket]) -> list[Cell]:
    """Tophash, key, element of every entry, in the order of the slots."""
    cells = [cell for b in chain for cell in zip(b.tophash, b.keys, b.elems, strict=True)]
    return [cell for cell in cells if cell[0] >= MIN_TOPHASH]


def is_evacuated(chain: Sequence[Bucket]) -> bool:
    return 1 < chain[0].tophash[0] < MIN_TOPHASH


def is_over_load_factor(count: int, B: int) -> bool:
    return count > 8 and count > 13 * (2**B // 2)


class CloneModel:
    """What Go's clone of the map with this snapshot looks like."""

    def __init__(self, source: Hmap, hash_of: Hash) -> None:
        self.source = source
        self.hash_of = hash_of
        self.B = self.fitted()
        self.chains: list[list[list[Cell]]] = [[[]] for _ in range(2**self.B)]
        self.allocated: list[tuple[int, int]] = []
        assert source.buckets is not None
        if source.B == 0:
            (bucket,) = source.buckets[0]
            self.chains = [[list(zip(bucket.tophash, bucket.keys, bucket.elems, strict=True))]]
            return
        for i in range(2**self.B):
            for j in range(i, 2**source.B, 2**self.B):
                self.append(i, occupied(source.buckets[j]))
        for i, old in enumerate(source.oldbuckets or ()):
            if not is_evacuated(old):
                self.deal(i, occupied(old))

    def fitted(self) -> int:
        """makemap's B for the count, but never more than the source's."""
        count, B = self.source.count, 0
        if is_over_load_factor(count, self.source.B):
            count = 13 * (2**self.source.B // 2)
        while is_over_load_factor(count, B):
            B += 1
        return B

    def append(self, chain: int, cells: list[Cell]) -> None:
        for cell in cells:
            if len(self.chains[chain][-1]) == 8:
                self.allocated.append((chain, len(self.chains[chain])))
                self.chains[chain].append([])
            self.chains[chain][-1].append(cell)

    def deal(self, i: int, cells: list[Cell]) -> None:
        """An old chain that has not moved: as a whole, or by one more bit of each hash."""
        assert self.source.oldbuckets is not None
        if len(self.source.oldbuckets) >= 2**self.B:
            self.append(i % 2**self.B, cells)
            return
        for cell in cells:
            self.append(self.hash_of(cell[1]) % 2**self.B, [cell])

    def layout(self) -> list[list[list[Cell]]]:
        return [[b + [EMPTY] * (8 - len(b)) for b in chain] for chain in self.chains]


def layout_of(h: Hmap) -> list[list[list[Cell]]]:
    assert h.buckets is not None
    return [
        [list(zip(b.tophash, b.keys, b.elems, strict=True)) for b in chain] for chain in h.buckets
    ]


def assert_cloned_as_go_does(m: Any, hash_of: Hash) -> None:
    source, copy = inspect.hmap(m), inspect.hmap(maps.clone(m))
    header = (copy.count, copy.flags, copy.nevacuate, copy.growing, copy.hash0)
    assert header == (source.count, 0, 0, False, source.hash0)
    if source.count == 0:
        assert (copy.B, copy.buckets) == (0, None)
        return
    model = CloneModel(source, hash_of)
    assert copy.B == model.B <= source.B
    assert layout_of(copy) == model.layout()
    assert copy.noverflow == len(model.allocated)
    assert copy.buckets is not None
    spare = [copy.buckets[chain][depth].preallocated for chain, depth in model.allocated]
    first_heap = spare.index(None) if None in spare else len(spare)
    assert spare == [*range(first_heap), *[None] * (len(spare) - first_heap)]
    assert first_heap == len(spare) or copy.next_overflow is None


def mixed(key: Any, seed: int) -> int:
    return mix(key)


@pytest.mark.parametrize("types", [(int64, int64), (int, object)])
@pytest.mark.parametrize("seed", range(3))
def test_clone_after_every_step_of_growing_and_shrinking(types: Any, seed: int) -> None:
    rng = random.Random(seed)
    m: Any = Map[types](hasher=mixed)
    growths = set()
    for step in range(500):
        shrinking = step % 200 > 140
        for _ in range(3 if shrinking else 1):
            key = rng.randrange(300)
            if shrinking or rng.random() < 0.2:
                del m[key]
            else:
                m[key] = step
        assert_cloned_as_go_does(m, mix)
        growths.add((inspect.hmap(m).growing, inspect.hmap(m).B))
    assert len(growths) > 4


@pytest.mark.parametrize("kept", [0, 1, 8, 9, 13, 14, 100, 999])
def test_clone_has_as_many_buckets_as_its_entries_need(kept: int) -> None:
    m: Any = Map[int64, int64](((n, n) for n in range(1000)), hasher=mixed)
    for n in range(kept, 1000):
        del m[n]
    m.finish_growth()
    assert_cloned_as_go_does(m, mix)
    assert inspect.hmap(maps.clone(m)).B == inspect.hmap(Map[int64, int64](hint=kept)).B


def test_clone_of_an_empty_map_with_room_has_none() -> None:
    assert_cloned_as_go_does(Map[int64, int64](hint=1000), mix)
    assert_cloned_as_go_does(Map[int64, int64](), mix)


def test_clone_in_a_same_size_growth() -> None:
    m: Any = Map[int64, int64](hint=400, hasher=lambda key, seed: key)
    left = pile_up(m)
    assert inspect.hmap(m).same_size_grow
    assert_cloned_as_go_does(m, lambda key: key % 2**64)
    for key in left:
        del m[key]
        assert_cloned_as_go_does(m, lambda key: key % 2**64)


def test_clone_of_long_chains_takes_preallocated_buckets_in_gos_order() -> None:
    m: Any = Map[int64, int64](hint=200, hasher=lambda key, seed: key % 4)
    for n in range(160):
        m[n] = n
        assert_cloned_as_go_does(m, lambda key: key % 4)
    assert any(b.preallocated is not None for c in inspect.hmap(m).buckets or () for b in c)


def test_clone_keeps_nan_keys_where_they_are_unless_they_wait_for_a_doubling() -> None:
    nan = float("nan")
    m = Map[float64, int64]((nan, n) for n in range(300))
    m.finish_growth()

    def cells(h: Hmap) -> list[list[tuple[int, int]]]:
        return [[(top, elem) for top, _, elem in occupied(chain)] for chain in h.buckets or ()]

    assert cells(inspect.hmap(maps.clone(m))) == cells(inspect.hmap(m))


def test_copy_is_clone() -> None:
    m: Any = Map[int64, int64](((n, n) for n in range(100)), hasher=mixed)
    for n in range(90):
        del m[n]
    assert layout_of(inspect.hmap(m.copy())) == layout_of(inspect.hmap(maps.clone(m)))
    assert_valid(m.copy())
