"""Displays for a terminal, with rich: tables and bars that fit 80 columns.

What is made here adapts when it is printed: bars of blocks, or of # where the output
cannot show blocks; sections beside each other, or below each other where it is narrow.
Everything a stranger may have put into a key goes in as escaped Text, which rich takes
literally, so that a terminal obeys none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from gomap._gotable import GoLoad
from gomap.display import figures
from gomap.display.text import shown
from gomap.inspect import Explanation, LoadRow, Stats, Step

__all__ = [
    "BAR",
    "BLOCKS",
    "QUIET",
    "TITLE",
    "TWO_COLUMNS",
    "Bars",
    "Drawn",
    "block_bar",
    "can_encode",
    "explanation_rich",
    "fields",
    "four_figures",
    "hash_bar",
    "histogram",
    "load_table_rich",
    "noted",
    "section",
    "side_by_side",
    "stats_rich",
]

BLOCKS = " ▏▎▍▌▋▊▉█"
#: From this width on, sections stand beside each other.
TWO_COLUMNS = 78
TITLE, QUIET, BAR = "bold cyan", "dim", "green"
VERDICTS = {"found": "bold green", "other key": "yellow", "rest": QUIET, "empty": QUIET}
#: Steps of a lookup shown at its beginning and at its end.
HEAD, END = 40, 8

Bars = Callable[[float, int], Text]
"""Draws a fraction of a width."""


def can_encode(encoding: str | None, text: str) -> bool:
    """Say whether every character of `text` exists in the encoding.

    >>> can_encode("utf-8", "█"), can_encode("ascii", "█"), can_encode("no-such", "x")
    (True, False, False)
    """
    try:
        text.encode(encoding or "ascii")
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


def section(title: str, *columns: str) -> Table:
    """Start a section: a title over columns, `<name` to the left, others to the right."""
    table = Table(
        title=Text(title),
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


def side_by_side(left: RenderableType, right: RenderableType) -> Table:
    """Put two sections beside each other."""
    grid = Table.grid(padding=(0, 4, 0, 0))
    grid.add_column(min_width=36)
    grid.add_column()
    grid.add_row(left, right)
    return grid


def histogram(table: Table, bars: Iterable[figures.Bar], draw: Bars) -> Table:
    """Fill a section in with counts as bars, and what random hashing gives where known."""
    bars = list(bars)
    total = sum(bar.n for bar in bars) or 1
    most = max((bar.n for bar in bars), default=0) or 1
    for bar in bars:
        table.add_row(
            Text(bar.label, style=QUIET),
            draw(bar.n / most, 6),
            f"{bar.n:,}",
            f"{100 * bar.n / total:.1f}",
            Text("-" if bar.ideal is None else f"{100 * bar.ideal:.1f}", style=QUIET),
        )
    return table


def fields(title: str, rows: Iterable[tuple[str, str]]) -> Table:
    """Show names and their values."""
    table = section(title, "<", "<")
    for name, value in rows:
        table.add_row(Text(name, style=QUIET), Text(value))
    return table


def four_figures(here: GoLoad, go: Sequence[GoLoad]) -> Group:
    """Show the four figures beside Go's published rows."""
    published = [f"Go {row.load_factor:.2f}" for row in go]
    table = section("Go's four figures", "<", "this map", *published)
    for name, title in figures.FIGURES:
        cells = [f"{getattr(row, name):.2f}" for row in go]
        value = Text(f"{getattr(here, name):.2f}", style="bold")
        table.add_row(Text(title, style=QUIET), value, *cells)
    note = "probes: entries looked at per lookup\nbytes: overhead (Go's slots: 8 + 8)"
    if here.load_factor < go[0].load_factor:
        note += f"\nGo's table begins at {go[0].load_factor:.2f}"
    return noted(table, note)


class Drawn:
    """A display that is laid out when it is printed, for the output that it meets."""

    def __init__(self, build: Callable[[Bars, bool], Iterable[RenderableType]]) -> None:
        self._build = build

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay it out: with which bars, beside each other or not."""
        bar = block_bar if can_encode(options.encoding, BLOCKS) else hash_bar
        for n, part in enumerate(self._build(bar, options.max_width >= TWO_COLUMNS)):
            if n:
                yield Text()
            yield part


def stats_rich(s: Stats, /) -> Drawn:
    """stats_rich(s, /): a map's statistics for rich, within 80 columns.

    Raises ImportError where rich is not installed.  O(longest chain).

    >>> from gomap import Map, display, inspect
    >>> from rich.console import Console
    >>> console = Console(width=80)
    >>> with console.capture() as capture:
    ...     console.print(display.stats_rich(inspect.stats(Map[str, int]({"alice": 30}))))
    >>> "hitprobe" in capture.get()
    True
    """

    def build(draw: Bars, wide: bool) -> Iterable[RenderableType]:
        load = figures.ideal_load(s)
        slots = section("Slots in use per bucket", "slots", "<", "buckets", "%", "ideal")
        extra = section("Overflow buckets per chain", "extra", "<", "chains", "%", "ideal")
        rows: list[tuple[RenderableType, RenderableType]] = [
            (_header(s), four_figures(figures.figures_of(s), figures.go_rows(s))),
            (
                histogram(slots, figures.occupancy_bars(s.occupancy, load), draw),
                histogram(extra, figures.chain_bars(s.chain_lengths, load), draw),
            ),
            (_memory(s), _history(s)),
        ]
        for left, right in rows:
            if wide:
                yield side_by_side(left, right)
            else:
                yield from (left, right)

    return Drawn(build)


def _header(s: Stats) -> Table:
    flags = f"{s.flags} ({', '.join(figures.flag_names(s.flags)) or 'none'})"
    growing = f"yes, {s.evacuated:,} of {s.old_total:,} evacuated" if s.growing else "no"
    return fields(
        "hmap",
        (
            ("count", f"{s.count:,}"),
            ("flags", flags),
            ("B", f"{s.B}"),
            ("noverflow", f"{s.noverflow:,}" + (" (an estimate)" if s.B >= 16 else "")),
            ("hash0", f"0x{s.hash0:016x}"),
            ("buckets", f"{s.buckets:,}" if s.bytes_buckets else "nil"),
            ("oldbuckets", f"{s.old_buckets:,}" if s.growing else "nil"),
            ("nevacuate", f"{s.nevacuate:,}"),
            ("growing", growing),
        ),
    )


def _memory(s: Stats) -> Table:
    table = section("Memory", "<", "bytes", "/entry")
    for name, n in [*figures.memory_parts(s), ("in all", s.bytes_total)]:
        if n:
            per = f"{n / s.count:,.1f}" if s.count else "-"
            table.add_row(name, f"{n:,}", per, style="" if name == "in all" else QUIET)
    return table


def _history(s: Stats) -> Table:
    past = (s.doublings, s.same_size_growths, s.reseeds)
    names = ("doublings", "same-size growths", "reseeds")
    return fields("So far", zip(names, (f"{n:,}" for n in past), strict=True))


def explanation_rich(e: Explanation, /) -> Drawn:
    """explanation_rich(e, /): the path of one lookup for rich, a line for each slot.

    Long paths show their beginning and their end.  Raises ImportError where rich is not
    installed.  O(slots examined).

    >>> from gomap import Map, display, inspect
    >>> from rich.console import Console
    >>> console = Console(width=80)
    >>> with console.capture() as capture:
    ...     console.print(display.explanation_rich(inspect.explain(Map[int, int]({1: 7}), 1)))
    >>> "found: 7" in capture.get()
    True
    """

    def build(draw: Bars, wide: bool) -> Iterable[RenderableType]:
        yield _hash(e)
        if e.steps:
            yield _path(e.steps)
        yield _outcome(e)

    return Drawn(build)


def _hash(e: Explanation) -> Text:
    digits = f"{e.hash:016x}"
    text = Text("hash 0x", style=QUIET)
    text.append(digits[:2], style=f"not dim {TITLE} underline")
    text.append(digits[2:], style="not dim bold")
    text.append(
        f"\nhigh byte: tophash 0x{e.tophash:02x}; low bits: bucket {e.bucket:,} of the "
        f"{e.array} array"
    )
    return text


def _path(steps: tuple[Step, ...]) -> Table:
    table = section("Slots looked at", "bucket", "slot", "tophash", "<verdict")
    left = len(steps) - HEAD - END
    for n, step in enumerate(steps):
        if left > 0 and HEAD <= n < HEAD + left:
            if n == HEAD:
                table.add_row("", "", "", Text(f"{left:,} more", style=QUIET))
            continue
        place = f"+{step.position}" if step.position else "first"
        verdict = Text(step.verdict, style=VERDICTS.get(step.verdict, ""))
        table.add_row(place, f"{step.slot}", f"0x{step.tophash:02x}", verdict)
    return table


def _outcome(e: Explanation) -> Text:
    outcome = f"found: {shown(e.element)}" if e.found else "absent"
    text = Text(outcome, style="bold green" if e.found else "bold")
    text.append(
        f"\n{e.slots_examined:,} slots, {e.key_comparisons:,} key comparisons, "
        f"{e.cache_lines:,} cache lines",
        style="none",
    )
    return text


def load_table_rich(rows: Iterable[LoadRow], /) -> Drawn:
    """load_table_rich(rows, /): measured load factor rows beside Go's, within 80 columns.

    Raises ImportError where rich is not installed.  O(rows).

    >>> from gomap import display, inspect
    >>> from rich.console import Console
    >>> console = Console(width=80)
    >>> with console.capture() as capture:
    ...     console.print(display.load_table_rich(inspect.load_factor_table()))
    >>> capture.get().count("6.50") >= 3
    True
    """
    rows = list(rows)
    return Drawn(lambda draw, wide: [_load_table(rows)])


def _load_table(rows: list[LoadRow]) -> Group:
    lines = figures.load_lines(rows)
    text = Text("\n".join(lines[:3]), style=QUIET, no_wrap=True, overflow="ellipsis")
    for row, line in zip(rows, lines[3:], strict=True):
        is_gos = row.load_factor == figures.GOS_LOAD
        text.append(f"\n{line}", style=f"not dim {TITLE}" if is_gos else "not dim")
    note = "tables of 2**14 buckets, 8-byte keys and elements; Go: runtime/map.go, Go 1.19"
    return noted(text, note)
