"""The progress bar: on a terminal's standard error, and gone when the work is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[int, int], None]
"""Called with the bytes and the keys read so far."""


def is_terminal() -> bool:
    """Say whether somebody may be looking at standard error."""
    return sys.stderr is not None and sys.stderr.isatty()


@contextmanager
def progress(total: int | None) -> Iterator[Advance]:
    """Show a bar for `total` bytes, or a pulse when the total is None.

    Does nothing without a terminal or without rich.
    """
    if not is_terminal():
        yield lambda bytes_read, keys_read: None
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    except ImportError:
        yield lambda bytes_read, keys_read: None
        return
    bar = Progress(
        TextColumn("counting"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[keys]:,} keys"),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("counting", total=total, keys=0)

        def advance(bytes_read: int, keys_read: int) -> None:
            bar.update(task, completed=bytes_read, keys=keys_read)

        yield advance
