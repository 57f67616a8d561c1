"""One object for equal strings, however many were made.

`setdefault` looks, and stores if there is nothing, in one atomic step: the guide's RLock,
RUnlock, Lock and second look are one call. (Its "hel" + "lo" is no example of a string made
at run time: Go's compiler joins the two, as Python's does.)

    python examples/guide/string_interner.py
"""

from __future__ import annotations

import sys

from gomap import Map


class StringInterner:
    """map[string]string: each string is its own element."""

    def __init__(self) -> None:
        self._strings = Map[str, str]()

    def __len__(self) -> int:
        return len(self._strings)

    def intern(self, text: str) -> str:
        """Return the first string that was equal to this one."""
        return self._strings.setdefault(text, text)


def levels(n: int) -> list[str]:
    """Cut the levels out of n log lines: equal strings, each a new object."""
    names = ("warning", "error", "info")
    return [f"{names[n % 3]}: request {n}".partition(":")[0] for n in range(n)]


def memory(strings: list[str]) -> tuple[int, int]:
    """Return how many objects these strings are, and their bytes."""
    distinct = {id(text): text for text in strings}
    return len(distinct), sum(map(sys.getsizeof, distinct.values()))


def main() -> None:
    """Read 9,000 lines, keep their levels."""
    interner = StringInterner()
    before = levels(9000)
    after = [interner.intern(level) for level in before]
    print("equal before and after:", before == after)
    for name, strings in (("as read", before), ("interned", after)):
        objects, size = memory(strings)
        print(f"{name:9} {objects:>5,} objects, {size:>7,} bytes")
    print("in the interner:", len(interner))


if __name__ == "__main__":
    main()
