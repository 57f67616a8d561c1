"""gomap.viz: pictures hold the engine's own numbers, save themselves, and disturb nothing."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

pytest.importorskip("matplotlib")

from matplotlib.text import Text

from gomap import Map, inspect, int64, viz
from gomap.viz import counts, histograms, page, words

OF_A_MAP = [viz.layout, viz.heat_map, viz.chain_histogram, viz.tophash_histogram, viz.overview]
MAGIC = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml", ".html": b"<!DOCTYPE html>"}


def filled(n: int, **options: Any) -> Any:
    m = Map[int64, int64](seed=1, **options)
    for k in range(n):
        m[k] = k * k
    return m


def same_size_growing() -> Any:
    """A map in the middle of a same-size growth: few entries in many overflow buckets."""
    m = Map[int64, int64](seed=3, hint=100)
    for k in range(100_000):
        m[k] = k
        if k >= 90:
            del m[k * 7919 % 90 if k < 180 else k - 90]
        if inspect.stats(m).flags & 8:
            return m
    raise AssertionError("no same-size growth")


MAPS = {
    "nil": lambda: Map[str, int].nil(),
    "empty": lambda: Map[str, int](),
    "one bucket": lambda: Map[str, int]({"alice": 30, "bob": 41}, seed=1),
    "growing": lambda: filled(27),
    "same-size growth": same_size_growing,
    "one chain": lambda: Map[int, int]({k: k for k in range(30)}, hasher=lambda key, seed: 42),
    "a thousand": lambda: filled(1000),
    "strangers": lambda: Map({"$x$_^": "<script>", "日本": 1, (1, 2): [0] * 99, None: "x\x00\ny"}),
}


def texts(picture: viz.Picture) -> list[str]:
    """Every text of the figure."""
    return [text.get_text() for text in picture.figure.findobj(Text) if text.get_text()]


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("draw", OF_A_MAP)
def test_any_map_is_drawn_and_left_as_it_was(draw: Any, name: str) -> None:
    m = MAPS[name]()
    theme = "dark" if name in ("empty", "growing") else "light"
    before, order = inspect.hmap(m), m.to_dict()
    picture = draw(m, theme=theme)
    root = ElementTree.fromstring(picture._svg())
    assert inspect.hmap(m) == before
    assert m.to_dict() == order
    assert root[0].text == picture.title
    assert words.type_name(m) in picture.title


@pytest.mark.parametrize("draw", OF_A_MAP)
def test_a_live_iterator_and_the_map_know_nothing_of_it(draw: Any) -> None:
    m, twin = filled(60), filled(60)
    walk, expected = iter(m), iter(twin)
    next(walk), next(expected)
    draw(m)
    assert inspect.hmap(m) == inspect.hmap(twin)
    assert list(walk) == list(expected)
    assert list(m) == list(twin), "the stream of random numbers has not moved"


@pytest.mark.parametrize("suffix", MAGIC)
@pytest.mark.parametrize("draw", [viz.layout, viz.overview])
def test_each_suffix_writes_its_kind_of_file(tmp_path: Path, draw: Any, suffix: str) -> None:
    path = tmp_path / f"map{suffix.upper()}"
    draw(filled(27)).save(str(path))
    assert path.read_bytes().startswith(MAGIC[suffix])


def test_another_suffix_is_refused_by_name_and_writes_nothing(tmp_path: Path) -> None:
    picture = viz.layout(filled(3))
    for name in ("map.gif", "map", "map.txt"):
        with pytest.raises(ValueError, match=r"\.png, \.svg, \.pdf or \.html"):
            picture.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="No such file"):
        picture.save(tmp_path / "nowhere" / "map.png")


def test_a_page_stands_alone_and_escapes_its_title(tmp_path: Path) -> None:
    odd = type("<b>&", (Map[str, int],), {})
    viz.layout(odd({"<script>alert(1)</script>": 1}), theme="dark").save(tmp_path / "map.html")
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;&amp;" in text
    assert "<script" not in text
    assert "<b>" not in text
    assert "#11161c" in text
    for outside in ("src=", "<link", "@import", "url(http"):
        assert outside not in text


@pytest.mark.parametrize("draw", OF_A_MAP)
def test_the_same_map_gives_the_same_svg(draw: Any) -> None:
    first, again = (draw(filled(100))._svg() for _ in range(2))
    assert first == again
    assert "<dc:date>" not in first


def test_svg_keeps_text_as_text_and_dollars_as_dollars() -> None:
    svg = viz.layout(Map[str, str]({"$x^2$": "日本"}))._svg()
    shown = {element.text for element in ElementTree.fromstring(svg).iter() if element.text}
    assert {"$x^2$", "日本"} <= shown


def test_a_notebook_gets_the_one_form_that_it_always_shows() -> None:
    picture = viz.layout(filled(27))
    assert not hasattr(picture, "_repr_svg_"), "which needs a notebook that is trusted"
    data, metadata = picture._repr_png_()
    assert data.startswith(b"\x89PNG")
    assert metadata["width"] > 500


def test_a_glyph_that_no_font_has_is_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        viz.layout(Map[str, int]({"\U0001f9ff\u4e2d": 1}))._rendered("png")


def test_settings_of_the_caller_are_neither_used_nor_changed() -> None:
    import matplotlib as mpl

    picture = viz.overview(filled(100))._svg()
    with mpl.rc_context({"font.size": 30, "axes.grid": True, "svg.fonttype": "path"}):
        before = dict(mpl.rcParams)
        assert viz.overview(filled(100))._svg() == picture
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("draw", OF_A_MAP)
def test_what_is_no_map_is_a_type_error_and_an_unknown_theme_a_value_error(draw: Any) -> None:
    for thing in ({1: 2}, None, 7, Map[int, int]):
        with pytest.raises(TypeError):
            draw(thing)
    with pytest.raises(ValueError, match="theme must be 'light' or 'dark', not 'blue'"):
        draw(filled(3), theme="blue")


@pytest.mark.parametrize("make", MAPS.values(), ids=MAPS)
def test_the_counts_of_a_grid_are_a_recount(make: Any) -> None:
    m = make()
    h = inspect.hmap(m)
    grids = counts.of_map(m)
    for grid, chains, old in zip(grids, (h.buckets, h.oldbuckets), (False, True)):
        if chains is None:
            assert grid is None
            continue
        gone = [old and 2 <= chain[0].tophash[0] <= 4 for chain in chains]
        entries = [sum(t > 4 for bucket in chain for t in bucket.tophash) for chain in chains]
        assert grid.evacuated == sum(gone)
        assert [None if cell != cell else cell for cell in grid.cells.ravel().tolist()] == [
            None if g else e for g, e in zip(gone, entries)
        ]


def test_a_cell_of_a_large_map_is_the_mean_of_its_chains() -> None:
    numbers = bytes(n * 7 % 13 for n in range(2**15))
    grid = counts.grid(numbers)
    assert (grid.chains, grid.each, grid.cells.size) == (2**15, 4, 8192)
    assert grid.cells.ravel()[5] == sum(numbers[20:24]) / 4
    assert (grid.least, grid.most) == (0, 12)
    half = counts.grid(bytes([255, 4, 255, 255] * 2**13), old=True)
    assert half.cells.ravel()[0] == 4
    assert half.evacuated == 3 * 2**13


def test_a_heat_map_shows_the_counts_in_the_cells() -> None:
    m = filled(100)
    shown = texts(viz.heat_map(m))
    for number, times in Counter(inspect.chain_counts(m)[0]).items():
        assert shown.count(str(number)) >= times
    assert any("above 8: overflow" in text for text in shown)


def test_histograms_are_the_figures_of_stats() -> None:
    m = filled(1665)
    s = inspect.stats(m)
    assert s.growing
    (axes,) = viz.tophash_histogram(m).figure.axes
    assert [bar.get_height() for bar in axes.containers[0]] == s.tophash_counts
    (axes,) = viz.chain_histogram(m).figure.axes
    bars = [bar.get_width() for bar in axes.containers[0]]
    assert bars[: len(s.chain_lengths)] == s.chain_lengths
    assert not any(bars[len(s.chain_lengths) :])


def test_the_ideal_chains_are_as_many_as_the_real_ones() -> None:
    for n in (0, 5, 53, 100, 1000, 1700):
        s = inspect.stats(filled(n))
        assert sum(histograms.ideal_chains(s, 40)) == pytest.approx(sum(s.chain_lengths))
    assert sum(histograms.share_of_tophash()) == pytest.approx(1)


def test_long_chains_share_one_bar() -> None:
    m = Map[int, int]({k: k for k in range(200)}, hasher=lambda key, seed: 42)
    shown = texts(viz.chain_histogram(m))
    assert "8 or more" in shown
    assert inspect.stats(m).chain_lengths[-1] == 1


def test_an_overview_says_what_stats_says() -> None:
    m = filled(1000)
    s = inspect.stats(m)
    shown = texts(viz.overview(m))
    for _, value in page.header(s):
        assert value in shown
    for _, mine, *published in page.comparison(s)[1:]:
        assert {mine, *published} <= set(shown)
    assert f"{s.hit_probe:.2f}" in shown
    assert {"Buckets by slots in use", "Chains by overflow buckets"} <= set(shown)


def test_importing_the_package_loads_neither_matplotlib_nor_anywidget() -> None:
    code = (
        "import sys, gomap.viz; gomap.viz.__all__, dir(gomap.viz)\n"
        "assert not {'matplotlib', 'numpy', 'anywidget', 'PIL'} & set(sys.modules)\n"
        "from gomap import viz, Map; viz.overview(Map[int, int]({1: 2}))._svg()\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_missing_matplotlib_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import gomap.viz\n"
        "for use in ('gomap.viz.layout', 'from gomap.viz import heat_map'):\n"
        "    try: exec(use)\n"
        "    except ImportError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "gomap.viz.layout needs matplotlib: pip install 'gomap[viz]'",
        "gomap.viz.heat_map needs matplotlib: pip install 'gomap[viz]'",
    ]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        viz.nothing
    assert set(viz.__all__) <= set(dir(viz))
