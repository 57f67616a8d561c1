"""Looking inside a live map: its header, buckets and figures, read from the engine.

>>> from gomap import Map, inspect, int64
>>> m = Map[int64, int64]({k: k for k in range(20)})
>>> inspect.validate(m) is None
True
>>> inspect.stats(m).count
20
"""

from __future__ import annotations

import dataclasses
import operator
import sys
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from . import _gomap
from ._gomap import Bucket, Event, Hmap, chain_counts, hmap, iterate, validate
from ._gotable import GO_LOAD_TABLE, GoLoad
from ._shown import Shown, ShownInNotebook

__all__ = [
    "GO_LOAD_TABLE",
    "MOST_SEEDS",
    "Bucket",
    "Cursor",
    "Event",
    "Events",
    "Explanation",
    "Hmap",
    "LoadRow",
    "LoadTable",
    "Recording",
    "Stats",
    "Step",
    "chain_counts",
    "cursor",
    "explain",
    "hmap",
    "iterate",
    "load_factor_table",
    "record",
    "stats",
    "validate",
]


@dataclasses.dataclass(frozen=True, slots=True)
class Stats(Shown):
    """What a map looks like inside, in numbers: see `stats`."""

    _drawn_as = "stats"

    #: Entries.
    count: int
    #: log2 of the number of buckets.
    B: int
    #: iterator 1, oldIterator 2, hashWriting 4, sameSizeGrow 8.
    flags: int
    #: The hash seed.
    hash0: int
    #: 2**B, also before the array exists.
    buckets: int
    #: Buckets of the array being evacuated; 0 when not growing.
    old_buckets: int
    #: Overflow buckets in chains of the present array.
    overflow_buckets: int
    #: Overflow buckets in chains of the old array.
    old_overflow_buckets: int
    #: Go's own count of overflow buckets; an estimate from B = 16 on.
    noverflow: int
    #: Entries per bucket: count / 2**B.
    load_factor: float
    #: Percentage of chains with an overflow bucket.
    pct_overflow: float
    #: Bytes of overhead per entry: buckets in use less keys and elements.
    bytes_per_entry: float
    #: Entries looked at by a lookup that finds its key, on average.
    hit_probe: float
    #: Entries looked at by a lookup that does not, on average.
    miss_probe: float
    #: Chains by used slots of their first bucket, 0 to 8.
    occupancy: list[int]
    #: Chains by number of overflow buckets.
    chain_lengths: list[int]
    #: Entries by tophash byte; 0 to 4 are states and hold none.
    tophash_counts: list[int]
    #: The map object and the engine's header.
    bytes_header: int
    #: The present array's own buckets.
    bytes_buckets: int
    #: Its overflow buckets in use.
    bytes_overflow: int
    #: Old arrays: being evacuated, or kept for iterators.
    bytes_old: int
    #: Overflow buckets allocated ahead and not used.
    bytes_spare: int
    #: All of the above: what ``sys.getsizeof(m)`` says.
    bytes_total: int
    #: Key and element slots without an entry, in the present array's buckets.
    bytes_empty_slots: int
    #: Growths to twice the buckets so far.
    doublings: int
    #: Growths that kept the number of buckets so far.
    same_size_growths: int
    #: Times that hash0 was drawn anew.
    reseeds: int
    #: True while old buckets are being evacuated.
    growing: bool
    #: Old buckets evacuated, of `old_total`.
    evacuated: int
    #: Old buckets in all.
    old_total: int
    #: Old buckets below this number have been evacuated.
    nevacuate: int

    def as_dict(self) -> dict[str, Any]:
        """as_dict(): the figures by name, in order; lists are copies.

        >>> from gomap import Map, inspect
        >>> inspect.stats(Map()).as_dict()["count"]
        0
        """
        return dataclasses.asdict(self)


#: Fields of Stats that the engine gives under the same name.
_PLAIN = (
    *("count", "B", "flags", "hash0", "buckets", "old_buckets", "overflow_buckets"),
    *("old_overflow_buckets", "noverflow", "occupancy", "chain_lengths", "tophash_counts"),
    *("bytes_buckets", "bytes_overflow", "bytes_old", "bytes_spare", "bytes_empty_slots"),
    *("doublings", "same_size_growths", "reseeds", "growing", "evacuated", "nevacuate"),
)


def _per(total: float, n: int) -> float:
    return total / n if n else 0.0


def stats(m: Any, /, *, progress: Callable[[float], object] | None = None) -> Stats:
    """stats(m, /, *, progress=None): the figures of a map, in one walk of its buckets.

    O(buckets): some 0.1 s for ten million entries.  For more, `progress` is called with
    the fraction done, some ten times for each million of buckets; what it raises is raised.
    Should it change the map, the walk begins anew; RuntimeError after ten.

    The four figures (`pct_overflow`, `bytes_per_entry`, `hit_probe`, `miss_probe`) are
    those of the table at the head of Go's runtime/map.go, over chains; while the map
    grows, over the chains that a lookup can reach.  `bytes_header`, `bytes_buckets`,
    `bytes_overflow`, `bytes_old` and `bytes_spare` add up to `bytes_total`.  The map is
    not touched.

    >>> from gomap import Map, inspect, int64
    >>> s = inspect.stats(Map[int64, int64]({1: 1, 2: 2}))
    >>> s.count, s.buckets, s.load_factor, s.hit_probe, s.miss_probe
    (2, 1, 2.0, 1.5, 2.0)
    """
    n = _gomap.numbers(m, progress)
    count, chains = n["count"], n["chains"]
    total = sys.getsizeof(m)
    arrays = n["bytes_buckets"] + n["bytes_overflow"] + n["bytes_old"] + n["bytes_spare"]
    overhead = n["bucket_total"] * n["bucket_size"] - count * (n["key_size"] + n["elem_size"])
    return Stats(
        # No comprehension: on CPython 3.11 a function with one that uses its variables loses
        # a reference to its argument when it finds no memory to begin.
        **dict(zip(_PLAIN, operator.itemgetter(*_PLAIN)(n), strict=True)),
        load_factor=count / n["buckets"],
        pct_overflow=_per(100 * n["chains_with_overflow"], chains),
        bytes_per_entry=_per(overhead, count),
        hit_probe=_per(n["hit_total"], count),
        miss_probe=_per(count, chains),
        bytes_header=total - arrays,
        bytes_total=total,
        old_total=n["old_buckets"],
    )


class Step(NamedTuple):
    """One slot that a lookup looked at."""

    #: The bucket's place in its chain, 0 first.
    position: int
    #: The slot in the bucket, 0 to 7.
    slot: int
    #: The byte found there: a state below 5, else the top bits of an entry's hash.
    tophash: int
    #: What the lookup made of it; it ends at "rest" and at "found".
    verdict: Literal["empty", "rest", "other tophash", "other key", "found"]


@dataclasses.dataclass(frozen=True, slots=True)
class Explanation(Shown):
    """The path of one lookup: see `explain`."""

    _drawn_as = "explanation"

    #: The key's 64-bit hash under the map's present hash0.
    hash: int
    #: The chain read: the low bits of the hash.
    bucket: int
    #: The byte looked for: the hash's high eight bits, moved past the states.
    tophash: int
    #: The array read: "old" while the chain has not been evacuated.
    array: Literal["new", "old"]
    #: Whether the key is present.
    found: bool
    #: Its element, or the zero value.
    element: Any
    #: Keys compared in full: those whose tophash byte was the same.
    key_comparisons: int
    #: Slots looked at, one after the other, as Go's runtime does.
    slots_examined: int
    #: Different 64-byte lines of buckets that they lie in.
    cache_lines: int
    #: Each of those slots, in order.
    steps: tuple[Step, ...]

    def as_dict(self) -> dict[str, Any]:
        """as_dict(): the fields by name, in order.

        >>> from gomap import Map, inspect
        >>> inspect.explain(Map[int, int]({1: 10}), 1).as_dict()["found"]
        True
        """
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def __str__(self) -> str:
        """Return the path in words, a line for each slot."""
        where = f"bucket {self.bucket} of the {self.array} array"
        end = f"found: {self.element!r}" if self.found else "absent"
        head = f"hash {self.hash:#018x} -> {where}, tophash {self.tophash:#04x}"
        lines = [
            f"  {'+' * step.position}slot {step.slot}: {step.tophash:#04x}  {step.verdict}"
            for step in self.steps
        ]
        foot = (
            f"{end}, after {self.slots_examined} slots, {self.key_comparisons} key comparisons,"
            f" {self.cache_lines} cache lines"
        )
        return "\n".join([head, *lines, foot])


def explain(m: Any, key: Any, /) -> Explanation:
    """explain(m, key, /): the path of one lookup, slot by slot, in the live map.

    Nothing moves and no flag is left behind.  Raises TypeError or OverflowError for a
    key that the map's type does not take.  O(length of the chain).

    >>> from gomap import Map, inspect
    >>> e = inspect.explain(Map[str, int]({"a": 1, "b": 2}), "b")
    >>> e.found, e.element, e.slots_examined, e.steps[-1].verdict
    (True, 2, 2, 'found')
    """
    fields = _gomap.explain(m, key)
    fields["steps"] = tuple(map(Step._make, fields["steps"]))
    return Explanation(**fields)


class Cursor(NamedTuple):
    """Where an iterator stands: see `cursor`."""

    #: The bucket and the slot in each bucket that its round began with.
    start_bucket: int
    offset: int
    #: The chain of the entry shown last, in the array read; None before the first.
    bucket: int | None
    #: The place of its bucket in that chain, and its slot.
    position: int | None
    slot: int | None
    #: The array read: "left" when it is no longer the map's, only the iterator's.
    array: Literal["new", "old", "left"] | None
    #: Whether the round has come to the array's last bucket, and goes on at its first.
    wrapped: bool
    #: Whether nothing more will come.
    done: bool


def cursor(it: Any, /) -> Cursor:
    """cursor(it, /): where a live iterator of a map stands, in its array.  O(chain).

    `it` is what ``iter()`` gives for a map or for its keys, values or items.  An entry
    that was moved since the iterator was made is shown as it is now, but its place is
    the one in the array that the iterator reads.  Raises TypeError for anything else.

    >>> from gomap import Map, inspect
    >>> it = inspect.iterate(Map[int, int]({1: 10}), 0, 3)
    >>> next(it), inspect.cursor(it).slot, inspect.cursor(it).offset
    ((1, 10), 0, 3)
    """
    at = _gomap.cursor(it)
    return Cursor(**{"bucket": None, "position": None, "slot": None, "array": None, **at})


class Events(ShownInNotebook, list[Event]):
    """The list that `record` gives; a notebook shows it as a table."""

    _drawn_as = "events"


class Recording:
    """What happens to a map while a ``with`` block runs: see `record`."""

    def __init__(self, m: Any, states: bool) -> None:
        """Take the map; nothing is recorded before the block begins."""
        _gomap.record_stop(m, [], False)  # a TypeError for anything but a map
        self._map = m
        self._states = states
        self._events: Events | None = None

    def __enter__(self) -> Events:
        """Begin; return the list that will hold the events."""
        if self._events is not None:
            raise RuntimeError("this recording is under way already")
        events = Events()
        _gomap.record_start(self._map, events, self._states)
        self._events = events
        return events

    def __exit__(self, kind: object, error: object, trace: object, /) -> None:
        """End; MemoryError if an event was lost, unless the block itself failed.

        Ends it without any memory, too.
        """
        events, self._events = self._events, None
        if events is None:
            raise RuntimeError("this recording is not under way")
        whole = _gomap.record_stop(self._map, events, self._states)
        if not whole and kind is None:
            raise MemoryError("the recording has lost events")


def record(m: Any, /, *, states: bool = False) -> Recording:
    """record(m, /, *, states=False): what happens to a map, as a list of events.

    A context manager: its list gets an `Event` for everything that the engine does to
    the map in the ``with`` block, when the operation that caused it ends.  Each has

    - `kind`: assign (a new entry), update (one that was there), delete, clear, reseed
      (another hash0), grow, same_size_grow, evacuate (one old chain moved), grow_done,
      and beyond Go rebuild (`reserve`, `shrink`, a batch that grows the map ahead);
    - what it touched: `key`; `array`, `bucket`, `position`, `slot`; `moved_x`, `moved_y`;
    - the map's figures after it: `count B flags noverflow nevacuate growing hash0
      load_factor bytes_total`;
    - `state`: with ``states=True`` the whole map after it, as `hmap` gives it.

    Recordings may be nested, each with a list of its own (of the same events: with states
    if any of them asked for these), and used again.  Other maps, copies of this one
    included, pay nothing.  Raises TypeError for anything but a map,
    MemoryError at the block's end if events were lost.  O(1) an event; O(buckets) with
    states.

    >>> from gomap import Map, inspect
    >>> m = Map[int, int]({k: k for k in range(8)})
    >>> with inspect.record(m) as events:
    ...     m[8] = 8
    >>> [event.kind for event in events]
    ['grow', 'evacuate', 'grow_done', 'assign']
    >>> events[1].moved_x + events[1].moved_y, events[-1].B
    (8, 1)
    """
    return Recording(m, bool(states))


class LoadRow(NamedTuple):
    """A full map at one load factor, measured on this engine: see `load_factor_table`."""

    #: Entries per bucket of the array.
    load_factor: float
    #: Per cent of chains that have an overflow bucket.
    pct_overflow: float
    #: Overhead bytes per entry: what is not key or element.
    bytes_per_entry: float
    #: Entries looked at to find a key that is there.
    hit_probe: float
    #: Entries looked at to know that a key is not there.
    miss_probe: float
    #: The row that Go published for this load factor.
    published: GoLoad


#: log2 of the buckets in each measured table: enough that chance moves the figures
#: by less than half a per cent.
_TABLE_B = 14
_ENTRY_BYTES = 16
#: What `load_factor_table` takes at most.
MOST_SEEDS = 10_000


class LoadTable(Shown, list[LoadRow]):
    """The rows that `load_factor_table` gives, shown beside Go's."""

    _drawn_as = "load_table"


def _load_row(published: GoLoad, seeds: int) -> LoadRow:
    """Fill `seeds` tables to the load factor of `published`, and read them."""
    count = chains = with_overflow = size = hits = 0
    entries = round(published.load_factor * 2**_TABLE_B)
    for seed in range(seeds):
        figures = _gomap.loaded(_TABLE_B, entries, seed)
        count += figures[0]
        chains += figures[1]
        with_overflow += figures[2]
        size += figures[3]
        hits += figures[4]
    return LoadRow(
        published.load_factor,
        100 * with_overflow / chains,
        (size - count * _ENTRY_BYTES) / count,
        hits / count,
        count / chains,
        published,
    )


def load_factor_table(seeds: int = 1) -> LoadTable:
    """load_factor_table(seeds=1): Go's load factor table, measured on this engine.

    Nine rows from 4.00 to 8.00 entries a bucket, each beside the published one (Go 1.19,
    runtime/map.go): tables of 2**14 buckets, 8-byte keys and elements, filled to exactly
    that load without growing, averaged over `seeds` tables of random keys.  Raises
    ValueError unless 1 <= seeds <= 10000, TypeError unless it is an int.  Some 15 ms a seed.

    >>> from gomap import inspect
    >>> row = inspect.load_factor_table()[5]
    >>> row.load_factor, round(row.miss_probe, 2), row.published.pct_overflow
    (6.5, 6.5, 20.9)
    >>> abs(row.pct_overflow - row.published.pct_overflow) < 1.5
    True
    """
    seeds = operator.index(seeds)
    if not 1 <= seeds <= MOST_SEEDS:
        raise ValueError(f"load_factor_table: seeds must be 1 to {MOST_SEEDS}, not {seeds}")
    return LoadTable([_load_row(published, seeds) for published in GO_LOAD_TABLE])
