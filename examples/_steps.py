"""What the examples print: a line a step, with its time."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(title: str, elements: int = 0) -> Iterator[None]:
    """Time the block and print a line; with `elements`, also the time of each."""
    started = time.perf_counter()
    yield
    seconds = time.perf_counter() - started
    each = f"{seconds * 1e9 / elements:8.1f} ns each" if elements else ""
    print(f"  {title:<42}{seconds:8.3f} s{each}")


def parser(text: str | None, n: int, what: str) -> argparse.ArgumentParser:
    """Return a parser with --n; the help begins with the docstring's first line."""
    made = argparse.ArgumentParser(description=(text or "").partition("\n")[0])
    made.add_argument("--n", type=count, default=n, help=f"{what}, {n:,} unless given")
    return made


def count(text: str) -> int:
    """Read a number of things, from 1."""
    n = int(text)
    if n < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return n
