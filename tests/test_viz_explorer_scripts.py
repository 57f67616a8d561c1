"""Scripts for the explorer that are refused: by what, when, and in which words."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gomap import Map, int64, uint8
from gomap.viz.steps import recorder, script, widget


def run(operations: Any, m: Any = None, **options: Any) -> int:
    """Do a script; return the number of frames."""
    made = recorder.Recorder(Map[int, int](seed=1) if m is None else m, **options)
    made.do_all(operations)
    return len(made.frames)


BAD = [
    ("set", TypeError, "an operation is a tuple"),
    ((), TypeError, "an operation is a tuple"),
    ((1, 2), TypeError, "begins with its name, not int"),
    (("put", 1, 2), ValueError, "no such operation; there are set, add"),
    (("set", 1), ValueError, 'written ("set", key, elem)'),
    (("set", "a", 1), TypeError, "key must be int"),
    (("set", 1, "a"), TypeError, "element must be int"),
    (("get", "a"), TypeError, "key must be int"),
    (("delete", []), TypeError, "key must be int"),
    (("add", 1, None), TypeError, "element must be int"),
    (("clear", 1), ValueError, 'written ("clear")'),
    (("iterate", 1), ValueError, 'written ("iterate", start_bucket, offset)'),
    (("iterate", -1, 0), ValueError, "start_bucket must not be negative"),
    (("iterate", 0, 8), ValueError, "offset must be 0 to 7"),
    (("iterate", "0", 0), TypeError, "cannot be interpreted as an integer"),
    (("next",), ValueError, "no iterator yet"),
    (("reserve", -1), ValueError, "n must not be negative"),
    (("reserve", 10**9), ValueError, "too many buckets: 1024 at most"),
]


@pytest.mark.parametrize(("bad", "error", "text"), BAD)
def test_a_bad_operation_is_named_before_anything_runs(
    bad: Any, error: type[Exception], text: str
) -> None:
    made = recorder.Recorder(Map[int, int]())
    with pytest.raises(error, match=re.escape(text)) as caught:
        made.do_all([("set", 1, 1), bad])
    assert str(caught.value).startswith("operation 1, ")
    assert len(made.map) == 0
    assert len(made.frames) == 1


def test_numbers_out_of_range_stay_overflow_errors() -> None:
    with pytest.raises(OverflowError, match=r"operation 0, .*out of range for uint8"):
        run([("set", 256, 1)], Map[uint8, int]())


@pytest.mark.parametrize("bad", [None, 3, "growth", b"x"])
def test_a_script_is_an_iterable_of_operations(bad: Any) -> None:
    with pytest.raises(TypeError, match="a script is an iterable of operations"):
        script.check(bad, Map())


def test_what_the_map_raises_names_the_operation() -> None:
    with pytest.raises(ValueError, match="start") as caught:
        run([("set", 1, 1), ("iterate", 7, 0)])
    assert caught.value.__notes__ == ["in operation 1: inspect.iterate(m, 7, 0)"]


def test_frames_are_bounded() -> None:
    operations = [("set", key, key) for key in range(5)]
    assert run(operations, max_frames=6) == 6
    with pytest.raises(ValueError, match="max_frames=5"):
        run(operations, max_frames=5)
    for bad, error in ((0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)):
        with pytest.raises(error, match="max_frames must be"):
            recorder.Recorder(Map(), bad)  # type: ignore[arg-type]


def test_large_maps_are_refused_with_what_to_use_instead() -> None:
    with pytest.raises(ValueError, match=r"1024 at most; this map has 2048: .*heat_map"):
        recorder.Recorder(Map[int64, int64](hint=10_000))
    made = recorder.Recorder(Map[int64, int64]())
    with pytest.raises(ValueError, match="1024 at most"):
        made.do(("reserve", 8_000))
    assert len(made.frames) == 1


def test_sources_that_are_no_source() -> None:
    with pytest.raises(ValueError, match="no demo 'nothing'; there are story, growth"):
        widget.to_html("nothing")
    with pytest.raises(TypeError, match="map= is for scripts"):
        widget.to_html(Map(), map=Map())
    with pytest.raises(TypeError, match=r"explorer needs a gomap\.Map, not dict"):
        widget.to_html([], map={})
