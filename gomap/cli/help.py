"""The parser of the command line: its help, its complaints, and what `gomap` alone says."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import textwrap
from functools import partial
from typing import Any, NoReturn

from gomap.cli.errors import USAGE

WIDEST = 80
HEADING, NAME, RESET = "\x1b[1;36m", "\x1b[1m", "\x1b[0m"

DESCRIPTION = """\
Go's classic runtime map, for Python: look inside a live one, watch it grow,
measure it.
"""

EPILOG = """\
examples:
  gomap demo                            three minutes in a map
  gomap explore                         the names in Python's own sources
  gomap explore book.txt --top 20       words of a file
  gomap explore book.txt --html map.html
  cut -f2 log | gomap explore --lines -
  gomap bench --quick --png bench.png   against dict, with a picture

gomap COMMAND --help says more about each. In Python: import gomap, and
gomap.inspect looks inside.
"""

SHORT = """\
gomap: what would you like to see?

  gomap demo      a tour: a map grows before your eyes
  gomap explore   real words in a map, from all sides
  gomap bench     this machine: gomap's maps against dict
  gomap table     Go's load factor table, measured here

gomap --help has examples, gomap COMMAND --help says more.
"""

_COLOURED = (
    (re.compile(r"(?:\A|\n\n)(usage:|[a-z][^\n]*:(?=\n  ))"), HEADING),
    (re.compile(r"^  (?=\S)(-[^\n]*?|\S+(?: \S+)*)(?=  |$)", re.MULTILINE), NAME),
)


class Parser(argparse.ArgumentParser):
    """A parser whose help is pleasant to read and whose complaint is one line."""

    #: Python 3.14 would colour by itself, and differently.
    color = False

    def __init__(self, **options: Any) -> None:
        options = {"formatter_class": Formatter, "allow_abbrev": False, **options}
        super().__init__(**options)
        self.color = False

    def error(self, message: str) -> NoReturn:
        """Print the complaint and leave."""
        self.exit(USAGE, f"{self.prog}: {message} (--help says more)\n")

    def print_help(self, file: Any = None) -> None:
        """Print the help, in colours on a terminal that wants them."""
        file = file if file is not None else sys.stdout
        text = self.format_help()
        self._print_message(coloured(text) if wants_colours(file) else text, file)


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help of 80 columns at most; paragraphs are filled, indented lines stay as they are."""

    def __init__(self, prog: str, **options: Any) -> None:
        columns = min(shutil.get_terminal_size().columns, WIDEST)
        super().__init__(prog, **{"max_help_position": 26, "width": columns - 1, **options})

    def _format_action(self, action: argparse.Action) -> str:
        """Show an option, or the commands without a line that says COMMAND."""
        if isinstance(action, argparse._SubParsersAction):
            self._dedent()
            lines = "".join(map(self._format_action, self._iter_indented_subactions(action)))
            self._indent()
            return lines
        return super()._format_action(action)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Fill the paragraphs of a description or an epilog."""
        paragraphs = text.strip("\n").split("\n\n")
        return "\n\n".join(filled(paragraph, width) for paragraph in paragraphs)


def filled(paragraph: str, width: int) -> str:
    r"""Fill a paragraph; one with indented lines is a list, whose lines stay apart.

    >>> filled("a b\nc", 80), filled("list:\n  a\n  b", 80)
    ('a b c', 'list:\n  a\n  b')
    """
    if "\n  " in f"\n{paragraph}":
        return "\n".join(list_line(line, width) for line in paragraph.split("\n"))
    return textwrap.fill(" ".join(paragraph.split()), width)


def list_line(line: str, width: int) -> str:
    r"""Wrap a line of a list under its own second column.

    >>> list_line("  name    one two three four five six", 32)
    '  name    one two three four\n          five six'
    """
    if len(line) <= width:
        return line
    columns = re.match(r" *\S+(?: \S+)*  +| +", line)
    indent = columns.end() if columns is not None else 2
    return textwrap.fill(line, width, subsequent_indent=" " * min(indent, width // 2))


def coloured(text: str) -> str:
    """Return the help with its headings, options and commands standing out."""
    for pattern, style in _COLOURED:
        text = pattern.sub(partial(emphasised, style), text)
    return text


def emphasised(style: str, found: re.Match[str]) -> str:
    """Return what was found with its group in a style."""
    whole, part = found.group(), found.group(1)
    return whole.replace(part, f"{style}{part}{RESET}", 1)


def wants_colours(file: Any) -> bool:
    """Say whether this is a terminal, and colours are welcome on it."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return file is not None and file.isatty()


def short(file: Any) -> str:
    """Return what `gomap` alone says, for this file."""
    if not wants_colours(file):
        return SHORT
    return re.sub(r"^  (gomap \w+)", rf"  {NAME}\1{RESET}", SHORT, flags=re.MULTILINE)
