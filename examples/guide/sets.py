"""Sets: maps to bool, whose absent keys read as False.

Who was new? `add` returns the element it leaves, so that `add(k, 1) == 1` is the one call that
finds a key new, in any number of threads; the guide's `visitors[ip] = true` cannot tell. A set
of numbers stores nine bytes an entry, and whole arrays go in and are looked up at once.

    python examples/guide/sets.py
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from gomap import Map, bool_, int64


class Visitors:
    """map[string]int: addresses and their visits."""

    def __init__(self) -> None:
        self.visits = Map[str, int]()

    def __len__(self) -> int:
        return len(self.visits)

    def record(self, address: str) -> bool:
        """Count a visit and say whether it was the first."""
        return self.visits.add(address, 1) == 1


def id_set(ids: Iterable[int]) -> Map[int, bool]:
    """Return a set of 64-bit ids."""
    found = Map[int64, bool_]()
    found.set_many(array("q", ids), True)
    return found


def main() -> None:
    """Unique visitors, then sets of ids."""
    monday = Visitors()
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.1"):
        print(address, "is new" if monday.record(address) else "was here before")
    print(f"{len(monday)} visitors, {sum(monday.visits.values())} visits")

    allowed = Map[str, bool].fromkeys(("alice", "bob"), True)
    print(f"alice {allowed['alice']}, eve {allowed['eve']}; the set has {len(allowed)}")

    paid, active = id_set(range(0, 100, 2)), id_set(range(0, 100, 3))
    both, either = paid.keys() & active.keys(), paid.keys() | active.keys()
    print(f"paid {len(paid)}, active {len(active)}, both {len(both)}, either {len(either)}")
    print("which of 1, 2, 3 paid:", list(paid.contains_many(array("q", [1, 2, 3]))))


if __name__ == "__main__":
    main()
