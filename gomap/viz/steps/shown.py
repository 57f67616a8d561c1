"""Keys and elements as short text, whatever they are."""

from __future__ import annotations

import reprlib
from typing import Any

#: Characters of a key or element that a frame keeps.
MOST_SHOWN = 60


def shown(value: Any, width: int = MOST_SHOWN, /) -> str:
    """shown(value, width=60): its repr, cut in the middle; never raises, never long.

    >>> shown("gomap"), shown(list(range(1000))), len(shown("x" * 1000))
    ("'gomap'", '[0, 1, 2, 3, 4, 5, ...]', 60)
    """
    short = reprlib.Repr()
    short.maxstring = short.maxother = short.maxlong = width
    try:
        text = short.repr(value).encode("utf-8", "backslashreplace").decode()
    except Exception as error:
        text = f"<{type(value).__name__}: {type(error).__name__} from its repr>"
    if len(text) > width:
        half = (width - 1) // 2
        text = f"{text[: width - 1 - half]}…{text[-half:]}"
    return text
