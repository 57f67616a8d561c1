"""A map is a reference; copies and comparisons are one word each.

The guide writes copyMap, deepCopyMap and mapsEqual by hand, for Go has no `==` for maps. A
Map has `copy()`, `copy.deepcopy` and `==`, and order never matters.

    python examples/guide/copy_and_compare.py
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from gomap import Map


@dataclass
class User:
    """An element that can be changed."""

    name: str
    visits: int = 0


def modify(m: Map[str, int]) -> None:
    """Change the caller's map: func modifyMap(m map[string]int)."""
    m["d"] = 4


def main() -> None:
    """Share, copy, copy deeply, compare."""
    original = Map[str, int]({"a": 1, "b": 2})
    alias, independent = original, original.copy()
    alias["c"] = 3
    modify(original)
    print("original:", original)
    print("copy:    ", independent)

    users = Map[str, User]({"alice": User("alice")})
    shallow, deep = users.copy(), copy.deepcopy(users)
    users["alice"].visits += 1
    print("visits:   shallow", shallow["alice"].visits, "deep", deep["alice"].visits)

    backwards = Map[str, int](reversed([*original.items()]))
    print("equal:   ", backwards == original, backwards == {"a": 1, "b": 2, "c": 3, "d": 4})
    backwards["d"] = 5
    print("changed: ", backwards == original)
    zero, absent = Map[str, int]({"a": 0}), Map[str, int]({"b": 0})
    print("an entry of zero is not an absent one:", zero == absent)


if __name__ == "__main__":
    main()
