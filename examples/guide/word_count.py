"""How often each word occurs.

A word's first `add` starts at zero, and looking for a word that is not there inserts nothing.
The guide splits at single spaces, which counts empty words and keeps commas; here words are
what looks like words. `gomap.count` is the loop at C speed.

    python examples/guide/word_count.py
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from heapq import nsmallest

import gomap
from gomap import Map, int64

WORD = re.compile(r"\w+(?:'\w+)?")
TEXT = """The quick brown fox jumps over the lazy dog.
The dog doesn't mind; the fox,  pleased, jumps again."""


def words(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return WORD.findall(text.lower())


def frequency(words: Iterable[str]) -> Map[str, int]:
    """Count one by one, as in Go: frequency[word]++."""
    counts = Map[str, int64]()
    for word in words:
        counts.add(word, 1)
    return counts


def top(counts: Map[str, int], n: int) -> list[tuple[str, int]]:
    """Return the n most frequent, equally frequent ones by name."""
    return nsmallest(n, counts.items(), key=lambda item: (-item[1], item[0]))


def main() -> None:
    """Count the words of two lines."""
    counts = frequency(words(TEXT))
    for word, n in top(counts, 4):
        print(f"{word:6} {n}")
    print(f"cat    {counts['cat']}, still {len(counts)} distinct words of {sum(counts.values())}")
    print("gomap.count agrees:", gomap.count(words(TEXT), into=Map[str, int64]()) == counts)
    naive = frequency(TEXT.split(" "))
    print(f"split at spaces: {naive['']} empty word, 'fox,' {naive['fox,']}, 'fox' {naive['fox']}")


if __name__ == "__main__":
    main()
