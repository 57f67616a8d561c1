"""Shorthands for looking inside a map in tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gomap import inspect


def assert_valid(m: Any) -> None:
    """The validator has nothing to say."""
    broken = inspect.validate(m)
    assert broken is None, broken


def flags(m: Any) -> int:
    """The header's flags."""
    return int(inspect.hmap(m).flags)


def chains(m: Any) -> list[tuple[Any, ...]]:
    """Every chain that may hold entries, those not yet evacuated included."""
    hmap = inspect.hmap(m)
    return [*(hmap.buckets or ()), *(hmap.oldbuckets or ())]


def slots(m: Any) -> list[tuple[int, Any, Any]]:
    """Tophash, key, element of every occupied slot, in layout order."""
    return [
        (top, key, elem)
        for chain in chains(m)
        for bucket in chain
        for top, key, elem in zip(bucket.tophash, bucket.keys, bucket.elems, strict=True)
        if top >= 5
    ]


def layout(m: Any) -> Any:
    """Everything of the snapshot that can be compared with another map's."""
    hmap = inspect.hmap(m)

    def dump(array: Any) -> Any:
        return array and [
            [(b.tophash, b.keys, b.elems, b.preallocated) for b in chain] for chain in array
        ]

    header = (hmap.count, hmap.flags, hmap.B, hmap.noverflow, hmap.nevacuate)
    return header, dump(hmap.buckets), dump(hmap.oldbuckets), hmap.next_overflow


def spread(keys: Iterable[Any], bits: int = 64) -> dict[Any, int]:
    """A hash for each key, well mixed and the same in every run."""
    from golden.computed import mix

    return {key: mix(number) >> (64 - bits) for number, key in enumerate(keys)}


def pile_up(m: Any, per_bucket: int = 24) -> list[int]:
    """Fill one bucket after the other and empty it again, until a same-size growth starts.

    For a map whose hash is the key itself.  Returns the keys that are left.
    """
    buckets = 1 << inspect.hmap(m).B
    left: list[int] = []
    for bucket in range(buckets):
        keys = [bucket + n * buckets for n in range(per_bucket)]
        for key in keys:
            m[key] = key
            if inspect.stats(m).same_size_growths:
                return [*left, *keys[: keys.index(key) + 1]]
        for key in keys[1:]:
            del m[key]
        left.append(keys[0])
    raise AssertionError("no same-size growth")


def fill_until_growing(m: Any, keys: Iterable[Any], elem: Any = 0) -> list[Any]:
    """Insert keys until a growth is under way; return those inserted."""
    used = []
    for key in keys:
        m[key] = elem
        used.append(key)
        if len(used) > 50 and inspect.hmap(m).growing:
            return used
    raise AssertionError("no growth under way")
