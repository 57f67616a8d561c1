"""How fast are batches over arrays, against the tables people use?

int64 keys and elements in numpy arrays; random 64-bit keys, visited in an order
unrelated to that of their insertion. All libraries run in one process, interleaved
round by round and taking turns at going first; what is not installed is left out, and
the report says so. The table shows medians of nanoseconds per element, and medians of
the ratios to the fastest of the others with their quartiles.

    python benchmarks/bench_batch.py            # n = 1 and 10 million; some five minutes, 6 GB
    python benchmarks/bench_batch.py --quick    # n = 100,000; not a minute
    python benchmarks/bench_batch.py --update   # writes the result into README.md and batch.png
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _report import load_average, machine, quartiles, table, update_readme
from batch_measure import (
    OPERATIONS,
    Gains,
    Operation,
    Results,
    peak_gigabytes,
    ratio,
    rehearse,
    run_all,
    two_readers,
    weigh,
    weigh_here,
)
from batch_peers import Peer, installed

SIZES = (1_000_000, 10_000_000)
QUICK = (100_000,)
MANY_ROUNDS, ROUNDS_WHEN_LARGE = 9, 5
LARGE = 5_000_000
OURS = "gomap"
PICTURE = Path(__file__).with_name("batch.png")


@dataclass
class Outcome:
    """Everything that was measured in one run."""

    sizes: list[int]
    peers: list[Peer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    results: Results = field(default_factory=dict)
    bytes_per_entry: dict[tuple[int, str], float] = field(default_factory=dict)
    counted: dict[int, float] = field(default_factory=dict)
    """What `sys.getsizeof` says of our map, per entry."""
    gains: dict[int, Gains] = field(default_factory=dict)

    def others(self, method: str, n: int) -> list[str]:
        """Return the other peers that took part, the fastest first."""
        names = [name for m, size, name in self.results if (m, size) == (method, n)]
        names = [name for name in names if name != OURS]
        return sorted(names, key=lambda name: self.results[method, n, name].ns)


@dataclass(frozen=True)
class Target:
    """A line of the list of targets: a ratio to another peer, the best one unless named."""

    title: str
    method: str
    most: float
    peer: str = ""


TARGETS = (
    Target("`get_many`, all present / best peer", "hit", 0.35),
    Target("`contains_many`, all absent / best peer", "miss", 0.6),
    Target("`from_arrays` / best presized build", "build", 0.6),
    Target("`count` of an array / pandas' `value_count`", "count", 0.6, "pandas"),
)
MOST_BYTES, LEAST_GAIN = 33.0, 1.8


def short(n: int) -> str:
    """Return 10 M for ten million, 100 k for a hundred thousand."""
    return f"{n // 1_000_000} M" if n >= 1_000_000 else f"{n / 1_000:g} k"


def ratio_cell(outcome: Outcome, method: str, n: int, peer: str) -> tuple[str, float]:
    """Return a ratio to a peer with its quartiles, shown and bare."""
    results = outcome.results
    low, middle, high = ratio(results[method, n, OURS], results[method, n, peer])
    return f"**{middle:.2f}** ({low:.2f}-{high:.2f}, {peer})", middle


def time_rows(outcome: Outcome) -> Iterator[list[str]]:
    """Write the rows of times: one an operation and size, one column a peer."""
    for operation in OPERATIONS:
        for n in outcome.sizes:
            cells = [
                outcome.results.get((operation.method, n, peer.name)) for peer in outcome.peers
            ]
            if not any(cells):
                continue
            title = f"{operation.title}, {short(n)}"
            if operation.stream:
                title += f" of {short(n // 10)} distinct"
            shown = ["-" if cell is None else figure(cell.ns) for cell in cells]
            others = outcome.others(operation.method, n)
            beside = "-"
            if others and (operation.method, n, OURS) in outcome.results:
                beside = ratio_cell(outcome, operation.method, n, others[0])[0]
            yield [title, *shown, beside]


def figure(value: float) -> str:
    """Return three digits or so."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def byte_rows(outcome: Outcome) -> Iterator[list[str]]:
    """Write the rows of bytes per entry."""
    for n in outcome.sizes:
        sizes = [outcome.bytes_per_entry.get((n, peer.name)) for peer in outcome.peers]
        if any(sizes):
            shown = [f"{size:.1f}" if size else "-" for size in sizes]
            yield [f"bytes per entry, {short(n)}", *shown, "-"]


def target_rows(outcome: Outcome) -> Iterator[list[str]]:
    """Write what was to be reached and what was."""
    for target in TARGETS:
        for n in outcome.sizes:
            others = outcome.others(target.method, n)
            peer = target.peer or (others[0] if others else "")
            if peer not in others or (target.method, n, OURS) not in outcome.results:
                continue
            shown, reached = ratio_cell(outcome, target.method, n, peer)
            verdict = "yes" if reached <= target.most else "no"
            yield [f"{target.title}, {short(n)}", f"<= {target.most}", shown, verdict]
    n = max(outcome.sizes)
    if n in outcome.counted:
        resident = outcome.bytes_per_entry.get((n, OURS), 0.0)
        shown = f"**{outcome.counted[n]:.1f}** counted, {resident:.1f} in memory"
        verdict = "yes" if max(resident, outcome.counted[n]) <= MOST_BYTES else "no"
        yield [f"bytes per entry, {short(n)}", f"<= {MOST_BYTES:g}", shown, verdict]
    for n, gains in outcome.gains.items():
        low, middle, high = quartiles(gains.reading)
        control = quartiles(gains.sorting)[1]
        verdict = "yes" if middle >= LEAST_GAIN else "no"
        title = f"two threads' `get_many` on one map / one thread's, {short(n)}"
        shown = f"**{middle:.2f}** ({low:.2f}-{high:.2f}; two `numpy.sort`: {control:.2f})"
        yield [title, f">= {LEAST_GAIN}", shown, verdict]


def report(outcome: Outcome, load: str) -> str:
    """Write everything as Markdown."""
    names = [peer.name for peer in outcome.peers]
    versions = ", ".join(peer.version() for peer in outcome.peers if peer.module)
    lines = [*machine("bench_batch.py"), f"- {load}", f"- {versions}"]
    peak = peak_gigabytes()
    lines += [f"- at most {peak:.1f} GB of memory in use"] if peak else []
    lines += [f"- {note}" for note in outcome.notes]
    lines += ["", "Nanoseconds per element; the last column: gomap / the best of the others", ""]
    lines[-2] += " (quartiles over the rounds, which)."
    rows = [*time_rows(outcome), *byte_rows(outcome)]
    lines += table(["", *names, "gomap / best"], rows)
    reached = list(target_rows(outcome))
    if reached:
        lines += table(["target", "", "reached", ""], reached)
    lines += [f"- {peer.name}: {peer.note}" for peer in outcome.peers]
    return "\n".join(lines).rstrip() + "\n"


def rounds_for(asked: int) -> Callable[[int], int]:
    """Return how many rounds a size gets."""
    return lambda n: asked or (ROUNDS_WHEN_LARGE if n >= LARGE else MANY_ROUNDS)


def weigh_all(outcome: Outcome) -> None:
    """Find out what an entry costs in memory, for the largest size and those below."""
    for n in outcome.sizes:
        for peer in outcome.peers:
            if peer.operation("build"):
                outcome.bytes_per_entry[n, peer.name] = weigh(__file__, peer, n)


def measure_ours(outcome: Outcome, peer: Any, rounds: Callable[[int], int]) -> None:
    """Measure what only a Map has: its own count of bytes, and readers side by side."""
    import numpy as np

    n = max(outcome.sizes)
    full = peer.build(np.arange(n), np.arange(n))
    outcome.counted[n] = sys.getsizeof(full) / n
    del full
    for n in outcome.sizes:
        outcome.gains[n] = two_readers(peer, n, rounds(n))
        found = statistics.median(outcome.gains[n].reading)
        print(f"two readers, n = {n:,}: {found:.2f}", file=sys.stderr)


def run(sizes: list[int], only: str, rounds: Callable[[int], int]) -> Outcome:
    """Measure everything that is installed."""
    outcome = Outcome(sizes)
    for peer in installed(only):
        if isinstance(peer, str):
            outcome.notes.append(peer)
        else:
            outcome.peers.append(peer)
    able = {peer: rehearse(peer, outcome.notes.append) for peer in outcome.peers}
    gc.disable()
    outcome.results = run_all(able, sizes, rounds)
    weigh_all(outcome)
    for peer in outcome.peers:
        if peer.name == OURS and {"build", "hit"} <= able[peer].keys():
            measure_ours(outcome, peer, rounds)
    for note in outcome.notes:
        print(note, file=sys.stderr)
    return outcome


def times(outcome: Outcome, operation: Operation) -> dict[str, dict[str, float]]:
    """Return an operation's medians by size and peer."""
    found: dict[str, dict[str, float]] = {short(n): {} for n in outcome.sizes}
    for (method, n, name), cell in outcome.results.items():
        if method == operation.method:
            found[short(n)][name] = cell.ns
    return found


def unit(outcome: Outcome, operation: Operation) -> str:
    """Return what a picture says under an operation's bars."""
    n = max(outcome.sizes)
    stream = f", {short(n)} of {short(n // 10)} distinct" if operation.stream else ""
    return f"ns per element{stream}"


def draw_picture(outcome: Outcome, path: Path) -> None:
    """Draw the times, if matplotlib is there."""
    try:
        from batch_picture import draw
    except ImportError as error:
        print(f"no picture: {error}", file=sys.stderr)
        return
    panels = [(op.title, unit(outcome, op), times(outcome, op)) for op in OPERATIONS]
    sizes = outcome.bytes_per_entry
    weights = {
        short(n): {p.name: sizes[n, p.name] for p in outcome.peers if sizes.get((n, p.name))}
        for n in outcome.sizes
    }
    draw(panels, weights, OURS, path)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", help="numbers of entries, separated by commas")
    parser.add_argument("--quick", action="store_true", help=f"only n = {QUICK[0]:,}")
    parser.add_argument("--peers", default="", help="only these, separated by commas")
    parser.add_argument("--rounds", type=int, default=0, help="rounds instead of 9 or 5")
    parser.add_argument("--picture", type=Path, help="draws the picture into this file")
    parser.add_argument(
        "--update", action="store_true", help=f"writes into README.md and {PICTURE.name}"
    )
    parser.add_argument("--weigh", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def chosen_sizes(args: argparse.Namespace) -> list[int]:
    """Return the sizes asked for."""
    if args.sizes:
        return [int(n) for n in args.sizes.split(",")]
    return [*(QUICK if args.quick else SIZES)]


def main(args: argparse.Namespace) -> None:
    """Measure, print, and write what is wanted."""
    sizes = chosen_sizes(args)
    if args.weigh:
        (peer,) = (peer for peer in installed(args.weigh) if isinstance(peer, Peer))
        print(weigh_here(peer, sizes[0]))
        return
    load = load_average()
    outcome = run(sizes, args.peers, rounds_for(args.rounds))
    text = report(outcome, load)
    print(text)
    if args.update:
        update_readme("bench_batch", text)
    if args.update or args.picture:
        draw_picture(outcome, args.picture or PICTURE)


if __name__ == "__main__":
    main(arguments())
