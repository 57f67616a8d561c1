"""What the events of `inspect.record` must tell: one after the other, nothing left out.

A Story begins with a look at the map; from then on it knows the map by its events
alone, holds each against the one before, and can be compared with the map again.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from gomap import inspect
from support.machine import Family
from support.model import is_nan
from support.recount import EMPTY_ONE, EMPTY_REST, entries, is_evacuated, used

HEADER = ("count", "B", "flags", "noverflow", "nevacuate", "growing", "hash0")
ENTRY = {"assign", "update", "delete"}
SAME_SIZE_GROW = 8


class Story:
    """A map as its events tell of it."""

    def __init__(self, m: Any, kind: Family) -> None:
        """Begin with the map as it is now."""
        h = inspect.hmap(m)
        self.kind, self.counters = kind, Counter[str]()
        self.now = {name: getattr(h, name) for name in HEADER}
        self.keys = Counter(self.identify(key) for _, key, _ in entries(h))
        self.count = h.count
        old = h.oldbuckets or ()
        self.old_total = len(old)
        self.evacuated = {n for n, chain in enumerate(old) if is_evacuated(chain)}
        self.waiting = sum(used(bucket) for chain in old for bucket in chain)
        self.history = self.history_of(m)
        self.state: Any = None

    def identify(self, key: Any) -> Any:
        """What equal keys have in common; all NaNs are one."""
        return "NaN" if is_nan(key) else self.kind.identity(key)

    @staticmethod
    def history_of(m: Any) -> dict[str, int]:
        """What stats has counted."""
        s = inspect.stats(m)
        return {"grow": s.doublings, "same_size_grow": s.same_size_growths, "reseed": s.reseeds}

    def tell(self, event: Any) -> None:
        """One event: it follows from the state before it."""
        changed = {
            name for name in HEADER if getattr(event, name) != self.now[name] and name != "flags"
        }
        self.counters[event.kind] += 1
        getattr(self, event.kind)(event, changed)
        self.now = {name: getattr(event, name) for name in HEADER}
        assert event.count == self.count
        assert event.load_factor == event.count / (1 << event.B)
        assert (event.key is not None) <= (event.kind in ENTRY)
        assert (event.slot is None) == (event.position is None) == (event.kind not in ENTRY)
        assert (event.bucket is None) == (event.array is None)
        assert (event.bucket is not None) == (event.kind in ENTRY | {"evacuate"})
        assert event.kind == "evacuate" or event.moved_x == event.moved_y == 0
        if event.state is not None:
            self.check_state(event)
        self.state = event.state

    # ---- the kinds

    def assign(self, event: Any, changed: set[str]) -> None:
        """A new entry; at most one overflow bucket more."""
        assert changed <= {"count", "noverflow"}
        self.keys[self.identify(event.key)] += 1
        self.count += 1
        if not is_nan(event.key):
            assert self.keys[self.identify(event.key)] == 1, "it was there already"
        assert event.array == "new"

    def update(self, event: Any, changed: set[str]) -> None:
        """An entry that was there."""
        assert not changed
        assert self.keys[self.identify(event.key)] == 1, "it was not there"
        assert event.array == "new"

    def delete(self, event: Any, changed: set[str]) -> None:
        """An entry goes; popitem alone takes it from an old chain."""
        assert changed == {"count"}
        assert self.keys[self.identify(event.key)] > 0, "it was not there"
        self.keys[self.identify(event.key)] -= 1
        self.count -= 1
        if not self.keys[self.identify(event.key)]:
            del self.keys[self.identify(event.key)]
        if event.array == "old":
            assert event.bucket not in self.evacuated
            self.waiting -= 1

    def clear(self, event: Any, changed: set[str]) -> None:
        """Nothing is left, no growth is under way; the array stays."""
        assert changed <= {"count", "noverflow", "nevacuate", "growing"}
        self.keys.clear()
        self.count = 0
        assert not event.growing
        assert event.noverflow == event.nevacuate == 0

    def reseed(self, event: Any, changed: set[str]) -> None:
        """An empty map gets another hash0."""
        assert changed == {"hash0"}
        assert event.count == 0

    def grow(self, event: Any, _changed: set[str]) -> None:
        """Twice the buckets."""
        assert event.B == self.now["B"] + 1
        assert not event.flags & SAME_SIZE_GROW
        self._begin(event)

    def same_size_grow(self, event: Any, _changed: set[str]) -> None:
        """As many buckets again."""
        assert event.B == self.now["B"]
        assert event.flags & SAME_SIZE_GROW
        self._begin(event)

    def _begin(self, event: Any) -> None:
        assert not self.now["growing"]
        assert event.growing
        assert event.noverflow == event.nevacuate == 0
        self.old_total, self.evacuated, self.waiting = 1 << self.now["B"], set(), event.count

    def evacuate(self, event: Any, changed: set[str]) -> None:
        """An old chain moves, for the first time."""
        assert changed <= {"noverflow", "nevacuate"}
        assert event.growing
        assert event.array == "old"
        assert event.bucket not in self.evacuated
        assert event.nevacuate >= self.now["nevacuate"]
        assert not (event.flags & SAME_SIZE_GROW and event.moved_y)
        self.evacuated.add(event.bucket)
        assert set(range(self.now["nevacuate"], event.nevacuate)) <= self.evacuated
        self.waiting -= event.moved_x + event.moved_y
        assert self.waiting >= 0

    def grow_done(self, event: Any, changed: set[str]) -> None:
        """Every old chain has moved once, with every entry."""
        assert changed == {"growing"}
        assert self.evacuated == set(range(self.old_total))
        assert event.nevacuate == self.old_total
        assert self.waiting == 0

    def rebuild(self, event: Any, changed: set[str]) -> None:
        """The same entries in another array."""
        assert changed <= {"B", "noverflow", "nevacuate"}
        assert not event.growing

    # ---- against the map

    def check_state(self, event: Any) -> None:
        """The snapshot of an instant is a map as it must be, with the entries told of."""
        h = event.state
        assert {name: getattr(h, name) for name in HEADER} == self.now
        assert Counter(self.identify(key) for _, key, _ in entries(h)) == self.keys
        for array in (h.buckets or (), h.oldbuckets or ()):
            for index, chain in enumerate(array):
                tops = b"".join(bucket.tophash for bucket in chain)
                rest = tops.find(EMPTY_REST)
                assert rest < 0 or not any(tops[rest:]), "something after emptyRest"
                assert all(bucket.index == index for bucket in chain)
        old = h.oldbuckets or ()
        assert {n for n, chain in enumerate(old) if is_evacuated(chain)} == (
            self.evacuated if old else set()
        )
        if h.B < 16:
            assert h.noverflow == sum(len(chain) - 1 for chain in h.buckets or ())
        if event.kind in ENTRY:
            self.check_place(event, h)

    def check_place(self, event: Any, h: Any) -> None:
        """The key lies where the event says; a deleted one did so in the state before."""
        if event.kind != "delete":
            self.check_stored(event, h)
            return
        assert self.bucket_of(event, h).tophash[event.slot] <= EMPTY_ONE
        if self.state is not None and h is event.state:
            self.check_stored(event, self.state)

    def check_stored(self, event: Any, h: Any) -> None:
        """The key of the event is in the snapshot, in its place."""
        bucket = self.bucket_of(event, h)
        stored = bucket.keys[event.slot]
        assert bucket.tophash[event.slot] > EMPTY_ONE
        assert self.identify(stored) == self.identify(event.key)
        assert repr(stored) == repr(event.key)

    @staticmethod
    def bucket_of(event: Any, h: Any) -> Any:
        """The bucket that the event names."""
        array = h.oldbuckets if event.array == "old" else h.buckets
        return array[event.bucket][event.position]

    def check(self, m: Any, events: list[Any]) -> None:
        """After an operation with these events the map is what they have told."""
        h = inspect.hmap(m)
        assert {name: getattr(h, name) for name in HEADER} == self.now
        assert Counter(self.identify(key) for _, key, _ in entries(h)) == self.keys
        history = {name: n + self.counters[name] for name, n in self.history.items()}
        assert self.history_of(m) == history
        if events:
            assert events[-1].bytes_total == sys.getsizeof(m)
            if events[-1].kind in ENTRY:
                self.check_place(events[-1], h)
            if events[-1].state is not None:
                assert repr(events[-1].state) == repr(h)
