"""viz.timeline and viz.film: what a recording says, drawn; viz.latency: figures measured now."""

from __future__ import annotations

import gc
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

pytest.importorskip("matplotlib")

from matplotlib.text import Text
from PIL import Image

from gomap import Map, inspect, int64, viz
from gomap.viz import evacuation, growth, scene, slots, words


def texts(picture: viz.Picture) -> list[str]:
    return [text.get_text() for text in picture.figure.findobj(Text) if text.get_text()]


def recorded(n: int, *, states: bool = False, **options: Any) -> list[inspect.Event]:
    """The events of n inserts."""
    m = Map[int64, int64](**{"seed": 1, **options})
    with inspect.record(m, states=states) as events:
        for k in range(n):
            m[k] = k
    return events


def test_operations_are_numbered_by_the_writes() -> None:
    m = Map[int, int](seed=1)
    with inspect.record(m) as events:
        for k in range(9):
            m[k] = k
        del m[3]
        m.clear()
    numbers = growth.numbered(events)
    assert [n for n, e in zip(numbers, events) if e.kind == "assign"] == list(range(1, 10))
    assert {n for n, e in zip(numbers, events) if e.kind in ("grow", "evacuate")} == {9}
    assert [n for n, e in zip(numbers, events) if e.kind in ("delete", "clear")] == [10, 11]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_curves_of_a_timeline_are_the_events(theme: str) -> None:
    events = recorded(300)
    picture = viz.timeline(events, theme=theme)
    numbers = growth.numbered(events)
    for axes, field in zip(
        picture.figure.axes, ("count", "load_factor", "noverflow", "bytes_total"), strict=True
    ):
        curve = axes.lines[0]
        assert list(curve.get_xdata()) == numbers
        assert list(curve.get_ydata()) == [getattr(event, field) for event in events]
    thresholds = picture.figure.axes[0].lines[1].get_ydata()
    assert list(thresholds) == [max(8, 6.5 * 2**event.B) for event in events]
    assert picture.title == "timeline of 300 operations: 6 doublings, 0 same-size growths"


def test_growths_are_the_spans_with_an_old_array() -> None:
    events = recorded(1000)
    numbers = growth.numbered(events)
    spans = growth.growths(events, numbers)
    assert [span.B for span in spans] == list(range(1, 9))
    growing = {n for n, event in zip(numbers, events) if event.growing}
    for n in growing:
        assert any(span.start <= n <= span.stop for span in spans)


def test_same_size_growth_new_seeds_and_clears_are_in_the_key() -> None:
    m = Map[int64, int64](hint=100)  # without a seed=, so that clear draws a new one
    with inspect.record(m) as events:
        for k in range(100_000):
            m[k] = k
            if k >= 90:
                del m[k * 7919 % 90 if k < 180 else k - 90]
            if inspect.stats(m).flags & 8:
                break
        m.clear()
    assert {"same_size_grow", "reseed", "clear"} <= {event.kind for event in events}
    picture = viz.timeline(events)
    assert {"same-size growth", "new hash0", "cleared or rebuilt"} <= set(texts(picture))
    assert picture.title.endswith("0 doublings, 1 same-size growth")
    assert "growing to twice the buckets" not in texts(picture)


def test_a_long_timeline_is_thinned_and_keeps_its_ends() -> None:
    events = recorded(20_000)
    kept = growth.thinned(events)
    assert kept[0] == 0
    assert kept[-1] == len(events) - 1
    assert len(kept) < 5000
    grows = [i for i, event in enumerate(events) if event.kind == "grow"]
    assert set(grows) <= set(kept)
    assert len(viz.timeline(events)._svg()) < 700_000


def test_one_event_is_enough() -> None:
    events = recorded(1, states=True)
    ElementTree.fromstring(viz.timeline(events)._svg())
    assert len(viz.film(events)) == 1


@pytest.mark.parametrize("draw", [viz.timeline, viz.film])
def test_what_is_no_recording_is_refused(draw: Any) -> None:
    with pytest.raises(ValueError, match="no events"):
        draw([])
    with pytest.raises(TypeError, match=r"events of inspect\.record wanted, not int"):
        draw([1])
    with pytest.raises(ValueError, match="theme must be"):
        draw(recorded(3, states=True), theme="blue")


def test_a_film_needs_states() -> None:
    with pytest.raises(ValueError, match="states=True"):
        viz.film(recorded(3))


def test_the_pixels_of_a_strip_are_the_slots() -> None:
    for event in recorded(60, states=True):
        state = event.state
        for chains, half in ((state.buckets, None), (state.oldbuckets, None), (state.buckets, 1)):
            if chains is None:
                continue
            image = slots.image(chains, 4, half)
            for column, chain in enumerate(chains):
                tops = b"".join(bucket.tophash for bucket in chain)
                here = slots.HERE if half is None else (slots.IN_X, slots.IN_Y)[column >= half]
                wanted = [here if top > 4 else slots._OLD[top] for top in tops]
                assert image[: len(tops), column].tolist() == wanted
                assert not image[len(tops) :, column].any()


def test_each_event_is_a_frame_with_its_sentence() -> None:
    events = recorded(27, states=True)
    film = viz.film(events)
    assert len(film) == len(events)
    for number, (sentence, event) in enumerate(zip(film.sentences, events), 1):
        assert sentence.startswith(f"{number} of {len(events)}: ")
        if event.kind == "evacuate":
            assert f"evacuate old bucket {event.bucket}" in sentence
            if event.moved_x + event.moved_y:
                old = len(event.state.oldbuckets)
                assert f"{event.moved_x} to X = {event.bucket}" in sentence
                assert f"{event.moved_y} to Y = {event.bucket + old}" in sentence


def test_every_kind_of_event_has_a_sentence() -> None:
    m = Map[int, int]()
    with inspect.record(m, states=True) as events:
        for k in range(30):
            m[k] = k
        m[0] = 1
        for k in range(30):
            del m[k]
        m.reserve(1000)
        m[7] = 7
        m.clear()
        m.shrink()
    kinds = {event.kind for event in events}
    every = {"assign", "update", "delete", "grow", "evacuate", "grow_done", "clear", "rebuild"}
    assert every <= kinds
    for event in events:
        text = scene.sentence(event, event.state)
        assert text
        assert "None" not in text
    viz.film(events)._rendered("png")


def test_of_a_long_recording_growth_is_kept() -> None:
    events = recorded(700, states=True)
    film = viz.film(events)
    assert len(film) == evacuation._MOST_FRAMES or len(film) == evacuation._MOST_FRAMES + 1
    assert film.sentences[-1].startswith(f"{len(events)} of ")
    assert sum("evacuate" in text for text in film.sentences) > 100


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_film_is_saved_as_animation_page_and_contact_sheet(tmp_path: Path, theme: str) -> None:
    events = recorded(10, states=True)
    film = viz.film(events, theme=theme)
    for suffix in (".gif", ".html", ".png", ".svg", ".pdf"):
        film.save(tmp_path / f"film{suffix}")
    with Image.open(tmp_path / "film.gif") as gif:
        assert gif.format == "GIF"
        assert gif.n_frames > len(events) // 2
    assert (tmp_path / "film.png").read_bytes().startswith(b"\x89PNG")
    ElementTree.parse(tmp_path / "film.svg")
    text = (tmp_path / "film.html").read_text(encoding="utf-8")
    frames = json.loads(re.search(r"const frames = (\[.*?\]);", text)[1])
    assert len(frames) == len(events)
    assert all(frame.startswith("data:image/png;base64,") for frame in frames)
    assert json.loads(re.search(r"const sentences = (\[.*?\]);", text)[1]) == film.sentences
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", text)
    with pytest.raises(ValueError, match=r"\.gif, \.html, \.png, \.svg or \.pdf"):
        film.save(tmp_path / "film.mp4")


def test_a_key_cannot_break_out_of_a_films_page() -> None:
    m = Map[str, int]()
    with inspect.record(m, states=True) as events:
        m["</script><b>"] = 1
    text = viz.film(events)._player()
    assert "<b>" not in text
    assert text.count("</script") == 1
    assert json.loads(re.search(r"const sentences = (\[.*?\]);", text)[1])[0].count("<b>") == 1


def test_latency_measures_both_and_gives_its_figures() -> None:
    picture = viz.latency(2000, rounds=2)
    data = picture.data
    assert (data["n"], data["rounds"]) == (2000, 2)
    assert data["clock"] > 0
    assert data["edges"][0] == 0
    assert data["edges"][-1] == 2000
    shown = texts(picture)
    for name in ("Map[int64, int64]", "dict"):
        figures = data[name]
        marks = [figures[f"p{p}"] for p in ("50", "99", "99.9", "99.999")]
        assert 0 < marks[0] <= marks[1] <= marks[2] <= marks[3] <= figures["max"]
        assert max(figures["blocks"]) == figures["max"]
        assert len(figures["blocks"]) == len(data["edges"]) - 1
        for ns in (*marks, figures["max"]):
            assert words.in_seconds(ns) in shown
    ElementTree.fromstring(picture._svg())


@pytest.mark.parametrize("collecting", [True, False])
def test_latency_leaves_the_garbage_collector_as_it_was(collecting: bool) -> None:
    was = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        viz.latency(100, rounds=1)
        assert gc.isenabled() == collecting
    finally:
        (gc.enable if was else gc.disable)()


def test_latency_refuses_too_few_inserts_or_rounds() -> None:
    with pytest.raises(ValueError, match="n must be at least 100, not 99"):
        viz.latency(99)
    with pytest.raises(ValueError, match="rounds must be at least 1, not 0"):
        viz.latency(1000, rounds=0)
    with pytest.raises(ValueError, match="theme must be"):
        viz.latency(1000, theme="blue")


def test_byte_ticks_are_whole_units() -> None:
    for most in (0, 1, 999, 5000, 10**6, 3 * 10**9):
        ticks = growth.byte_ticks(most)
        assert ticks[0] == 0
        assert ticks[-1] >= most
        assert len(ticks) <= 8
        assert most > 1023 or all(tick == int(tick) for tick in ticks)
