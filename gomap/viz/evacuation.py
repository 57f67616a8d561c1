"""The film of an evacuation: old and new array, slot by slot, event by event."""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from gomap.inspect import Event, Hmap
from gomap.viz import scene
from gomap.viz.growth import checked
from gomap.viz.picture import Picture, page
from gomap.viz.player import PLAYER, STYLE
from gomap.viz.theme import Theme, headline, paper, settings, theme_named

#: Frames of a film and of its contact sheet, at most.
_MOST_FRAMES, _MOST_SHOWN = 240, 12
_COLUMNS = 2
#: Inches for the title of a contact sheet.
_HEAD = 0.5
_SIZE = 9.0, 4.6
_DPI = 110
#: Kinds of events that are never left out before all others are.
_FIRST = {"grow", "same_size_grow", "evacuate", "grow_done", "clear", "rebuild"}


class Film(Picture):
    """Pictures one after the other; the figure is the contact sheet of some of them.

    >>> from gomap import Map, inspect, viz
    >>> m = Map[int, int]({k: k for k in range(8)}, seed=1)
    >>> with inspect.record(m, states=True) as events:
    ...     m[8] = 8
    >>> film = viz.film(events)
    >>> len(film), film.sentences[-1]
    (4, '4 of 4: assign 8 in bucket 1')
    """

    suffixes = (".gif", ".html", ".png", ".svg", ".pdf")

    def __init__(self, shots: list[scene.Shot], title: str, theme: Theme) -> None:
        self._shots = shots
        super().__init__(_contact_sheet(shots, title, theme), title, theme)

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._shots)

    @property
    def sentences(self) -> list[str]:
        """What each frame says."""
        return [shot.sentence for shot in self._shots]

    def _encoded(self, suffix: str) -> bytes:
        if suffix == ".gif":
            return self._gif()
        return self._player().encode() if suffix == ".html" else super()._encoded(suffix)

    def _frames(self) -> Iterator[Image.Image]:
        """Draw the frames, one at a time, in few colours."""
        with settings():
            figure = paper(self._theme, *_SIZE, constrained=False)
            canvas: Any = FigureCanvasAgg(figure)  # partly untyped
            figure.set_dpi(_DPI)
            for shot in self._shots:
                figure.clear()
                scene.draw(figure, shot, self._theme)
                canvas.draw()
                pixels = np.asarray(canvas.buffer_rgba())
                yield Image.fromarray(pixels).convert("RGB").quantize(96, dither=Image.Dither.NONE)

    def _gif(self) -> bytes:
        """Return an animation that rests on its last frame."""
        first, *others = self._frames()
        out = io.BytesIO()
        pace = [450] * len(others) + [2500]
        first.save(out, "GIF", save_all=True, append_images=others, duration=pace, loop=0)
        return out.getvalue()

    def _player(self) -> str:
        """Return a page with the frames and the means to step through them."""
        frames = []
        for frame in self._frames():
            out = io.BytesIO()
            frame.save(out, "PNG", optimize=True)
            frames.append("data:image/png;base64," + base64.b64encode(out.getvalue()).decode())
        body = PLAYER.format(
            title=html.escape(self.title[:1].upper() + self.title[1:]),
            first=frames[0],
            sentence=html.escape(self.sentences[0]),
            last=len(frames) - 1,
            frames=json.dumps(frames),
            # In a script element only "</" could end the text before its time.
            sentences=json.dumps(self.sentences).replace("<", "\\u003c"),
        )
        return page(self.title, body, self._theme, STYLE)


def film(events: Sequence[Event], /, *, theme: str = "light") -> Film:
    """film(events, /, *, theme="light"): growth and evacuation, one frame an event.

    `events` are those of ``inspect.record(m, states=True)``.  Each frame shows the old
    array over the new one, a column a bucket and a box a slot, where the entries of an
    evacuated bucket went, the mark (nevacuate), and a sentence.  ``.save("x.gif")`` and
    ``.save("x.html")`` (a page with a player, nothing else needed) give the film,
    ``.save("x.png")`` a contact sheet.  Of more than 240 events, those of growth go
    before the others.  Raises ValueError for no events, events without states or an
    unknown theme, TypeError for what is no event.

    >>> from gomap import Map, inspect, viz
    >>> m = Map[int, int]({k: k for k in range(26)}, seed=1)
    >>> with inspect.record(m, states=True) as events:
    ...     m[26] = 26
    ...     m[27] = 27
    >>> viz.film(events)
    <Film: film of 6 events: 4 to 8 buckets>
    """
    colours = theme_named(theme)
    events = checked("film", events)
    states: list[Any] = [event.state for event in events]
    if None in states:
        raise ValueError("film: events without states: use inspect.record(m, states=True)")
    shots = _shots(events, states)
    least = min(1 << state.B for state in states)
    before = states[0].oldbuckets
    start = len(before) if before is not None else least
    many = "event" if len(events) == 1 else "events"
    title = f"film of {len(events):,} {many}: {start:,} to {1 << states[-1].B:,} buckets"
    with settings():
        return Film(shots, title, colours)


def _shots(events: list[Event], states: list[Hmap]) -> list[scene.Shot]:
    """Return what the frames show."""
    tallest = max(scene.tallest(state) for state in states)
    return [
        scene.Shot(event, state, number, len(events), tallest)
        for number, (event, state) in enumerate(zip(events, states, strict=True), 1)
        if number - 1 in _kept(events)
    ]


def _kept(events: list[Event]) -> set[int]:
    """Return the indices of the events that get a frame: the first, the last, the best."""
    growth = [i for i, event in enumerate(events) if event.kind in _FIRST]
    others = [i for i, event in enumerate(events) if event.kind not in _FIRST]
    kept = _evenly(growth, _MOST_FRAMES)
    return {*kept, *_evenly(others, _MOST_FRAMES - len(kept)), len(events) - 1}


def _evenly(things: list[int], most: int) -> list[int]:
    """Return at most so many of them, evenly apart."""
    if len(things) <= most or most <= 0:
        return things[: max(0, most)]
    return [things[i] for i in np.linspace(0, len(things) - 1, most).astype(int).tolist()]


def _contact_sheet(shots: list[scene.Shot], title: str, theme: Theme) -> Figure:
    """Draw some frames on one sheet, those of growth before others."""
    growth = [i for i, shot in enumerate(shots) if shot.event.kind in _FIRST]
    chosen = sorted(set(_evenly(growth, _MOST_SHOWN - 1)) | {len(shots) - 1})
    others = [i for i in range(len(shots)) if i not in chosen]
    chosen = sorted([*chosen, *_evenly(others, _MOST_SHOWN - len(chosen))])
    rows = -(-len(chosen) // _COLUMNS)
    columns = min(_COLUMNS, len(chosen))
    width, height = 7.4 * columns, 3.9 * rows + _HEAD
    figure = paper(theme, width, height, constrained=False)
    headline(figure, title, theme, y=1 - 0.1 / height)
    places = figure.add_gridspec(
        *(rows, columns),
        left=0,
        right=1,
        bottom=0,
        top=1 - _HEAD / height,
        hspace=0,
        wspace=0,
    )
    for place, index in enumerate(chosen):
        part = figure.add_subfigure(places[divmod(place, columns)])
        part.set_facecolor(theme.paper)
        scene.draw(part, shots[index], theme)
    return figure
