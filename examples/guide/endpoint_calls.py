"""Calls of each endpoint, by method and path.

A NamedTuple is a key as a Go struct is. The guide recommends one joined string for speed,
fmt.Sprintf("%d:%d", ...), which is safe for numbers only: with text, two keys can become one.

    python examples/guide/endpoint_calls.py
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gomap import Map


class Endpoint(NamedTuple):
    """What is called."""

    method: str
    path: str


Calls = Map[Endpoint, int]


def count_calls(log: Iterable[str]) -> Map[Endpoint, int]:
    """Count the lines of a log, "GET /path" each; ValueError for any other line."""
    calls = Calls()
    for line in log:
        method, separator, path = line.partition(" ")
        if not (method and separator and path.startswith("/")):
            raise ValueError(f"not a method and a path: {line!r}")
        calls.add(Endpoint(method, path), 1)
    return calls


def joined(first: str, second: str) -> str:
    """Return the guide's composite key."""
    return f"{first}:{second}"


LOG = ["POST /login", "GET /users", "POST /login", "GET /login", "GET /users", "POST /login"]


def main() -> None:
    """Count, ask for what was never called, compare kinds of keys."""
    calls = count_calls(LOG)
    for endpoint in sorted(calls):
        print(f"{endpoint.method:5} {endpoint.path:7} {calls[endpoint]}")
    never = Endpoint("DELETE", "/users")
    print(f"{never.method} {never.path}: {calls[never]}, and still {len(calls)} entries")

    pairs = [("a:b", "c"), ("a", "b:c")]
    as_text = Map[str, int]((joined(*pair), 1) for pair in pairs)
    as_struct = Map[Endpoint, int]((Endpoint(*pair), 1) for pair in pairs)
    print(f"two keys, joined: {len(as_text)} entry; as NamedTuple: {len(as_struct)} entries")
    try:
        calls[("GET", "/users")]  # type: ignore[index]
    except TypeError as error:
        print("TypeError:", error)


if __name__ == "__main__":
    main()
