"""What keys and elements each type takes and refuses, in every operation (SPEC 1 and 7)."""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from typing import Any, Literal, NamedTuple, NewType, Optional, Union

import numpy as np
import pytest

import gomap
from gomap import Map, float64, int64, interface, sync
from support.hostile import UNHASHABLE
from support.inside import assert_valid
from support.kinds import ELEMS, KEYS, Kind, Plain, Point
from support.operations import ADD, KEY_WRITES, NEEDS_HASHABLE, READS, REMOVALS, WRITES


def wrong_keys() -> list[Any]:
    return [
        pytest.param(kind, key, id=f"{kind.name}-{key!r:.30}")
        for kind in KEYS
        for key in kind.wrong
    ]


def wrong_elems() -> list[Any]:
    return [
        pytest.param(kind, elem, id=f"{kind.name}-{elem!r:.30}")
        for kind in ELEMS
        for elem in kind.wrong
    ]


def assert_names(error: pytest.ExceptionInfo[Any], m: Any, offender: Any) -> None:
    """The message names the map's type and the offender (by its repr or its type)."""
    text = str(error.value)
    name = repr(m).split("(")[0].removesuffix(".nil")
    assert name in text, text
    assert repr(offender) in text or type(offender).__name__ in text, text


PLAIN_SAMPLE = Plain("sample")


def sample(kind: Kind) -> Any:
    """Some value of the type that is not its zero."""
    samples: dict[Any, Any] = {
        str: "k",
        bytes: b"k",
        tuple: (1,),
        frozenset: frozenset([1]),
        list: [1],
        dict: {1: 1},
        bool: True,
        gomap.bool_: True,
        complex: 1j,
        gomap.complex128: 1j,
        float: 1.5,
        float64: 1.5,
        gomap.float32: 1.5,
        object: "any",
        interface: "any",
        Point: Point(1, 2),
        Plain: PLAIN_SAMPLE,
    }
    if kind.type in samples:
        return samples[kind.type]
    return 1 if issubclass(type(kind.zero), int) else kind.type("name")


@pytest.mark.parametrize("filled", [False, True], ids=["empty", "filled"])
@pytest.mark.parametrize(("kind", "key"), wrong_keys())
def test_wrong_key_is_a_type_error_in_every_operation(kind: Kind, key: Any, filled: bool) -> None:
    m = Map[kind.type, int]({sample(kind): 1} if filled else {})
    for operation in (READS | REMOVALS).values():
        with pytest.raises(TypeError) as error:
            operation(m, key)
        assert_names(error, m, key)
    for write in (KEY_WRITES | ADD).values():
        with pytest.raises(TypeError) as error:
            write(m, key, 1)
        assert_names(error, m, key)
    assert len(m) == filled


@pytest.mark.parametrize(("kind", "key"), wrong_keys())
def test_wrong_key_is_a_type_error_on_a_nil_map(kind: Kind, key: Any) -> None:
    m = Map[kind.type, int].nil()
    for operation in (READS | REMOVALS).values():
        with pytest.raises(TypeError) as error:
            operation(m, key)
        assert_names(error, m, key)


@pytest.mark.parametrize(
    ("kind", "number"),
    [pytest.param(kind, n, id=f"{kind.name}-{n!r:.24}") for kind in KEYS for n in kind.beyond],
)
def test_number_out_of_range_is_an_overflow_error(kind: Kind, number: int) -> None:
    for m in (Map[kind.type, int](), Map[kind.type, int]({sample(kind): 1})):
        size = len(m)
        for operation in (READS | REMOVALS).values():
            with pytest.raises(OverflowError):
                operation(m, number)
        for write in (KEY_WRITES | ADD).values():
            with pytest.raises(OverflowError):
                write(m, number, 1)
        assert len(m) == size
    for operation in (READS | REMOVALS).values():
        with pytest.raises(OverflowError):
            operation(Map[kind.type, int].nil(), number)
    elems = Map[str, kind.type]({"a": sample(kind)})
    for write in WRITES.values():
        with pytest.raises(OverflowError):
            write(elems, "b", number)
    assert elems.to_dict() == {"a": sample(kind)}


@pytest.mark.parametrize(("kind", "elem"), wrong_elems())
def test_wrong_element_is_a_type_error_and_changes_nothing(kind: Kind, elem: Any) -> None:
    m = Map[str, kind.type]({"a": sample(kind)})
    for key in ("a", "b"):
        for name, write in WRITES.items():
            if name == "setdefault" and key == "a":
                continue
            with pytest.raises(TypeError) as error:
                write(m, key, elem)
            assert_names(error, m, elem)
    with pytest.raises(TypeError):
        type(m).fromkeys(["a"], elem)
    assert list(m.items()) == [("a", sample(kind))]
    assert_valid(m)


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        pytest.param(kind, given, stored, id=f"{kind.name}-{given!r:.20}")
        for kind in KEYS
        for given, stored in kind.taken
    ],
)
def test_foreign_value_is_taken_and_stored_as_the_type(kind: Kind, given: Any, stored: Any) -> None:
    m = Map[kind.type, kind.type]({given: given})
    assert m.lookup(stored) == (stored, True)
    assert m.lookup(given) == (stored, True)
    assert given in m
    ((key, elem),) = m.items()
    assert (type(key), key) == (type(stored), stored)
    assert (type(elem), elem) == (type(stored), stored)
    del m[given]
    assert len(m) == 0


@pytest.mark.parametrize("key", UNHASHABLE, ids=repr)
@pytest.mark.parametrize("types", [(object, int), (interface, int), (tuple, int)], ids=str)
def test_unhashable_key_is_a_type_error_everywhere(types: Any, key: Any) -> None:
    filled = Map[types]()
    filled[(1, 2)] = 3
    for m in (Map[types](), filled, Map[types].nil()):
        for operation in (READS | REMOVALS).values():
            with pytest.raises(TypeError):
                operation(m, key)
    for m in (Map[types](), filled):
        for name, write in (KEY_WRITES | ADD).items():
            if name not in NEEDS_HASHABLE:
                with pytest.raises(TypeError):
                    write(m, key, 1)
    assert filled.to_dict() == {(1, 2): 3}


@pytest.mark.parametrize("kind", KEYS, ids=lambda kind: kind.name)
def test_unhashable_key_is_a_type_error_in_every_class(kind: Kind) -> None:
    for m in (Map[kind.type, int](), Map[kind.type, int].nil()):
        for operation in (READS | REMOVALS).values():
            with pytest.raises(TypeError):
                operation(m, [])


@pytest.mark.parametrize("unhashable", [list, dict, set, bytearray])
def test_unhashable_key_type_is_a_type_error(unhashable: type) -> None:
    with pytest.raises(TypeError):
        Map[unhashable, int]


def test_numpy_numbers_are_taken() -> None:
    m = Map[int64, float64]()
    m[np.int32(-3)] = np.float32(0.5)
    m[np.uint8(200)] = np.float64(2.0)
    assert m.to_dict() == {-3: 0.5, 200: 2.0}
    with pytest.raises(OverflowError):
        m[np.uint64(1 << 63)] = 1.0
    boxed = Map[int, float]({np.int64(5): np.float64(1.5)})
    assert [type(x) for x in (*boxed.keys(), *boxed.values())] == [int, float]


class Sub(int):
    """Inherits int's equality and hash."""


class Odd(int):
    """An int with another idea of equality."""

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = int.__hash__


class Text(str):
    """Inherits str's equality and hash."""

    __slots__ = ()


class CaseBlind(str):
    """A str with another idea of equality."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and self.lower() == other.lower()

    def __hash__(self) -> int:
        return hash(self.lower())


def test_int_subclass_is_stored_as_it_is_when_boxed() -> None:
    m = Map[int, int]({Sub(5): 1})
    (key,) = m
    assert type(key) is Sub
    assert m[5] == 1
    unboxed = Map[int64, int64]({Sub(5): 1})
    assert [type(key) for key in unboxed] == [int]


def test_str_subclass_with_str_equality_is_a_key() -> None:
    m = Map[str, int]({Text("a"): 1})
    assert m["a"] == 1
    assert m[Text("a")] == 1
    assert "a" in m


def test_str_subclass_with_its_own_equality_is_refused() -> None:
    m = Map[str, int]({"A": 1})
    for operation in (READS | REMOVALS).values():
        with pytest.raises(TypeError):
            operation(m, CaseBlind("a"))
    for write in KEY_WRITES.values():
        with pytest.raises(TypeError):
            write(m, CaseBlind("a"), 1)
    assert m.to_dict() == {"A": 1}


def test_bool_is_stored_as_the_int_it_equals() -> None:
    m = Map[int, int]({True: False})
    assert [repr(x) for x in (*m.keys(), *m.values())] == ["1", "0"]
    assert m[1] == 0
    assert Map[int64, int64]({True: True}).to_dict() == {1: 1}


class Animal:
    """A class with a subclass."""


class Dog(Animal):
    """A subclass."""


def test_class_type_takes_instances_of_subclasses_and_none() -> None:
    dog = Dog()
    m = Map[Animal, Animal]({dog: dog, None: None})
    assert m[dog] is dog
    assert m[None] is None
    assert m.lookup(None) == (None, True)
    with pytest.raises(TypeError):
        m[object()] = dog


def test_class_element_is_stored_as_a_reference() -> None:
    value = [1]
    m = Map[str, list]({"a": value})
    m["a"].append(2)
    assert value == [1, 2]
    assert m["a"] is value


class Struct(NamedTuple):
    """Go's struct of two strings."""

    first: str
    second: str


def test_named_tuple_keys_are_equal_by_value() -> None:
    m = Map[Struct, int]({Struct("a", "b"): 1})
    assert m[Struct("a", "b")] == 1
    with pytest.raises(TypeError):
        m[("a", "b")]


def test_interface_keys_of_different_types_are_different_keys() -> None:
    m = Map[interface, str]({1: "int"})
    m[1.0] = "float"
    m[True] = "bool"
    m[1 + 0j] = "complex"
    m["1"] = "str"
    m[b"1"] = "bytes"
    assert len(m) == 6
    assert [m[key] for key in (1, 1.0, True, 1 + 0j, "1", b"1")] == [
        "int",
        "float",
        "bool",
        "complex",
        "str",
        "bytes",
    ]
    del m[1.0]
    assert 1 in m
    assert 1.0 not in m
    assert True in m
    assert Decimal(1) not in m


def test_object_keys_follow_python_equality() -> None:
    m = Map()
    m[1] = "a"
    assert m[1.0] == m[True] == m[Decimal(1)] == m[1 + 0j] == "a"
    m[True] = "b"
    assert len(m) == 1
    assert m[1] == "b"


def test_float_map_keeps_infinities_and_large_ints_round() -> None:
    m = Map[float, int]({math.inf: 1, -math.inf: 2, 2**53 + 1: 3})
    assert m[float("inf")] == 1
    assert m[-math.inf] == 2
    assert m[float(2**53)] == 3
    assert len(m) == 3


def test_string_is_str() -> None:
    assert gomap.string is str
    assert Map[gomap.string, int] is Map[str, int]


def test_int_map_takes_ints_of_any_size() -> None:
    numbers = [0, 1, -1, 1 << 63, 1 << 64, -(1 << 64), 1 << 1000, (1 << 1000) + 1, -(1 << 1000)]
    m = Map[int, int]({n: -n for n in numbers})
    assert len(m) == len(numbers)
    assert [m[n] for n in numbers] == [-n for n in numbers]
    assert m[2**1000 + 2] == 0


def test_strings_of_every_width_and_with_zeros_are_keys() -> None:
    texts = ["", "\0", "\0\0", "a", "a\0", "é", "€", "🙂", "\ud800", "x" * 1000]
    m = Map[str, str]({text: text for text in texts})
    assert len(m) == len(texts)
    assert all(m[text] == text for text in texts)
    raw = [b"", b"\0", b"\0\0", b"a", bytes(1000)]
    assert len(Map[bytes, int]({value: 1 for value in raw})) == len(raw)


def test_float32_rounds_and_refuses_what_is_too_large() -> None:
    assert gomap.float32(0.1) == 0.10000000149011612
    assert gomap.float32(float("inf")) == float("inf")
    with pytest.raises(OverflowError):
        gomap.float32(1e39)


@pytest.mark.parametrize(
    "sized", [gomap.int8, gomap.uint64, gomap.float32], ids=lambda t: t.__name__
)
def test_a_number_that_python_will_not_print_is_out_of_range_all_the_same(sized: Any) -> None:
    huge = 1 << 20_000
    m = Map[sized, sized]()
    for call in (
        *(lambda: m[huge], lambda: m.update([(1, huge)]), lambda: m.add(1, huge)),
        *(lambda: type(m).from_arrays([huge], [1]), lambda: m.set_many([1], [huge])),
        lambda: sized(huge),
    ):
        with pytest.raises(OverflowError):
            call()
    assert len(m) == 0


@pytest.mark.parametrize("given", [None, "1", 1.5, object()], ids=repr)
def test_a_sized_integer_of_something_else_is_a_type_error(given: Any) -> None:
    with pytest.raises(TypeError):
        gomap.int8(given)


ID = NewType("ID", int)
MEANT = [
    (ID, int),
    (NewType("Narrow", ID), int),
    (Optional[int], int | None),  # noqa: UP045
    (Union[int, str], int | str),  # noqa: UP007
    (Optional[ID], int | None),  # noqa: UP045
    (Optional[list[int]], list[int] | None),  # noqa: UP045
    (Any, object),
]


@pytest.mark.parametrize("base", [Map, sync.Map])
@pytest.mark.parametrize(("written", "meant"), MEANT, ids=str)
def test_a_type_may_be_written_as_type_checkers_read_it(
    base: Any, written: Any, meant: Any
) -> None:
    assert base[str, written] is base[str, meant]
    assert base[str, written].elem_type == meant
    if meant not in (list[int] | None, object):
        assert base[written, int] is base[meant, int]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="no type statement before 3.12")
def test_a_type_statement_may_name_a_type() -> None:
    names: dict[str, Any] = {}
    exec("type Number = int\ntype Maybe = Number | None\ntype Loop = Loop", names)
    assert Map[names["Number"], int] is Map[int, int]
    with pytest.raises(RecursionError):
        Map[str, names["Loop"]]


def test_unions_may_have_generics_in_them() -> None:
    m = Map[int | tuple[int, int], list[int] | None]({1: [1], (1, 2): None})
    assert m[1, 2] is None
    with pytest.raises(TypeError, match=r"key must be int \| tuple\[int, int\], not str"):
        m["a"] = [1]
    with pytest.raises(TypeError, match=r"element must be list\[int\] \| None, not tuple"):
        m[1] = ()


@pytest.mark.parametrize("written", [Literal["a"], "int", Optional["int"], 5, [int]], ids=str)
def test_what_is_no_class_is_refused(written: Any) -> None:
    with pytest.raises(TypeError):
        Map[str, written]
