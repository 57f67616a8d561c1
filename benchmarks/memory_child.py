"""One process of bench_memory.py: how much it grows by making containers of one kind.

    python memory_child.py SUBJECT N COPIES shared|own

*shared*: keys and elements are made before and belong to somebody else, so that the
growth is the containers' own. *own*: they are made on the way and belong to the
containers alone. Writes a line of JSON: bytes a container, by `sys.getsizeof`, and by
which the resident process grew, at the end and at its highest point.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import random
import sys
from array import array
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from gomap import Map, int64

SEED = 20_260_101
STATUS = Path("/proc/self/status")
PEAK = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Subject:
    """A container, what makes a key of an integer, and the dict beside it."""

    make: Callable[[], MutableMapping[Any, int]]
    key: Callable[[int], Any]
    other: str = ""


def as_str(number: int) -> str:
    """Return a string of 16 characters."""
    return f"{number:016x}"


def as_int(number: int) -> int:
    """Return it as it is: arrays give a new object each time."""
    return number


SUBJECTS = {
    "dict, int keys": Subject(dict, as_int),
    "Map[int64, int64]": Subject(Map[int64, int64], as_int, "dict, int keys"),
    "Map[int, int]": Subject(Map[int, int], as_int, "dict, int keys"),
    "dict, str keys": Subject(dict, as_str),
    "Map[str, int]": Subject(Map[str, int], as_str, "dict, str keys"),
    "Map(), str keys": Subject(Map, as_str, "dict, str keys"),
}


def resident(field: str) -> int:
    """Return what the system says of this process's memory, in bytes."""
    for line in STATUS.read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise SystemExit(f"{STATUS} has no {field}")


def give_back() -> None:
    """Let the C library return what is free: holes left from before would hide growth."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def fill_shared(containers: list[Any], subject: Subject, keys: list[Any]) -> None:
    """Give every container the same keys, and 1."""
    for place in range(len(containers)):
        table = containers[place] = subject.make()
        for key in keys:
            table[key] = 1


def fill_own(containers: list[Any], subject: Subject, n: int, numbers: array[int]) -> None:
    """Give every container keys and elements that nobody else has."""
    left, key = iter(numbers), subject.key
    for place in range(len(containers)):
        table = containers[place] = subject.make()
        for number in islice(left, n):
            table[key(number)] = number >> 1


def measure(subject: Subject, n: int, copies: int, own: bool) -> dict[str, float]:
    """Fill the containers; return bytes a container."""
    rng = random.Random(SEED)
    numbers = array("q", (rng.getrandbits(63) for _ in range(n * (copies if own else 1))))
    keys = [] if own else [subject.key(number) for number in numbers]
    containers: list[Any] = [None] * copies
    gc.collect()
    give_back()
    PEAK.write_text("5")  # the highest point is now
    before = resident("VmRSS")
    if own:
        fill_own(containers, subject, n, numbers)
    else:
        fill_shared(containers, subject, keys)
    grown, highest = resident("VmRSS") - before, resident("VmHWM") - before
    sizes = sum(map(sys.getsizeof, containers))
    return {"size": sizes / copies, "grown": grown / copies, "highest": highest / copies}


def main() -> None:
    """Measure what the command line names."""
    name, n, copies, objects = sys.argv[1:]
    gc.disable()
    print(json.dumps(measure(SUBJECTS[name], int(n), int(copies), objects == "own")), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
