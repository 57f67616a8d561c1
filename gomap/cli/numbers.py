"""Numbers on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return what reads an option's number from `least` to `most`, or complains."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            to = "up" if most is None else f"to {most}"
            raise argparse.ArgumentTypeError(f"not a number from {least} {to}: {text!r}")
        return number

    return read


def seconds(most: float) -> Callable[[str], float]:
    """Return what reads an option's seconds from 0 to `most`, or complains."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0 <= number <= most:
            raise argparse.ArgumentTypeError(f"not seconds from 0 to {most:g}: {text!r}")
        return number

    return read
