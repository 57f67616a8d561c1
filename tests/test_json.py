"""Maps to JSON and back: json_default, from_json, the hooks of json and orjson."""

from __future__ import annotations

import enum
import json
from collections import OrderedDict
from typing import Any

import pytest

import gomap
from gomap import Map, float64, from_json, int8, int64, interface, json_default, uint64


def dumps(obj: Any, **options: Any) -> str:
    return json.dumps(obj, default=json_default, **options)


class Color(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


# ---- to JSON -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("m", "text"),
    [
        (Map[str, int]({"b": 1, "a": 2}), '{"a": 2, "b": 1}'),
        (Map[str, int](), "{}"),
        (Map[str, int].nil(), "null"),
        (Map[int, str]({10: "x", -9: "y"}), '{"-9": "y", "10": "x"}'),
        (Map[uint64, float64]({2**64 - 1: 0.5}), '{"18446744073709551615": 0.5}'),
        (Map({1: None, "a": [1, {"b": True}]}), '{"1": null, "a": [1, {"b": true}]}'),
        (Map[interface, bool]({2**70: False}), '{"1180591620717411303424": false}'),
        (Map[Color, int]({Color.RED: 1}), '{"red": 1}'),
        (Map[Level, int]({Level.LOW: 1}), '{"1": 1}'),
    ],
)
def test_a_map_becomes_an_object(m: Any, text: str) -> None:
    assert dumps(m, sort_keys=True) == text


def test_maps_are_found_at_every_depth() -> None:
    inner = Map[int, list]({1: [Map[str, int]({"x": 1}), Map[str, int].nil()]})
    assert dumps({"a": [Map[str, object]({"b": inner})]}) == (
        '{"a": [{"b": {"1": [{"x": 1}, null]}}]}'
    )


def test_sorted_keys_are_sorted_as_go_sorts_them_by_their_text() -> None:
    squares = Map[int64, int64]((n, n * n) for n in range(12))
    keys = list(json.loads(dumps(squares, sort_keys=True)))
    assert keys == sorted(str(n) for n in range(12))


def test_a_map_in_growth_is_written_whole() -> None:
    m = Map[int64, int64]({k: k for k in range(26)}, hint=0)
    m[26] = 26
    assert gomap.inspect.hmap(m).growing
    assert json.loads(dumps(m)) == {str(k): k for k in range(27)}


@pytest.mark.parametrize("key", [1.5, True, None, b"x", (1, 2), float("nan")])
def test_a_key_that_is_no_string_or_integer_is_named(key: Any) -> None:
    with pytest.raises(
        TypeError, match=rf"a key in JSON must be a str or an int, not {type(key).__name__}"
    ):
        dumps(Map({key: 1}))


def test_the_map_of_a_wrong_key_is_named() -> None:
    with pytest.raises(TypeError, match=r"Map\[float, str\]: a key in JSON.*: 2\.5"):
        dumps(Map[float, str]({2.5: "x"}))


def test_keys_that_are_one_string_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"Map: the keys .*1.* and .*1.* are the same in JSON"):
        dumps(Map({1: "a", "1": "b"}))


@pytest.mark.parametrize("other", [object(), 1j, {1}, b"x", Map, Map[str, int]().keys()])
def test_every_other_object_is_a_type_error(other: Any) -> None:
    name = type(other).__name__
    with pytest.raises(TypeError, match=f"Object of type {name} is not JSON serializable"):
        json_default(other)


def test_a_map_inside_itself_is_the_encoders_error() -> None:
    m = Map()
    m["me"] = m
    with pytest.raises(ValueError, match="Circular reference"):
        dumps(m)


def test_sync_maps_are_written_as_maps_are() -> None:
    sync = pytest.importorskip("gomap.sync", reason="gomap.sync is not there yet")
    m = sync.Map()
    m.store("a", Map[int, int]({1: 2}))
    m.store(7, None)
    assert dumps(m, sort_keys=True) == '{"7": null, "a": {"1": 2}}'
    m.store((1, 2), None)
    with pytest.raises(TypeError, match="a key in JSON must be a str or an int, not tuple"):
        dumps(m)


# ---- from JSON --------------------------------------------------------------------------------


def test_a_parsed_object_goes_into_a_map_as_it_is() -> None:
    assert Map[str, int](json.loads('{"a": 1}')) == {"a": 1}


def test_a_class_of_maps_serves_as_pairs_hook() -> None:
    text = '{"a": {"b": [1, {"c": null}]}, "d": 2, "d": 3}'
    loaded = json.loads(text, object_pairs_hook=Map[str, object])
    assert type(loaded) is type(loaded["a"]) is type(loaded["a"]["b"][1]) is Map[str, object]
    assert loaded == {"a": {"b": [1, {"c": None}]}, "d": 3}


@pytest.mark.parametrize(
    ("cls", "text", "wanted"),
    [
        (Map[str, int], '{"a": 1}', {"a": 1}),
        (Map[int, str], '{"1": "a", "-2": "b", "+3": "c", "007": "d"}', None),
        (Map[int8, float], '{"-128": 1, "127": 2.5}', {-128: 1.0, 127: 2.5}),
        (Map[str, Map[int64, list]], '{"a": {"5": [1]}, "b": {}}', {"a": {5: [1]}, "b": {}}),
        (Map[Color, int], '{"red": 1}', {Color.RED: 1}),
        (Map[Level, int], '{"1": 2}', {Level.LOW: 2}),
        (Map[interface, int], '{"1": 2}', {"1": 2}),
        (Map, '{"1": 2}', {"1": 2}),
    ],
)
def test_from_json_reads_keys_and_elements_by_type(cls: Any, text: str, wanted: Any) -> None:
    made = from_json(cls, json.loads(text))
    assert type(made) is cls
    assert made == (wanted or {1: "a", -2: "b", 3: "c", 7: "d"})


def test_null_is_the_nil_map_at_every_depth() -> None:
    assert from_json(Map[str, int], None).is_nil
    outer = from_json(Map[str, Map[str, int]], json.loads('{"a": null}'))
    assert type(outer["a"]) is Map[str, int]
    assert outer["a"].is_nil


def test_what_was_written_is_read_back() -> None:
    inner, cls = Map[int64, float], Map[str, Map[int64, float]]
    m = cls({"a": inner({-1: 0.5, 2**40: 1e300}), "b": inner(), "c": inner.nil()})
    again = from_json(cls, json.loads(dumps(m)))
    assert again == m
    assert [again[k].is_nil for k in "abc"] == [False, False, True]


def test_from_json_makes_instances_of_subclasses() -> None:
    class Ages(Map[str, int]):
        """A class of one's own."""

    assert type(from_json(Ages, OrderedDict(a=1))) is Ages


@pytest.mark.parametrize("key", ["x", "", "1.0", " 1", "1_0", "0x1", "\u0661", "--1"])
def test_a_key_that_is_no_decimal_integer_is_named(key: str) -> None:
    with pytest.raises(ValueError, match=r"Map\[int64, int\]: the key .* is no decimal integer"):
        from_json(Map[int64, int], {key: 1})


def test_what_the_class_refuses_is_its_own_error() -> None:
    with pytest.raises(OverflowError, match=r"Map\[int8, int\]: key 128 is out of range"):
        from_json(Map[int8, int], {"128": 1})
    with pytest.raises(TypeError, match=r"Map\[str, int\]: element must be int, not str"):
        from_json(Map[str, int], {"a": "1"})


@pytest.mark.parametrize("value", [[], "ab", 5, [("a", 1)]])
def test_what_is_no_object_is_named(value: Any) -> None:
    name = type(value).__name__
    with pytest.raises(TypeError, match=rf"Map\[str, int\]: a JSON object is required, not {name}"):
        from_json(Map[str, int], value)


@pytest.mark.parametrize("key_type", [float, bytes, bool, tuple, float64, gomap.bool_])
def test_key_types_without_a_form_in_json_are_refused(key_type: Any) -> None:
    cls: Any = Map[key_type, int]
    with pytest.raises(TypeError, match="a key in JSON must be a str or an int"):
        from_json(cls, {"1": 1})


@pytest.mark.parametrize("cls", [dict, 5, None, Map()])
def test_from_json_needs_a_class_of_maps(cls: Any) -> None:
    with pytest.raises(TypeError, match="from_json: a class of maps is required"):
        from_json(cls, {})


# ---- orjson -----------------------------------------------------------------------------------


def test_orjson_takes_the_same_function() -> None:
    orjson = pytest.importorskip("orjson", reason="orjson is not installed")
    m = Map[str, object]({"b": Map[int, int]({10: 1, 9: 2}), "a": Map[str, int].nil()})
    m["c"] = Map[Color, int]({Color.RED: 1})
    wanted = json.loads(dumps(m))
    for option in (0, orjson.OPT_NON_STR_KEYS, orjson.OPT_SORT_KEYS):
        assert orjson.loads(orjson.dumps(m, default=json_default, option=option)) == wanted
    assert orjson.dumps(m, default=json_default, option=orjson.OPT_SORT_KEYS) == (
        b'{"a":null,"b":{"10":1,"9":2},"c":{"red":1}}'
    )
    assert from_json(Map[str, object], orjson.loads(b'{"a":1}')) == {"a": 1}


def test_orjson_reports_the_wrong_key() -> None:
    orjson = pytest.importorskip("orjson", reason="orjson is not installed")
    with pytest.raises(TypeError) as error:
        orjson.dumps(Map({1.5: 1}), default=json_default)
    assert "a key in JSON must be a str or an int, not float" in str(error.value.__cause__)
