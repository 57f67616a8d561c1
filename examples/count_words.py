"""Counts the words of text files in many processes, and merges what each has found.

Each process counts its files into a partial map of its own; `merge(other, add=True)`
adds the partial maps up. Maps pickle, so that a pool carries them as it carries
anything.

    python examples/count_words.py                       # the standard library's sources
    python examples/count_words.py --processes 8 *.txt   # files of your own
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from functools import reduce
from heapq import nlargest
from multiprocessing import Pool
from operator import itemgetter
from pathlib import Path

from _steps import parser, step

import gomap
from gomap import Map, int64

WORD = re.compile(r"\w+")


def words_of(path: Path) -> list[str]:
    """Return the words of a file, in small letters."""
    return WORD.findall(path.read_text(encoding="utf-8", errors="replace").lower())


def count_files(paths: Iterable[Path]) -> Map[str, int]:
    """Count the words of some files: a process's share."""
    counts = Map[str, int64]()
    for path in paths:
        gomap.count(words_of(path), into=counts)
    return counts


def added(total: Map[str, int], part: Map[str, int]) -> Map[str, int]:
    """Add a partial map to the whole."""
    total.merge(part, add=True)
    return total


def count_in_processes(paths: list[Path], processes: int) -> Map[str, int]:
    """Share the files out, a handful each time, and merge in whatever order they come."""
    shares = [paths[start :: processes * 4] for start in range(processes * 4)]
    with Pool(processes) as pool:
        return reduce(added, pool.imap_unordered(count_files, shares), Map[str, int64]())


def library() -> list[Path]:
    """Return the sources of the standard library."""
    root = Path(os.__file__).parent
    return sorted(path for path in root.rglob("*.py") if "site-packages" not in path.parts)


def main() -> None:
    """Count, check against a Counter, print."""
    arguments = parser(__doc__, 1_000_000, "files at most")
    arguments.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--top", type=int, default=5, help="how many words to show")
    arguments.add_argument("files", nargs="*", type=Path)
    args = arguments.parse_args()
    paths = (args.files or library())[: args.n]
    print(f"{len(paths):,} files, {args.processes} processes")
    with step("count in processes, merge"):
        counts = count_in_processes(paths, args.processes)
    with step("Counter, one process"):
        right: Counter[str] = Counter()
        for path in paths:
            right.update(words_of(path))
    assert counts == right
    print(f"{sum(counts.values()):,} words, {len(counts):,} distinct; Counter agrees")
    for word, number in nlargest(args.top, counts.items(), key=itemgetter(1)):
        print(f"  {word:<20} {number:>10,}")


if __name__ == "__main__":
    main()
