"""Every script of examples/ runs, and what it prints is true."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
if not EXAMPLES.is_dir():
    pytest.skip("no examples beside these tests", allow_module_level=True)

POEMS = {
    "one.txt": "The cat and the hat.\nThe end\n",
    "two.txt": "A cat, a mat; the rat\n",
    "three.txt": "cat\n",
}
SCRIPTS = sorted(path.name for path in EXAMPLES.glob("[!_]*.py"))
NEEDS_DASK = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="distributed is not installed"
)


def run(tmp_path: Path, script: str, *arguments: object) -> str:
    """Run a script from elsewhere, as `python examples/script`; return what it prints."""
    environment = {**os.environ, "PYTHONFAULTHANDLER": "1"}
    done = subprocess.run(
        [sys.executable, EXAMPLES / script, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    return done.stdout


def numbers(pattern: str, output: str) -> list[int]:
    """The numbers in the one place that matches."""
    (found,) = re.findall(pattern, output)
    groups = (found,) if isinstance(found, str) else found
    return [int(group.replace(",", "")) for group in groups]


def poems(tmp_path: Path) -> list[Path]:
    for name, text in POEMS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [tmp_path / name for name in POEMS]


def test_join_finds_the_rows_of_most_orders(tmp_path: Path) -> None:
    output = run(tmp_path, "join.py", "--n", 20_000)
    there, absent = numbers(
        r"([\d,]+) orders have a customer, ([\d,]+) have none; numpy agrees", output
    )
    assert there + absent == 20_000
    assert 500 < absent < 1_500


def test_deduplicate_keeps_the_first_of_each_id(tmp_path: Path) -> None:
    output = run(tmp_path, "deduplicate.py", "--n", 20_000)
    distinct, last = numbers(
        r"([\d,]+) distinct ids, the last new one in row ([\d,]+); numpy agrees", output
    )
    assert 1 < distinct <= last + 1 <= 20_000


def test_group_by_sum_adds_up_and_ranks(tmp_path: Path) -> None:
    output = run(tmp_path, "group_by_sum.py", "--n", 20_000)
    (customers,) = numbers(r"([\d,]+) customers; numpy agrees", output)
    best = [float(line.split()[1].replace(",", "")) for line in output.splitlines()[-5:]]
    assert 5 < customers < 20_000
    assert best == sorted(best, reverse=True)
    assert best[0] > 0


@pytest.mark.parametrize("script", ["join.py", "deduplicate.py", "group_by_sum.py"])
def test_one_element_is_enough(tmp_path: Path, script: str) -> None:
    assert "numpy agrees" in run(tmp_path, script, "--n", 1)


@pytest.mark.parametrize("processes", [1, 3])
def test_words_counted_in_processes_add_up(tmp_path: Path, processes: int) -> None:
    paths = poems(tmp_path)
    output = run(tmp_path, "count_words.py", "--processes", processes, "--top", 2, *paths)
    assert "14 words, 8 distinct; Counter agrees" in output
    assert [line.split() for line in output.splitlines()[-2:]] == [["the", "4"], ["cat", "3"]]


def test_words_of_the_library_are_counted_by_default(tmp_path: Path) -> None:
    output = run(tmp_path, "count_words.py", "--processes", 2, "--n", 20)
    words, distinct = numbers(r"([\d,]+) words, ([\d,]+) distinct; Counter agrees", output)
    assert output.startswith("20 files, 2 processes")
    assert 100 < distinct < words


def test_counts_of_ids_travel_out_of_band(tmp_path: Path) -> None:
    output = run(tmp_path, "count_ids_processes.py", "--processes", 2, "--n", 20_000)
    parts = re.findall(r"from process \d: ([\d,]+) ids, head ([\d,]+) bytes, then ([\d,]+)", output)
    assert len(parts) == 2
    for part in parts:
        ids, head, behind = (int(number.replace(",", "")) for number in part)
        assert head < 1_000
        assert behind >= ids * 16
    (distinct, most) = numbers(
        r"([\d,]+) distinct ids, the most frequent (\d+) times; numpy agrees", output
    )
    assert distinct <= 2_500
    assert most > 8


@NEEDS_DASK
def test_words_counted_on_a_cluster_add_up(tmp_path: Path) -> None:
    paths = poems(tmp_path)
    output = run(tmp_path, "count_words_dask.py", "--workers", 2, "--top", 2, *paths)
    assert "3 files, 2 workers" in output
    assert "14 words, 8 distinct; Counter agrees" in output
    assert [line.split() for line in output.splitlines()[-2:]] == [["the", "4"], ["cat", "3"]]


SERIALIZE = """
from distributed.protocol import deserialize, serialize
from gomap import Map, int64
m = Map[int64, int64]({n: -n for n in range(10_000)})
header, frames = serialize(m)
sizes = [memoryview(frame).nbytes for frame in frames]
assert header["serializer"] == "pickle", header
assert sizes[0] < 1_000 and sum(sizes[1:]) >= 160_000, sizes
assert deserialize(header, frames) == m
print("done")
"""


@NEEDS_DASK
def test_dask_serializes_a_map_out_of_band() -> None:
    command = [sys.executable, "-P", "-X", "faulthandler", "-c", SERIALIZE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == "done"


@pytest.mark.parametrize("n", ["0", "-1", "many"])
def test_a_bad_size_is_refused_in_one_line(tmp_path: Path, n: str) -> None:
    command = [sys.executable, EXAMPLES / "join.py", "--n", n]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert "--n" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_listed_and_short(script: str) -> None:
    assert f"`{script}`" in (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert len((EXAMPLES / script).read_text(encoding="utf-8").splitlines()) < 150
