"""A fixed seed gives one layout and one order in every process (SPEC 3)."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

PROGRAM = """
import sys
from gomap import Map, inspect, interface, int64, float64
TYPES = {
    "str": (str, str), "bytes": (bytes, lambda n: str(n).encode()), "int": (int, lambda n: n * 7),
    "big": (int, lambda n: n << 70), "float": (float, lambda n: n / 3),
    "bool": (bool, lambda n: n % 2 == 1), "complex": (complex, lambda n: complex(n, -n)),
    "int64": (int64, lambda n: -n), "float64": (float64, lambda n: n * 0.1),
    "interface": (interface, lambda n: (n, float(n), n % 3 == 0)[n % 3]),
    "plain": (object, lambda n: n), "nan": (float, lambda n: float("nan")),
}
key, of = TYPES[sys.argv[1]]
m = Map[key, int](seed=int(sys.argv[2]))
for n in range(150):
    m[of(n)] = n
for n in range(0, 150, 4):
    del m[of(n)]
print(list(m.values()), list(m.items()), list(m.values()), m.random_item())
print([[b.tophash.hex() for b in chain] for chain in inspect.hmap(m).buckets])
m.clear()
m[of(1)] = 1
m[of(3)] = 3
print(inspect.hmap(m).hash0, list(m.items()), m.popitem())
"""
KINDS = "str bytes int big float bool complex int64 float64 interface plain nan".split()


def run(kind: str, seed: int, hash_seed: str) -> str:
    env: dict[str, Any] = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-P", "-c", PROGRAM, kind, str(seed)]
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_layout_in_every_process(kind: str) -> None:
    outputs = [run(kind, 42, hash_seed) for hash_seed in ("1", "2", "random")]
    assert outputs[0] == outputs[1] == outputs[2]
    assert outputs[0].count("\n") == 3


def test_another_seed_another_layout() -> None:
    assert run("str", 1, "0") != run("str", 2, "0")
    assert run("int64", 1, "0") != run("int64", 2, "0")


def test_without_a_seed_every_process_differs() -> None:
    program = "from gomap import Map; print(list(Map[int, int]({n: n for n in range(50)})))"
    command = [sys.executable, "-P", "-c", program]
    outputs = {
        subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(3)
    }
    assert len(outputs) > 1
