"""Runs every benchmark, one after the other, and writes README.md anew.

Nothing runs at the same time: leave the machine alone meanwhile. A benchmark that is
not there, or whose libraries are not, is skipped, and it is said why; one that fails
does not keep the others from running, and makes the exit status 1.

    python benchmarks/all.py             # everything; better part of an hour
    python benchmarks/all.py --quick     # small and few, nothing written: does it all run?
    python benchmarks/all.py --only pause
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from _report import README, load_average

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Benchmark:
    """A script, how it runs quickly, and what it cannot do without."""

    name: str
    quick: tuple[str, ...] = ("--quick",)
    modules: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()

    @property
    def script(self) -> Path:
        """The file."""
        return HERE / f"{self.name}.py"

    def obstacle(self) -> str | None:
        """Say why it cannot run here; None when it can."""
        if not self.script.exists():
            return f"there is no {self.script.name}"
        for module in self.modules:
            if find_spec(module) is None:
                return f"{module} is not installed (pip install 'gomap[bench]')"
        for program in self.programs:
            if which(program) is None:
                return f"there is no {program} on the path"
        return None

    def has_place(self) -> bool:
        """Say whether README.md has where to write the result."""
        return f"<!-- {self.name}: begin -->" in README.read_text()

    def command(self, quick: bool) -> list[str]:
        """Return what runs it."""
        return [sys.executable, str(self.script), *(self.quick if quick else ("--update",))]


BENCHMARKS = (
    Benchmark("bench_core", programs=("cc",)),
    Benchmark("bench_dict", ("--sizes", "8,1000", "--rounds", "2")),
    Benchmark("bench_lists", ("--rounds", "2")),
    Benchmark("bench_batch", modules=("numpy", "matplotlib")),
    Benchmark("bench_sync", ("--rounds", "2", "--threads", "2")),
    Benchmark("bench_pause", modules=("numpy", "matplotlib")),
    Benchmark("bench_memory"),
    Benchmark("bench_hash", ("--rounds", "2", "--side", "siphash13"), programs=("cc",)),
)


def run(benchmark: Benchmark, quick: bool) -> str:
    """Run one; return what became of it, beginning with "done", "skipped" or "failed"."""
    obstacle = benchmark.obstacle()
    if obstacle is not None:
        return f"skipped: {obstacle}"
    if not quick and not benchmark.has_place():
        return f"failed: {README.name} has no place for its result"
    print(f"== {benchmark.name}", flush=True)
    start = time.monotonic()
    status = subprocess.run(benchmark.command(quick), check=False).returncode
    seconds = time.monotonic() - start
    if status != 0:
        return f"failed after {seconds:.0f} s: exit status {status}"
    return f"done in {seconds:.0f} s"


def run_all(benchmarks: Sequence[Benchmark], quick: bool) -> int:
    """Run them, tell what became of each, return the exit status."""
    print(load_average(), flush=True)
    outcomes = {benchmark.name: run(benchmark, quick) for benchmark in benchmarks}
    print("== all")
    for name, outcome in outcomes.items():
        print(f"{name}: {outcome}")
    return int(any(outcome.startswith("failed") for outcome in outcomes.values()))


def main() -> int:
    """Read the command line, run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small and few; writes nothing")
    parser.add_argument("--only", default="", help="only those whose name contains this")
    args = parser.parse_args()
    chosen = [benchmark for benchmark in BENCHMARKS if args.only in benchmark.name]
    if not chosen:
        parser.error(f"none is called {args.only!r}: {', '.join(b.name for b in BENCHMARKS)}")
    return run_all(chosen, args.quick)


if __name__ == "__main__":
    sys.exit(main())
