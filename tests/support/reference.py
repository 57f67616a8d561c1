"""The classic Go map in plain Python, slow and obvious.

It owns nothing of the engine: it is a second reading of Go's design, checked by
the same traces, so that random operations can be compared with the engine field
by field and slot by slot.  NaN keys and memory are left out.  It has the three
functions of ``gomap.inspect`` that the replayer uses: ``hmap``, ``iterate`` and
``validate``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

SLOTS = 8
EMPTY_REST, EMPTY_ONE, EVACUATED_X, EVACUATED_EMPTY, MIN_TOPHASH = 0, 1, 2, 4, 5
ITERATOR, OLD_ITERATOR, SAME_SIZE_GROW = 1, 2, 8
MARK_STRIDE = 1024
PAGE = 8192

SIZE_CLASSES: list[int] = [
    *range(16, 129, 16),
    *range(144, 257, 16),
    *range(288, 513, 32),
    *(576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688),
    *(3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728),
    *(10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576),
    *(27264, 28672, 32768),
]


def spares(b: int, bucket_size: int) -> int:
    """How many preallocated overflow buckets an array of 2**b buckets has."""
    if b < 4:
        return 0
    wanted: int = ((1 << b) + (1 << (b - 4))) * bucket_size
    if wanted < SIZE_CLASSES[-1]:
        rounded = SIZE_CLASSES[bisect_left(SIZE_CLASSES, wanted)]
    else:
        rounded = -(-wanted // PAGE) * PAGE
    return int(rounded // bucket_size - (1 << b))


def is_too_loaded(count: int, b: int) -> bool:
    """More than 6.5 entries a bucket, and more than one bucket holds."""
    return count > SLOTS and count > 13 * ((1 << b) // 2)


def tophash_of(hashed: int) -> int:
    """The byte that a slot shows of a hash."""
    top = hashed >> 56
    return top + MIN_TOPHASH if top < MIN_TOPHASH else top


class Cell(NamedTuple):
    """What an occupied slot holds."""

    key: Any
    elem: Any


class Bucket:
    """Eight slots and the next bucket of the chain."""

    def __init__(self, preallocated: int | None = None) -> None:
        """An empty bucket; ``preallocated`` is its place among the spares."""
        self.tops = bytearray(SLOTS)
        self.cells: list[Cell | None] = [None] * SLOTS
        self.next: Bucket | None = None
        self.preallocated = preallocated

    @property
    def is_evacuated(self) -> bool:
        """Whether a growth has moved this chain (asked of its first bucket)."""
        return EVACUATED_X <= self.tops[0] <= EVACUATED_EMPTY

    def chain(self) -> Iterator[Bucket]:
        """This bucket and those after it."""
        bucket: Bucket | None = self
        while bucket is not None:
            yield bucket
            bucket = bucket.next


Place = tuple[Bucket, int]


class ReferenceMap:
    """A map with injected hashes; ``equal`` is Python's ``==``."""

    def __init__(
        self,
        hasher: Callable[[Any, int], int],
        hint: int = 0,
        bucket_size: int = 144,
        updates_key: bool = False,
        seeds: Iterator[int] | None = None,
    ) -> None:
        """``seeds`` gives one hash0 after the other."""
        self.hasher, self.bucket_size, self.updates_key = hasher, bucket_size, updates_key
        self.seeds = iter(range(1, 1 << 62)) if seeds is None else seeds
        self.hash0 = next(self.seeds)
        self.count = self.flags = self.B = self.noverflow = self.nevacuate = 0
        self.buckets: list[Bucket] | None = None
        self.old: list[Bucket] | None = None
        self.next_spare: int | None = None
        while is_too_loaded(hint, self.B):
            self.B += 1
        if self.B:
            self._new_array()

    def __len__(self) -> int:
        return self.count

    # Arrays and growth

    def _new_array(self) -> None:
        self.buckets = [Bucket() for _ in range(1 << self.B)]
        self.next_spare = 0 if spares(self.B, self.bucket_size) else None

    def _new_overflow(self, last: Bucket) -> Bucket:
        place = self.next_spare
        if place is not None:
            more = place + 1 < spares(self.B, self.bucket_size)
            self.next_spare = place + 1 if more else None
        last.next = Bucket(place)
        self.noverflow += 1
        return last.next

    def _start_growth(self) -> None:
        doubles = is_too_loaded(self.count + 1, self.B)
        was_iterated = self.flags & ITERATOR
        self.flags &= ~(ITERATOR | OLD_ITERATOR)
        self.flags |= (OLD_ITERATOR if was_iterated else 0) | (0 if doubles else SAME_SIZE_GROW)
        self.old = self.buckets
        self.B += doubles
        self.nevacuate = self.noverflow = 0
        self._new_array()

    def _grow_work(self, index: int) -> None:
        if self.old is not None:
            self._evacuate(index & (len(self.old) - 1))
        if self.old is not None:
            self._evacuate(self.nevacuate)

    def _evacuate(self, index: int) -> None:
        assert self.old is not None and self.buckets is not None
        first, doubles = self.old[index], not self.flags & SAME_SIZE_GROW
        if not first.is_evacuated:
            fills = [[self.buckets[index], 0]]
            if doubles:
                fills.append([self.buckets[index + len(self.old)], 0])
            for bucket in first.chain():
                for slot in range(SLOTS):
                    self._move(bucket, slot, fills)
        if index == self.nevacuate:
            self._advance_mark()

    def _move(self, bucket: Bucket, slot: int, fills: list[list[Any]]) -> None:
        cell, top = bucket.cells[slot], bucket.tops[slot]
        if cell is None or top < MIN_TOPHASH:
            bucket.tops[slot] = EVACUATED_EMPTY
            return
        assert self.old is not None
        to_y = len(fills) == 2 and bool(self.hasher(cell.key, self.hash0) & len(self.old))
        bucket.tops[slot] = EVACUATED_X + to_y
        fill = fills[to_y]
        if fill[1] == SLOTS:
            fill[:] = self._new_overflow(fill[0]), 0
        fill[0].tops[fill[1]], fill[0].cells[fill[1]] = top, cell
        fill[1] += 1

    def _advance_mark(self) -> None:
        assert self.old is not None
        self.nevacuate += 1
        stop = min(self.nevacuate + MARK_STRIDE, len(self.old))
        while self.nevacuate != stop and self.old[self.nevacuate].is_evacuated:
            self.nevacuate += 1
        if self.nevacuate == len(self.old):
            self.old = None
            self.flags &= ~SAME_SIZE_GROW

    # Operations

    def _bucket_of(self, hashed: int) -> int:
        return hashed & ((1 << self.B) - 1)

    def _search(self, first: Bucket, key: Any, top: int) -> tuple[Place | None, Place | None]:
        """Where the key is, and the first free slot that the search passed."""
        free: Place | None = None
        for bucket in first.chain():
            for slot in range(SLOTS):
                state, cell = bucket.tops[slot], bucket.cells[slot]
                if state <= EMPTY_ONE and free is None:
                    free = bucket, slot
                if state == EMPTY_REST:
                    return None, free
                if state == top and cell is not None and cell.key == key:
                    return (bucket, slot), free
        return None, free

    def lookup(self, key: Any) -> tuple[Any, bool]:
        """Comma-ok; moves nothing."""
        place = self._find(key)
        return (None, False) if place is None else (place[0].cells[place[1]].elem, True)  # type: ignore[union-attr]

    def _find(self, key: Any) -> Place | None:
        if self.count == 0 or self.buckets is None:
            return None
        hashed = self.hasher(key, self.hash0)
        first = self.buckets[self._bucket_of(hashed)]
        if self.old is not None:
            old = self.old[hashed & (len(self.old) - 1)]
            if not old.is_evacuated:
                first = old
        return self._search(first, key, tophash_of(hashed))[0]

    def __setitem__(self, key: Any, elem: Any) -> None:
        hashed = self.hasher(key, self.hash0)
        top = tophash_of(hashed)
        if self.buckets is None:
            self.buckets = [Bucket()]
        while True:
            index = self._bucket_of(hashed)
            self._grow_work(index)
            first = self.buckets[index]
            found, free = self._search(first, key, top)
            if found is not None or self.old is not None or not self._must_grow():
                break
            self._start_growth()
        if found is not None:
            bucket, slot = found
            cell = bucket.cells[slot]
            assert cell is not None
            bucket.cells[slot] = Cell(key if self.updates_key else cell.key, elem)
            return
        if free is None:
            *_, last = first.chain()
            free = self._new_overflow(last), 0
        free[0].tops[free[1]], free[0].cells[free[1]] = top, Cell(key, elem)
        self.count += 1

    def _must_grow(self) -> bool:
        too_many = self.noverflow >= 1 << min(self.B, 15)
        return is_too_loaded(self.count + 1, self.B) or too_many

    def __delitem__(self, key: Any) -> None:
        if self.count == 0 or self.buckets is None:
            return
        hashed = self.hasher(key, self.hash0)
        index = self._bucket_of(hashed)
        self._grow_work(index)
        first = self.buckets[index]
        found = self._search(first, key, tophash_of(hashed))[0]
        if found is None:
            return
        bucket, slot = found
        bucket.tops[slot], bucket.cells[slot] = EMPTY_ONE, None
        self._trim(first)
        self.count -= 1
        if self.count == 0:
            self.hash0 = next(self.seeds)

    @staticmethod
    def _trim(first: Bucket) -> None:
        """What is empty up to the end of the chain becomes emptyRest."""
        for bucket in reversed(list(first.chain())):
            for slot in reversed(range(SLOTS)):
                if bucket.tops[slot] > EMPTY_ONE:
                    return
                bucket.tops[slot] = EMPTY_REST

    def clear(self) -> None:
        """Empty the array in place; a growth ends."""
        if self.count == 0:
            return
        assert self.buckets is not None
        self.count = self.noverflow = self.nevacuate = 0
        self.old, self.hash0 = None, next(self.seeds)
        self.flags &= ~SAME_SIZE_GROW
        self.next_spare = 0 if spares(self.B, self.bucket_size) else None
        for bucket in self.buckets:
            bucket.__init__()  # type: ignore[misc]

    def items(self) -> list[tuple[Any, Any]]:
        """All entries, no flags set."""
        flags = self.flags
        entries = list(iterate(self, 0, 0))
        self.flags = flags
        return entries


@dataclass(frozen=True, slots=True)
class BucketView:
    """One bucket as ``gomap.inspect.Bucket`` shows it."""

    index: int
    tophash: bytes
    keys: tuple[Any, ...]
    elems: tuple[Any, ...]
    preallocated: int | None


@dataclass(frozen=True, slots=True)
class View:
    """The map as ``gomap.inspect.hmap`` shows it."""

    count: int
    flags: int
    B: int
    noverflow: int
    hash0: int
    nevacuate: int
    growing: bool
    same_size_grow: bool
    buckets: list[tuple[BucketView, ...]] | None
    oldbuckets: list[tuple[BucketView, ...]] | None
    next_overflow: int | None


def _view(index: int, bucket: Bucket) -> BucketView:
    cells = [
        cell if top >= MIN_TOPHASH and cell is not None else Cell(None, None)
        for top, cell in zip(bucket.tops, bucket.cells, strict=True)
    ]
    keys, elems = zip(*cells, strict=True)
    return BucketView(index, bytes(bucket.tops), keys, elems, bucket.preallocated)


def _views(array: list[Bucket] | None) -> list[tuple[BucketView, ...]] | None:
    if array is None:
        return None
    return [
        tuple(_view(index, bucket) for bucket in first.chain()) for index, first in enumerate(array)
    ]


def hmap(m: ReferenceMap) -> View:
    """A snapshot."""
    return View(
        m.count,
        m.flags,
        m.B,
        m.noverflow,
        m.hash0,
        m.nevacuate,
        m.old is not None,
        bool(m.flags & SAME_SIZE_GROW),
        _views(m.buckets),
        _views(m.old),
        m.next_spare,
    )


def validate(_m: ReferenceMap) -> str | None:
    """Nothing to say: the traces judge this map."""
    return None


def iterate(m: ReferenceMap, start: int, offset: int) -> Iterator[tuple[Any, Any]]:
    """A live iterator from a given start."""
    if m.count == 0 or m.buckets is None:
        return iter(())
    m.flags |= ITERATOR | OLD_ITERATOR
    return _walk(m, m.B, m.buckets, start, offset)


def _walk(
    m: ReferenceMap, b: int, array: list[Bucket], start: int, offset: int
) -> Iterator[tuple[Any, Any]]:
    for step in range(1 << b):
        index = (start + step) & ((1 << b) - 1)
        first, check = array[index], False
        if m.old is not None and b == m.B:
            old = m.old[index & (len(m.old) - 1)]
            if not old.is_evacuated:
                first, check = old, True
        bucket: Bucket | None = first
        while bucket is not None:
            for turn in range(SLOTS):
                cell = _cell_at(m, b, bucket, (turn + offset) % SLOTS, index if check else None)
                if cell is not None:
                    yield cell
            bucket = bucket.next


def _cell_at(
    m: ReferenceMap, b: int, bucket: Bucket, slot: int, check: int | None
) -> tuple[Any, Any] | None:
    """What an iterator that stands at this slot produces now."""
    top, cell = bucket.tops[slot], bucket.cells[slot]
    if cell is None or top in (EMPTY_REST, EMPTY_ONE, EVACUATED_EMPTY):
        return None
    if check is not None and not m.flags & SAME_SIZE_GROW:
        if m.hasher(cell.key, m.hash0) & ((1 << b) - 1) != check:
            return None  # it will move to another bucket and be produced there
    if top >= MIN_TOPHASH:
        return cell.key, cell.elem
    place = m._find(cell.key)
    if place is None:
        return None
    moved = place[0].cells[place[1]]
    assert moved is not None
    return moved.key, moved.elem
