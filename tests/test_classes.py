"""Map[K, V] as a class: cached, real, subclassable, weakly referenced (SPEC 1)."""

from __future__ import annotations

import copy
import gc
import inspect as python_inspect
import pickle
import typing
import weakref
from typing import Any, TypeVar

import pytest

import gomap
from gomap import Map, float64, int64, interface, sync
from support.kinds import ELEMS, KEYS, Kind, Point


@pytest.mark.parametrize("key", KEYS, ids=lambda kind: kind.name)
def test_parametrised_class_is_cached_and_knows_its_types(key: Kind) -> None:
    for elem in ELEMS:
        cls = Map[key.type, elem.type]
        assert cls is Map[key.type, elem.type]
        assert isinstance(cls, type)
        assert issubclass(cls, Map)
        assert cls.key_type is key.type
        assert cls.elem_type is elem.type
        assert isinstance(cls(), Map)
        assert type(cls()) is cls


def test_different_types_are_different_classes() -> None:
    assert Map[str, int] is not Map[str, float]
    assert Map[int, int] is not Map[int64, int64]
    assert not isinstance(Map[str, int](), Map[str, float])


def test_plain_map_is_object_to_object() -> None:
    assert Map().key_type is object
    assert Map().elem_type is object


@pytest.mark.parametrize("bad", [int, (int,), (int, int, int), ()], ids=str)
def test_wrong_number_of_parameters(bad: Any) -> None:
    with pytest.raises(TypeError):
        Map[bad]


@pytest.mark.parametrize("bad", [(1, int), (int, 1), ("int", "str")], ids=str)
def test_parameters_must_be_types(bad: Any) -> None:
    with pytest.raises(TypeError):
        Map[bad]


def test_class_types_that_nobody_uses_can_be_collected() -> None:
    def make() -> weakref.ref[type]:
        class Local:
            pass

        Map[Local, int]({Local(): 1})
        return weakref.ref(Local)

    ref = make()
    for _ in range(3):
        gc.collect()
    if ref() is not None:
        pytest.skip("parametrised classes are kept with their types")


class Ages(Map[str, int]):
    """A subclass with its own attribute and method."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label = "ages"

    def oldest(self) -> str:
        """The key of the largest element."""
        return max(self, key=self.__getitem__)


def test_subclass_of_a_parametrised_class() -> None:
    ages = Ages({"a": 3, "b": 5}, hint=100)
    assert ages.oldest() == "b"
    assert ages.label == "ages"
    assert isinstance(ages, Map[str, int])
    assert Ages.key_type is str
    with pytest.raises(TypeError):
        ages[1] = 1


def test_subclass_is_kept_by_copy_or_and_pickle() -> None:
    ages = Ages({"a": 3})
    for other in (ages.copy(), ages | {"b": 1}, copy.copy(ages), copy.deepcopy(ages)):
        assert type(other) is Ages
        assert other["a"] == 3
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        other = pickle.loads(pickle.dumps(ages, protocol))
        assert type(other) is Ages
        assert other.to_dict() == {"a": 3}
        assert other.label == "ages"
    assert type(Ages.fromkeys("ab")) is Ages


def test_subclass_of_plain_map() -> None:
    class Anything(Map):
        pass

    m = Anything({1: "a", "b": None})
    assert m[1] == "a"
    assert isinstance(m, Map)
    assert type(m.copy()) is Anything


def test_subclass_may_override_and_call_up() -> None:
    class Loud(Map[str, int]):
        def __getitem__(self, key: str) -> int:
            return super().__getitem__(key) * 10

        def __setitem__(self, key: str, elem: int) -> None:
            super().__setitem__(key, elem + 1)

    loud = Loud()
    loud["a"] = 1
    assert loud["a"] == 20
    assert loud.lookup("a") == (2, True)


def test_map_and_subclass_are_weakly_referenced() -> None:
    for cls in (Map, Map[str, int], Map[int64, float64], Ages):
        m = cls()
        ref = weakref.ref(m)
        assert ref() is m
        del m
        gc.collect()
        assert ref() is None


def test_instances_have_no_stray_attributes() -> None:
    with pytest.raises(AttributeError):
        Map[str, int]().label = 1


def test_types_are_read_only() -> None:
    m = Map[str, int]()
    for attribute in ("key_type", "elem_type", "is_nil"):
        with pytest.raises((AttributeError, TypeError)):
            setattr(m, attribute, int)


def test_every_public_method_has_a_docstring() -> None:
    for name in dir(Map):
        if not name.startswith("_"):
            assert python_inspect.getdoc(getattr(Map, name)), name
    for name in ("Map", "make", "delete", "clear", "NilMapError", "ConcurrentMapError"):
        assert python_inspect.getdoc(getattr(gomap, name)), name


def test_sized_types_are_distinct_names() -> None:
    names = "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex128 bool_"
    types = [getattr(gomap, name) for name in names.split()]
    assert len(set(types)) == 12
    assert [t.__name__ for t in types] == names.split()
    assert interface not in types


def test_version_is_a_string() -> None:
    assert isinstance(gomap.__version__, str)


def test_types_in_annotations() -> None:
    def count(m: Map[str, int]) -> Map[str, int]:
        return m

    hints = typing.get_type_hints(count)
    assert hints["m"] is Map[str, int]


def test_class_repr_of_instances() -> None:
    assert repr(Map[str, int]()) == "Map[str, int]()"
    assert repr(Map[int64, float64]({1: 2.0})) == "Map[int64, float64]({1: 2.0})"
    assert repr(Map()) == "Map()"
    assert repr(Map({1: 2})) == "Map({1: 2})"
    assert repr(Map[Point, list]({Point(1, 2): []})) == "Map[Point, list]({Point(x=1, y=2): []})"


class Shouting(Map[str, int]):  # type: ignore[misc]
    """Shows its keys in capitals."""

    def __iter__(self) -> typing.Iterator[str]:
        return (key.upper() for key in Map.keys(self))

    def keys(self) -> typing.Any:
        return list(self)

    def __getitem__(self, key: str) -> int:
        return Map.__getitem__(self, key.lower()) + 100


@pytest.mark.parametrize("target", [Shouting, Map[str, int], Map], ids=lambda cls: cls.__name__)
def test_update_reads_a_class_with_its_own_iteration_as_dict_does(target: Any) -> None:
    m = target()
    m.update(Shouting({"a": 1}))
    assert Map.to_dict(m) == {"A": 101}


K, V = TypeVar("K"), TypeVar("V")


@pytest.mark.parametrize("base", [Map, sync.Map])
def test_an_alias_filled_in_is_the_class(base: Any) -> None:
    table = base[str, V]
    assert table[int] is base[str, int]
    assert table[int]()["missing"] == 0
    assert base[K, V][int64, int64] is base[int64, int64]
    assert base[K, V][K, int][str] is base[str, int]
    assert table.__parameters__ == (V,)
    assert pickle.loads(pickle.dumps(table)) == copy.deepcopy(table) == table
    assert type(copy.copy(table)) is type(table)
    with pytest.raises(TypeError):
        table[int, int]
    with pytest.raises(TypeError, match="type"):
        table[5]
