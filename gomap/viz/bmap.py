"""A bucket as a box: its eight tophash bytes, keys, elements, and the overflow pointer."""

from __future__ import annotations

from typing import NamedTuple

from gomap.inspect import Bucket
from gomap.viz import words
from gomap.viz.sheet import Sheet
from gomap.viz.theme import SMALL, Theme

SLOTS = 8
EMPTY_ONE, EVACUATED_X, EVACUATED_Y, EVACUATED_EMPTY, MIN_TOPHASH = 1, 2, 3, 4, 5
STATES = (
    "emptyRest: empty, and so is all that follows in the chain",
    "emptyOne: empty, others follow",
    "evacuatedX: moved to the bucket of the same index",
    "evacuatedY: moved to the new array's second half",
    "evacuatedEmpty: was empty when its bucket was evacuated",
)
ROW = 14.0
_LABEL = 48.0
_TEXT = 7.5
_LETTER = 4.55
"""Width of a letter of that size."""


class Style(NamedTuple):
    """What all boxes of a diagram share."""

    #: Width of a slot.
    cell: float
    #: Letters that fit into it.
    letters: int
    #: Strings come without quotes: all keys, all elements are strings.
    bare_keys: bool
    bare_elems: bool

    @property
    def width(self) -> float:
        """Width of a box."""
        return _LABEL + SLOTS * self.cell


def style(buckets: list[Bucket], letters: int, bare_keys: bool, bare_elems: bool) -> Style:
    """Return slots just wide enough for the longest text among these buckets."""
    longest = 2
    for bucket in buckets:
        for slot in occupied(bucket):
            for thing, bare in ((bucket.keys[slot], bare_keys), (bucket.elems[slot], bare_elems)):
                longest = max(longest, words.columns_of(words.value(thing, letters, bare=bare)))
    return Style(longest * _LETTER + 7, letters, bare_keys, bare_elems)


def occupied(bucket: Bucket) -> list[int]:
    """Return the slots that hold entries."""
    return [slot for slot, top in enumerate(bucket.tophash) if top >= MIN_TOPHASH]


def is_evacuated(chain: tuple[Bucket, ...]) -> bool:
    """Return whether an old chain's entries have moved to the new array."""
    return EVACUATED_X <= chain[0].tophash[0] <= EVACUATED_EMPTY


def is_slim(chain: tuple[Bucket, ...]) -> bool:
    """Return whether there is nothing to show of a chain but its tophash bytes."""
    return not any(occupied(bucket) for bucket in chain)


def height(chain: tuple[Bucket, ...]) -> float:
    """Return the height of a chain's boxes."""
    return ROW if is_slim(chain) else 4 * ROW


def draw(
    sheet: Sheet, x: float, y: float, bucket: Bucket, form: Style, *, slim: bool, leads_on: bool
) -> None:
    """Draw one bucket with its top left corner at x, y."""
    theme = sheet.theme
    gone = is_evacuated((bucket,))
    row(sheet, x, y, "tophash", theme)
    for slot, top in enumerate(bucket.tophash):
        at = x + _LABEL + slot * form.cell
        fill, ink = _colours(top, theme)
        sheet.box(at, y, form.cell, ROW, fill=fill, hatched=gone)
        sheet.text(at + form.cell / 2, y + ROW / 2, f"{top:02x}", size=_TEXT, colour=ink,
                   align="center", code=True)  # fmt: skip
    if slim:
        return
    for line, name in ((1, "keys"), (2, "elems")):
        row(sheet, x, y + line * ROW, name, theme)
        things, bare = (
            (bucket.keys, form.bare_keys) if name == "keys" else (bucket.elems, form.bare_elems)
        )
        for slot, top in enumerate(bucket.tophash):
            at = x + _LABEL + slot * form.cell
            full = top >= MIN_TOPHASH
            sheet.box(at, y + line * ROW, form.cell, ROW, fill=theme.paper if full else theme.box)
            if full:
                text = words.value(things[slot], form.letters, bare=bare)
                sheet.text(at + form.cell / 2, y + (line + 0.5) * ROW, text, size=_TEXT,
                           align="center", code=True)  # fmt: skip
    row(sheet, x, y + 3 * ROW, "overflow", theme)
    sheet.box(x + _LABEL, y + 3 * ROW, SLOTS * form.cell, ROW, fill=theme.paper)
    to = "the next bucket of the chain" if leads_on else "nil"
    sheet.text(x + _LABEL + 5, y + 3.5 * ROW, to, size=_TEXT,
               colour=theme.ink if leads_on else theme.pale)  # fmt: skip
    sheet.box(x, y, form.width, 4 * ROW, fill="none", edge=theme.ink, lw=1.0)


def row(sheet: Sheet, x: float, y: float, name: str, theme: Theme) -> None:
    """Draw the name of a row."""
    sheet.box(x, y, _LABEL, ROW, fill=theme.box)
    sheet.text(x + 5, y + ROW / 2, name, size=SMALL - 0.5, colour=theme.pale)


def _colours(top: int, theme: Theme) -> tuple[str, str]:
    """Return the colours of a tophash byte: box, ink."""
    if top >= MIN_TOPHASH:
        return theme.wash, theme.ink
    if top == EMPTY_ONE:
        return theme.gone, theme.ink
    if top in (EVACUATED_X, EVACUATED_Y):
        return theme.box, theme.x if top == EVACUATED_X else theme.y
    return theme.box, theme.pale
