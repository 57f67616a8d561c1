"""What small containers cost to make and to drop: the timing of bench_memory.py."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from timeit import Timer
from typing import Any

from _report import quartiles

from gomap import Map, int64

ROUND = 0.0005
"""Seconds that one round of one side takes, about: most rounds pass undisturbed."""

WORDS = {f"word {at}": at for at in range(8)}
NUMBERS = {at * 7919: at for at in range(8)}
NAMES: dict[str, Any] = {
    "Map": Map,
    "int64": int64,
    "words": WORDS,
    "numbers": NUMBERS,
    "pairs": list(WORDS.items()),
    "number_pairs": list(NUMBERS.items()),
    "StrInt": Map[str, int],
    "Int64s": Map[int64, int64],
}


@dataclass(frozen=True)
class Pair:
    """Two statements that make the same: a Map, and a dict."""

    what: str
    ours: str
    other: str


EIGHT, NUMBERS_8 = repr(WORDS), repr(NUMBERS)
STORES = "; ".join(f"c[{word!r}] = {at}" for word, at in WORDS.items())
NUMBER_STORES = "; ".join(f"c[{key}] = {at}" for key, at in NUMBERS.items())
PAIRS = (
    Pair("`Map[str, int]()`, `{}`", "c = Map[str, int]()", "c = {}"),
    Pair("the class at hand, `dict()`", "c = StrInt()", "c = dict()"),
    Pair("`Map[int64, int64]()`, `{}`", "c = Map[int64, int64]()", "c = {}"),
    Pair("`Map()`, `{}`", "c = Map()", "c = {}"),
    Pair("one store, str", "c = StrInt(); c['word'] = 1", "c = {}; c['word'] = 1"),
    Pair("literal of 8, str", f"c = StrInt({EIGHT})", f"c = {EIGHT}"),
    Pair("literal of 8, int64", f"c = Int64s({NUMBERS_8})", f"c = {NUMBERS_8}"),
    Pair("copy of a dict of 8, str", "c = StrInt(words)", "c = dict(words)"),
    Pair("copy of a dict of 8, int64", "c = Int64s(numbers)", "c = dict(numbers)"),
    Pair("from 8 pairs, str", "c = StrInt(pairs)", "c = dict(pairs)"),
    Pair("from 8 pairs, int64", "c = Int64s(number_pairs)", "c = dict(number_pairs)"),
    Pair("8 stores, str", f"c = StrInt(); {STORES}", f"c = {{}}; {STORES}"),
    Pair("8 stores, int64", f"c = Int64s(); {NUMBER_STORES}", f"c = {{}}; {NUMBER_STORES}"),
)


@dataclass(frozen=True)
class Cost:
    """Nanoseconds to make and drop, medians; their ratio's quartiles; bytes while alive."""

    ours: float
    other: float
    low: float
    ratio: float
    high: float
    our_bytes: int
    other_bytes: int


def size(statement: str) -> int:
    """Return the bytes of what a statement makes, as `sys.getsizeof` says."""
    names = dict(NAMES)
    exec(statement, names)
    return sys.getsizeof(names["c"])


def measure(pair: Pair, rounds: int) -> Cost:
    """Time both, interleaved and taking turns at going first."""
    timers = [Timer(statement, globals=NAMES) for statement in (pair.ours, pair.other)]
    numbers = []
    for timer in timers:
        number, taken = timer.autorange()
        numbers.append(max(1, round(number * ROUND / taken)))
    times: list[list[float]] = [[], []]
    for turn in range(rounds):
        for side in (0, 1) if turn % 2 else (1, 0):
            taken = timers[side].timeit(numbers[side])
            times[side].append(taken / numbers[side] * 1e9)
    ratios = [ours / other for ours, other in zip(*times, strict=True)]
    ours, other = (statistics.median(side) for side in times)
    return Cost(ours, other, *quartiles(ratios), size(pair.ours), size(pair.other))


def measure_all(pairs: Sequence[Pair], rounds: int) -> dict[str, Cost]:
    """Time all pairs, telling standard error how far it is."""
    costs = {}
    for pair in pairs:
        cost = costs[pair.what] = measure(pair, rounds)
        print(f"{pair.what}: {cost.ours:.0f} / {cost.other:.0f} ns", file=sys.stderr)
    return costs
