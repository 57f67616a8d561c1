"""Making strangers' values safe to show: bounded, one line, nothing that a screen obeys.

A key may be huge, its ``__repr__`` may raise, take the map apart or give a gigabyte;
what comes out of `shown` is a short printable string, whatever goes in.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from gomap import Map

__all__ = ["cut", "escaped", "markup", "middle_cut", "plural", "showing", "shown", "type_name"]

_now = threading.local()

#: Items of a container that are shown, and containers within containers.
ITEMS, DEPTH = 6, 3
#: Integers of more bits are shown by their first digits: repr() of them is slow, then refused.
LONG_INT = 1024
BRACKETS: dict[type, Sequence[str]] = {
    list: "[]",
    tuple: "()",
    set: "{}",
    frozenset: ("frozenset({", "})"),
    dict: "{}",
}


def escaped(text: str) -> str:
    r"""escaped(text): the text with everything that does not print written as an escape.

    O(len(text)).

    >>> from gomap.display.text import escaped
    >>> escaped("tab\there")
    'tab\\there'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def plural(n: int, one: str, many: str = "") -> str:
    """plural(n, one, many): a counted noun.  O(1).

    >>> from gomap.display.text import plural
    >>> plural(1, "entry", "entries"), plural(2000, "bucket")
    ('1 entry', '2,000 buckets')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def cut(text: str, room: int) -> str:
    """cut(text, room): the text in at most `room` characters, an ellipsis where it was cut.

    O(room).

    >>> from gomap.display.text import cut
    >>> cut("overflow", 5), cut("map", 5)
    ('over…', 'map')
    """
    return text if len(text) <= room else f"{text[: max(room - 1, 0)]}…"


def middle_cut(text: str, room: int) -> str:
    """middle_cut(text, room): the text in at most `room` characters, its end kept where whole.

    O(room).

    >>> from gomap.display.text import middle_cut
    >>> middle_cut("'customer 17'", 11), middle_cut("'abcdefghijklm…", 11)
    ("'custo… 17'", "'abcdefghi…")
    """
    if len(text) <= room or text.endswith("…"):
        return cut(text, room)
    tail = (room - 1) * 2 // 5
    return f"{text[: room - 1 - tail]}…{text[len(text) - tail :]}"


def markup(text: str, room: int) -> str:
    """markup(text, room): the text for HTML, in at most `room` bytes of UTF-8.

    O(room).

    >>> from gomap.display.text import markup
    >>> markup("<b>", 20), markup("<<<<<<", 15)
    ('&lt;b&gt;', '&lt;&lt;&lt;…')
    """
    whole = html.escape(text[: room + 1])
    if len(text) <= room and len(whole.encode()) <= room:
        return whole
    parts, left = [], room - len("…".encode())
    for c in text:
        part = html.escape(c)
        left -= len(part.encode())
        if left < 0:
            break
        parts.append(part)
    return "".join([*parts, "…"])


@contextmanager
def showing(thing: object) -> Iterator[bool]:
    """showing(thing): a block that shows it; False if it is inside another that does.  O(1).

    A key's own ``__repr__`` may show the map that holds it.  As what it raises is caught
    for each key, endless recursion would not end at the first RecursionError.

    >>> from gomap.display.text import showing
    >>> m = {}
    >>> with showing(m) as outer, showing(m) as inner:
    ...     print(outer, inner)
    True False
    """
    things: set[int] = vars(_now).setdefault("things", set())
    if id(thing) in things:
        yield False
        return
    things.add(id(thing))
    try:
        yield True
    finally:
        things.discard(id(thing))


def type_name(value: object) -> str:
    """type_name(value): the name of its class, safe to show.  O(1).

    >>> from gomap import Map
    >>> from gomap.display.text import type_name
    >>> type_name(Map[str, int]())
    'Map[str, int]'
    """
    try:
        return cut(escaped(str.__getitem__(type(value).__name__, slice(0, 200))), 80)
    except Exception:  # a metaclass may have made __name__ whatever it likes
        return "object"


def shown(value: object, room: int = 120) -> str:
    r"""shown(value, room=120): a bounded repr that never raises and always prints.

    Ends in an ellipsis where it was cut.  A map inside is shown by its type and count.
    O(room) for str, bytes, int and containers of them; a stranger's own ``__repr__``
    takes what it takes.

    >>> from gomap.display.text import shown
    >>> shown("a\nb"), shown("x" * 1000, 8), shown([1, [2, [3, [4]]]])
    ("'a\\nb'", "'xxxxxx…", '[1, [2, [3, […]]]]')
    """
    try:
        return cut(escaped(_repr(value, room, DEPTH)), room)
    except Exception as error:  # whatever a key's __repr__ raises is part of the picture
        return cut(f"<{type_name(value)}: repr raised {type_name(error)}>", room)


def _repr(value: Any, room: int, depth: int) -> str:
    """Return a repr, not much longer than `room` where its length is ours to choose."""
    kind = type(value)
    if kind is str or kind is bytes:
        return repr(value[: room + 1])
    if kind is int and value.bit_length() > LONG_INT:
        return _long_int(value)
    if kind in BRACKETS:
        return _container(value, room, depth)
    if isinstance(value, Map):
        return f"{type_name(value)} of {Map.__len__(value):,}"
    return str.__getitem__(repr(value), slice(0, room + 1))


def _long_int(value: int) -> str:
    bits = value.bit_length()
    sign = "-" if value < 0 else ""
    return f"{sign}0x{abs(value) >> ((bits - 1) // 4 * 4 - 28):x}… ({bits:,} bits)"


def _container(value: Any, room: int, depth: int) -> str:
    """Return the repr of a built-in container: its first items, down to `depth`."""
    opening, closing = BRACKETS[type(value)]
    if not value:
        return repr(value)
    if not depth:
        return f"{opening}…{closing}"
    items = value.items() if type(value) is dict else value
    first = list(islice(items, ITEMS))
    parts = [_item(item, type(value) is dict, room, depth - 1) for item in first]
    if len(value) > ITEMS:
        parts.append("…")
    elif type(value) is tuple and len(value) == 1:
        closing = ",)"
    return f"{opening}{', '.join(parts)}{closing}"


def _item(item: Any, is_pair: bool, room: int, depth: int) -> str:
    if is_pair:
        key, elem = item
        return f"{_inner(key, room, depth)}: {_inner(elem, room, depth)}"
    return _inner(item, room, depth)


def _inner(value: Any, room: int, depth: int) -> str:
    """Return the repr of an item; one that raises leaves its neighbours readable."""
    try:
        return _repr(value, room, depth)
    except Exception as error:
        return f"<{type_name(value)}: repr raised {type_name(error)}>"
