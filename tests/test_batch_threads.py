"""Batches that run without the interpreter lock, beside everything else that threads do.

Large batches over unboxed maps release the lock: others' reads run beside a reading batch,
writes wait for it, and everything waits for a writing batch.  Nothing is ever torn.
"""

from __future__ import annotations

import pickle
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gomap
from gomap import Map as AnyMap
from gomap import float64, inspect, int64
from support.inside import assert_valid
from support.threads import beside, hammer

Map: Any = AnyMap
N = 200_000
KEYS = np.random.default_rng(7).permutation(np.arange(N) * 7919)
FEW = KEYS[:20_000]
pytestmark = pytest.mark.large


def multiples(m: Any, factor: int) -> None:
    """Write every key's element as the key times a factor."""
    m.set_many(KEYS, KEYS * factor)


def is_multiple(elem: int, key: int) -> bool:
    """Whether some writer wrote that whole element."""
    return elem == 0 or (elem % key == 0 and 1 <= elem // key <= 9) if key else elem == 0


def writes() -> tuple[Any, Callable[[], None]]:
    """A map and work on it: ten large batches of one kind after the other."""
    m = Map[int64, int64].from_arrays(KEYS, KEYS)

    def work() -> None:
        for factor in range(2, 8):
            multiples(m, factor)

    return m, work


READS: dict[str, Callable[[Any], None]] = {}


def read(function: Callable[[Any], None]) -> Callable[[Any], None]:
    """Enter a function that reads a map of `writes` and checks what it sees."""
    READS[function.__name__] = function
    return function


@read
def single(m: Any) -> None:
    for key in KEYS[:50].tolist():
        assert is_multiple(m[key], key)
        assert m.lookup(key)[1]
        assert key in m
        assert m.get(key) is not None
        assert -1 not in m


@read
def get_many(m: Any) -> None:
    elems, found = m.get_many(FEW)
    assert found.all()
    factors = elems[FEW > 0] // FEW[FEW > 0]
    assert (factors * FEW[FEW > 0] == elems[FEW > 0]).all()
    assert len(set(factors.tolist())) == 1, "a batch is one operation to others"


@read
def contains_many(m: Any) -> None:
    assert m.contains_many(FEW).all()
    assert not m.contains_many(-1 - FEW).any()


@read
def to_arrays(m: Any) -> None:
    keys, elems = m.to_arrays()
    assert len(keys) == N
    factors = elems[keys > 0] // keys[keys > 0]
    assert (factors * keys[keys > 0] == elems[keys > 0]).all()
    assert len(set(factors.tolist())) == 1


@read
def iteration(m: Any) -> None:
    for (key, elem), _ in zip(m.items(), range(500), strict=False):
        assert is_multiple(elem, key)


@read
def length(m: Any) -> None:
    assert len(m) == N
    assert m
    assert sys.getsizeof(m) > 16 * N


@read
def random_items(m: Any) -> None:
    for _ in range(20):
        key, elem = m.random_item()
        assert is_multiple(elem, key)


@read
def copies(m: Any) -> None:
    other = m.copy()
    assert len(other) == N
    get_many(other)


@read
def dicts(m: Any) -> None:
    assert all(is_multiple(elem, key) for key, elem in list(m.to_dict().items())[:1000])


@read
def pickles(m: Any) -> None:
    buffers: list[Any] = []
    data = pickle.dumps(m, 5, buffer_callback=buffers.append)
    get_many(pickle.loads(data, buffers=buffers))


@read
def figures(m: Any) -> None:
    assert inspect.stats(m).count == N


@read
def equality(m: Any) -> None:
    assert (m == {1: 2}) is False
    assert m.is_nil is False
    assert bool(m.keys() & {int(KEYS[0])})


@pytest.mark.parametrize("name", READS)
def test_reads_beside_a_writing_batch_see_whole_batches(name: str) -> None:
    m, work = writes()
    beside(work, lambda: READS[name](m))
    assert m.to_arrays()[1].sum() == KEYS.sum() * 7
    assert_valid(m)


def test_a_batch_of_inserts_and_deletes_is_one_operation_to_others() -> None:
    m: Any = Map[int64, int64]()

    def work() -> None:
        for _ in range(4):
            m.set_many(KEYS, KEYS)
            m.delete_many(KEYS)
            m.add_many(KEYS, KEYS)
            m.clear()

    def look() -> None:
        assert len(m) in (0, N)
        assert bool(m) in (True, False)
        assert m.contains_many(FEW).sum() in (0, len(FEW))
        assert len(m.keys_array()) in (0, N)
        assert sum(m[key] != 0 for key in FEW[:20].tolist()) in range(21)
        assert inspect.stats(m).count in (0, N)

    beside(work, look)
    assert_valid(m)


def test_all_reads_beside_a_writing_batch() -> None:
    m, work = writes()
    slow = ("copies", "dicts", "pickles", "figures", "to_arrays", "equality")
    beside(work, *[lambda f=f: f(m) for name, f in READS.items() if name not in slow])
    assert_valid(m)


@pytest.mark.parametrize("name", READS)
def test_reads_beside_a_reading_batch(name: str) -> None:
    m = Map[int64, int64].from_arrays(KEYS, KEYS)

    def work() -> None:
        for _ in range(5):
            elems, found = m.get_many(KEYS)
            assert found.all()
            assert (elems == KEYS).all()

    beside(work, lambda: READS[name](m))


def test_several_reading_batches() -> None:
    m = Map[int64, float64].from_arrays(KEYS, KEYS / 2)

    def job(number: int) -> Callable[[], None]:
        def run() -> None:
            mine = KEYS[number::3].copy()
            for _ in range(5):
                out = np.empty(len(mine))
                elems, found = m.get_many(mine, out=out)
                assert elems is out
                assert (out == mine / 2).all()
                assert found.all()
                assert m.contains_many(mine).all()

        return run

    hammer(*[job(number) for number in range(3)])
    assert_valid(m)


def test_single_writes_wait_for_reading_batches() -> None:
    m = Map[int64, int64].from_arrays(KEYS, KEYS)
    written: list[int] = []

    def reading() -> None:
        for _ in range(10):
            elems, found = m.get_many(KEYS)
            assert found.all()
            assert (elems == KEYS).all()

    def write() -> None:
        n = -1 - len(written)
        m[n] = n
        m.add(n, 1)
        assert m.pop(n) == n + 1
        m.setdefault(n, n)
        written.append(n)

    beside(reading, write, lambda: m.finish_growth())
    assert len(m) == N + len(written)
    assert m.contains_many(written).all()
    assert_valid(m)


def test_batch_writers_of_their_own_keys_lose_nothing() -> None:
    m: Any = Map[int64, int64]()

    def job(number: int) -> Callable[[], None]:
        def run() -> None:
            mine = KEYS[number::4].copy()
            m.set_many(mine, mine)
            m.add_many(mine, number)
            assert m.delete_many(mine[::2]) == len(mine[::2])

        return run

    hammer(*[job(number) for number in range(4)])
    assert_valid(m)
    for number in range(4):
        mine = KEYS[number::4]
        elems, found = m.get_many(mine)
        assert not found[::2].any()
        assert found[1::2].all()
        assert (elems[1::2] == mine[1::2] + number).all()


def test_adding_batches_and_single_adds_lose_nothing() -> None:
    m: Any = Map[int64, int64]()
    keys = np.tile(np.arange(500), 100)

    def batches() -> None:
        for _ in range(5):
            m.add_many(keys, 1)

    def singles() -> None:
        for n in range(3000):
            m.add(n % 500, 1)

    hammer(batches, batches, singles, singles)
    assert m.values_array().sum() == 2 * 5 * len(keys) + 2 * 3000
    assert_valid(m)


CHANGES: dict[str, Callable[[Any], Any]] = {
    "clear": lambda m: m.clear(),
    "gomap.clear": gomap.clear,
    "del": lambda m: [m.__delitem__(key) for key in KEYS[:100].tolist()],
    "delete_many": lambda m: m.delete_many(FEW),
    "popitem": lambda m: [m.popitem() for _ in range(20) if len(m) > 1000],
    "set": lambda m: [m.__setitem__(key, key) for key in KEYS[:100].tolist()],
    "update": lambda m: m.update({key: key for key in KEYS[:300].tolist()}),
    "shrink": lambda m: m.shrink(),
    "reserve": lambda m: m.reserve(2 * N),
    "merge": lambda m: m.merge(Map[int64, int64]({7919: 7919}), add=False),
    "from another": lambda m: type(m)(m),
    "or": lambda m: m | {7919: 7919},
    "init": lambda m: m.__init__({7919: 7919}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes_beside_batches(name: str) -> None:
    """Every element seen is one that was written for its key, whatever else happens."""
    m = Map[int64, int64].from_arrays(KEYS, KEYS)

    def work() -> None:
        for _ in range(3):
            multiples(m, 1)
            elems, found = m.get_many(KEYS)
            assert ((elems == KEYS) | ~found).all()
            assert (elems[~found] == 0).all()

    beside(work, lambda: CHANGES[name](m))
    assert_valid(m)
    keys, elems = m.to_arrays()
    assert (keys == elems).all()


def test_iterators_live_through_batches_of_other_threads() -> None:
    m = Map[int64, int64].from_arrays(KEYS, KEYS)
    stay = set(KEYS[::2].tolist())

    def work() -> None:
        for n in range(4):
            m.set_many(KEYS[1::2] + n, n)
            m.delete_many(KEYS[1::2] + n)

    def walk() -> None:
        seen = [key for key in m if key in stay]
        assert len(seen) == len(stay)
        assert set(seen) == stay

    hammer(work, walk)
    assert_valid(m)


def test_the_map_may_be_let_go_while_its_batch_runs() -> None:
    for _ in range(5):
        box = [Map[int64, int64].from_arrays(KEYS, KEYS)]
        began = threading.Event()

        def run(box: list[Any] = box, began: threading.Event = began) -> None:
            get = box[0].get_many
            began.set()
            assert get(KEYS)[1].all()

        def drop(box: list[Any] = box, began: threading.Event = began) -> None:
            began.wait(10)
            box.clear()

        hammer(run, drop)


def test_batches_on_two_maps_at_once_do_not_lock_each_other_out() -> None:
    one, two = (Map[int64, int64].from_arrays(KEYS, KEYS) for _ in range(2))

    def crosswise(a: Any, b: Any) -> Callable[[], None]:
        def run() -> None:
            for _ in range(3):
                a.merge(b, add=False)
                assert a == b or len(a) == len(b)
                a.update(b)

        return run

    hammer(crosswise(one, two), crosswise(two, one))
    assert one == two
    assert_valid(one)


def test_keys_and_out_may_be_written_by_others_meanwhile() -> None:
    """Torn input is the caller's business; the map stays whole."""
    m = Map[int64, int64].from_arrays(KEYS, KEYS)
    shared, out = KEYS.copy(), np.empty(N, np.int64)

    def work() -> None:
        for _ in range(4):
            m.get_many(shared, out)
            m.set_many(shared, shared)
            m.add_many(shared, 0)

    def scramble() -> None:
        shared[:] = shared[::-1].copy()
        out[:] = 5

    beside(work, scramble)
    assert_valid(m)


def test_small_batches_and_boxed_maps_keep_the_lock_or_not_but_work() -> None:
    m = Map[str, int64]()
    words = [f"w{n}" for n in range(2000)]

    def work() -> None:
        for _ in range(10):
            m.add_many(words, 1)

    hammer(work, work, lambda: [m.get_many(words) for _ in range(10)] and None)
    assert m.values_array().tolist() == [20] * 2000
