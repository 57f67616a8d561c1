"""A few entries in order: a sorted list and binary search.

For a small table that seldom changes, and for whoever needs order, the guide prefers a sorted
slice. Its search returns 0 for what is not there, which might be an element: comma-ok instead.

    python examples/guide/small_table.py
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from gomap import Map


class SortedTable:
    """[]KeyValue in order of keys; made once, from any mapping."""

    def __init__(self, contents: Mapping[str, int]) -> None:
        self._items = sorted(contents.items())

    def lookup(self, key: str) -> tuple[int, bool]:
        """Return (element, True) or (0, False), in log2(n) comparisons."""
        at = bisect_left(self._items, (key,))
        if at < len(self._items) and self._items[at][0] == key:
            return self._items[at][1], True
        return 0, False

    def between(self, first: str, last: str) -> list[tuple[str, int]]:
        """Return the items from first up to but not last: what a map cannot do."""
        return self._items[bisect_left(self._items, (first,)) : bisect_left(self._items, (last,))]


def main() -> None:
    """Ask a map and its sorted copy the same."""
    ages = Map[str, int]({"charlie": 35, "alice": 30, "baby": 0, "bob": 25})
    table = SortedTable(ages)
    for name in ("alice", "baby", "zoe"):
        print(f"{name:6} map {ages.lookup(name)}, table {table.lookup(name)}")
    print("from b to c:", table.between("b", "c"))


if __name__ == "__main__":
    main()
