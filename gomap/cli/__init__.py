"""The command `gomap`: parses, calls, prints, and turns every failure into one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from typing import Any

from gomap._version import __version__
from gomap.cli import bench, demo, explore, table
from gomap.cli.errors import CLOSED_PIPE, INTERRUPTED, UNAVAILABLE, USAGE, CommandError
from gomap.cli.help import DESCRIPTION, EPILOG, Parser, short
from gomap.cli.sources import reason

__all__ = ["main"]


def _parser() -> Parser:
    parser = Parser(prog="gomap", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--version", action="version", version=f"gomap {__version__}")
    commands: Any = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for command in (demo, explore, bench, table):
        command.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    name = "gomap"
    try:
        args, unknown = _parser().parse_known_args(argv)
        name = f"gomap {args.command}" if args.command else name
        if unknown:
            raise CommandError(f"unrecognized arguments: {' '.join(unknown)} (--help says more)")
        if args.command is None:
            return _say_what_there_is()
        # Typeshed knows no closed standard output, but the interpreter does: None.
        stdout: Any = sys.stdout
        if stdout is None:
            raise CommandError("standard output is closed", UNAVAILABLE)
        _print(args.run(args), stdout)
    except CommandError as error:
        return _fail(name, str(error), error.status)
    except KeyboardInterrupt:
        return _fail(name, "interrupted", INTERRUPTED)
    except MemoryError:
        return _fail(name, "out of memory", UNAVAILABLE)
    return 0


def _say_what_there_is() -> int:
    """Answer `gomap` alone: wrong use, but no reason to be short with anybody."""
    if sys.stderr is not None:
        sys.stderr.write(short(sys.stderr))
    return USAGE


def _print(text: str | Generator[str], stdout: Any) -> None:
    """Write to standard output, to the end; text that comes in pieces, piece by piece."""
    with suppress(AttributeError):
        # A key that the terminal's encoding lacks becomes an escape, not an error.
        stdout.reconfigure(errors="backslashreplace")
    if isinstance(text, str):
        _write(text, stdout)
        return
    with closing(text):  # at once: what it has to put in order comes before any complaint
        for piece in text:
            _write(piece, stdout)


def _write(text: str, stdout: Any) -> None:
    """Write a piece that shall be seen at once."""
    try:
        stdout.write(text)
        stdout.flush()
    except BrokenPipeError:
        _abandon_stdout()
        raise CommandError(
            "standard output was closed before all was written", CLOSED_PIPE
        ) from None
    except OSError as error:
        _abandon_stdout()
        raise CommandError(f"cannot write: {reason(error)}", UNAVAILABLE) from None


def _abandon_stdout() -> None:
    """Let what is still buffered go nowhere, so that the interpreter's exit is quiet."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _fail(name: str, message: str, status: int) -> int:
    if sys.stderr is not None:
        print(f"{name}: {message}", file=sys.stderr)
    return status
