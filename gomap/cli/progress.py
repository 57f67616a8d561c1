"""Progress bars: on a terminal's standard error, and gone when the work is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[int, str], None]
"""Called with how much has been done and a word on it."""


def is_terminal() -> bool:
    """Say whether somebody may be looking at standard error."""
    return sys.stderr is not None and sys.stderr.isatty()


@contextmanager
def progress(
    total: int | None, doing: str = "counting", *, still: bool = False
) -> Iterator[Advance]:
    """Show a bar for `total` (bytes, cells, ...), or a pulse when the total is None.

    A still one moves only when it is advanced: no thread draws while times are taken.
    Does nothing without a terminal or without rich.
    """
    if not is_terminal():
        yield lambda done, word: None
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    except ImportError:
        yield lambda done, word: None
        return
    bar = Progress(
        TextColumn(doing, markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[word]}", markup=False),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=not still,
    )
    with bar:
        task = bar.add_task(doing, total=total, word="")

        def advance(done: int, word: str) -> None:
            bar.update(task, completed=done, word=word, refresh=still)

        yield advance
