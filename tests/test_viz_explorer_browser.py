"""The explorer in a real browser: the exported page, and the widget in a JupyterLab."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gomap import Map
from gomap.viz.steps import exported, recorder, widget
from gomap.viz.steps.demos import demo
from support.browser import Browser, Tab, running
from support.lab import Lab, run_cell, served

browser = running
HEAD = ("count", "B", "noverflow", "hash0", "nevacuate")
SIZES = [(dark, width) for dark in (False, True) for width in (1280, 800)]

READ_CELLS = """
array => [...document.querySelectorAll(`.gx-array[data-array=${array}] .gx-row`)].map(row =>
    [...row.querySelectorAll('.gx-bucket')].map(bucket =>
        [...bucket.querySelectorAll('.gx-cell')].map(cell => [
            Number(cell.dataset.top),
            cell.querySelector('.gx-k').textContent,
            cell.querySelector('.gx-e').textContent,
        ])))
"""


def data_of(name: str) -> dict[str, Any]:
    m, operations = demo(name)
    made = recorder.Recorder(m)
    made.do_all(operations)
    return made.frames.data()


def go(tab: Tab, at: int) -> None:
    """Scrub to a step."""
    tab.page.locator(".gx input[type=range]").fill(str(at))
    assert tab.page.locator(".gx").get_attribute("data-frame") == str(at)


def at_none_of(*steps: int) -> str:
    """A selector of the explorer, once it stands elsewhere."""
    return ".gx" + "".join(f':not([data-frame="{at}"])' for at in steps)


def step(tab: Tab) -> int:
    return int(tab.page.locator(".gx").get_attribute("data-frame"))


def assert_shows(tab: Tab, data: dict[str, Any], at: int) -> None:
    """The document shows exactly the frame: header, cells, hash, path, sentence."""
    frame = data["frames"][at]
    for name in HEAD:
        shown = tab.page.locator(f"[data-field={name}]").inner_text()
        assert shown == str(frame["head"][name]), name
    for array, field in (("new", "buckets"), ("old", "oldbuckets")):
        numbers = frame[array]
        length = "nil" if numbers is None else str(len(numbers))
        assert tab.page.locator(f"[data-field={field}]").inner_text() == length
        assert tab.page.evaluate(READ_CELLS, array) == cells(data, numbers)
    assert tab.page.locator(".gx-why").inner_text() == frame["why"]
    assert_shows_key(tab, frame["key"])


def cells(data: dict[str, Any], numbers: Any) -> Any:
    return [
        [
            [list(cell) for cell in zip(b["top"], *(texts(b[n]) for n in ("keys", "elems")))]
            for b in data["chains"][number]
        ]
        for number in numbers or ()
    ]


def texts(values: list[str | None]) -> list[str]:
    return [value or "" for value in values]


def assert_shows_key(tab: Tab, key: dict[str, Any] | None) -> None:
    bits = tab.page.locator(".gx-bit").all_text_contents()
    assert "".join(bits) == (key["bits"] if key else "")
    if key is None:
        return
    low = tab.page.locator(".gx-bit-low").all_text_contents()
    assert "".join(low) == key["bits"][len(key["bits"]) - key["low"] :]
    assert tab.page.locator("[data-key=bucket]").inner_text() == str(key["bucket"])
    assert int(tab.page.locator("[data-key=tophash]").inner_text(), 16) == key["tophash"]
    read = "nodes => nodes.map(node => JSON.parse(node.dataset.step))"
    steps = tab.page.locator("[data-step]").evaluate_all(read)
    assert steps == (key["path"] or [])
    assert tab.page.locator(".gx-cell.gx-step").count() == len(steps)


# ---- the page ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["story", "evacuation", "overflow", "iterator"])
def test_a_page_shows_every_step_in_the_engines_numbers(
    browser: Browser,
    tmp_path: Path,
    name: str,
) -> None:
    data = data_of(name)
    (tmp_path / "x.html").write_text(exported.page(data), encoding="utf-8")
    with browser.open(tmp_path / "x.html") as tab:
        for at in range(0, len(data["frames"]), 3):
            go(tab, at)
            assert_shows(tab, data, at)
        assert tab.errors == []
        assert tab.requests == []


@pytest.mark.parametrize(("dark", "width"), SIZES)
def test_a_page_fits_its_window_at_every_step(
    browser: Browser,
    dark: bool,
    width: int,
) -> None:
    for name in ("story", "overflow", "evacuation"):
        frames = data_of(name)["frames"]
        with browser.open(widget.to_html(name), dark=dark, width=width) as tab:
            for at in range(len(frames)):
                go(tab, at)
                assert tab.overflow() == 0, (name, at)
            go(tab, most_to_see(frames))
            tab.shoot(f"explorer_{name}_{'dark' if dark else 'light'}_{width}")


def most_to_see(frames: list[dict[str, Any]]) -> int:
    """The last evacuation, or else the longest path."""
    kinds = [frame["kind"] for frame in frames]
    if "evacuate" in kinds:
        return len(kinds) - 1 - kinds[::-1].index("evacuate")
    lengths = [len(frame["key"]["path"] or ()) if frame["key"] else 0 for frame in frames]
    return lengths.index(max(lengths))


def test_light_and_dark_are_two(browser: Browser) -> None:
    paper = "getComputedStyle(document.querySelector('.gx')).backgroundColor"
    seen = []
    for dark in (False, True):
        with browser.open(widget.to_html("growth"), dark=dark) as tab:
            seen.append(tab.page.evaluate(paper))
    assert seen == ["rgb(255, 255, 255)", "rgb(20, 24, 30)"]


def test_buttons_and_keys_step(browser: Browser) -> None:
    last = len(data_of("growth")["frames"]) - 1
    with browser.open(widget.to_html("growth")) as tab:
        for name, at in (
            *(("step forward", 1), ("step forward", 2), ("step back", 1)),
            *(("last step", last), ("step forward", last), ("first step", 0), ("step back", 0)),
        ):
            tab.page.get_by_role("button", name=name, exact=True).click()
            assert step(tab) == at, name
        tab.page.locator(".gx").focus()
        for key, at in (("ArrowRight", 1), ("ArrowLeft", 0), ("End", last), ("Home", 0)):
            tab.page.keyboard.press(key)
            assert step(tab) == at, key
        tab.page.get_by_role("slider").focus()
        tab.page.keyboard.press("ArrowRight")
        assert step(tab) == 1


def test_it_plays_to_the_end_and_pauses(browser: Browser) -> None:
    last = len(data_of("growth")["frames"]) - 1
    with browser.open(widget.to_html("growth")) as tab:
        tab.page.get_by_label("steps per second").select_option("10")
        tab.page.locator(".gx").focus()
        tab.page.keyboard.press("Space")
        tab.page.wait_for_selector(at_none_of(0, 1))
        tab.page.get_by_role("button", name="pause").click()
        paused = step(tab)
        tab.page.wait_for_timeout(300)
        assert step(tab) == paused
        tab.page.get_by_role("button", name="play").click()
        tab.page.wait_for_selector(f'.gx[data-frame="{last}"]')
        tab.page.get_by_role("button", name="play").click()
        tab.page.wait_for_selector(at_none_of(0, last))


def test_the_legend_and_the_strip_jump(browser: Browser) -> None:
    frames = data_of("evacuation")["frames"]
    of_kind = [at for at, frame in enumerate(frames) if frame["kind"] == "evacuate"]
    with browser.open(widget.to_html("evacuation")) as tab:
        button = tab.page.locator(".gx-jump[data-kind=evacuate]")
        assert button.locator("small").inner_text() == str(len(of_kind))
        for at in [*of_kind, of_kind[0]]:
            button.click()
            assert step(tab) == at
        box = tab.page.locator(".gx-strip").bounding_box()
        tab.page.mouse.click(box["x"] + box["width"] * 10.5 / len(frames), box["y"] + 5)
        assert step(tab) == 10


def test_a_step_marks_what_changed_and_where(browser: Browser) -> None:
    data = data_of("evacuation")
    at = next(i for i, frame in enumerate(data["frames"]) if frame["kind"] == "evacuate")
    with browser.open(widget.to_html("evacuation")) as tab:
        go(tab, at)
        changed = tab.page.locator(".gx-changed dd")
        names = changed.evaluate_all("nodes => nodes.map(node => node.dataset.field)")
        assert names == data["frames"][at]["changed"]
        lit = tab.page.locator(".gx-row-lit")
        read = (
            "rows => rows.map(row => [row.closest('.gx-array').dataset.array, +row.dataset.bucket])"
        )
        mark = data["frames"][at]["mark"]
        assert lit.evaluate_all(read) == [
            ["old", mark["bucket"]],
            *(["new", b] for b in mark["to"]),
        ]
        tab.page.locator(".gx-array[data-array=new] .gx-entry").first.hover()
        said = tab.page.locator(".gx-slot").inner_text()
        assert re.match(r"new array, bucket \d+, slot 0: ", said)


def test_keys_are_text_whatever_they_say(browser: Browser) -> None:
    keys = ["</script><script>window.bad = 1</script>", "<img src=x onerror='window.bad = 1'>"]
    page = widget.to_html([("set", key, key) for key in keys] + [("get", keys[0])])
    with browser.open(page) as tab:
        go(tab, 3)
        shown = tab.page.locator(".gx-k").all_text_contents()
        assert [text for text in shown if text] == [repr(key) for key in keys]
        tab.page.locator(".gx-entry").first.hover()
        assert tab.page.evaluate("window.bad === undefined && !document.querySelector('img')")
        assert tab.errors == []


def test_a_page_has_no_question_to_ask(browser: Browser) -> None:
    with browser.open(widget.to_html("growth")) as tab:
        assert tab.page.locator(".gx-ask").count() == 0


def test_long_arrays_are_paged_to_the_chain_at_hand(browser: Browser) -> None:
    m = Map[int, int](hint=2000, seed=1)
    made = recorder.Recorder(m)
    made.do(("set", 7, 49))
    data = made.frames.data()
    bucket = data["frames"][1]["mark"]["bucket"]
    with browser.open(exported.page(data, frame=1)) as tab:
        rows = tab.page.locator(".gx-row")
        assert rows.count() == 32
        hit = tab.page.locator(".gx-row-lit")
        assert hit.get_attribute("data-bucket") == str(bucket)
        assert hit.locator(".gx-hit .gx-k").inner_text() == "7"
        first = bucket // 32 * 32
        way, there = ("after", first + 32) if first == 0 else ("before", first - 32)
        tab.page.get_by_role("button", name=f"buckets {way}").click()
        assert rows.first.get_attribute("data-bucket") == str(there)


# ---- JupyterLab -------------------------------------------------------------------------

SCRIPT = """
from gomap import Map
from gomap.viz.steps.widget import explorer
m = Map[int, int]({k: k for k in range(8)}, seed=1)
x = explorer(m)
for key in range(8, 16):
    x.do(("set", key, key * key))
x.frame = 0
x
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    with served(tmp_path_factory.mktemp("lab")) as running:
        yield running


def lab_data() -> dict[str, Any]:
    made = recorder.Recorder(Map[int, int]({k: k for k in range(8)}, seed=1))
    made.do_all([("set", key, key * key) for key in range(8, 16)])
    return json.loads(json.dumps(made.frames.data()))


@pytest.mark.parametrize(("dark", "width"), SIZES)
def test_the_widget_in_a_notebook_shows_the_engines_numbers(
    browser: Browser,
    lab: Lab,
    dark: bool,
    width: int,
) -> None:
    lab.theme(f"JupyterLab {'Dark' if dark else 'Light'}")
    data = lab_data()
    # The window's own wish is the other theme: JupyterLab's counts.
    address = lab.notebook(f"{'dark' if dark else 'light'}{width}.ipynb", SCRIPT)
    with browser.open(address, dark=not dark, width=width) as tab:
        run_cell(tab.page)
        tab.page.wait_for_selector(".gx[data-frame]", timeout=120_000)
        for at in (0, 1, 2, 4, len(data["frames"]) - 1):
            go(tab, at)
            assert_shows(tab, data, at)
        wide = "node => node.scrollWidth - node.clientWidth"
        assert tab.page.locator(".jp-OutputArea-output .gx").evaluate(wide) <= 0
        paper = tab.page.locator(".gx").evaluate("node => getComputedStyle(node).backgroundColor")
        assert paper == ("rgb(20, 24, 30)" if dark else "rgb(255, 255, 255)")
        go(tab, 2)
        tab.shoot(f"explorer_lab_{'dark' if dark else 'light'}_{width}", full=False)
        outside = [url for url in tab.requests if f"127.0.0.1:{lab.port}" not in url]
        assert outside == []


def test_the_kernel_and_the_widget_follow_each_other(
    browser: Browser,
    lab: Lab,
) -> None:
    last = len(lab_data()["frames"]) - 1
    address = lab.notebook("together.ipynb", SCRIPT, "x.frame", "x.frame = 3", "m[5] = 555")
    with browser.open(address) as tab:
        run_cell(tab.page)
        tab.page.wait_for_selector(".gx[data-frame]", timeout=120_000)
        tab.page.get_by_role("button", name="step forward", exact=True).click()
        tab.page.locator(".gx").focus()
        tab.page.keyboard.press("ArrowRight")
        assert step(tab) == 2
        run_cell(tab.page, 1)
        output = tab.page.locator(".jp-CodeCell").nth(1).locator(".jp-OutputArea-output pre")
        output.wait_for(timeout=120_000)
        assert output.inner_text() == "2"
        run_cell(tab.page, 2)
        tab.page.wait_for_selector('.gx[data-frame="3"]', timeout=120_000)
        run_cell(tab.page, 3)
        ask(tab, "5")
        tab.page.wait_for_selector(f'.gx[data-frame="{last + 1}"]', timeout=120_000)
        assert tab.page.locator(".gx-why").inner_text().endswith("found 555.")
        ask(tab, "'a'")
        tab.page.wait_for_selector(".gx-answer:not(:empty)", timeout=120_000)
        said = tab.page.locator(".gx-answer").inner_text()
        assert said == "TypeError: Map[int, int]: key must be int, not str: 'a'"


def ask(tab: Tab, text: str) -> None:
    tab.page.get_by_label("Look up in the live map").fill("")
    tab.page.keyboard.type(text)
    tab.page.keyboard.press("Enter")
