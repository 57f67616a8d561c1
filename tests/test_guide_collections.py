"""What the guide's collections promise: groups, counts, sets, nested maps, copies, iteration."""

from __future__ import annotations

import random
from array import array
from collections import Counter
from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest

import gomap
from gomap import Map, inspect
from support.guide import load, yielding
from support.threads import beside, hammer

grouping, counting, endpoints = load("grouping"), load("word_count"), load("endpoint_calls")
huge, interning, sets = load("huge_keys"), load("string_interner"), load("sets")
nested, lookups, tables = load("nested_maps"), load("user_lookup"), load("small_table")
zeros, iterating, copying = load("zero_values"), load("iteration"), load("copy_and_compare")
accounts, memory = load("safe_map"), load("memory")
Order, Endpoint, Cell = grouping.Order, endpoints.Endpoint, nested.Cell


def test_orders_keep_their_order_and_a_list_read_before_does_not_change() -> None:
    orders = grouping.Book()
    for n in range(10):
        before = orders[n % 2]
        grouping.add_order(orders, Order(n % 2, f"item {n}", n))
        assert orders[n % 2] == (*before, Order(n % 2, f"item {n}", n))
    assert [order.cents for order in orders[1]] == [1, 3, 5, 7, 9]
    assert orders[99] == ()
    assert sorted(orders) == [0, 1]


def test_orders_added_by_many_threads_are_all_there() -> None:
    orders = yielding(grouping.Book())

    def job(number: int) -> Callable[[], None]:
        def run() -> None:
            for n in range(100):
                grouping.add_order(orders, Order(n % 3, "tea", number))

        return run

    hammer(*[job(number) for number in range(4)])
    assert sum(map(len, orders.values())) == 400


def test_groups_are_those_of_a_loop_over_a_dict() -> None:
    groups = grouping.group_by(lambda n: n % 7, range(1000))
    assert groups == {rest: list(range(rest, 1000, 7)) for rest in range(7)}


def test_revenue_sums_columns() -> None:
    rng = random.Random(1)
    customers = array("q", (rng.randrange(50) for _ in range(2000)))
    cents = array("q", (rng.randrange(-100, 10_000) for _ in range(2000)))
    expected: Counter[int] = Counter()
    for customer, amount in zip(customers, cents, strict=True):
        expected[customer] += amount
    assert grouping.revenue(customers, cents) == dict(expected)


@pytest.mark.parametrize("seed", range(3))
def test_words_are_counted_as_a_counter_does(seed: int) -> None:
    rng = random.Random(seed)
    words = [f"w{min(rng.randrange(40), rng.randrange(40))}" for _ in range(500)]
    counts, right = counting.frequency(words), Counter(words)
    assert counts == right
    ranked = sorted(right.items(), key=lambda item: (-item[1], item[0]))
    assert counting.top(counts, 5) == ranked[:5]
    assert counting.top(counts, 1000) == ranked
    assert counts["never"] == 0
    assert len(counts) == len(right)


def test_words_are_what_looks_like_words() -> None:
    assert counting.words("The  fox,\n\tdoesn't — a-b 'x'") == "the fox doesn't a b x".split()
    assert counting.words("") == []


def test_endpoints_are_counted_by_method_and_path() -> None:
    calls = endpoints.count_calls(["GET /a", "POST /a", "GET /a", "GET /b c"])
    expected = {("GET", "/a"): 2, ("POST", "/a"): 1, ("GET", "/b c"): 1}
    assert calls == {Endpoint(*pair): n for pair, n in expected.items()}
    assert calls[Endpoint("GET", "/nowhere")] == 0
    assert len(calls) == 3


@pytest.mark.parametrize("line", ["", "GET", "GET users", " /users"])
def test_a_line_that_is_no_call_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=repr(line)):
        endpoints.count_calls(["GET /a", line])


def test_equal_documents_are_kept_once_and_others_apart() -> None:
    store = huge.DocumentStore()
    documents = [bytes([n % 50]) * 1000 for n in range(100)]
    keys = [store.put(data) for data in documents]
    assert len(store) == len(set(keys)) == 50
    assert all(store.get(key) == (data, True) for key, data in zip(keys, documents, strict=True))
    assert store.get(b"unknown") == (b"", False)
    assert store.get(store.put(b"")) == (b"", True), "an empty document is not an absent one"


def test_interned_strings_are_one_object_in_all_threads() -> None:
    interner = interning.StringInterner()
    got: list[list[str]] = []
    texts = [interning.levels(300) for _ in range(4)]
    hammer(*[lambda mine=mine: got.append([*map(interner.intern, mine)]) for mine in texts])
    assert got == texts
    assert len({id(text) for text in chain(*texts)}) == 1200
    assert len({id(text) for text in chain(*got)}) == len(interner) == 3


def test_each_visitor_is_new_once_whatever_the_threads_do() -> None:
    visitors = sets.Visitors()
    firsts: list[int] = []

    def visit() -> None:
        firsts.extend(n for n in range(300) if visitors.record(f"10.0.0.{n}"))

    hammer(*[visit] * 5)
    assert sorted(firsts) == list(range(300))
    assert len(visitors) == 300
    assert set(visitors.visits.values()) == {5}


def test_sets_of_ids_hold_what_they_were_given() -> None:
    rng = random.Random(2)
    ids = [rng.randrange(-(2**63), 2**63) for _ in range(500)]
    made = sets.id_set([*ids, *ids])
    assert made.keys() == set(ids)
    assert all(made[n] for n in ids)
    assert not made[min(ids) // 2]
    assert list(made.contains_many(array("q", [ids[0], 17]))) == [True, False]
    with pytest.raises(OverflowError):
        sets.id_set([2**63])


def test_pages_have_maps_of_their_own_and_reading_makes_none() -> None:
    clicks = nested.no_clicks()
    assert clicks["/"]["fr"] == 0
    assert len(clicks) == 0
    assert [nested.click(clicks, "/", "fr") for _ in range(3)] == [1, 2, 3]
    assert nested.click(clicks, "/shop", "fr") == 1
    assert clicks == {"/": {"fr": 3}, "/shop": {"fr": 1}}
    with pytest.raises(gomap.NilMapError):
        clicks["/other"]["fr"] = 1
    assert clicks["/other"]["fr"] == 0
    assert nested.flat(clicks) == {Cell("/", "fr"): 3, Cell("/shop", "fr"): 1}


def test_clicks_of_many_threads_are_all_counted() -> None:
    clicks = nested.no_clicks()
    hammer(*[lambda: [nested.click(clicks, f"/{n % 9}", "de") for n in range(900)].clear()] * 4)
    assert clicks == {f"/{n}": {"de": 400} for n in range(9)}


def test_a_map_compares_a_key_or_two_where_a_list_compares_all_before() -> None:
    users = lookups.make_users(2000)
    by_name = lookups.index(users)
    for at, user in enumerate(users[:300]):
        assert by_name[user.name] == user
        assert lookups.comparisons_in_list(users, user.name) == at + 1
        assert 1 <= lookups.comparisons_in_map(by_name, user.name) <= 4
    assert by_name["nobody"] is None
    assert lookups.comparisons_in_list(users, "nobody") == 2000


def test_a_sorted_table_answers_as_a_map_does_and_knows_ranges() -> None:
    rng = random.Random(3)
    m = Map[str, int]({f"{rng.randrange(500):03}": rng.randrange(3) for _ in range(200)})
    table = tables.SortedTable(m)
    for n in range(500):
        assert table.lookup(f"{n:03}") == m.lookup(f"{n:03}")
    assert table.between("100", "200") == sorted((k, v) for k, v in m.items() if k[0] == "1")
    assert tables.SortedTable({}).lookup("x") == (0, False)


def test_a_nil_map_reads_as_empty_and_is_made_before_it_is_written() -> None:
    nil = Map[str, int].nil()
    assert zeros.total(nil, ["a", "b"]) == 0
    made = zeros.ready(nil)
    assert made is not nil
    assert zeros.ready(made) is made, "empty is not nil"
    made["a"] = 2
    assert zeros.ready(made) is made
    assert zeros.total(made, ["a", "b"]) == 2
    assert nil.is_nil
    assert [zeros.status_line(code) for code in (200, 299)] == ["200 OK", "299 (unknown)"]
    assert len(zeros.STATUS) == 3


def test_orders_differ_from_iteration_to_iteration() -> None:
    m = Map[str, int]({name: 1 for name in "abcdefgh"})
    assert len(iterating.orders(m, 200)) > 4


@pytest.mark.parametrize("size", [2, 16, 500])
def test_one_of_each_pair_is_visited_whatever_the_order(size: int) -> None:
    for _ in range(20):
        m = Map[int, int]((n, n) for n in range(size))
        visited = iterating.delete_pairs(m)
        assert sorted(visited) == sorted(m)
        assert sorted(n // 2 for n in visited) == list(range(size // 2))


def test_all_who_were_there_come_once_while_others_are_inserted() -> None:
    for _ in range(50):
        m = Map[int, int]((n, 1) for n in range(60))
        visited = iterating.double_and_insert(m)
        assert len(visited) == len(set(visited))
        assert set(range(60)) <= set(visited)
        assert all(m[n] == 2 for n in range(60))


def test_an_alias_is_the_map_and_a_copy_is_not() -> None:
    m = Map[str, int]({"a": 1})
    alias, independent = m, m.copy()
    copying.modify(alias)
    assert m == {"a": 1, "d": 4}
    assert independent == {"a": 1}


def test_money_is_neither_made_nor_lost_and_no_account_goes_below_zero() -> None:
    bank, names = accounts.Accounts(), "abcd"
    bank._balances = yielding(bank._balances)
    for name in names:
        bank.deposit(name, 100)

    def work() -> None:
        rng = random.Random(4)
        for _ in range(600):
            giver, taker = rng.sample(names, 2)
            bank.transfer(giver, taker, rng.randrange(80))

    def look() -> None:
        assert bank.total() == 400
        assert all(bank.balance(name) >= 0 for name in names)

    beside(lambda: hammer(*[work] * 3), look)
    look()


def test_a_transfer_that_cannot_be_changes_nothing() -> None:
    bank = accounts.Accounts()
    bank.deposit("a", 5)
    assert not bank.transfer("a", "b", 6)
    assert not bank.transfer("a", "b", -1)
    assert not bank.transfer("nobody", "a", 1)
    assert bank.transfer("a", "b", 5)
    assert (bank.balance("a"), bank.balance("b"), bank.balance("nobody")) == (0, 5, 0)


def test_deposits_of_threads_add_up_without_a_lock() -> None:
    bank = accounts.Accounts()
    bank._balances = yielding(bank._balances)
    accounts.run_all(*[lambda: [bank.deposit("a", 1) for _ in range(2000)].clear()] * 4)
    assert bank.balance("a") == 8000


def test_a_hint_saves_all_growth_and_a_map_shrinks_only_when_told() -> None:
    assert inspect.stats(memory.filled(10_000)).doublings == 11
    m: Any = memory.filled(10_000, hint=10_000)
    before = inspect.stats(m)
    assert before.doublings == 0
    memory.keep(m, 10)
    assert (len(m), inspect.stats(m).bytes_total) == (10, before.bytes_total)
    m.shrink()
    assert inspect.stats(m).bytes_total * 50 < before.bytes_total
    assert all(m[n] == n for n in m)


def test_overflow_buckets_show_bad_hashes() -> None:
    good = memory.filled(1000)
    bad = Map[int, int](good, hasher=lambda key, seed: 7, hint=1000)
    assert memory.overflow_buckets(good) < 20
    assert memory.overflow_buckets(bad) == 124
    assert bad == good
