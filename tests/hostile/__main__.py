"""Runs the matrix, or a part of it: ``python tests/hostile --help``."""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hostile.cells import OPS, Cell, all_cells, kinds_of, moments_seen
from hostile.runner import OUTCOMES, Result, run_all


def choose(options: Any) -> list[Cell]:
    """The cells that are asked for."""
    pattern = re.compile(options.only)
    cells = [cell for cell in all_cells() if pattern.search(str(cell))]
    return cells[options.first :: options.sample]


def check_table() -> int:
    """Compare the moments that come in each operation with those it names; 1 if they differ."""
    differences = 0
    gc.collect()
    gc.freeze()
    for op in OPS.values():
        seen = set().union(
            *(
                moments_seen(op, kind, state)
                for kind in kinds_of(op)
                for state in ("shared", "iterators", "reseeded")
            )
        )
        if seen != op.fires:
            differences += 1
            print(
                f"{op.name}: comes too: {sorted(seen - op.fires)}, "
                f"never comes: {sorted(op.fires - seen)}"
            )
    return 1 if differences else 0


def main() -> int:
    """Run, report, and say by the exit status whether all passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="cells whose name this expression finds")
    parser.add_argument("--sample", type=int, default=1, help="every n-th of them")
    parser.add_argument("--first", type=int, default=0, help="beginning with this one")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    parser.add_argument("-v", action="store_true", help="what broke, in full")
    parser.add_argument("--table", action="store_true", help="only check which moments come")
    options = parser.parse_args()
    if options.table:
        return check_table()
    cells = choose(options)
    if not cells:
        parser.error("no cell has such a name")
    began = time.monotonic()
    bad: list[Result] = []
    told = 0

    def report(result: Result) -> None:
        nonlocal told
        told += 1
        if told % 5000 == 0:
            minutes = (time.monotonic() - began) / 60
            print(f"{told} of {len(cells)} cells, {minutes:.0f} minutes", file=sys.stderr)
        if result.outcome not in ("passed", "not fired"):
            bad.append(result)
            words = result.words if options.v else result.words.split("\n")[0][:300]
            print(f"{result.outcome}: {result.cell}\n    {words}", flush=True)

    outcomes = run_all(cells, options.jobs, report)
    print(f"{len(cells)} cells in {time.monotonic() - began:.0f} s:", dict(outcomes))
    judged = sum(outcomes[name] for name in OUTCOMES)
    if judged != len(cells):
        print(f"only {judged} cells came to an end")
    return 1 if bad or judged != len(cells) else 0


if __name__ == "__main__":
    sys.exit(main())
