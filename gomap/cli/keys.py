"""Taking keys out of text: names, words, lines, integers, the cells of a CSV column.

Each way turns a source into batches, so that the counting loop stays a plain loop
over lists and the progress bar moves once a batch.
"""

from __future__ import annotations

import csv
import io
import keyword
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from gomap.cli.errors import CommandError
from gomap.cli.sources import Block, Source
from gomap.display.text import escaped

Key = str | int

CSV_BATCH = 4096
CSV_DELIMITERS = (",", ";", "\t")

KEYWORDS = frozenset(keyword.kwlist)

# A word: letters, digits and underscores, apostrophes inside it.
WORD = re.compile(r"\w+(?:['’]\w+)*")

# Python source, roughly tokenised: strings, comments and numbers are stepped over,
# group 1 is a name or a keyword. Good enough for counting, and far faster than
# `tokenize`; what stands inside f-strings is not seen.
NAME = re.compile(
    r"""
      [rRbBuUfF]{0,2}
      (?: \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* \"{3}
        | '{3}  [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )* '{3}
        | "     [^"\\\n]* (?: \\. [^"\\\n]* )* "
        | '     [^'\\\n]* (?: \\. [^'\\\n]* )* '
      )
    | \# [^\n]*
    | \d [\w.]*
    | ( [^\W\d] \w* )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Batch:
    """Some keys, and the bytes of their source read so far."""

    keys: list[str] | list[int]
    end: int


Reader = Callable[[Source], Iterator[Batch]]


def names(source: Source) -> Iterator[Batch]:
    """Read the names in Python source, keywords left out."""
    for block in source.blocks():
        found: list[str] = NAME.findall(block.text)
        yield Batch([name for name in found if name and name not in KEYWORDS], block.end)


def words(source: Source) -> Iterator[Batch]:
    """Read words."""
    for block in source.blocks():
        yield Batch(WORD.findall(block.text), block.end)


def lines(source: Source) -> Iterator[Batch]:
    """Read lines, without their ends."""
    for block in source.blocks():
        yield Batch(split_lines(block.text), block.end)


def split_lines(text: str) -> list[str]:
    r"""Split at \n, \r\n and \r alone; str.splitlines knows many more ends.

    >>> split_lines("a\r\nb\x0cc\n")
    ['a', 'b\x0cc']
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = text.split("\n")
    if not found[-1]:
        found.pop()
    return found


def ints(source: Source) -> Iterator[Batch]:
    """Read integers of any size, separated by white space."""
    for block in source.blocks():
        try:
            found = [int(token) for token in block.text.split()]
        except ValueError:
            raise CommandError(first_non_integer(source.name, block)) from None
        yield Batch(found, block.end)


def first_non_integer(name: str, block: Block) -> str:
    """Say where the first word of `block` that is no integer stands."""
    for number, line in enumerate(block.text.split("\n"), block.line):
        for token in line.split():
            try:
                int(token)
            except ValueError:
                return f"{name}:{number}: not an integer: {brief(token)}"
    raise AssertionError("an integer was refused in bulk and taken alone")


def brief(token: str) -> str:
    """Quote a piece of input for a message, cut where it is long."""
    return repr(token if len(token) <= 40 else token[:37] + "...")


def csv_column(column: str) -> Reader:
    """Make a reader of the CSV column with this name in the first row."""

    def read(source: Source) -> Iterator[Batch]:
        stream = _LineStream(source)
        try:
            header = next(stream, "")
            if not header:
                return
            delimiter, index = find_column(source.name, header, column)
            # A row that ends before the column has an empty cell there.
            cells = (
                row[index] if index < len(row) else ""
                for row in csv.reader(stream, delimiter=delimiter)
                if row
            )
            while found := list(islice(cells, CSV_BATCH)):
                yield Batch(found, stream.end)
            yield Batch([], stream.end)
        except csv.Error as error:
            raise CommandError(f"{source.name}:{stream.line}: not CSV: {error}") from None

    return read


class _LineStream:
    """A source's lines, ends kept as csv wants them, with the place reached."""

    def __init__(self, source: Source) -> None:
        self.line = 0
        self.end = 0
        self._lines = self._read(source)

    def _read(self, source: Source) -> Iterator[str]:
        for block in source.blocks():
            self.end = block.end
            yield from io.StringIO(block.text, newline="")

    def __iter__(self) -> _LineStream:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.line += 1
        return line


def find_column(name: str, header: str, column: str) -> tuple[str, int]:
    """Return the delimiter under which the header has the column, and its index."""
    for delimiter in CSV_DELIMITERS:
        cells = next(csv.reader([header], delimiter=delimiter), [])
        if column in cells:
            return delimiter, cells.index(column)
    cells = next(csv.reader([header]), ["nothing"])
    there = escaped(", ".join(cells))
    there = there if len(there) <= 200 else there[:197] + "..."
    raise CommandError(f"{name}: no column {brief(column)} (there are: {there})")


@contextmanager
def integers_of_any_size() -> Iterator[None]:
    """Lift Python's limit on the digits of an integer read or printed, for a while."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(before)
