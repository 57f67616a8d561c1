"""Results that a notebook and rich can show.

What they look like is drawn by `gomap.display`, which reads results and is imported when
one is first shown: the results themselves know only the name they are drawn by.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

__all__ = ["Shown", "ShownInNotebook"]


def _draw(result: ShownInNotebook, how: str) -> Any:
    return getattr(import_module("gomap.display"), f"{result._drawn_as}_{how}")(result)


class ShownInNotebook:
    """A result that is a notebook cell's HTML: ``display.<_drawn_as>_html`` draws it."""

    __slots__ = ()
    _drawn_as: ClassVar[str]

    def _repr_html_(self) -> str:
        drawn: str = _draw(self, "html")
        return drawn


class Shown(ShownInNotebook):
    """The same, and rich prints it: ``display.<_drawn_as>_rich``."""

    __slots__ = ()

    def __rich__(self) -> Any:
        """Return what rich prints."""
        return _draw(self, "rich")
