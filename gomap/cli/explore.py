"""`gomap explore`: count real keys into a map and show what the map looks like inside."""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable, Generator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from gomap import Map, display
from gomap.cli import keys, outputs, report
from gomap.cli.counting import Count
from gomap.cli.errors import NEEDS_MATPLOTLIB, NEEDS_RICH, CommandError, missing
from gomap.cli.numbers import whole_number
from gomap.cli.progress import progress
from gomap.cli.sources import FileSource, Source, StdinSource, stdlib_sources

DESCRIPTION = """\
Count keys into a gomap.Map and show what that map looks like inside: header
fields, bucket occupancy, overflow chains, the four figures of Go's load factor
table beside Go's own, the growth history, memory beside a dict's, and the most
frequent keys. Without FILE, the keys are the names in the sources of the running
Python's standard library. FILE is UTF-8 text; - is standard input.
"""

EPILOG = """\
examples:
  gomap explore                         the names in Python's own sources
  gomap explore book.txt --top 20       words of a file
  gomap explore --csv city people.csv   cells of a column
  seq 100000 | gomap explore --ints -   numbers from a pipe
  gomap explore book.txt --html map.html --png map.png

--json prints one object with these members:
  gomap, python      versions
  input              title files kind column bytes keys distinct seconds
  hmap               type count flags flag_names B noverflow
                     hash0 (hexadecimal) buckets oldbuckets nevacuate growing evacuated
  figures            load_factor pct_overflow bytes_per_entry hit_probe
                     miss_probe
  go                 the same of Go's published rows beside the load
  occupancy          9 numbers: array buckets with 0 ... 8 slots in use
  chain_lengths      chains with 0, 1, 2 ... overflow buckets
  growth             per doubling, the full map before it: count B noverflow
                     overflow_buckets pct_overflow
  doublings, same_size_growths
  memory             bytes without keys and values: map dict map_per_entry
                     dict_per_entry map_buckets map_overflow map_old map_spare
                     map_header map_empty_slots
  top                key, count

exit status: 0, 1 output or rich unavailable, 2 wrong use or wrong input,
130 interrupted, 141 standard output closed early
"""


def add_parser(commands: Any) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "explore",
        help="count keys of files into a map and look inside it",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    source = parser.add_argument_group("what to read")
    source.add_argument(
        "files", metavar="FILE", nargs="*", help="text to read, - for standard input"
    )
    kind = source.add_mutually_exclusive_group()
    for name, what in (
        ("words", "words of the text (the default with a FILE)"),
        ("lines", "lines of the text"),
        ("ints", "integers of any size, separated by white space"),
    ):
        kind.add_argument(f"--{name}", dest="kind", action="store_const", const=name, help=what)
    kind.add_argument(
        "--csv",
        metavar="COLUMN",
        dest="column",
        help="cells of this column, named in the first row; commas, semicolons or tabs",
    )
    shown = parser.add_argument_group("what to show")
    shown.add_argument(
        "--top", metavar="N", type=whole_number(0), default=10, help="most frequent keys shown (10)"
    )
    shown.add_argument("--json", action="store_true", help="print JSON; needs no rich")
    files = parser.add_argument_group("files to write besides")
    outputs.add_arguments(
        files,
        html="the map as a page: header, buckets, figures",
        svg="its overview as a picture; needs matplotlib",
        png="the same, as PNG",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> Generator[str]:
    """Do what the command line says: give what to print, and write the files."""
    draw = None if args.json else renderer()
    files = [(output, writer(output.form)) for output in outputs.wanted(args)]
    sources, title = find_sources(args)
    kind = kind_of(args)
    with keys.integers_of_any_size() if kind == "ints" else nullcontext():
        read, count = count_sources(args, sources, title, kind)
        found = report.make_report(read, count, args.top)
        yield report.to_json(found) + "\n" if draw is None else draw(found)
        for output, write in files:
            output.write(partial(write, read, count))


Writer = Callable[[report.Input, Count, Path], None]
"""Writes a page or a picture of what was counted into a file."""


def writer(form: str) -> Writer:
    """Return what writes files of this format, or say what to install for it."""
    if form == "html":
        return write_page
    try:
        from gomap.viz import overview
    except ImportError as error:
        raise missing(error, "matplotlib", NEEDS_MATPLOTLIB) from None
    return lambda read, count, path: overview(count.map).save(path)


def write_page(read: report.Input, count: Count, path: Path) -> None:
    """Write the map as a page of HTML."""
    page = display.page(count.map, read.title, growth=count.growth)
    path.write_text(page, encoding="utf-8", errors="backslashreplace")


def renderer() -> Any:
    """Return the function that draws, or say what to install for it."""
    try:
        from gomap.cli.render import draw
    except ImportError as error:
        raise missing(error, "rich", f"{NEEDS_RICH}, or use --json") from None
    return draw


def kind_of(args: argparse.Namespace) -> str:
    """Return what to take as keys."""
    if args.column is not None:
        return "csv"
    return args.kind or ("words" if args.files else "names")


def find_sources(args: argparse.Namespace) -> tuple[list[Source], str]:
    """Return what to read and what to call it."""
    kind = kind_of(args)
    if not args.files:
        if kind in ("ints", "csv"):
            raise CommandError(f"--{kind} needs a FILE (- is standard input)")
        modules = stdlib_sources()
        title = f"{kind} in the standard library of Python {platform.python_version()}"
        return [*modules], f"{title}, {len(modules):,} files"
    if args.files.count("-") > 1:
        raise CommandError("standard input (-) can be read only once")
    sources: list[Source] = [
        StdinSource() if name == "-" else FileSource(Path(name)) for name in args.files
    ]
    what = f"column {args.column} of" if kind == "csv" else f"{kind} of"
    where = sources[0].name if len(sources) == 1 else f"{len(sources):,} files"
    return sources, f"{what} {where}"


def reader_of(kind: str, column: str | None) -> keys.Reader:
    """Return what takes keys out of a source."""
    if column is not None:
        return keys.csv_column(column)
    return {"names": keys.names, "words": keys.words, "lines": keys.lines, "ints": keys.ints}[kind]


def count_sources(
    args: argparse.Namespace, sources: list[Source], title: str, kind: str
) -> tuple[report.Input, Count]:
    """Count the keys of all sources; there must be some."""
    read = reader_of(kind, args.column)
    count = Count(Map[int, int]() if kind == "ints" else Map[str, int]())
    started = time.perf_counter()
    bytes_read = count_all(sources, read, count)
    seconds = time.perf_counter() - started
    if not count.keys:
        raise CommandError(nothing_found(sources, kind, bytes_read))
    return (
        report.Input(
            title=title,
            files=[source.name for source in sources],
            kind=kind,
            column=args.column,
            bytes=bytes_read,
            keys=count.keys,
            distinct=len(count.map),
            seconds=seconds,
        ),
        count,
    )


def count_all(sources: list[Source], read: keys.Reader, count: Count) -> int:
    """Count every source's keys under a progress bar; return the bytes read."""
    finished = 0
    with progress(total_size(sources)) as advance:
        for source in sources:
            end = 0
            for batch in read(source):
                count.feed(batch.keys)
                end = batch.end
                advance(finished + end, f"{count.keys:,} keys")
            finished += end
    return finished


def total_size(sources: list[Source]) -> int | None:
    """Return the bytes of all sources together, None if one cannot be known."""
    total = 0
    for source in sources:
        try:
            size = source.size()
        except OSError:
            size = None  # reading it will say what is wrong
        if size is None:
            return None
        total += size
    return total


def nothing_found(sources: list[Source], kind: str, bytes_read: int) -> str:
    """Say that there was not one key."""
    where = sources[0].name if len(sources) == 1 else f"{len(sources):,} files"
    if not bytes_read:
        return f"{where}: empty"
    what = {"csv": "rows below the first", "ints": "integers"}.get(kind, kind)
    return f"{where}: no {what} in it" if len(sources) == 1 else f"no {what} in {where}"
