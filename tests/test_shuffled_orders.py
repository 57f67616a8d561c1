"""gomap.shuffled: sets, copies, C code that is given a view, and the orders of a test."""

from __future__ import annotations

import collections
import collections.abc
import copy
import json
import os
import pickle
import subprocess
import sys
from collections import OrderedDict, defaultdict
from itertools import permutations
from typing import Any

import pytest

from gomap import shuffled
from gomap.testing import Order, ShuffledDict
from gomap.testing.stand_ins import stand_in
from gomap.testing.streams import Orders, using
from support.mappings import ABC, DICTS, WRITABLE_MAPPINGS

EVERY = {"".join(order) for order in permutations("abc")}


@pytest.fixture(params=WRITABLE_MAPPINGS)
def writable(request: pytest.FixtureRequest) -> Any:
    return WRITABLE_MAPPINGS[request.param]()


def underneath(view: Any) -> dict[Any, Any]:
    """What C code reads that calls no method of a dict's subclass."""
    return dict(dict.items(view))


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", DICTS)
def test_json_writes_all_members_in_new_orders(name: str, indent: int | None) -> None:
    view = shuffled(WRITABLE_MAPPINGS[name](), seed=2)
    texts = {json.dumps(view, indent=indent) for _ in range(100)}
    assert len(texts) == 6
    assert all(json.loads(text) == ABC for text in texts)
    assert len({json.dumps(view, sort_keys=True) for _ in range(10)}) == 1
    assert json.dumps(shuffled({})) == "{}"


def test_json_of_a_dict_filled_behind_its_view() -> None:
    source: dict[str, int] = {}
    view = shuffled(source)
    source["a"] = 1
    assert len(view) == 1  # json's C encoder asks the table inside whether it is empty
    assert json.dumps(view) == '{"a": 1}'


def test_what_reads_the_table_inside_sees_every_entry_in_a_drawn_order() -> None:
    orders = {"".join(underneath(shuffled(dict(ABC), seed=seed))) for seed in range(60)}
    assert orders == EVERY


def test_orjson_sees_every_entry() -> None:
    orjson = pytest.importorskip("orjson", reason="orjson is not installed")
    view = shuffled(dict(ABC), seed=1)
    view["d"] = 4
    texts = set()
    for _ in range(60):
        list(view)  # draws the next order
        texts.add(orjson.dumps(view))
    assert len(texts) > 10
    assert all(json.loads(text) == {**ABC, "d": 4} for text in texts)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("name", [*DICTS, "Map", "ChainMap", "UserDict"])
def test_pickle_keeps_source_and_seed(name: str, protocol: int) -> None:
    source = WRITABLE_MAPPINGS[name]()
    view = shuffled(source, seed=5)
    again = pickle.loads(pickle.dumps(view, protocol))
    assert type(again) is type(view)
    assert again == source
    fresh = shuffled(source, seed=5)
    assert [list(again) for _ in range(9)] == [list(fresh) for _ in range(9)]
    again["z"] = 26
    assert "z" not in source


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda view: view.copy()])
def test_copies_are_apart(writable: Any, copied: Any) -> None:
    if copied is copy.copy and isinstance(writable, collections.ChainMap):
        pytest.skip("a copy of a ChainMap shares all but the first map")
    view = shuffled(writable)
    other = copied(view)
    assert other == view
    assert isinstance(other, dict) == isinstance(view, dict)
    other["z"] = 26
    assert "z" not in writable
    assert len({"".join(other) for _ in range(30)}) > 1


def test_deepcopy_and_pickle_of_a_view_within_itself() -> None:
    source: dict[str, Any] = {"a": 1}
    view = shuffled(source)
    view["me"] = view
    for again in (copy.deepcopy(view), pickle.loads(pickle.dumps(view))):
        assert again["me"] is again
        assert again["a"] == 1
        assert again is not view
    assert repr(view) in ("{'a': 1, 'me': {...}}", "{'me': {...}, 'a': 1}")


# Sets


@pytest.mark.parametrize("kind", [set, frozenset])
def test_every_order_of_a_set_appears(kind: Any) -> None:
    view = shuffled(kind("abc"), seed=1)
    assert {"".join(view) for _ in range(100)} == EVERY
    assert view == kind("abc") == view
    assert isinstance(view, collections.abc.Set)


def test_sets_are_read_and_written_through() -> None:
    source = {1, 2, 3}
    view: Any = shuffled(source)
    view.add(4)
    view.discard(9)
    view.remove(1)
    with pytest.raises(KeyError):
        view.remove(1)
    view |= {5}
    view.update([6])
    assert source == {2, 3, 4, 5, 6}
    assert view.union([7]) == {2, 3, 4, 5, 6, 7}
    assert view & {2, 9} == {2}
    assert {2, 9} - view == {9}
    assert view <= {*range(9)}
    assert view.pop() not in source
    assert len(view) == 4
    assert view.isdisjoint([99])
    view.clear()
    assert source == set()
    with pytest.raises(KeyError):
        view.pop()
    assert {shuffled({1, 2, 3}, seed=seed).pop() for seed in range(40)} == {1, 2, 3}


def test_set_that_changes_size_stops_its_iteration() -> None:
    source = {1, 2, 3}
    walk = iter(shuffled(source))
    next(walk)
    source.add(4)
    with pytest.raises(RuntimeError, match="Set changed size during iteration"):
        next(walk)


def test_sets_are_copied_and_pickled() -> None:
    view: Any = shuffled({1, 2}, seed=1)
    for again in (
        copy.copy(view),
        copy.deepcopy(view),
        view.copy(),
        pickle.loads(pickle.dumps(view)),
    ):
        again.add(3)
        assert again == {1, 2, 3}
        assert type(again) is type(view)
    assert view == {1, 2}
    assert repr(view) == "shuffled({1, 2})"


def test_seed_replays_whatever_the_hashes_are() -> None:
    code = (
        "from gomap import Map, shuffled\n"
        "words = 'the cat sat on a mat and ate it'.split()\n"
        "for source in (set(words), frozenset(words), Map[str, int].fromkeys(words, 1)):\n"
        "    print(*shuffled(source, seed=3))\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hashes},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hashes in ("1", "2")
    }
    assert len(printed) == 1


def test_import_brings_neither_pytest_nor_shuffling() -> None:
    code = (
        "import sys, gomap\n"
        "assert 'gomap.testing' not in sys.modules\n"
        "gomap.shuffled({})\n"
        "assert 'gomap.testing' in sys.modules and 'pytest' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Orders: streams, and what a test holds


def test_views_without_a_seed_draw_from_the_running_test() -> None:
    def look(seed: int, name: str) -> list[str]:
        with using(Orders(seed, name)):
            view = shuffled(ABC)
            return ["".join(view) for _ in range(10)]

    assert look(1, "a") == look(1, "a")
    assert look(1, "a") != look(2, "a")
    assert look(1, "a") != look(1, "b")


def test_stream_of_a_view_begins_anew_in_each_test() -> None:
    view = shuffled(ABC)
    looks = []
    for other_work in (0, 5):
        with using(Orders(4, "t")):
            for _ in range(other_work):
                list(shuffled(ABC))  # elsewhere: other streams
            looks.append(["".join(view) for _ in range(10)])
        list(view)
    assert looks[0] == looks[1]


def test_order_replays_and_shows_its_seed() -> None:
    with Order() as order:
        views = [order.shuffled(ABC), shuffled(ABC)]
        seen = [["".join(view) for _ in range(5)] for view in views]
        mixed = order.shuffle(range(9))
    assert str(order.seed) in repr(order)
    assert order.drawn > 0
    assert sorted(mixed) == list(range(9))
    assert seen[0] != seen[1]


def test_order_refuses_bad_seeds_and_reaches() -> None:
    with pytest.raises(TypeError, match="seed must be an int or None, not str: 'x'"):
        Order("x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="order can reach json and files, not 'wires'"):
        Order(1).reach("wires")


def test_stand_in_is_the_class_in_all_but_identity() -> None:
    new = stand_in(dict)
    made = new([("a", 1)], b=2)
    assert type(made) is ShuffledDict
    assert isinstance({}, new)
    assert isinstance(made, new)
    assert not isinstance([], new)
    assert issubclass(dict, new)
    assert issubclass(OrderedDict, new)
    assert not issubclass(list, new)
    assert new == dict  # noqa: E721
    assert dict == new  # noqa: E721
    assert {dict: 1}[new] == 1
    assert repr(new) == "<class 'dict'>"
    assert new.fromkeys("ab") == {"a": None, "b": None}
    assert isinstance({}, new | None)
    assert new[str, int]

    class Config(new):  # type: ignore[misc, valid-type]
        pass

    assert Config.__mro__ == (Config, dict, object)
    match {}:
        case new():
            pass
        case _:
            pytest.fail("no match")
    groups = stand_in(defaultdict)(list)
    groups["x"].append(1)
    assert isinstance(groups, stand_in(defaultdict))
    assert not isinstance({}, stand_in(defaultdict))
    assert groups == {"x": [1]}
