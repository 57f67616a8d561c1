"""The explorer's script and style, and pages that hold everything themselves."""

from __future__ import annotations

import functools
import html
import json
import string
from importlib import resources
from typing import Any

__all__ = ["page", "script", "style"]

_PARTS = ("1_dom.js", "2_arrays.js", "3_panels.js", "4_timeline.js", "5_explorer.js")


@functools.cache
def _text(name: str) -> str:
    return (resources.files(__package__) / "static" / name).read_text("utf-8")


def script() -> str:
    """script(): the JavaScript, in one piece, that draws frames; it exports nothing.

    >>> "function render(" in script()
    True
    """
    return "\n".join(_text(part) for part in _PARTS)


def style() -> str:
    """style(): the style sheet of the explorer.

    >>> ".gx {" in style()
    True
    """
    return _text("explorer.css")


def page(data: dict[str, Any], frame: int = 0) -> str:
    """page(data, frame=0): a page of HTML that steps through the frames, from anywhere.

    It loads nothing: script, style and frames are in it, and its own policy forbids more.

    >>> "</script><b>" in page({"title": "</script><b>", "frames": []})
    False
    """
    # JSON inside a script element: only "<" could end it or open a comment in it.
    state = json.dumps({"data": data, "frame": frame}).replace("<", "\\u003c")
    return string.Template(_text("page.html")).substitute(
        title=f"gomap explorer: {html.escape(data['title'])}",
        style=style(),
        script=script(),
        state=state,
    )
