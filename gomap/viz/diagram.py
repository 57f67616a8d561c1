"""The layout of a live map: hmap, bucket array, bmaps, overflow chains, the old array."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, NamedTuple

from gomap import inspect
from gomap.display.text import plural
from gomap.inspect import Bucket, Hmap, Stats
from gomap.viz import bmap, words
from gomap.viz.bmap import ROW, Style
from gomap.viz.picture import Picture
from gomap.viz.sheet import Sheet
from gomap.viz.theme import LARGE, NORMAL, SMALL, settings, theme_named

Chain = tuple[Bucket, ...]

LEFT, TOP = 18.0, 62.0
HMAP_WIDTH, FIELD = 178.0, 17.0
ARRAY_LEFT = LEFT + HMAP_WIDTH + 44
INDEX_WIDTH, INDEX_GAP, CHAIN_GAP, BETWEEN = 40.0, 18.0, 26.0, 13.0
#: Chains drawn of an array, if the caller wants many.
MOST_BUCKETS = 128
#: Chains among which those to draw are found: of larger arrays the first and the last.
_LOOKED_AT = 2048
#: Paper is no wider, if a chain's first two buckets fit on it.
_WIDEST = 1080
_SPARES = 10


class Places(NamedTuple):
    """Where the pointers of the hmap come from and lead to: heights on the sheet."""

    buckets: float
    oldbuckets: float
    next_overflow: float


def layout(m: Any, /, *, buckets: int = 8, theme: str = "light") -> Picture:
    """layout(m, /, *, buckets=8, theme="light"): the diagram of a live map, all of it true.

    The hmap with its fields, the array of buckets, each bucket with its tophash bytes,
    keys and elements, the overflow buckets to the right, the spare ones behind the array;
    while the map grows also the old array, evacuated buckets hatched.  Of each array at
    most `buckets` chains are drawn, its first and its last (and one with an overflow
    bucket, if there is one among some thousands); long keys are shortened.  The
    map is not touched.  Raises TypeError for what is no Map, ValueError unless
    2 <= buckets <= 128 and for an unknown theme.

    >>> from gomap import Map, viz
    >>> viz.layout(Map[str, int]({"alice": 30, "bob": 41}))
    <Picture: layout of Map[str, int]: 2 entries in 1 bucket>
    """
    colours = theme_named(theme)
    most = operator.index(buckets)
    if not 2 <= most <= MOST_BUCKETS:
        raise ValueError(f"layout: buckets must be 2 to {MOST_BUCKETS}, not {most}")
    s = inspect.stats(m)
    h = inspect.hmap(m, most=max(most, _LOOKED_AT))
    title = f"layout of {words.of_map(m, s.count, s.buckets)}"
    with settings():
        sheet = Sheet(colours)
        _draw(sheet, m, h, s, most)
        return Picture(sheet.figure(), title, colours)


def _draw(sheet: Sheet, m: Any, h: Hmap, s: Stats, most: int) -> None:
    """Draw everything, the arrays first: the pointers need to know where they are."""
    new, old = chosen(h.buckets or (), most), chosen(h.oldbuckets or (), most)
    form = _style(m, [*new, *old])
    sheet.text(LEFT, 24, words.type_name(m), size=LARGE, bold=True)
    sheet.text(LEFT, 43, summary(m, h, s), size=NORMAL, colour=sheet.theme.pale)
    end = spares = top_of_old = TOP
    if h.buckets is not None:
        name = "new array" if h.growing else "buckets"
        end = spares = array(sheet, TOP, new, s.buckets, form, name)
        end = spare_buckets(sheet, spares, h, s)
    if h.oldbuckets is not None:
        top_of_old = end + 14
        end = array(sheet, top_of_old, old, s.old_total, form, "old array")
    places = hmap_box(sheet, m, h, s)
    pointers(sheet, h, places, spares, top_of_old)
    legend(sheet, [*new, *old], max(end, sheet.height) + 14)


def summary(m: Any, h: Hmap, s: Stats) -> str:
    """Say in a line what state the map is in."""
    if m.is_nil:
        return "A nil map: nothing to read, and a write raises NilMapError."
    parts = [
        plural(s.count, "entry", "entries"),
        plural(s.buckets, "bucket"),
        f"{s.load_factor:.2f} entries a bucket",
    ]
    if h.growing:
        kind = "same-size growth" if h.same_size_grow else "growing"
        parts.append(f"{kind}: {s.evacuated:,} of {s.old_total:,} old buckets evacuated")
    elif h.buckets is None:
        parts.append("no array yet: the first write makes it")
    return " · ".join(parts)


def chosen(chains: Sequence[Chain], most: int) -> list[Chain]:
    """Return the chains to draw: first ones, last ones, and some chain with overflow."""
    if len(chains) <= most:
        return [*chains]
    ends = [*chains[: most - most // 2], *chains[len(chains) - most // 2 :]]
    longest = max(chains, key=len)
    if len(longest) > 1 and all(len(chain) == 1 for chain in ends):
        ends[most - most // 2 - 1] = longest
    return ends


def _style(m: Any, chains: list[Chain]) -> Style:
    letters = 8 if all(len(chain) == 1 for chain in chains) else 6
    shown = [bucket for chain in chains for bucket in chain[:3]]
    kind = type(m)
    return bmap.style(shown, letters, kind.key_type is str, kind.elem_type is str)


def array(sheet: Sheet, y: float, chains: list[Chain], total: int, form: Style, name: str) -> float:
    """Draw an array from height y on; return where it ends."""
    sheet.text(ARRAY_LEFT, y + 5, name, size=NORMAL, bold=True)
    note = f"2^{total.bit_length() - 1} = {plural(total, 'bucket')}, one block of memory"
    sheet.text(ARRAY_LEFT + 72, y + 5, note, colour=sheet.theme.pale)
    y += 18
    previous = -1
    for chain in chains:
        left_out = chain[0].index - previous - 1
        if left_out:
            y = _ellipsis(sheet, y, left_out)
        previous = chain[0].index
        _chain(sheet, y, chain, form)
        y += bmap.height(chain) + BETWEEN
    return y


def _ellipsis(sheet: Sheet, y: float, left_out: int) -> float:
    middle = ARRAY_LEFT + INDEX_WIDTH / 2
    for dot in range(3):
        sheet.text(middle, y + 4 + 6 * dot, "·", size=LARGE, align="center", bold=True)
    words_ = f"{plural(left_out, 'bucket')} not drawn"
    sheet.text(ARRAY_LEFT + INDEX_WIDTH + INDEX_GAP, y + 10, words_, colour=sheet.theme.pale)
    return y + 22 + BETWEEN


def _chain(sheet: Sheet, y: float, chain: Chain, form: Style) -> None:
    """Draw a chain from its index to the right."""
    theme = sheet.theme
    slim, gone = bmap.is_slim(chain), bmap.is_evacuated(chain)
    tall = bmap.height(chain)
    sheet.box(
        *(ARRAY_LEFT, y, INDEX_WIDTH, tall),
        fill=theme.box,
        edge=theme.edge if gone else theme.ink,
        lw=1.0,
        hatched=gone,
    )
    if gone:
        sheet.box(ARRAY_LEFT + 8, y + 2, INDEX_WIDTH - 16, ROW - 4, fill=theme.box, edge="none")
    index = f"{chain[0].index:,}"
    size = NORMAL if len(index) < 6 else 7.0
    sheet.text(ARRAY_LEFT + INDEX_WIDTH / 2, y + tall / 2, index, align="center", bold=not gone,
               size=size, colour=theme.pale if gone else None)  # fmt: skip
    x = ARRAY_LEFT + INDEX_WIDTH + INDEX_GAP
    sheet.line([(x - INDEX_GAP, y + ROW / 2), (x, y + ROW / 2)])
    fitting = max(2, int((_WIDEST - x) // (form.width + CHAIN_GAP)))
    shown = chain if len(chain) <= fitting else chain[: fitting - 1]
    for place, bucket in enumerate(shown):
        leads_on = place + 1 < len(chain)
        bmap.draw(sheet, x, y, bucket, form, slim=slim, leads_on=leads_on)
        if place:
            _origin(sheet, x, y, bucket)
        x += form.width
        if leads_on:
            at = y + tall - ROW / 2
            sheet.line([(x, at), (x + CHAIN_GAP, at)], colour=theme.other)
        x += CHAIN_GAP
    if len(shown) < len(chain):
        more = plural(len(chain) - len(shown), "more overflow bucket")
        sheet.box(x, y, 120, tall, dashed=True)
        sheet.text(x + 60, y + tall / 2, more, align="center", colour=theme.pale)


def _origin(sheet: Sheet, x: float, y: float, bucket: Bucket) -> None:
    """Say above an overflow bucket where its memory is from."""
    spare = bucket.preallocated
    words_ = "allocated for this chain" if spare is None else f"was spare bucket {spare:,}"
    sheet.text(x + 1, y - 5, words_, size=6.5, colour=sheet.theme.other)


def spare_buckets(sheet: Sheet, y: float, h: Hmap, s: Stats) -> float:
    """Draw the preallocated overflow buckets behind the array; return where they end."""
    if h.next_overflow is None:
        return y
    theme = sheet.theme
    free = s.bytes_spare * s.buckets // s.bytes_buckets
    total = h.next_overflow + free
    first = max(0, min(h.next_overflow - 2, total - _SPARES))
    last = min(total, first + _SPARES)
    width = max(26.0, 4.9 * len(f"{last:,}") + 6)
    x = ARRAY_LEFT
    for spare in range(first, last):
        used = spare < h.next_overflow
        sheet.box(x, y, width, ROW, dashed=not used, fill=theme.wash if used else theme.paper,
                  edge=theme.other if spare == h.next_overflow else theme.edge)  # fmt: skip
        sheet.text(x + width / 2, y + ROW / 2, f"{spare:,}", size=7, align="center",
                   colour=theme.ink if used else theme.pale)  # fmt: skip
        x += width
    more = f"… {total - 1:,}" if last < total else ""
    words_ = f"{more} {plural(total, 'spare overflow bucket')} in the same block, {free:,} free"
    sheet.text(x + 6, y + ROW / 2, words_, colour=theme.pale)
    return y + ROW + BETWEEN


def fields(h: Hmap, s: Stats) -> list[tuple[str, str]]:
    """Return the hmap's fields as they are written."""
    array_ = "nil" if h.buckets is None else plural(s.buckets, "bucket")
    old = "nil" if h.oldbuckets is None else plural(s.old_total, "bucket")
    return [
        ("count", f"{h.count:,}"),
        ("flags", words.flag_names(h.flags)),
        ("B", f"{h.B}"),
        ("noverflow", f"{h.noverflow:,}"),
        ("hash0", f"{h.hash0:#018x}"),
        ("buckets", array_),
        ("oldbuckets", old),
        ("nevacuate", f"{h.nevacuate:,}"),
    ]


def extra_fields(h: Hmap, s: Stats) -> list[tuple[str, str]]:
    """Return the fields of mapextra."""
    spare = "nil" if h.next_overflow is None else f"spare bucket {h.next_overflow:,}"
    return [
        ("overflow", plural(s.overflow_buckets, "bucket")),
        ("oldoverflow", plural(s.old_overflow_buckets, "bucket")),
        ("nextOverflow", spare),
    ]


def hmap_box(sheet: Sheet, m: Any, h: Hmap, s: Stats) -> Places:
    """Draw the hmap and its mapextra; return the heights at which pointers leave."""
    y = TOP
    if m.is_nil:
        _table(sheet, y, "nil", [("no hmap", "")])
        return Places(y, y, y)
    rows = fields(h, s)
    end = _table(sheet, y, "hmap", rows)
    top = y + 18
    names = [name for name, _ in rows]
    at = {name: top + (names.index(name) + 0.5) * FIELD for name in ("buckets", "oldbuckets")}
    end = _table(sheet, end + 16, "mapextra", extra_fields(h, s))
    return Places(at["buckets"], at["oldbuckets"], end - FIELD / 2)


def _table(sheet: Sheet, y: float, name: str, rows: list[tuple[str, str]]) -> float:
    """Draw a structure with its fields; return where it ends."""
    theme = sheet.theme
    sheet.box(LEFT, y, 74, 18, fill=theme.map, edge=theme.map)
    sheet.text(LEFT + 37, y + 9, name, colour=theme.paper, align="center", bold=True, size=NORMAL)
    y += 18
    for field, text in rows:
        sheet.box(LEFT, y, HMAP_WIDTH, FIELD, fill=theme.box)
        sheet.text(LEFT + 7, y + FIELD / 2, field, colour=theme.pale)
        sheet.text(LEFT + HMAP_WIDTH - 7, y + FIELD / 2, text, align="right", code=True,
                   size=SMALL if len(text) < 24 else 6.5)  # fmt: skip
        y += FIELD
    sheet.box(LEFT, y - len(rows) * FIELD, HMAP_WIDTH, len(rows) * FIELD, fill="none",
              edge=theme.ink, lw=1.0)  # fmt: skip
    return y


def pointers(sheet: Sheet, h: Hmap, at: Places, spares: float, old: float) -> None:
    """Draw where buckets, oldbuckets and nextOverflow lead."""
    theme, edge = sheet.theme, LEFT + HMAP_WIDTH
    if h.buckets is not None:
        to = TOP + 18 + ROW / 2
        turn = edge + 12
        sheet.line([(edge, at.buckets), (turn, at.buckets), (turn, to), (ARRAY_LEFT, to)],
                   colour=theme.map, lw=1.4)  # fmt: skip
    if h.oldbuckets is not None:
        to, turn = old + 18 + ROW / 2, edge + 20
        sheet.line([(edge, at.oldbuckets), (turn, at.oldbuckets), (turn, to), (ARRAY_LEFT, to)],
                   colour=theme.old, lw=1.4)  # fmt: skip
    if h.next_overflow is not None:
        to, turn, y = spares + ROW / 2, edge + 30, at.next_overflow
        path = [(edge, y), (turn, y), (turn, to), (ARRAY_LEFT, to)]
        sheet.line(path, colour=theme.other, dashed=True)


def legend(sheet: Sheet, chains: list[Chain], y: float) -> None:
    """Say what the states among the tophash bytes mean."""
    seen = {top for chain in chains for bucket in chain[:3] for top in bucket.tophash}
    lines = [f"{top:02x} {bmap.STATES[top]}" for top in sorted(seen) if top < bmap.MIN_TOPHASH]
    for place, line in enumerate(lines):
        x = LEFT + (place % 2) * 330
        sheet.text(x, y + place // 2 * 13, line, size=SMALL - 0.5, colour=sheet.theme.pale)
