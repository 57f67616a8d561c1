"""What every benchmark's report has: where it ran, Markdown tables, its place in README.md."""

from __future__ import annotations

import math
import os
import platform
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import gomap

README = Path(__file__).with_name("README.md")


def geomean(ratios: Sequence[float]) -> float:
    """Return the geometric mean."""
    return math.exp(statistics.fmean(map(math.log, ratios)))


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper quartile."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Write a Markdown table."""
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def machine(script: str) -> list[str]:
    """Say where and how `script` ran."""
    command = " ".join([f"python benchmarks/{script}", *sys.argv[1:]])
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return [
        f"- {cpu_model()}, {platform.system()} {platform.machine()}",
        f"- {python} ({platform.python_compiler()}), gomap {gomap.__version__}",
        f"- `{command}`",
    ]


def load_average() -> str:
    """Say how busy the machine is, before this adds to it."""
    try:
        minute, _, _ = os.getloadavg()
    except (AttributeError, OSError):
        return "load unknown"
    return f"load average {minute:.1f} on {os.cpu_count()} processors when it began"


def cpu_model() -> str:
    """Return the processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.processor() or "unknown processor"


def update_readme(name: str, text: str) -> None:
    """Put the result of benchmark `name` between its markers."""
    begin_mark, end_mark = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, begin, rest = README.read_text().partition(begin_mark)
    _, end, after = rest.partition(end_mark)
    if not (begin and end):
        raise SystemExit(f"{README.name} has no markers {begin_mark} {end_mark}")
    README.write_text(f"{before}{begin_mark}\n\n{text}\n{end_mark}{after}")
