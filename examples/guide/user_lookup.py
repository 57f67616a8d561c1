"""Find one user among many: a list looks at half of them, a map at one or two.

The guide says "1-3 operations"; `inspect.explain` walks the real lookup and counts. The element
type `User | None` is Go's *User: an absent name reads as None, nil.

    python examples/guide/user_lookup.py
"""

from __future__ import annotations

from typing import NamedTuple

from gomap import Map, inspect


class User(NamedTuple):
    """A row of users."""

    name: str
    email: str


Users = Map[str, User | None]


def make_users(n: int) -> list[User]:
    """Make n users."""
    return [User(f"user{i:05}", f"user{i:05}@example.com") for i in range(n)]


def index(users: list[User]) -> Map[str, User | None]:
    """Return the users by name: one pass, then each is found at once."""
    return Users({user.name: user for user in users}, hint=len(users))


def comparisons_in_list(users: list[User], name: str) -> int:
    """Return how many names are compared until the right one is found (or none is left)."""
    for looked_at, user in enumerate(users, 1):
        if user.name == name:
            return looked_at
    return len(users)


def comparisons_in_map(users: Map[str, User | None], name: str) -> int:
    """Return how many keys the engine compares to find a name."""
    return inspect.explain(users, name).key_comparisons


def main() -> None:
    """Look for every fiftieth user, both ways."""
    everyone = make_users(5000)
    by_name = index(everyone)
    wanted = [user.name for user in everyone[::50]]
    print("user04999:", by_name["user04999"])
    print("nobody:   ", by_name["nobody"])
    in_list = sum(comparisons_in_list(everyone, name) for name in wanted) / len(wanted)
    in_map = sum(comparisons_in_map(by_name, name) for name in wanted) / len(wanted)
    print(f"names compared for each of {len(wanted)}: list {in_list:,.0f}, map {in_map:.2f}")
    print(f"for one that is not there: list {comparisons_in_list(everyone, 'nobody'):,}", end="")
    print(f", map {comparisons_in_map(by_name, 'nobody')}")


if __name__ == "__main__":
    main()
