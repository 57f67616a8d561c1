"""Pickling and copying: every protocol, every type, what is kept and what is not."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from gomap import Map, float64, inspect, int64, sync
from support.inside import assert_valid
from support.kinds import KEYS, Kind

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def through(m: Any, protocol: int) -> Any:
    other = pickle.loads(pickle.dumps(m, protocol))
    assert type(other) is type(m)
    assert_valid(other)
    return other


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("kind", KEYS, ids=lambda kind: kind.name)
def test_contents_survive_pickling(kind: Kind, protocol: int) -> None:
    values = SAMPLES[kind.name]
    m = Map[kind.type, int]({value: n for n, value in enumerate(values)})
    assert through(m, protocol) == m
    elems = Map[int, kind.type](dict(enumerate(values)))
    assert through(elems, protocol) == elems


def _samples(kind: Kind) -> list[Any]:
    from support.kinds import Frozen, Point

    given: dict[str, list[Any]] = {
        "str": ["", "a", "é🙂"],
        "bytes": [b"", b"a"],
        "bool": [True, False],
        "bool_": [True, False],
        "object": [1, "a", None, (1, 2)],
        "interface": [1, 1.0, True, "1"],
        "Point": [Point(1, 2), Point(2, 1)],
        "Frozen": [Frozen("a", 1), Frozen("b")],
        "tuple": [(), (1, "a")],
        "frozenset": [frozenset(), frozenset([1])],
        "complex": [0j, 1 + 2j],
        "complex128": [0j, 1 + 2j],
        "float": [0.5, float("inf")],
        "float32": [0.5, float("inf")],
        "float64": [0.5, float("inf")],
    }
    return given.get(kind.name, [0, 1, 100])


SAMPLES = {kind.name: _samples(kind) for kind in KEYS}


@pytest.mark.large
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_large_and_empty_maps(protocol: int) -> None:
    for size in (0, 1, 8, 9, 5000):
        m = Map[int64, float64]({n: n / 2 for n in range(size)})
        assert through(m, protocol) == m


@pytest.mark.parametrize("types", [(float, int), (float64, int64), (object, int)], ids=str)
def test_nan_entries_are_pickled_each(types: Any) -> None:
    m = Map[types]()
    for n in range(20):
        m[float("nan")] = n
    other = through(m, 4)
    assert len(other) == 20
    assert sorted(other.values()) == list(range(20))
    assert all(key != key for key in other)


def test_fixed_seed_is_kept_and_hash0_is_not() -> None:
    fixed = Map[int, int]({1: 1}, seed=7)
    assert inspect.hmap(through(fixed, 4)).hash0 == inspect.hmap(fixed).hash0
    free = Map[int, int]({1: 1})
    assert inspect.hmap(through(free, 4)).hash0 != inspect.hmap(free).hash0


def test_zero_is_kept() -> None:
    assert through(Map[str, int](zero=5), 4)["absent"] == 5
    assert through(Map[str, list](zero=[1]), 4)["absent"] == [1]


def test_a_map_inside_itself() -> None:
    m = Map[str, object]({"n": 1})
    m["self"] = m
    for protocol in PROTOCOLS:
        other = pickle.loads(pickle.dumps(m, protocol))
        assert other["self"] is other
        assert other["n"] == 1
    deep = copy.deepcopy(m)
    assert deep["self"] is deep
    assert deep is not m


def test_deepcopy_copies_elements() -> None:
    m = Map[str, list]({"a": [1]})
    deep, shallow = copy.deepcopy(m), copy.copy(m)
    m["a"].append(2)
    assert deep["a"] == [1]
    assert shallow["a"] == [1, 2]
    assert type(deep) is type(shallow) is Map[str, list]


def test_pickling_a_growing_map_leaves_it_as_it_is() -> None:
    m = Map[int, int]({n: n for n in range(53)})
    before = inspect.hmap(m)
    assert through(m, 4) == m
    assert inspect.hmap(m).nevacuate == before.nevacuate
    assert inspect.hmap(m).flags == before.flags


def test_parametrised_classes_pickle_by_reference() -> None:
    for protocol in PROTOCOLS:
        for cls in (Map, Map[str, int], Map[int64, float64], Map[object, list]):
            assert pickle.loads(pickle.dumps(cls, protocol)) is cls


NESTED: list[Any] = [
    Map[str, Map[str, Map[str, int]]](),
    Map[str, Map[Decimal, int]]({"a": Map[Decimal, int]({Decimal(1): 2})}),
    Map[str, Map[str, list[int]]](),
    Map[str, Map[tuple[int, int], int | None]](),
    Map[str, sync.Map[str, int]](),
    Map[int64, Map[int64, int64]]({1: Map[int64, int64]({2: 3})}),
    sync.Map[str, sync.Map[str, sync.Map[str, int]]](),
    sync.Map[str, Map[str, list[int]]](),
    Map[str, list[int]],
    Map[str, dict[str, tuple[int, str]]],
]
SHOWN = """
import pickle, sys
for data in pickle.load(sys.stdin.buffer):
    found = pickle.loads(data)
    cls = found if isinstance(found, type) else type(found)
    print(cls.__module__, cls, cls.elem_type.__module__)
"""


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_maps_of_maps_load_in_another_process(protocol: int) -> None:
    data = pickle.dumps([pickle.dumps(m, protocol) for m in NESTED])
    command = [sys.executable, "-P", "-c", SHOWN]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    classes = [m if isinstance(m, type) else type(m) for m in NESTED]
    shown = [f"{cls.__module__} {cls} {cls.elem_type.__module__}" for cls in classes]
    assert done.stdout.decode().splitlines() == shown


class Own(Map):
    """A class to be parametrised."""


TWINS = [type("Twin", (), {"__module__": __name__}) for _ in range(2)]


def test_classes_of_one_name_are_told_apart_within_maps_of_maps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for cls in TWINS:
        monkeypatch.setitem(globals(), "Twin", cls)
        m = Map[str, Map[cls, int]]()
        assert type(pickle.loads(pickle.dumps(m))) is type(m)
    assert type(through(Map[str, Own[str, int]](), 4)) is Map[str, Own[str, int]]


class Slotted(Map[str, int]):
    __slots__ = ("note",)


class Both(Slotted):
    """With __slots__ and a __dict__."""


class Stateful(Map[str, int]):
    def __getstate__(self) -> Any:
        return "told"

    def __setstate__(self, state: Any) -> None:
        self.state = state


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, lambda m: through(m, 4)])
def test_attributes_go_along_wherever_they_are_kept(make: Any) -> None:
    slotted = Slotted({"a": 1})
    assert not hasattr(make(slotted), "note")
    slotted.note = 5
    assert make(slotted).note == 5
    both = Both({"a": 1})
    both.note, both.other = 6, 7
    assert (make(both).note, make(both).other) == (6, 7)
    own = Own[str, int]({"a": 1})
    own.other = 8
    assert make(own).other == 8
    assert make(Stateful({"a": 1})).state == "told"
    assert make(both) == both
