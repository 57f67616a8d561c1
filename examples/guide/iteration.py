"""Iterating: in random order, in sorted order, and while the map changes.

The guide warns against changes on the way and says that a deleted entry may still come. Go's
specification, and gomap, promise more: what is deleted before it is reached never comes, what
stays comes exactly once; only of what is inserted meanwhile nothing is promised.

    python examples/guide/iteration.py
"""

from __future__ import annotations

from gomap import Map


def orders(m: Map[str, int], times: int) -> set[tuple[str, ...]]:
    """Return the different orders that so many iterations show."""
    return {tuple(m) for _ in range(times)}


def delete_pairs(m: Map[int, int]) -> list[int]:
    """Visit each number and delete its partner, one more or one less; return the visited."""
    visited = []
    for number in m:
        visited.append(number)
        del m[number ^ 1]
    return visited


def double_and_insert(m: Map[int, int]) -> list[int]:
    """Double every element and insert a few on the way; return the keys visited."""
    visited = []
    for key, elem in m.items():
        visited.append(key)
        m[key] = elem * 2
        if len(m) < 100:
            m[1000 + key] = elem
    return visited


def main() -> None:
    """Show what is random, and what is not."""
    m = Map[str, int]({name: n for n, name in enumerate("abcdef")})
    print("orders in 100 iterations: more than one is", len(orders(m, 100)) > 1)
    print("sorted:", ", ".join(f"{key}: {m[key]}" for key in sorted(m)))
    replays = [list(Map[str, int](sorted(m.items()), seed=7)) for _ in range(2)]
    print("the same seed, the same order:", replays[0] == replays[1])

    pairs = Map[int, int]((n, n) for n in range(50))
    visited = delete_pairs(pairs)
    print(
        f"visited {len(visited)} of 50, one of each pair, left: {sorted(visited) == sorted(pairs)}"
    )

    numbers = Map[int, int]((n, 1) for n in range(50))
    visited = double_and_insert(numbers)
    old = sorted(key for key in visited if key < 1000)
    print("all 50 came once while others were inserted:", old == list(range(50)))

    for key in pairs:
        del pairs[key]
    print("deleted all of them while iterating:", pairs)


if __name__ == "__main__":
    main()
