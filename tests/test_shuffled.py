"""gomap.shuffled: a live view of a mapping or set in an order of its own each time."""

from __future__ import annotations

import collections
import collections.abc
import os
import weakref
from collections import Counter, OrderedDict, defaultdict
from itertools import permutations
from types import MappingProxyType
from typing import Any

import pytest

import gomap
from gomap import Map, shuffled
from gomap.testing import ShuffledDict
from support.mappings import ABC, DICTS, WRITABLE_MAPPINGS

SOURCES: dict[str, Any] = {
    **WRITABLE_MAPPINGS,
    "mappingproxy": lambda: MappingProxyType(dict(ABC)),
    "view": lambda: shuffled(dict(ABC)),
}
WRITABLE = [name for name in SOURCES if name != "mappingproxy"]
WAYS: dict[str, Any] = {
    "iter": lambda view: "".join(view),
    "reversed": lambda view: "".join(reversed(view)),
    "keys": lambda view: "".join(view.keys()),
    "values": lambda view: "".join("_abc"[value] for value in view.values()),
    "items": lambda view: "".join(key for key, _ in view.items()),
    "dict()": lambda view: "".join(dict(view)),
    "{**}": lambda view: "".join({**view}),
    "f(**)": lambda view: "".join((lambda **entries: list(entries))(**view)),
    "|": lambda view: "".join(dict(view | {})),
    "copy": lambda view: "".join(view.copy()),
}
EVERY = {"".join(order) for order in permutations("abc")}


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest) -> Any:
    return SOURCES[request.param]()


@pytest.fixture(params=WRITABLE)
def writable(request: pytest.FixtureRequest) -> Any:
    return SOURCES[request.param]()


def underneath(view: Any) -> dict[Any, Any]:
    """What C code reads that calls no method of a dict's subclass."""
    return dict(dict.items(view))


def test_package_exports_it() -> None:
    assert gomap.shuffled is shuffled


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SOURCES)
def test_every_order_of_three_keys_appears(name: str, way: str) -> None:
    source = SOURCES[name]()
    if way == "|" and not hasattr(source, "__or__"):
        pytest.skip("the source has no |")
    view = shuffled(source, seed=11)
    assert {WAYS[way](view) for _ in range(100)} == EVERY


def test_orders_are_equally_likely() -> None:
    view = shuffled(dict(ABC), seed=1)
    times = Counter("".join(view) for _ in range(6000))
    squares = sum((count - 1000) ** 2 / 1000 for count in times.values())
    assert squares < 20.5, times  # chi squared, 5 degrees of freedom: one seed in 1,000


def test_popitem_draws_every_entry() -> None:
    assert {shuffled(dict(ABC), seed=seed).popitem() for seed in range(50)} == set(ABC.items())


@pytest.mark.parametrize("way", WAYS)
def test_seed_replays_every_order(source: Any, way: str) -> None:
    if way == "|" and not hasattr(source, "__or__"):
        pytest.skip("the source has no |")

    def look() -> list[str]:
        view = shuffled(source, seed=7)
        return [WAYS[way](view) for _ in range(20)]

    assert look() == look()


def test_seeds_differ_and_are_taken_modulo() -> None:
    looks = {
        seed: tuple("".join(view) for _ in range(20))
        for seed in (0, 1, 2**64, 2**64 - 1, -1)
        for view in [shuffled(ABC, seed=seed)]
    }
    assert looks[0] == looks[2**64] != looks[1]
    assert looks[-1] == looks[2**64 - 1]


@pytest.mark.parametrize("seed", ["7", 7.0, [], b"7"])
def test_seed_that_is_no_int_is_refused(seed: Any) -> None:
    with pytest.raises(TypeError, match="seed must be an int or None, not "):
        shuffled({}, seed=seed)


@pytest.mark.parametrize("thing", [None, 5, "abc", [("a", 1)], (1, 2), iter({}), object, dict])
def test_what_is_no_mapping_or_set_is_refused(thing: Any) -> None:
    with pytest.raises(TypeError, match=r"shuffled\(\) takes a mapping or a set, not "):
        shuffled(thing)


def test_reads_pass_through(source: Any) -> None:
    view = shuffled(source)
    assert len(view) == 3
    assert view["a"] == 1
    assert "b" in view
    assert "z" not in view
    assert view.get("c") == 3
    assert view.get("z") is None
    assert view.get("z", 9) == 9
    assert bool(view) is True
    assert ("a", 1) in view.items()
    assert ("a", 2) not in view.items()
    assert ("z", 1) not in view.items()
    assert 2 in view.values()
    assert view.keys() & {"a", "z"} == {"a"}
    assert view.keys() == {"a", "b", "c"}
    assert view.items() >= {("a", 1)}
    assert len(view.items()) == len(view.keys()) == len(view.values()) == 3
    assert view.keys().mapping is view


def test_absent_keys_fail_as_in_the_source() -> None:
    for kind in ("dict", "OrderedDict", "ChainMap", "mappingproxy"):
        with pytest.raises(KeyError):
            shuffled(SOURCES[kind]())["z"]
    assert shuffled(Map[str, int]())["z"] == 0
    assert shuffled(Counter())["z"] == 0
    with pytest.raises(TypeError, match="unhashable"):
        shuffled({})[[]]


def test_writes_pass_through_and_are_seen_underneath(writable: Any) -> None:
    view = shuffled(writable)
    view["d"] = 4
    view["a"] = 10
    del view["b"]
    assert view.pop("c") == 3
    assert view.pop("c", "gone") == "gone"
    assert view.setdefault("e", 5) == 5
    assert view.setdefault("e", 6) == 5
    expected = {"a": 10, "d": 4, "e": 5}
    assert dict(view) == dict(writable) == expected
    view.update({"f": 6}, g=7)
    view.update([("f", 8)]) if not isinstance(writable, Counter) else None
    view |= {"h": 9}
    assert dict(writable) == dict(view)
    assert {"f", "g", "h"} <= set(writable)
    if isinstance(view, dict):
        assert underneath(view) == dict(writable)
    view.clear()
    assert len(writable) == len(view) == 0
    assert list(view) == []
    if isinstance(view, dict):
        assert underneath(view) == {}
    with pytest.raises(KeyError):
        view.popitem()


def test_changes_behind_the_view_are_seen(writable: Any) -> None:
    view = shuffled(writable)
    writable["d"] = 4
    assert view["d"] == 4
    assert len(view) == 4
    assert sorted(view) == ["a", "b", "c", "d"]
    if isinstance(view, dict):
        assert underneath(view) == dict(writable)


def test_views_that_cannot_be_written_have_no_way_to() -> None:
    view: Any = shuffled(MappingProxyType({"a": 1}))
    assert not isinstance(view, collections.abc.MutableMapping)
    with pytest.raises(TypeError):
        view["b"] = 1
    assert not hasattr(view, "pop")
    assert not hasattr(shuffled(frozenset()), "add")


@pytest.mark.parametrize("name", SOURCES)
def test_equality_is_the_source_s(name: str) -> None:
    source = SOURCES[name]()
    view = shuffled(source)
    assert view == source
    assert source == view
    assert view == ABC
    assert ABC == view
    assert view == shuffled(dict(ABC))
    assert view != {"a": 1}
    assert view != 5
    with pytest.raises(TypeError, match="unhashable"):
        hash(view)


def test_joining_gives_shuffled_views_of_new_mappings() -> None:
    source = dict(ABC)
    joined = shuffled(source, seed=1) | {"d": 4}
    other = {"d": 4} | shuffled(source, seed=1)
    assert joined == other == {**ABC, "d": 4}
    assert len({"".join(joined) for _ in range(40)}) > 10
    assert source == ABC
    with pytest.raises(TypeError):
        shuffled(source) | 5
    with pytest.raises(TypeError):
        [] | shuffled(source)


def test_missing_keys_of_a_defaultdict_are_made_in_it() -> None:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    view = shuffled(groups)
    view["x"].append(1)
    view["x"].append(2)
    assert groups == {"x": [1, 2]}
    assert underneath(view) == {"x": [1, 2]}
    assert view.default_factory is list
    assert ("y", []) not in view.items()
    assert view.get("y") is None
    assert list(groups) == ["x"]
    view.default_factory = None
    with pytest.raises(KeyError):
        view["y"]


def test_iterating_a_defaultdict_makes_nothing() -> None:
    groups = defaultdict(list, ABC)
    for key in shuffled(groups).keys():
        groups.pop(key)
        break
    view = shuffled(groups)
    assert len(list(view.items())) == len(groups) == 2


def test_methods_that_only_the_source_has_work_and_are_seen() -> None:
    counts = Counter("aab")
    view: Any = shuffled(counts)
    view.subtract({"a": 1})
    assert counts["a"] == 1
    assert underneath(view) == {"a": 1, "b": 1}
    ordered = OrderedDict(ABC)
    held: Any = shuffled(ordered)
    held.move_to_end("a")
    assert held.popitem(last=False) == ("b", 2)
    assert list(ordered) == ["c", "a"]
    assert shuffled(Map[str, int](ABC)).lookup("a") == (1, True)
    with pytest.raises(AttributeError, match="no_such"):
        view.no_such
    with pytest.raises(AttributeError, match="_private"):
        view._private


def test_subclass_that_changes_keys_is_followed() -> None:
    class Lower(dict):  # type: ignore[type-arg]
        def __setitem__(self, key: str, value: int) -> None:
            super().__setitem__(key.lower(), value)

    view = shuffled(Lower())
    view["A"] = 1
    assert underneath(view) == {"a": 1}
    assert list(view) == ["a"]


@pytest.mark.parametrize("name", DICTS)
def test_dict_that_changes_size_stops_its_iteration(name: str) -> None:
    source = SOURCES[name]()
    view = shuffled(source, seed=1)
    for way in (
        iter,
        lambda v: iter(v.keys()),
        lambda v: iter(v.items()),
        lambda v: iter(v.values()),
    ):
        for change in (lambda: source.popitem(), lambda: view.__setitem__(object(), 1)):
            walk = way(view)
            next(walk)
            change()
            with pytest.raises(RuntimeError, match="changed size during iteration"):
                next(walk)
            view.update(ABC)
    last = shuffled({"a": 1})
    walk = iter(last)
    next(walk)
    last["b"] = 2
    with pytest.raises(RuntimeError, match="changed size"):
        next(walk)


def test_map_may_change_while_its_view_is_iterated() -> None:
    for seed in range(50):
        m = Map[int, int]({k: k for k in range(20)}, seed=seed)
        view, seen = shuffled(m, seed=seed), []
        for key, value in view.items():
            assert value == m[key]
            seen.append(key)
            del m[(key + 1) % 20]
            m[(key + 2) % 20] += 100 * ((key + 2) % 20 in m)
            m[100 + key] = 1
        assert len(seen) == len(set(seen))
        assert all(key in m for key in seen[-1:])
        assert not any(k > 99 for k in seen)


def test_deleted_entries_are_not_produced_and_elements_are_current() -> None:
    source = dict(ABC)
    walk = iter(shuffled(source, seed=3).items())
    first, _ = next(walk)
    one, other = [key for key in "abc" if key != first]
    del source[one]
    source["new"] = 0
    source[other] = 99
    assert list(walk) == [(other, 99)]


def test_nan_keys_of_a_map_are_produced() -> None:
    nan = float("nan")
    m = Map[float, str]()
    m[nan], m[nan], m[1.0] = "x", "y", "z"
    view = shuffled(m, seed=1)
    assert sorted(view.values()) == ["x", "y", "z"]
    walk = iter(view)
    next(walk)
    m.clear()
    assert list(walk) == []


def test_view_of_a_dict_is_a_dict_and_of_another_mapping_is_none() -> None:
    for name in SOURCES:
        view = shuffled(SOURCES[name]())
        assert isinstance(view, dict) == (name in (*DICTS, "view")), name
        assert isinstance(view, collections.abc.Mapping)
        assert isinstance(view, collections.abc.MutableMapping) == (name != "mappingproxy")
    assert not isinstance(shuffled(OrderedDict()), OrderedDict)


def test_view_of_a_view_is_of_its_source() -> None:
    source = dict(ABC)
    view = shuffled(shuffled(source))
    view["d"] = 4
    assert source["d"] == 4
    assert shuffled(shuffled({1})) == {1}


def test_repr_is_the_dict_s_own_in_a_drawn_order() -> None:
    view = shuffled({"a": 1, "b": 2}, seed=1)
    assert {repr(view) for _ in range(30)} == {"{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"}
    assert repr(shuffled(defaultdict(list))) == "defaultdict(<class 'list'>, {})"
    assert repr(shuffled(OrderedDict(a=1))) == f"shuffled({OrderedDict(a=1)!r})"
    assert repr(shuffled(Map[str, int]({"a": 1}))) == "shuffled(Map[str, int]({'a': 1}))"
    assert repr(shuffled({1: 2}).keys()) == "shuffled_keys([1])"
    assert repr(shuffled({1: 2}).values()) == "shuffled_values([2])"
    assert repr(shuffled({1: 2}).items()) == "shuffled_items([(1, 2)])"


def test_class_is_called_as_dict() -> None:
    made = ShuffledDict([("a", 1)], b=2)
    assert made == {"a": 1, "b": 2}
    assert ShuffledDict() == {}
    assert ShuffledDict.fromkeys("ab", 0) == {"a": 0, "b": 0}
    assert type(made)((key, value + 1) for key, value in made.items()) == {"a": 2, "b": 3}


def test_patterns_and_weak_references_work() -> None:
    view = shuffled(dict(ABC))
    match view:
        case {"a": 1, **rest}:
            assert rest == {"b": 2, "c": 3}
        case _:
            pytest.fail("no match")
    assert weakref.ref(view)() is view


def test_environment_is_written_through_and_copied_apart() -> None:
    view = shuffled(os.environ)
    assert sorted(view) == sorted(os.environ)
    view["GOMAP_TEST_SHUFFLED"] = "1"
    try:
        assert os.environ["GOMAP_TEST_SHUFFLED"] == "1"
        apart = view.copy()
        apart["GOMAP_TEST_SHUFFLED"] = "2"
        assert os.environ["GOMAP_TEST_SHUFFLED"] == "1"
    finally:
        del view["GOMAP_TEST_SHUFFLED"]
    assert "GOMAP_TEST_SHUFFLED" not in os.environ


def test_global_generator_is_left_alone() -> None:
    import random

    state = random.getstate()
    view = shuffled(dict(ABC))
    assert sorted(view) == ["a", "b", "c"]
    assert random.getstate() == state
