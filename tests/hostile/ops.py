"""What an operation of the matrix is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from hostile.checks import Effect, Number, Report, Story, demand
from hostile.worlds import ABSENT_KEY, PRESENT_KEY, ZERO, World, of_elem

ALL_KINDS = tuple(
    "object class checked interface subclass hashed mixed int str int64 numbers".split()
) + ("hashed numbers",)
SYNC_KINDS = ("sync", "sync numbers")
THINGS = ("object", "class", "interface", "subclass", "hashed")
"""Kinds whose keys and elements are things."""


def no_args(w: World) -> tuple[Any, ...]:
    """Nothing besides the map."""
    return ()


@dataclass(frozen=True)
class Op:
    """An operation: how to run it, what it does to which keys, when foreign code can run."""

    name: str
    run: Callable[..., Any]
    """Of the world and the arguments; takes the map out of the world once, first."""
    covers: tuple[str, ...]
    fires: frozenset[str]
    args: Callable[[World], tuple[Any, ...]] = no_args
    key: int = PRESENT_KEY
    effects: Any = field(default_factory=dict)
    """By key; or a function of the world that gives that."""
    everything: Effect | None = None
    judge: Callable[[Number, Any], bool] | None = None
    """Of what was found under the key and the result: do they fit?"""
    check: Callable[[World, Story, Any], None] | None = None
    removes: Callable[[Any], int] | None = None
    """The key that it has removed, by its result."""
    raises: tuple[type[BaseException], ...] = ()
    kinds: tuple[str, ...] = ALL_KINDS

    def story(self, w: World, report: Report) -> Story:
        """What may have happened."""
        effects = dict(self.effects(w) if callable(self.effects) else self.effects)
        if self.removes is not None and report.error is None:
            effects[self.removes(report.result)] = gone
        return Story(w, effects, self.everything)


OPS: dict[str, Op] = {}


def add(op: Op) -> None:
    """Put it on the list."""
    assert op.name not in OPS, op.name
    OPS[op.name] = op


def moments(text: str) -> frozenset[str]:
    """The names of moments; the collector may come anywhere, or nowhere: see cells.py."""
    return frozenset(text.split()) - {"gc"}


def gone(value: Number) -> Number:
    """The effect of a deletion."""
    return None


def to(number: int) -> Effect:
    """The effect of an assignment."""
    return lambda value: number


def keyed(
    name: str,
    run: Callable[..., Any],
    covers: str,
    fires: str,
    *,
    effect: Effect | None = None,
    judge: Callable[[Number, Any], bool] | None = None,
    args: Callable[[World, int], tuple[Any, ...]] = lambda w, n: (w.key(n),),
    **more: Any,
) -> None:
    """An operation on one key, on one that is there and on one that is not."""
    for n, where in ((PRESENT_KEY, "present"), (ABSENT_KEY, "absent")):
        add(
            Op(
                f"{name}, {where}",
                run,
                tuple(covers.split()),
                moments(more.get(f"fires_{where}", fires)),
                args=lambda w, n=n: args(w, n),
                key=n,
                effects={n: effect} if effect is not None else {},
                judge=judge,
                **{key: value for key, value in more.items() if not key.startswith("fires_")},
            )
        )


def whole(name: str, run: Callable[..., Any], covers: str, fires: str, **more: Any) -> None:
    """An operation on the map as a whole, or on several keys."""
    add(Op(name, run, tuple(covers.split()), moments(fires), **more))


# ---- judges -----------------------------------------------------------------------------


def is_elem(found: Number, result: Any) -> bool:
    """The element, or zero."""
    return of_elem(result) == (ZERO if found is None else found)


def is_elem_or_none(found: Number, result: Any) -> bool:
    """The element, or None."""
    return result is None if found is None else of_elem(result) == found


def is_pair(found: Number, result: Any) -> bool:
    """Comma-ok."""
    return is_elem(found, result[0]) and result[1] == (found is not None)


def is_presence(found: Number, result: Any) -> bool:
    """Whether it was there."""
    return bool(result) == (found is not None)


def gives(number: int) -> Callable[[Number, Any], bool]:
    """The element there was, or this one."""
    return lambda found, result: of_elem(result) == (number if found is None else found)


def is_sum(found: Number, result: Any) -> bool:
    """One more."""
    return of_elem(result) == (found or ZERO) + 1


# ---- checks of results ---------------------------------------------------------------------


def members(
    story: Story, shown: Iterable[int], is_in: Callable[[int], bool], extra: Iterable[int] = ()
) -> None:
    """A set of numbers of keys: the quiet ones that belong, and none that was never there."""
    shown = list(shown)
    for n in story.quiet():
        demand(shown.count(n) == is_in(n), n, "belongs:", is_in(n), "shown:", shown)
    for n in set(shown) - story.keys - set(extra):
        demand(False, n, "was never there")


def is_quiet(story: Story) -> bool:
    """Has nobody done anything?"""
    return not story.w.log
