"""What must hold of a world after an operation with foreign code in its middle."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gomap import ConcurrentMapError, inspect
from hostile import things
from hostile.things import ALWAYS, Trap
from hostile.worlds import World, numbers_of, of_elem, of_key
from support.hostile import HostileError

Number = int | None
Effect = Callable[[Number], Number]
"""What an operation makes of a key's element; None: there is none."""


class Broken(AssertionError):
    """A postcondition that does not hold."""


def demand(condition: bool, *words: Any) -> None:
    """Raise Broken, with these words, unless it holds."""
    if not condition:
        raise Broken(" ".join(map(str, words)))


def applied(event: tuple[Any, ...], value: Number, effect: Effect) -> Number:
    """The element after an event of the log."""
    if event[0] == "op":
        return effect(value)
    return event[2] if event[0] == "set" else None


def points(n: int) -> list[int]:
    """Where among n events the operation may have been: of many, which repeat, a few."""
    return [*range(3), *range(n - 20, n + 1)] if n > 40 else list(range(n + 1))


class Story:
    """What may have happened to each key: the operation at any point between the actions."""

    def __init__(self, w: World, effects: dict[int, Effect], everything: Effect | None) -> None:
        self.w, self.effects, self.everything = w, effects, everything
        self.keys = {*w.number, *effects, *(event[1] for event in w.log if len(event) > 1)}
        self.common: list[tuple[Any, ...]] = []
        self.own: dict[int, list[tuple[Any, ...]]] = {}
        for event in w.log:
            if len(event) > 1:
                self.own.setdefault(event[1], list(self.common)).append(event)
            else:
                for events in (self.common, *self.own.values()):
                    events.append(event)

    def effect_on(self, n: int) -> Effect | None:
        """What the operation does to a key, if anything."""
        return self.effects.get(n, self.everything)

    def events_of(self, n: int) -> list[tuple[Any, ...]]:
        """What actions have done to a key."""
        return self.own.get(n, self.common)

    def is_quiet(self, n: int) -> bool:
        """Has nobody touched it?"""
        return not self.events_of(n) and self.effect_on(n) is None

    def quiet(self) -> dict[int, int]:
        """The entries that nobody has touched."""
        return {n: number for n, number in self.w.number.items() if self.is_quiet(n)}

    def ways(self, n: int, happened: bool) -> set[tuple[Number, Number]]:
        """What the operation may have found under a key, and what is there in the end."""
        effect = self.effect_on(n) or (lambda value: value)
        events = self.events_of(n)
        ways = set()
        for at in points(len(events)) if happened else (None,):
            value = found = self.w.number.get(n)
            for i, event in enumerate(events):
                if i == at:
                    found, value = value, effect(value)
                value = applied(event, value, effect)
            if at == len(events):
                found, value = value, effect(value)
            ways.add((found, value))
        return ways

    def values(self, n: int) -> set[Number]:
        """Every element that the key has had."""
        seen = {self.w.number.get(n)}
        effect = self.effect_on(n)
        for event in self.events_of(n):
            seen |= {applied(event, value, effect or (lambda v: v)) for value in seen}
        return seen | {effect(value) for value in seen} if effect else seen


@dataclass
class Report:
    """What came of one trial."""

    result: Any
    error: BaseException | None
    trap: Trap


def check_error(report: Report, allowed: tuple[type[BaseException], ...], action: str) -> None:
    """Only what the action raised, or a documented refusal, comes out."""
    error = report.error
    if error is None or isinstance(error, allowed):
        return
    refused = isinstance(error, RuntimeError) and "1000 times" in str(error)
    if isinstance(error, HostileError):
        ok = action == "raises"
    elif isinstance(error, RecursionError):
        ok = action == "recurse"
    elif refused:
        ok = report.trap.at == ALWAYS
    else:
        ok = isinstance(error, ConcurrentMapError) and str(error) == "concurrent map writes"
    words = "".join(traceback.format_exception(error)[-4:])
    demand(ok, "unexpected", words)


def check_whole(w: World) -> dict[int, int]:
    """The map is valid, each entry there once and found; gives what is in it."""
    m = w.plain()
    broken = inspect.validate(m)
    demand(broken is None, "invalid:", broken)
    items = list(m.items())
    found = dict(numbers_of(iter(items)))
    demand(len(items) == len(m) == len(found), len(items), "shown,", len(m), "counted", items)
    for key, elem in items:
        other, ok = m.lookup(key if w.kind.key != "thing" else w.key(of_key(key)))
        demand(ok and of_elem(other) == of_elem(elem), "not found:", key)
    return found


def gave_up_on_a_sum(report: Report) -> bool:
    """Has a sum given up on a key that foreign code deletes each time?

    It then has the zero value, as if added to after the last deletion (docs/reliability.md).
    """
    return "adding changed the key's own element 1000 times" in str(report.error)


def check_effects(w: World, story: Story, report: Report, judge: Any, key: int) -> None:
    """Each key's element, and the result, are those of some order of what happened."""
    final = check_whole(w)
    happened = report.error is None
    for n in story.keys | set(final):
        ways = story.ways(n, happened)
        if not happened:
            ways |= story.ways(n, True)
        if gave_up_on_a_sum(report) and story.effect_on(n):
            ways.add((None, w.number.get(n)))
        fits = {way for way in ways if way[1] == final.get(n)}
        demand(bool(fits), "key", n, "has", final.get(n), "of", ways, "log", w.log[:20])
        if happened and n == key and judge is not None:
            demand(
                any(judge(found, report.result) for found, _ in fits),
                *("result", repr(report.result), "of", fits, "log", w.log[:20]),
            )


def check_iterators(w: World, story: Story) -> None:
    """Each iterator shows the rest, with Go's guarantee."""
    quiet = story.quiet()
    for it, shown, sworn in zip(w.iterators, w.shown, w.sworn, strict=False):
        rest = [of_key(key) for key in it]
        every = shown + rest
        for n in quiet:
            least = 1 if n in sworn else 0
            demand(
                least <= every.count(n) <= 1, "iterator shows", n, every.count(n), "times:", every
            )
        for n in set(rest) - story.keys:
            demand(False, "iterator shows", n, "which was never there")


def check_shown(story: Story, shown: Iterable[tuple[int, int]], exactly: bool = True) -> None:
    """A list of the entries: the quiet ones once, others as they may have been."""
    pairs = list(shown)
    quiet = story.quiet()
    numbers = [n for n, _ in pairs]
    for n, number in quiet.items():
        demand(not exactly or numbers.count(n) == 1, n, "shown", numbers.count(n), "times", pairs)
        demand((n, number) in pairs or not exactly, (n, number), "not in", pairs)
    for n, number in pairs:
        demand(number in story.values(n), n, "shown with", number, "of", story.values(n))


def check_gone(w: World) -> None:
    """Nothing of the world is left, once the world is."""
    while w.recordings:
        w.recordings.pop().__exit__(None, None, None)
    ref = w.ref
    w.__dict__.update(m=None, iterators=[], recordings=[], kept=[], shown=[])
    things.arm(None)
    for _ in range(2):
        gc.collect()
    demand(ref() is None, "the map is never freed")
    left = things.alive()
    demand(not left, len(left), "keys or elements are never freed:", left[:5])
