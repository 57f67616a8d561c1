"""What the services of the guide promise: lifetimes, limits, pools, counts; under threads too."""

from __future__ import annotations

import math
import random
import sqlite3
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from gomap import Map
from support.guide import load, yielding
from support.threads import beside, hammer

HandClock: Any = load("_clock").HandClock
sessions, limiting = load("session_store"), load("rate_limiter")
pools, metrics_of, flags_of = (
    load("connection_pool"),
    load("metrics_collector"),
    load("feature_flags"),
)
queries = load("query_cache")


def test_a_clock_moved_by_hand_never_goes_back() -> None:
    clock = HandClock(5.0)
    clock.advance(0.5)
    assert clock() == 5.5
    with pytest.raises(ValueError, match="-1"):
        clock.advance(-1)


# Sessions


def test_a_session_lives_to_the_end_of_its_time_and_is_then_deleted_by_its_reader() -> None:
    clock = HandClock()
    store = sessions.SessionStore(lifetime=10, clock=clock)
    key = store.create(1, "alice@example.com")
    clock.advance(10)
    assert store.get(key).email == "alice@example.com"
    clock.advance(0.001)
    assert len(store) == 1
    with pytest.raises(sessions.SessionExpiredError):
        store.get(key)
    assert len(store) == 0
    with pytest.raises(sessions.SessionNotFoundError) as caught:
        store.get(key)
    assert caught.type is sessions.SessionNotFoundError


def test_a_sweep_deletes_the_expired_and_no_other() -> None:
    clock = HandClock()
    store = sessions.SessionStore(lifetime=10, clock=clock)
    for user in range(500):
        store.create(user, "old@example.com")
    clock.advance(6)
    young = [store.create(user, "young@example.com") for user in range(500)]
    clock.advance(6)
    assert (store.sweep(), len(store), store.sweep()) == (500, 500, 0)
    assert [store.get(key).user_id for key in young] == list(range(500))


def test_sessions_have_data_of_their_own_and_reading_adds_none() -> None:
    store = sessions.SessionStore()
    one, two = (store.create(n, "x@example.com") for n in range(2))
    store.get(one).data["theme"] = "dark"
    assert store.get(two).data["theme"] is None
    assert len(store.get(two).data) == 0
    assert store.get(one).data["theme"] == "dark"


def test_ending_a_session_twice_is_fine() -> None:
    store = sessions.SessionStore(new_id=iter(["a", "b"]).__next__)
    assert [store.create(n, "x@example.com") for n in range(2)] == ["a", "b"]
    store.end("a")
    store.end("a")
    assert len(store) == 1


def test_sweeps_beside_logins_delete_no_live_session() -> None:
    clock = HandClock()
    store = sessions.SessionStore(lifetime=10, clock=clock)
    for n in range(2000):
        store.create(n, "old@example.com")
    clock.advance(11)
    live: list[str] = []

    def log_in() -> None:
        for n in range(500):
            live.append(store.create(n, "new@example.com"))
            store.get(live[-1])

    beside(lambda: hammer(log_in, log_in), store.sweep)
    store.sweep()
    assert len(store) == len(live) == 1000
    assert all(store.get(key).email == "new@example.com" for key in live)


# Rate limiter


@pytest.mark.parametrize("seed", range(5))
def test_the_limiter_agrees_with_all_requests_ever_allowed(seed: int) -> None:
    rng, clock = random.Random(seed), HandClock()
    limiter = limiting.RateLimiter(limit=3, window=10, clock=clock)
    allowed: dict[str, list[float]] = {}
    for _ in range(1000):
        clock.advance(rng.choice([0, 0, 1, 2, 10]))
        client = rng.choice("abc")
        times = allowed.setdefault(client, [])
        expected = sum(t > clock() - 10 for t in times) < 3
        assert limiter.allow(client) == expected
        if expected:
            times.append(clock())


def test_a_request_exactly_a_window_ago_no_longer_counts() -> None:
    clock = HandClock()
    limiter = limiting.RateLimiter(limit=1, window=10, clock=clock)
    assert limiter.allow("a")
    clock.advance(9.999)
    assert not limiter.allow("a")
    clock.advance(0.001)
    assert limiter.allow("a")


def test_clients_that_have_gone_quiet_are_forgotten_within_two_windows() -> None:
    clock = HandClock()
    limiter = limiting.RateLimiter(limit=2, window=10, clock=clock)
    for n in range(10_000):
        clock.advance(0.1)
        assert limiter.allow(f"client {n}")
        assert len(limiter) <= 201


def test_threads_together_get_what_the_limit_allows() -> None:
    limiter = limiting.RateLimiter(limit=20, window=10, clock=HandClock())
    limiter._requests = yielding(limiter._requests)
    verdicts: list[bool] = []

    def ask() -> None:
        verdicts.extend([limiter.allow("a") for _ in range(50)])

    hammer(*[ask] * 6)
    assert (len(verdicts), sum(verdicts)) == (300, 20)


@pytest.mark.parametrize(("limit", "window"), [(0, 1), (-1, 1), (1, 0), (1, -5)])
def test_a_limiter_that_cannot_work_is_refused(limit: int, window: float) -> None:
    with pytest.raises(ValueError, match=f"{limit}, {window}"):
        limiting.RateLimiter(limit, window)


# Feature flags


def test_a_users_own_setting_counts_for_that_user_only() -> None:
    flags = flags_of.FeatureFlags()
    assert not flags.is_enabled("new", "alice")
    flags.set_for("alice", "new", True)
    assert [flags.is_enabled("new", user) for user in ("alice", "bob", "")] == [True, False, False]
    flags.set("new", True)
    flags.set_for("bob", "new", False)
    assert [flags.is_enabled("new", user) for user in ("alice", "bob", "")] == [True, False, True]
    assert not flags.is_enabled("other", "alice")


def test_off_and_unknown_are_told_apart_and_asking_sets_nothing() -> None:
    flags = flags_of.FeatureFlags()
    flags.set("off", False)
    flags.set("on", True)
    assert [flags.state(name) for name in ("on", "off", "typo")] == ["on", "off", "unknown"]
    assert not flags.is_enabled("typo", "nobody")
    assert len(flags) == 2
    with pytest.raises(TypeError, match="bool"):
        flags.set("on", "yes")


def test_users_settings_made_at_once_are_all_kept() -> None:
    flags = flags_of.FeatureFlags()

    def job(number: int) -> Callable[[], None]:
        return lambda: [flags.set_for(f"u{n}", f"f{number}", True) for n in range(100)][0]

    hammer(*[job(number) for number in range(6)])
    assert all(flags.is_enabled(f"f{f}", f"u{n}") for n in range(100) for f in range(6))


# Connection pool


@pytest.mark.parametrize("size", [1, 3])
def test_a_pool_lends_each_connection_to_one_at_a_time(size: int) -> None:
    pool = pools.ConnectionPool(size)
    pool._idle = yielding(pool._idle)
    lent: Map[str, int] = Map[str, int]()
    most = 0

    def work() -> None:
        nonlocal most
        for _ in range(300):
            try:
                name, connection = pool.acquire()
            except pools.PoolExhaustedError:
                continue
            assert lent.add(name, 1) == 1, "lent twice"
            assert connection.execute("select 1").fetchone() == (1,)
            most = max(most, sum(lent.values()))
            lent.add(name, -1)
            pool.release(name)

    hammer(*[work] * 6)
    assert 1 <= most <= size
    assert set(lent) <= {"conn-1", "conn-2", "conn-3"}
    assert pool.state() == (size, 0)
    pool.close()


def test_an_empty_pool_refuses_and_what_was_not_lent_cannot_come_back() -> None:
    pool = pools.ConnectionPool(1)
    name, _ = pool.acquire()
    with pytest.raises(pools.PoolExhaustedError, match="all 1 connections"):
        pool.acquire()
    for stranger in ("conn-2", ""):
        with pytest.raises(KeyError, match=repr(stranger)):
            pool.release(stranger)
    pool.release(name)
    with pytest.raises(KeyError, match=name):
        pool.release(name)
    assert pool.state() == (1, 0)
    pool.close()


def test_a_block_that_fails_gives_its_connection_back() -> None:
    pool = pools.ConnectionPool(1)
    with pytest.raises(sqlite3.OperationalError), pool.connection() as connection:
        connection.execute("select nonsense")
    assert pool.state() == (1, 0)
    pool.close()


def test_closing_waits_for_nobody_and_closes_all() -> None:
    with pytest.raises(ValueError, match="0"):
        pools.ConnectionPool(0)
    pool = pools.ConnectionPool(2)
    with pool.connection() as connection:
        with pytest.raises(RuntimeError, match="still lent: conn-"):
            pool.close()
        connection.execute("select 1")
    pool.close()
    assert pool.state() == (0, 0)
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("select 1")


# Metrics


def test_counts_of_many_threads_add_up() -> None:
    metrics = metrics_of.MetricsCollector()

    def work() -> None:
        for n in range(1000):
            metrics.increment(f"c{n % 5}", 2)
            metrics.observe(f"h{n % 3}", [1.5, 30.0])

    hammer(*[work] * 4)
    assert metrics.counters == {f"c{n}": 1600 for n in range(5)}
    assert sum(sum(bins.values()) for bins in metrics.histograms.values()) == 8000
    assert all(set(bins) == {2.0, 50.0} for bins in metrics.histograms.values())


def test_reading_metrics_that_are_not_there_inserts_none() -> None:
    metrics = metrics_of.MetricsCollector()
    assert metrics.counters["x"] == 0
    assert metrics.gauges["x"] == 0.0
    assert math.isnan(metrics.quantile("x", 0.5))
    assert not metrics.counters
    assert not metrics.gauges
    assert not metrics.histograms


def test_a_gauge_shows_the_last_value_and_a_counter_never_wraps() -> None:
    metrics = metrics_of.MetricsCollector()
    metrics.set_gauge("g", 1)
    metrics.set_gauge("g", 2.5)
    assert metrics.gauges["g"] == 2.5
    metrics.increment("c", 2**63 - 1)
    with pytest.raises(OverflowError):
        metrics.increment("c")
    assert metrics.counters["c"] == 2**63 - 1


@pytest.mark.parametrize("seed", range(5))
def test_a_quantile_is_the_bin_of_the_sample_in_that_place(seed: int) -> None:
    rng = random.Random(seed)
    values = sorted(rng.lognormvariate(3, 2) for _ in range(256))
    metrics = metrics_of.MetricsCollector()
    metrics.observe("h", values)
    for place in range(1, 257):
        assert metrics.quantile("h", place / 256) == metrics_of.bin_of(values[place - 1])


def test_samples_with_a_nan_among_them_are_refused_as_a_whole() -> None:
    metrics = metrics_of.MetricsCollector()
    with pytest.raises(ValueError, match="NaN"):
        metrics.observe("h", [1.0, math.nan])
    assert not metrics.histograms
    with pytest.raises(ValueError, match=r"1\.5"):
        metrics.quantile("h", 1.5)


def test_bounds_belong_to_the_bin_below_them() -> None:
    assert [metrics_of.bin_of(v) for v in (-1, 1, 1.001, 2, 500, 501)] == [
        1,
        1,
        2,
        2,
        500,
        math.inf,
    ]


# Query cache


def ask(table: str, *arguments: object) -> Any:
    return queries.Query(table, f"select from {table}", arguments)


def test_a_query_runs_once_also_when_its_result_is_none() -> None:
    ran: list[Any] = []
    cache = queries.QueryCache(lambda query: ran.append(query))
    for _ in range(3):
        assert cache.fetch(ask("users", 1)) is None
    assert cache.fetch(ask("users", 2)) is None
    assert ran == [ask("users", 1), ask("users", 2)]


def test_invalidating_a_table_forgets_its_results_only() -> None:
    runs = count(1)
    cache = queries.QueryCache(lambda query: next(runs))
    for n in range(100):
        cache.fetch(ask("users", n))
        cache.fetch(ask("orders", n))
    assert (cache.invalidate("users"), cache.invalidate("users"), len(cache)) == (100, 0, 100)
    assert cache.fetch(ask("orders", 7)) == 16
    assert cache.fetch(ask("users", 7)) == 201


def test_the_cache_holds_no_more_than_its_limit() -> None:
    cache = queries.QueryCache(lambda query: query.arguments[0], limit=10)
    for n in range(100):
        assert cache.fetch(ask("t", n)) == n
        assert len(cache) == min(n + 1, 10)
    with pytest.raises(ValueError, match="0"):
        queries.QueryCache(print, limit=0)


def test_a_result_read_before_a_write_is_not_stored_after_it() -> None:
    value = 1

    def run(query: Any) -> int:
        nonlocal value
        seen = value
        if value == 1:
            value = 2  # somebody writes while the query is under way
            cache.invalidate("t")
        return seen

    cache = queries.QueryCache(run)
    assert cache.fetch(ask("t")) == 1
    assert len(cache) == 0
    assert cache.fetch(ask("t")) == cache.fetch(ask("t")) == 2
    assert len(cache) == 1


def test_threads_never_see_a_result_older_than_the_last_write_they_know_of() -> None:
    table = Map[str, int]({"value": 0})
    cache = queries.QueryCache(lambda query: table["value"], limit=5)

    def write() -> None:
        for n in range(1, 300):
            table["value"] = n
            cache.invalidate("t")
            assert cache.fetch(ask("t")) == n

    def read() -> None:
        known = table["value"]
        assert cache.fetch(ask("t")) >= known - 1  # a write counts once it has invalidated

    beside(write, read, read)
    assert cache.fetch(ask("t")) == 299
