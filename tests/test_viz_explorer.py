"""The explorer's frames: what the engine said, with a sentence; bad scripts; the page."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gomap import Map, inspect, interface
from gomap.viz.steps import exported, frames, recorder, widget
from gomap.viz.steps.demos import DEMOS, demo
from gomap.viz.steps.shown import shown

EXPLAINED = ("bucket", "tophash", "array", "found", "key_comparisons", "slots_examined")


def frames_of(operations: Any, m: Any = None, **options: Any) -> list[dict[str, Any]]:
    """The frames of a script, read back from JSON, chains in the place of their numbers."""
    made = recorder.Recorder(Map[int, int](seed=1) if m is None else m, **options)
    made.do_all(operations)
    return read(made)


def read(made: recorder.Recorder) -> list[dict[str, Any]]:
    data = json.loads(json.dumps(made.frames.data()))
    for frame in data["frames"]:
        for array in ("new", "old"):
            numbers = frame[array]
            frame[array] = numbers and [data["chains"][number] for number in numbers]
    return data["frames"]


def cells(chains: Any) -> Any:
    """The arrays of `hmap` as lists of (tophash, key, element)."""
    if chains is None:
        return None
    return [
        [
            [
                (top, repr(key) if top >= 5 else None, repr(elem) if top >= 5 else None)
                for top, key, elem in zip(b.tophash, b.keys, b.elems, strict=True)
            ]
            for b in chain
        ]
        for chain in chains
    ]


def drawn(chains: Any) -> Any:
    """The same of a frame."""
    if chains is None:
        return None
    return [
        [list(zip(b["top"], b["keys"], b["elems"], strict=True)) for b in chain] for chain in chains
    ]


def assert_shows(frame: dict[str, Any], state: Any) -> None:
    head = frame["head"]
    for name in ("count", "flags", "B", "noverflow", "nevacuate", "growing", "same_size_grow"):
        assert head[name] == getattr(state, name), name
    assert int(head["hash0"], 16) == state.hash0
    assert head["next_overflow"] == state.next_overflow
    assert drawn(frame["new"]) == cells(state.buckets)
    assert drawn(frame["old"]) == cells(state.oldbuckets)


def some_script(seed: int, length: int = 120) -> list[tuple[Any, ...]]:
    rng = random.Random(seed)
    names = ["set"] * 8 + ["delete"] * 3 + ["get", "add", "iterate", "next", "next"]
    made: list[tuple[Any, ...]] = [("iterate",)]
    for _ in range(length):
        name, key = rng.choice(names), rng.randrange(60)
        args = {"set": (key, rng.randrange(99)), "add": (key, 1), "get": (key,), "delete": (key,)}
        made.append((name, *args.get(name, ())))
    return [*made, ("clear",), ("set", 1, 1), ("reserve", 30), ("shrink",)]


class Twin:
    """A map that the same is done to, by hand."""

    def __init__(self, m: Any) -> None:
        self.map = m
        self.iterator: Any = None

    def do(self, op: tuple[Any, ...]) -> list[Any]:
        m, (name, *args) = self.map, op
        with inspect.record(m, states=True) as events:
            if name == "set":
                m[args[0]] = args[1]
            elif name == "delete":
                del m[args[0]]
            elif name == "get":
                m[args[0]]
            elif name == "iterate":
                self.iterator = inspect.iterate(m, *args) if args else iter(m.items())
            elif name == "next":
                next(self.iterator, None)
            else:
                getattr(m, name)(*args)
        return list(events)


@pytest.mark.parametrize("seed", range(6))
def test_frames_are_the_states_of_a_twin(seed: int) -> None:
    operations = some_script(seed)
    shown_frames = iter(frames_of(operations, Map[int, int](seed=seed)))
    twin = Twin(Map[int, int](seed=seed))
    assert_shows(next(shown_frames), inspect.hmap(twin.map))
    for op in operations:
        events = twin.do(op)
        for event in events:
            frame = next(shown_frames)
            assert frame["kind"] == event.kind, op
            assert_shows(frame, event.state)
            assert frame["head"]["load_factor"] == event.load_factor
            assert frame["head"]["bytes_total"] == event.bytes_total
        absent = op[0] == "delete" and "delete" not in {event.kind for event in events}
        if not events or absent:
            frame = next(shown_frames)
            assert_shows(frame, inspect.hmap(twin.map))
    assert next(shown_frames, None) is None
    assert inspect.validate(twin.map) is None


@pytest.mark.parametrize("seed", range(4))
def test_paths_and_cursors_are_those_of_a_twin(seed: int) -> None:
    operations = some_script(seed)
    by_hand = Twin(Map[int, int](seed=seed))
    made = recorder.Recorder(Map[int, int](seed=seed))
    for op in operations:
        made.do(op)
        by_hand.do(op)
        frame = made.frames.last
        if op[0] in ("get", "set", "add"):
            assert_explains(frame, inspect.explain(by_hand.map, op[1]))
        if by_hand.iterator is not None:
            cursor = inspect.cursor(by_hand.iterator)
            for name in ("start_bucket", "offset", "bucket", "position", "slot", "array", "done"):
                assert frame["cursor"][name] == getattr(cursor, name), op


def assert_explains(frame: dict[str, Any], e: inspect.Explanation) -> None:
    key = frame["key"]
    assert int(key["bits"], 2) == e.hash == int(key["hash"], 16)
    assert {name: key[name] for name in EXPLAINED} == {name: getattr(e, name) for name in EXPLAINED}
    assert key["path"] == [list(step) for step in e.steps]
    assert key["element"] == repr(e.element)
    assert int("0" + key["bits"][len(key["bits"]) - key["low"] :], 2) == e.bucket
    assert key["raised"] == (int(key["bits"][:8], 2) != e.tophash)


def test_every_kind_of_step_comes_with_its_sentence() -> None:
    shown_kinds: dict[str, str] = {}
    for name in DEMOS:
        m, operations = demo(name)
        for frame in frames_of(operations, m):
            shown_kinds.setdefault(frame["kind"], frame["why"])
            assert frame["why"].endswith("."), frame
    for frame in frames_of([("set", 1, 1), ("reserve", 100), ("shrink",), ("set", 1, 2)]):
        shown_kinds.setdefault(frame["kind"], frame["why"])
    assert shown_kinds.keys() == frames.KINDS.keys()
    assert len(set(shown_kinds.values())) == len(shown_kinds)


def whys(kind: str, operations: Any, m: Any = None) -> list[str]:
    return [frame["why"] for frame in frames_of(operations, m) if frame["kind"] == kind]


def test_growth_is_explained_in_its_own_numbers() -> None:
    operations = [("set", key, key) for key in range(9)]
    assert whys("grow", operations)[0].startswith(
        "count + 1 = 9 > 8, and 9 > 6.5 × 2^0 = 6.5: before m[8] = 8 can add an entry, "
        "the map grows from 1 to 2 buckets."
    )
    (event,) = [
        e for e in Twin(Map[int, int](range_pairs(8), seed=1)).do(operations[8]) if e.moved_x
    ]
    moved = f"{event.moved_x} entries go to X = bucket 0, {event.moved_y} to Y = bucket 0 + 1 = 1."
    assert whys("evacuate", operations)[0].endswith(moved)


def range_pairs(n: int) -> Any:
    return zip(range(n), range(n), strict=True)


def test_evacuations_tell_the_operations_own_bucket_from_the_next_one() -> None:
    m, operations = demo("evacuation")
    first, second = whys("evacuate", operations, m)[:2]
    assert first.startswith("m[52] = 2704 is about bucket 5, which takes its entries from old")
    assert "(nevacuate = 0)" in second


def test_same_size_growth_is_explained_by_overflow_buckets() -> None:
    m, operations = demo("same_size_growth")
    (why,) = whys("same_size_grow", operations, m)
    assert why.startswith("2 overflow buckets for 2 buckets are too many (noverflow >= 2^1)")


def test_a_delete_says_what_becomes_of_the_slot() -> None:
    two = Map[int, int]({1: 1, 2: 2}, seed=1)
    first, second = whys("delete", [("delete", 1), ("delete", 2)], two)
    assert "emptyOne (1), since an entry follows it" in first
    assert "emptyRest (0), and so does the 1 empty slot before it" in second


def test_writes_of_others_are_recorded_in_a_with_block() -> None:
    m = Map[int, int](range_pairs(8), seed=1)
    made = recorder.Recorder(m)
    with made.recording():
        m[8] = 8
        m.pop(0)
        m[3]
    assert [f["kind"] for f in read(made)] == [
        *("start", "grow", "evacuate", "grow_done", "assign", "delete"),
    ]
    assert_shows(read(made)[-1], inspect.hmap(m))
    assert read(made)[4]["key"]["hash"] == f"{inspect.explain(m, 8).hash:#018x}"


def test_what_was_written_before_an_error_is_recorded() -> None:
    made = recorder.Recorder(Map[int, int](seed=1))
    with pytest.raises(TypeError), made.recording():
        made.map[1] = 1
        made.map["a"] = 1  # type: ignore[index]
    assert [f["kind"] for f in read(made)] == ["start", "assign"]


def test_a_delete_shows_how_its_key_was_found() -> None:
    m = Map[int, int](range_pairs(6), seed=1)
    e = inspect.explain(m, 4)
    (_, frame) = frames_of([("delete", 4)], m)
    assert_explains(frame, e)


def test_a_map_is_first_shown_as_it_is() -> None:
    m = Map[str, int]({"a": 1})
    (frame,) = read(recorder.Recorder(m))
    assert frame["kind"] == "start"
    assert_shows(frame, inspect.hmap(m))


def test_looking_at_a_map_leaves_no_flag_and_moves_nothing() -> None:
    m = Map[int, int](range_pairs(27), seed=1)
    before = inspect.hmap(m)
    made = recorder.Recorder(m)
    made.do(("get", 3))
    made.ask("5")
    assert inspect.hmap(m) == before


def test_nan_has_no_path() -> None:
    nan = float("nan")
    made = frames_of([("set", nan, 1), ("get", nan)], Map[float, int](seed=1))
    assert made[1]["key"] is None
    assert made[2]["why"].startswith("NaN is not equal to itself")


# ---- questions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key_type", "text", "key"),
    [
        (str, "a b", "a b"),
        (str, "'a'", "'a'"),
        (int, " 7 ", 7),
        (bytes, "b'x'", b"x"),
        (float, "nan", float("nan")),
        (float, "2.5", 2.5),
        (object, "(1, 2)", (1, 2)),
        (object, "words", "words"),
        (interface, "words", "words"),
        (interface, "True", True),
    ],
)
def test_a_typed_key_is_read_as_the_map_takes_it(key_type: Any, text: str, key: Any) -> None:
    assert repr(recorder.parsed(text, key_type)) == repr(key)


def test_questions_show_the_live_map_and_replace_each_other() -> None:
    made = recorder.Recorder(Map[int, int]({1: 10}, seed=1))
    made.ask("1")
    made.ask("2")
    assert [f["kind"] for f in read(made)] == ["start", "lookup"]
    assert_explains(made.frames.last, inspect.explain(made.map, 2))
    made.map[2] = 20
    made.do(("set", 3, 3))
    made.ask("2")
    assert made.frames.last["key"]["element"] == "20"
    for bad, error in (("x", ValueError), ("'a'", TypeError), ("[", ValueError)):
        with pytest.raises(error):
            made.ask(bad)
    assert len(made.frames) == 4


# ---- pages ------------------------------------------------------------------------------

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)><!--"


def test_nothing_in_a_page_can_break_out_of_its_data() -> None:
    page = widget.to_html([("set", HOSTILE, HOSTILE)])
    assert page.count("</script>") == page.count("<script") == 2
    assert "<img" not in page
    assert "<!--" not in page
    (state,) = re.findall(r'<script type="application/json" id="state">(.*?)</script>', page)
    assert shown(HOSTILE) in json.dumps(json.loads(state)).replace("\\u2026", "…")


def test_a_page_of_a_subclass_escapes_its_name() -> None:
    odd = type("<b>&", (Map[str, int],), {})
    page = widget.to_html(odd())
    assert "<title>gomap explorer: &lt;b&gt;&amp;, a Map</title>" in page
    assert "<b>" not in page


def test_a_page_asks_for_nothing(tmp_path: Path) -> None:
    widget.export_html("story", tmp_path / "x.html")
    page = (tmp_path / "x.html").read_text("utf-8")
    assert not re.search(r"(?:src|href)\s*=|url\(|@import|\bimport\b.*\bfrom\b", page)
    assert set(re.findall(r"https?://[^\"'\s]*", page)) == {"http://www.w3.org/2000/svg"}


class Odd:
    """Its repr raises, or is endless."""

    def __init__(self, text: str | None = None) -> None:
        self.text = text

    def __repr__(self) -> str:
        if self.text is None:
            raise RuntimeError("no repr")
        return self.text


def test_odd_reprs_are_shown_short() -> None:
    m = Map()
    for key in (Odd(), Odd("x" * 10**6), "\ud800", 10**5000):
        m[key] = key
    made = recorder.Recorder(m)
    texts = [text for text in read(made)[0]["new"][0][0]["keys"] if text]
    assert len(texts) == 4
    assert all(len(text) <= 60 for text in texts)
    exported.page(made.frames.data()).encode("utf-8")


def test_pages_need_no_anywidget_and_the_widget_says_so() -> None:
    program = """
import sys
sys.modules["anywidget"] = None
from gomap import Map
from gomap.viz.steps import widget
assert widget.to_html("growth")
assert not {"matplotlib", "IPython", "traitlets"} & sys.modules.keys()
try:
    widget.explorer(Map())
except ImportError as error:
    assert str(error) == "gomap.viz.explorer needs anywidget: pip install 'gomap[viz]'", error
else:
    raise AssertionError("no ImportError")
"""
    subprocess.run([sys.executable, "-c", program], check=True)


# ---- the widget -------------------------------------------------------------------------


@pytest.fixture
def widgets() -> None:
    pytest.importorskip("anywidget", reason="anywidget is not installed")


@pytest.mark.usefixtures("widgets")
def test_a_widget_keeps_its_step_within_its_frames() -> None:
    x = widget.explorer("growth")
    assert len(x.frames) == len(x.data["frames"]) == 24
    assert repr(x) == "<Explorer: 24 steps of Map[int, int]>"
    x.frame = 1000
    assert x.frame == 23
    x.frame = -1
    assert x.frame == 0


@pytest.mark.usefixtures("widgets")
def test_a_widget_shows_what_is_added() -> None:
    m = Map[int, int](range_pairs(8), seed=1)
    x = widget.explorer(m)
    assert x.map is m
    x.do(("set", 8, 8))
    assert (x.frame, x.frames[x.frame]["kind"]) == (1, "grow")
    with x.recording():
        m[9] = 9
    assert (x.frame, x.frames[x.frame]["kind"]) == (5, "assign")
    with pytest.raises(TypeError, match="operation 1, "):
        x.do(("set", "a", 1))
    assert len(x.frames) == 6


@pytest.mark.usefixtures("widgets")
def test_a_widget_answers_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    x = widget.explorer(Map[int, int]({1: 10}))
    sent: list[Any] = []
    monkeypatch.setattr(x, "send", sent.append)
    for message in (None, [], {}, {"ask": 3}, {"other": "1"}):
        x._heard(x, message, [])
    assert len(x.frames) == 1
    x._heard(x, {"ask": "1"}, [])
    assert x.frames[x.frame]["key"]["element"] == "10"
    x._heard(x, {"ask": "'a'"}, [])
    assert sent[0]["error"].startswith("TypeError: Map[int, int]: key must be int")


@pytest.mark.usefixtures("widgets")
def test_a_widget_saves_the_step_it_shows(tmp_path: Path) -> None:
    x = widget.explorer("growth")
    x.frame = 9
    x.save(tmp_path / "x.html")
    assert '"frame": 9}' in (tmp_path / "x.html").read_text("utf-8")
