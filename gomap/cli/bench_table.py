"""The tables of `gomap bench`: one per map, the sizes beside each other where they fit."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from gomap.cli.bench_measure import Subject, geomean
from gomap.cli.bench_result import SHOWN, Bench, Cell
from gomap.cli.terminal import console, drawn
from gomap.display.terminal import QUIET, TITLE

WIDE_COLUMNS = {"gomap": 5, "dict": 5, "ratio": 5, "": 9}
NARROW_COLUMNS = {"ns": 5, "ratio": 5, "": 9}
"""A size's columns, where there is room for dict's time and where there is not."""
LABEL = 14
FASTER, SLOWER = 0.95, 1.05


def draw(found: Bench) -> str:
    """Return the tables as text for standard output as it is."""
    return drawn(layout(found, console(io.StringIO()).width))


def layout(found: Bench, width: int) -> Iterator[RenderableType]:
    """Give the heading, the tables and the notes for a terminal of this width."""
    yield heading(found)
    with_dict = LABEL + room(WIDE_COLUMNS) * len(found.sizes) <= width
    beside = max((width - LABEL) // room(WIDE_COLUMNS if with_dict else NARROW_COLUMNS), 1)
    for subject in found.subjects:
        for start in range(0, len(found.sizes), beside):
            yield map_table(found, subject, found.sizes[start : start + beside], with_dict)
    yield notes(found, with_dict)


def room(columns: dict[str, int]) -> int:
    """Return the width of a size's columns, a space before each."""
    return sum(columns.values()) + len(columns)


def heading(found: Bench) -> Text:
    """Say where this was measured."""
    text = Text("gomap's maps against dict", style="bold")
    text.append(f"\n{found.processor}, Python {found.python}, gomap {found.gomap}", style=QUIET)
    return text


def map_table(found: Bench, subject: Subject, sizes: Sequence[int], with_dict: bool) -> Table:
    """Show one map: a row per operation, some columns per size."""
    columns = WIDE_COLUMNS if with_dict else NARROW_COLUMNS
    table = Table(
        title=subject.name,
        title_justify="left",
        title_style=TITLE,
        box=None,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        show_header=False,
    )
    table.add_column(width=LABEL, no_wrap=True)
    for width in [*columns.values()] * len(sizes):
        table.add_column(width=width, justify="right", no_wrap=True)
    table.add_row(Text("n", style=QUIET), *size_heads(sizes, len(columns)))
    table.add_row("", *[Text(head, style=QUIET) for _ in sizes for head in columns])
    for operation in SHOWN:
        cells = [found.cell(subject, operation, n) for n in sizes]
        shown = [part for cell in cells for part in cell_parts(cell, with_dict)]
        table.add_row(Text(operation.label), *shown)
    return table


def size_heads(sizes: Sequence[int], columns: int) -> Iterator[Text]:
    """Put each size over the last of its columns."""
    for n in sizes:
        yield from [Text("")] * (columns - 1)
        yield Text(f"{n:,}", style="bold")


def cell_parts(cell: Cell, with_dict: bool) -> Iterator[Text]:
    """Give the cell's columns: times, ratio, quartiles."""
    result = cell.result
    yield Text(nanoseconds(result.gomap_ns))
    if with_dict:
        yield Text(nanoseconds(result.dict_ns))
    yield Text(two_digits(result.ratio), style=colour(result.ratio))
    yield Text(f"{two_digits(result.low)}-{two_digits(result.high)}", style=QUIET)


def nanoseconds(time: float) -> str:
    """Write a time in five characters."""
    return f"{time:.1f}" if time < 1000 else f"{time:,.0f}"


def two_digits(ratio: float) -> str:
    """Write a ratio in four characters."""
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}" if ratio < 100 else f"{ratio:.0f}"


def colour(ratio: float) -> str:
    """Return a style: green where the map is faster, yellow and red where it is slower."""
    if ratio < FASTER:
        return "bold green"
    if ratio <= SLOWER:
        return "bold"
    return "bold red" if ratio > 2 else "bold yellow"


def notes(found: Bench, with_dict: bool) -> Text:
    """Say what the columns are, and the mean of each map."""
    text = Text()
    for subject in found.subjects:
        ratios = [cell.result.ratio for cell in found.cells if cell.subject is subject]
        text.append(f"{subject.name}: ", style=QUIET)
        mean = geomean(ratios)
        text.append(f"{mean:.2f}", style=colour(mean))
        text.append(" of dict's time, geometric mean of all above\n", style=QUIET)
    times = "gomap, dict: ns" if with_dict else "ns: the map's nanoseconds"
    text.append(
        f"{times} per operation, medians; ratio: to dict's time, and its quartiles", style=QUIET
    )
    return text
