"""Programs on one map beside the model of Go's map: contents, answers, iterators."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np

import gomap
from fuzz.source import Source
from gomap import inspect, maps
from support.kinds import float32
from support.machine import HASHERS, Family
from support.model import Model, Watch, is_nan
from support.states import KINDS, elem_of

KEYS = 160
"""Numbers of keys in use."""
HASHED = list(HASHERS.values())
SIZED = {
    gomap.int64: np.int64,
    gomap.float64: np.float64,
    gomap.uint8: np.uint8,
    gomap.float32: np.float32,
    gomap.complex128: np.complex128,
    gomap.int16: np.int16,
    gomap.int32: np.int32,
    gomap.bool_: np.bool_,
}
"""Types that batch calls take arrays of."""


class Program:
    """A map, its model, live iterators."""

    def __init__(self, source: Source) -> None:
        """Which map it is."""
        self.source = source
        self.kind: Family = source.choose(KINDS)
        hasher = source.choose(HASHED) if source.below(2) else None
        options: dict[str, Any] = {"hasher": hasher} if hasher else {}
        if source.below(2):
            options["seed"] = source.below(256)
        if source.below(4) == 0:
            options["hint"] = source.below(300)
        self.m = self.kind.make(**options)
        zero: Any = {list: None, object: None}.get(self.kind.elem, 0)
        self.model = Model(self.kind.identity, elem_of(self.kind, 0) if zero == 0 else zero)
        self.live: list[tuple[Any, Watch]] = []
        self.fresh = 300

    # --- what is drawn ---

    def number(self) -> int:
        """Which key."""
        return self.source.below(KEYS)

    def key(self) -> Any:
        """Return a key, NaN at times."""
        n = self.number()
        if self.kind.has_nan and n == 77:
            return complex("nan") if self.kind.key is gomap.complex128 else float("nan")
        return self.kind.key_of(n)

    def elem(self, key: Any) -> Any:
        """Return an element: NaN's are unique, for the model tells them apart by it."""
        if is_nan(key):
            self.fresh += 1
            return self.typed(self.fresh)
        return self.typed(self.source.below(200))

    def typed(self, n: int) -> Any:
        """Return the n-th element as it is read back."""
        made = elem_of(self.kind, n)
        match self.kind.elem:
            case gomap.float32 | gomap.float64:
                return float(made)
            case gomap.complex128:
                return complex(made)
            case _:
                return made

    # --- single entries ---

    def assign(self) -> None:
        """One way of assigning or another."""
        key = self.key()
        elem = self.elem(key)
        if is_nan(key) and self.kind.elem is gomap.bool_:
            return
        which = self.source.below(3)
        if which == 0:
            self.m[key] = elem
        elif which == 1:
            self.m.update([(key, elem)])
        else:
            self.m.update({key: elem})
        self.model.assign(key, elem)

    def read(self) -> None:
        """Every way of reading must say the same."""
        key = self.key()
        elem, found = self.model.get(key)
        got = self.m.lookup(key)
        assert got == (elem, found), (key, got, elem, found)
        assert (key in self.m) == found
        assert self.m[key] == elem
        assert self.m.get(key, "none") == (elem if found else "none")
        assert inspect.explain(self.m, key).found == found

    def delete(self) -> None:
        """One way of deleting or another."""
        key, which = self.key(), self.source.below(3)
        elem, found = self.model.get(key)
        if which == 0:
            del self.m[key]
        elif which == 1:
            got = self.m.pop(key, "none")
            assert got == (elem if found else "none")
        else:
            gomap.delete(self.m, key)
        self.model.delete(key)

    def set_default(self) -> None:
        """As dict."""
        key = self.key()
        elem = self.elem(key)
        if is_nan(key):
            return
        old, found = self.model.get(key)
        assert self.m.setdefault(key, elem) == (old if found else elem)
        if not found:
            self.model.assign(key, elem)

    def add(self) -> None:
        """A sum, or the overflow of one, which changes nothing."""
        key, n = self.key(), self.source.below(100)
        if is_nan(key) or self.kind.elem in (list, gomap.bool_, object):
            return
        old, _ = self.model.get(key)
        try:
            got = self.m.add(key, self.typed(n))
        except OverflowError:
            assert self.kind.elem is not int
            return
        want = old + n
        assert got == (float32(want) if self.kind.elem is gomap.float32 else want)
        stored = self.model.entries.get(self.kind.identity(key))
        self.model.assign(key if stored is None else stored[0], got)

    def pop_item(self) -> None:
        """Some entry goes."""
        if self.model.entries:
            key, elem = self.m.popitem()
            identity = self.model.identify(key, elem)
            assert identity in self.model.entries
            self.model.remove(identity)

    # --- all of them ---

    def whole(self) -> None:
        """Operations on the map as a whole, and on its size."""
        match self.source.below(8):
            case 0:
                self.m.clear()
                self.model.clear()
            case 1:
                self.m.reserve(self.source.below(500))
            case 2:
                self.m.shrink()
            case 3:
                self.m.finish_growth()
            case 4:
                self.check_copy(self.m.copy())
            case 5:
                self.check_copy(maps.clone(self.m))
            case 6:
                self.check_copy(type(self.m)(self.m.items()))
            case _:
                self.check_pickle()

    def check_copy(self, other: Any) -> None:
        """Another map with the same contents."""
        self.model.check(list(other.items()))
        has_nan = any(is_nan(key) for key, _ in self.m.items())
        assert (other == self.m) is (not has_nan)

    def check_pickle(self) -> None:
        """There and back; out of band, too."""
        if "hasher" in self.m.__reduce__()[1][1]:
            return
        blocks: list[Any] = []
        protocol = self.source.below(7)
        if protocol == 6:
            data = pickle.dumps(self.m, 5, buffer_callback=blocks.append)
        else:
            data = pickle.dumps(self.m, protocol)
        self.model.check(list(pickle.loads(data, buffers=blocks).items()))

    def run_of_keys(self) -> None:
        """Many, one by one, of few bytes."""
        start, n, step = self.number(), self.source.below(100), 1 + self.source.below(5)
        deletes = self.source.below(3) == 0
        for i in range(start, start + n * step, step):
            key = self.kind.key_of(i % KEYS)
            if deletes:
                del self.m[key]
                self.model.delete(key)
            else:
                self.m[key] = elem = self.typed(i % 200)
                self.model.assign(key, elem)

    def views(self) -> None:
        """Set operations against a set's."""
        if self.kind.has_nan or self.kind.identity(1) != 1:
            return
        keys = {self.kind.key_of(self.number()) for _ in range(self.source.below(9))}
        present = {key for key, _ in self.model.entries.values()}
        assert self.m.keys() & keys == present & keys
        assert self.m.keys() | keys == present | keys
        assert self.m.keys() - keys == present - keys
        assert keys ^ self.m.keys() == present ^ keys
        assert self.m.keys().isdisjoint(keys) == present.isdisjoint(keys)
        assert (self.m.keys() >= keys) == (present >= keys)

    def look(self) -> None:
        """What changes nothing, and counts right."""
        n = len(self.model)
        match self.source.below(5):
            case 0:
                h = inspect.hmap(self.m)
                chains = [*(h.buckets or ()), *(h.oldbuckets or ())]
                tops = [top for chain in chains for b in chain for top in b.tophash]
                assert h.count == n
                assert sum(top >= 5 for top in tops) == n
            case 1:
                stats = inspect.stats(self.m)
                assert stats.count == n
                assert sum(stats.tophash_counts) == n
            case 2:
                assert len(repr(self.m)) > n
            case 3:
                assert len(self.m.to_dict()) <= n
            case _:
                with inspect.record(self.m) as events:
                    self.assign()
                assert events[-1].count == len(self.model)

    # --- iterators ---

    def iterate(self) -> None:
        """Begin an iteration, go on with one, end one."""
        which = self.source.below(16)
        if which < 4 and len(self.live) < 6:
            items = iter(self.m.items())
            if which == 3:
                start = self.source.below(1 << inspect.hmap(self.m).B)
                items = inspect.iterate(self.m, start, self.source.below(8))
            self.live.append((items, self.model.watch()))
        elif self.live:
            at = self.source.below(len(self.live))
            if which == 15:
                self.model.watches.remove(self.live.pop(at)[1])
                return
            self.advance(at, 1000 if which == 14 else self.source.below(30))

    def advance(self, at: int, n: int) -> None:
        """Take up to n entries of an iterator."""
        items, watch = self.live[at]
        for _ in range(n):
            try:
                key, elem = next(items)
            except StopIteration:
                watch.ended()
                self.model.watches.remove(self.live.pop(at)[1])
                return
            watch.saw(key, elem)

    # --- batches ---

    def form(self, values: list[Any], type_: Any) -> Any:
        """The values as a list or as one of many sorts of array."""
        which, dtype = self.source.below(8), SIZED.get(type_)
        if dtype is None or which == 0:
            return values
        made: Any = np.array(values, dtype)
        match which:
            case 1:
                made = np.repeat(made, 3)[::3]
            case 2:
                made = made[::-1].copy()[::-1]
            case 3:
                made = np.frombuffer(b"\0" + made.tobytes(), dtype, len(made), offset=1)
            case 4:
                made.flags.writeable = False
            case 5 if made.dtype.kind in "iu":
                made = made.astype(np.int64)
            case 6:
                made = memoryview(made)
        return made

    def batch_keys(self) -> list[Any]:
        """Keys of a batch."""
        start, n, step = self.number(), self.source.below(150), 1 + self.source.below(9)
        return [self.kind.key_of(i % KEYS) for i in range(start, start + n * step, step)]

    def batch(self) -> None:
        """Many keys at once, as one by one."""
        keys = self.batch_keys()
        given = self.form(keys, self.kind.key)
        match self.source.below(6):
            case 0:
                self.set_many(keys, given)
            case 1:
                self.get_many(keys, given)
            case 2:
                before = len(self.model)
                for key in keys:
                    self.model.delete(key)
                assert self.m.delete_many(given) == before - len(self.model)
            case 3:
                want = [self.model.get(key)[1] for key in keys]
                assert list(self.m.contains_many(given)) == want
            case 4:
                self.add_many(keys, given)
            case _:
                got_keys, got_elems = self.m.to_arrays()
                listed = [x.tolist() if hasattr(x, "tolist") else x for x in (got_keys, got_elems)]
                self.model.check(list(zip(*listed, strict=True)))

    def set_many(self, keys: list[Any], given: Any) -> None:
        """Elements for each, or one for all."""
        n = self.source.below(100)
        if self.source.below(3) == 0 and self.kind.elem is not list:
            elems = [self.typed(n)] * len(keys)
            self.m.set_many(given, self.typed(n))
        else:
            elems = [self.typed((n + i) % 200) for i in range(len(keys))]
            self.m.set_many(given, self.form(elems, self.kind.elem))
        for key, elem in zip(keys, elems, strict=True):
            self.model.assign(key, elem)

    def get_many(self, keys: list[Any], given: Any) -> None:
        """With a place for the elements, or without."""
        dtype = SIZED.get(self.kind.elem)
        options: dict[str, Any] = {}
        if dtype is not None and self.source.below(2):
            options["out"] = np.empty(len(keys) * 2, dtype)[:: self.source.choose([2, -2])]
        elems, found = self.m.get_many(given, **options)
        assert [(e, bool(f)) for e, f in zip(elems, found, strict=True)] == [
            self.model.get(key) for key in keys
        ]

    def add_many(self, keys: list[Any], given: Any) -> None:
        """Sums of integers."""
        if self.kind.elem not in (int, gomap.int64, gomap.int32):
            return
        n = self.source.below(100)
        self.m.add_many(given, n)
        for key in keys:
            stored = self.model.entries.get(self.kind.identity(key))
            self.model.assign(key if stored is None else stored[0], self.model.get(key)[0] + n)

    # --- the program ---

    def step(self) -> None:
        """One operation."""
        table: list[Callable[[], None]] = [
            *(self.assign, self.assign, self.read, self.delete, self.delete, self.set_default),
            *(self.add, self.pop_item, self.whole, self.run_of_keys, self.run_of_keys),
            *(self.views, self.look, self.iterate, self.iterate, self.iterate, self.batch),
        ]
        self.source.choose(table)()
        assert len(self.m) == len(self.model)

    def finish(self) -> None:
        """All iterators to their ends, then everything compared."""
        while self.live:
            self.advance(0, 1000)
        self.model.check(list(self.m.items()))
        assert inspect.validate(self.m) is None


def run(source: Source) -> None:
    """A program until its end."""
    program = Program(source)
    for _ in range(250):
        if not source:
            break
        program.step()
    program.finish()
