"""Drawing a report with rich: tables and bars that fit 80 columns.

Everything a file may have put into a key or a name goes in as Text, which rich
takes literally, and escaped, so that a terminal obeys none of it.
"""

from __future__ import annotations

import io
import sys

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gomap.cli.report import Report
from gomap.cli.terminal import console, drawn
from gomap.cli.text import shown_key
from gomap.display.figures import chain_bars, occupancy_bars
from gomap.display.terminal import (
    BLOCKS,
    QUIET,
    TITLE,
    TWO_COLUMNS,
    Bars,
    block_bar,
    can_encode,
    fields,
    four_figures,
    hash_bar,
    histogram,
    noted,
    section,
    side_by_side,
)
from gomap.display.text import escaped

__all__ = ["BLOCKS", "QUIET", "TITLE", "Bars", "block_bar", "draw", "hash_bar"]


def draw(report: Report) -> str:
    """Return the report as text for standard output as it is: its width, its colours."""
    bar = block_bar if can_encode(sys.stdout.encoding, BLOCKS) else hash_bar
    wide = console(io.StringIO()).width >= TWO_COLUMNS
    return drawn(layout(report, bar, wide=wide))


def layout(report: Report, bar: Bars, *, wide: bool) -> list[RenderableType]:
    """Put the sections in their places, two beside each other where there is room."""
    rows: list[tuple[RenderableType, ...]] = [
        (heading(report),),
        (header(report), four_figures(report.figures, report.go)),
        (occupancy(report, bar), chains(report, bar)),
        (growth(report), memory(report)),
    ]
    if report.top:
        rows.append((frequent(report, bar),))
    if not wide:
        return [section for row in rows for section in row]
    return [side_by_side(*row) if len(row) > 1 else row[0] for row in rows]


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
    return fields(
        f"hmap of {hmap.type}",
        (
            ("count", f"{hmap.count:,}"),
            ("flags", f"{hmap.flags} ({', '.join(hmap.flag_names) or 'none'})"),
            ("B", f"{hmap.B}"),
            ("noverflow", f"{hmap.noverflow:,}" + (" (an estimate)" if hmap.B >= 16 else "")),
            ("hash0", f"0x{hmap.hash0}"),
            ("buckets", f"{hmap.buckets:,}"),
            ("oldbuckets", f"{hmap.oldbuckets:,}" if hmap.growing else "nil"),
            ("nevacuate", f"{hmap.nevacuate:,}"),
            ("growing", growing(report)),
        ),
    )


def growing(report: Report) -> str:
    """Say how far an evacuation has come."""
    hmap = report.hmap
    if not hmap.growing:
        return "no"
    return f"yes, {hmap.evacuated / hmap.oldbuckets:.0%} evacuated"


def occupancy(report: Report, bar: Bars) -> Table:
    """Show how full the array's buckets are."""
    table = section("Slots in use per bucket", "slots", "<", "buckets", "%", "ideal")
    return histogram(table, occupancy_bars(report.occupancy, known_load(report)), bar)


def chains(report: Report, bar: Bars) -> Table:
    """Show how many overflow buckets hang in the chains."""
    table = section("Overflow buckets per chain", "extra", "<", "chains", "%", "ideal")
    return histogram(table, chain_bars(report.chain_lengths, known_load(report)), bar)


def known_load(report: Report) -> float | None:
    """Return the load to compare with; None while the map grows."""
    return None if report.hmap.growing else report.figures.load_factor


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


def frequent(report: Report, bar: Bars) -> Table:
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
