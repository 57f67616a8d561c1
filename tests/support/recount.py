"""What `inspect.stats` and `inspect.explain` say, counted again from `inspect.hmap`.

Written from SPEC 4 and Go's map.go, by looking at one bucket after the other; the
engine's walks and sums are not used.  Bytes follow from the sizes of slots, and of
the headers from the smallest maps there are.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import gomap
from golden.subjects import GO_SIZES
from gomap import inspect
from support.reference import spares, tophash_of

SLOTS, EMPTY_REST, EMPTY_ONE, MIN_TOPHASH = 8, 0, 1, 5
LINE = 64
SIZED: dict[Any, int] = {
    getattr(gomap, name): size
    for size, names in {
        1: "int8 uint8 bool_",
        2: "int16 uint16",
        4: "int32 uint32 float32",
        8: "int64 uint64 float64",
        16: "complex128",
    }.items()
    for name in names.split()
}
"""Bytes of an unboxed slot, in Go as here."""
GO: dict[Any, int] = {**GO_SIZES, **SIZED, bytes: 16, bool: 1, complex: 16}
"""Bytes that Go gives the type; a class is a pointer."""


class Sizes(NamedTuple):
    """Bytes of a map's slots and buckets."""

    key: int
    elem: int
    bucket: int
    go_bucket: int


def _bucket_bytes(key: int, elem: int) -> int:
    """Eight tophash bytes, eight keys, eight elements, a pointer."""
    return -(-(SLOTS * (1 + key + elem) + 8) // 8) * 8


def sizes_of(cls: Any, hashed: bool) -> Sizes:
    """A boxed key is a reference and its hash, and a hash from ``hasher=`` is kept too."""
    key, elem = SIZED.get(cls.key_type, 8), SIZED.get(cls.elem_type, 8)
    if hashed or cls.key_type not in SIZED:
        key = max(key, 8) + 8
    go = _bucket_bytes(GO.get(cls.key_type, 8), GO.get(cls.elem_type, 8))
    return Sizes(key, elem, _bucket_bytes(key, elem), go)


# ---- what lies where -----------------------------------------------------------------


class Place(NamedTuple):
    """Where an entry lies."""

    array: str
    chain: int
    position: int
    slot: int
    bucket: Any
    """The Bucket that it lies in."""


def used(bucket: Any) -> int:
    """Occupied slots."""
    return sum(top >= MIN_TOPHASH for top in bucket.tophash)


def is_evacuated(chain: Any) -> bool:
    """The first slot of its first bucket tells."""
    return EMPTY_ONE < chain[0].tophash[0] < MIN_TOPHASH


def entries(h: Any) -> Iterator[tuple[Place, Any, Any]]:
    """Every entry with its place, the old array first."""
    for name, array in (("old", h.oldbuckets), ("new", h.buckets)):
        for index, chain in enumerate(array or ()):
            for position, bucket in enumerate(chain):
                for slot, top in enumerate(bucket.tophash):
                    if top >= MIN_TOPHASH:
                        place = Place(name, index, position, slot, bucket)
                        yield place, bucket.keys[slot], bucket.elems[slot]


def locate(h: Any, is_key: Callable[[Any], bool]) -> Place | None:
    """Where the only entry lies whose key is the one; None when there is none."""
    places = [place for place, key, _ in entries(h) if is_key(key)]
    assert len(places) <= 1, "a key is there twice"
    return places[0] if places else None


def reachable(h: Any) -> list[Any]:
    """The chains that a lookup reads: old ones not yet evacuated, and those it has filled."""
    if h.buckets is None:
        return []
    if h.oldbuckets is None:
        return list(h.buckets)
    moved = [is_evacuated(chain) for chain in h.oldbuckets]
    waiting = [chain for chain, gone in zip(h.oldbuckets, moved, strict=True) if not gone]
    return waiting + [c for i, c in enumerate(h.buckets) if moved[i % len(moved)]]


# ---- stats -----------------------------------------------------------------------------


def _histogram(values: Iterable[int], size: int) -> list[int]:
    counts = Counter(values)
    return [counts[n] for n in range(size)]


def _figures(h: Any, sizes: Sizes) -> dict[str, Any]:
    """Histograms and the four figures, over the chains that a lookup can reach."""
    empty: Any = inspect.Bucket((0, bytes(SLOTS), (None,) * SLOTS, (None,) * SLOTS, None))
    chains = reachable(h) or [(empty,)]
    buckets = [bucket for chain in chains for bucket in chain]
    looks = [sum(used(bucket) for bucket in chain) for chain in chains]
    overhead = len(buckets) * sizes.bucket - h.count * (sizes.key + sizes.elem)
    hits = sum(place for n in looks for place in range(1, n + 1))
    tops = [t for bucket in buckets for t in bucket.tophash if t >= MIN_TOPHASH]
    return {
        "occupancy": _histogram((used(chain[0]) for chain in chains), SLOTS + 1),
        "chain_lengths": _histogram((len(c) - 1 for c in chains), max(map(len, chains))),
        "tophash_counts": _histogram(tops, 256),
        "pct_overflow": 100 * sum(len(chain) > 1 for chain in chains) / len(chains),
        "bytes_per_entry": overhead / h.count if h.count else 0.0,
        "hit_probe": hits / h.count if h.count else 0.0,
        "miss_probe": sum(looks) / len(chains),
    }


def stats_of(h: Any, sizes: Sizes) -> dict[str, Any]:
    """Every field of Stats that a snapshot alone decides."""
    chains, old = h.buckets or (), h.oldbuckets or ()
    overflow = sum(len(chain) - 1 for chain in chains)
    here = sum(used(bucket) for chain in chains for bucket in chain)
    slots = SLOTS * (len(chains) + overflow)
    return {
        **{name: getattr(h, name) for name in ("count", "B", "flags", "hash0", "noverflow")},
        **{name: getattr(h, name) for name in ("growing", "nevacuate")},
        **_figures(h, sizes),
        "buckets": 1 << h.B,
        "old_buckets": len(old),
        "old_total": len(old),
        "overflow_buckets": overflow,
        "old_overflow_buckets": sum(len(chain) - 1 for chain in old),
        "load_factor": h.count / (1 << h.B),
        "bytes_buckets": len(chains) * sizes.bucket,
        "bytes_overflow": overflow * sizes.bucket,
        "bytes_empty_slots": (slots - here) * (sizes.key + sizes.elem),
        "evacuated": sum(map(is_evacuated, old)),
    }


HISTORY = {"doublings", "same_size_growths", "reseeds"}
"""What no snapshot shows: `check_stats` compares it with what the caller has counted."""
BOUNDED = {"bytes_header", "bytes_old", "bytes_spare", "bytes_total"}
"""What depends on blocks of overflow buckets, some of them unused: see `check_bytes`."""


class Blocks(NamedTuple):
    """Overflow buckets of an array that came in blocks of their own."""

    in_chains: int
    header: int = 32

    def can_measure(self, size: int, bucket: int) -> bool:
        """Whether blocks with these buckets can take so many bytes in all."""
        return any(self.have(size - n * bucket, n) for n in range(self.in_chains, 4096))

    def have(self, headers: int, n: int) -> bool:
        """Whether these are the bytes of the headers of 1 to n blocks; none for none."""
        return headers % self.header == 0 and (n > 0) <= headers // self.header <= n


def _singles(chains: Iterable[Any]) -> int:
    return sum(bucket.preallocated is None for chain in chains for bucket in chain[1:])


def _headers(cls: Any, **options: Any) -> tuple[int, int]:
    """Bytes of a map without a bucket, and of an array's header."""
    empty, hinted = cls(**options), cls(hint=9, **options)
    base, with_array = inspect.stats(empty).bytes_header, inspect.stats(hinted).bytes_header
    return base, with_array - base


def check_bytes(m: Any, h: Any, s: Any, sizes: Sizes, iterated: bool, **options: Any) -> None:
    """The bytes add up, and are what the arrays must take."""
    parts = (s.bytes_header, s.bytes_buckets, s.bytes_overflow, s.bytes_old, s.bytes_spare)
    assert sum(parts) == s.bytes_total == sys.getsizeof(m)
    base, array_header = (sys.getsizeof(m), 0) if m.is_nil else _headers(type(m), **options)
    chains, old = h.buckets or (), h.oldbuckets or ()
    handed_out = sum(b.preallocated is not None for chain in chains for b in chain)
    in_array = spares(h.B, sizes.go_bucket) if chains else 0
    assert h.next_overflow == (handed_out if handed_out < in_array else None)
    unused, rest = divmod(s.bytes_spare, sizes.bucket)
    assert rest == 0
    in_blocks = _singles(chains) + unused - (in_array - handed_out)
    assert in_blocks >= _singles(chains)
    headers = s.bytes_header - base - (array_header if chains else 0)
    assert Blocks(in_blocks).have(headers, in_blocks)
    left = s.bytes_old
    if old:
        n = len(old)
        left -= array_header + (n + spares(n.bit_length() - 1, sizes.go_bucket)) * sizes.bucket
    if iterated:
        assert left >= _singles(old) * sizes.bucket
    else:
        assert Blocks(_singles(old)).can_measure(left, sizes.bucket)


def check_stats(
    m: Any, history: dict[str, int] | None = None, iterated: bool = True, **options: Any
) -> Any:
    """Every field of ``stats(m)`` is the recount; ``options`` are those the map was made with."""
    h, s = inspect.hmap(m), inspect.stats(m)
    got = s.as_dict()
    sizes = sizes_of(type(m), options.get("hasher") is not None)
    expected = stats_of(h, sizes)
    assert {**expected, **dict.fromkeys(HISTORY | BOUNDED)}.keys() == got.keys()
    assert {name: got[name] for name in expected} == expected
    assert {name: got[name] for name in history or {}} == (history or {})
    check_bytes(m, h, s, sizes, iterated, **options)
    if h.B < 16:
        assert h.noverflow == s.overflow_buckets
    return s


# ---- explain ---------------------------------------------------------------------------


def steps_of(chain: Any, top: int, is_key: Callable[[Any], bool]) -> list[tuple[Any, ...]]:
    """The slots that Go's mapaccess looks at, with what it makes of each."""
    steps: list[tuple[Any, ...]] = []
    for position, bucket in enumerate(chain):
        for slot, (seen, key) in enumerate(zip(bucket.tophash, bucket.keys, strict=True)):
            if seen == top:
                verdict = "found" if is_key(key) else "other key"
            else:
                verdict = {EMPTY_REST: "rest", EMPTY_ONE: "empty"}.get(seen, "other tophash")
            steps.append((position, slot, seen, verdict))
            if verdict in ("rest", "found"):
                return steps
    return steps


def explanation_of(h: Any, hashed: int, is_key: Callable[[Any], bool], zero: Any) -> dict[str, Any]:
    """Every field of Explanation but ``cache_lines``."""
    index, array, chain = hashed % (1 << h.B), "new", h.buckets and h.buckets[hashed % (1 << h.B)]
    if h.count and h.growing and not is_evacuated(h.oldbuckets[hashed % len(h.oldbuckets)]):
        index, array = hashed % len(h.oldbuckets), "old"
        chain = h.oldbuckets[index]
    steps = steps_of(chain if h.count else (), tophash_of(hashed), is_key)
    found = bool(steps) and steps[-1][3] == "found"
    return {
        "hash": hashed,
        "bucket": index,
        "tophash": tophash_of(hashed),
        "array": array,
        "found": found,
        "element": chain[steps[-1][0]].elems[steps[-1][1]] if found else zero,
        "key_comparisons": sum(step[3] in ("found", "other key") for step in steps),
        "slots_examined": len(steps),
        "steps": tuple(steps),
    }


def _reads(e: Any, position: int, length: int, sizes: Sizes) -> Iterator[tuple[int, int]]:
    """Offset and size of what a lookup reads of one bucket."""
    steps = [step for step in e.steps if step.position == position]
    yield 0, SLOTS
    for step in steps:
        if step.verdict in ("found", "other key"):
            yield SLOTS + step.slot * sizes.key, sizes.key
        if step.verdict == "found":
            yield SLOTS * (1 + sizes.key) + step.slot * sizes.elem, sizes.elem
    if steps[-1].verdict not in ("found", "rest"):
        yield sizes.bucket - 8, 8
    assert position < length


def _lines(address: int, reads: list[tuple[int, int]]) -> set[int]:
    return {
        line
        for offset, size in reads
        for line in range((address + offset) // LINE, (address + offset + size - 1) // LINE + 1)
    }


def starts_that_explain(h: Any, e: Any, sizes: Sizes) -> set[int]:
    """Addresses (modulo a line) of the array under which ``cache_lines`` is right.

    Overflow buckets in blocks of their own lie anywhere, also beside each other: with
    them there are bounds only.
    """
    array = (h.oldbuckets if e.array == "old" else h.buckets) or ()
    chain = array[e.bucket] if e.steps else ()
    if not chain:
        return set(range(0, LINE, 8)) if e.cache_lines == 0 else set()
    reads = [list(_reads(e, n, len(chain), sizes)) for n in range(e.steps[-1].position + 1)]
    fits = set()
    for start in range(0, LINE, 8):
        known: set[int] = set()
        loose = []
        for position, bucket in enumerate(chain[: len(reads)]):
            if position and bucket.preallocated is None:
                loose.append([len(_lines(s, reads[position])) for s in range(0, LINE, 8)])
            else:
                index = len(array) + bucket.preallocated if position else e.bucket
                known |= _lines(start + index * sizes.bucket, reads[position])
        most = len(known) + sum(map(max, loose))
        if len(known) <= e.cache_lines <= most and (loose or e.cache_lines == len(known)):
            fits.add(start)
    return fits
