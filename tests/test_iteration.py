"""Iteration: random starts, Go's guarantees under change, what an iterator survives.

Ideas of Go's runtime/map_test.go, each in our own words (SPEC 2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

import gomap
from gomap import Map, float64, inspect, int64
from support.inside import assert_valid, fill_until_growing, flags, pile_up, spread

TYPES = [(int64, int64), (int, int), (object, object)]


@pytest.fixture(params=TYPES, ids=lambda types: f"{types[0].__name__}-{types[1].__name__}")
def cls(request: pytest.FixtureRequest) -> Any:
    return Map[request.param]


def test_every_entry_exactly_once_at_every_size(cls: Any) -> None:
    m = cls()
    for n in range(300):
        m[n] = -n
        if n < 70 or n % 10 == 0:
            items = list(m.items())
            assert len(items) == n + 1
            assert dict(items) == {k: -k for k in range(n + 1)}


def test_order_is_random_even_for_one_bucket(cls: Any) -> None:
    """Go's map_test: maps of 3 to 7 entries must start everywhere."""
    for size in (3, 7, 8, 15):
        m = cls({n: n for n in range(size)})
        firsts = Counter(next(iter(m)) for _ in range(500))
        # An entry behind a full bucket is never the first; one bucket has none.
        assert len(firsts) == size if size <= 8 else len(firsts) > size // 2
        assert len({tuple(m) for _ in range(100)}) > 1


def test_order_of_a_one_bucket_map_is_a_rotation() -> None:
    m = Map[int64, int64]({n: n for n in range(8)})
    for _ in range(50):
        order = list(m)
        start = order.index(0)
        assert order[start:] + order[:start] == list(range(8))


def test_iterations_of_keys_values_items_and_iter_agree(cls: Any) -> None:
    m = cls({n: n * n for n in range(40)})
    assert sorted(m) == sorted(m.keys()) == list(range(40))
    assert sorted(m.values()) == sorted(n * n for n in range(40))
    assert sorted(m.items()) == [(n, n * n) for n in range(40)]


def test_iterators_are_iterators(cls: Any) -> None:
    m = cls({1: 1})
    for iterator in (iter(m), iter(m.keys()), iter(m.values()), iter(m.items())):
        assert iter(iterator) is iterator
        assert isinstance(iterator, Iterator)
        assert len(list(iterator)) == 1
        assert next(iterator, None) is None
        assert next(iterator, None) is None


def test_deleting_what_was_not_reached_hides_it(cls: Any) -> None:
    for size in (5, 8, 30, 200):
        m = cls({n: n for n in range(size)})
        seen = []
        for key in m:
            seen.append(key)
            for other in range(size):
                if other not in seen and other % 2:
                    del m[other]
        assert len(seen) == len(set(seen))
        evens = set(range(0, size, 2))
        assert evens <= set(seen)
        assert len(set(seen) - evens) <= 1


def test_deleting_everything_while_iterating_visits_each_once(cls: Any) -> None:
    m = cls({n: n for n in range(500)})
    seen = []
    for key in m:
        seen.append(key)
        del m[key]
    assert sorted(seen) == list(range(500))
    assert len(m) == 0


def test_keys_present_throughout_are_seen_once_while_the_map_grows(cls: Any) -> None:
    for size in (1, 5, 8, 13, 40, 100):
        m = cls({n: n for n in range(size)})
        seen = []
        fresh = 10_000
        for key in m:
            seen.append(key)
            if fresh < 12_000:
                for _ in range(20):
                    m[fresh] = fresh
                    fresh += 1
        counted = Counter(seen)
        assert all(counted[n] == 1 for n in range(size))
        assert max(counted.values()) == 1
        assert_valid(m)


def test_growth_after_the_iterator_began_with_deletes(cls: Any) -> None:
    m = cls({n: n for n in range(100)})
    iterator = iter(m)
    seen = [next(iterator) for _ in range(10)]
    deleted = [n for n in range(100) if n not in seen][:40]
    for n in deleted:
        del m[n]
    for n in range(1000, 2000):
        m[n] = n
    seen += list(iterator)
    assert Counter(seen).most_common(1)[0][1] == 1
    assert set(range(100)) - set(deleted) <= set(seen)
    assert not set(deleted) & set(seen)


def test_deleted_and_inserted_again_is_the_new_entry(cls: Any) -> None:
    for size in (8, 50, 120):
        m = cls({n: 0 for n in range(size)})
        iterator = iter(m.items())
        next(iterator)
        for n in range(size):
            del m[n]
        for n in range(size):
            m[n] = 1
        rest = list(iterator)
        assert all(elem == 1 for _, elem in rest)
        assert len({key for key, _ in rest}) == len(rest)


def test_element_is_the_current_one(cls: Any) -> None:
    for size, grown in ((8, 0), (100, 0), (100, 1000)):
        m = cls({n: 0 for n in range(size)})
        iterator = iter(m.items())
        next(iterator)
        m.update({n: n for n in range(1000, 1000 + grown)})
        for n in range(size):
            m[n] = 7
        assert all(elem == 7 for key, elem in iterator if key < size)


def test_iterator_begun_while_growing(cls: Any) -> None:
    m = cls()
    keys = fill_until_growing(m, range(100_000), 1)
    for pieces in (0, 5, 50):
        iterator = iter(m)
        seen = [next(iterator) for _ in range(pieces)]
        for n in range(pieces):
            m[-1 - n] = 1
        seen += list(iterator)
        assert set(keys) <= set(seen)
        assert len(set(seen)) == len(seen)


def test_same_size_growth_under_an_iterator(cls: Any) -> None:
    for taken in (1, 5, 15):
        m = cls(hasher=lambda key, seed: key, hint=50)
        early = [1000 * 8 + n for n in range(20)]
        for key in early:
            m[key] = key
        iterator = iter(m)
        seen = [next(iterator) for _ in range(taken)]
        pile_up(m)
        assert inspect.hmap(m).same_size_grow
        m.update({n * 8: 1 for n in range(3)})
        seen += list(iterator)
        assert set(early) <= set(seen)
        assert len(set(seen)) == len(seen)
        assert_valid(m)


def test_clear_while_iterating_ends_what_was(cls: Any) -> None:
    for size in (5, 8, 30, 500):
        m = cls({n: n for n in range(size)})
        iterators = [iter(m.items()) for _ in range(6)]
        for turn, iterator in enumerate(iterators):
            for _ in range(min(turn, size)):
                next(iterator)
        m.clear()
        assert [list(iterator) for iterator in iterators] == [[]] * 6


def test_cleared_and_filled_again_shows_new_entries_only(cls: Any) -> None:
    for size in (8, 30, 500):
        m = cls({n: 0 for n in range(size)})
        iterator = iter(m.items())
        next(iterator)
        m.clear()
        for n in range(size):
            m[n] = 1
        rest = list(iterator)
        assert all(elem == 1 for _, elem in rest)
        assert len({key for key, _ in rest}) == len(rest)


def test_clear_while_growing_and_iterated(cls: Any) -> None:
    m = cls()
    fill_until_growing(m, range(100_000), 1)
    iterators = [iter(m) for _ in range(4)]
    for iterator in iterators:
        next(iterator)
    m.clear()
    m[5] = 5
    for iterator in iterators:
        assert set(iterator) <= {5}
    assert_valid(m)


def test_two_iterators_are_independent(cls: Any) -> None:
    m = cls({n: n for n in range(100)})
    pairs = list(zip(m, m, strict=True))
    assert sorted(a for a, _ in pairs) == sorted(b for _, b in pairs) == list(range(100))
    assert sum(1 for _ in m for _ in m) == 10_000


@pytest.mark.parametrize("change", ["reserve", "shrink", "finish_growth"])
def test_rebuilding_keeps_the_guarantee(cls: Any, change: str) -> None:
    for size in (5, 30, 300):
        for taken in (0, 1, size // 2, size):
            m = cls({n: n for n in range(size * 4)})
            for n in range(size, size * 4):
                del m[n]
            iterator = iter(m)
            seen = [next(iterator) for _ in range(taken)]
            m.reserve(size * 20) if change == "reserve" else getattr(m, change)()
            for n in range(0, size, 3):
                m[n] = -1
            seen += list(iterator)
            assert sorted(seen) == list(range(size))
            assert_valid(m)


def test_rebuilding_twice_and_deleting_under_an_iterator(cls: Any) -> None:
    m = cls({n: n for n in range(200)})
    iterator = iter(m)
    seen = [next(iterator) for _ in range(20)]
    m.reserve(5000)
    gone = [n for n in range(200) if n not in seen][::2]
    for n in gone:
        del m[n]
    m.shrink()
    m.reserve(700)
    seen += list(iterator)
    assert sorted(seen) == sorted(set(range(200)) - set(gone))


def test_flags_of_iterators_are_go_s(cls: Any) -> None:
    m = cls()
    assert list(m) == []
    assert flags(m) == 0
    m.update({n: n for n in range(8)})
    assert flags(m) == 0
    iterator = iter(m)
    assert flags(m) == 3
    m.update({n: n for n in range(8, 10)})
    assert inspect.hmap(m).B == 1
    m.finish_growth()
    list(iterator)
    m.update({n: n for n in range(100)})
    assert flags(m) & 1 == 0


def test_views_alone_set_no_flag(cls: Any) -> None:
    m = cls({1: 1})
    _ = m.keys(), m.values(), m.items(), len(m.items())
    assert flags(m) == 0


def test_iterate_follows_start_and_offset() -> None:
    m = Map[int64, int64](hasher=lambda key, seed: key, hint=20)
    for n in range(16):
        m[n] = n * 10
    assert inspect.hmap(m).B == 2
    assert [key for key, _ in inspect.iterate(m, 0, 0)] == [
        *range(0, 16, 4),
        *range(1, 16, 4),
        *range(2, 16, 4),
        *range(3, 16, 4),
    ]
    # From bucket 2, every bucket from slot 1 on, round to slot 0.
    assert [key for key, _ in inspect.iterate(m, 2, 1)][:8] == [6, 10, 14, 2, 7, 11, 15, 3]
    assert list(inspect.iterate(m, 3, 7))[0] == (3, 30)


def test_iterate_is_live_and_sets_flags() -> None:
    m = Map[int64, int64]({n: n for n in range(8)})
    iterator = inspect.iterate(m, 0, 0)
    assert flags(m) == 3
    assert next(iterator) == (0, 0)
    del m[1]
    m[2] = 20
    assert next(iterator) == (2, 20)


def test_iterate_refuses_a_start_that_does_not_exist() -> None:
    m = Map[int64, int64]({n: n for n in range(8)})
    for start, offset in ((1, 0), (-1, 0), (0, 8), (0, -1), (1 << 70, 0), (0, 1 << 70)):
        with pytest.raises((ValueError, OverflowError)) as error:
            inspect.iterate(m, start, offset)
        assert error.type is ValueError
    assert flags(m) == 0
    inspect.iterate(Map[int64, int64](hint=100), 15, 7)


def test_iterating_an_empty_map_is_no_iteration() -> None:
    for m in (Map[int64, int64](), Map[int64, int64](hint=100), Map[str, int].nil()):
        assert list(m) == list(inspect.iterate(m, 0, 0)) == []
        assert flags(m) == 0


def test_random_item_is_uniform() -> None:
    """Chi-square over 200 entries in buckets of uneven length; the seed is fixed."""
    n, draws = 200, 40_000
    m = Map[int64, int64]({key: key for key in range(n)}, seed=12345)
    for key in range(n, 2 * n):
        m[key] = key
    for key in range(n, 2 * n):
        del m[key]
    counts = Counter(m.random_item()[0] for _ in range(draws))
    assert set(counts) == set(range(n))
    expected = draws / n
    chi2 = sum((counts[key] - expected) ** 2 / expected for key in range(n))
    # 199 degrees of freedom: mean 199, standard deviation 20.
    assert 100 < chi2 < 320


def test_random_item_is_uniform_while_growing_and_over_chains() -> None:
    hashes = spread(range(1000), bits=64)
    skewed = lambda key, seed: hashes[key] if key % 4 else hashes[key] & ~0xFF  # noqa: E731
    m = Map[int64, int64](seed=99, hasher=skewed)
    fill_until_growing(m, range(1000), 1)
    n, draws = len(m), 30_000
    assert inspect.hmap(m).growing
    counts = Counter(m.random_item()[0] for _ in range(draws))
    expected = draws / n
    chi2 = sum((counts[key] - expected) ** 2 / expected for key in m)
    deviation = (2 * (n - 1)) ** 0.5
    assert abs(chi2 - (n - 1)) < 6 * deviation
    assert inspect.hmap(m).growing


def test_popitem_takes_a_random_entry() -> None:
    firsts = set()
    for seed in range(60):
        m = Map[int64, float64]({n: 1.0 for n in range(20)}, seed=seed)
        firsts.add(m.popitem()[0])
    assert len(firsts) > 10


def test_changing_a_map_in_a_for_loop_over_items_is_no_error(cls: Any) -> None:
    m = cls({n: n for n in range(50)})
    for key, elem in m.items():
        m[key] = elem + 1
        gomap.delete(m, key + 1)
    assert 1 <= len(m) <= 50
