"""Drawing a report with rich: tables and bars that fit 80 columns.

Everything a file may have put into a key or a name goes in as Text, which rich
takes literally, and escaped, so that a terminal obeys none of it.
"""

from __future__ import annotations

import io
import math
import os
import sys
from collections.abc import Callable, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from gomap._gotable import GoLoad
from gomap.cli.report import Report
from gomap.cli.text import escaped, shown_key

BLOCKS = " ▏▎▍▌▋▊▉█"
TWO_COLUMNS = 78
TITLE = "bold cyan"
QUIET = "dim"
BAR = "green"

Bar = Callable[[float, int], Text]
"""Draws a fraction of a width."""


def draw(report: Report) -> str:
    """Return the report as text for standard output as it is: its width, its colours."""
    drawn = io.StringIO()
    console = Console(
        file=drawn,
        force_terminal=True if sys.stdout.isatty() else None,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        highlight=False,
        markup=False,
        emoji=False,
    )
    bar = block_bar if can_encode(sys.stdout.encoding, BLOCKS) else hash_bar
    for part in layout(report, bar, wide=console.width >= TWO_COLUMNS):
        console.print(part)
        console.print()
    text = drawn.getvalue()
    return "".join(line.rstrip() + "\n" for line in text.rstrip("\n").split("\n"))


def can_encode(encoding: str, text: str) -> bool:
    """Say whether every character of `text` exists in the encoding."""
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def block_bar(fraction: float, width: int) -> Text:
    """Draw a bar in eighths of a character; what is there at all is never invisible."""
    eighths = round(fraction * width * 8)
    if fraction > 0:
        eighths = max(eighths, 1)
    whole, rest = divmod(eighths, 8)
    return Text(("█" * whole + BLOCKS[rest].strip()).ljust(width), style=BAR)


def hash_bar(fraction: float, width: int) -> Text:
    """Draw a bar where there are no block characters."""
    cells = max(round(fraction * width), 1) if fraction > 0 else 0
    return Text(("#" * cells).ljust(width), style=BAR)


def layout(report: Report, bar: Bar, *, wide: bool) -> list[RenderableType]:
    """Put the sections in their places, two beside each other where there is room."""
    rows: list[tuple[RenderableType, ...]] = [
        (heading(report),),
        (header(report), figures(report)),
        (occupancy(report, bar), chains(report, bar)),
        (growth(report), memory(report)),
    ]
    if report.top:
        rows.append((frequent(report, bar),))
    if not wide:
        return [section for row in rows for section in row]
    return [side_by_side(*row) if len(row) > 1 else row[0] for row in rows]


def side_by_side(left: RenderableType, right: RenderableType) -> Table:
    """Put two sections beside each other."""
    grid = Table.grid(padding=(0, 4, 0, 0))
    grid.add_column(min_width=36)
    grid.add_column()
    grid.add_row(left, right)
    return grid


def section(title: str, *columns: str) -> Table:
    """Start a section: a title over columns, `<name` to the left, others to the right."""
    table = Table(
        title=title,
        title_justify="left",
        title_style=TITLE,
        header_style=QUIET,
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        show_header=any(name != "<" for name in columns),
    )
    for name in columns:
        to_left = name.startswith("<")
        table.add_column(
            name.removeprefix("<"), justify="left" if to_left else "right", no_wrap=True
        )
    return table


def noted(table: RenderableType, note: str) -> Group:
    """Put a note under a table, free of the table's width."""
    return Group(table, Text(note, style=QUIET))


def heading(report: Report) -> Text:
    """Say what was read."""
    read = report.input
    text = Text(escaped(read.title), style="bold")
    text.append(
        f"\n{read.keys:,} keys read, {read.distinct:,} distinct, in {read.seconds:.2f} s",
        style="none",
    )
    text.append(f"  (gomap {report.gomap}, Python {report.python})", style=QUIET)
    return text


def header(report: Report) -> Table:
    """Show the fields of hmap."""
    hmap = report.hmap
    flags = f"{hmap.flags} ({', '.join(hmap.flag_names) or 'none'})"
    table = section(f"hmap of {hmap.type}", "<", "<")
    for name, value in (
        ("count", f"{hmap.count:,}"),
        ("flags", flags),
        ("B", f"{hmap.B}"),
        ("noverflow", f"{hmap.noverflow:,}" + (" (an estimate)" if hmap.B >= 16 else "")),
        ("hash0", f"0x{hmap.hash0}"),
        ("buckets", f"{hmap.buckets:,}"),
        ("oldbuckets", f"{hmap.oldbuckets:,}" if hmap.growing else "nil"),
        ("nevacuate", f"{hmap.nevacuate:,}"),
        ("growing", growing(report)),
    ):
        table.add_row(Text(name, style=QUIET), Text(value))
    return table


def growing(report: Report) -> str:
    """Say how far an evacuation has come."""
    hmap = report.hmap
    if not hmap.growing:
        return "no"
    return f"yes, {hmap.evacuated / hmap.oldbuckets:.0%} evacuated"


def figures(report: Report) -> Group:
    """Show the four figures beside Go's."""
    names = ("load factor", "%overflow", "bytes/entry", "hitprobe", "missprobe")
    columns = [report.figures, *report.go]
    note = "probes: entries looked at per lookup\nbytes: overhead (Go's slots: 8 + 8)"
    if report.figures.load_factor < report.go[0].load_factor:
        note += f"\nGo's table begins at {report.go[0].load_factor:.2f}"
    published = [f"Go {row.load_factor:.2f}" for row in report.go]
    table = section("Go's four figures", "<", "this map", *published)
    for index, name in enumerate(names):
        cells = [f"{GoLoad(*column)[index]:.2f}" for column in columns]
        table.add_row(Text(name, style=QUIET), Text(cells[0], style="bold"), *cells[1:])
    return noted(table, note)


def occupancy(report: Report, bar: Bar) -> Table:
    """Show how full the array's buckets are."""
    table = section("Slots in use per bucket", "slots", "<", "buckets", "%", "ideal")
    return histogram(table, report.occupancy, ideal_occupancy(report), bar)


def chains(report: Report, bar: Bar) -> Table:
    """Show how many overflow buckets hang in the chains."""
    table = section("Overflow buckets per chain", "extra", "<", "chains", "%", "ideal")
    return histogram(table, report.chain_lengths, ideal_chains(report), bar)


def histogram(table: Table, counts: Sequence[int], ideal: list[float] | None, bar: Bar) -> Table:
    """Fill in counts as bars, and what a perfect hash would give where that is known."""
    total = sum(counts) or 1
    most = max(counts, default=0) or 1
    for index, count in enumerate(counts):
        table.add_row(
            Text(f"{index}", style=QUIET),
            bar(count / most, 6),
            f"{count:,}",
            f"{100 * count / total:.1f}",
            Text(f"{100 * ideal[index]:.1f}" if ideal else "-", style=QUIET),
        )
    return table


def poisson(mean: float, n: int) -> float:
    """Return the chance of n keys in a bucket when buckets are drawn at random."""
    return math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) if mean else float(n == 0)


def ideal_occupancy(report: Report) -> list[float] | None:
    """Return the fractions that a random hash gives; None while the map grows."""
    if report.hmap.growing:
        return None
    below = [poisson(report.figures.load_factor, n) for n in range(8)]
    return [*below, 1 - sum(below)]


def ideal_chains(report: Report) -> list[float] | None:
    """The same for chains: 8 keys in the first bucket, 8 in each overflow bucket."""
    if report.hmap.growing:
        return None
    mean = report.figures.load_factor
    chances = []
    for length in range(len(report.chain_lengths)):
        first = 8 * length + 1 if length else 0
        chances.append(sum(poisson(mean, n) for n in range(first, 8 * length + 9)))
    return chances


def growth(report: Report) -> Group:
    """Show the map at each doubling."""
    note = f"{report.doublings} doublings, {report.same_size_growths} of the same size"
    if not report.growth:
        return noted(Text("Growth", style=TITLE), note)
    table = section("Growth: full map, doubled", "count", "B", "overflow", "%overflow")
    for step in report.growth:
        overflow = (f"{step.overflow_buckets:,}", f"{step.pct_overflow:.2f}")
        table.add_row(f"{step.count:,}", f"{step.B}", *overflow)
    return noted(table, note)


def memory(report: Report) -> Group:
    """Show the bytes of map and dict."""
    used = report.memory
    note = "containers alone, by sys.getsizeof:\nkeys and values are not counted"
    table = section("Memory", "<", "bytes", "/entry")
    table.add_row("this map", f"{used.map:,}", f"{used.map_per_entry:.1f}")
    parts = (
        ("buckets", used.map_buckets),
        ("overflow", used.map_overflow),
        ("spare overflow", used.map_spare),
        ("old buckets", used.map_old),
        ("header", used.map_header),
    )
    for name, size in parts:
        if size:
            cells = (f"  {name}", f"{size:,}", f"{size / report.hmap.count:.1f}")
            table.add_row(*cells, style=QUIET)
    table.add_row("the same dict", f"{used.dict:,}", f"{used.dict_per_entry:.1f}")
    table.add_row("map / dict", f"{used.map / used.dict:.2f}", "")
    return noted(table, note)


def frequent(report: Report, bar: Bar) -> Table:
    """Show the most frequent keys."""
    table = section("Most frequent keys", "<key", "<", "count", "%")
    table.columns[0].max_width = 40
    table.columns[0].overflow = "ellipsis"
    most = report.top[0].count
    for entry in report.top:
        share = f"{100 * entry.count / report.input.keys:.2f}"
        key = Text(shown_key(entry.key), overflow="ellipsis", no_wrap=True)
        table.add_row(key, bar(entry.count / most, 16), f"{entry.count:,}", share)
    return table
