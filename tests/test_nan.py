"""NaN keys, and the two zeros (SPEC 2 and 7; ideas of Go's mapnan.go and map_test.go)."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gomap import Map, float64, inspect, int64, interface
from support.inside import assert_valid

NAN = float("nan")
TYPES = [(float64, int64), (float, int), (object, object), (interface, int)]
FLOAT_TYPES = TYPES[:2]


@pytest.fixture(params=TYPES, ids=lambda types: types[0].__name__)
def cls(request: pytest.FixtureRequest) -> Any:
    return Map[request.param]


@pytest.fixture(params=FLOAT_TYPES, ids=lambda types: types[0].__name__)
def float_cls(request: pytest.FixtureRequest) -> Any:
    return Map[request.param]


def test_every_insert_of_nan_adds_an_entry(cls: Any) -> None:
    m = cls()
    for n in range(50):
        m[NAN] = n
        assert len(m) == n + 1
    assert sorted(m.values()) == list(range(50))
    assert all(math.isnan(key) for key in m)
    assert_valid(m)


def test_no_lookup_finds_nan(cls: Any) -> None:
    m = cls({NAN: 1})
    for key in (NAN, float("nan"), next(iter(m)), -NAN):
        assert key not in m
        assert m.get(key) is None
        assert m.lookup(key)[1] is False
        del m[key]
        assert m.pop(key, "absent") == "absent"
    assert len(m) == 1


def test_setdefault_and_add_of_nan_insert(cls: Any) -> None:
    m = cls()
    assert m.setdefault(NAN, 1) == 1
    assert m.setdefault(NAN, 2) == 2
    assert len(m) == 2
    m = cls(zero=0)
    assert m.add(NAN, 5) == 5
    assert m.add(NAN, 6) == 6
    assert sorted(m.values()) == [5, 6]


def test_clear_removes_nan(cls: Any) -> None:
    m = cls()
    for n in range(100):
        m[NAN] = n
    m[1.5] = 1
    m.clear()
    assert len(m) == 0
    assert list(m) == []
    assert_valid(m)


def test_popitem_removes_nan(cls: Any) -> None:
    m = cls()
    for n in range(20):
        m[NAN] = n
    assert sorted(m.popitem()[1] for _ in range(20)) == list(range(20))
    assert len(m) == 0


def test_nan_survives_growth_copy_and_rebuilding(cls: Any) -> None:
    m = cls()
    for n in range(1000):
        m[NAN] = n
    for other in (m, m.copy(), m | {}):
        assert sorted(other.values()) == list(range(1000))
    m.reserve(10_000)
    m.shrink()
    assert sorted(m.values()) == list(range(1000))
    assert_valid(m)


@pytest.mark.parametrize("start", [0, 3, 8])
def test_nan_is_iterated_once_while_the_map_grows(cls: Any, start: int) -> None:
    """Go's map_test: NaN entries move by their top hash and still come once."""
    m = cls()
    for n in range(50):
        m[NAN] = n
    iterator = iter(m.items())
    seen = [next(iterator)[1] for _ in range(start)]
    for n in range(1000, 2000):
        m[float(n)] = n
    seen += [elem for _, elem in iterator]
    assert len(set(seen)) == len(seen)
    assert set(range(50)) <= set(seen)


@pytest.mark.large
def test_nan_spreads_over_buckets() -> None:
    """Inserting n NaN keys is O(n): their hashes are random, chains stay short."""
    for types in TYPES[:2]:
        m = Map[types](seed=1)
        for _ in range(20_000):
            m[NAN] = 1
        stats = inspect.stats(m)
        assert len(m) == 20_000
        assert len(stats.chain_lengths) < 6
        assert stats.hit_probe < 8


def test_nan_with_a_fixed_seed_is_reproducible() -> None:
    def run() -> list[int]:
        m = Map[float64, int64](seed=4)
        for n in range(100):
            m[NAN] = n
        return list(m.values())

    assert run() == run()


def test_a_map_with_nan_differs_even_from_itself_copied(cls: Any) -> None:
    m = cls({NAN: 1})
    assert m != m.copy()


def test_complex_nan_keys() -> None:
    m = Map[complex, int]()
    for n in range(10):
        m[complex(NAN, 0)] = n
        m[complex(0, NAN)] = n
    m[1j] = 1
    assert len(m) == 21
    assert complex(NAN, 0) not in m
    assert m[1j] == 1


def test_other_objects_that_differ_from_themselves_go_by_identity() -> None:
    class Never:
        def __eq__(self, other: object) -> bool:
            return False

        def __hash__(self) -> int:
            return 1

    key = Never()
    m = Map({key: 1})
    assert m[key] == 1
    m[key] = 2
    assert len(m) == 1
    m[Never()] = 3
    assert len(m) == 2


def test_the_two_zeros_are_one_key_and_the_last_is_stored(float_cls: Any) -> None:
    m = float_cls({0.0: 1})
    assert m[-0.0] == 1
    m[-0.0] = 2
    assert len(m) == 1
    (key,) = m
    assert math.copysign(1, key) == -1
    m[0.0] = 3
    (key,) = m
    assert math.copysign(1, key) == 1
    assert m.pop(-0.0) == 3


def test_zero_replaced_while_the_map_grows_under_an_iterator(float_cls: Any) -> None:
    """Go's map_test: the iterator gives the zero that is stored by then, once."""
    for extra in range(4, 12):
        for offset in range(8):
            m = float_cls({0.0: 1})
            m.update({float(n): n for n in range(1, 8)})
            iterator = inspect.iterate(m, 0, offset)
            first = next(iterator)
            m.update({float(n): n for n in range(100, 100 + extra)})
            m[-0.0] = 2
            zeros = [(math.copysign(1, k), e) for k, e in [first, *iterator] if k == 0]
            assert zeros == [(1, 1) if first[0] == 0 else (-1, 2)]


def test_the_stored_zero_is_found_after_growth(float_cls: Any) -> None:
    m = float_cls({-0.0: 1})
    for n in range(1, 500):
        m[float(n)] = n
    assert m[0.0] == 1
    assert [math.copysign(1, key) for key in m if key == 0] == [-1]


def test_zeros_in_object_maps_are_one_key_with_the_int() -> None:
    m = Map({0: "a"})
    assert m[0.0] == m[-0.0] == m[False] == "a"


def test_zeros_in_interface_maps_are_one_key() -> None:
    m = Map[interface, int]({0.0: 1})
    assert m[-0.0] == 1
    assert 0 not in m
    assert False not in m


def test_infinities_and_denormals_are_plain_keys(float_cls: Any) -> None:
    keys = [math.inf, -math.inf, 5e-324, -5e-324, 1.7e308, 0.1 + 0.2, 0.3]
    m = float_cls({key: n for n, key in enumerate(keys)})
    assert [m[key] for key in keys] == list(range(7))


def test_popped_nan_is_never_produced(float_cls: Any) -> None:
    """Only popitem and clear can remove NaN entries; iterators must notice."""
    for change in ("none", "grow", "growing", "reserve", "shrink"):
        for taken in (0, 5):
            m = float_cls({float(n): -1 for n in range(7)})
            for n in range(40):
                m[float("nan")] = n
            if change == "growing":
                m.update({float(n): -1 for n in range(100, 106)})
            iterator = iter(m.items())
            seen = [next(iterator) for _ in range(taken)]
            if change == "grow":
                m.update({float(n): -1 for n in range(200, 260)})
            elif change == "reserve":
                m.reserve(2000)
            elif change == "shrink":
                m.reserve(2000)
                m.shrink()
            gone = {elem for key, elem in (m.popitem() for _ in range(25)) if key != key}
            rest = {elem for key, elem in iterator if key != key}
            assert not gone & rest, (change, taken)
            left = {elem for key, elem in m.items() if key != key}
            assert left <= rest | {elem for _, elem in seen}


def test_cleared_nan_is_never_produced(float_cls: Any) -> None:
    for change in ("none", "grow", "reserve"):
        m = float_cls()
        for n in range(40):
            m[float("nan")] = n
        iterator = iter(m.items())
        next(iterator)
        if change == "grow":
            m.update({float(n): -1 for n in range(200, 260)})
        elif change == "reserve":
            m.reserve(2000)
        m.clear()
        for n in range(1000, 1040):
            m[float("nan")] = n
        assert all(elem >= 1000 for _, elem in iterator)


def test_nan_of_a_float_subclass_goes_by_identity_in_object_maps() -> None:
    class Own(float):
        """Not an exact float."""

    key = Own("nan")
    m = Map({key: 1})
    m[key] = 2
    assert len(m) == 1
    assert m[key] == 2
    m[Own("nan")] = 3
    assert len(m) == 2
