"""One process of bench_pause.py: times every insert of one table, then the clock alone.

    python pause_child.py SUBJECT N FILE

FILE gets the moments at which inserts ended, N + 1 of them with the beginning, as
64-bit integers of nanoseconds; standard output a line of JSON about the machine. The
table is thrown away with the process: what it has of memory was never anybody's.
"""

from __future__ import annotations

import gc
import json
import os
import random
import sys
import time
from array import array
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gomap import Map, int64
from gomap.cli.bench_measure import draw_int, draw_str

SEED = 20_260_101
NOTABLE = 100_000
"""Gaps between two looks at the clock that are counted, in nanoseconds: 0.1 ms."""


@dataclass(frozen=True)
class Subject:
    """A table, the keys it gets, and the dict beside it."""

    make: Callable[[], MutableMapping[Any, int]]
    draw: Callable[[random.Random], Any]
    other: str = ""


# One seed for all runs: each grows, and chains, at the same inserts.
SUBJECTS = {
    "dict, int keys": Subject(dict, draw_int),
    "Map[int64, int64]": Subject(partial(Map[int64, int64], seed=SEED), draw_int, "dict, int keys"),
    "Map[int, int]": Subject(partial(Map[int, int], seed=SEED), draw_int, "dict, int keys"),
    "dict, str keys": Subject(dict, draw_str),
    "Map[str, int]": Subject(partial(Map[str, int], seed=SEED), draw_str, "dict, str keys"),
}


def insert_all(table: MutableMapping[Any, int], keys: Sequence[Any], marks: array[int]) -> None:
    """Insert the keys, noting the time after each."""
    clock = time.perf_counter_ns
    marks[0] = clock()
    for at, key in enumerate(keys, 1):
        table[key] = 1
        marks[at] = clock()


def wait(duration: int) -> dict[str, int]:
    """Look at the clock for so long, and say how long it stood still: the machine's own part."""
    clock = time.perf_counter_ns
    worst = notable = 0
    last = clock()
    end = last + duration
    while last < end:
        now = clock()
        gap = now - last
        if gap > worst:
            worst = gap
        if gap >= NOTABLE:
            notable += 1
        last = now
    return {"worst": worst, "notable": notable}


def main() -> None:
    """Measure what the command line names."""
    name, count, file = sys.argv[1:]
    subject, n = SUBJECTS[name], int(count)
    gc.disable()
    rng = random.Random(SEED)
    keys = [subject.draw(rng) for _ in range(n)]
    marks = array("q", bytes(8 * (n + 1)))
    table = subject.make()
    insert_all(table, keys, marks)
    idle = wait(marks[-1] - marks[0])
    with Path(file).open("wb") as out:
        marks.tofile(out)
    print(json.dumps({"entries": len(table), **idle}), flush=True)
    os._exit(0)  # no need to take ten million entries apart


if __name__ == "__main__":
    main()
