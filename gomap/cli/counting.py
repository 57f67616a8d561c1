"""Counting keys into a map while noting each time it grows.

Asking the map about itself after every key would take longer than the counting.
It is not needed: a key adds one entry at most, so a slice no longer than the room
left before the next growth cannot hide one. Full maps are the only moments at which
a growth can start, and only there is the map looked at; over all doublings those
looks cost about as much as one look at the final map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gomap import Map, inspect

# Keys counted between two looks at a full map's length.
FULL_SLICE = 4096


@dataclass(frozen=True)
class GrowthStep:
    """The map as it was, full, when its next new key made it double."""

    count: int
    B: int
    noverflow: int
    overflow_buckets: int
    pct_overflow: float


def entries_when_full(B: int) -> int:
    """Return how many entries 2**B buckets take: the next new one doubles them.

    >>> [entries_when_full(B) for B in range(5)]
    [8, 13, 26, 52, 104]
    """
    return max(8, 13 * ((1 << B) // 2))


class Count:
    """Keys counted into a map, and how it grew on the way."""

    def __init__(self, m: Map[Any, int]) -> None:
        self.map = m
        self.keys = 0
        self.growth: list[GrowthStep] = []
        self._B = inspect.stats(m).B
        self._full: GrowthStep | None = None

    def feed(self, keys: list[str] | list[int]) -> None:
        """Count these keys."""
        add = self.map.add
        start = 0
        while start < len(keys):
            stop = start + self._safe_slice()
            for key in keys[start:stop]:
                add(key, 1)
            start = stop
            self._note_growth()
        self.keys += len(keys)

    def _safe_slice(self) -> int:
        """Return how many keys can be counted with one growth at most, seen from full."""
        room = entries_when_full(self._B) - len(self.map)
        if room > 0:
            return room
        if self._full is None:
            self._full = self._look()
        return min(FULL_SLICE, entries_when_full(self._B + 1) - len(self.map))

    def _look(self) -> GrowthStep:
        now = inspect.stats(self.map)
        self._B = now.B
        return GrowthStep(now.count, now.B, now.noverflow, now.overflow_buckets, now.pct_overflow)

    def _note_growth(self) -> None:
        if self._full is not None and len(self.map) > self._full.count:
            self.growth.append(self._full)
            self._full = None
            self._B += 1
