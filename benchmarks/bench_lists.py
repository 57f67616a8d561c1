"""How fast are whole lists, counted or looked up in one call, against what dict has for them?

Both sides run in one process, interleaved, and go first by turns.

    python benchmarks/bench_lists.py             # a table, in a minute or two
    python benchmarks/bench_lists.py --update    # the same, into README.md
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from _report import load_average, machine, quartiles, table, update_readme

import gomap
from gomap import Map, int64
from gomap.cli.bench_measure import Data, Subject, again_int, again_str, clocked, draw_int, draw_str

LOOKUPS = (10_000, 1_000_000)
DISTINCT = (100, 10_000, 100_000, 1_000_000)
STREAM = 1_000_000
"""Items of a list that is counted."""
TARGETS = {"count": (0.7, 0), "get_many": (0.4, 1_000_000)}
"""The ratio to reach, and from how many keys on."""

KEYS = {
    "str": Subject("Map[str, int]", Map[str, int], draw_str, again_str),
    "int": Subject("Map[int, int]", Map[int, int], draw_int, again_int),
    "int64": Subject("Map[int64, int64]", Map[int64, int64], draw_int, again_int),
}


@dataclass(frozen=True)
class Pair:
    """What both sides do with how many keys."""

    name: str
    n: int
    items: int
    ours: Callable[[], Any]
    theirs: Callable[[], Any]


def counting(kind: str, n: int) -> Pair:
    """Count a list of a million items, n of them different."""
    data = Data(KEYS[kind], n)
    stream = data.rng.choices(data.inserted, k=STREAM)
    name = f"`gomap.count(list)` / `Counter(list)`, {kind}"
    return Pair(name, n, len(stream), lambda: gomap.count(stream), lambda: Counter(stream))


def looking_up(kind: str, n: int) -> Pair:
    """Look up every key of a map, in another order."""
    data = Data(KEYS[kind], n)
    keys = data.keys("same")
    m, d = data.containers["gomap"], data.containers["dict"]
    name = f"`{KEYS[kind].name}.get_many(list)` / `[d[k] for k in list]`"
    return Pair(name, n, n, lambda: m.get_many(keys), lambda: [d[key] for key in keys])


def compared(pair: Pair, rounds: int) -> tuple[float, float, float, float, float]:
    """Return the medians of ours and theirs in ns per item, and quartiles of the ratio."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for side in (0, 1) if number % 2 else (1, 0):
            gc.collect(0)
            ns = clocked((pair.ours, pair.theirs)[side]) / pair.items
            if number > 0:
                taken[side].append(ns)
    low, ratio, high = quartiles([a / b for a, b in zip(*taken, strict=True)])
    return quartiles(taken[0])[1], quartiles(taken[1])[1], low, ratio, high


def rows(
    pairs: Sequence[Callable[[], Pair]], rounds: int, target: float, least: int
) -> Iterator[list[str]]:
    """Measure one after the other, telling standard error."""
    for make in pairs:
        pair = make()
        ours, theirs, low, ratio, high = compared(pair, rounds)
        cell = f"{ours:.1f} / {theirs:.1f} = **{ratio:.2f}** ({low:.2f}-{high:.2f})"
        print(f"{pair.name} n={pair.n:,}: {cell}", file=sys.stderr)
        met = "yes" if ratio <= target else "no"
        yield [pair.name, f"{pair.n:,}", cell, met if pair.n >= least else "-"]


def report(rounds: int) -> Iterator[str]:
    """Measure everything; write it as Markdown."""
    counts = [lambda k=k, n=n: counting(k, n) for k in ("str", "int") for n in DISTINCT]
    lookups = [lambda k=k, n=n: looking_up(k, n) for k in KEYS for n in LOOKUPS]
    for title, pairs, what in (
        (f"{STREAM:,} items, n of them different", counts, "count"),
        ("n keys, all present", lookups, "get_many"),
    ):
        target, least = TARGETS[what]
        header = [title, "n", "gomap ns / dict ns an item = ratio (quartiles)", f"<= {target}"]
        yield from table(header, list(rows(pairs, rounds, target, least)))


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="rounds, from 2")
    parser.add_argument("--update", action="store_true", help="write the result into README.md")
    args = parser.parse_args()
    if args.rounds < 2:
        parser.error("at least two rounds are needed")
    load = load_average()
    gc.disable()
    text = "\n".join([*machine("bench_lists.py"), f"- {load}", "", *report(args.rounds)])
    text = text.rstrip() + "\n"
    print(text)
    if args.update:
        update_readme("bench_lists", text)


if __name__ == "__main__":
    main()
