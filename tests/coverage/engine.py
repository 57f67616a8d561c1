"""Line and branch coverage of src/core by the C tests.

    python tests/coverage/engine.py DIRECTORY [--least PERCENT]

Builds tests/core twice with clang's source-based coverage, as `make core-tests` does (plain,
and with pages so small that arrays go piece by piece), runs both, and merges what they say.

A branch is one side of one condition as it is written: `if (a && b)` has four. The texts that
are instantiated per kind of key (*.inc.h, the inline functions of the headers, macros) count
once: a line or a branch is covered when some instance covers it. Left out are conditions that
are constants in every instance that ran (GM_CALLS_OUT), assert, and what `#if` leaves out.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "src" / "core"
SMALL_PIECES = ("-DGM_PIECE_BYTES=512", "-DGM_MOST_PAGE_BYTES=256")
BUILDS = {"plain": (), "pieces": SMALL_PIECES}
FLAGS = "-std=c11 -O1 -g -DGM_DEBUG=1 -DNDEBUG -Wno-unused-variable".split()
COVERAGE = ["-fprofile-instr-generate", "-fcoverage-mapping"]

# Declarations and definitions of types alone.
NO_CODE = {"clear.h", "debug.h", "inspect.inc.h", "kind.h", "rebuild.h", "walk.h", "kind_bits.c"}

# Kinds of region, as `llvm-cov export` numbers them.
CODE = 0
SKIPPED = 2  # by #if


class Place(NamedTuple):
    """A stretch of source text: from line and column to line and column."""

    line: int
    column: int
    last_line: int
    last_column: int


class Seen:
    """What ran of one file: lines by their count, branches by true and false."""

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        self.text = text.split("\n")
        self.code = without_comments(text)
        self.lines: dict[int, int] = {}
        self.skipped: set[int] = set()
        self.unused: set[int] = set()
        """Lines of functions of which some object has no code: what `#if` leaves out of them
        is not known there."""
        self.branches: dict[Place, tuple[int, int]] = {}

    def add_lines(self, counts: dict[int, int], skipped: list[Place]) -> None:
        for place in skipped:
            self.skipped.update(range(place.line, place.last_line + 1))
        for line, count in counts.items():
            self.lines[line] = max(count, self.lines.get(line, 0))

    def add_never_called(self) -> None:
        """Functions of which no object has code did not run."""
        self.add_lines(dict.fromkeys(self.unused - self.lines.keys() - self.skipped, 0), [])

    def add_branch(self, place: Place, when_true: int, when_false: int) -> None:
        before = self.branches.get(place, (0, 0))
        self.branches[place] = (max(when_true, before[0]), max(when_false, before[1]))


def tool(name: str) -> str:
    """The newest of LLVM's tools of that name, the one beside the compiler that is used."""
    for candidate in (f"{name}-{os.environ.get('LLVM', '14')}", name):
        if shutil.which(candidate):
            return candidate
    sys.exit(f"{name} is not here: apt-get install clang-14 llvm-14")


def run(*command: str | Path, **options: Any) -> str:
    return subprocess.run(
        [str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True, **options
    ).stdout


def build(directory: Path, defines: tuple[str, ...]) -> Path:
    """The C tests with counters, compiled by two processes at a time."""
    directory.mkdir(parents=True, exist_ok=True)
    sources = sorted(CORE.glob("*.c")) + sorted((ROOT / "tests" / "core").glob("*.c"))
    command = [tool("clang"), *FLAGS, *COVERAGE, *defines, "-Isrc/core", "-Itests/core", "-c"]
    waiting, running = list(sources), []
    while waiting or running:
        while waiting and len(running) < 2:
            source = waiting.pop()
            output = directory / f"{source.stem}.o"
            running.append(subprocess.Popen([*command, "-o", output, source], cwd=ROOT))
        if running.pop(0).wait() != 0:
            sys.exit("the C tests do not compile")
    program = directory / "core-tests"
    objects = [directory / f"{source.stem}.o" for source in sources]
    run(tool("clang"), *COVERAGE, "-o", program, *objects, "-lm")
    return program


def measure(program: Path) -> list[dict[str, Any]]:
    """Runs the tests, which must pass; what llvm-cov says of every function."""
    raw, profile = program.with_suffix(".profraw"), program.with_suffix(".profdata")
    environment = {**os.environ, "LLVM_PROFILE_FILE": str(raw)}
    tests = subprocess.run([program], env=environment, stdout=subprocess.PIPE, text=True)
    print(f"{program.parent.name}: {tests.stdout.splitlines()[-1]}", flush=True)
    if tests.returncode != 0:
        sys.exit(tests.stdout)
    run(tool("llvm-profdata"), "merge", "-o", profile, raw)
    report = run(tool("llvm-cov"), "export", program, f"-instr-profile={profile}")
    functions: list[dict[str, Any]] = json.loads(report)["data"][0]["functions"]
    return functions


def innermost(regions: dict[Place, int], place: Place) -> int:
    """The count of the smallest region around a place; 0 when there is none."""
    start, end = place[:2], place[2:]
    around = [r for r in regions if r[:2] <= start and end <= r[2:]]
    return regions[max(around, key=lambda r: (r[:2], [-n for n in r[2:]]))] if around else 0


def add_function(function: dict[str, Any], seen: dict[str, Seen]) -> None:
    for number, filename in enumerate(function["filenames"]):
        path = Path(filename)
        path = path if path.is_absolute() else ROOT / path
        if path.parent != CORE:
            continue
        file = seen.setdefault(path.name, Seen(path))
        regions: dict[Place, int] = {}
        skipped = []
        for *place, count, in_file, _expanded, kind in function["regions"]:
            if in_file == number and kind == CODE:
                regions[Place(*place)] = count
            elif in_file == number and kind == SKIPPED:
                skipped.append(Place(*place))
        counts = line_counts(regions, skipped, file.code)
        if function["count"] == 0 and len(function["regions"]) == 1:
            file.unused.update(counts)
            continue
        file.add_lines(counts, skipped)
        for *place, when_true, when_false, in_file, _expanded, _kind in function["branches"]:
            here = Place(*place)
            is_constant = when_true + when_false == 0 and innermost(regions, here) > 0
            if in_file == number and not is_constant:
                file.add_branch(here, when_true, when_false)


def without_comments(text: str) -> list[str]:
    """The lines of a C file, comments blanked."""
    blank = re.sub(r"/\*.*?\*/", lambda c: re.sub(r"[^\n]", " ", c[0]), text, flags=re.DOTALL)
    return blank.split("\n")


def says_something(code: str) -> bool:
    return re.search(r"\w", code) is not None and not code.lstrip().startswith("#")


def line_counts(regions: dict[Place, int], skipped: list[Place], code: list[str]) -> dict[int, int]:
    """How often each line of one function ran: what its innermost region says, or, where
    some begin on it, the most of them."""
    counts: dict[int, int] = {}
    for place, count in sorted(regions.items(), key=lambda r: (r[0][:2], -r[0][2], -r[0][3])):
        for line in range(place.line, place.last_line + 1):
            first = place.column - 1 if line == place.line else 0
            last = place.last_column - 1 if line == place.last_line else None
            if says_something(code[line - 1]) and re.search(r"\w", code[line - 1][first:last]):
                begins = line == place.line and re.search(r"\w", code[line - 1][:first])
                counts[line] = max(count, counts.get(line, 0)) if begins else count
    for place in skipped:
        for line in range(place.line, place.last_line + 1):
            counts.pop(line, None)
    return counts


def missing(name: str, file: Seen) -> list[str]:
    """What did not run, in the order of the file."""
    found = [(n, f"not run: {file.text[n - 1].strip()}") for n, c in file.lines.items() if not c]
    for place, both in file.branches.items():
        if file.lines.get(place.line, 0) > 0:
            last = place.last_column - 1 if place.last_line == place.line else None
            said = file.text[place.line - 1][place.column - 1 : last]
            found += [
                (place.line, f"never {side}: {said}")
                for side, count in zip(("true", "false"), both, strict=True)
                if count == 0
            ]
    return [f"{name}:{line}: {what}" for line, what in sorted(found)]


def report(seen: dict[str, Seen]) -> tuple[float, float]:
    """Prints a row for each file and what is missing; percent of lines and of branches."""
    totals = [0, 0, 0, 0]
    print(f"{'file':<20}{'lines':>14}{'branches':>14}")
    for name in sorted(seen):
        lines = seen[name].lines.values()
        sides = [count for both in seen[name].branches.values() for count in both]
        figures = [sum(c > 0 for c in lines), len(lines), sum(c > 0 for c in sides), len(sides)]
        totals = [a + b for a, b in zip(totals, figures, strict=True)]
        ran, of, taken, ways = figures
        print(f"{name:<20}{f'{ran}/{of}':>14}{f'{taken}/{ways}':>14}")
    for name in sorted(seen):
        print("\n".join(missing(name, seen[name])), end="\n" if missing(name, seen[name]) else "")
    silent = {path.name for path in CORE.glob("*.[ch]")} - set(seen) - NO_CODE
    if silent:
        sys.exit(f"no function of these was compiled: {', '.join(sorted(silent))}")
    lines_percent, branches_percent = 100 * totals[0] / totals[1], 100 * totals[2] / totals[3]
    print(f"lines {lines_percent:.2f} % of {totals[1]}, ", end="")
    print(f"branches {branches_percent:.2f} % of {totals[3]}")
    return lines_percent, branches_percent


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("directory", type=Path, help="for what is built")
    parser.add_argument("--least", type=float, default=98.0, help="percent; default 98")
    options = parser.parse_args()
    seen: dict[str, Seen] = {}
    for name, defines in BUILDS.items():
        for function in measure(build(options.directory.resolve() / name, defines)):
            add_function(function, seen)
    for file in seen.values():
        file.add_never_called()
    if min(report(seen)) < options.least:
        sys.exit(f"less than {options.least:g} %")


if __name__ == "__main__":
    main()
