"""A whole map, shown: as the result of a notebook cell, as a page, as short text."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

from gomap import Map, inspect
from gomap.display import buckets, sections, style
from gomap.display.tables import growth_section, load_section
from gomap.display.text import escaped, showing, shown, type_name
from gomap.inspect import Hmap, LoadRow, Stats

__all__ = ["map_html", "map_pretty", "page", "stats_html"]

#: Entries up to which the plain text shows the map itself, as IPython does with a dict.
MOST_ENTRIES = 1000

#: Chains of each array of a large map that are shown one by one.
PEEK = 4


def _snapshot(m: Any) -> tuple[Stats, Hmap | None]:
    """The map's figures, and its buckets if they are few; else the first and the last.

    None where the chains are so long that not even those are few.  Another thread may
    change the map between the two, so the buckets are counted again.
    """
    s = inspect.stats(m)
    total = s.buckets + s.overflow_buckets + s.old_buckets + s.old_overflow_buckets
    if total <= buckets.MOST_BUCKETS:
        h = inspect.hmap(m, most=buckets.MOST_BUCKETS)
    elif 2 * PEEK * len(s.chain_lengths) <= buckets.MOST_BUCKETS:
        h = inspect.hmap(m, most=PEEK)
    else:
        return s, None
    return s, h if buckets.bucket_total(h) <= buckets.MOST_BUCKETS else None


def _is_whole(h: Hmap) -> bool:
    """Whether the snapshot has every chain of the map."""
    return h.buckets is None or len(h.buckets) == 1 << h.B


def _is_nil(m: Any) -> bool:
    """Whether it is nil, whatever a subclass says."""
    return bool(vars(Map)["is_nil"].__get__(m))


def _title(m: Any, s: Stats) -> str:
    name = type_name(m)
    base = next((b for b in type(m).__mro__ if "__gomap_spec__" in vars(b)), Map)
    shown_name = f"<b>{html.escape(name)}</b>"
    if base is not type(m):
        shown_name += f" <span>a subclass of {html.escape(escaped(base.__name__))}</span>"
    nil = " <span>nil</span>" if _is_nil(m) else ""
    return f"{shown_name}{nil}{sections.summary(s)}"


def _overview(s: Stats) -> str:
    """What there is to say in figures."""
    return (
        f'<div class="gm-parts">{sections.figures(s)}{sections.occupancy(s)}{sections.chains(s)}'
        f"{sections.memory(s)}{sections.tophash(s)}{sections.history(s)}</div>"
    )


def _body(s: Stats, h: Hmap | None, *, nil: bool) -> str:
    """Header and buckets with the figures folded in; or, of a large map, the figures."""
    if h is None or not _is_whole(h):
        overview = f'<div class="gm-body">{sections.header(s, h)}{_overview(s)}</div>'
        if h is None:
            return overview
        return f"{overview}{style.details('The first and the last buckets', buckets.arrays(h))}"
    grow = " gm-growing" if h.oldbuckets is not None else ""
    head = sections.header(s, h)
    body = f'<div class="gm-body{grow}">{head}{buckets.arrays(h, nil=nil)}</div>'
    return f"{body}{style.details('Figures, histograms, memory', _overview(s))}"


def map_html(m: Any, /) -> str:
    """map_html(m, /): the map's own layout as HTML: what a notebook shows for it.

    A small map shows its header, every bucket with tophash bytes, keys, elements and
    overflow chains, and the old array beside the new one while it grows; a large one its
    figures and histograms, and its first and last buckets folded in.  No script; below
    200 KB for any map.  The map is not disturbed.  Within its own picture, where a key's
    repr asks for it, it is shown by its name.  Raises TypeError for what is no map.
    O(buckets).

    >>> from gomap import Map, display
    >>> "alice" in display.map_html(Map[str, int]({"alice": 30}))
    True
    """
    s, h = _snapshot(m)
    with showing(m) as first:
        return style.frame(_title(m, s), _body(s, h, nil=_is_nil(m)) if first else "")


def stats_html(s: Stats, /) -> str:
    """stats_html(s, /): the statistics of a map as HTML.  O(longest chain).

    >>> from gomap import Map, display, inspect
    >>> "hitprobe" in display.stats_html(inspect.stats(Map[str, int]({"alice": 30})))
    True
    """
    title = f"<b>Stats</b>{sections.summary(s)}"
    return style.frame(title, f'<div class="gm-body">{sections.header(s)}{_overview(s)}</div>')


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 1240px;
  background: light-dark(#f4f6f8, #0d1014); color: light-dark(#1d2330, #e4e8ee);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }}
body > h1 {{ font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; overflow-wrap: anywhere; }}
body > h2 {{ font-size: 1.1rem; margin: 2rem 0 .5rem; }}
body > p {{ margin: 0 0 1.2rem; color: light-dark(#5b6675, #9aa6b4); max-width: 70ch; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def page(
    m: Any,
    /,
    title: str | None = None,
    *,
    growth: Sequence[Any] = (),
    table: Iterable[LoadRow] = (),
) -> str:
    """page(m, /, title=None, *, growth=(), table=()): the map as one self-contained HTML page.

    `growth` are steps with count, B, noverflow, overflow_buckets and pct_overflow: the full
    map before each doubling.  `table` are rows of `load_factor_table`, each shown beside
    Go's published one.  No script, nothing fetched from elsewhere.  Raises TypeError for
    what is no map.  O(buckets).

    >>> from gomap import Map, display
    >>> display.page(Map[str, int]({"alice": 30}), "People")[:15]
    '<!DOCTYPE html>'
    """
    name = escaped(title if title is not None else type_name(m))
    parts = [map_html(m)]
    if growth:
        parts.append(f"<h2>Growth</h2>{growth_section(growth)}")
    rows = list(table)
    if rows:
        parts.append(f"<h2>Go's load factor table</h2>{load_section(rows)}")
    return PAGE.format(title=html.escape(name), body="\n".join(parts))


def map_pretty(m: Any, printer: Any, cycle: bool, /) -> None:
    """map_pretty(m, printer, cycle, /): the map as IPython's plain text: ``_repr_pretty_``.

    The map's entries, wrapped as a dict's would be; beyond a thousand only what it is and
    how large.  Unlike repr() it is bounded for any number of entries.  O(buckets).

    >>> from gomap import Map, display
    >>> class Printer:
    ...     def text(self, text):
    ...         print(text)
    >>> display.map_pretty(Map[int, int]((n, n) for n in range(5000)), Printer(), False)
    Map[int, int] of 5,000 entries
    """
    s = inspect.stats(m)
    name = type_name(m)
    with showing(m) as first:
        if cycle or not first:
            printer.text(f"{name}(...)")
        elif _is_nil(m):
            printer.text(f"{name}.nil()")
        elif not s.count:
            printer.text(f"{name}()")
        elif s.count > MOST_ENTRIES:
            printer.text(f"{name} of {s.count:,} entries")
        else:
            _pretty_entries(name, _entries(m), printer)


def _entries(m: Any) -> list[tuple[Any, Any]]:
    """The entries, by key where keys compare, as repr() gives them; no flag is left.

    A dict would not do: it makes one key of an interface map's 1 and 1.0.
    """
    columns = (getattr(column, "tolist", lambda c=column: c)() for column in Map.to_arrays(m))
    entries = list(zip(*columns, strict=True))
    try:
        return sorted(entries, key=lambda item: item[0])
    except Exception:  # keys of several types, or a stranger's __lt__
        return entries


def _pretty_entries(name: str, entries: list[tuple[Any, Any]], printer: Any) -> None:
    opening = f"{name}({{"
    with printer.group(len(opening), opening, "})"):
        for n, (key, elem) in enumerate(entries):
            if n:
                printer.text(",")
                printer.breakable()
            _pretty_value(key, printer)
            printer.text(": ")
            _pretty_value(elem, printer)


def _pretty_value(value: Any, printer: Any) -> None:
    try:
        printer.pretty(value)
    except Exception:  # a __repr__ that raises leaves the other entries readable
        printer.text(shown(value))
