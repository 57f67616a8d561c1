"""Colours, fonts and axes shared by all pictures: one light and one dark sheet of paper.

The hues are those of Okabe and Ito, lightened for the dark paper: they stay apart for
colour-blind readers, and no picture says by colour alone what it does not also write.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib.style
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one sheet of paper."""

    name: str
    paper: str
    #: Boxes on the paper.
    box: str
    #: Text, fainter text, lines around boxes, lines of a grid.
    ink: str
    pale: str
    edge: str
    grid: str
    #: What marks evacuated buckets.
    hatch: str
    #: The map's own colour, and a wash of it for occupied slots.
    map: str
    wash: str
    #: What it is compared with: Go's figures, an ideal, dict.
    other: str
    #: Buckets X and Y of an evacuation, and the old array.
    x: str
    y: str
    old: str
    #: Where old slots went.
    to_x: str
    to_y: str
    #: A band behind a curve; a slot that was deleted.
    band: str
    gone: str
    #: Colours of 0 to 8 entries, and of more: from, to.
    few: tuple[str, str, str]
    many: tuple[str, str]


_LIGHT = Theme(
    name="light",
    paper="#ffffff",
    box="#f4f6f8",
    ink="#1b2530",
    pale="#566472",
    edge="#8d9aa7",
    grid="#e2e7ec",
    hatch="#c9d1d9",
    map="#1a6fae",
    wash="#d9e9f6",
    other="#c4570c",
    x="#2a86cf",
    y="#0a9a75",
    old="#e09a1a",
    to_x="#bcd9f1",
    to_y="#b5e2d5",
    band="#f6dcc6",
    gone="#f7e3b8",
    few=("#eef2f6", "#86b8dd", "#0b4a80"),
    many=("#f6a04c", "#8f2f05"),
)
_DARK = Theme(
    name="dark",
    paper="#11161c",
    box="#1a222b",
    ink="#e8edf2",
    pale="#a3b0bd",
    edge="#64727f",
    grid="#27313b",
    hatch="#3a4652",
    map="#5fb0ec",
    wash="#1d3c57",
    other="#f29a55",
    x="#4fa9f0",
    y="#37c79d",
    old="#e8ae45",
    to_x="#234a6b",
    to_y="#1d5745",
    band="#3d2a1b",
    gone="#51421d",
    few=("#1c252e", "#2a6ca3", "#a9dbff"),
    many=("#ff9d45", "#ffe3bd"),
)
THEMES = {"light": _LIGHT, "dark": _DARK}

SMALL, NORMAL, LARGE = 8.0, 9.5, 13.0
"""Sizes of text in points."""

_RC: dict[str, Any] = {
    "font.size": NORMAL,
    "axes.titlesize": NORMAL + 1,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "legend.frameon": False,
    "legend.fontsize": SMALL + 0.5,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "none",
    "svg.hashsalt": "gomap",
    "path.simplify": True,
}
_FAR_FONTS = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "PingFang SC", "Hiragino Sans", "Microsoft YaHei"),
    *("Yu Gothic", "Malgun Gothic", "WenQuanYi Micro Hei", "Noto Sans Arabic", "Noto Emoji"),
)


def theme_named(name: str) -> Theme:
    """Return the colours called `name`; ValueError if there are none."""
    theme = THEMES.get(name)
    if theme is None:
        raise ValueError(f"theme must be 'light' or 'dark', not {name!r}")
    return theme


@contextmanager
def settings() -> Iterator[None]:
    """Draw and save under the same settings, whatever the caller's are; leave those alone."""
    with matplotlib.style.context(["default", _RC]):
        yield


@cache
def mono() -> list[str]:
    """Return the families for keys and elements: some script may need a font of its own."""
    there = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans Mono", *(name for name in _FAR_FONTS if name in there), "monospace"]


def paper(theme: Theme, width: float, height: float, *, constrained: bool = True) -> Figure:
    """Return an empty figure of this size in inches."""
    figure = Figure(figsize=(width, height), layout="constrained" if constrained else None)
    figure.set_facecolor(theme.paper)
    return figure


def plain(axes: Axes, theme: Theme, *, grid: str = "y") -> None:
    """Give axes the theme's colours, two spines and a grid."""
    axes.set_facecolor(theme.paper)
    axes.tick_params(colors=theme.pale, labelsize=SMALL + 0.5, length=3)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(theme.edge)
    axes.xaxis.label.set_color(theme.pale)
    axes.yaxis.label.set_color(theme.pale)
    axes.set_axisbelow(True)
    for side in ("x", "y"):
        on = side in grid
        getattr(axes, f"{side}axis").grid(on, **({"color": theme.grid, "lw": 0.8} if on else {}))


def heading(axes: Axes, text: str, theme: Theme) -> None:
    """Write the title of axes."""
    axes.set_title(text, fontsize=NORMAL, color=theme.ink)


def headline(figure: Figure, text: str, theme: Theme, **place: float) -> None:
    """Write the title of a figure, smaller if it is long; its place is the layout's choice."""
    size = min(LARGE, figure.get_figwidth() * 72 / (0.69 * max(1, len(text))))
    figure.suptitle(
        text[:1].upper() + text[1:],
        x=0.01,
        ha="left",
        color=theme.ink,
        fontsize=size,
        weight="bold",
        **place,
    )


def note(axes: Axes, text: str, theme: Theme) -> None:
    """Write in the middle of axes that would be empty."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(
        *(0.5, 0.5, text),
        transform=axes.transAxes,
        ha="center",
        va="center",
        color=theme.pale,
        wrap=True,
    )


def levels(theme: Theme, most: int) -> ListedColormap:
    """Return a colour for each number of entries from 0 to `most`: another hue beyond 8."""
    few = LinearSegmentedColormap.from_list("few", theme.few, 9)
    colours = [few(i) for i in range(9)]
    if most > 8:
        many = LinearSegmentedColormap.from_list("many", theme.many, max(2, most - 8))
        colours += [many(i) for i in range(most - 8)]
    return ListedColormap(colours[: most + 1], "entries")


def ramp(theme: Theme) -> LinearSegmentedColormap:
    """Return the colours of a mean number of entries, from least to most."""
    return LinearSegmentedColormap.from_list("mean", theme.few, 256)
