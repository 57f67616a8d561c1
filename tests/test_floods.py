"""Keys that are chosen to collide do not (SPEC 3), on counts of probes, never on time.

Ideas of Go's test/maplinear.go: families of keys that would make a map quadratic.
"""

from __future__ import annotations

import struct
from typing import Any

import pytest

from gomap import Map, float64, inspect, int64, interface

pytestmark = pytest.mark.large
N = 16_000
MERSENNE = (1 << 61) - 1


def assert_spread(m: Any) -> None:
    """Chains and probes as for random keys."""
    stats = inspect.stats(m)
    assert stats.count == N
    assert len(stats.chain_lengths) - 1 <= 3, "longest chain"
    assert stats.hit_probe < 8
    assert stats.miss_probe < 12
    # No byte of the tophash takes more than its share.
    assert max(stats.tophash_counts) < 8 * N / 251


INT_FLOODS = {
    "multiples of 2**61-1": lambda n: n * MERSENNE,
    "consecutive": lambda n: n,
    "multiples of 2**32": lambda n: n << 32,
    "multiples of 2**48": lambda n: (n << 48) - (1 << 63),
    "high bits": lambda n: n << 44,
    "negative": lambda n: -n,
    "powers apart": lambda n: n * 8192,
}


@pytest.mark.parametrize("types", [(int, int), (int64, int64), (interface, int)], ids=str)
@pytest.mark.parametrize("flood", INT_FLOODS)
def test_crafted_ints_do_not_collide(types: Any, flood: str) -> None:
    keys = [INT_FLOODS[flood](n) for n in range(N)]
    if types[0] is int64:
        keys = [(key + (1 << 63)) % (1 << 64) - (1 << 63) for key in keys]
    m = Map[types]()
    for key in keys:
        m[key] = 1
    assert_spread(m)


@pytest.mark.parametrize("shift", [64, 100, 1000])
def test_big_ints_do_not_collide(shift: int) -> None:
    m = Map[int, int]({(n << shift) + 1: n for n in range(N)})
    assert_spread(m)
    m = Map[int, int]({n * (2 * MERSENNE + (1 << shift) * MERSENNE): n for n in range(N)})
    assert_spread(m)


FLOAT_FLOODS = {
    "whole": float,
    "multiples of 2**61-1": lambda n: float(n) * 2.0**61,
    "eighths": lambda n: n / 8,
    "tiny": lambda n: struct.unpack("<d", struct.pack("<Q", n))[0],
    "same mantissa": lambda n: float.fromhex(f"0x1.{n:013x}p+{n % 1000}"),
    "high bits only": lambda n: struct.unpack("<d", struct.pack("<Q", (n + 16) << 48))[0],
}


@pytest.mark.parametrize("types", [(float, int), (float64, int64), (interface, int)], ids=str)
@pytest.mark.parametrize("flood", FLOAT_FLOODS)
def test_crafted_floats_do_not_collide(types: Any, flood: str) -> None:
    keys = {FLOAT_FLOODS[flood](n): n for n in range(N)}
    assert len(keys) == N
    m = Map[types]()
    for key in keys:
        m[key] = 1
    assert_spread(m)


def test_complex_and_text_keys_are_spread() -> None:
    assert_spread(Map[complex, int]({complex(n % 126, n // 126): 1 for n in range(N)}))
    assert_spread(Map[str, int]({f"{n:08d}": 1 for n in range(N)}))
    assert_spread(Map[str, int]({f"{n:08d}": 1 for n in range(N)}, seed=1))
    assert_spread(Map[bytes, int]({n.to_bytes(8, "little"): 1 for n in range(N)}))
    assert_spread(Map[bytes, int]({n.to_bytes(8, "big"): 1 for n in range(N)}, seed=1))
    assert_spread(Map({(n, n): 1 for n in range(N)}))


def test_zero_and_small_seeds_hash_as_well() -> None:
    for seed in (0, 1, 1 << 63, (1 << 64) - 1):
        assert_spread(Map[int64, int64]({n * MERSENNE % (1 << 63): 1 for n in range(N)}, seed=seed))


def test_equal_python_hashes_stay_equal_in_object_maps() -> None:
    """The documented limit, as in dict: the seed cannot separate equal full hashes."""
    keys = [n * MERSENNE for n in range(200)]
    assert len({hash(key) for key in keys}) == 1
    m = Map({key: 1 for key in keys})
    stats = inspect.stats(m)
    assert len([count for count in stats.tophash_counts if count]) == 1
    assert all(key in m for key in keys)


def test_layout_depends_on_the_map_s_own_seed() -> None:
    keys = range(500)
    orders = set()
    for _ in range(5):
        m = Map[int64, int64](dict.fromkeys(keys, 1))
        m.finish_growth()
        orders.add(tuple(bucket.keys for chain in inspect.hmap(m).buckets for bucket in chain))
    assert len(orders) == 5
