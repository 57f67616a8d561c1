"""Calls shared, stopped and heard of: request aggregator, circuit breaker, event bus, LRU cache."""

from __future__ import annotations

import gc
import random
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any

import pytest

from support.guide import load, yielding
from support.threads import hammer

HandClock: Any = load("_clock").HandClock
aggregators, breakers = load("request_aggregator"), load("circuit_breaker")
buses, caches, leasing = load("event_bus"), load("lru_cache"), load("sync_map")
State = breakers.State


def fails() -> None:
    raise ConnectionError("no answer")


def once_all_wait(aggregator: Any, callers: int, call: Callable[[], Any]) -> Callable[[], Any]:
    """The call, held up until all other callers have joined it."""
    tick = threading.Event()

    def run() -> Any:
        while aggregator.stats["spared"] < callers - 1:
            tick.wait(0.001)
        return call()

    return run


# Request aggregator


def test_one_call_answers_all_who_ask_meanwhile() -> None:
    aggregator, answer, got = aggregators.RequestAggregator(), object(), []
    call = once_all_wait(aggregator, 8, lambda: answer)
    hammer(*[lambda: got.append(aggregator.do("k", call))] * 8)
    assert got == [answer] * 8
    assert aggregator.stats == {"made": 1, "spared": 7}
    assert len(aggregator) == 0


def test_an_error_reaches_all_who_wait_and_the_next_call_is_a_new_one() -> None:
    aggregator, errors = aggregators.RequestAggregator(), []
    call = once_all_wait(aggregator, 8, fails)

    def ask() -> None:
        with pytest.raises(ConnectionError, match="no answer") as caught:
            aggregator.do("k", call)
        errors.append(caught.value)

    hammer(*[ask] * 8)
    assert len(errors) == 8
    assert aggregator.stats == {"made": 1, "spared": 7}
    assert aggregator.do("k", lambda: "again") == "again"


def test_a_result_that_is_an_exception_object_is_a_result() -> None:
    """The guide's channel takes it for a failure."""
    error = ValueError("just data")
    assert aggregators.RequestAggregator().do("k", lambda: error) is error


def test_calls_one_after_the_other_and_of_other_keys_are_calls_of_their_own() -> None:
    aggregator = aggregators.RequestAggregator()
    nested = lambda: aggregator.do("b", lambda: "b") + aggregator.do("c", lambda: "c")  # noqa: E731
    assert aggregator.do("a", nested) == "bc"
    assert aggregator.do("a", lambda: "a") == "a"
    assert aggregator.stats == {"made": 4}


def test_an_interrupted_call_leaves_no_key_behind() -> None:
    aggregator = aggregators.RequestAggregator()

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        aggregator.do("k", interrupted)
    assert len(aggregator) == 0
    assert aggregator.do("k", lambda: 1) == 1


# Circuit breaker


def broken(limit: int = 2, pause: float = 30.0) -> tuple[Any, Any]:
    """A breaker whose service "s" has just failed too often, and its clock."""
    clock = HandClock()
    breaker = breakers.CircuitBreaker(limit, pause, clock)
    for _ in range(limit):
        assert breaker.state("s") is State.CLOSED
        with pytest.raises(ConnectionError):
            breaker.call("s", fails)
    assert breaker.state("s") is State.OPEN
    return breaker, clock


def test_an_open_circuit_calls_nothing_until_its_pause_is_over() -> None:
    breaker, clock = broken()
    clock.advance(29.999)
    with pytest.raises(breakers.CircuitOpenError, match="s: open"):
        breaker.call("s", lambda: pytest.fail("called"))
    clock.advance(0.001)
    assert breaker.call("s", lambda: 42) == 42
    assert breaker.state("s") is State.CLOSED


def test_only_failures_in_a_row_count() -> None:
    breaker = breakers.CircuitBreaker(limit=3, clock=HandClock())
    for _ in range(10):
        for _ in range(2):
            with pytest.raises(ConnectionError):
                breaker.call("s", fails)
        assert breaker.unhealthy() == ["s"]
        breaker.call("s", lambda: None)
        assert breaker.unhealthy() == []


def test_a_failed_trial_opens_the_circuit_for_another_pause() -> None:
    breaker, clock = broken(limit=3)
    clock.advance(30)
    with pytest.raises(ConnectionError):
        breaker.call("s", fails)
    clock.advance(29)
    with pytest.raises(breakers.CircuitOpenError):
        breaker.call("s", lambda: None)
    clock.advance(1)
    breaker.call("s", lambda: None)


def test_one_trial_at_a_time() -> None:
    breaker, clock = broken()
    clock.advance(30)

    def trial() -> Any:
        with pytest.raises(breakers.CircuitOpenError, match="half-open"):
            breaker.call("s", lambda: pytest.fail("called"))
        return breaker.state("s")

    assert breaker.call("s", trial) is State.HALF_OPEN
    assert breaker.state("s") is State.CLOSED


def test_of_many_threads_one_makes_the_trial() -> None:
    breaker, clock = broken()
    breaker._circuits = yielding(breaker._circuits, zero=breakers.Circuit())
    clock.advance(30)
    refused: list[Exception] = []
    tried: list[int] = []
    tick, at_once = threading.Event(), threading.Barrier(8, timeout=30)

    def trial() -> None:
        tried.append(1)
        while len(refused) + len(tried) < 8:
            tick.wait(0.001)

    def ask() -> None:
        at_once.wait()
        try:
            breaker.call("s", trial)
        except breakers.CircuitOpenError as error:
            refused.append(error)

    hammer(*[ask] * 8)
    assert (len(tried), len(refused)) == (1, 7)
    assert breaker.state("s") is State.CLOSED


def test_an_interrupted_trial_does_not_leave_the_circuit_half_open() -> None:
    breaker, clock = broken()
    clock.advance(30)

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        breaker.call("s", interrupted)
    assert breaker.state("s") is State.OPEN
    clock.advance(30)
    breaker.call("s", lambda: None)


def test_a_trial_that_never_returns_delays_the_next_one_by_a_pause() -> None:
    breaker, clock = broken()
    clock.advance(30)

    def hangs() -> None:
        clock.advance(30)
        breaker.call("s", lambda: None)
        assert breaker.state("s") is State.CLOSED

    breaker.call("s", hangs)


@pytest.mark.parametrize("ending", [lambda: None, fails], ids=["succeeds", "fails"])
def test_an_old_call_that_ends_during_a_trial_decides_nothing(ending: Callable[[], None]) -> None:
    clock = HandClock()
    breaker = breakers.CircuitBreaker(limit=1, pause=30, clock=clock)
    begun, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        assert may_end.wait(30)
        ending()

    def old_call() -> None:
        with suppress(ConnectionError):
            breaker.call("s", slow)

    thread = threading.Thread(target=old_call, daemon=True)
    thread.start()
    assert begun.wait(30)
    with pytest.raises(ConnectionError):
        breaker.call("s", fails)
    clock.advance(30)

    def trial() -> None:
        may_end.set()
        thread.join(30)
        assert not thread.is_alive()
        assert breaker.state("s") is State.HALF_OPEN

    breaker.call("s", trial)
    assert breaker.state("s") is State.CLOSED


def test_an_old_success_does_not_close_a_circuit_that_opened_meanwhile() -> None:
    breaker = breakers.CircuitBreaker(limit=1, clock=HandClock())

    def slow() -> None:
        with pytest.raises(ConnectionError):
            breaker.call("s", fails)

    breaker.call("s", slow)
    assert breaker.state("s") is State.OPEN


def test_services_are_independent_and_the_healthy_take_no_entry() -> None:
    breaker, _ = broken()
    for n in range(100):
        breaker.call(f"healthy {n}", lambda: None)
        assert breaker.state(f"never called {n}") is State.CLOSED
    assert breaker.unhealthy() == ["s"]


@pytest.mark.parametrize(("limit", "pause"), [(0, 30), (5, 0), (5, -1)])
def test_a_breaker_that_cannot_work_is_refused(limit: int, pause: float) -> None:
    with pytest.raises(ValueError, match=f"{limit}, {pause}"):
        breakers.CircuitBreaker(limit, pause)


# Leases


def test_a_job_belongs_to_one_worker_until_its_lease_expires() -> None:
    clock = HandClock()
    leases = leasing.Leases(10, clock)
    assert [leases.claim("job", worker) for worker in "ab"] == [True, False]
    assert not leases.claim("job", "a"), "a lease is not renewed by claiming again"
    clock.advance(9.999)
    assert not leases.any_expired()
    assert not leases.claim("job", "b")
    clock.advance(0.001)
    assert leases.any_expired()
    assert leases.claim("job", "b")
    assert not leases.any_expired()
    assert (leases.jobs_of("a"), leases.jobs_of("b")) == ([], ["job"])


def test_only_who_holds_a_job_can_finish_it() -> None:
    leases = leasing.Leases(10, HandClock())
    leases.claim("job", "a")
    assert [leases.finish("job", worker) for worker in "baa"] == [False, True, False]
    assert not leases.finish("never claimed", "a")
    assert leases.claim("job", "b")
    with pytest.raises(ValueError, match="-1"):
        leasing.Leases(-1)


def test_free_and_expired_jobs_go_to_one_of_many_threads_each() -> None:
    clock, at_once = HandClock(), threading.Barrier(4, timeout=30)
    leases = leasing.Leases(10, clock)
    leases._leases = yielding(leases._leases)
    for _ in range(3):
        won: list[tuple[str, str]] = []

        def work(worker: str, won: list[tuple[str, str]] = won) -> None:
            for job in map(str, range(50)):
                at_once.wait()
                if leases.claim(job, worker):
                    won.append((job, worker))

        hammer(*[lambda worker=worker: work(worker) for worker in "abcd"])
        assert sorted(job for job, _ in won) == sorted(map(str, range(50)))
        assert all(job in leases.jobs_of(worker) for job, worker in won)
        clock.advance(10)


# Event bus


def test_subscribers_get_what_is_published_while_they_subscribe_in_order() -> None:
    bus = buses.EventBus()
    early = bus.subscribe("t")
    other = bus.subscribe("other")
    bus.publish("t", 1)
    late = bus.subscribe("t")
    assert bus.publish("t", 2) == 2
    bus.unsubscribe(early)
    assert bus.publish("t", 3) == 1
    bus.unsubscribe(late)
    bus.unsubscribe(other)
    assert [list(early), list(late), list(other)] == [[1, 2], [2, 3], []]
    assert list(early) == [], "an ended subscription stays ended"


def test_publishing_to_nobody_makes_no_topic_and_the_last_to_leave_takes_it_along() -> None:
    bus = buses.EventBus()
    assert bus.publish("t", 1) == 0
    assert bus.topics() == []
    one, two = bus.subscribe("t"), bus.subscribe("t")
    bus.unsubscribe(one)
    bus.unsubscribe(one)
    assert bus.topics() == ["t"]
    bus.unsubscribe(two)
    assert bus.topics() == []
    assert bus.publish("t", 2) == 0


def test_a_full_buffer_drops_and_counts_and_hurts_nobody_else() -> None:
    bus = buses.EventBus(buffer=3)
    slow, quick = bus.subscribe("t"), bus.subscribe("t")
    heard = []
    events = iter(quick)
    for n in range(10):
        bus.publish("t", n)
        heard.append(next(events))
    assert heard == list(range(10))
    assert (slow.dropped, quick.dropped) == (7, 0)
    bus.unsubscribe(slow)
    assert list(slow) == [0, 1, 2]
    with pytest.raises(ValueError, match="0"):
        buses.EventBus(buffer=0)


def test_none_is_an_event_like_others() -> None:
    bus = buses.EventBus()
    subscription = bus.subscribe("t")
    bus.publish("t", None)
    bus.unsubscribe(subscription)
    assert list(subscription) == [None]


def test_subscriptions_made_and_ended_by_many_threads_are_all_kept() -> None:
    bus, kept = buses.EventBus(buffer=10_000), []
    bus._subscribers = yielding(bus._subscribers)

    def subscribe() -> None:
        for _ in range(100):
            kept.append(bus.subscribe("t"))
            bus.unsubscribe(bus.subscribe("t"))

    hammer(*[subscribe] * 6)
    assert bus.publish("t", "all") == len(kept) == 600


def test_publishers_and_readers_at_once_lose_nothing() -> None:
    bus = buses.EventBus(buffer=10_000)
    subscriptions = [bus.subscribe("t") for _ in range(3)]
    heard: list[list[Any]] = []

    def publish(number: int) -> Callable[[], None]:
        return lambda: [bus.publish("t", (number, n)) for n in range(300)].clear()

    def read(subscription: Any) -> Callable[[], None]:
        return lambda: heard.append([*islice(subscription, 900)])

    hammer(*[publish(n) for n in range(3)], *map(read, subscriptions))
    assert len(heard) == 3
    for events in heard:
        for number in range(3):
            assert [n for who, n in events if who == number] == list(range(300))


# LRU cache


@pytest.mark.parametrize("seed", range(5))
def test_the_cache_agrees_with_an_ordered_dict(seed: int) -> None:
    rng = random.Random(seed)
    capacity = rng.randint(1, 8)
    cache, model = caches.LRUCache(capacity), OrderedDict[str, int]()
    for n in range(2000):
        key = str(rng.randrange(12))
        if rng.random() < 0.5:
            assert cache.get(key) == ((model[key], True) if key in model else (None, False))
        else:
            cache.put(key, n)
            model[key] = n
        if key in model:
            model.move_to_end(key)
        while len(model) > capacity:
            model.popitem(last=False)
        assert cache.keys() == [*reversed(model)]
        assert len(cache) == len(model)


def test_a_cached_none_is_a_hit() -> None:
    cache = caches.LRUCache(2)
    assert cache.get_or_fetch("k", lambda key: None) is None
    assert cache.get_or_fetch("k", lambda key: pytest.fail("fetched again")) is None
    assert cache.get("k") == (None, True)


def test_what_is_evicted_is_freed_at_once() -> None:
    class Value:
        pass

    gc.disable()
    try:
        cache, value = caches.LRUCache(1), Value()
        gone = weakref.ref(value)
        cache.put("a", value)
        del value
        assert gone() is not None
        cache.put("b", 1)
        assert gone() is None
    finally:
        gc.enable()


def test_threads_that_miss_at_once_all_get_the_same_object() -> None:
    cache, got = caches.LRUCache(3), []
    cache._nodes = yielding(cache._nodes)
    all_miss = threading.Barrier(6, timeout=30)

    def fetch(key: str) -> object:
        all_miss.wait()
        return object()

    hammer(*[lambda: got.append(cache.get_or_fetch("k", fetch))] * 6)
    assert len({id(value) for value in got}) == 1


def test_the_ring_stays_whole_under_threads() -> None:
    cache = caches.LRUCache(10)
    cache._nodes = yielding(cache._nodes)

    def work(seed: int) -> Callable[[], None]:
        rng = random.Random(seed)

        def run() -> None:
            for _ in range(500):
                key = str(rng.randrange(20))
                if rng.random() < 0.5:
                    cache.put(key, key)
                else:
                    assert cache.get(key) in [(key, True), (None, False)]

        return run

    hammer(*map(work, range(4)))
    assert len(cache.keys()) == len(set(cache.keys())) == len(cache) == 10


def test_a_cache_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="0"):
        caches.LRUCache(0)
