"""What every benchmark's report has: where it ran, Markdown tables, its place in README.md."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import gomap
from gomap.cli.bench_measure import cpu_model, geomean, quartiles

__all__ = [
    "geomean",
    "load_average",
    "machine",
    "quartiles",
    "table",
    "update_readme",
]

README = Path(__file__).with_name("README.md")


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


def update_readme(name: str, text: str) -> None:
    """Put the result of benchmark `name` between its markers."""
    begin_mark, end_mark = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, begin, rest = README.read_text().partition(begin_mark)
    _, end, after = rest.partition(end_mark)
    if not (begin and end):
        raise SystemExit(f"{README.name} has no markers {begin_mark} {end_mark}")
    README.write_text(f"{before}{begin_mark}\n\n{text}\n{end_mark}{after}")
