"""Keys made to collide, in maps and in a dict: the part of bench_hash.py that needs Python."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from _report import table

from gomap import Map, float64, int64

N = 16_000
ROUNDS = 3
"""A dict that is flooded takes seconds."""
MODULUS = 2**61 - 1
"""What CPython's hash of an int is reduced by."""

Pattern = Callable[[int], Any]


def reversed_bits(n: int) -> int:
    """Return n's lowest 62 bits in the opposite order."""
    return int(f"{n:062b}"[::-1], 2)


PATTERNS: dict[str, Pattern] = {
    "`k`": lambda k: k,
    "`k << 40`": lambda k: k << 40,
    "`k`, its bits reversed": reversed_bits,
    "`k * (2**61 - 1)`": lambda k: k * MODULUS,
    "`float(k << 40)`": lambda k: float(k << 40),
}
MAPS: dict[str, Callable[[], Any]] = {
    "dict": dict,
    "Map[int, int]": Map[int, int],
    "Map[int64, int64]": Map[int64, int64],
    "Map[float64, int64]": Map[float64, int64],
    "Map()": Map,
}


def takes(name: str, keys: list[Any]) -> bool:
    """Say whether a map can hold such keys."""
    if name == "Map[float64, int64]":
        return isinstance(keys[0], float)
    if name == "Map[int64, int64]":
        return isinstance(keys[0], int) and keys[-1] < 2**63
    return name != "Map[int, int]" or isinstance(keys[0], int)


def fill_time(make: Callable[[], Any], keys: list[Any]) -> float:
    """Return the nanoseconds of an insert, growing included."""
    container = make()
    start = time.perf_counter_ns()
    for key in keys:
        container[key] = 1
    return (time.perf_counter_ns() - start) / len(keys)


def floods() -> Iterator[str]:
    """Write a row a pattern: nanoseconds per insert, medians of interleaved rounds."""
    rows = []
    for pattern, key_of in PATTERNS.items():
        keys = [key_of(k) for k in range(1, N + 1)]
        names = [name for name in MAPS if takes(name, keys)]
        times: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(ROUNDS):
            for name in names:
                gc.collect()
                times[name].append(fill_time(MAPS[name], keys))
        medians = {name: statistics.median(taken) for name, taken in times.items()}
        rows.append([pattern, *(f"{medians[n]:,.0f}" if n in medians else "-" for n in MAPS)])
    yield f"Nanoseconds per insert of {N:,} keys of a pattern, medians of {ROUNDS} rounds:"
    yield ""
    yield from table(["", *MAPS], rows)
