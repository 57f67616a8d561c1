"""Drawing a live map for `gomap demo`: rows of eight slots, from the engine's snapshots.

Everything here shows an `Hmap` of `inspect.hmap` or of a recorded event. A slot is its
tophash byte and its key; states are shown as the bytes they are: 00 emptyRest, 01
emptyOne, 02 evacuatedX, 03 evacuatedY, 04 evacuatedEmpty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rich.text import Text

from gomap.inspect import Bucket, Hmap

SLOTS = 8
EMPTY_REST, EMPTY_ONE, MOVED_X, MOVED_Y, MOVED_EMPTY, LEAST_TOPHASH = range(6)
QUIET = "dim"
NAME, TOPHASH, KEY, MARKED = "bold cyan", "cyan", "bold", "bold black on green"
X_STYLE, Y_STYLE = "yellow", "magenta"
LABEL = 7
"""Columns before a row's first slot."""
CELL = 8
"""Columns of a slot with its tophash byte and a key of four letters."""
BOX_CELL = 7
FANCY = "│┌┬┐└┴┘─▸≠·→●○"

POINTERS = {
    "here": ("▸", ">", MARKED),
    "passed": ("-", "-", "underline"),
    "compared": ("≠", "!", "bold black on yellow"),
}
"""How a slot is pointed at: by which character, or that in ASCII, in which style."""

Place = tuple[str, int, int, int]
"""A slot: "new" or "old", bucket, position in the chain, slot."""


@dataclass(frozen=True)
class Look:
    """How to draw: how wide, and with box characters or with ASCII."""

    width: int
    fancy: bool

    def glyph(self, fancy: str, plain: str) -> str:
        """Return one of the two."""
        return fancy if self.fancy else plain

    @property
    def with_tophash(self) -> bool:
        """Say whether a row has room for the tophash bytes beside the keys."""
        return self.width >= LABEL + SLOTS * (CELL + 1) + 1

    def cell(self, widest: int) -> int:
        """Return the columns of a slot in a row, `widest` at most."""
        return max(min((self.width - LABEL - 1) // SLOTS - 1, widest), 4)


@dataclass(frozen=True)
class Marks:
    """What to point at: slots, each with a name of POINTERS; and old keys that will go to Y."""

    slots: Mapping[Place, str] = field(default_factory=dict)
    to_y: Collection[str] = field(default=frozenset())


def hmap_line(h: Hmap) -> Text:
    """Show the header's fields in one line."""
    more = {}
    if h.growing:
        olds = h.oldbuckets or ()
        more["evacuated"] = f"{sum(map(is_evacuated, olds))} of {len(olds)}"
    elif h.buckets is None:
        more["buckets"] = "nil"
    figures = {"count": f"{h.count}", "B": f"{h.B}", "noverflow": f"{h.noverflow}"}
    return fields(**figures, hash0=f"{h.hash0:#x}", **more)


def fields(**named: str) -> Text:
    """Show fields of the hmap."""
    text = Text().append("hmap", style=NAME)
    for name, value in named.items():
        text.append(f"  {name} ", style=QUIET).append(value)
    return text


def is_evacuated(chain: Sequence[Bucket]) -> bool:
    """Say whether an old chain's entries have moved: its first byte tells, as in Go."""
    return MOVED_X <= chain[0].tophash[0] <= MOVED_EMPTY


def arrays(h: Hmap, look: Look, marks: Marks = Marks()) -> list[Text]:
    """Show the old array, if there is one, over the new one, a row for each bucket."""
    parts = [hmap_line(h)]
    if h.oldbuckets is None:
        return [*parts, *rows("", h.buckets or (), look, marks)]
    half = None if h.same_size_grow else len(h.oldbuckets)
    parts += rows("old", h.oldbuckets, look, marks, half)
    parts += rows("new", h.buckets or (), look, marks, half)
    return parts


def rows(
    array: str,
    chains: Sequence[Sequence[Bucket]],
    look: Look,
    marks: Marks,
    half: int | None = None,
) -> Iterator[Text]:
    """Show each bucket as a line.

    `half`, where an array doubles, is the number of old buckets: new ones from there on are Y.
    """
    for index, chain in enumerate(chains):
        for position, bucket in enumerate(chain):
            chained = look.glyph("└─", "+-") + f" +{position}"
            label = chained if position else f"{array} {index}"
            style = QUIET if position or array == "old" else ""
            text = Text().append(f"{label:>{LABEL - 1}} ", style=style)
            for slot in range(SLOTS):
                text.append(look.glyph("│", "|"), style=QUIET)
                place = (array or "new", index, position, slot)
                text.append_text(cell(bucket, slot, place, look, marks, half))
            yield text.append(look.glyph("│", "|"), style=QUIET)


def cell(
    bucket: Bucket, slot: int, place: Place, look: Look, marks: Marks, half: int | None
) -> Text:
    """Show one slot: tophash byte and key, or what its state says."""
    width = look.cell(CELL)
    top, key = bucket.tophash[slot], bucket.keys[slot]
    pointer, style = " ", ""
    if place in marks.slots:
        fancy, plain, style = POINTERS[marks.slots[place]]
        pointer = look.glyph(fancy, plain)
    if top < LEAST_TOPHASH:
        shown = state_text(top, look, pointer)
        return Text(shown[:width].ljust(width), style=style or state_style(top))
    name = str(key)
    text = Text()
    if look.with_tophash:
        text.append(f"{top:02x}", style=style or TOPHASH)
        width -= 2
    text.append(pointer, style=style)
    text.append(name[: width - 1], style=style or key_style(place, name, marks, half))
    return text.append(" " * (width - 1 - len(name)))


def key_style(place: Place, key: str, marks: Marks, half: int | None) -> str:
    """Return a colour: while an array doubles, one for what is X and another for what is Y."""
    if half is None:
        return KEY
    is_y = key in marks.to_y if place[0] == "old" else place[1] >= half
    return Y_STYLE if is_y else X_STYLE


def state_text(top: int, look: Look, pointer: str) -> str:
    """Return what a slot without an entry shows."""
    if top == EMPTY_REST and pointer == " ":
        return look.glyph(" ·", " .")
    if not look.with_tophash:
        to = look.glyph("→", ">")
        return pointer + ("00", "01", f"{to}X", f"{to}Y", "04")[top]
    to = look.glyph("→", "->")
    return f"{top:02x}{pointer}" + ("", "", f"{to}X", f"{to}Y", "")[top]


def state_style(top: int) -> str:
    """Return the style of a slot without an entry."""
    return {EMPTY_ONE: "red", MOVED_X: f"{QUIET} {X_STYLE}", MOVED_Y: f"{QUIET} {Y_STYLE}"}.get(
        top, QUIET
    )


def bmap(bucket: Bucket, look: Look, marked: Collection[int] = ()) -> list[Text]:
    """Show one bucket as it lies in memory: tophash bytes, keys, elements, overflow."""
    inner = look.cell(BOX_CELL)
    cells = [
        [
            "" if value is None else str(value)
            for value in (*tops(bucket), *bucket.keys, *bucket.elems)
        ][start : start + SLOTS]
        for start in (0, SLOTS, 2 * SLOTS)
    ]
    lines = [border(look, inner, "┌┬┐")]
    for label, style, values in zip(
        ("tophash", "keys", "elems"), (TOPHASH, KEY, ""), cells, strict=True
    ):
        line = Text().append(f"{label:>{LABEL}}", style=QUIET)
        for slot, value in enumerate(values):
            line.append(look.glyph("│", "|"), style=QUIET)
            chosen = MARKED if slot in marked else style
            arrow = look.glyph("▸", ">") if slot in marked and label == "keys" else " "
            line.append(f"{arrow}{value}"[:inner].ljust(inner), style=chosen)
        lines.append(line.append(look.glyph("│", "|"), style=QUIET))
    lines.append(border(look, inner, "└┴┘"))
    return lines


def tops(bucket: Bucket) -> Iterator[str]:
    """Give the tophash bytes in hexadecimal."""
    return (f"{top:02x}" for top in bucket.tophash)


def border(look: Look, inner: int, corners: str) -> Text:
    """Return the line over or under a bucket."""
    left, middle, right = tuple(corners) if look.fancy else ("+", "+", "+")
    line = middle.join([look.glyph("─", "-") * inner] * SLOTS)
    return Text(f"{' ' * LABEL}{left}{line}{right}", style=QUIET)


def hash_bits(value: int, B: int, look: Look) -> list[Text]:
    """Show a hash's 64 bits: the first eight are the tophash, the last B the bucket."""
    bits = f"{value:064b}"
    groups = [bits[at : at + 8] for at in range(0, 64, 8)]
    text = Text().append("  hash ", style=QUIET).append(groups[0], style=f"bold {TOPHASH}")
    under = "^" * 8
    if look.width < LABEL + 8 * 9:
        text.append(f" ... {groups[-1][: 8 - B]}", style=QUIET)
        gap = 5 + 8 - B
    else:
        text.append(f" {' '.join(groups[1:-1])} {groups[-1][: 8 - B]}", style=QUIET)
        gap = 6 * 9 + 1 + 8 - B
    text.append(groups[-1][8 - B :], style="bold green")
    tags = Text(" " * LABEL).append(under, style=TOPHASH)
    tags.append(" tophash", style=TOPHASH)
    name = f"bucket {value & ((1 << B) - 1)} "
    space = gap - len(" tophash") - len(name)
    return [text, tags.append(" " * max(space, 1)).append(f"{name}{'^' * B}", style="green")]
