"""The explorer: a widget that steps through what the engine did.

>>> from gomap import Map
>>> html = to_html([("set", 1, 10), ("get", 1)], key_type=int, elem_type=int)
>>> html.startswith("<!DOCTYPE html>"), html.count("<script")
(True, 2)
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gomap import Map
from gomap.viz.steps import exported
from gomap.viz.steps.demos import demo
from gomap.viz.steps.recorder import MAX_FRAMES, Recorder

__all__ = ["explorer", "export_html", "to_html"]

_NEEDS = "gomap.viz.explorer needs anywidget: pip install 'gomap[viz]'"


def explorer(
    source: Any = "story",
    /,
    *,
    map: Any = None,  # noqa: A002 - the word for it
    key_type: Any = object,
    elem_type: Any = object,
    seed: int | None = 1,
    max_frames: int = MAX_FRAMES,
) -> Any:
    """explorer(source="story", /, *, map=None, seed=1, ...): steps through what an engine did.

    A widget for notebooks, of recorded states of the real engine.  `source` is

    - a Map: its present state is the first frame; ``x.do(("set", key, elem))`` and
      ``with x.recording(): ...`` add one for everything that happens to it;
    - a script: an iterable of operations, done to `map` or to a fresh
      ``Map[key_type, elem_type](seed=seed)``: ``("set", key, elem)``, ``("add", key, delta)``,
      ``("get", key)``, ``("delete", key)``, ``("clear",)``, ``("iterate",)`` or
      ``("iterate", start_bucket, offset)``, ``("next",)`` (steps the newest iterator),
      ``("reserve", n)``, ``("shrink",)``, ``("finish_growth",)``;
    - the name of a demo: story, growth, evacuation, overflow, same_size_growth, delete,
      iterator.

    The widget has `frame` (the step shown, from 0), `frames` (all of them, as data),
    `to_html()` and `save(path)` (one self-contained page).  Raises ImportError without
    anywidget (`export_html` does without); TypeError or ValueError for a script with a bad
    operation, naming its index, before anything of it runs; ValueError when there are more
    than `max_frames` frames, or more than 1024 buckets.  O(buckets) a frame.

    >>> from gomap import Map
    >>> m = Map[str, int]({"a": 1})
    >>> x = explorer(m)  # doctest: +SKIP
    >>> x.do(("set", "b", 2))  # doctest: +SKIP
    """
    try:
        from gomap.viz.steps.live import Explorer
    except ImportError as error:
        raise ImportError(_NEEDS, name=error.name) from None
    return Explorer(_recorded(source, map, key_type, elem_type, seed, max_frames))


def to_html(
    source: Any,
    /,
    *,
    map: Any = None,  # noqa: A002
    key_type: Any = object,
    elem_type: Any = object,
    seed: int | None = 1,
    max_frames: int = MAX_FRAMES,
) -> str:
    """to_html(source, **as explorer): the explorer as one self-contained page of HTML.

    Needs neither anywidget nor Jupyter.  Raises what `explorer` raises.

    >>> "count + 1 = 9 > 8" in to_html("growth")
    True
    """
    recorder = _recorded(source, map, key_type, elem_type, seed, max_frames)
    return exported.page(recorder.frames.data())


def export_html(source: Any, path: str | Path, /, **options: Any) -> None:
    """export_html(source, path, /, **options): write the explorer of `source` as a page of HTML.

    One file that loads nothing, with what `explorer(source, **options)` would show, and
    without anywidget.  Errors as `explorer`'s, and OSError when the file cannot be written.
    O(buckets) a frame.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "growth.html")
    ...     export_html("growth", path)
    ...     path.read_text("utf-8").startswith("<!DOCTYPE html>")
    True
    """
    Path(path).write_text(to_html(source, **options), encoding="utf-8")


def _recorded(
    source: Any, m: Any, key_type: Any, elem_type: Any, seed: int | None, max_frames: int
) -> Recorder:
    """Return a recorder that has seen everything that `source` says."""
    if isinstance(source, Map):
        if m is not None:
            raise TypeError("explorer: map= is for scripts; the map is given already")
        return Recorder(source, max_frames)
    script: Iterable[Any] = source
    if isinstance(source, str):
        if m is not None:
            raise TypeError("explorer: map= is for scripts; a demo brings its own")
        m, script = demo(source)
    recorder = Recorder(Map[key_type, elem_type](seed=seed) if m is None else m, max_frames)
    recorder.do_all(script)
    return recorder
