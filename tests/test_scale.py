"""A hundred million entries in one unboxed map, filled and verified in batches.

Six gigabytes of memory and some minutes: `make scale`, or `pytest --slow` here.  No assertion
names the map itself: a failing one would show it, a repr of three gigabytes.
"""

from __future__ import annotations

import os

import numpy as np
import numpy.typing as npt
import pytest

from gomap import Map, inspect, int64

ENTRIES = 100_000_000
STEP = 10_000_000
ODD = np.uint64(0x9E3779B97F4A7C15)
NEEDED_BYTES = 8 << 30


def keys_of(start: int, step: int = 1) -> npt.NDArray[np.int64]:
    """Different keys for different numbers: multiplied by an odd number modulo 2**64."""
    numbers = np.arange(start, start + STEP, step, dtype=np.uint64)
    return (numbers * ODD).view(np.int64)


def memory_bytes() -> int:
    """What this machine has, or all that could be asked for where it cannot say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return NEEDED_BYTES


def assert_holds(m: Map[int64, int64], start: int) -> None:
    """The entries of one step are there, with the elements they were given."""
    elems, found = m.get_many(keys_of(start))
    assert found.all()
    assert np.array_equal(elems, np.arange(start, start + STEP))


@pytest.fixture(scope="module")
def filled() -> Map[int64, int64]:
    """The map, grown step by step from nothing."""
    m = Map[int64, int64]()
    for start in range(0, ENTRIES, STEP):
        m.set_many(keys_of(start), np.arange(start, start + STEP))
    return m


pytestmark = [
    pytest.mark.slow,
    pytest.mark.large,
    pytest.mark.skipif(memory_bytes() < NEEDED_BYTES, reason="needs 8 GB of memory"),
]


def test_a_hundred_million_entries_are_all_there(filled: Map[int64, int64]) -> None:
    count = len(filled)
    assert count == ENTRIES
    for start in range(0, ENTRIES, STEP):
        assert_holds(filled, start)
    strangers = filled.contains_many(keys_of(ENTRIES))
    assert not strangers.any()


def test_their_map_is_valid_and_its_figures_agree(filled: Map[int64, int64]) -> None:
    filled.finish_growth()
    broken = inspect.validate(filled)
    assert broken is None
    s = inspect.stats(filled)
    assert s.count == ENTRIES
    assert s.B == 24
    assert sum(s.tophash_counts) == ENTRIES
    assert s.bytes_total / ENTRIES < 33
    # Above 2**16 buckets overflow buckets are counted by chance, in 16 bits: of 2**(B - 15) one.
    assert s.noverflow * 2 ** (s.B - 15) == pytest.approx(s.overflow_buckets, rel=0.1)


def test_they_come_out_as_they_went_in(filled: Map[int64, int64]) -> None:
    keys, elems = filled.to_arrays()
    assert np.array_equal(elems.astype(np.uint64) * ODD, keys.view(np.uint64))
    assert int(elems.sum()) == ENTRIES * (ENTRIES - 1) // 2


def test_single_writes_and_reads_work_among_them(filled: Map[int64, int64]) -> None:
    count = len(filled)
    for key in range(1, 1000):
        filled[key] = -key
    written = [filled[key] for key in range(1, 1000)]
    assert written == [-key for key in range(1, 1000)]
    for key in range(1, 1000):
        del filled[key]
    left = len(filled)
    assert left == count


def test_half_of_them_can_be_deleted(filled: Map[int64, int64]) -> None:
    for start in range(0, ENTRIES, STEP):
        deleted = filled.delete_many(keys_of(start, 2))
        assert deleted == STEP // 2
    left = len(filled)
    assert left == ENTRIES // 2
    broken = inspect.validate(filled)
    assert broken is None
    for start in range(0, ENTRIES, STEP):
        found = filled.contains_many(keys_of(start))
        assert not found[::2].any()
        assert found[1::2].all()
