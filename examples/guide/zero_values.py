"""Making maps; what absent keys read as; nil.

Each line here is a Go line of the guide's chapter on fundamentals; what it prints is what Go
prints, save that Go's panics are exceptions.

    python examples/guide/zero_values.py
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gomap
from gomap import Map

STATUS = Map[int, str]({200: "OK", 404: "Not Found", 500: "Internal Server Error"})


def status_line(code: int) -> str:
    """Return the code and its meaning, as `text, ok := statusCodes[code]` finds it."""
    text, ok = STATUS.lookup(code)
    return f"{code} {text}" if ok else f"{code} (unknown)"


def total(counts: Map[str, int], names: Iterable[str]) -> int:
    """Sum some counts; a nil map is as good as an empty one."""
    return sum(counts[name] for name in names)


def ready(m: Map[str, int]) -> Map[str, int]:
    """Return a map that can be written: `if m == nil { m = make(map[string]int) }`."""
    return type(m)() if m.is_nil else m


def show_zeros() -> None:
    """Read an absent key of maps of many types."""
    for elem in (int, float, bool, str, bytes, tuple, frozenset, list, gomap.int64):
        m: Map[str, Any] = Map[str, elem]()  # type: ignore[valid-type]
        print(f"{type(m).__name__:20} {m['missing']!r:12} {len(m)} entries")


def main() -> None:
    """Zero values of many types, literals, nil."""
    show_zeros()
    print(status_line(404), "|", status_line(418))

    nil = Map[str, int].nil()  # var nilMap map[string]int
    print("nil:", nil.is_nil, len(nil), nil["key"], nil.lookup("key"), total(nil, ["a", "b"]))
    del nil["key"]  # delete(nilMap, "key")
    try:
        nil["key"] = 42
    except gomap.NilMapError as error:
        print("NilMapError:", error)
    m = ready(nil)
    m["key"] = 42
    print("made:", m, "| hinted:", gomap.make(str, int, 100))
    try:
        Map[list, int]  # type: ignore[type-arg]
    except TypeError as error:
        print("TypeError:", error)


if __name__ == "__main__":
    main()
