"""Ints around the limits of digits, machine words and sized types, as keys, elements and sums."""

from __future__ import annotations

from typing import Any

import pytest

from gomap import Map, int64

POWERS = (29, 30, 31, 59, 60, 61, 62, 63)
INSIDE = sorted(
    {sign * 2**p + d for p in POWERS for sign in (1, -1) for d in (-1, 0, 1)} | {0, 1, -1}
)
WORDS = [n for n in INSIDE if -(2**63) <= n < 2**63]
BEYOND = [2**63, 2**63 + 1, -(2**63) - 1, 2**64, -(2**90), 2**90]


@pytest.mark.parametrize("cls", [Map[int64, int64], Map[int, int], Map[int, int64], Map], ids=repr)
def test_every_word_is_a_key_and_an_element(cls: Any) -> None:
    m = cls({n: n for n in WORDS})
    assert len(m) == len(WORDS)
    assert all(m[n] == n for n in WORDS)
    assert sorted(m) == WORDS == sorted(m.values())


def test_ints_beyond_a_word_are_keys_of_boxed_maps_only() -> None:
    m = Map[int, int]({n: n for n in WORDS + BEYOND})
    assert sorted(m) == sorted(WORDS + BEYOND)
    for n in BEYOND:
        with pytest.raises(OverflowError, match=str(n)):
            Map[int64, int]()[n]
        with pytest.raises(OverflowError, match=str(n)):
            Map[int, int64]()[0] = n


@pytest.mark.parametrize("old", WORDS)
def test_add_is_exact_or_overflows(old: int) -> None:
    for delta in WORDS:
        boxed, unboxed = Map[int, int]({1: old}), Map[int64, int64]({1: old})
        assert boxed.add(1, delta) == boxed[1] == old + delta
        if -(2**63) <= old + delta < 2**63:
            assert unboxed.add(1, delta) == unboxed[1] == old + delta
        else:
            with pytest.raises(OverflowError):
                unboxed.add(1, delta)
            assert unboxed[1] == old


class Unspeakable(int):
    """An int whose repr fails."""

    def __repr__(self) -> str:
        raise ValueError("no words")


def test_a_number_out_of_range_without_a_repr_is_an_overflow_error() -> None:
    m = Map[int64, int64]()
    with pytest.raises(OverflowError, match="key is out of range for int64"):
        m[Unspeakable(2**70)] = 1
    with pytest.raises(OverflowError, match="element is out of range"):
        m[1] = Unspeakable(2**70)
