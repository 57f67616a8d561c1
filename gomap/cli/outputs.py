"""Files that a command writes: checked before the work, whole or not there at all."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gomap.cli.errors import UNAVAILABLE, CommandError
from gomap.cli.sources import reason
from gomap.display.text import escaped

Write = Callable[[Path], None]
"""Writes the contents into a file of this path, whose suffix says the format."""


FORMATS = ("html", "svg", "png")


@dataclass(frozen=True)
class Output:
    """A file named on the command line, and the format wanted, one of FORMATS."""

    path: Path
    form: str

    @property
    def name(self) -> str:
        """The path, fit to be shown."""
        return escaped(str(self.path))

    def check(self) -> None:
        """Complain now about what would surely fail after the work."""
        try:
            self._check()
        except OSError as error:  # a name that is too long, say
            raise CommandError(f"{self.name}: {reason(error)}") from error

    def _check(self) -> None:
        folder = self.path.parent
        if self.path.is_dir():
            raise CommandError(f"{self.name}: is a directory")
        if not folder.is_dir():
            raise CommandError(f"{self.name}: no directory {escaped(str(folder))}")
        needed = [] if self._is_special() else [folder]
        needed += [self.path] if self.path.exists() else []
        if not all(os.access(path, os.W_OK) for path in needed):
            raise CommandError(f"{self.name}: permission denied")

    def write(self, write: Write) -> None:
        """Write a file beside it, then put that in its place; on failure nothing is left.

        Says on standard error that it is there.
        """
        try:
            self._write(write)
        except OSError as error:
            raise CommandError(f"{self.name}: {reason(error)}", UNAVAILABLE) from error
        if sys.stderr is not None:
            print(f"written: {self.name}", file=sys.stderr)

    def _is_special(self) -> bool:
        """Say whether there is a device or a pipe of this name, which nothing can replace."""
        return self.path.exists() and not self.path.is_file()

    def _write(self, write: Write) -> None:
        place = self.path.resolve()  # a link stays a link
        special = self._is_special()
        with tempfile.TemporaryDirectory(
            prefix=".gomap-", dir=None if special else place.parent, ignore_cleanup_errors=True
        ) as folder:
            fresh = Path(folder) / f"fresh.{self.form}"
            write(fresh)
            if special:
                with self.path.open("wb") as stream:
                    stream.write(fresh.read_bytes())
                return
            with suppress(OSError):
                fresh.chmod(place.stat().st_mode & 0o777)
            fresh.replace(place)


def add_arguments(parser: Any, **formats: str) -> None:
    """Add an option for each format, with its help."""
    for form, what in formats.items():
        parser.add_argument(f"--{form}", metavar="FILE", help=what)


def wanted(args: argparse.Namespace) -> list[Output]:
    """Return the outputs that the command line names, checked."""
    named = [(form, getattr(args, form, None)) for form in FORMATS]
    files = [Output(Path(file), form) for form, file in named if file is not None]
    for output in files:
        output.check()
    places = [output.path.resolve() for output in files]
    for output, place in zip(files, places, strict=True):
        if places.count(place) > 1:
            raise CommandError(f"{output.name}: named for two outputs")
    return files
