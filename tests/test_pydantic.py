"""Map[K, V] as a type of pydantic: validation, serialisation, schema."""

from __future__ import annotations

import datetime
import enum
import math
import warnings
from collections.abc import Callable
from types import MappingProxyType
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import pytest

pydantic_core: Any = pytest.importorskip("pydantic_core", reason="needs pydantic >= 2.9")
pydantic: Any = pytest.importorskip("pydantic", minversion="2.9", reason="needs pydantic >= 2.9")

import gomap  # noqa: E402
from gomap import Map, bool_, complex128, float32, inspect, int8, int64, uint64  # noqa: E402

BaseModel: Any = pydantic.BaseModel
ValidationError = pydantic.ValidationError
T = TypeVar("T")


class Color(enum.StrEnum):
    RED = "red"


class Point(NamedTuple):
    x: int
    y: int


class User(BaseModel):
    name: str
    born: datetime.date | None = None


class Ages(Map[str, int]):
    """A class of one's own."""


class Node(BaseModel):
    children: Map[str, Node]


class Page(BaseModel, Generic[T]):
    items: Map[str, T]


class Everything(BaseModel):
    ages: Map[str, int]
    small: Map[int8, float32]
    users: Map[str, User]
    nested: Map[str, Map[int, list[int]]]
    anything: Map
    maybe: Map[str, int] | None = None


EVERYTHING: dict[str, Any] = {
    "ages": {"alice": 30},
    "small": {-128: 0.5},
    "users": {"bob": {"name": "Bob", "born": None}},
    "nested": {"a": {7: [1, 2]}},
    "anything": {"x": [None]},
    "maybe": None,
}


def adapter(type_: Any, **config: Any) -> Any:
    return pydantic.TypeAdapter(type_, config=pydantic.ConfigDict(**config) if config else None)


def errors(call: Callable[[], Any]) -> list[tuple[tuple[Any, ...], str]]:
    """Where and what the errors of a validation are."""
    with pytest.raises(ValidationError) as error:
        call()
    return [(e["loc"], e["type"]) for e in error.value.errors()]


# ---- validation -----------------------------------------------------------------------------


def test_fields_become_maps_of_their_classes() -> None:
    made = Everything(**EVERYTHING)
    assert type(made.ages) is Map[str, int]
    assert type(made.small) is Map[int8, float32]
    assert type(made.nested["a"]) is Map[int, list[int]]
    assert type(made.anything) is Map
    assert isinstance(made.users["bob"], User)
    assert made.maybe is None


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1, "b": 2},
        MappingProxyType({"a": 1, "b": 2}),
        [("a", 1), ["b", 2]],
        (("a", 1), ("b", 2)),
        {"a": 1, "b": 2}.items(),
        Map[str, int]({"a": 1, "b": 2}),
        Map[str, int8]({"a": 1, "b": 2}),
        Map({"a": "1", "b": 2.0}),
        {"a": "1", "b": "2"},
    ],
    ids=lambda value: type(value).__name__,
)
def test_mappings_and_pairs_are_taken_and_converted(value: Any) -> None:
    made = adapter(Map[str, int]).validate_python(value)
    assert type(made) is Map[str, int]
    assert made.to_dict() == {"a": 1, "b": 2}
    assert {type(elem) for elem in made.values()} == {int}


def test_iterators_of_pairs_are_taken_once() -> None:
    made = adapter(Map[str, int]).validate_python((k, n) for n, k in enumerate("aba"))
    assert made == {"a": 2, "b": 1}


def test_a_map_of_the_class_is_kept_as_it_is() -> None:
    m = Map[str, int]({"a": 1}, seed=5)
    assert adapter(Map[str, int]).validate_python(m) is m
    assert adapter(Map[str, int]).validate_python(m, strict=True) is m
    assert adapter(Map).validate_python(m) is m
    ages = Ages({"a": 1})
    assert adapter(Map[str, int]).validate_python(ages) is ages
    assert type(adapter(Ages).validate_python(m)) is Ages


def test_a_growing_map_is_converted_whole() -> None:
    m = Map[int64, int64]({k: k for k in range(26)}, hint=0)
    m[26] = 26
    assert inspect.hmap(m).growing
    assert adapter(Map[int, int]).validate_python(m) == m


@pytest.mark.parametrize(
    ("type_", "value", "wanted"),
    [
        (Map[str, int], {"a": "x", 5: 1}, [(("a",), "int_parsing"), ((5, "[key]"), "string_type")]),
        (Map[int8, int8], {128: -129}, [((128, "[key]"), "less_than_equal"),
                                        ((128,), "greater_than_equal")]),
        (Map[uint64, bool_], {-1: "maybe"}, [((-1, "[key]"), "greater_than_equal"),
                                             ((-1,), "bool_parsing")]),
        (Map[str, float32], {"a": 1e39}, [(("a",), "float32_range")]),
        (Map[str, User], {"a": {"born": "x"}}, [(("a", "name"), "missing"),
                                                (("a", "born"), "date_from_datetime_parsing")]),
        (Map[Color, int], {"blue": 1}, [(("blue", "[key]"), "enum")]),
        (Map[str, list[int]], {"a": [1, "x"]}, [(("a", 1), "int_parsing")]),
        (Map[str, Map[int, int]], {"a": {"x": 1}}, [(("a", "x", "[key]"), "int_parsing")]),
        (Map[str, Annotated[int, pydantic.Field(gt=0)]], {"a": 0}, [(("a",), "greater_than")]),
        (Map[str, int], [("a", 1), 5, ("b",), ([], 1)],
         [((1,), "map_pair"), ((2,), "map_pair"), ((3,), "map_key")]),
        (Map[str, int], ["ab"], [((0,), "map_pair")]),
        (Map[str, int], "ab", [((), "dict_type")]),
        (Map[str, int], 5, [((), "dict_type")]),
        (Map[str, int], None, [((), "dict_type")]),
        (Map[str, Map[str, int]], {"a": None}, [(("a",), "dict_type")]),
    ],
)  # fmt: skip
def test_errors_say_where_they_are(type_: Any, value: Any, wanted: Any) -> None:
    assert errors(lambda: adapter(type_).validate_python(value)) == wanted


def test_what_only_the_class_refuses_is_an_error_of_the_field() -> None:
    class Fussy(Map[str, int]):
        def __init__(self, contents: Any = (), /) -> None:
            super().__init__(contents)
            if len(self) > 1:
                raise TypeError("one at most")

    assert errors(lambda: adapter(Fussy).validate_python({"a": 1, "b": 2})) == [((), "map")]


def test_strict_mode_converts_nothing() -> None:
    strict = adapter(Map[int, int], strict=True)
    assert strict.validate_python({1: 2}) == {1: 2}
    assert strict.validate_json('{"1": 2}') == {1: 2}
    assert errors(lambda: strict.validate_python([(1, 2)])) == [((), "dict_type")]
    assert errors(lambda: strict.validate_python(Map[int64, int64]())) == [((), "dict_type")]
    assert errors(lambda: strict.validate_python({1: "2"})) == [((1,), "int_type")]
    assert errors(lambda: strict.validate_json('{"1": "2"}')) == [(("1",), "int_type")]
    dates = adapter(Map[str, datetime.date], strict=True)
    assert dates.validate_json('{"a": "2009-11-10"}')["a"] == datetime.date(2009, 11, 10)


def test_json_keys_are_read_as_their_type() -> None:
    assert adapter(Map[int64, str]).validate_json('{"-5": "x"}') == {-5: "x"}
    assert adapter(Map[float, str]).validate_json('{"2.5": "x"}') == {2.5: "x"}
    assert adapter(Map[bool, str]).validate_json('{"true": "x"}') == {True: "x"}
    assert adapter(Map[Color, str]).validate_json('{"red": "x"}') == {Color.RED: "x"}
    assert errors(lambda: adapter(Map[int, str]).validate_json("[[1, 2]]")) == [((), "dict_type")]


def test_unboxed_elements_are_rounded_and_checked() -> None:
    made = adapter(Map[complex128, float32]).validate_python({1j: 0.1, 2: math.inf})
    assert made == {1j: float32(0.1), 2: math.inf}


def test_nan_keys_are_kept_one_by_one() -> None:
    pairs = [(float("nan"), 1), (float("nan"), 2)]
    assert sorted(adapter(Map[float, int]).validate_python(pairs).values()) == [1, 2]


def test_none_is_taken_where_the_type_says_so() -> None:
    assert adapter(Map[str, int | None]).validate_python({"a": None}) == {"a": None}
    assert adapter(Map[str, int] | None).validate_python(None) is None


def test_arbitrary_classes_need_pydantics_own_permission() -> None:
    class Plain:
        pass

    with pytest.raises(pydantic.errors.PydanticSchemaGenerationError):
        adapter(Map[str, Plain])
    allowed = adapter(Map[str, Plain], arbitrary_types_allowed=True)
    assert len(allowed.validate_python({"a": Plain()})) == 1
    assert errors(lambda: allowed.validate_python({"a": 1})) == [(("a",), "is_instance_of")]


def test_models_may_be_generic_or_contain_themselves() -> None:
    assert type(Page[int](items={"a": "1"}).items) is Map[str, int]
    assert errors(lambda: Page[int](items={"a": "x"})) == [(("items", "a"), "int_parsing")]
    assert Page(items={"a": "x"}).items == {"a": "x"}
    tree = Node(children={"a": {"children": {}}})
    assert type(tree.children["a"].children) is Map[str, Node]
    assert Node.model_validate_json(tree.model_dump_json()) == tree


def test_functions_and_unions_take_maps() -> None:
    @pydantic.validate_call
    def total(m: Map[str, int]) -> int:
        return sum(m.values())

    assert total({"a": "1", "b": 2}) == 3
    assert adapter(Map[str, int] | int).validate_python(3) == 3
    made = adapter(Map[str, int] | Map[int, int]).validate_python({1: 1})
    assert type(made) is Map[int, int]


def test_defaults_are_not_shared() -> None:
    class Counters(BaseModel):
        hits: Map[str, int] = Map[str, int]()

    first, second = Counters(), Counters()
    first.hits["a"] = 1
    assert second.hits == {}


# ---- serialisation ----------------------------------------------------------------------------


def test_dumps_are_dicts_and_read_back() -> None:
    made = Everything(**EVERYTHING)
    assert made.model_dump() == EVERYTHING
    assert type(made.model_dump()["ages"]) is dict
    assert Everything(**made.model_dump()) == made
    assert Everything.model_validate_json(made.model_dump_json()) == made
    assert made.model_dump(mode="json")["small"] == {"-128": 0.5}
    assert made.model_copy(deep=True) == made


def test_elements_are_written_as_their_type_is() -> None:
    users = Map[str, User]({"a": User(name="A", born=datetime.date(2009, 11, 10))})
    users_adapter = adapter(Map[str, User])
    assert users_adapter.dump_json(users) == b'{"a":{"name":"A","born":"2009-11-10"}}'
    assert users_adapter.dump_python(users, exclude={"a": {"born"}}) == {"a": {"name": "A"}}


def test_a_nil_map_is_kept_and_written_as_an_empty_one() -> None:
    maybe = adapter(Map[str, int] | None)
    nil = Map[str, int].nil()
    assert maybe.validate_python(nil) is nil
    assert maybe.dump_python(nil) == {}
    assert maybe.dump_json(nil) == b"{}"
    assert maybe.validate_json(maybe.dump_json(nil)) == nil
    assert maybe.dump_json(None) == b"null"


def test_maps_in_elements_of_any_type_need_json_default() -> None:
    m = Map({"a": Map[int, int]({1: 2}), "b": Map.nil()})
    anything = adapter(Map)
    with pytest.raises(pydantic_core.PydanticSerializationError, match="unknown type"):
        anything.dump_json(m)
    written = anything.dump_json(m, fallback=gomap.json_default)
    assert written in (b'{"a":{"1":2},"b":null}', b'{"b":null,"a":{"1":2}}')


def test_a_field_that_holds_something_else_warns_as_pydantic_does() -> None:
    broken = Everything(**EVERYTHING).model_copy(update={"ages": {"a": 1}, "maybe": 5})
    with pytest.warns(UserWarning, match="serialized value may not be as expected"):
        assert broken.model_dump()["maybe"] == 5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert adapter(Map[str, int]).dump_python({"a": 1}) == {"a": 1}


# ---- JSON schema --------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["validation", "serialization"])
@pytest.mark.parametrize(
    ("type_", "elements"),
    [
        (Map[str, int], {"type": "integer"}),
        (Map[str, int8], {"type": "integer", "minimum": -128, "maximum": 127}),
        (Map[int, uint64], {"type": "integer", "minimum": 0, "maximum": 2**64 - 1}),
        (Map[str, float32], {"type": "number"}),
        (Map[str, list[str]], {"type": "array", "items": {"type": "string"}}),
        (Map[str, Map[str, bool]],
         {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (Map, True),
        (Map[str, object], True),
    ],
)  # fmt: skip
def test_the_json_schema_is_an_objects(type_: Any, elements: Any, mode: str) -> None:
    schema = adapter(type_).json_schema(mode=mode)
    assert schema == {"type": "object", "additionalProperties": elements}


def test_models_in_maps_are_references_in_the_schema() -> None:
    schema = Everything.model_json_schema()
    assert schema["properties"]["users"]["additionalProperties"] == {"$ref": "#/$defs/User"}
