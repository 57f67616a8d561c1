"""A key as it stands in a table."""

from __future__ import annotations

from gomap.display.text import escaped


def shown_key(key: object) -> str:
    """Return a key as it stands in a table: quoted only where it would be hard to see.

    >>> shown_key("the"), shown_key(""), shown_key(" x"), shown_key(7)
    ('the', "''", "' x'", '7')
    """
    text = str(key)
    if isinstance(key, str) and text != text.strip():
        return repr(text)
    return escaped(text) if text else "''"
