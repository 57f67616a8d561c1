"""The timeline: what happens to a map's figures as it is written to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from gomap.display.text import plural
from gomap.inspect import Event
from gomap.viz import words
from gomap.viz.picture import Picture
from gomap.viz.theme import SMALL, Theme, headline, paper, plain, settings, theme_named

_SLOTS, _LOAD = 8, 6.5
#: Overflow buckets are too many from 2**B on, and from 2**15 on where B is more.
_MOST_B = 15
#: Points of a curve at most, besides the events that mark it.
_MOST_POINTS = 4000
#: Growths marked at most; the curves show the others.
_MOST_MARKS = 60
#: Events that no operation ends with: those of one write come before its own.
_INSIDE = {"grow", "same_size_grow", "evacuate", "grow_done", "reseed"}
_MARKS = _INSIDE - {"evacuate"} | {"clear", "rebuild"}


class Growth(NamedTuple):
    """From one operation to another a map had an old array."""

    start: int
    stop: int
    same_size: bool
    B: int


def timeline(events: Sequence[Event], /, *, theme: str = "light") -> Picture:
    """timeline(events, /, *, theme="light"): count, load, overflow and bytes against operations.

    `events` are those of `inspect.record`.  Spans in which the map grew are shaded, in
    another colour where the number of buckets stayed; new seeds and cleared maps are
    marked.  Long recordings are thinned to some thousands of points.  Raises ValueError
    for no events or an unknown theme, TypeError for what is no event.

    >>> from gomap import Map, inspect, viz
    >>> m = Map[int, int]()
    >>> with inspect.record(m) as events:
    ...     for k in range(100):
    ...         m[k] = k
    >>> viz.timeline(events)
    <Picture: timeline of 100 operations: 4 doublings, 0 same-size growths>
    """
    colours = theme_named(theme)
    events = checked("timeline", events)
    operations = numbered(events)
    spans = growths(events, operations)
    doublings = sum(not span.same_size for span in spans)
    title = ", ".join(
        (
            f"timeline of {plural(operations[-1], 'operation')}: {plural(doublings, 'doubling')}",
            plural(len(spans) - doublings, "same-size growth"),
        )
    )
    with settings():
        figure = paper(colours, 9.6, 8.2)
        headline(figure, title, colours)
        panels = [*figure.subplots(4, 1, sharex=True, height_ratios=(1.7, 1, 1, 1))]
        kept = thinned(events)
        curves(panels, [operations[i] for i in kept], [events[i] for i in kept], colours)
        marks(panels, events, operations, spans, colours)
        key(figure, spans, events, colours)
        return Picture(figure, title, colours)


def checked(caller: str, events: Sequence[Event]) -> list[Event]:
    """Return the events as a list, or say what is wrong with them."""
    events = list(events)
    if not events:
        raise ValueError(f"{caller}: no events: was anything written while recording?")
    for event in events:
        if not isinstance(event, Event):
            raise TypeError(
                f"{caller}: events of inspect.record wanted, not {type(event).__name__}"
            )
    return events


def numbered(events: list[Event]) -> list[int]:
    """Return the number of the operation that each event belongs to, from 1."""
    numbers, done = [], 0
    for event in events:
        numbers.append(done + 1)
        done += event.kind not in _INSIDE
    return numbers


def growths(events: list[Event], operations: list[int]) -> list[Growth]:
    """Return the spans in which an old array was being evacuated."""
    found: list[Growth] = []
    begun: tuple[int, Event] | None = None
    for event, operation in zip(events, operations, strict=True):
        if begun and (not event.growing or event.kind in ("grow", "same_size_grow")):
            start, grow = begun
            found.append(Growth(start, operation, grow.kind == "same_size_grow", grow.B))
            begun = None
        if event.kind in ("grow", "same_size_grow"):
            begun = operation, event
    if begun:
        start, grow = begun
        found.append(Growth(start, operations[-1], grow.kind == "same_size_grow", grow.B))
    return found


def thinned(events: list[Event]) -> list[int]:
    """Return the indices of events to draw: evenly apart, and the marked ones."""
    marked = [i for i, event in enumerate(events) if event.kind in _MARKS]
    even = np.linspace(0, len(events) - 1, min(_MOST_POINTS, len(events))).astype(int)
    return sorted({*even.tolist(), *marked[:_MOST_POINTS]})


def curves(panels: list[Axes], x: list[int], events: list[Event], theme: Theme) -> None:
    """Draw the four curves."""
    entries, load, overflow, size = panels
    capacity = [max(_SLOTS, _LOAD * 2**event.B) for event in events]
    look: dict[str, Any] = {"color": theme.map, "lw": 1.8, "drawstyle": "steps-post"}
    dashed: dict[str, Any] = {"color": theme.other, "lw": 1.2, "ls": (0, (4, 2))}
    entries.plot(x, [event.count for event in events], **look)
    entries.plot(x, capacity, drawstyle="steps-post", **dashed)
    load.plot(x, [event.load_factor for event in events], **look)
    load.axhline(_LOAD, **dashed)
    overflow.plot(x, [event.noverflow for event in events], **look)
    size.plot(x, [event.bytes_total for event in events], **look)
    names = ("entries", "entries\nper bucket", "overflow\nbuckets\n(noverflow)", "bytes")
    for axes, name in zip(panels, names, strict=True):
        plain(axes, theme)
        axes.set_ylabel(name)
        axes.margins(x=0.01)
        axes.set_ylim(bottom=0)
    for axes in (entries, overflow):
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
    too_many = [2 ** min(event.B, _MOST_B) for event in events]
    overflow.plot(x, too_many, drawstyle="steps-post", **dashed)
    overflow.set_ylim(top=max(1.2, 1.12 * max(event.noverflow for event in events)))
    size.yaxis.set_major_locator(
        FixedLocator(byte_ticks(max(event.bytes_total for event in events)))
    )
    size.yaxis.set_major_formatter(FuncFormatter(lambda y, _: words.in_bytes(y)))
    panels[-1].set_xlabel("operations")
    panels[-1].xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    panels[-1].xaxis.set_major_locator(MaxNLocator(8, integer=True))


def byte_ticks(most: int) -> list[float]:
    """Return round numbers of bytes, KiB or MiB up to `most`.

    >>> byte_ticks(5000)
    [0.0, 1024.0, 2048.0, 3072.0, 4096.0, 5120.0]
    """
    most = max(most, 1)
    unit = 1024 ** int(math.log(most, 1024))
    ticks = MaxNLocator(5, integer=most < 1024).tick_values(0, most / unit)
    return [float(tick * unit) for tick in ticks]


def marks(
    panels: list[Axes],
    events: list[Event],
    operations: list[int],
    spans: list[Growth],
    theme: Theme,
) -> None:
    """Shade the growths, name each B, and mark new seeds and cleared maps."""
    whole = max(1, operations[-1] - operations[0])
    for axes in panels:
        for span in spans[:_MOST_MARKS]:
            colour = theme.old if span.same_size else theme.x
            stop = max(span.stop, span.start + 0.003 * whole)
            axes.axvspan(
                span.start, stop, color=colour, alpha=0.3 if span.same_size else 0.22, lw=0
            )
        for event, operation in zip(events, operations, strict=True):
            if event.kind in ("reseed", "clear", "rebuild") and len(axes.lines) < _MOST_MARKS:
                style = ":" if event.kind == "reseed" else "-."
                axes.axvline(operation, color=theme.y, lw=1.2, ls=style)
    last = float("-inf")
    for span in spans:
        if not span.same_size and span.start - last > 0.035 * whole:
            last = span.start
            panels[0].annotate(
                f"B {span.B}",
                (span.start, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(2, 1),
                textcoords="offset points",
                fontsize=SMALL,
                color=theme.pale,
            )


def key(figure: Any, spans: list[Growth], events: list[Event], theme: Theme) -> None:
    """Say what the lines and shades are: those that occur."""
    kinds = {event.kind for event in events}
    entries: list[Any] = [
        Line2D([], [], color=theme.map, lw=1.8, label="this map"),
        Line2D([], [], color=theme.other, lw=1.2, ls=(0, (4, 2)), label="growth threshold"),
    ]
    if any(not span.same_size for span in spans):
        entries.append(Patch(color=theme.x, alpha=0.22, lw=0, label="growing to twice the buckets"))
    if any(span.same_size for span in spans):
        entries.append(Patch(color=theme.old, alpha=0.3, lw=0, label="same-size growth"))
    if "reseed" in kinds:
        entries.append(Line2D([], [], color=theme.y, lw=1.2, ls=":", label="new hash0"))
    if kinds & {"clear", "rebuild"}:
        entries.append(Line2D([], [], color=theme.y, lw=1.2, ls="-.", label="cleared or rebuilt"))
    figure.legend(handles=entries, loc="outside lower left", ncols=6, labelcolor=theme.ink)
