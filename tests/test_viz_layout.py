"""viz.layout: the diagram says what hmap(m) says, and stays small whatever the map is."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

pytest.importorskip("matplotlib")

from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from gomap import Map, inspect, int64, viz
from gomap.display.text import plural
from gomap.viz import words


def texts(picture: viz.Picture) -> list[str]:
    return [text.get_text() for text in picture.figure.findobj(Text) if text.get_text()]


def filled(n: int, **options: Any) -> Any:
    m = Map[int64, int64](seed=1, **options)
    for k in range(n):
        m[k] = k * k
    return m


def tophashes(h: inspect.Hmap) -> Counter[str]:
    chains = [*(h.buckets or ()), *(h.oldbuckets or ())]
    return Counter(f"{t:02x}" for chain in chains for bucket in chain for t in bucket.tophash)


@settings(max_examples=10)
@given(
    n=st.integers(0, 60),
    gone=st.sets(st.integers(0, 59), max_size=30),
    seed=st.integers(0, 2**32),
)
def test_every_tophash_key_and_element_is_in_the_diagram(n: int, gone: Any, seed: int) -> None:
    m = Map[int64, int64](seed=seed)
    for k in range(n):
        m[1000 + k] = -1000 - k
    for k in gone:
        del m[1000 + k]
    h = inspect.hmap(m)
    shown = Counter(texts(viz.layout(m, buckets=64)))
    for byte, times in tophashes(h).items():
        assert shown[byte] >= times
    for key, element in m.items():
        assert shown[str(key)] == 1
        assert shown[str(element)] == 1


@pytest.mark.parametrize("n", [0, 1, 8, 27, 60, 120])
def test_the_header_is_that_of_hmap(n: int) -> None:
    m = filled(n)
    h, s = inspect.hmap(m), inspect.stats(m)
    shown = texts(viz.layout(m))
    assert {"hmap", "mapextra", "hash0", f"{h.hash0:#018x}", str(h.count), str(h.B)} <= set(shown)
    assert shown.count("nil") >= (h.buckets is None) + (h.oldbuckets is None)
    summary = " ".join(shown)
    assert plural(s.count, "entry", "entries") in summary
    growing = f"growing: {s.evacuated} of {s.old_total} old buckets evacuated"
    assert (growing in summary) == h.growing


def test_flags_of_a_live_iterator_are_named() -> None:
    m = filled(20)
    walk = iter(m)
    next(walk)
    assert words.flag_names(inspect.hmap(m).flags) in texts(viz.layout(m))
    assert words.flag_names(15) == "iterator, oldIterator, hashWriting, sameSizeGrow"


def test_spare_buckets_are_counted_and_the_next_one_named() -> None:
    m = filled(60, hint=200)
    h = inspect.hmap(m)
    assert h.next_overflow is not None
    shown = texts(viz.layout(m))
    assert f"spare bucket {h.next_overflow}" in shown
    full = filled(1000)
    used = [b.preallocated for chain in inspect.hmap(full).buckets for b in chain[1:]]
    free = inspect.stats(full).bytes_spare // 144
    whole = f"{len(used) + free} spare overflow buckets in the same block, {free} free"
    assert any(whole in text for text in texts(viz.layout(full)))


def test_states_among_the_tophash_bytes_are_explained() -> None:
    m = filled(27)
    shown = " ".join(texts(viz.layout(m)))
    for state in ("emptyRest", "evacuatedX", "evacuatedY", "evacuatedEmpty"):
        assert state in shown
    m = filled(8)
    del m[0]
    assert any("emptyOne" in text for text in texts(viz.layout(m)))


def test_a_nil_map_is_drawn_as_one() -> None:
    assert {"nil", "no hmap"} <= set(texts(viz.layout(Map[str, int].nil())))


def test_a_long_chain_is_cut_and_says_so() -> None:
    m = Map[int, int]({k: k for k in range(80)}, hasher=lambda key, seed: 42)
    chain = max(inspect.hmap(m).buckets, key=len)
    shown = texts(viz.layout(m))
    (more,) = [text for text in shown if text.endswith("more overflow buckets")]
    drawn = shown.count("the next bucket of the chain")
    assert int(more.split()[0]) + drawn == len(chain)
    assert str(chain[0].index) in shown, "it lies between the first and the last buckets"


def test_of_many_buckets_the_first_and_the_last_are_drawn() -> None:
    m = filled(40, hint=1500)
    assert inspect.stats(m).chain_lengths == [256]
    shown = texts(viz.layout(m, buckets=5))
    assert {"0", "1", "2", "254", "255", "251 buckets not drawn"} <= set(shown)
    for wrong in (-1, 1, 129):
        with pytest.raises(ValueError, match=f"buckets must be 2 to 128, not {wrong}"):
            viz.layout(m, buckets=wrong)


@pytest.mark.large
@pytest.mark.parametrize("draw", [viz.layout, viz.heat_map, viz.overview])
def test_pictures_of_a_million_entries_are_small(draw: Any) -> None:
    m = Map[int64, int64](seed=1)
    m.update((k, k) for k in range(870_000))
    assert inspect.stats(m).growing
    picture = draw(m)
    assert len(picture._svg()) < 600_000
    assert max(picture.figure.get_size_inches()) < 30
    assert len(texts(picture)) < 2000


@pytest.mark.parametrize(
    ("thing", "width", "text"),
    [
        ("it's", 8, "it's"),
        ("a\nb\x00", 8, "a b·"),
        ("日本語です", 6, "日本…"),
        ("x" * 10**6, 5, "xxxx…"),
    ],
)
def test_bare_strings_are_cut_to_columns(thing: str, width: int, text: str) -> None:
    assert words.value(thing, width, bare=True) == text


class Stranger:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_anything_is_a_short_word() -> None:
    nested = [[[]]] * 1000
    for thing in (10**5000, -(10**30), nested, Stranger(), b"\0" * 10**6, 1 / 3, float("nan")):
        text = words.value(thing, 8)
        assert 0 < len(text) <= 8
        assert text.isprintable()


def test_a_float_keeps_the_digits_that_fit() -> None:
    assert words.value(1 / 3, 8) == "0.333333"
    assert words.value(0.5, 8) == "0.5"
    assert words.value(1.23456789e300, 8) == "1.2e+300"
