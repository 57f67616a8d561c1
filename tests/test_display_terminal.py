"""Displays for a terminal: they fit, they show the engine's numbers, they obey nothing."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gomap import Map, display, inspect, int64
from support.cli import no_rich

rich_console = pytest.importorskip("rich.console")


def drawn(what: Any, width: int = 80, encoding: str = "utf-8", **options: Any) -> str:
    """What a console of this width and encoding shows."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    console = rich_console.Console(file=file, width=width, **options)
    console.print(what)
    file.flush()
    return raw.getvalue().decode(encoding)


def maps() -> list[Any]:
    growing = Map[int64, int64](seed=1)
    for n in range(6700):
        growing[n] = n
    piled = Map[int, int]({n: n for n in range(400)}, hasher=lambda key, seed: 9 << 56)
    return [Map[str, int](), Map[str, int].nil(), Map[str, int](hint=10**5), growing, piled]


@pytest.mark.parametrize("width", [80, 100, 48])
def test_stats_fit_the_terminal(width: int) -> None:
    for m in maps():
        s = inspect.stats(m)
        text = drawn(display.stats_rich(s), width)
        assert max(map(len, text.splitlines())) <= width
        assert "…" not in text
        assert f"0x{s.hash0:016x}" in text
        for figure in (s.load_factor, s.pct_overflow, s.hit_probe, s.miss_probe):
            assert f"{figure:.2f}" in text
        assert f"{s.bytes_total:,}" in text
        for count in s.occupancy:
            assert f"{count:,}" in text


def test_bars_are_blocks_or_hashes() -> None:
    s = inspect.stats(Map[int64, int64](hint=1000))
    assert "██████" in drawn(display.stats_rich(s))
    plain = drawn(display.stats_rich(s), encoding="ascii")
    assert plain.isascii()
    assert "######" in plain


def test_a_lookup_is_a_line_for_each_slot() -> None:
    m = Map[int, int]({n: n for n in range(40)}, hasher=lambda k, seed: (k % 3 + 0x61) << 56)
    e = inspect.explain(m, 12)
    lines = drawn(display.explanation_rich(e)).splitlines()
    steps = [line.split(maxsplit=3) for line in lines if "0x6" in line and line.count("0x") == 1]
    steps = [step for step in steps if step[0] in ("first", "+1", "+2")]
    assert [(int(s[1]), int(s[2], 16), s[3].strip()) for s in steps] == [
        step[1:] for step in e.steps
    ]
    assert "found: 12" in lines
    assert lines[-1].startswith(f"{e.slots_examined} slots, {e.key_comparisons} key comparisons")


def test_a_long_lookup_is_cut_in_the_middle() -> None:
    m = Map[int, int]({n: n for n in range(400)}, hasher=lambda key, seed: 9 << 56)
    lines = drawn(display.explanation_rich(inspect.explain(m, 399))).splitlines()
    assert len(lines) < 60
    assert any("352 more" in line for line in lines)


def test_an_element_cannot_command_the_terminal_or_rich() -> None:
    m = Map[int, str]({1: "\x1b[31m[bold]red[/bold]"})
    text = drawn(display.explanation_rich(inspect.explain(m, 1)))
    assert "\x1b" not in text
    assert "[bold]red[/bold]" in text


def test_the_load_table_fits_and_is_whole() -> None:
    rows = inspect.load_factor_table()
    text = drawn(display.load_table_rich(rows))
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in text
    for row, line in zip(rows, lines[3:12], strict=True):
        numbers = [float(cell) for cell in line.split()]
        assert numbers[1::3] == [round(figure, 2) for figure in row[1:5]]
        assert numbers[2::3] == list(row.published[1:])


def test_colours_are_for_terminals() -> None:
    s = inspect.stats(Map[int, int]({1: 1}))
    assert "\x1b" not in drawn(display.stats_rich(s))
    coloured = drawn(display.stats_rich(s), force_terminal=True, color_system="standard")
    assert "\x1b[" in coloured


def test_without_rich_the_html_works_and_the_rest_says_what_is_missing(tmp_path: Path) -> None:
    script = """
from gomap import Map, display, inspect
s = inspect.stats(Map[str, int]({"a": 1}))
assert "hitprobe" in display.stats_html(s)
try:
    display.stats_rich(s)
except ImportError as error:
    print(error)
"""
    environment = {**os.environ, **no_rich(tmp_path)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "gomap.display.stats_rich needs rich: pip install 'gomap[explore]'\n"


def test_importing_gomap_or_its_html_imports_nothing_heavy() -> None:
    script = """
import sys, gomap, gomap.display
gomap.display.map_html(gomap.Map[str, int]({"a": 1}))
heavy = {"rich", "IPython", "matplotlib", "numpy", "anywidget"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"'gomap\.display' has no attribute 'nothing'"):
        display.nothing
