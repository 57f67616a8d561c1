"""Is the engine faster than Go's maps, absl's, Boost's and the standard library's?

Each side is a program of its own (core/): the engine in C, Go's map under each Go that
is here, the others in C++. All get the same keys in the same order, drawn from the same
generator, run the same loops, and must come to the same sums. They run side by side,
asked in turn, round by round, each round with keys of its own; the table shows medians,
and of the ratios the quartiles, too. What is not here is skipped, loudly.

    python benchmarks/bench_core.py             # a quarter of an hour; needs 12 GB
    python benchmarks/bench_core.py --quick     # three sizes, three rounds, a minute
    python benchmarks/bench_core.py --update    # writes the result into README.md here
    python benchmarks/bench_core.py --engine before=TREE/src/core --sides before
                                                # two versions of the engine
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from _report import geomean, load_average, machine, quartiles, table, update_readme
from core.build import ENGINE_FLAGS, KEYS, PEER_FLAGS, Builder
from core.sides import GOMAP, SWISS, Answer, Program, all_sides, build_all, running

SIZES = (8, 1_000, 100_000, 1_000_000, 10_000_000)
QUICK_SIZES = (8, 1_000, 100_000)
ROUNDS = {8: 11, 1_000: 11, 100_000: 7, 1_000_000: 5}
FEW_ROUNDS = 3
VISITS, QUICK_VISITS = 1 << 20, 1 << 17
SEED = 20_260_101
BATCHED_FROM = 1_000_000
BATCHED_TARGET = 0.4
RATED = ("hit", "miss", "insert", "presized", "delete", "iterate")
"""The operations over which the targets are geometric means."""


@dataclass(frozen=True)
class Operation:
    """A row: its words, and what the peers do beside it when not the same."""

    label: str
    beside: str = ""


OPERATIONS = {
    "hit": Operation("hit"),
    "batched_hit": Operation("hit, batched / hit", "hit"),
    "miss": Operation("miss"),
    "insert": Operation("insert, growing"),
    "presized": Operation("insert, presized"),
    "batched_insert": Operation("presized, batched / presized", "presized"),
    "delete": Operation("delete all"),
    "churn": Operation("churn: delete, insert, hit"),
    "iterate": Operation("iterate"),
    "increment": Operation("increment"),
}
"""In the order of asking: `increment` changes what a hit finds, and comes last."""

Times = dict[str, list[float]]
"""By side; a round each."""
Results = dict[tuple[str, str, int], Times]
"""By kind of keys, operation and size."""


class DisagreementError(Exception):
    """Two sides that did the same have not come to the same."""


# ---- measuring -----------------------------------------------------------------------


def agreed(what: str, answers: Mapping[str, Answer]) -> None:
    """Raise unless all sides have come to the same sum."""
    if len({answer.total for answer in answers.values()}) > 1:
        totals = ", ".join(f"{name} {answer.total}" for name, answer in answers.items())
        raise DisagreementError(f"{what}: the sums differ: {totals}")


def one_round(
    programs: Mapping[str, Program], operations: Sequence[str], n: int, number: int, visits: int
) -> dict[str, dict[str, Answer]]:
    """Ask every side for every operation, taking turns at going first."""
    answers: dict[str, dict[str, Answer]] = {}
    names = list(programs)
    turn = number % len(names)
    for operation in operations:
        found = {}
        for name in names[turn:] + names[:turn]:
            answer = programs[name].ask(operation, n, SEED + number, visits)
            if answer is not None:
                found[name] = answer
        beside = answers.get(OPERATIONS[operation].beside, {})
        # Sides that cannot do it are represented by what they do instead.
        answers[operation] = {**beside, **found}
        agreed(f"{operation}, n = {n:,}, round {number}", answers[operation])
        turn = (turn + 1) % len(names)
    return answers


def measure(
    programs: Mapping[str, Program], operations: Sequence[str], n: int, rounds: int, visits: int
) -> dict[str, Times]:
    """Run all rounds of a size."""
    times: dict[str, Times] = {operation: {} for operation in operations}
    for number in range(rounds):
        for operation, answers in one_round(programs, operations, n, number, visits).items():
            for name, answer in answers.items():
                times[operation].setdefault(name, []).append(answer.ns)
    return times


# ---- the tables ------------------------------------------------------------------------


def ratio(times: Times, peer: str) -> tuple[float, float, float]:
    """Return the engine's time over a peer's: lower quartile, median, upper quartile."""
    pairs = zip(times[GOMAP], times[peer], strict=True)
    return quartiles([ours / theirs for ours, theirs in pairs])


def shown(ns: float) -> str:
    """Show nanoseconds with as many digits as mean something."""
    return f"{ns:.1f}" if ns < 100 else f"{ns:.0f}"


def cells(times: Times, peers: Sequence[str]) -> Iterator[str]:
    """Show the engine's time, then each peer's and the ratio."""
    yield shown(statistics.median(times[GOMAP]))
    for peer in peers:
        if peer not in times:
            yield "-"
            continue
        low, middle, high = ratio(times, peer)
        yield f"{shown(statistics.median(times[peer]))}: **{middle:.2f}** ({low:.2f}-{high:.2f})"


def target(peer: str) -> tuple[str, float] | None:
    """Return what the geometric mean beside a peer is to be, in words and as a number."""
    if peer.startswith("Go "):
        version = tuple(int(part) for part in peer[3:].split("."))
        return ("<= 0.33", 0.33) if version < SWISS else ("< 1.00", 1.0)
    return ("<= 1.00", 1.0) if peer in ("absl", "boost") else None


def mean(
    results: Results, keys: str, names: Sequence[str], peer: str, sizes: Container[int]
) -> str:
    """Return the geometric mean of the ratios beside a peer."""
    ratios = [
        ratio(times, peer)[1]
        for (kind, operation, n), times in results.items()
        if kind == keys and operation in names and n in sizes and peer in times
    ]
    return f"{geomean(ratios):.2f}" if ratios else "-"


def summary(results: Results, peers: Sequence[str]) -> Iterator[str]:
    """Write the geometric means beside the targets: over everything, by size, by operation."""
    measured = [name for name in OPERATIONS if any(name == key[1] for key in results)]
    rated = [name for name in RATED if name in measured]
    sizes = sorted({key[2] for key in results})
    for keys in dict.fromkeys(key[0] for key in results):
        rows = [["target", *((target(peer) or ("-",))[0] for peer in peers)]]
        if rated:
            all_means = (mean(results, keys, rated, peer, sizes) for peer in peers)
            rows.append([", ".join(rated), *(f"**{found}**" for found in all_means)])
        for n in sizes if rated else ():
            means = (mean(results, keys, rated, peer, [n]) for peer in peers)
            rows.append([f"the same, n = {n:,}", *means])
        for name in measured:
            means = (mean(results, keys, [name], peer, sizes) for peer in peers)
            rows.append([f"{OPERATIONS[name].label}, all n", *means])
        yield from table([f"geomeans, {keys} keys", *(f"{GOMAP} / {p}" for p in peers)], rows)


def batched(results: Results) -> Iterator[str]:
    """Write what batches gain over absl's single lookups, where memory is far."""
    lines = []
    for keys in dict.fromkeys(key[0] for key in results):
        found = {
            n: ratio(times, "absl")[1]
            for (kind, operation, n), times in results.items()
            if (kind, operation) == (keys, "batched_hit") and n >= BATCHED_FROM and "absl" in times
        }
        if found:
            each = ", ".join(f"{middle:.2f} at {n:,}" for n, middle in found.items())
            lines.append(
                f"- gomap's batched hit / absl's hit, {keys} keys, n >= {BATCHED_FROM:,}: "
                f"**{geomean(list(found.values())):.2f}** ({each}); target <= {BATCHED_TARGET}"
            )
    yield from [*lines, ""] if lines else []


def details(results: Results, peers: Sequence[str]) -> Iterator[str]:
    """Write every row."""
    for keys in dict.fromkeys(key[0] for key in results):
        sizes = sorted({n for kind, _, n in results if kind == keys})
        rows = [
            [operation.label, f"{n:,}", *cells(results[keys, name, n], peers)]
            for name, operation in OPERATIONS.items()
            for n in sizes
            if (keys, name, n) in results
        ]
        yield from table([f"{keys} keys", "n", GOMAP, *peers], rows)


def report(results: Results, versions: Mapping[str, str], load: str) -> str:
    """Write everything as Markdown."""
    peers = [name for name in versions if name != GOMAP]
    lines = [*machine("bench_core.py"), f"- {load}"]
    lines += [f"- {name}: {version}" for name, version in versions.items()]
    lines += [f"- engine: `{' '.join(ENGINE_FLAGS)}`; C++: `{' '.join(PEER_FLAGS)}`", ""]
    lines += [*summary(results, peers), *batched(results)]
    lines += ["Cells: ns, then gomap / peer (its quartiles over the rounds).", ""]
    lines += details(results, peers)
    return "\n".join(lines).rstrip() + "\n"


# ---- the command line --------------------------------------------------------------------


def plain(name: str) -> str:
    """Return a side's name as it may be typed: `Go 1.19` is go1.19."""
    return name.replace(" ", "").lower()


def chosen(text: str, names: Sequence[str], what: str) -> list[str]:
    """Return the names that a comma-separated list begins, or all."""
    parts = [plain(part) for part in text.split(",")] if text else [""]
    for part in parts:
        if not any(plain(name).startswith(part) for name in names):
            raise SystemExit(f"no {what} is called {part!r}: {', '.join(names)}")
    return [name for name in names if any(plain(name).startswith(part) for part in parts)]


def with_beside(names: Sequence[str]) -> list[str]:
    """Add the operations that others are set beside, in the order of the table."""
    wanted = {*names, *(OPERATIONS[name].beside for name in names)}
    return [name for name in OPERATIONS if name in wanted]


def engine(text: str) -> tuple[str, Path]:
    """Read NAME=FOLDER."""
    name, equals, folder = text.partition("=")
    if not (name and equals and (Path(folder) / "gomap.h").is_file()):
        raise argparse.ArgumentTypeError("NAME=FOLDER is wanted, with gomap.h in it")
    return name, Path(folder).resolve()


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", help="numbers of entries, separated by commas")
    parser.add_argument("--rounds", type=int, default=0, help="rounds instead of 11 ... 3, from 2")
    parser.add_argument("--ops", default="", help=f"of {', '.join(OPERATIONS)}")
    parser.add_argument("--sides", default="", help="peers, as absl,go1.19; default: all")
    parser.add_argument("--keys", default="", help=f"of {', '.join(KEYS)}")
    parser.add_argument("--quick", action="store_true", help="fewer sizes, rounds and visits")
    parser.add_argument("--native", action="store_true", help="for this processor only")
    parser.add_argument("--engine", type=engine, action="append", default=[], metavar="NAME=FOLDER",
                        help="another engine's sources, as a peer")  # fmt: skip
    parser.add_argument("--update", action="store_true", help="write the result into README.md")
    args = parser.parse_args()
    if args.rounds == 1 or args.rounds < 0:
        parser.error("at least two rounds are needed")
    if args.update and (args.native or args.quick):
        parser.error("README.md shows what users get, measured in full")
    return args


def main() -> None:
    """Build, measure, print."""
    args = arguments()
    sizes = [int(n) for n in args.sizes.split(",")] if args.sizes else [*SIZES]
    if args.quick and not args.sizes:
        sizes = [*QUICK_SIZES]
    operations = with_beside(chosen(args.ops, [*OPERATIONS], "operation"))
    sides = all_sides(Builder(native=args.native), dict(args.engine))
    wanted = {GOMAP, *chosen(args.sides, [side.name for side in sides], "side")}
    sides = [side for side in sides if side.name in wanted]
    load, visits = load_average(), QUICK_VISITS if args.quick else VISITS
    results: Results = {}
    versions: dict[str, str] = {}
    for keys in chosen(args.keys, [*KEYS], "kind of keys"):
        paths = build_all(sides, keys)
        for n in sizes:
            rounds = args.rounds or (FEW_ROUNDS if args.quick else ROUNDS.get(n, FEW_ROUNDS))
            with running(paths) as programs:
                versions.update({name: program.line("name") for name, program in programs.items()})
                found = measure(programs, operations, n, rounds, visits)
            for operation, times in found.items():
                results[keys, operation, n] = times
                row = cells(times, [name for name in versions if name != GOMAP])
                print(f"{keys} {operation} {n:,}: {' | '.join(row)}", file=sys.stderr)
    text = report(results, versions, load)
    print(text)
    if args.update:
        update_readme("bench_core", text)


if __name__ == "__main__":
    main()
