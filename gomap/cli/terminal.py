"""What standard output is: how wide, which characters, colours or none.

rich is imported here, so only what draws imports this.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable

from rich.console import Console, RenderableType

__all__ = ["console", "drawn", "without_trailing_space"]


def console(file: io.StringIO) -> Console:
    """Return a console that draws into `file` what suits standard output as it is."""
    return Console(
        file=file,
        force_terminal=True if sys.stdout.isatty() else None,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        highlight=False,
        markup=False,
        emoji=False,
    )


def drawn(parts: Iterable[RenderableType]) -> str:
    """Return the parts as text for standard output, an empty line after each but the last."""
    file = io.StringIO()
    canvas = console(file)
    for part in parts:
        canvas.print(part)
        canvas.print()
    return without_trailing_space(file.getvalue())


def without_trailing_space(text: str) -> str:
    r"""Return the text without spaces at its lines' ends or empty lines at its own.

    >>> without_trailing_space("a  \n\nb \n\n")
    'a\n\nb\n'
    """
    return "".join(line.rstrip() + "\n" for line in text.rstrip("\n").split("\n"))
