"""Which keyed hash is the fastest that behaves as a random function would?

Candidates for 64-bit numbers stand in hash/candidates.h, those for bytes in
hash/bytes.h. Each is compiled with the engine's own find, timed in one process with
the others, round by round and in turns at going first, and put to the checks of
hash/quality.c and hash/bytes.c. `present` is what src/core/hash.h holds. Instructions
are counted by valgrind, where it is.

    python benchmarks/bench_hash.py             # some four minutes
    python benchmarks/bench_hash.py --update    # writes the result into README.md here
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from _report import load_average, machine, quartiles, table, update_readme
from hash_floods import floods

HERE = Path(__file__).resolve().parent
SOURCES, CORE = HERE / "hash", HERE.parent / "src" / "core"
FLAGS = ["-std=c11", "-O3", "-DNDEBUG", f"-I{CORE}", f"-I{SOURCES}"]
SIDES = (
    *("present", "twice", "twice_by_seed", "twice_folded"),
    *("fold", "fold_by_seed", "fold_shift", "fold_multiply", "fold_swap"),
    *("fold_self", "fold_self_shift", "murmur3", "moremur", "splitmix", "xxh3"),
    *("siphash13", "aes2", "aes3", "crc32", "fibonacci"),
)
SPECIAL = {"aes2": ["-maes", "-msse4.1"], "aes3": ["-maes", "-msse4.1"], "crc32": ["-msse4.2"]}
"""Flags of candidates that only some x86-64 processors have the instructions for."""

BASE = "present"
COUNTED = 40_960
BYTES_CALLS = 4_096

Row = tuple[str, str]
"""What was done: work and n."""
Times = dict[str, dict[Row, list[float]]]
Counts = dict[str, dict[Row, float]]


@dataclass(frozen=True)
class Finding:
    """What one check says of one side."""

    check: str
    worst: float
    failed: int
    cases: int
    where: str


Findings = dict[str, list[Finding]]


# ---- building and running ----------------------------------------------------------------


def has_special() -> bool:
    """Say whether this processor has AES and CRC32 instructions (of x86-64)."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    is_x86 = platform.machine() in ("x86_64", "AMD64")
    return is_x86 and bool(re.search(r"\baes\b", flags)) and "sse4_2" in flags


class Workshop:
    """A folder where the programs are built."""

    def __init__(self, folder: Path, sides: Sequence[str]) -> None:
        self.folder = folder
        self.sides = sides
        self.compiler = os.environ.get("CC", "cc")
        self.valgrind = shutil.which("valgrind")

    def cc(self, *args: str | Path) -> None:
        """Run the compiler."""
        subprocess.run([self.compiler, *FLAGS, *map(str, args)], check=True)

    def compile(self, source: Path, name: str, *flags: str) -> Path:
        """Make an object of a source."""
        made = self.folder / f"{name}.o"
        self.cc(*flags, "-c", source, "-o", made)
        return made

    def list_sides(self) -> Path:
        """Write the C that lists the sides."""
        declared = "".join(f"extern const hash_side side_{name};\n" for name in self.sides)
        listed = ", ".join(f"&side_{name}" for name in self.sides)
        path = self.folder / "sides.c"
        path.write_text(
            f'#include "side.h"\n{declared}'
            f"const hash_side *const hash_sides[] = {{{listed}, NULL}};\n"
        )
        return path

    def build(self) -> None:
        """Build `speed`, `quality` and `bytes`."""
        print("building", file=sys.stderr)
        common = [self.compile(path, f"core_{path.stem}") for path in sorted(CORE.glob("*.c"))]
        common.append(self.compile(self.list_sides(), "sides"))
        for name in self.sides:
            flags = [f"-DCANDIDATE={name}", *SPECIAL.get(name, [])]
            common.append(self.compile(SOURCES / "side.c", f"side_{name}", *flags))
        quality = [*sorted(SOURCES.glob("quality*.c")), SOURCES / "patterns.c"]
        self.cc("-o", self.folder / "speed", SOURCES / "speed.c", *common, "-lm")
        self.cc("-o", self.folder / "quality", *quality, *common, "-lm")
        self.cc("-o", self.folder / "bytes", SOURCES / "bytes.c", CORE / "hash.c", "-lm")

    def run(self, program: str, *args: str) -> list[list[str]]:
        """Run one of them; return the columns of its lines."""
        print(" ".join([program, *args]), file=sys.stderr)
        done = subprocess.run(
            [str(self.folder / program), *args], check=True, capture_output=True, text=True
        )
        return [line.split("\t") for line in done.stdout.splitlines()]

    def instructions(self, program: str, *args: str) -> int:
        """Count the instructions of one run."""
        assert self.valgrind is not None
        tool = [self.valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        command = [*tool, str(self.folder / program), *args]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = re.search(r"Collected\s*:\s*(\d+)", done.stderr)
        if found is None:
            raise SystemExit(f"valgrind has counted nothing:\n{done.stderr}")
        return int(found[1])


# ---- measuring ------------------------------------------------------------------------------


def read_times(lines: Iterable[Sequence[str]]) -> Times:
    """Collect what `speed` and `bytes speed` print."""
    times: Times = {}
    for side, work, n, ns in lines:
        times.setdefault(side, {}).setdefault((work, n), []).append(float(ns))
    return times


def read_findings(lines: Iterable[Sequence[str]]) -> Findings:
    """Collect what `quality` and `bytes quality` print."""
    findings: Findings = {}
    for side, check, worst, _most, failed, cases, where in lines:
        finding = Finding(check, float(worst), int(failed), int(cases), where)
        findings.setdefault(side, []).append(finding)
    return findings


def count_numbers(shop: Workshop) -> Counts:
    """Count instructions per key of each side: of twice as many keys, less of as many."""
    counts: Counts = {}
    for side in shop.sides if shop.valgrind else ():
        print(f"instructions of {side}", file=sys.stderr)
        for work, n in (("chain", "0"), ("stream", "0"), ("hit", "1000"), ("miss", "1000")):
            once = shop.instructions("speed", side, work, str(COUNTED))
            more = shop.instructions("speed", side, work, str(2 * COUNTED))
            counts.setdefault(side, {})[work, n] = (more - once) / COUNTED
    return counts


def count_bytes(shop: Workshop, sides: Iterable[str], lengths: Sequence[str]) -> Counts:
    """Count instructions per key of bytes."""
    counts: Counts = {}
    for side in sides if shop.valgrind else ():
        for n in lengths:
            once = shop.instructions("bytes", side, "stream", n)
            more = shop.instructions("bytes", "twice", side, "stream", n)
            counts.setdefault(side, {})["stream", n] = (more - once) / BYTES_CALLS
    return counts


# ---- telling --------------------------------------------------------------------------------


def passes(findings: Sequence[Finding]) -> bool:
    """Say whether nothing was found above what chance allows."""
    return not any(finding.failed for finding in findings)


def ratio_to_base(times: Times, side: str, row: Row) -> str:
    """Show the median of the ratios to the present hash, and the quartiles."""
    pairs = zip(times[side][row], times[BASE][row], strict=True)
    low, middle, high = quartiles([a / b for a, b in pairs])
    return f"**{middle:.2f}** ({low:.2f}-{high:.2f})"


def find_ratio(times: Times, side: str) -> float:
    """Return the geometric mean, over all finds, of the ratios to the present hash."""
    rows = [row for row in times[side] if row[0] in ("hit", "miss")]
    return statistics.geometric_mean(
        statistics.median(a / b for a, b in zip(times[side][row], times[BASE][row], strict=True))
        for row in rows
    )


def speed_table(times: Times, counts: Counts, findings: Findings) -> Iterator[str]:
    """Write one row a side: those that pass first, then by their finds."""
    rows = list(next(iter(times.values())))
    finds = [row for row in rows if row[0] in ("hit", "miss")]
    header = ["", "checks", "chain, ns", "stream, ns"]
    header += [f"{work}, n = {int(n):,}: / `{BASE}`" for work, n in finds]
    header += ["finds: / `present`", "instructions: chain, stream, hit, miss"]
    lines = []
    for side in sorted(times, key=lambda s: (not passes(findings[s]), find_ratio(times, s))):
        failed = sum(finding.failed > 0 for finding in findings[side])
        alone = [f"{statistics.median(times[side][work, '0']):.2f}" for work in ("chain", "stream")]
        ratios = [ratio_to_base(times, side, row) for row in finds]
        counted = ", ".join(f"{value:.0f}" for value in counts.get(side, {}).values()) or "-"
        told = f"{failed} failed" if failed else "pass"
        mean = f"**{find_ratio(times, side):.2f}**"
        lines.append([f"`{side}`", told, *alone, *ratios, mean, counted])
    yield from table(header, lines)


def quality_table(findings: Findings) -> Iterator[str]:
    """Write one row a side: the worst figure of each check, and how often it was too much."""
    checks = [finding.check for finding in next(iter(findings.values()))]
    rows = []
    for side, found in sorted(findings.items(), key=lambda item: not passes(item[1])):
        cells = [
            f"{finding.worst:.1f}" + (f" **({finding.failed:,})**" if finding.failed else "")
            for finding in found
        ]
        rows.append([f"`{side}`", *cells])
    cases = [f"{finding.cases:,}" for finding in next(iter(findings.values()))]
    yield from table(["", *checks], [*rows, ["*cases*", *cases]])


def bytes_table(times: Times, counts: Counts, findings: Findings) -> Iterator[str]:
    """Write one row a side of bytes."""
    lengths = [n for work, n in next(iter(times.values())) if work == "stream"]
    header = ["", "checks"]
    header += [f"{n} bytes: chain, stream, ns" for n in lengths]
    header += [f"instructions: {', '.join(lengths)}"]
    rows = []
    for side, of_side in times.items():
        bad = [finding.check for finding in findings[side] if finding.failed]
        cells = [
            ", ".join(f"{statistics.median(of_side[work, n]):.1f}" for work in ("chain", "stream"))
            for n in lengths
        ]
        counted = ", ".join(f"{value:,.0f}" for value in counts.get(side, {}).values()) or "-"
        rows.append([f"`{side}`", ", ".join(bad) + " failed" if bad else "pass", *cells, counted])
    yield from table(header, rows)


def verdict(times: Times, findings: Findings) -> Iterator[str]:
    """Say which is chosen."""
    good = [side for side in times if passes(findings[side])]
    portable = sorted((s for s in good if s not in SPECIAL), key=lambda s: find_ratio(times, s))
    names = ", ".join(f"`{side}`" for side in good)
    yield f"Pass every check: {names or 'none'}."
    if portable:
        best = portable[0]
        yield (
            f"Fastest of them in the engine's finds, of those that every processor runs: "
            f"`{best}`, {find_ratio(times, best):.2f} of `{BASE}`."
        )
    yield ""


def measure(shop: Workshop, rounds: int) -> str:
    """Build, run everything, and write it as Markdown."""
    shop.build()
    times = read_times(shop.run("speed", str(rounds)))
    byte_times = read_times(shop.run("bytes", "speed", str(rounds)))
    findings = read_findings(shop.run("quality"))
    byte_findings = read_findings(shop.run("bytes", "quality"))
    lengths = list(dict.fromkeys(n for _, n in next(iter(byte_times.values()))))
    byte_counts = count_bytes(shop, byte_times, lengths)
    lines = [
        *verdict(times, findings),
        *speed_table(times, count_numbers(shop), findings),
        "Worst figure of each check, and in how many cases it was more than chance allows:",
        "",
        *quality_table(findings),
        "Bytes:",
        "",
        *bytes_table(byte_times, byte_counts, byte_findings),
        "Floods:",
        "",
        *floods(),
    ]
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=41, help="rounds, from 2")
    parser.add_argument("--side", action="append", choices=SIDES, help="only these and `present`")
    parser.add_argument("--update", action="store_true", help="write the result into README.md")
    args = parser.parse_args()
    if args.rounds < 2:
        parser.error("at least two rounds are needed")
    wanted = {BASE, *(args.side or SIDES)}
    sides = [side for side in SIDES if side in wanted and (has_special() or side not in SPECIAL)]
    load = load_average()
    with tempfile.TemporaryDirectory() as folder:
        body = measure(Workshop(Path(folder), sides), args.rounds)
    text = "\n".join([*machine("bench_hash.py"), f"- {load}", "", body])
    print(text)
    if args.update:
        update_readme("bench_hash", text)


if __name__ == "__main__":
    main()
