"""How long does a single insert take, at worst, while a map grows to ten million entries?

Every insert of every run is timed, in a process of its own per table and run, the
tables taking turns. A table's own pauses come at the same insert in each run, since
seed and keys are the same; what the machine does meanwhile (other processes, the
hypervisor) does not: *least of R runs* is, insert by insert, the shortest time of all
runs. Beside it stand the plain figures, and the clock alone for as long as each run
took. The engine without Python, abseil's table and Go's maps run the same way, where
there is a compiler for them.

    python benchmarks/bench_pause.py                 # n = 10,000,000; some six minutes, 4 GB
    python benchmarks/bench_pause.py --quick         # n = 200,000, two runs
    python benchmarks/bench_pause.py --update        # writes the result into README.md here
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pause_core
from _report import load_average, machine, table, update_readme
from pause_child import SUBJECTS
from pause_measure import SHARES, Figures, Result, Results, beside, measure

ENTRIES = 10_000_000
QUICK = 200_000
RUNS = 3
PICTURE = Path(__file__).with_name("pause.png")
# TARGETS: nanoseconds, and of dict's worst.
MOST, MOST_RARE, MOST_OF_DICT = 1e6, 1e5, 0.01

Partner = Callable[[str], str]
"""From a table to the one it is compared with; to itself when there is none."""


def span(ns: float) -> str:
    """Show nanoseconds with three digits and a unit."""
    for unit, name in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if ns >= unit * 0.9995:
            return f"{ns / unit:#.3g}".rstrip(".") + f" {name}"
    return f"{ns:.0f} ns"


def share(value: float) -> str:
    """Show a ratio, however small."""
    return f"{value:#.2g}".rstrip(".")


def times_over(name: str, results: Results, partner: Partner) -> str:
    """Show the ratio of the worst to the partner's worst, per repetition: median and range."""
    other = partner(name)
    if other == name or other not in results:
        return "-"
    pairs = zip(results[name].runs, results[other].runs, strict=True)
    ratios = [ours.worst / theirs.worst for ours, theirs in pairs]
    return f"**{share(statistics.median(ratios))}** ({share(min(ratios))}-{share(max(ratios))})"


def least_over(name: str, least: dict[str, Figures], partner: Partner) -> str:
    """Show the ratio of the worst to the partner's, both of the least of all runs."""
    other = partner(name)
    if other == name or other not in least:
        return "-"
    return f"**{share(least[name].worst / least[other].worst)}**"


def measured(results: Results, partner: Partner, ratio: str) -> Iterator[str]:
    """Write the plain figures: medians over the runs, and the worst of each."""
    header = ["as measured", "median", *(f"p{p:g}" for p in SHARES[1:]), "worst of each run"]
    rows = []
    for name, result in results.items():
        columns = zip(*(run.shares for run in result.runs), strict=True)
        shares = [span(statistics.median(column)) for column in columns]
        worsts = ", ".join(span(run.worst) for run in result.runs)
        rows.append([name, *shares, worsts, times_over(name, results, partner), alone(result)])
    yield from table([*header, ratio, "the clock alone: worst of each run"], rows)


def alone(result: Result) -> str:
    """Show what the machine did without inserts."""
    return ", ".join(span(idle.worst) for idle in result.idle)


def least_of_all(results: Results, partner: Partner, ratio: str) -> Iterator[str]:
    """Write the figures of the least of all runs."""
    least = {name: result.of_least() for name, result in results.items()}
    runs = len(next(iter(results.values())).runs)
    shown = [f"p{p:g}" for p in SHARES[1:]]
    header = [f"least of {runs} equal runs", "median", *shown, "worst", ratio]
    rows = [
        [name, *map(span, made.shares), span(made.worst), least_over(name, least, partner)]
        for name, made in least.items()
    ]
    yield from table(header, rows)


def longest(results: Results) -> Iterator[str]:
    """Write each table's longest inserts, with the number of entries before."""
    yield "The longest inserts, as entries already there: time (least of all runs)."
    yield ""
    for name, result in results.items():
        found = (f"{at:,}: {span(ns)}" for at, ns in result.of_least().longest)
        yield f"- {name}: {'; '.join(found)}"
    yield ""


def verdict(plain: float, least: float, most: float, show: Callable[[float], str]) -> str:
    """Hold a plain figure and the one of the least of all runs against their target."""
    word = "**met**" if plain <= most else "met by the least only" if least <= most else "missed"
    return f"{word}: {show(plain)}; {show(least)}"


def ratios(name: str, results: Results) -> tuple[float, float]:
    """Return the worst over dict's: median of the repetitions, and of the least of all runs."""
    ours, other = results[name], results[beside(name)]
    plain = [a.worst / b.worst for a, b in zip(ours.runs, other.runs, strict=True)]
    return statistics.median(plain), ours.of_least().worst / other.of_least().worst


def targets(results: Results) -> Iterator[str]:
    """Hold both kinds of figures against the targets."""
    header = ["as measured (median of the runs); least of all runs", f"worst <= {span(MOST)}"]
    header += [f"p99.999 <= {span(MOST_RARE)}", f"worst <= {MOST_OF_DICT:g} of dict's"]
    rows = []
    for name in [name for name in results if beside(name) != name]:
        least, runs = results[name].of_least(), results[name].runs
        worst = statistics.median(run.worst for run in runs)
        rare = statistics.median(run.shares[-1] for run in runs)
        row = [name, verdict(worst, least.worst, MOST, span)]
        row.append(verdict(rare, least.shares[-1], MOST_RARE, span))
        row.append(verdict(*ratios(name, results), MOST_OF_DICT, share))
        rows.append(row)
    if rows:
        yield from table(header, rows)


def core_partner(name: str) -> str:
    """Compare the engine with abseil in a heap of the same kind."""
    return {"gomap": "absl::flat_hash_map", "gomap, heap in use": "absl, heap in use"}.get(
        name, name
    )


def repeating(core: Results) -> Results:
    """Leave out Go's maps: they draw their seed anew in every run, so no two are equal."""
    return {name: result for name, result in core.items() if not name.startswith("Go ")}


def report(results: Results, core: Results, n: int, load: str) -> str:
    """Write everything as Markdown."""
    lines = [*machine("bench_pause.py"), f"- {load}", f"- {n:,} inserts into every table", ""]
    lines += targets(results)
    lines += measured(results, beside, "worst / dict's")
    lines += least_of_all(results, beside, "worst / dict's")
    lines += longest(results)
    if core:
        lines += ["The engine without Python:", ""]
        lines += measured(core, core_partner, "worst / abseil's")
        lines += least_of_all(repeating(core), core_partner, "worst / abseil's")
        lines += longest(repeating(core))
    for name in pause_core.missing(list(core)):
        lines.append(f"- not measured here: {name}")
    return "\n".join(lines).rstrip() + "\n"


def chosen(part: str) -> Sequence[str]:
    """Return the tables whose name contains `part`, with the dicts they are compared with."""
    found = [name for name in SUBJECTS if part in name]
    if not found:
        raise SystemExit(f"no table is called {part!r}: {'; '.join(SUBJECTS)}")
    wanted = {*found, *(beside(name) for name in found)}
    return [name for name in SUBJECTS if name in wanted]


def picture(results: Results, file: Path) -> None:
    """Draw every insert."""
    from pause_picture import draw

    draw(results, file)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--n", type=int, default=0, help=f"inserts instead of {ENTRIES:,}")
    parser.add_argument("--runs", type=int, default=0, help=f"runs instead of {RUNS}")
    parser.add_argument("--quick", action="store_true", help=f"n = {QUICK:,}, two runs")
    parser.add_argument("--subject", default="", help="only tables whose name contains this")
    parser.add_argument("--no-core", action="store_true", help="leave out the engine by itself")
    parser.add_argument("--picture", type=Path, help="draws the picture into this file")
    parser.add_argument("--update", action="store_true", help="write README.md and the picture")
    args = parser.parse_args()
    args.n = args.n or (QUICK if args.quick else ENTRIES)
    args.runs = args.runs or (2 if args.quick else RUNS)
    if args.n < 100 or args.runs < 1:
        parser.error("at least 100 inserts and one run are needed")
    return args


def main() -> None:
    """Measure, print."""
    args = arguments()
    names, load = chosen(args.subject), load_average()
    results = measure(names, args.n, args.runs)
    core = {} if args.no_core else pause_core.measure(args.n, args.runs)
    text = report(results, core, args.n, load)
    print(text)
    file = args.picture or (PICTURE if args.update else None)
    if file:
        picture(results, file)
    if args.update:
        update_readme("bench_pause", text)


if __name__ == "__main__":
    main()
