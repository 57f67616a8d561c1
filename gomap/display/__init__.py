"""Maps and what `inspect` says of them, shown: HTML for notebooks and pages, rich text.

All that is shown is read from the engine by `gomap.inspect`; nothing is simulated.  The
HTML is plain HTML and CSS, in light and dark; the functions that end in `_rich` need rich.

>>> from gomap import Map, display
>>> display.map_html(Map[str, int]({"alice": 30})).startswith('<div class="gomap">')
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gomap.display.lookups import explanation_html
from gomap.display.maps import map_html, map_pretty, page, stats_html
from gomap.display.tables import events_html, load_table_html

if TYPE_CHECKING:
    from gomap.display.terminal import explanation_rich, load_table_rich, stats_rich

__all__ = [
    "events_html",
    "explanation_html",
    "explanation_rich",
    "load_table_html",
    "load_table_rich",
    "map_html",
    "map_pretty",
    "page",
    "stats_html",
    "stats_rich",
]

_RICH = {"explanation_rich", "load_table_rich", "stats_rich"}


def __getattr__(name: str) -> Any:
    """Import what needs rich when it is first asked for."""
    if name not in _RICH:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from gomap.display import terminal
    except ImportError as error:
        if (error.name or "").split(".")[0] != "rich":
            raise
        raise ImportError(
            f"gomap.display.{name} needs rich: pip install 'gomap[explore]'", name="rich"
        ) from error
    return getattr(terminal, name)
