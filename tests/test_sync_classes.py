"""sync.Map as a class and as a mapping: parameters, subclasses, pickles, docstrings."""

from __future__ import annotations

import copy
import doctest
import gc
import inspect
import pickle
import subprocess
import sys
import threading
import typing
import weakref
from collections.abc import Mapping, MutableMapping
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

import gomap
from gomap import Map, float64, int64, interface, sync

GO_CALLS = (
    *("load", "store", "load_or_store", "load_and_delete", "delete", "swap"),
    *("compare_and_swap", "compare_and_delete", "range", "clear"),
)
CLASSES: list[Any] = [sync.Map, sync.Map[str, int], sync.Map[object, object]]


# ---- classes ----------------------------------------------------------------------------


def test_parametrised_class_is_cached_and_knows_its_types() -> None:
    cls = sync.Map[str, int64]
    assert cls is sync.Map[str, int64]
    assert cls is not sync.Map[str, int]
    assert (cls.key_type, cls.elem_type) == (str, int64)  # type: ignore[attr-defined]
    assert isinstance(cls(), sync.Map)
    assert type(cls()) is cls
    assert not isinstance(sync.Map(), cls)
    assert (sync.Map.key_type, sync.Map.elem_type) == (object, object)
    assert sync.Map[str, Any] is sync.Map[str, object]


def test_class_is_made_once_by_many_threads() -> None:
    class Key:
        pass

    barrier, made = threading.Barrier(8), []

    def make() -> None:
        barrier.wait(30)
        made.append(sync.Map[Key, Key])

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(made) == {sync.Map[Key, Key]}
    assert len(made) == 8


@pytest.mark.parametrize(
    "bad", [int, (int,), (int, int, int), (), (1, int), ("int", "str")], ids=str
)
def test_wrong_parameters_are_type_errors(bad: Any) -> None:
    with pytest.raises(TypeError):
        sync.Map[bad]


def test_unhashable_key_types_and_second_types_are_type_errors() -> None:
    with pytest.raises(TypeError, match="unhashable key type: list"):
        sync.Map[list, int]
    with pytest.raises(TypeError, match="has its types already"):
        sync.Map[str, int][str, int]  # type: ignore[misc]


K = TypeVar("K")


def test_a_type_variable_leaves_the_class_open() -> None:
    class Ages(sync.Map[K, int]):
        pass

    assert Ages({"a": 1})["a"] == 1
    assert Ages[str, int]({"a": 1}).load("a") == (1, True)  # type: ignore[misc]


class Sessions(sync.Map[str, int]):
    """A subclass with its own attribute and a call of its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label = "sessions"

    def load(self, key: str, /) -> tuple[int, bool]:
        value, ok = super().load(key)
        return value * 10, ok


class Mixin:
    def get(self, key: Any, default: Any = None) -> Any:
        return "mixed in"


class Mixed(Mixin, sync.Map):  # type: ignore[misc, type-arg]
    pass


class Derived(Mixed):
    pass


def test_a_subclass_may_override_any_call() -> None:
    m = Sessions({"a": 1})
    assert m.load("a") == (10, True)
    assert m.get("a") == 1
    assert sync.Map.load(m, "a") == (1, True)
    for cls in (Mixed, Derived):
        assert cls({"a": 1}).get("a") == "mixed in"
        assert cls({"a": 1}).load("a") == (1, True)


def test_a_subclass_that_forgets_init_still_works() -> None:
    class Forgetful(sync.Map):  # type: ignore[type-arg]
        def __init__(self) -> None:
            pass

    m = Forgetful()
    m.store("a", 1)
    assert m.load("a") == (1, True)


def test_subclass_of_a_subclass_with_types_of_its_own() -> None:
    class Cache(sync.Map):  # type: ignore[type-arg]
        pass

    cls: Any = Cache[str, int]  # type: ignore[misc]
    assert cls is Cache[str, int]  # type: ignore[misc]
    assert cls is not sync.Map[str, int]
    assert isinstance(cls(), Cache)
    assert repr(cls({"a": 1})) == "Cache[str, int]({'a': 1})"


@pytest.mark.parametrize("cls", CLASSES, ids=str)
def test_maps_are_weakly_referenced_and_freed_without_the_collector(cls: Any) -> None:
    m = cls({"a": 1})
    ref = weakref.ref(m)
    del m
    assert ref() is None


def test_a_cycle_through_a_map_is_collected() -> None:
    m: Any = sync.Map()
    m.store("self", m)
    m.store("method", m.load)
    ref = weakref.ref(m)
    del m
    gc.collect()
    assert ref() is None


def test_a_notebook_shows_the_map_within_in_bounded_text() -> None:
    texts: list[str] = []
    printer = SimpleNamespace(text=texts.append)
    for n in (2, 5000):
        m = sync.Map[int, int]((k, k) for k in range(n))
        m._repr_pretty_(printer, False)
        assert m._repr_html_().startswith('<div class="gomap">')
        assert f"{n:,} entries" in m._repr_html_()
    assert texts == ["sync.Map[int, int]({0: 0, 1: 1})", "sync.Map[int, int] of 5,000 entries"]


def test_repr_names_the_class_and_survives_recursion() -> None:
    assert repr(sync.Map()) == "sync.Map()"
    assert repr(sync.Map[str, int]({"b": 1, "a": 2})) == "sync.Map[str, int]({'a': 2, 'b': 1})"
    assert repr(Sessions({"a": 1})) == "Sessions({'a': 1})"
    m: Any = sync.Map()
    m.store("self", m)
    assert repr(m) == "sync.Map({'self': sync.Map({...})})"


def test_size_includes_the_map_within() -> None:
    assert sys.getsizeof(sync.Map(hint=10_000)) > 50_000 + sys.getsizeof(sync.Map())


def test_types_in_annotations() -> None:
    def count(m: sync.Map[str, int]) -> None: ...

    assert typing.get_type_hints(count)["m"] is sync.Map[str, int]


# ---- a Python mapping -------------------------------------------------------------------


def test_it_is_a_mutable_mapping_with_the_meanings_of_gomap_map() -> None:
    m = sync.Map[str, int]({"a": 1})
    assert isinstance(m, MutableMapping)
    assert m["b"] == 0
    assert "b" not in m
    m["b"] = 2
    del m["absent"]
    assert (m.get("c"), m.get("c", 5), m.pop("c", None), m.setdefault("d")) == (None, 5, None, 0)
    assert m.add("b", 3) == 5
    assert sorted(m) == sorted(m.keys()) == ["a", "b", "d"]
    assert sorted(m.values()) == [0, 1, 5]
    assert set(m.items()) == {("a", 1), ("b", 5), ("d", 0)}
    assert m.pop("a") == 1
    assert m.popitem()[0] in {"b", "d"}
    assert bool(m)
    m.clear()
    assert not m
    for call in (lambda: m.pop("a"), m.popitem):
        with pytest.raises(KeyError):
            call()
    match {"map": sync.Map({"x": 1})}:
        case {"map": {"x": 1}}:
            pass
        case _:
            pytest.fail("no mapping pattern")


def test_equality_is_that_of_mappings() -> None:
    m = sync.Map[str, int]({"a": 1})
    assert m == {"a": 1} == m
    assert m == sync.Map({"a": 1})
    assert m == Map({"a": 1}) == m
    assert m != {"a": 2}
    assert m != sync.Map({"b": 1})
    assert m != {"b": 0}, "an absent key is not its zero value"
    assert m != 1
    with pytest.raises(TypeError):
        hash(m)


def test_union_and_update_take_what_gomap_map_takes() -> None:
    m = sync.Map[str, int]({"a": 1})
    both = m | {"b": 2}
    assert type(both) is type(m)
    assert both == {"a": 1, "b": 2}
    assert ({"a": 5, "b": 2} | m) == {"a": 1, "b": 2}
    m |= [("c", 3)]  # type: ignore[misc]
    m.update(sync.Map({"d": 4}), e=5)
    m.update(Map({"f": 6}))
    m.update(iter([("g", 7)]))
    assert m.to_dict() == dict(zip("acdefg", (1, 3, 4, 5, 6, 7), strict=True))
    with pytest.raises(TypeError):
        m | 1  # type: ignore[operator]
    with pytest.raises(TypeError):
        1 | m  # type: ignore[operator]


class Shouting(sync.Map):  # type: ignore[type-arg]
    """Shows its keys in capitals."""

    def keys(self) -> Any:
        return [key.upper() for key in super().keys()]

    def __getitem__(self, key: str, /) -> Any:
        return super().__getitem__(key.lower()) + 100


def test_update_reads_a_subclass_by_its_own_methods() -> None:
    m = sync.Map[str, int]()
    m.update(Shouting({"a": 1}))
    assert m.to_dict() == {"A": 101}


def test_fromkeys_takes_the_zero_value_or_one_for_all() -> None:
    assert sync.Map[str, int].fromkeys("ab") == {"a": 0, "b": 0}
    assert type(Sessions.fromkeys("ab", 3)) is Sessions
    assert Sessions.fromkeys("ab", 3) == {"a": 3, "b": 3}


def test_it_may_change_while_it_is_iterated() -> None:
    m = sync.Map[int, int]({n: n for n in range(100)})
    for key in m:
        del m[key]
        m[key + 1000] = 0
        if len(m.keys() & set(range(100))) == 0:
            break
    assert not m.keys() & set(range(100))


def test_views_give_no_way_round_the_lock() -> None:
    m = sync.Map[str, int]({"a": 1})
    for view in (m.keys(), m.values(), m.items()):
        with pytest.raises(TypeError):
            view.mapping["a"] = 2  # type: ignore[attr-defined]


# ---- pickling and copying ---------------------------------------------------------------

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
SAMPLES: list[Any] = [
    sync.Map(),
    sync.Map({"a": 1, 2: [3]}),
    sync.Map[str, int]({"a": 1}, seed=7, zero=5),
    sync.Map[int64, float64]({n: n / 2 for n in range(1000)}),
    sync.Map[interface, list]({1: [1], 2.0: [2]}),
    Sessions({"a": 1}),
]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("m", SAMPLES, ids=lambda m: type(m).__name__)
def test_contents_class_and_options_survive_pickling(m: Any, protocol: int) -> None:
    other = pickle.loads(pickle.dumps(m, protocol))
    assert type(other) is type(m)
    assert other == m
    if m.key_type is str:
        assert other["absent"] == m["absent"]
    assert other.popitem()[0] in m if len(m) else True
    assert getattr(other, "label", None) == getattr(m, "label", None)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_classes_pickle_by_reference(protocol: int) -> None:
    for cls in (sync.Map, sync.Map[str, int], sync.Map[int64, float64], Sessions):
        assert pickle.loads(pickle.dumps(cls, protocol)) is cls
    with pytest.raises(AttributeError, match=r"no attribute 'Map\[str, none\]'"):
        getattr(sync, "Map[str, none]")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        sync.nothing


def test_a_pickle_is_read_by_a_process_that_knows_no_such_class() -> None:
    data = pickle.dumps((sync.Map[str, float]({"a": 1.5}), sync.Map[bytes, int]))
    script = f"import pickle; m, cls = pickle.loads({data!r}); print(repr(m), cls)"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == (
        "sync.Map[str, float]({'a': 1.5}) <class 'gomap.sync.Map[bytes, int]'>"
    ), done.stderr


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_map_inside_itself(protocol: int) -> None:
    m: Any = sync.Map({"n": 1})
    m["self"] = m
    for other in (pickle.loads(pickle.dumps(m, protocol)), copy.deepcopy(m)):
        assert other["self"] is other is not m
        assert other["n"] == 1


def test_copies_are_maps_of_their_own() -> None:
    m = Sessions({"a": 1}, seed=7, zero=3)
    for other in (m.copy(), copy.copy(m), copy.deepcopy(m)):
        assert type(other) is Sessions
        other.store("b", 2)
        assert other.load("b") == (20, True)
        assert other["absent"] == 3
    assert m.to_dict() == {"a": 1}
    assert copy.deepcopy(m).label == "sessions"
    elements: Any = sync.Map[str, list]({"a": []})
    assert copy.copy(elements)["a"] is elements["a"]
    assert copy.deepcopy(elements)["a"] is not elements["a"]


def test_slots_of_a_subclass_are_pickled() -> None:
    m = Slotted({"a": 1})
    m.mark = "x"
    other = pickle.loads(pickle.dumps(m))
    assert (other.mark, other.to_dict()) == ("x", {"a": 1})


class Slotted(sync.Map):  # type: ignore[type-arg]
    __slots__ = ("mark",)


def test_pickling_while_another_thread_holds_the_lock() -> None:
    """A snapshot is a read."""
    m = sync.Map[str, int]({"a": 1})
    with m._lock:
        done: list[Any] = []
        thread = threading.Thread(target=lambda: done.extend([pickle.dumps(m), m.copy(), m["a"]]))
        thread.start()
        thread.join(30)
        assert len(done) == 3, "a read waits for the lock"


# ---- documentation ----------------------------------------------------------------------


def public() -> list[str]:
    own = [cls for cls in sync.Map.__mro__ if cls.__module__.startswith("gomap.sync")]
    return sorted({name for cls in own for name in vars(cls) if not name.startswith("_")})


@pytest.mark.parametrize("name", sorted({*public()} - {"key_type", "elem_type"}))
def test_every_method_has_a_signature_and_an_example_that_runs(name: str) -> None:
    method = getattr(sync.Map, name)
    doc = inspect.getdoc(method) or ""
    assert doc.startswith(f"{name}("), "the first line is the signature"
    assert inspect.signature(method) is not None
    tests = doctest.DocTestFinder().find(method, name, module=False, globs={})
    results = doctest.DocTestRunner().run(tests[0])
    assert results.attempted > 0
    assert results.failed == 0


def test_every_call_of_the_specification_is_there() -> None:
    assert {*GO_CALLS} <= {*public()}
    assert sync.Map.__module__ == "gomap.sync"
    assert issubclass(sync.Map, Mapping)
    assert gomap.sync is sync
