"""Strangers' values made safe to show: bounded, printable, whatever their repr does."""

from __future__ import annotations

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomap import Map
from gomap.display.text import cut, escaped, markup, shown, type_name

PLAIN: list[Any] = [
    *(None, True, 0, -5, 10**20, 1.5, float("nan"), 2j, "", "it's", 'a "b"', b"\0x"),
    *((), (1,), [1, [2]], {1: "a"}, {1}, frozenset({2}), set(), frozenset(), range(3)),
]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_small_values_are_shown_by_their_repr(value: Any) -> None:
    assert shown(value) == repr(value)


@given(st.recursive(st.text() | st.binary() | st.integers(), lambda s: st.lists(s) | st.tuples(s)))
def test_shown_is_bounded_and_printable(value: Any) -> None:
    for room in (1, 8, 120):
        text = shown(value, room)
        assert len(text) <= room
        assert text.isprintable()


@given(st.text(), st.integers(3, 50))
def test_markup_is_bounded_and_reads_back(text: str, room: int) -> None:
    text = escaped(text)
    out = markup(text, room)
    assert len(out.encode()) <= room
    back = html.unescape(out)
    assert back == text or text.startswith(back.removesuffix("…"))
    assert not set("<>\"'") & set(out)


def test_cutting_leaves_what_fits() -> None:
    assert [cut("abcde", room) for room in (6, 5, 4, 1)] == ["abcde", "abcde", "abc…", "…"]
    assert markup("&&", 10) == "&amp;&amp;"
    assert markup("&&&", 13) == "&amp;&amp;…"


@pytest.mark.parametrize("sign", [1, -1])
def test_long_integers_are_shown_by_their_first_digits(sign: int) -> None:
    for n in (2**1024, 10**4300, 2**100_000 - 1):
        text = shown(sign * n)
        head, rest = text.removeprefix("-").split("…")
        assert f"{n:x}".startswith(head.removeprefix("0x"))
        assert len(head) == 10
        assert rest == f" ({n.bit_length():,} bits)"
        assert text.startswith("-") == (sign < 0)


def test_long_strings_are_not_walked_to_their_end() -> None:
    for value in ("x" * 10**7, b"x" * 10**7, ["x" * 10**7] * 10**6):
        assert len(shown(value)) == 120


def test_nesting_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert shown(loop) == "[[[[…]]]]"
    m: Any = Map()
    m[1] = m
    assert shown([m]) == "[Map of 1]"


def test_whatever_a_repr_does_there_is_an_answer() -> None:
    class Long:
        def __repr__(self) -> str:
            return "<" * 10**6

    class NoText:
        def __repr__(self) -> str:
            return 5  # type: ignore[return-value]

    class Deep:
        def __repr__(self) -> str:
            return repr(self)

    class Odd(str):
        def __repr__(self) -> str:
            return Odd("\x1b[31m")

        def isprintable(self) -> bool:
            return True

        def __getitem__(self, key: Any) -> Any:
            raise IndexError

        def __len__(self) -> int:
            return 0

    assert len(shown(Long())) == 120
    assert shown(NoText()) == "<NoText: repr raised TypeError>"
    assert shown(Deep()) == "<Deep: repr raised RecursionError>"
    assert shown(Odd("x")) == "\\x1b[31m"


def test_one_bad_item_leaves_its_neighbours() -> None:
    class Bad:
        def __repr__(self) -> str:
            raise KeyError

    assert shown([1, Bad(), 2]) == "[1, <Bad: repr raised KeyError>, 2]"
    assert shown({1: Bad()}) == "{1: <Bad: repr raised KeyError>}"


def test_a_container_that_shrinks_while_it_is_shown() -> None:
    class Eater:
        def __repr__(self) -> str:
            items.clear()
            return "eater"

    items: list[Any] = [Eater(), 1, 2]
    assert shown(items) == "[eater, 1, 2]"


def test_an_interrupt_is_not_swallowed() -> None:
    class Stop:
        def __repr__(self) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shown(Stop())


def test_names_of_types_are_short_and_printable() -> None:
    class Meta(type):
        @property
        def __name__(cls) -> str:
            raise ValueError

    assert type_name(Meta("X", (), {})()) == "object"
    assert type_name(type("a\x1b" * 100, (), {})()).isprintable()
    assert len(type_name(type("x" * 10**6, (), {})())) == 80
