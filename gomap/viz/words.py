"""Numbers, types, keys and elements as short text."""

from __future__ import annotations

import reprlib
import unicodedata
from typing import Any

from gomap.display import figures
from gomap.display.text import plural

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def flag_names(flags: int) -> str:
    """Return Go's names of the flags that are set.

    >>> flag_names(3), flag_names(0)
    ('iterator, oldIterator', 'none')
    """
    return ", ".join(figures.flag_names(flags)) or "none"


def in_bytes(n: float) -> str:
    """Return a size with three digits and a unit.

    >>> in_bytes(208), in_bytes(5 * 2**20)
    ('208 B', '5.00 MiB')
    """
    unit = 0
    while n >= 1024 and unit < len(_UNITS) - 1:
        n, unit = n / 1024, unit + 1
    return (
        f"{n:.0f} B"
        if unit == 0
        else f"{n:.3g} {_UNITS[unit]}"
        if n >= 10
        else (f"{n:.2f} {_UNITS[unit]}")
    )


def in_seconds(ns: float) -> str:
    """Return a time given in nanoseconds with three digits and a unit.

    >>> in_seconds(250), in_seconds(1_234_000)
    ('250 ns', '1.23 ms')
    """
    for unit, name in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if ns >= unit * 0.9995:
            return f"{ns / unit:.3g} {name}"
    return f"{ns:.3g} ns"


def type_name(m: Any) -> str:
    """Return the map's type as it is written."""
    return cut(type(m).__name__, 60)


def of_map(m: Any, count: int, buckets: int) -> str:
    """Return what a map is, in a line."""
    if m.is_nil:
        return f"{type_name(m)}: nil"
    return f"{type_name(m)}: {plural(count, 'entry', 'entries')} in {plural(buckets, 'bucket')}"


def no_buckets(m: Any) -> str:
    """Return why there is nothing to draw."""
    return "A nil map has no buckets." if m.is_nil else "No buckets yet: the first write makes one."


def cut(text: str, width: int) -> str:
    """Return the text in one line of at most `width` columns; wide characters take two.

    >>> cut("alexandria", 6), cut("bob", 6)
    ('alexa…', 'bob')
    """
    text = "".join(c if c.isprintable() else " " if c.isspace() else "·" for c in text)
    columns, kept = 0, ""
    for c in text:
        columns += 2 if unicodedata.east_asian_width(c) in "WF" else 1
        if columns > width:
            while kept and columns_of(kept) > width - 1:
                kept = kept[:-1]
            return kept + "…"
        kept += c
    return kept


def columns_of(text: str) -> int:
    """Return the columns that a line takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60
_SHORT.maxlevel = 2


def value(thing: Any, width: int, *, bare: bool = False) -> str:
    """Return a key or an element in at most `width` columns, whatever its repr does.

    `bare` strings come without quotes.

    >>> value(123456789, 6), value("it", 6), value("it", 6, bare=True)
    ('12345…', "'it'", 'it')
    """
    if bare and type(thing) is str:
        return cut(thing[: width + 1], width)
    if type(thing) is float:
        return _number(thing, width)
    try:
        text = thing[:60].__repr__() if type(thing) in (str, bytes) else _SHORT.repr(thing)
    except Exception:  # a stranger's repr may do anything
        text = f"<{type(thing).__name__}>"
    return cut(text, width)


def _number(thing: float, width: int) -> str:
    """Return a float with as many digits as fit."""
    text = repr(thing)
    for digits in range(16, 1, -1):
        if len(text) <= width:
            break
        text = f"{thing:.{digits}g}"
    return cut(text, width)
