"""The displays in a real browser: light and dark, narrow and wide, inside a hostile page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gomap import Map, display, inspect, int64
from support.browser import Browser, running

browser = running

JUPYTER = """
.jp-RenderedHTMLCommon table { border-collapse: collapse; border-spacing: 0; margin: 0 auto 1em;
  table-layout: fixed; font-size: 20px; }
.jp-RenderedHTMLCommon td, .jp-RenderedHTMLCommon th, .jp-RenderedHTMLCommon tr {
  text-align: right; vertical-align: middle; padding: 0.5em; line-height: normal;
  white-space: normal; max-width: none; border: none; }
.jp-RenderedHTMLCommon tbody tr:nth-child(odd) { background: rgb(255, 0, 0); }
.jp-RenderedHTMLCommon tbody tr:hover { background: rgb(255, 0, 0); }
:not(.jp-RenderedMarkdown).jp-RenderedHTMLCommon td { text-align: right; padding: 3em; }
.jp-RenderedHTMLCommon thead { border-bottom: 9px solid red; }
"""
"""What JupyterLab's own style says of tables, made worse."""

LIGHT, DARK = "rgb(255, 255, 255)", "rgb(20, 24, 29)"


def growing() -> Any:
    m = Map[int64, int64](seed=3)
    for k in range(27):
        m[k] = k * k
    return m


def displays() -> str:
    """One of each, below each other."""
    evil = Map({"<script>document.title = 'broken'</script>": "<img src=x onerror=alert(1)>"})
    piled = Map[int, int]({n: n for n in range(99)}, hasher=lambda key, seed: 9 << 56)
    m = growing()
    with inspect.record(m) as events:
        m.update({k: k for k in range(60)})
    parts = [
        *(display.map_html(each) for each in (growing(), evil, Map[str, int].nil(), piled)),
        display.map_html(Map[str, int]({f"a rather long name {n}": n for n in range(20)})),
        display.map_html(Map[int64, int64](hint=10**6)),
        display.stats_html(inspect.stats(piled)),
        display.explanation_html(inspect.explain(piled, 98)),
        display.load_table_html(inspect.load_factor_table()),
        display.events_html(events),
    ]
    return "".join(parts).replace("<details>", "<details open>")


def style_of(page: Any, selector: str, name: str) -> str:
    script = "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]"
    return str(page.evaluate(script, [selector, name]))


def contrast(page: Any, selector: str) -> float:
    """The contrast of an element's text with the display's paper, as WCAG counts it."""

    def luminance(color: str) -> float:
        parts = [int(part) / 255 for part in color[4:-1].split(",")[:3]]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    text = luminance(style_of(page, selector, "color"))
    paper = luminance(style_of(page, ".gomap", "backgroundColor"))
    return (max(text, paper) + 0.05) / (min(text, paper) + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [800, 1280, 400])
def test_all_displays_fit_the_window_and_are_quiet(
    browser: Browser,
    width: int,
    dark: bool,
) -> None:
    with browser.open(f"<body>{displays()}", dark=dark, width=width) as tab:
        tab.shoot(f"displays-{width}-{'dark' if dark else 'light'}")
        assert tab.overflow() == 0
        assert tab.errors == []
        assert tab.requests == []
        assert tab.page.title() == ""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_systems_scheme_is_followed_and_readable(
    browser: Browser,
    dark: bool,
) -> None:
    with browser.open(display.map_html(growing()), dark=dark) as tab:
        assert style_of(tab.page, ".gomap", "backgroundColor") == (DARK if dark else LIGHT)
        for selector in (".gomap", ".gomap .gm-title span", ".gm-title b", ".gm-cells td"):
            assert contrast(tab.page, selector) > 4.5, selector


@pytest.mark.parametrize("dark", [False, True], ids=["system light", "system dark"])
@pytest.mark.parametrize(
    ("body", "paper"),
    [
        ('data-jp-theme-light="true"', LIGHT),
        ('data-jp-theme-light="false"', DARK),
        ('class="vscode-light"', LIGHT),
        ('class="vscode-dark"', DARK),
    ],
)
def test_the_notebooks_theme_outweighs_the_systems(
    browser: Browser,
    body: str,
    paper: str,
    dark: bool,
) -> None:
    html = f"<body {body}>{display.map_html(growing())}"
    with browser.open(html, dark=dark) as tab:
        assert style_of(tab.page, ".gomap", "backgroundColor") == paper


def test_jupyterlabs_tables_do_not_get_in(browser: Browser) -> None:
    inner = display.map_html(growing())
    html = f'<style>{JUPYTER}</style><div class="jp-RenderedHTMLCommon">{inner}</div>'
    boxes = "[...document.querySelectorAll('.gomap td')].map(td => td.offsetHeight)"
    with browser.open(inner) as plain, browser.open(html) as tab:
        assert tab.page.evaluate(boxes) == plain.page.evaluate(boxes)
        rows = (
            "[...document.querySelectorAll('.gomap tr')].map(r => getComputedStyle(r).background)"
        )
        assert "255, 0, 0" not in str(tab.page.evaluate(rows))
        assert style_of(tab.page, ".gm-cells td", "textAlign") == "center"
        assert style_of(tab.page, ".gm-cells", "tableLayout") == "fixed"


def test_nothing_leaks_out_of_a_display(browser: Browser) -> None:
    around = "<p>x</p><table><tbody><tr><td>x</td></tr></tbody></table><details>x</details>"
    script = """() => ['p', 'table', 'tbody', 'tr', 'td', 'details', 'body'].map(tag => {
        const style = getComputedStyle(document.querySelector(tag));
        return [...style].filter(name => !/size|width|height|origin/.test(name))
            .map(name => name + style.getPropertyValue(name)).join();
    })"""
    with browser.open(around) as alone, browser.open(around + display.map_html(growing())) as tab:
        assert tab.page.evaluate(script) == alone.page.evaluate(script)


def test_a_key_of_markup_is_seen_and_inert(browser: Browser) -> None:
    key = "<script>document.title = 'broken'</script>"
    m = Map[str, str]({key: "<b>bold</b>"})
    with browser.open(display.page(m, key)) as tab:
        cell = tab.page.locator(".gm-cells tr:nth-child(2) td[title]").first
        assert cell.get_attribute("title") == repr(key)
        assert tab.page.locator("script").count() == 0
        assert tab.page.locator(".gomap td b").count() == 0
        assert tab.page.title() == key
        assert tab.errors == []


def test_the_figures_unfold_without_script(browser: Browser) -> None:
    with browser.open(display.map_html(growing()), java_script_enabled=False) as tab:
        figures = tab.page.locator("[data-figure]").first
        assert not figures.is_visible()
        tab.page.locator("summary").click()
        assert figures.is_visible()


def test_both_arrays_stand_side_by_side_where_there_is_room(browser: Browser) -> None:
    for width, beside in ((1280, True), (700, False)):
        with browser.open(display.map_html(growing()), width=width) as tab:
            old, new = (
                tab.page.locator(f"[data-array={name}]").bounding_box() for name in ("old", "new")
            )
            assert (old["y"] == new["y"]) == beside


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_page_on_disk_opens_alone(
    browser: Browser,
    tmp_path: Path,
    dark: bool,
) -> None:
    path = tmp_path / "map.html"
    table = inspect.load_factor_table()
    path.write_text(display.page(growing(), "Growing", table=table), encoding="utf-8")
    for width in (1280, 800, 400):
        with browser.open(path, dark=dark, width=width) as tab:
            assert tab.page.title() == "Growing"
            assert tab.overflow() == 0
            assert (tab.errors, tab.requests) == ([], [])
