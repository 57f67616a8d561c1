"""Making strangers' text safe to show: one line, nothing that a terminal obeys."""

from __future__ import annotations


def escaped(text: str) -> str:
    r"""Return `text` with everything that does not print written as an escape.

    >>> escaped("tab\there")
    'tab\\there'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def shown_key(key: object) -> str:
    """Return a key as it stands in a table: quoted only where it would be hard to see.

    >>> shown_key("the"), shown_key(""), shown_key(" x"), shown_key(7)
    ('the', "''", "' x'", '7')
    """
    text = str(key)
    if isinstance(key, str) and text != text.strip():
        return repr(text)
    return escaped(text) if text else "''"
