"""Showing the tour: printed from top to bottom, or as slides on a terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from gomap.cli.demo_chapters import CHAPTERS
from gomap.cli.demo_draw import FANCY, Look
from gomap.cli.demo_growing import bucket, evacuation, growth, lookup, overflow
from gomap.cli.demo_keys import BACK, QUIT, Keys, Timed
from gomap.cli.demo_living import deletes, million, nil, order, same_size
from gomap.cli.demo_story import Frame, Scene, Stage
from gomap.cli.terminal import console, without_trailing_space
from gomap.display.terminal import BLOCKS, TITLE, can_encode

SCENES: dict[str, Scene] = {
    "bucket": bucket,
    "lookup": lookup,
    "growth": growth,
    "evacuation": evacuation,
    "overflow": overflow,
    "delete": deletes,
    "same-size": same_size,
    "order": order,
    "nil": nil,
    "million": million,
}

WIDEST, NARROWEST = 80, 40
LEAST_HEIGHT = 20
PASSING = 0.12
"""Seconds that a passing frame stays."""
CLEAR = "\x1b[H\x1b[2J\x1b[3J"
ENTER_SCREEN, LEAVE_SCREEN = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
NEXT_TIME = """\
That was the tour. From here:
  gomap explore FILE    a file's words in a map, from all sides
  gomap bench --quick   gomap against dict, on this machine
  gomap table           Go's load factor table, measured here
"""


@dataclass(frozen=True)
class Slide:
    """A frame and the chapter that it is of."""

    chapter: str
    number: int
    of: int
    frame: Frame


def canvas(file: io.StringIO) -> Console:
    """Return a console that is no wider than the pictures."""
    made = console(file)
    made.width = max(min(made.width, WIDEST), NARROWEST)
    return made


def look() -> Look:
    """Return how to draw on standard output."""
    fancy = can_encode(sys.stdout.encoding, FANCY + BLOCKS)
    return Look(canvas(io.StringIO()).width, fancy)


def slides(names: Sequence[str], seed: int) -> Iterator[Slide]:
    """Give the chapters' frames, made as they are asked for."""
    stage = Stage(seed, look())
    for number, name in enumerate(names, 1):
        for frame in SCENES[name](stage):
            yield Slide(name, number, len(names), frame)


def printed(names: Sequence[str], seed: int) -> Generator[str]:
    """Give the whole tour as text, a heading over each chapter."""
    chapter = ""
    for slide in slides(names, seed):
        if slide.frame.passing:
            continue
        parts = body(slide.frame)
        if slide.chapter != chapter:
            chapter = slide.chapter
            parts = [heading(slide), Text(), *parts]
        yield text_of(parts) + "\n"
    yield NEXT_TIME


def heading(slide: Slide) -> Text:
    """Say which chapter this is."""
    title = CHAPTERS[slide.chapter]
    return Text.assemble((f"{slide.number}. {slide.chapter}", TITLE), (f"  {title}", "bold"))


def body(frame: Frame) -> list[Text]:
    """Put a frame's parts below each other."""
    code, hashed, comment = frame.code.partition("  #")
    line = Text.assemble((">>> ", "dim"), (code, "bold"), (hashed + comment, "green"))
    return [line, *frame.picture, Text(), Text(frame.say)]


def text_of(parts: Sequence[Text]) -> str:
    """Return the parts as text for standard output."""
    file = io.StringIO()
    on = canvas(file)
    for part in parts:
        on.print(part)
    return without_trailing_space(file.getvalue())


def played(names: Sequence[str], seed: int, delay: float | None) -> Generator[str]:
    """Give the tour as slides that wait for a key, or for the delay."""
    height = console(io.StringIO()).height
    in_place = height >= LEAST_HEIGHT and not console(io.StringIO()).is_dumb_terminal
    with Keys() as keys:
        if not in_place:
            yield from scrolled(names, seed, delay, keys)
            return
        try:
            yield ENTER_SCREEN
            yield from turned(slides(names, seed), delay, keys, height)
        finally:
            # Also when a key or Ctrl-C ended it: then nobody takes what is yielded.
            sys.stdout.write(LEAVE_SCREEN)
            sys.stdout.flush()
    yield NEXT_TIME


def scrolled(names: Sequence[str], seed: int, delay: float | None, keys: Keys) -> Iterator[str]:
    """Give the tour frame below frame, where a screen cannot be cleared."""
    for piece in printed(names, seed):
        yield piece
        if piece != NEXT_TIME and keys.wait(delay) == QUIT:
            return


def turned(source: Iterator[Slide], delay: float | None, keys: Timed, height: int) -> Iterator[str]:
    """Give one screen after the other; back goes to the last one that was waited at."""
    shown: list[Slide] = []
    at = 0
    while True:
        if at == len(shown):
            slide = next(source, None)
            if slide is None:
                return
            shown.append(slide)
        slide = shown[at]
        yield CLEAR + screen(slide, delay, height)
        if slide.frame.passing:
            key = keys.wait(PASSING if delay is None else min(PASSING, delay))
        else:
            key = keys.wait(delay)
        if key == QUIT:
            return
        at = before(shown, at) if key == BACK else at + 1


def before(shown: Sequence[Slide], at: int) -> int:
    """Return the last slide before this one that does not pass by itself."""
    return next((i for i in range(at - 1, -1, -1) if not shown[i].frame.passing), at)


def screen(slide: Slide, delay: float | None, height: int) -> str:
    """Draw a slide: where in the tour, the frame, what the keys do."""
    dots = Text("   ")
    filled, empty = look().glyph("●", "*"), look().glyph("○", "-")
    dots.append(filled * slide.number + empty * (slide.of - slide.number), style="cyan")
    parts = [heading(slide).append_text(dots), Text(), *body(slide.frame)]
    what = "Enter: on   b: back   q: quit" if delay is None else "b: back   q: quit"
    foot = [Text(), Text(what, style="dim")]
    text = text_of([*parts, *foot])
    if text.count("\n") >= height:
        text = "".join(line + "\n" for line in text.split("\n") if line.strip())
    return text.rstrip("\n")
