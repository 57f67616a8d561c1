"""How many bytes does an entry take, and what does a small map cost to make and to drop?

Bytes are counted twice: as `sys.getsizeof` says, and as the resident process grows when
it makes the containers, each kind and size in a process of its own (many containers
where they are small). Keys and elements that are Python objects are counted apart:
first they belong to somebody else, then to the containers alone.

    python benchmarks/bench_memory.py             # n = 0 ... 10,000,000; some two minutes, 4 GB
    python benchmarks/bench_memory.py --quick     # up to 100,000
    python benchmarks/bench_memory.py --update    # writes the result into README.md here
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from _report import load_average, machine, table, update_readme
from memory_child import PEAK, SUBJECTS
from memory_small import PAIRS, Cost, measure_all

SIZES = (0, 1, 8, 100, 1_000, 100_000, 1_000_000)
BIG = 10_000_000
# At BIG only unboxed maps and their dict: a day has its hours.
BIG_SUBJECTS = ("dict, int keys", "Map[int64, int64]")
QUICK = 100_000
ENTRIES = 400_000
"""Entries of all containers of one process, where one has fewer."""
ROUNDS = 201
CHILD = Path(__file__).with_name("memory_child.py")

Bytes = dict[tuple[str, int, str], dict[str, float]]
"""By subject, size and whose the objects are."""


def copies(n: int) -> int:
    """Return how many containers of n entries are made."""
    return max(1, ENTRIES // max(n, 4))


def measure(subjects: Sequence[str], sizes: Sequence[int]) -> Bytes:
    """Run every kind and size, telling standard error how far it is."""
    found: Bytes = {}
    for n in sizes:
        for name in subjects:
            if n >= BIG and name not in BIG_SUBJECTS:
                continue
            for objects in ("shared", "own"):
                command = [sys.executable, str(CHILD), name, str(n), str(copies(n)), objects]
                done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
                found[name, n, objects] = json.loads(done.stdout)
            print(f"{name}, n = {n:,}: {found[name, n, 'own']}", file=sys.stderr)
    return found


def cell(found: Bytes, name: str, n: int, objects: str, kind: str) -> str:
    """Show bytes an entry (a container, when there is none), and over dict's."""
    if (name, n, objects) not in found:
        return "-"
    value = found[name, n, objects][kind]
    other = found.get((SUBJECTS[name].other, n, objects))
    ratio = f" ({value / other[kind]:.2f})" if other and other[kind] else ""
    return f"{value / max(n, 1):.1f}{ratio}"


# What is shown: a title, whose the objects are, and which figure.
TABLES = (
    ("`sys.getsizeof`", "shared", "size"),
    ("resident, without keys and elements that are objects", "shared", "grown"),
    ("resident, everything", "own", "grown"),
    ("highest point while growing, everything", "own", "highest"),
)


def weights(found: Bytes) -> Iterator[str]:
    """Write the bytes."""
    sizes = list(dict.fromkeys(n for _, n, _ in found))
    names = list(dict.fromkeys(name for name, _, _ in found))
    for title, objects, kind in TABLES:
        header = [title, *(f"n = {n:,}" for n in sizes)]
        rows = [[name, *(cell(found, name, n, objects, kind) for n in sizes)] for name in names]
        yield from table(header, rows)


def costs_table(costs: dict[str, Cost]) -> Iterator[str]:
    """Write what small containers cost."""
    header = ["make and drop", "Map ns", "dict ns", "Map / dict (quartiles)", "bytes: Map", "dict"]
    rows = [
        [
            *(what, f"{cost.ours:.1f}", f"{cost.other:.1f}"),
            f"**{cost.ratio:.2f}** ({cost.low:.2f}-{cost.high:.2f})",
            *(str(cost.our_bytes), str(cost.other_bytes)),
        ]
        for what, cost in costs.items()
    ]
    yield from table(header, rows)


def report(found: Bytes, costs: dict[str, Cost], load: str) -> str:
    """Write everything as Markdown."""
    lines = [*machine("bench_memory.py"), f"- {load}", ""]
    if found:
        lines += ["Bytes an entry (in brackets over dict's); for n = 0 bytes a container:", ""]
        lines += weights(found)
    else:
        lines += [f"- bytes not measured here: {PEAK} is missing", ""]
    lines += costs_table(costs)
    return "\n".join(lines).rstrip() + "\n"


def named(part: str, names: Sequence[str], other: Callable[[str], str]) -> list[str]:
    """Return the names with `part` in them, and what they are compared with."""
    found = {name for name in names if part in name}
    found |= {other(name) for name in found}
    return [name for name in names if name in found]


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", help="numbers of entries, separated by commas")
    parser.add_argument("--subject", default="", help="only containers whose name contains this")
    parser.add_argument("--quick", action="store_true", help=f"at most {QUICK:,} entries")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of the small ones")
    parser.add_argument("--update", action="store_true", help="write the result into README.md")
    args = parser.parse_args()
    sizes = [int(n) for n in args.sizes.split(",")] if args.sizes else [*SIZES, BIG]
    if args.quick and not args.sizes:
        sizes = [n for n in sizes if n <= QUICK]
    subjects = named(args.subject, list(SUBJECTS), lambda name: SUBJECTS[name].other)
    if not subjects or args.rounds < 2:
        parser.error(f"two rounds at least, and one of {'; '.join(SUBJECTS)}")
    load = load_average()
    costs = measure_all(PAIRS, min(args.rounds, 31) if args.quick else args.rounds)
    found = measure(subjects, sizes) if PEAK.exists() else {}
    text = report(found, costs, load)
    print(text)
    if args.update:
        update_readme("bench_memory", text)


if __name__ == "__main__":
    main()
