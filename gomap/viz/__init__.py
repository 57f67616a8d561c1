"""Pictures of live maps: what `gomap.inspect` reads, drawn.

Every function takes a map (or the events that `gomap.inspect.record` noted), reads it
without touching it, and returns a `Picture`, which shows itself in a notebook and saves
itself as PNG, SVG, PDF or a page of HTML.  The pictures need matplotlib, the explorer
anywidget: ``pip install 'gomap[viz]'`` brings both.  Importing this package loads
neither; using a name of it does.

>>> from gomap import Map, viz
>>> picture = viz.layout(Map[str, int]({"alice": 30}))
>>> picture
<Picture: layout of Map[str, int]: 1 entry in 1 bucket>
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gomap.viz.diagram import layout
    from gomap.viz.evacuation import film
    from gomap.viz.growth import timeline
    from gomap.viz.heat import heat_map
    from gomap.viz.histograms import chain_histogram, tophash_histogram
    from gomap.viz.page import overview
    from gomap.viz.pauses import latency
    from gomap.viz.picture import Picture
    from gomap.viz.steps.widget import explorer, export_html

__all__ = [
    "Picture",
    "chain_histogram",
    "explorer",
    "export_html",
    "film",
    "heat_map",
    "latency",
    "layout",
    "overview",
    "timeline",
    "tophash_histogram",
]

#: The module in which each name lives; none is called like a name.
_HOMES = {
    "Picture": "picture",
    "chain_histogram": "histograms",
    "explorer": "steps.widget",
    "export_html": "steps.widget",
    "film": "evacuation",
    "heat_map": "heat",
    "latency": "pauses",
    "layout": "diagram",
    "overview": "page",
    "timeline": "growth",
    "tophash_histogram": "histograms",
}
_EXTRAS = {"anywidget", "ipywidgets", "matplotlib", "numpy", "PIL", "traitlets"}


def __getattr__(name: str) -> Any:
    """Load what a name needs when it is first used."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = importlib.import_module(f"{__name__}.{home}")
    except ImportError as error:
        missing = (error.name or "").split(".")[0]
        if missing not in _EXTRAS:
            raise
        text = f"gomap.viz.{name} needs {missing}: pip install 'gomap[viz]'"
        raise ImportError(text, name=error.name) from None
    globals()[name] = value = getattr(module, name)
    return value


def __dir__() -> list[str]:
    """Return the names, loaded or not."""
    return sorted({*globals(), *__all__})
