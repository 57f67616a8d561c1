"""Tables as HTML: Go's load factor table, a growth history, recorded events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from gomap.display import style
from gomap.display.figures import FIGURES, GOS_LOAD, flag_names, size
from gomap.display.text import escaped, markup, plural, shown
from gomap.inspect import LoadRow

__all__ = ["events_html", "growth_section", "load_section", "load_table_html"]

#: Growth steps shown: a map doubles 64 times at most, a caller may pass anything.
MOST_STEPS = 100
EVENT_HEADS = (
    *("#", "<event", "<key", "bucket", "moved to X, Y", "count", "B", "flags", "noverflow"),
    *("nevacuate", "load", "bytes"),
)


def load_table_html(rows: Iterable[LoadRow], /) -> str:
    """load_table_html(rows, /): measured load factor rows beside Go's published ones.

    Each figure is followed by Go's and the difference.  O(rows).

    >>> from gomap import display, inspect
    >>> display.load_table_html(inspect.load_factor_table()).count("<tr")
    11
    """
    return style.frame(
        "<b>load_factor_table</b> <span>this engine, Go's figures</span>", _load(rows)
    )


def load_section(rows: Iterable[LoadRow]) -> str:
    """The same as a part of a page."""
    return style.frame("", _load(rows))


def _load(rows: Iterable[LoadRow]) -> str:
    groups = "".join(f'<th colspan="3">{title}</th>' for _, title in FIGURES[1:])
    heads = "<th>here</th><th>Go</th><th>diff</th>" * 4
    body = "".join(_load_row(row) for row in rows)
    note = (
        "Tables of 2<sup>14</sup> buckets, 8-byte keys and elements, filled to exactly that many "
        "entries per bucket. Go: the head of runtime/map.go, Go 1.19; it grows at 6.50."
    )
    return (
        '<div class="gm-scroll"><table class="gm-load"><thead>'
        f"<tr><th></th>{groups}</tr><tr><th>load</th>{heads}</tr></thead>"
        f'<tbody>{body}</tbody></table></div><p class="gm-note">{note}</p>'
    )


def _load_row(row: LoadRow) -> str:
    cells = []
    for name, _ in FIGURES[1:]:
        here, go = getattr(row, name), getattr(row.published, name)
        cells.append(
            f'<td class="gm-b" data-load="{row.load_factor:.2f} {name}">{here:.2f}</td>'
            f'<td>{go:.2f}</td><td class="gm-q">{round(here, 2) - go:+.2f}</td>'
        )
    mark = ' class="gm-mark"' if row.load_factor == GOS_LOAD else ""
    return f"<tr{mark}><th>{row.load_factor:.2f}</th>{''.join(cells)}</tr>"


def growth_section(steps: Sequence[Any]) -> str:
    """The full map before each doubling, as a part of a page."""
    rows = [
        f"<tr><th>{step.B} → {step.B + 1}</th><td>{step.count:,}</td>"
        f"<td>{step.noverflow:,}</td><td>{step.overflow_buckets:,}</td>"
        f"<td>{step.pct_overflow:.2f}</td></tr>"
        for step in steps[-MOST_STEPS:]
    ]
    heads = ("B", "count", "noverflow", "overflow buckets", "%overflow")
    note = '<p class="gm-note">The full map, at the entry that doubled it.</p>'
    return style.frame("", style.table(heads, rows), note)


def events_html(events: Sequence[Any], /, bounded: int = 200) -> str:
    """events_html(events, /, bounded=200): what `record` wrote down, as a table.

    At most `bounded` rows: the first quarter and the last of a longer list; the counts
    by kind are of all.  Raises ValueError unless bounded >= 2.  O(events).

    >>> from gomap import display
    >>> "No events" in display.events_html([])
    True
    """
    if bounded < 2:
        raise ValueError(f"events_html: bounded must be 2 or more, not {bounded}")
    events = list(events)
    title = f"<b>record</b> <span>{plural(len(events), 'event')}</span>{_kinds(events)}"
    if not events:
        return style.frame(title, '<p class="gm-note">No events.</p>')
    head = len(events) if len(events) <= bounded else max(bounded // 4, 1)
    rows = [_event(n, event) for n, event in enumerate(events[:head])]
    tail = 0 if len(events) <= bounded else bounded - head
    if tail:
        left = len(events) - head - tail
        rows.append(f'<tr><th></th><td class="gm-l gm-q" colspan="11">{left:,} more</td></tr>')
        first = len(events) - tail
        rows += [_event(first + n, event) for n, event in enumerate(events[first:])]
    return style.frame(title, style.table(EVENT_HEADS, rows))


def _kinds(events: Iterable[Any]) -> str:
    counts = Counter(str(event.kind) for event in events)
    return "".join(
        f" <span>{markup(escaped(kind), 80)} {n:,}</span>" for kind, n in counts.most_common(12)
    )


def _event(n: int, event: Any) -> str:
    has_key = event.kind in ("assign", "update", "delete")
    key = markup(shown(event.key, 40), 160) if has_key else ""
    moved = f"{event.moved_x}, {event.moved_y}" if event.kind == "evacuate" else ""
    flags = ", ".join(flag_names(event.flags)) or "0"
    grow = ' class="gm-mark"' if event.kind in ("grow", "same_size_grow", "rebuild") else ""
    cells = (
        f"{event.count:,}",
        f"{event.B}",
        flags,
        f"{event.noverflow:,}",
        f"{event.nevacuate:,}" if event.growing else "",
        f"{event.load_factor:.2f}",
        size(event.bytes_total),
    )
    return (
        f'<tr{grow}><td class="gm-q">{n:,}</td><td class="gm-l">{markup(str(event.kind), 80)}</td>'
        f'<td class="gm-l">{key}</td><td>{_where(event)}</td><td>{moved}</td>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
    )


def _where(event: Any) -> str:
    """Bucket, and place in its chain: 3 slot 2, or 3 +1 slot 0."""
    if event.bucket is None:
        return ""
    if event.slot is None:
        return f"{event.bucket:,}"
    over = f" +{event.position}" if event.position else ""
    old = "old " if event.array == "old" and event.kind != "evacuate" else ""
    return f"{old}{event.bucket:,}{over}, slot {event.slot}"
