"""How a map grows, that it never shrinks by itself, and what bad hashes do; measured.

The guide says 10,000 inserts grow a map "~13" times, that memory must be won back by copying,
and leaves its countOverflowBuckets "conceptual". The engine's own counters know.

    python examples/guide/memory.py
"""

from __future__ import annotations

import sys

from gomap import Map, inspect, int64


def filled(n: int, hint: int = 0) -> Map[int, int]:
    """Return a map of n numbers, inserted one by one."""
    m = Map[int64, int64](hint=hint, seed=7)  # the same layout in every run
    for i in range(n):
        m[i] = i
    return m


def keep(m: Map[int, int], n: int) -> None:
    """Delete all but n entries, as in the guide."""
    for key in m:
        if len(m) <= n:
            break
        del m[key]


def overflow_buckets(m: Map[int, int]) -> int:
    """Return how many buckets hang behind others."""
    return inspect.stats(m).overflow_buckets


def main() -> None:
    """Grow with and without a hint, delete, shrink, collide."""
    for hint in (0, 10_000):
        stats = inspect.stats(filled(10_000, hint))
        print(f"hint {hint:>6,}: {stats.doublings:>2} doublings to {stats.buckets:,} buckets")

    m = filled(100_000)
    full = sys.getsizeof(m)
    keep(m, 10)
    print(f"100,000 entries {full:,} bytes; 10 of them left {sys.getsizeof(m):,}")
    m.shrink()
    print(f"after shrink() {sys.getsizeof(m):,} bytes, {len(m)} entries")

    good = filled(1000)
    bad = Map[int64, int64](hasher=lambda key, seed: 42, hint=1000)
    bad.update(good)
    print(
        f"overflow buckets: {overflow_buckets(good)}, with one hash for all {overflow_buckets(bad)}"
    )


if __name__ == "__main__":
    main()
