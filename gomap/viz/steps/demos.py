"""Scripts made to be explored: each shows one thing that the map does.

>>> sorted(DEMOS)
['delete', 'evacuation', 'growth', 'iterator', 'overflow', 'same_size_growth', 'story']
>>> m, operations = demo("growth")
>>> m, operations[0]
(Map[int, int](), ('set', 0, 0))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gomap import Map, inspect

__all__ = ["DEMOS", "demo"]

Script = list[tuple[Any, ...]]
_SEED = 1


def _sets(keys: Any) -> Script:
    return [("set", key, key * key) for key in keys]


def _growth() -> tuple[Any, Script]:
    """From nothing over the first array to four buckets."""
    return Map[int, int](seed=_SEED), _sets(range(16))


def _evacuation() -> tuple[Any, Script]:
    """Sixteen buckets move to thirty-two, one or two with each write; reads move none."""
    m = Map[int, int](zip(range(52), range(52), strict=True), seed=_SEED)
    keys = iter(range(52, 70))
    script: Script = [("get", 3), *_sets([next(keys)])]
    script += [("get", 3), ("get", 1000), ("delete", 5), ("delete", 999), *_sets(keys)]
    return m, script


def _overflow() -> tuple[Any, Script]:
    """Keys of one bucket of four: its ninth entry needs an overflow bucket."""
    m = Map[int, int](hint=20, seed=_SEED)
    keys = _keys_of(m, 1)
    chosen = [next(keys) for _ in range(18)]
    return m, [*_sets(chosen), ("get", chosen[0]), ("get", chosen[17]), ("get", next(keys))]


def _same_size_growth() -> tuple[Any, Script]:
    """Buckets fill and empty in turn, until there is more air than entries."""
    m = Map[int, int](hint=10, seed=_SEED)
    script: Script = []
    for bucket in range(2**1):
        keys = _keys_of(m, bucket)
        chosen = [next(keys) for _ in range(9)]
        script += [*_sets(chosen), *(("delete", key) for key in chosen[bucket : 8 + bucket])]
    return m, [*script, *_sets(range(10_000, 10_004))]


def _delete() -> tuple[Any, Script]:
    """Deleting from the end and from the middle; clear; the last entry takes the seed with it."""
    script = [*_sets(range(10)), *(("delete", key) for key in (3, 8, 9, 0))]
    return Map[int, int](), [*script, ("delete", 77), ("clear",), *_sets([1]), ("delete", 1)]


def _iterator() -> tuple[Any, Script]:
    """An iterator in a map that grows: it reads what is not evacuated in the old array."""
    m = Map[int, int](zip(range(27), range(27), strict=True), seed=_SEED)
    m.finish_growth()
    script: Script = [*_sets(range(27, 53)), ("iterate", 6, 5), *[("next",)] * 8]
    script += [("set", 53, 53), *[("next",)] * 9, ("delete", 11), *[("next",)] * 4]
    script += [*_sets(range(54, 60)), *[("next",)] * 8]
    return m, script


def _story() -> tuple[Any, Script]:
    """All of it in one: growth, lookups, evacuation, deletes, an iterator, clear."""
    words = ["go", "map", "hmap", "bmap", "tophash", "bucket", "overflow", "evacuate"]
    words += ["grow", "hash", "seed", "slot", "key", "elem"]
    script: Script = [("get", "go")]
    script += [("set", word, len(word)) for word in words[:8]]
    script += [("get", "slot"), ("get", "hmap"), ("set", "hmap", 48)]
    script += [("set", word, len(word)) for word in words[8:]]
    script += [("get", "go"), ("iterate",), ("next",), ("next",), ("delete", "seed")]
    script += [("set", "oldbuckets", 10), *[("next",)] * 14, ("delete", "absent"), ("clear",)]
    return Map[str, int](seed=_SEED), script


def _keys_of(m: Any, bucket: int) -> Iterator[int]:
    """Yield keys that the map's own hash sends to a bucket, as it is now."""
    return (key for key in range(100_000) if inspect.explain(m, key).bucket == bucket)


DEMOS = {
    "story": _story,
    "growth": _growth,
    "evacuation": _evacuation,
    "overflow": _overflow,
    "same_size_growth": _same_size_growth,
    "delete": _delete,
    "iterator": _iterator,
}


def demo(name: str) -> tuple[Any, Script]:
    """demo(name): the map and the script of a demo.  Raises ValueError for another name."""
    if name not in DEMOS:
        raise ValueError(f"no demo {name!r}; there are {', '.join(DEMOS)}")
    return DEMOS[name]()
