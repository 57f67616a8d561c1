"""A sheet of paper measured in points, from its top left corner, for diagrams of boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path

from gomap.viz.theme import SMALL, Theme, mono, paper

_POINTS = 72
HATCH = "/////"


Corners = list[tuple[float, float]]


class _Box(NamedTuple):
    """A rectangle and its look."""

    corners: Corners
    fill: str
    edge: str
    lw: float
    line: Any


class Sheet:
    """Boxes, lines and text at places in points; the paper grows to what is drawn."""

    def __init__(self, theme: Theme, margin: float = 18) -> None:
        self.theme = theme
        self.width = self.height = 0.0
        self._margin = margin
        self._figure = paper(theme, 1, 1, constrained=False)
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.axis("off")
        # One collection of all boxes is drawn several times as fast as a patch for each.
        self._boxes: list[_Box] = []
        self._hatched: list[Corners] = []

    def figure(self) -> Figure:
        """Return what was drawn, on paper of its size."""
        self._axes.add_collection(
            PolyCollection(
                self._hatched,
                facecolors=self.theme.box,
                edgecolors=self.theme.hatch,
                linewidths=0,
                hatch=HATCH,
                zorder=1,
            ),
            autolim=False,
        )
        corners, fills, edges, widths, styles = zip(*self._boxes, strict=True)
        self._axes.add_collection(
            PolyCollection(
                corners,
                facecolors=fills,
                edgecolors=edges,
                linewidths=widths,
                linestyles=styles,
                zorder=1.5,
            ),
            autolim=False,
        )
        width, height = self.width + self._margin, self.height + self._margin
        self._axes.set_xlim(0, width)
        self._axes.set_ylim(height, 0)
        self._figure.set_size_inches(width / _POINTS, height / _POINTS)
        return self._figure

    def _reach(self, x: float, y: float) -> None:
        self.width, self.height = max(self.width, x), max(self.height, y)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str | None = None,
        edge: str | None = None,
        lw: float = 0.8,
        dashed: bool = False,
        hatched: bool = False,
    ) -> None:
        """Draw a rectangle with its top left corner at x, y."""
        self._reach(x + width, y + height)
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        fill = fill or self.theme.paper
        if hatched:
            # A hatch has the edge's colour: here a faint one, so that text stays readable.
            self._hatched.append(corners)
            fill = "none"
        line = (0, (3, 2)) if dashed else "solid"
        self._boxes.append(_Box(corners, fill, edge or self.theme.edge, lw, line))

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = SMALL,
        colour: str | None = None,
        align: Literal["left", "center", "right"] = "left",
        code: bool = False,
        bold: bool = False,
    ) -> None:
        """Write a line whose middle is at height y."""
        more: dict[str, Any] = {"family": mono()} if code else {}
        # Letters of DejaVu Sans are 0.6 of their size wide, a little less in the mean.
        columns = len(words) * size * 0.6
        self._reach(x + {"left": columns, "center": columns / 2, "right": 0.0}[align], y + size)
        self._axes.text(
            *(x, y, words),
            fontsize=size,
            color=colour or self.theme.ink,
            ha=align,
            va="center_baseline",
            weight="bold" if bold else "normal",
            parse_math=False,
            **more,
        )

    def line(
        self,
        points: Sequence[tuple[float, float]],
        *,
        colour: str | None = None,
        arrow: bool = True,
        dashed: bool = False,
        lw: float = 1.1,
    ) -> None:
        """Draw a line through these points, with an arrow's head at the last."""
        for x, y in points:
            self._reach(x, y)
        self._axes.add_patch(
            FancyArrowPatch(
                path=Path([*points]),
                arrowstyle="-|>,head_length=4,head_width=2" if arrow else "-",
                mutation_scale=1,
                color=colour or self.theme.edge,
                linewidth=lw,
                linestyle=(0, (3, 2)) if dashed else "solid",
                joinstyle="miter",
                zorder=2,
                capstyle="butt",
                shrinkA=0,
                shrinkB=0,
            )
        )
