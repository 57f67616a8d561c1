"""sync.Map does what a dict with a lock would: in one thread, and in eight."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomap import int64, sync
from support.linear import SPECIFICATION
from support.threads import hammer

THREADS = 8
KEYS = ["a", "b", "c", "d"]
NUMBERS = st.integers(-3, 3)
ONE_KEY = ["load", "load_and_delete", "delete", "get", "__contains__", "__getitem__"]
WITH_VALUE = ["store", "load_or_store", "swap", "compare_and_delete", "setdefault", "add"]


def one_call(keys: Any) -> Any:
    """A name and its arguments."""
    return st.one_of(
        st.tuples(st.sampled_from(ONE_KEY), keys),
        st.tuples(st.sampled_from(WITH_VALUE), keys, NUMBERS),
        st.tuples(st.just("compare_and_swap"), keys, NUMBERS, NUMBERS),
        st.tuples(st.just("pop"), keys, NUMBERS),
        st.tuples(st.just("update"), st.dictionaries(keys, NUMBERS, max_size=3)),
        st.tuples(st.sampled_from(["clear", "__len__", "to_dict"])),
    )


def drawn_keys(values: list[Any]) -> Any:
    return st.lists(one_call(st.sampled_from(values)), max_size=60)


def agree(m: Any, calls: list[tuple[Any, ...]], zero: Any) -> None:
    """Make the calls on the map and on a dict."""
    model: dict[Any, Any] = {}
    for name, *args in calls:
        expected = SPECIFICATION[name](model, zero, *args)
        result = getattr(m, name)(*args)
        assert result == expected, (name, args)
        assert type(result) is type(expected), (name, args)
        assert m.to_dict() == model
    seen: dict[Any, Any] = {}
    m.range(seen.__setitem__)
    assert seen == model


@given(drawn_keys(KEYS))
def test_random_calls_on_strings(calls: list[tuple[Any, ...]]) -> None:
    agree(sync.Map[str, int](), calls, 0)


@given(drawn_keys([-1, 0, 1, 2**62]))
def test_random_calls_on_unboxed_numbers(calls: list[tuple[Any, ...]]) -> None:
    agree(sync.Map[int64, int64](), calls, 0)


@given(drawn_keys(["a", 1, (2, 3), None]))
def test_random_calls_on_any_keys(calls: list[tuple[Any, ...]]) -> None:
    agree(sync.Map(zero=0), calls, 0)


@given(drawn_keys(KEYS), st.integers(-3, 3))
def test_random_calls_with_a_zero_value_of_ones_own(
    calls: list[tuple[Any, ...]], zero: int
) -> None:
    agree(sync.Map[str, int](zero=zero), calls, zero)


# ---- eight threads ------------------------------------------------------------------------

SINGLE = [name for name in [*ONE_KEY, *WITH_VALUE, "compare_and_swap", "pop"]]


def own_calls(m: Any, number: int, seed: int, calls: int) -> Callable[[], None]:
    """Random calls on keys that no other thread touches, each result checked."""

    def run() -> None:
        rng, model = random.Random(f"{seed}/{number}"), {}
        for _ in range(calls):
            name = rng.choice(SINGLE)
            args = [rng.randrange(5) * THREADS + number]
            wanted = {"compare_and_swap": 2, "pop": 1}.get(name, int(name in WITH_VALUE))
            args += [rng.randrange(3) for _ in range(wanted)]
            expected = SPECIFICATION[name](model, 0, *args)
            assert getattr(m, name)(*args) == expected, (seed, number, name, args)
        for key, value in model.items():
            assert m.load(key) == (value, True)

    return run


CLASSES: list[Any] = [sync.Map[int, int], sync.Map[int64, int64], sync.Map]


@pytest.mark.parametrize("cls", CLASSES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_threads_with_keys_of_their_own_do_not_notice_each_other(cls: Any, seed: int) -> None:
    m = cls(zero=0)
    hammer(*[own_calls(m, number, seed, 1500) for number in range(THREADS)])


@pytest.mark.parametrize("cls", CLASSES, ids=str)
def test_compare_and_swap_counts_exactly(cls: Any) -> None:
    m = cls({n: 0 for n in range(3)})

    def run() -> None:
        for n in range(300):
            while True:
                value, _ = m.load(n % 3)
                if m.compare_and_swap(n % 3, value, value + 1):
                    break

    hammer(*[run] * THREADS)
    assert m.to_dict() == {n: 100 * THREADS for n in range(3)}


@pytest.mark.parametrize("cls", CLASSES, ids=str)
def test_add_counts_exactly(cls: Any) -> None:
    m = cls(zero=0)
    hammer(*[lambda: [m.add(n % 3, 1) for n in range(600)] and None] * THREADS)
    assert m.to_dict() == {n: 200 * THREADS for n in range(3)}


def gathered(m: Any, job: Callable[[int, list[Any]], None]) -> list[list[Any]]:
    """Run the job in each thread, with its number and a list for what it gets."""
    got: list[list[Any]] = [[] for _ in range(THREADS)]
    barrier = threading.Barrier(THREADS)

    def runner(number: int) -> Callable[[], None]:
        def run() -> None:
            barrier.wait(30)
            job(number, got[number])

        return run

    hammer(*[runner(number) for number in range(THREADS)], interval=1e-6)
    return got


def together(rows: list[list[Any]]) -> list[Any]:
    return [value for row in rows for value in row]


def test_load_or_store_has_one_winner_that_all_agree_on() -> None:
    m = sync.Map[int, int]()

    def job(number: int, got: list[Any]) -> None:
        got.extend(m.load_or_store(key, number) for key in range(500))

    got = gathered(m, job)
    for key in range(500):
        results = [row[key] for row in got]
        assert {actual for actual, _ in results} == {m[key]}
        assert [loaded for _, loaded in results].count(False) == 1
        assert results[m[key]] == (m[key], False)


def test_load_and_delete_gives_each_entry_to_one_thread() -> None:
    m = sync.Map[int, int]({n: n for n in range(2000)})

    def job(number: int, got: list[Any]) -> None:
        got.extend(value for value, ok in map(m.load_and_delete, range(2000)) if ok)

    assert sorted(together(gathered(m, job))) == list(range(2000))
    assert len(m) == 0


def test_compare_and_delete_has_one_winner() -> None:
    m = sync.Map[int, int]({n: n for n in range(2000)})

    def job(number: int, got: list[Any]) -> None:
        got.extend(n for n in range(2000) if m.compare_and_delete(n, n))

    assert sorted(together(gathered(m, job))) == list(range(2000))


def test_swap_hands_every_value_on_exactly_once() -> None:
    m = sync.Map[str, int]()

    def job(number: int, got: list[Any]) -> None:
        got.extend(m.swap("a", number * 1000 + n) for n in range(500))

    got = together(gathered(m, job))
    first = [pair for pair in got if not pair[1]]
    handed = [value for value, ok in got if ok]
    assert first == [(0, False)]
    assert sorted([*handed, m["a"]]) == sorted(t * 1000 + n for t in range(8) for n in range(500))


def test_update_is_seen_whole_by_writers_and_readers() -> None:
    m = sync.Map[int, int]({n: 0 for n in range(50)})

    def job(number: int, got: list[Any]) -> None:
        for _ in range(100):
            m.update({n: number for n in range(50)})
            got.append(len(set(m.to_dict().values())))

    assert set(together(gathered(m, job))) == {1}


def test_range_beside_writers_sees_every_stable_entry_once() -> None:
    stable = {n: n for n in range(200)}
    m = sync.Map[int, int](stable)

    def job(number: int, got: list[Any]) -> None:
        for round_ in range(6):
            if number % 2:
                for n in range(1000, 1100):
                    m.store(n, round_)
                    m.delete(n - round_)
                continue
            seen: list[int] = []
            m.range(lambda key, value, seen=seen: seen.append(key))  # type: ignore[misc]
            got.append(seen)

    for seen in together(gathered(m, job)):
        assert len(set(seen)) == len(seen)
        assert stable.keys() <= set(seen)
