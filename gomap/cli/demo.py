"""`gomap demo`: a guided tour of a live map, drawn in the terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator
from typing import Any

from gomap.cli.demo_chapters import CHAPTERS
from gomap.cli.errors import NEEDS_RICH, missing
from gomap.cli.numbers import seconds, whole_number

DESCRIPTION = """\
A tour of three minutes: a real map is filled, grows, is evacuated chain by
chain, overflows, loses keys and is iterated, and everything drawn is read from
the live engine. On a terminal it waits for a key after each step; into a pipe
or a file it prints all of it at once.
"""

EPILOG = (
    "chapters (--only):\n"
    + "".join(f"  {name:<12}{title}\n" for name, title in CHAPTERS.items())
    + """
examples:
  gomap demo                      Enter goes on, b back, q leaves
  gomap demo --delay 3            goes on by itself
  gomap demo --only growth,evacuation
  gomap demo > tour.txt           the whole tour as text
"""
)

SEED = 661


def add_parser(commands: Any) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "demo",
        help="a guided tour: a map grows before your eyes",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.add_argument(
        "--only", metavar="CHAPTER[,...]", type=chapters, default=[*CHAPTERS],
        help="these chapters (all)",
    )  # fmt: skip
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument(
        "--delay", metavar="S", type=seconds(3600), help="go on after S seconds, without a key"
    )
    pace.add_argument("--no-wait", action="store_true", help="print everything at once")
    parser.add_argument(
        "--seed",
        metavar="N",
        type=whole_number(0, 2**64 - 1),
        default=SEED,
        help=f"of all maps: the same seed, the same tour ({SEED})",
    )
    parser.set_defaults(run=run)


def chapters(text: str) -> list[str]:
    """Read --only: names in the order of the tour, whatever order they come in."""
    names = text.split(",")
    for name in names:
        if name not in CHAPTERS:
            there = ", ".join(CHAPTERS)
            raise argparse.ArgumentTypeError(f"no chapter {name!r} (there are: {there})")
    return [name for name in CHAPTERS if name in names]


def run(args: argparse.Namespace) -> Generator[str]:
    """Give the tour, frame by frame."""
    try:
        from gomap.cli import demo_play
    except ImportError as error:
        raise missing(error, "rich", NEEDS_RICH) from None
    if args.no_wait or not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return demo_play.printed(args.only, args.seed)
    return demo_play.played(args.only, args.seed, args.delay)


def is_terminal(stream: Any) -> bool:
    """Say whether somebody may sit at this end; a closed stream is None."""
    return stream is not None and stream.isatty()
