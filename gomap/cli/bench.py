"""`gomap bench`: gomap's maps against dict, on this machine, now."""

from __future__ import annotations

import argparse
import gc
import json
import platform
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from gomap._version import __version__
from gomap.cli import outputs
from gomap.cli.bench_measure import (
    SEED,
    SUBJECTS,
    Data,
    Subject,
    cpu_model,
    measure,
)
from gomap.cli.bench_result import SHOWN, Bench, Cell
from gomap.cli.errors import NEEDS_MATPLOTLIB, NEEDS_RICH, missing
from gomap.cli.numbers import whole_number
from gomap.cli.progress import progress

DESCRIPTION = """\
Time gomap's maps and dict side by side on this machine and show both, per
operation, map and size. Keys are random and visited in random order; both sides
run in one process and take turns, and the ratio of their times (below 1: the map
is faster) comes with the quartiles of all rounds.
"""

EPILOG = """\
examples:
  gomap bench                          the whole table, about a minute
  gomap bench --quick                  a first impression in seconds
  gomap bench --kinds int64 --sizes 10000000
  gomap bench --png bench.png          and a picture of the ratios

maps (--kinds):
  str       Map[str, int]              any-str   Map() with str keys
  int       Map[int, int]              any-int   Map() with int keys
  int64     Map[int64, int64]

--json prints one object: gomap, python, processor, seed, and results, each with
map operation n rounds gomap_ns dict_ns ratio low high (the ratio's quartiles).
Put nothing else to work on the machine meanwhile.
"""

KINDS = dict(zip(("str", "int", "any-str", "any-int", "int64"), SUBJECTS, strict=True))
DEFAULT_KINDS = ("str", "int", "int64")
SIZES = (1_000, 100_000, 1_000_000)
QUICK_SIZES = (1_000, 100_000)
LARGEST = 100_000_000
# A container this large is out of the caches anyway: no round is needed to warm them.
LARGE = 1_000_000
ROUNDS = ((10_000, 15), (LARGE - 1, 7))
FEW_ROUNDS = 3


def add_parser(commands: Any) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "bench",
        help="time gomap's maps against dict on this machine",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    what = parser.add_argument_group("what to measure")
    what.add_argument(
        "--sizes",
        metavar="N[,N...]",
        type=sizes,
        help="entries in the maps (1000,100000,1000000)",
    )
    what.add_argument(
        "--kinds", metavar="KIND[,KIND...]", type=kinds, default=[*DEFAULT_KINDS],
        help="maps (str,int,int64)",
    )  # fmt: skip
    what.add_argument("--quick", action="store_true", help="two sizes, three rounds")
    what.add_argument(
        "--rounds",
        metavar="N",
        type=whole_number(2, 1000),
        help="timed rounds of each cell (15, 7 or 3: fewer for larger maps)",
    )
    what.add_argument(
        "--seed", metavar="N", type=whole_number(0), default=SEED, help=f"of the keys ({SEED})"
    )
    how = parser.add_argument_group("how to show it")
    outputs.add_arguments(
        how, png="the ratios as a picture; needs matplotlib", svg="the same, as SVG"
    )
    how.add_argument("--json", action="store_true", help="print JSON; needs no rich")
    parser.set_defaults(run=run)


def sizes(text: str) -> list[int]:
    """Read --sizes."""
    read = whole_number(1, LARGEST)
    return sorted({read(part) for part in text.split(",")})


def kinds(text: str) -> list[str]:
    """Read --kinds."""
    names = list(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in KINDS:
            raise argparse.ArgumentTypeError(f"no kind {name!r} (there are: {', '.join(KINDS)})")
    return names


def run(args: argparse.Namespace) -> Generator[str]:
    """Measure; give what to print, and write the pictures."""
    show = to_json if args.json else renderer()
    files = outputs.wanted(args)
    picture = drawer() if files else None
    found = measured(args)
    yield show(found)
    for output in files:
        assert picture is not None
        output.write(picture(found).savefig)


def renderer() -> Callable[[Bench], str]:
    """Return the function that draws the table, or say what to install for it."""
    try:
        from gomap.cli.bench_table import draw
    except ImportError as error:
        raise missing(error, "rich", f"{NEEDS_RICH}, or use --json") from None
    return draw


def drawer() -> Callable[[Bench], Any]:
    """Return the function that draws the picture, or say what to install for it."""
    try:
        from gomap.cli.bench_picture import draw
    except ImportError as error:
        raise missing(error, "matplotlib", NEEDS_MATPLOTLIB) from None
    return draw


def measured(args: argparse.Namespace) -> Bench:
    """Measure everything asked for."""
    chosen = args.sizes or [*(QUICK_SIZES if args.quick else SIZES)]
    subjects = [KINDS[kind] for kind in args.kinds]
    few = args.rounds or (FEW_ROUNDS if args.quick else 0)
    cells: list[Cell] = []
    total = len(chosen) * len(subjects) * len(SHOWN)
    with progress(total, "measuring", still=True) as advance, no_collector():
        for n in chosen:
            for subject in subjects:
                advance(len(cells), f"{subject.name}, {n:,} entries")
                for cell in measured_map(subject, n, args.seed, few or rounds_for(n)):
                    cells.append(cell)
                    advance(len(cells), f"{subject.name}, {n:,} entries")
    return Bench(cpu_model(), platform.python_version(), __version__, args.seed, cells)


def measured_map(subject: Subject, n: int, seed: int, rounds: int) -> Iterator[Cell]:
    """Measure one map at one size, operation by operation."""
    data = Data(subject, n, seed)
    for operation in SHOWN:
        result = measure(operation, data, rounds, unseen=int(n < LARGE))
        yield Cell(subject, operation, n, rounds, result)


def rounds_for(n: int) -> int:
    """Return the rounds that a map of this size gets within the minute."""
    return next((rounds for most, rounds in ROUNDS if n <= most), FEW_ROUNDS)


@contextmanager
def no_collector() -> Iterator[None]:
    """Keep the garbage collector from starting in the middle of a round."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def to_json(found: Bench) -> str:
    """Return the results as one JSON object."""
    results: Sequence[dict[str, Any]] = [
        {
            "map": cell.subject.name,
            "operation": cell.operation.label,
            "n": cell.n,
            "rounds": cell.rounds,
            **asdict(cell.result),
        }
        for cell in found.cells
    ]
    head = {name: getattr(found, name) for name in ("gomap", "python", "processor", "seed")}
    return json.dumps({**head, "results": results}, indent=2) + "\n"
