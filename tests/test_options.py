"""The options of construction: hint, seed, hasher, zero (SPEC 1 and 7)."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import gomap
from golden.computed import MASK
from gomap import Map, float64, inspect, int64
from support.inside import layout, spread


def hash_of(key: Any, seed: int) -> int:
    """A hasher that pickles."""
    return hash(key) * 0x9E3779B97F4A7C15 ^ seed


HINTS = {0: 0, 1: 0, 8: 0, 9: 1, 13: 1, 14: 2, 26: 2, 27: 3, 52: 3, 53: 4, 104: 4, 105: 5}


@pytest.mark.parametrize(("hint", "b"), [*HINTS.items(), (1000, 8), (100_000, 14)])
def test_hint_gives_go_s_number_of_buckets(hint: int, b: int) -> None:
    for types in ((int64, int64), (str, int), (object, object)):
        m = Map[types](hint=hint)
        assert inspect.hmap(m).B == b
        assert (inspect.hmap(m).buckets is None) == (b == 0)


def test_bad_hints() -> None:
    with pytest.raises(ValueError):
        Map[str, int](hint=-1)
    with pytest.raises(TypeError):
        Map[str, int](hint="many")
    with pytest.raises(TypeError):
        Map[str, int](hint=1.5)
    for huge in (1 << 62, 1 << 63, 1 << 64, 1 << 200):
        with pytest.raises(MemoryError):
            Map[int64, int64](hint=huge)


def test_hint_with_contents() -> None:
    m = Map[int, int]({n: n for n in range(100)}, hint=1000)
    assert inspect.hmap(m).B == 8
    assert len(m) == 100
    assert Map[int, int]({n: n for n in range(100)}, hint=1) == m


@pytest.mark.parametrize("seed", [0, 7, -1, 1 << 64, (1 << 64) + 7, -(1 << 200), True])
def test_seed_is_hash0_modulo_2_64(seed: int) -> None:
    """Equal seeds modulo 2**64 give equal maps."""
    one, two = Map[int, int](seed=seed), Map[int, int](seed=seed & MASK)
    for n in range(100):
        one[n] = two[n] = n
    assert layout(one) == layout(two)
    assert list(one) == list(two)


def test_seed_must_be_an_int() -> None:
    for bad in ("7", 1.5, b"7"):
        with pytest.raises(TypeError):
            Map[str, int](seed=bad)


@pytest.mark.parametrize("types", [(str, int), (int64, float64), (object, object)], ids=str)
def test_fixed_seed_fixes_layout_and_iteration(types: Any) -> None:
    def run() -> list[Any]:
        m = Map[types](seed=11)
        keys = [str(n) if types[0] is str else n for n in range(200)]
        orders = []
        for key in keys:
            m[key] = 1
        orders += [list(m), list(m.items()), list(m)]
        for key in keys[50:]:
            del m[key]
        orders += [list(m), m.random_item(), m.popitem(), list(m)]
        m.clear()
        m.update({key: 2 for key in keys[:30]})
        return [*orders, list(m), layout(m)]

    assert run() == run()


def test_iterations_under_a_fixed_seed_still_differ_from_each_other() -> None:
    m = Map[int, int]({n: n for n in range(100)}, seed=3)
    assert len({tuple(m) for _ in range(20)}) > 1


def test_fixed_seed_survives_clear_and_delete_of_the_last() -> None:
    m = Map[int, int]({1: 1}, seed=5)
    hash0 = inspect.hmap(m).hash0
    m.clear()
    assert inspect.hmap(m).hash0 == hash0
    m[1] = 1
    del m[1]
    assert inspect.hmap(m).hash0 == hash0
    assert inspect.stats(m).reseeds == 0


def test_without_a_seed_maps_differ() -> None:
    seeds = {inspect.hmap(Map[int, int]()).hash0 for _ in range(50)}
    assert len(seeds) == 50


def test_clear_and_delete_of_the_last_draw_a_new_hash0() -> None:
    m = Map[int64, int64]()
    seen = {inspect.hmap(m).hash0}
    for turn in range(1, 21):
        m[1] = m[2] = 1
        if turn % 2:
            m.clear()
        else:
            del m[1]
            assert inspect.hmap(m).hash0 in seen
            del m[2]
        seen.add(inspect.hmap(m).hash0)
        assert inspect.stats(m).reseeds == turn
    assert len(seen) == 21


def test_clear_of_an_empty_map_draws_nothing() -> None:
    m = Map[int64, int64]()
    hash0 = inspect.hmap(m).hash0
    m.clear()
    del m[1]
    assert inspect.hmap(m).hash0 == hash0


def test_hasher_gets_key_and_present_hash0() -> None:
    calls: list[tuple[Any, int]] = []

    def hasher(key: Any, seed: int) -> int:
        calls.append((key, seed))
        return 0

    m = Map[str, int](hasher=hasher)
    m["a"] = 1
    assert calls == [("a", inspect.hmap(m).hash0)]
    m.clear()
    m["b"] = 1
    assert calls[1:] == [("b", inspect.hmap(m).hash0)]
    assert calls[0][1] != calls[1][1]
    fixed = Map[str, int](hasher=hasher, seed=7)
    _ = fixed.lookup("c"), fixed.update({"c": 1})
    assert calls[-1] == ("c", inspect.hmap(fixed).hash0)


def test_hasher_s_result_places_the_key() -> None:
    hashes = {10: 0xAB << 56 | 3, 20: 0x02 << 56 | 1, 30: -1, 40: (1 << 70) | 2}
    m = Map[int, int](hasher=lambda key, seed: hashes[key], hint=20)
    for key in hashes:
        m[key] = key
    buckets = inspect.hmap(m).buckets
    assert buckets is not None
    where = {
        key: (index, chain[0].tophash[slot])
        for index, chain in enumerate(buckets)
        for slot, key in enumerate(chain[0].keys)
        if key is not None
    }
    assert where == {10: (3, 0xAB), 20: (1, 0x07), 30: (3, 0xFF), 40: (2, 0x05)}


@pytest.mark.parametrize("bad", ["x", None, 1.5, b"1"], ids=repr)
def test_hasher_must_return_an_int(bad: Any) -> None:
    m = Map[int, int](hasher=lambda key, seed: bad)
    with pytest.raises(TypeError):
        m[1] = 1
    assert len(m) == 0


def test_hasher_must_be_callable() -> None:
    with pytest.raises(TypeError):
        Map[int, int](hasher=5)


@pytest.mark.parametrize("types", [(int, int), (int64, int64), (str, int)], ids=str)
def test_hasher_is_called_once_per_operation_and_never_by_growth(types: Any) -> None:
    calls = []
    keys = [str(n) if types[0] is str else n for n in range(3000)]
    hashes = spread(keys)

    def hasher(key: Any, seed: int) -> int:
        calls.append(key)
        return hashes[key]

    m = Map[types](hasher=hasher)
    for key in keys:
        m[key] = 1
    assert calls == keys
    calls.clear()
    for key in keys:
        _ = m[key]
        m.add(key, 1)
        m.setdefault(key, 5)
        _ = m.get(key), key in m, m.lookup(key)
    assert len(calls) == 6 * len(keys)
    calls.clear()
    for key in keys:
        del m[key]
    assert calls == keys


def test_iteration_over_a_grown_map_calls_no_hasher() -> None:
    calls = []

    def hasher(key: int, seed: int) -> int:
        calls.append(key)
        return hash_of(key, 1)

    m = Map[int64, int64]({n: n for n in range(100)}, hasher=hasher)
    calls.clear()
    iterator = iter(m)
    seen = [next(iterator)]
    for n in range(100, 300):
        m[n] = n
    calls.clear()
    seen += [key for key in iterator if key < 100]
    assert sorted(seen) == list(range(100))
    assert not calls


@pytest.mark.parametrize("types", [(int64, int64), (object, object)], ids=str)
def test_iterator_asks_the_hasher_again_after_a_new_seed(types: Any) -> None:
    """Moved keys are looked up under the present seed, wherever it puts them."""
    asked = []

    def hasher(key: int, seed: int) -> int:
        asked.append(key)
        return hash_of(key + 1, seed) * 31

    for size in (8, 60):
        m = Map[types]({n: 0 for n in range(size)}, hasher=hasher)
        iterator = iter(m.items())
        next(iterator)
        m.update({n: 0 for n in range(1000, 1000 + 8 * size)})
        for key in [*range(size), *range(1000, 1000 + 8 * size)]:
            del m[key]
        m.update({n: 1 for n in range(size)})
        asked.clear()
        rest = list(iterator)
        assert all(elem == 1 for _, elem in rest)
        assert len({key for key, _ in rest}) == len(rest)
        assert asked


def test_copy_keeps_seed_hasher_and_zero() -> None:
    m = Map[int, int]({n: n for n in range(50)}, seed=9, hasher=hash_of, zero=4)
    for other in (m.copy(), m | {}, pickle.loads(pickle.dumps(m))):
        assert inspect.hmap(other).hash0 == inspect.hmap(m).hash0
        assert other[-1] == 4
        assert {k: t for t, k, _ in all_slots(other)} == {k: t for t, k, _ in all_slots(m)}


def all_slots(m: Any) -> Any:
    from support.inside import slots

    return slots(m)


def test_init_again_updates_and_refuses_options() -> None:
    m = Map[str, int]({"a": 1})
    m.__init__({"b": 2})
    assert m.to_dict() == {"a": 1, "b": 2}
    m.__init__()
    assert len(m) == 2
    for option in ({"hint": 5}, {"seed": 1}, {"hasher": hash_of}, {"zero": 1}):
        with pytest.raises(TypeError):
            m.__init__(**option)
    assert m.to_dict() == {"a": 1, "b": 2}


def test_too_many_positional_arguments() -> None:
    with pytest.raises(TypeError):
        Map[str, int]({}, 5)


def test_contents_that_fail_leave_no_map() -> None:
    with pytest.raises(TypeError):
        Map[str, int]({"a": "x"})
    with pytest.raises(TypeError):
        Map[str, int](5)


def test_make_takes_its_hint_by_position_and_by_name() -> None:
    for m in (gomap.make(str, int, 1000), gomap.make(str, int, hint=1000)):
        assert gomap.inspect.stats(m).B == gomap.inspect.stats(Map[str, int](hint=1000)).B == 8
