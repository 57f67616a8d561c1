"""The explorer as a widget of Jupyter's; importing this needs anywidget.

The kernel keeps the recorder; the page gets its frames in `data` and shares `frame`, the
step shown.  It may ask ``{"ask": text}``: a key to look up in the live map.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from gomap.viz.steps import exported
from gomap.viz.steps.recorder import Recorder

__all__ = ["Explorer"]


class Explorer(anywidget.AnyWidget):
    """Steps through recorded states of a map; `explorer` makes them."""

    _esm = f"{exported.script()}\nexport default {{ render }};\n"
    _css = exported.style()
    #: The frames, as `Frames.data` gives them.
    data = traitlets.Dict().tag(sync=True)
    #: The step shown, from 0.
    frame = traitlets.Int(0).tag(sync=True)

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        super().__init__(data=recorder.frames.data())
        self.on_msg(self._heard)

    def __repr__(self) -> str:
        """Return what is shown where no widget can be."""
        return f"<Explorer: {len(self._recorder.frames)} steps of {self._recorder.frames.title}>"

    @traitlets.validate("frame")
    def _within(self, proposal: Any) -> int:
        last = len(self._recorder.frames) - 1
        return max(0, min(int(proposal["value"]), last))

    @property
    def map(self) -> Any:
        """The map that is explored."""
        return self._recorder.map

    @property
    def frames(self) -> list[dict[str, Any]]:
        """All frames so far, as data."""
        shown: list[dict[str, Any]] = self.data["frames"]
        return shown

    def do(self, operation: Any) -> None:
        """do(operation): do it to the map, such as ("set", key, elem), and record it."""
        with self._showing():
            self._recorder.do(operation)

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """recording(): record all that is written to the map inside the with block."""
        with self._showing(), self._recorder.recording():
            yield

    def to_html(self) -> str:
        """to_html(): one self-contained page, open at the step shown."""
        return exported.page(self._recorder.frames.data(), self.frame)

    def save(self, path: str | Path) -> None:
        """save(path): write `to_html()` to a file."""
        Path(path).write_text(self.to_html(), encoding="utf-8")

    @contextlib.contextmanager
    def _showing(self) -> Iterator[None]:
        """Show what has been added, also when it ended in an error."""
        first = len(self._recorder.frames)
        try:
            yield
        finally:
            self.data = self._recorder.frames.data()
            self.frame = min(first, len(self._recorder.frames) - 1)

    def _heard(self, _: Any, message: Any, __: Any) -> None:
        """Answer a question that the page asks: a key to look up."""
        if not isinstance(message, dict) or not isinstance(message.get("ask"), str):
            return
        try:
            self._recorder.ask(message["ask"])
        except Exception as error:
            self.send({"error": f"{type(error).__name__}: {error}"})
        else:
            self.data = self._recorder.frames.data()
            self.frame = len(self._recorder.frames) - 1
