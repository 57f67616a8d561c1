"""Single keys from the terminal, with a time limit, without Enter where that can be had."""

from __future__ import annotations

import select
import sys
import time
from types import ModuleType
from typing import Any, Protocol

termios: ModuleType | None
tty: ModuleType | None
try:
    import termios
    import tty
except ImportError:  # Windows
    termios = tty = None

NEXT, BACK, QUIT = "next", "back", "quit"
MEANING = {b"b": BACK, b"p": BACK, b"\x7f": BACK, b"\x1b[D": BACK, b"\x1b[A": BACK, b"k": BACK}
MEANING |= {b"q": QUIT, b"Q": QUIT, b"\x04": QUIT, b"\x1b": QUIT, b"": QUIT}


class Timed(Protocol):
    """What can be waited on."""

    def wait(self, limit: float | None) -> str:
        """Return what the user wants: next, back or quit; next when the time is over."""


class Keys:
    """The terminal at standard input, reading keys one by one while a ``with`` block runs."""

    def __init__(self) -> None:
        self._input = sys.stdin.fileno()
        self._before: Any = None

    def __enter__(self) -> Keys:
        """Make keys come without Enter; Ctrl-C still interrupts."""
        if termios is not None and tty is not None:
            self._before = termios.tcgetattr(self._input)
            tty.setcbreak(self._input)
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the terminal as it was."""
        if termios is not None and self._before is not None:
            termios.tcsetattr(self._input, termios.TCSADRAIN, self._before)

    def wait(self, limit: float | None) -> str:
        """Return what a key means, or next when the time is over."""
        if termios is None:
            return self._wait_for_line(limit)
        import os

        ready, _, _ = select.select([self._input], [], [], limit)
        return MEANING.get(os.read(self._input, 16), NEXT) if ready else NEXT

    def _wait_for_line(self, limit: float | None) -> str:
        """Do the same where there are lines only."""
        if limit is not None:
            time.sleep(limit)
            return NEXT
        line = sys.stdin.readline()
        return MEANING.get(line.strip().encode(), NEXT) if line.strip() or not line else NEXT
