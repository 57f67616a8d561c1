"""What batch calls give back, at every size of batch and map; scalars, order, zero values."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest

import gomap
from gomap import Map as AnyMap
from gomap import bool_, complex128, float32, float64, inspect, int8, int64, uint8
from support.arrays import SIZED, STATES, Side, Watched, entries, filled, shown
from support.inside import assert_valid

Map: Any = AnyMap
NAN = math.nan
SIZES = [*range(70), 127, 128, 129, 1000, 5000]


@pytest.mark.parametrize("n", SIZES)
def test_batches_of_every_size(n: int) -> None:
    """Waves of lookups have a width: sizes around any of them."""
    keys = np.random.default_rng(n).integers(0, 2 * n + 1, n)
    elems = np.arange(n)
    m = Map[int64, int64].from_arrays(keys, elems)
    expected = dict(zip(keys.tolist(), elems.tolist(), strict=True))
    assert m.to_dict() == expected
    probes = np.arange(-1, 2 * n + 3)
    got, found = m.get_many(probes)
    assert got.tolist() == [expected.get(key, 0) for key in probes.tolist()]
    assert found.tolist() == m.contains_many(probes).tolist()
    assert found.sum() == len(expected)
    m.add_many(keys, elems)
    for key, elem in zip(keys.tolist(), elems.tolist(), strict=True):
        expected[key] += elem
    assert m.to_dict() == expected
    assert m.delete_many(probes[::2]) == sum(key in expected for key in probes[::2].tolist())
    assert m.to_dict() == {key: expected[key] for key in expected if key % 2 == 0}
    assert_valid(m)


@pytest.mark.large
@pytest.mark.parametrize("types", [(int64, int64), (int8, float64), (complex128, uint8)], ids=str)
def test_large_batches(types: Any) -> None:
    """Large enough to run without the interpreter lock."""
    rng = np.random.default_rng(1)
    n = 300_000
    keys = rng.integers(
        -100 if types[0] is int8 else -(10**5), 100 if types[0] is int8 else 10**5, n
    )
    elems = rng.integers(0, 100, n)
    m = Map[types].from_arrays(keys, elems)
    last = dict(zip(keys.tolist(), elems.tolist(), strict=True))
    assert m.to_dict() == last
    assert m.get_many(keys)[0].tolist() == [last[key] for key in keys.tolist()]
    m = Map[types]()
    few = keys[:2000]
    for _ in range(50):
        m.add_many(few, 1 if types[1] is not uint8 else 0)
    _, counts = np.unique(few, return_counts=True)
    assert sorted(m.values()) == sorted(counts * (50 if types[1] is not uint8 else 0))
    assert m.delete_many(keys) == len(counts)
    assert_valid(m)


def test_results_are_new_arrays_of_their_own() -> None:
    m = Map[int64, int64]({1: 2})
    for get in (m.to_arrays, lambda: m.get_many([1]), lambda: (m.keys_array(), m.values_array())):
        one, two = get(), get()
        for a, b in zip(one, two, strict=True):
            assert not np.shares_memory(a, b)
            a[0] = 0
    assert m.to_dict() == {1: 2}


def test_results_outlive_the_map() -> None:
    m = Map[int64, float64]({n: n / 2 for n in range(1000)})
    keys, elems = m.to_arrays()
    got, found = m.get_many(range(1000))
    m.clear()
    del m
    assert (keys / 2 == elems).all()
    assert found.all()
    assert got.sum() == elems.sum()
    assert keys.flags.owndata or keys.base is not None


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("side", SIZED, ids=lambda side: side.name)
def test_to_arrays_keeps_pairs_together_and_leaves_no_flag(side: Side, state: str) -> None:
    m = filled((side, side), state)
    before = inspect.hmap(m).flags
    keys, elems = m.to_arrays()
    alone = m.keys_array(), m.values_array()
    assert inspect.hmap(m).flags == before
    assert keys.dtype == elems.dtype == side.dtype
    pairs = zip(shown(keys.tolist()), shown(elems.tolist()), strict=True)
    assert sorted(pairs) == entries(m)
    assert sorted(shown(alone[0].tolist())) == sorted(shown(keys.tolist()))
    assert sorted(shown(alone[1].tolist())) == sorted(shown(elems.tolist()))


def test_boxed_sides_give_lists_of_the_very_objects() -> None:
    keys, elems = [object(), "k", (1, 2)], [[], {}, object()]
    m = Map.from_arrays(keys, elems)
    given_keys, given_elems = m.to_arrays()
    assert type(given_keys) is type(given_elems) is list
    assert sorted(map(id, given_keys)) == sorted(map(id, keys))
    order = [keys.index(key) for key in given_keys]
    assert all(elems[n] is elem for n, elem in zip(order, given_elems, strict=True))
    got, found = m.get_many(keys)
    assert all(a is b for a, b in zip(got, elems, strict=True))
    assert found == [True] * 3


def test_mixed_maps_give_an_array_for_their_unboxed_side() -> None:
    m = Map[str, float32].from_arrays(["a", "b"], [0.5, 1.5])
    elems, found = m.get_many(["b", "z"])
    assert (elems.dtype, elems.tolist()) == (np.float32, [1.5, 0.0])
    assert (found.dtype, found.tolist()) == (bool, [True, False])
    assert m.contains_many(["b", "z"]).dtype == bool
    keys, elems = m.to_arrays()
    assert (type(keys), elems.dtype) == (list, np.float32)
    m = Map[int8, str].from_arrays(np.array([1, 2]), ["x", "y"])
    elems, found = m.get_many([2, 3])
    assert (elems, found.tolist(), found.dtype) == (["y", ""], [True, False], bool)


def test_absent_keys_give_the_zero_value() -> None:
    cases: list[tuple[Any, Any, Any]] = [
        (int64, {}, 0),
        (int64, {"zero": -7}, -7),
        (float64, {"zero": NAN}, NAN),
        (float32, {"zero": 0.1}, float(np.float32(0.1))),
        (complex128, {"zero": 1j}, 1j),
        (bool_, {"zero": True}, True),
        (str, {}, ""),
        (list, {}, None),
        (list, {"zero": [1]}, [1]),
        (object, {"zero": "none"}, "none"),
    ]
    for elem, options, zero in cases:
        m = Map[int64, elem](**options)
        for n in range(3):
            elems, found = m.get_many([n, 9])
            plain = elems if isinstance(elems, list) else elems.tolist()
            assert shown(plain) == shown([zero, zero])
            assert list(found) == [n < 0, False]
        assert len(m) == 0
    given = Map[int64, list](zero=[1])
    elems, _ = given.get_many([1, 2])
    assert elems[0] is elems[1] is given[5]


def test_add_many_starts_at_the_zero_value() -> None:
    m = Map[int64, int64](zero=100)
    m.add_many([1, 2, 1], [1, 2, 3])
    assert m.to_dict() == {1: 104, 2: 102}
    words = Map[str, str](zero="<")
    words.add_many(["a", "b", "a"], ["x", "y", "z"])
    assert words.to_dict() == {"a": "<xz", "b": "<y"}


def test_scalars() -> None:
    m = Map[int64, float64]()
    for scalar in (2, 2.0, True, np.float64(2), np.int8(2), np.array(2.0), np.array(2, np.uint8)):
        m.clear()
        m.set_many([1, 2, 3], scalar)
        assert m.to_dict() == dict.fromkeys([1, 2, 3], float(scalar))
        m.add_many(np.array([1, 1, 9]), scalar)
        assert m.to_dict() == {1: 3.0 * scalar, 2: scalar, 3: scalar, 9: scalar}
    m.set_many([], 1.0)
    m.add_many(np.array([], np.int64), 1.0)
    assert len(m) == 4


def test_scalars_of_boxed_elements() -> None:
    words = Map[int64, str]()
    words.set_many([1, 2], "ab")
    words.add_many([2, 3], "cd")
    assert words.to_dict() == {1: "ab", 2: "abcd", 3: "cd"}
    raw = Map[str, bytes]()
    raw.set_many(["a", "b"], b"xy")
    raw.add_many(["b"], b"z")
    assert raw.to_dict() == {"a": b"xy", "b": b"xyz"}
    things = Map()
    for scalar in (None, "text", 5, Ellipsis, object(), b"x"):
        things.set_many([1, 2], scalar)
        assert things[1] is things[2] is scalar


def test_from_arrays_takes_the_last_element_of_equal_keys() -> None:
    m = Map[int64, int64].from_arrays([1, 2, 1, 1], [1, 2, 3, 4])
    assert m.to_dict() == {1: 4, 2: 2}


def test_from_arrays_makes_a_map_of_its_class() -> None:
    class Ages(Map[str, int64]):  # type: ignore[misc]
        pass

    m = Ages.from_arrays(["a"], [1])
    assert type(m) is Ages
    assert m.to_dict() == {"a": 1}
    assert type(Map.from_arrays([1], ["x"])) is Map


def test_from_arrays_of_a_class_that_makes_something_else() -> None:
    class Odd(Map[int64, int64]):  # type: ignore[misc]
        made: Any = None

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return cls.made

    for made in (None, 5, [], {}, Map, object()):
        Odd.made = made
        with pytest.raises(TypeError):
            Odd.from_arrays([1], [2])
    Odd.made = Map[str, int64]()
    with pytest.raises(TypeError, match="key must be str, not int"):
        Odd.from_arrays([1], [2])


def test_from_arrays_takes_options() -> None:
    keys = range(1000)
    one, two = (Map[int64, int64].from_arrays(keys, keys, seed=5, hint=2000) for _ in range(2))
    assert list(one) == list(two)
    assert inspect.hmap(one).B == 9
    odd = Map[int64, int64].from_arrays(range(20), range(20), hasher=lambda key, seed: 42)
    assert inspect.stats(odd).chain_lengths[-1] == 1
    assert odd.get_many(range(21))[0].tolist() == [*range(20), 0]
    assert Map[str, list].from_arrays(["a"], [[]], zero=[0])["z"] == [0]


@pytest.mark.large
def test_from_arrays_presizes() -> None:
    keys = np.arange(100_000)
    m = Map[int64, int64].from_arrays(keys, keys)
    assert inspect.stats(m).doublings == 0
    assert inspect.hmap(m).B == inspect.hmap(Map[int64, int64](hint=100_000)).B


def test_nan_keys_are_never_found_and_each_adds_an_entry() -> None:
    for types in ((float64, int64), (float32, int64), (complex128, int64), (float, int)):
        m = Map[types]({1.0: 1})
        keys = np.array([NAN, 1.0, NAN, NAN])
        m.set_many(keys, [1, 2, 3, 4])
        assert len(m) == 4
        assert list(m.contains_many(keys)) == [False, True, False, False]
        assert list(m.get_many(keys)[0]) == [0, 2, 0, 0]
        m.add_many(keys, [10, 20, 30, 40])
        assert sorted(m.values()) == [1, 3, 4, 10, 22, 30, 40]
        assert m.delete_many(keys) == 1
        assert len(m) == 6
        assert sorted(m.to_arrays()[1]) == [1, 3, 4, 10, 30, 40]
        assert_valid(m)


def test_the_two_zeros_are_one_key_and_the_last_is_stored() -> None:
    for kind in (float32, float64, float):
        m = Map[kind, int64].from_arrays(np.array([0.0, -0.0]), [1, 2])
        assert m.to_dict() == {0.0: 2}
        assert math.copysign(1, next(iter(m))) == -1
        assert list(m.contains_many([0.0, -0.0])) == [True, True]
        m.set_many([0.0], 3)
        assert math.copysign(1, next(iter(m))) == 1
        assert m.delete_many([-0.0]) == 1


def test_add_many_groups_and_sums() -> None:
    rng = random.Random(1)
    words = [rng.choice("abcdef") for _ in range(500)]
    prices = [rng.randrange(100) / 4 for _ in words]
    m = Map[str, float64]()
    m.add_many(words, prices)
    assert m.to_dict() == {
        w: sum(p for v, p in zip(words, prices, strict=True) if v == w) for w in set(words)
    }


def test_sums_may_go_down_on_unsigned_elements() -> None:
    m = Map[int64, uint8]({1: 200, 2: 5})
    m.add_many(np.array([1, 1, 2]), np.array([-100, 55, -5]))
    assert m.to_dict() == {1: 155, 2: 0}
    m.add_many([1, 1], [-155, 255])
    m.add_many([2], np.array([255], np.uint64))
    assert m.to_dict() == {1: 255, 2: 255}
    wide = Map[int64, gomap.uint64]({1: (1 << 64) - 1})
    wide.add_many([1, 2], np.array([-(1 << 63), 5]))
    assert wide.to_dict() == {1: (1 << 63) - 1, 2: 5}
    wide.add_many([1, 2], [(1 << 63), (1 << 64) - 6])
    assert wide.to_dict() == {1: (1 << 64) - 1, 2: (1 << 64) - 1}
    with pytest.raises(OverflowError, match="delta -1 at index 0 is out of range for uint64"):
        wide.add_many([1, 2], [-1, 1 << 63])  # all of them must fit one type of 64 bits
    with pytest.raises(OverflowError, match=r"delta .* out of range for uint64"):
        wide.add_many([1, 2], [0, 1 << 64])
    assert wide.to_dict() == {1: (1 << 64) - 1, 2: (1 << 64) - 1}
    signed = Map[int64, int8]({1: -128})
    signed.add_many([1], [255])
    assert signed[1] == 127


@pytest.mark.parametrize("as_array", [np.array, list], ids=["array", "list"])
@pytest.mark.parametrize("state", STATES)
def test_a_sum_out_of_range_leaves_the_map_as_it_was(state: str, as_array: Any) -> None:
    """Whatever was summed before is taken back, new keys too."""
    key, elem = SIZED[3], SIZED[0]
    m = filled((key, elem), state)
    present = list(m)[:3]
    before, watched = entries(m), Watched(m)
    keys = [*present, 987654, 987655, 987654, 987654, *present]
    deltas = [0] * len(present) + [100, 1, 27, 1] + [0] * len(present)
    words = f"the sum at index {len(present) + 3} is out of range for int8"
    with pytest.raises(OverflowError, match=words):
        m.add_many(as_array(np.array(keys)), as_array(np.array(deltas)))
    assert entries(m) == before
    with pytest.raises(OverflowError, match="the sum at index 1 is out of range for int8"):
        m.add_many(as_array(np.array([987654, 987655])), as_array(np.array([1, 128])))
    assert entries(m) == before
    assert list(m.contains_many([987654, 987655])) == [False, False]
    assert all(m.lookup(int(k))[1] for k in present)
    assert_valid(m)
    watched.finish()
    m.add_many([987654], [1])
    assert m[987654] == 1


def zero_hash(key: float, seed: int) -> int:
    return int(key)


@pytest.mark.parametrize(
    ("key", "options"),
    [(float64, {}), (float32, {}), (float64, {"hasher": zero_hash}), (float, {})],
    ids=["float64", "float32", "hasher", "float"],
)
def test_sums_and_the_two_zeros(key: Any, options: dict[str, Any]) -> None:
    """The last zero is stored as by single calls; after an error, the one from before."""
    for stored in (0.0, -0.0):
        m = Map[key, int8]({stored: 1, 1.0: 100}, **options)
        for keys in ([-stored, 1.0], [stored, -stored, stored, 1.0], [-stored, -stored, 1.0]):
            with pytest.raises(OverflowError, match="the sum at index"):
                m.add_many(np.array(keys), [1] * (len(keys) - 1) + [100])
            assert shown(sorted(m)) == shown([stored, 1.0])
            assert m.to_dict() == {0.0: 1, 1.0: 100}
        m.add_many([stored, 1.0, -stored], [1, 1, 2])
        assert shown(sorted(m)) == shown([-stored, 1.0])
        assert m.to_dict() == {0.0: 4, 1.0: 101}
        m = Map[key, int8]({1.0: 100}, **options)
        with pytest.raises(OverflowError, match="the sum at index 2"):
            m.add_many([stored, -stored, 1.0], [1, 1, 100])
        assert m.to_dict() == {1.0: 100}
        assert_valid(m)


def test_a_sum_out_of_range_under_boxed_keys_leaves_the_map_as_it_was() -> None:
    for elem, most in ((int8, 127), (uint8, 255), (int64, (1 << 63) - 1)):
        m = Map[str, elem]({f"k{n}": most - n for n in range(50)})
        before = entries(m)
        for keys, deltas in (
            (["k5", "new", "k5", "k5"], [3, 1, 2, 1]),
            (["new", "k0"], [1, 1]),
            (["new", "new", "k9", "other"], [most, 0, 1, most + 1]),
        ):
            with pytest.raises(OverflowError, match=r"the sum at index \d is out of range"):
                m.add_many(keys, deltas)
            assert entries(m) == before
            assert "new" not in m
            assert_valid(m)
    floats = Map[str, float32]({"a": 3e38})
    with pytest.raises(OverflowError, match="the sum at index 2 is out of range for float32"):
        floats.add_many(["b", "a", "a"], [1.0, -1e38, 3e38])
    assert entries(floats) == entries(Map[str, float32]({"a": 3e38}))


def test_a_float32_sum_beyond_its_range_leaves_the_map_as_it_was() -> None:
    most = float(np.finfo(np.float32).max)
    m = Map[int64, float32]({1: most, 2: -1.0})
    with pytest.raises(OverflowError, match="the sum at index 2 is out of range for float32"):
        m.add_many([2, 3, 1], np.array([1.0, 1.0, most], np.float32))
    assert m.to_dict() == {1: most, 2: -1.0}
    m.add_many([1, 2], [math.inf, NAN])
    assert m[1] == math.inf
    assert m[2] != m[2]
    wide = Map[int64, float64]({1: 1.7e308})
    wide.add_many([1], [1.7e308])
    assert wide[1] == math.inf


def test_deleting_everything_empties_as_single_deletes_do() -> None:
    m = Map[int64, int64].from_arrays(range(500), range(500))
    iterator = iter(m)
    next(iterator)
    assert m.delete_many(range(500)) == 500
    assert list(iterator) == []
    assert inspect.stats(m).reseeds == 1
    assert_valid(m)
