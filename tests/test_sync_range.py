"""sync.Map.range: Go's guarantee, whatever f does to the map meanwhile."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from gomap import sync


def test_range_visits_every_entry_once() -> None:
    m = sync.Map[int, int]({n: -n for n in range(1000)})
    seen: list[tuple[int, int]] = []
    m.range(lambda key, value: seen.append((key, value)))
    assert sorted(seen) == [(n, -n) for n in range(1000)]


@pytest.mark.parametrize("result", [None, 0, "", 0.0, [], True])
def test_range_goes_on_unless_f_returns_false_itself(result: Any) -> None:
    m = sync.Map[int, int]({n: n for n in range(5)})
    seen: list[int] = []

    def f(key: int, value: int) -> Any:
        seen.append(key)
        return result

    m.range(f)
    assert len(seen) == 5


def test_range_stops_at_false() -> None:
    m = sync.Map[int, int]({n: n for n in range(50)})
    seen: list[int] = []

    def f(key: int, value: int) -> bool:
        seen.append(key)
        return len(seen) < 3

    m.range(f)
    assert len(seen) == 3


def test_range_passes_on_what_f_raises_and_works_again() -> None:
    m = sync.Map[int, int]({1: 1})
    with pytest.raises(ZeroDivisionError):
        m.range(lambda key, value: key // 0)
    m.range(lambda key, value: m.delete(key))
    assert len(m) == 0


@pytest.mark.parametrize("f", [None, 1, "f"])
@pytest.mark.parametrize("contents", [{}, {1: 1}], ids=["empty", "full"])
def test_range_needs_something_callable(f: Any, contents: Any) -> None:
    with pytest.raises(TypeError, match="range: f must be callable, not"):
        sync.Map(contents).range(f)


# ---- f changes the map -------------------------------------------------------------------


DELETERS: list[Callable[[Any, Any], Any]] = [
    lambda m, k: m.delete(k),
    lambda m, k: m.pop(k),
    lambda m, k: m.load_and_delete(k),
    lambda m, k: m.compare_and_delete(k, m[k]),
    lambda m, k: m.__delitem__(k),
]


def shuffling(
    m: Any, seen: list[int], delete: Callable[[Any, int], Any]
) -> Callable[[int, int], None]:
    """Deletes all that was seen, fills the gaps, and stores it again, elsewhere."""
    fresh = itertools.count(1000)

    def f(key: int, value: int) -> None:
        seen.append(key)
        old = [key for key in {*seen} if key < 1000]
        for key in old:
            delete(m, key)
        for key in itertools.islice(fresh, 8):
            m.store(key, 1)
        for key in old:
            m.store(key, 1)
        assert len(seen) < 10_000

    return f


def shuffled(
    walk: Callable[[Any, Callable[[int, int], None]], None],
    delete: Callable[[Any, int], Any] = sync.Map.delete,
) -> int:
    """How many keys below 1000 a walk shows twice while they move about."""
    twice = 0
    for seed in range(3):
        m = sync.Map[int, int]({n: 0 for n in range(40)}, seed=seed, hint=1000)
        seen: list[int] = []
        walk(m, shuffling(m, seen, delete))
        old = [key for key in seen if key < 1000]
        assert {*old} == {*range(40)}
        assert len({*seen}) == len(seen) or walk is not sync.Map.range
        twice += len(old) - len({*old})
    return twice


@pytest.mark.parametrize("number", range(len(DELETERS)))
def test_range_never_shows_a_key_twice_though_it_is_stored_again(number: int) -> None:
    assert shuffled(sync.Map.range, DELETERS[number]) == 0


def test_plain_iteration_may_show_it_twice() -> None:
    """As Go's built-in maps do; without this, the test above would test nothing."""

    def iterate(m: Any, f: Callable[[int, int], None]) -> None:
        for key in m:
            f(key, 0)

    assert shuffled(iterate) > 0


@pytest.mark.parametrize("number", range(len(DELETERS)))
def test_range_never_shows_what_was_deleted_before(number: int) -> None:
    """Of each pair of neighbours, the first to be seen deletes the other."""
    m = sync.Map[int, int]({n: 0 for n in range(100)})
    seen: list[int] = []

    def f(key: int, value: int) -> None:
        seen.append(key)
        DELETERS[number](m, key ^ 1)

    m.range(f)
    assert sorted(key // 2 for key in seen) == list(range(50))
    assert set(m) == set(seen)


def test_range_after_clear_shows_nothing_twice() -> None:
    m = sync.Map[int, int]({n: 0 for n in range(100)})
    seen: list[int] = []

    def f(key: int, value: int) -> None:
        seen.append(key)
        if len(seen) == 10:
            m.clear()
            m.update(dict.fromkeys(range(100), 1))

    m.range(f)
    assert len(seen) == len(set(seen)) >= 10
    assert len(m) == 100


def test_popitem_during_range() -> None:
    m = sync.Map[int, int]({n: 0 for n in range(100)})
    popped: list[int] = []
    seen: list[int] = []

    def f(key: int, value: int) -> None:
        assert key not in popped
        seen.append(key)
        popped.append(m.popitem()[0])
        m.store(popped[-1], 1)

    m.range(f)
    assert len(seen) == len(set(seen))


def test_ranges_within_ranges() -> None:
    m = sync.Map[int, int]({n: n for n in range(20)})
    pairs: list[tuple[int, int]] = []
    m.range(lambda a, _: m.range(lambda b, __: pairs.append((a, b))))
    assert sorted(pairs) == list(itertools.product(range(20), repeat=2))
    assert m._gone is None
