"""One frame of a film: the old array over the new one, and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import ConnectionPatch, Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from gomap.display.text import plural
from gomap.inspect import Bucket, Event, Hmap
from gomap.viz import slots, words
from gomap.viz.slots import SLOTS
from gomap.viz.theme import NORMAL, SMALL, Theme, mono

Chains = Sequence[Sequence[Bucket]]

#: Where the arrays are in a frame: left, bottom, width, height.
_ABOVE, _BELOW = (0.055, 0.54, 0.925, 0.27), (0.055, 0.165, 0.925, 0.27)
#: Columns of an array up to which lines part its slots.
_RULED = 64


class Shot(NamedTuple):
    """What a frame shows."""

    event: Event
    state: Hmap
    #: Its number among the events, from 1, and theirs.
    number: int
    total: int
    #: Buckets of the longest chain in the film.
    tallest: int

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        return f"{self.number:,} of {self.total:,}: {sentence(self.event, self.state)}"


def sentence(event: Event, state: Hmap) -> str:
    """Say what an event did."""
    kind, now = event.kind, 1 << event.B
    if kind == "grow":
        return f"too full: a new array of {plural(now, 'bucket')}, nothing has moved yet"
    if kind == "same_size_grow":
        return f"too many overflow buckets: a new array of the same {plural(now, 'bucket')}"
    if kind == "evacuate":
        moved = event.moved_x + event.moved_y
        where = "no entries in it"
        if moved and state.same_size_grow:
            where = f"{plural(moved, 'entry', 'entries')} to new bucket {event.bucket}"
        elif moved:
            other = (event.bucket or 0) + now // 2
            where = f"{event.moved_x} to X = {event.bucket}, {event.moved_y} to Y = {other}"
        return f"evacuate old bucket {event.bucket}: {where}"
    if kind == "grow_done":
        return "all old buckets are evacuated: the old array is gone"
    plain = {"clear": "all entries cleared", "reseed": "a new hash0", "rebuild": "rebuilt to fit"}
    if kind in plain:
        return plain[kind]
    return f"{kind} {words.value(event.key, 24)} in bucket {event.bucket}"


def tallest(state: Hmap) -> int:
    """Return the buckets of the longest chain that is drawn."""
    chains = [*(state.buckets or ()), *(state.oldbuckets or ())]
    return min(slots.MOST_BUCKETS, max(map(len, chains), default=1))


def draw(figure: Figure | SubFigure, shot: Shot, theme: Theme) -> None:
    """Draw one frame."""
    state = shot.state
    above, below = figure.add_axes(_ABOVE), figure.add_axes(_BELOW)
    new = state.buckets or ()
    columns = max(1, len(new))
    doubling = state.oldbuckets is not None and len(state.oldbuckets) < columns
    half = columns // 2 if doubling else None
    strip(below, slots.image(new, shot.tallest, half), shot, theme, old=False)
    below.set_xlim(-0.5, columns - 0.5)
    ticks = MaxNLocator(16, integer=True).tick_values(0, columns - 1)
    below.set_xticks([int(x) for x in ticks if 0 <= x < columns])
    name = "new array" if state.growing else "buckets"
    below.set_ylabel(name, color=theme.ink, fontsize=NORMAL)
    if state.oldbuckets is None:
        above.axis("off")
    else:
        strip(above, slots.image(state.oldbuckets, shot.tallest), shot, theme, old=True)
        above.set_xticks([int(x) for x in below.get_xticks() if 0 <= x < len(state.oldbuckets)])
        above.set_ylabel("old array", color=theme.ink, fontsize=NORMAL)
        above.set_xlim(below.get_xlim())
        mark(above, state, theme)
    if half:
        below.axvline(half - 0.5, color=theme.pale, lw=1.2)
    moves(above, below, shot, theme)
    title(above, shot, theme)
    key(figure, state, half is not None, theme)


def strip(axes: Axes, image: slots.Image, shot: Shot, theme: Theme, *, old: bool) -> None:
    """Draw an array's slots."""
    axes.imshow(
        image,
        cmap=slots.colours(theme, old=old),
        vmin=0,
        vmax=7,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
    )
    columns = image.shape[1]
    if columns <= _RULED:
        sides = np.arange(columns + 1) - 0.5
        axes.vlines(sides, -0.5, len(image) - 0.5, color=theme.paper, lw=2)
        axes.hlines(np.arange(len(image)) - 0.5, -0.5, columns - 0.5, color=theme.paper, lw=0.7)
    for bucket in range(1, shot.tallest):
        edge = bucket * SLOTS - 0.5
        axes.plot([-0.5, columns - 0.5], [edge, edge], color=theme.paper, lw=3)
    axes.set_facecolor(theme.paper)
    axes.set_ylim(-0.5, SLOTS * shot.tallest - 0.5)
    axes.set_yticks([])
    axes.tick_params(colors=theme.pale, labelsize=SMALL, length=0, labelbottom=True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def mark(axes: Axes, state: Hmap, theme: Theme) -> None:
    """Show up to where all old buckets have been evacuated."""
    axes.annotate(
        f"nevacuate {state.nevacuate:,}",
        (state.nevacuate - 0.5, 0),
        xycoords=("data", "axes fraction"),
        xytext=(0, -17),
        textcoords="offset points",
        ha="left" if state.nevacuate == 0 else "center",
        va="top",
        fontsize=SMALL,
        color=theme.other,
        arrowprops={"arrowstyle": "-|>", "color": theme.other, "shrinkA": 0, "shrinkB": 0},
        annotation_clip=False,
    )


def moves(above: Axes, below: Axes, shot: Shot, theme: Theme) -> None:
    """Frame what the event touched; draw where an evacuated bucket's entries went."""
    event, state = shot.event, shot.state
    new, old = state.buckets or (), state.oldbuckets or ()
    if event.bucket is None:
        return
    if event.kind != "evacuate":
        axes, chains = (above, old) if event.array == "old" and old else (below, new)
        frame(axes, event.bucket, chains, theme.ink)
        return
    if not old:
        return
    frame(above, event.bucket, old, theme.ink)
    targets = [(event.bucket, event.moved_x, theme.x)]
    if not state.same_size_grow:
        targets.append((event.bucket + len(old), event.moved_y, theme.y))
    for target, moved, colour in targets:
        if moved:
            top = frame(below, target, new, colour)
            arrow(above, below, event.bucket, (target, top), colour)


def frame(axes: Axes, bucket: int, chains: Chains, colour: str) -> float:
    """Draw a line around a chain; return where its top is."""
    if bucket >= len(chains):
        return 0.0
    height = SLOTS * min(slots.MOST_BUCKETS, len(chains[bucket]))
    box = (bucket - 0.5, -0.5), 1, height
    axes.add_patch(Rectangle(*box, fill=False, edgecolor=colour, lw=1.8, clip_on=False, zorder=5))
    return height - 0.5


def arrow(above: Axes, below: Axes, bucket: int, target: tuple[float, float], colour: str) -> None:
    """Draw an arrow from an old bucket to a new one."""
    patch = ConnectionPatch((bucket, -0.5), target, "data", "data", axesA=above, axesB=below)
    patch.set_arrowstyle("-|>", head_length=0.5, head_width=0.2)
    patch.set(mutation_scale=11, linewidth=1.6, color=colour)
    below.figure.add_artist(patch)


def title(axes: Axes, shot: Shot, theme: Theme) -> None:
    """Write the sentence and the header's figures over a frame."""
    event = shot.event
    text = shot.sentence
    figures = (
        f"count {event.count:,} · B {event.B} · noverflow {event.noverflow:,} · "
        f"load {event.load_factor:.2f}"
    )
    axes.set_title(f"{text}\n", fontsize=NORMAL + 1, color=theme.ink, family=families(text))
    axes.text(0, 1.05, figures, transform=axes.transAxes, fontsize=SMALL + 0.5, color=theme.pale)


def families(text: str) -> list[str]:
    """Return the fonts for a text: a script may need one of its own."""
    return ["DejaVu Sans", *(mono() if not text.isascii() else [])]


def key(figure: Figure | SubFigure, state: Hmap, doubling: bool, theme: Theme) -> None:
    """Say what the colours are."""
    entries = [("empty slot", theme.grid)]
    if state.growing:
        entries.append(("in the old array", theme.old))
    if doubling:
        entries += [("in half X", theme.x), ("in half Y", theme.y)]
        entries += [("moved to X", theme.to_x), ("moved to Y", theme.to_y)]
    else:
        entries.append(("entry" if not state.growing else "in the new array", theme.map))
        if state.growing:
            entries.append(("moved", theme.to_x))
    handles = [Patch(color=colour, label=name) for name, colour in entries]
    figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.035, 0),
        ncols=7,
        labelcolor=theme.pale,
        fontsize=SMALL,
        handlelength=1,
        columnspacing=1.2,
    )
