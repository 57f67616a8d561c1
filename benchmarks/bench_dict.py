"""How does each Map compare with dict, per operation?

`gomap.cli.bench_measure` does the measuring and says how: both sides in one process,
interleaved. The table shows the medians of the times and of the ratios, and the
ratios' quartiles.

    python benchmarks/bench_dict.py             # n = 8 ... 1,000,000, some four minutes
    python benchmarks/bench_dict.py --big       # and 10,000,000; needs about 4 GB
    python benchmarks/bench_dict.py --update    # writes the result into README.md here
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from _report import geomean, load_average, machine, table, update_readme

from gomap.cli.bench_measure import OPERATIONS, SUBJECTS, Data, Operation, Result, Subject, measure

SIZES = (8, 1_000, 100_000, 1_000_000)
BIG = 10_000_000
ROUNDS = {8: 21, 1_000: 21, 100_000: 11}
MANY_ROUNDS = 7
# Sizes summed up together: the caches hold the map, or they do not.
RANGES = {"n <= 1,000": range(1_001), "n >= 100,000": range(100_000, 1 << 62)}


def cell(result: Result) -> str:
    """Show a result as a cell."""
    spread = f"{result.low:.2f}-{result.high:.2f}"
    return f"{result.gomap_ns:.1f} / {result.dict_ns:.1f} = **{result.ratio:.2f}** ({spread})"


Results = dict[tuple[str, str, int], Result]
"""By subject, operation and size."""


def run_all(
    subjects: Sequence[Subject], operations: Sequence[Operation], sizes: Sequence[int], rounds: int
) -> Results:
    """Measure everything asked for, telling standard error how far it is."""
    results: Results = {}
    for n in sizes:
        for subject in subjects:
            data = Data(subject, n)
            for operation in operations:
                taken = max(rounds, 2) if rounds else ROUNDS.get(n, MANY_ROUNDS)
                result = measure(operation, data, taken)
                results[subject.name, operation.name, n] = result
                print(f"{subject.name} n={n:,} {operation.name}: {cell(result)}", file=sys.stderr)
    return results


def slowness(results: Results) -> Callable[[tuple[str, str, int]], float]:
    """Return a key to sort by, the slowest beside dict first."""
    return lambda key: -results[key].ratio


def summary(results: Results) -> Iterator[str]:
    """Write the geometric means of the ratios, per group of operations."""
    groups = {operation.name: operation.group for operation in OPERATIONS}
    columns = [
        (f"{group}, {label}", [r for r in results if groups[r[1]] == group and r[2] in sizes])
        for group in dict.fromkeys(groups.values())
        for label, sizes in RANGES.items()
    ]
    columns = [(name, keys) for name, keys in columns if keys]
    rows = []
    for subject in dict.fromkeys(key[0] for key in results):
        ratios = [[results[key].ratio for key in keys if key[0] == subject] for _, keys in columns]
        rows.append([subject, *(f"{geomean(column):.2f}" for column in ratios)])
    yield from table(["gomap / dict", *(name for name, _ in columns)], rows)
    slow = sorted((key for key in results if results[key].ratio > 2), key=slowness(results))
    yield f"Slower than twice dict: {len(slow)} of {len(results)} cells" + (":" if slow else ".")
    yield ""
    for subject, operation, n in slow:
        ratio = results[subject, operation, n].ratio
        yield f"- {subject}, {operation}, n = {n:,}: {ratio:.2f}"
    yield ""


def report(results: Results, sizes: Sequence[int], load: str) -> str:
    """Write everything as Markdown."""
    lines = [*machine("bench_dict.py"), f"- {load}", ""]
    lines += [
        "Geometric means of the ratios (*lookup* is every operation but inserting and counting):",
        "",
        *summary(results),
        "Cells: gomap ns / dict ns = ratio of both (its quartiles over the rounds).",
        "",
    ]
    for subject in dict.fromkeys(key[0] for key in results):
        names = dict.fromkeys(key[1] for key in results if key[0] == subject)
        rows = [[name, *(cell(results[subject, name, n]) for n in sizes)] for name in names]
        lines += table([subject, *(f"n = {n:,}" for n in sizes)], rows)
    return "\n".join(lines).rstrip() + "\n"


def chosen(things: Sequence[Any], part: str) -> list[Any]:
    """Return those whose name contains `part`."""
    found = [thing for thing in things if part in thing.name]
    if not found:
        raise SystemExit(f"nothing is called {part!r}: {', '.join(t.name for t in things)}")
    return found


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", help="numbers of entries, separated by commas")
    parser.add_argument("--big", action="store_true", help=f"also n = {BIG:,}")
    parser.add_argument("--subject", default="", help="only maps whose name contains this")
    parser.add_argument("--operation", default="", help="only operations whose name contains this")
    parser.add_argument("--rounds", type=int, default=0, help="rounds instead of 21 ... 7, from 2")
    parser.add_argument("--update", action="store_true", help="write the result into README.md")
    args = parser.parse_args()
    sizes = [int(n) for n in args.sizes.split(",")] if args.sizes else [*SIZES]
    sizes += [BIG] if args.big else []
    load = load_average()
    gc.disable()
    results = run_all(
        chosen(SUBJECTS, args.subject), chosen(OPERATIONS, args.operation), sizes, args.rounds
    )
    text = report(results, sizes, load)
    print(text)
    if args.update:
        update_readme("bench_dict", text)


if __name__ == "__main__":
    main()
