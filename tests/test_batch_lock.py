"""The interpreter lock is given up during large batches, and those who wait get their turn."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gomap import Map as AnyMap
from gomap import int64
from support.threads import hammer

Map: Any = AnyMap
N = 200_000
KEYS = np.random.default_rng(7).permutation(np.arange(N) * 7919)
pytestmark = pytest.mark.large
ACTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "single write": lambda m, keys: m.__setitem__(7919, 7919),
    "single read": lambda m, keys: m[7919],
    "length": lambda m, keys: len(m),
    "writing batch": lambda m, keys: m.set_many(keys, keys),
    "reading batch": lambda m, keys: m.get_many(keys),
}
REPEATED: dict[str, Callable[[Any, Any], Any]] = {
    "delete_many": lambda m, keys: m.delete_many(keys),
    "set_many": lambda m, keys: m.set_many(keys, keys),
    "get_many": lambda m, keys: m.get_many(keys),
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", REPEATED)
def test_nobody_waits_for_ever_while_batches_are_repeated(name: str, action: str) -> None:
    m = Map[int64, int64].from_arrays(KEYS, KEYS)
    keys = KEYS[:4096]
    done = [0]
    stop = threading.Event()

    def repeat() -> None:
        while not stop.is_set() and done[0] < 20_000:
            REPEATED[name](m, keys)
            done[0] += 1

    def act() -> None:
        waits = []
        while done[0] == 0:
            stop.wait(0.0001)
        for _ in range(10):
            before = done[0]
            ACTIONS[action](m, keys)
            waits.append(done[0] - before)
        stop.set()
        assert max(waits) < 1000, waits

    hammer(repeat, act, interval=0.005)


LARGE_CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "get_many": lambda m, keys: m.get_many(keys),
    "contains_many": lambda m, keys: m.contains_many(keys),
    "set_many": lambda m, keys: m.set_many(keys, keys),
    "add_many": lambda m, keys: m.add_many(keys, 1),
    "delete_many": lambda m, keys: m.delete_many(keys),
    "from_arrays": lambda m, keys: type(m).from_arrays(keys, keys),
}


@pytest.mark.parametrize("name", LARGE_CALLS)
def test_large_batches_release_the_interpreter_lock(name: str) -> None:
    """With a switch interval that never ends, others run only where the lock is given up."""
    m = Map[int64, int64].from_arrays(KEYS, KEYS)
    keys = np.tile(KEYS, 3)
    ticks: list[int] = []
    stop = threading.Event()

    def tick() -> None:
        while not stop.is_set():
            ticks.append(1)
            stop.wait(0.0001)  # gives the lock back

    def batch() -> bool:
        m.set_many(KEYS, KEYS)
        before = len(ticks)
        LARGE_CALLS[name](m, keys)
        return len(ticks) > before

    def batches() -> None:
        moved = any(batch() for _ in range(50))
        stop.set()
        assert moved, "the other thread never ran while a batch did"

    hammer(tick, batches, interval=1000.0)


AT_EXIT = """
import array, sys, threading, time
from gomap import Map, int64

numbers = array.array("q", range(2_000_000))
m = Map[int64, int64].from_arrays(numbers, numbers)
began = threading.Event()


class Last:
    def __del__(self, m=m, numbers=numbers, flush=sys.stdout.flush, write=sys.stdout.write):
        write("read %d\\n" % m[7])
        write("read %d\\n" % m.get_many(numbers[:5000])[0][8])
        m[8] = 9
        write("length %d\\n" % len(m))
        flush()


def work(m=m, numbers=numbers, began=began):
    while True:
        began.set()
        m.set_many(numbers, numbers)


sys.kept_to_the_end = Last()
for _ in range(int(sys.argv[1])):
    threading.Thread(target=work, daemon=True).start()
began.wait()
time.sleep(0.05)
"""


@pytest.mark.parametrize("threads", [1, 4])
def test_the_process_ends_while_daemon_threads_are_in_batches(threads: int) -> None:
    """One of them in a batch, the others waiting for their turn, none of them ever to go on."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    result = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", AT_EXIT, str(threads)],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    assert result.stdout.split("\n") in (["read 7", "read 8", "length 2000000", ""], [""])
