"""`gomap bench`: what is measured, how it is shown, and what it refuses. No time is asserted."""

from __future__ import annotations

import gc
import json
import math
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gomap.cli import bench, bench_measure, main
from support.cli import no_rich, run

TINY = ("--sizes", "8,50", "--rounds", "2")
LABELS = [operation.label for operation in bench.SHOWN]


pytestmark = pytest.mark.usefixtures("plain_terminal")


def benched(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run the command in this process; return what it prints."""
    status = main(["bench", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert (status, err) == (0, "")
    return out


def results(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    return json.loads(benched(capsys, "--json", *arguments))


def complaint(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run the command in this process; return its one line on standard error."""
    left: Any
    try:
        left = main(["bench", *map(str, arguments)])
    except SystemExit as leave:
        left = leave.code
    out, err = capsys.readouterr()
    assert (left, out) == (2, "")
    assert err.startswith("gomap bench: ")
    assert err.count("\n") == 1
    return err.removeprefix("gomap bench: ").rstrip("\n")


# ---- what is measured -----------------------------------------------------------


def test_json_has_every_operation_on_every_map_at_every_size(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = results(capsys, *TINY)
    assert list(found) == ["gomap", "python", "processor", "seed", "results"]
    cells = found["results"]
    members = "map operation n rounds dict_ns gomap_ns ratio low high"
    assert {tuple(cell) for cell in cells} == {tuple(members.split())}
    maps = ["Map[str, int]", "Map[int, int]", "Map[int64, int64]"]
    expected = [(name, label, n) for n in (8, 50) for name in maps for label in LABELS]
    assert [(cell["map"], cell["operation"], cell["n"]) for cell in cells] == expected
    assert {cell["rounds"] for cell in cells} == {2}


def test_times_are_positive_and_the_quartiles_lie_around_the_ratio(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for cell in results(capsys, "--sizes", 8, "--rounds", 3, "--kinds", "any-str,any-int")[
        "results"
    ]:
        assert cell["dict_ns"] > 0
        assert cell["gomap_ns"] > 0
        assert 0 < cell["low"] <= cell["ratio"] <= cell["high"]


def test_the_operations_are_those_people_ask_for() -> None:
    groups = {operation.group for operation in bench.SHOWN}
    assert groups == {"lookup", "insert growing", "insert with hint", "count"}
    for label in ("m[k]", "k in m, hit", "k in m, miss", "m.get(k)", "m[k] = v", "del m[k]"):
        assert label in LABELS
    for label in ("for k in m", "m.items()", "insert", "insert, hint", "m.add(k, 1)"):
        assert label in LABELS


def test_the_same_seed_draws_the_same_keys_and_another_one_others() -> None:
    subject = bench_measure.SUBJECTS[1]
    first, again, other = (bench_measure.Data(subject, 20, seed) for seed in (1, 1, 2))
    assert first.inserted == again.inserted != other.inserted
    assert first.containers["gomap"] == first.containers["dict"]


@pytest.mark.parametrize("operation", bench_measure.OPERATIONS, ids=lambda op: op.label)
@pytest.mark.parametrize("subject", bench_measure.SUBJECTS, ids=lambda subject: subject.name)
def test_both_sides_of_an_operation_end_with_the_same_contents(
    subject: bench_measure.Subject, operation: bench_measure.Operation
) -> None:
    data = bench_measure.Data(subject, 30, seed=3)
    options = eval(f"dict({subject.options(operation, data.n)})")
    left = {}
    for side, make, told in (("dict", dict, {}), ("gomap", subject.make, options)):
        loop = bench_measure.LOOPS.keys() & {operation.loop} or {"visit"}
        keys = bench_measure.Data(subject, 30, seed=3).keys(operation.keys)
        container = make(**told) if operation.group != "lookup" else data.containers[side].copy()
        scope = bench_measure.compiled(operation, side, "visit" if loop != {"walk"} else "walk")
        scope(container, 1) if loop == {"walk"} else scope([container], keys)
        left[side] = dict(container.items())
    assert left["gomap"] == left["dict"]


def test_the_collector_is_as_before_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    for turn in (gc.enable, gc.disable):
        turn()
        before = gc.isenabled()
        try:
            results(capsys, "--sizes", 8, "--rounds", 2, "--kinds", "int64")
            assert gc.isenabled() == before
        finally:
            gc.enable()


# ---- how it is shown ------------------------------------------------------------


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_the_table_fits_and_has_a_row_per_operation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = benched(capsys, "--sizes", "8,50,1_000", "--rounds", 2, "--kinds", "str,int64")
    lines = out.splitlines()
    assert "\x1b" not in out
    assert max(map(len, lines)) <= columns
    for label in LABELS:
        rows = [line for line in lines if re.match(rf"{re.escape(label)}(  | +\d)", line)]
        assert len(rows) == 2
        for row in rows:
            assert len(re.findall(r"\d[\d.]*-\d[\d.]*", row)) == 3
    assert out.count("geometric mean") == 2
    assert ("gomap  dict" in out) == (columns > 80)


def test_a_narrow_terminal_gets_the_sizes_below_each_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = benched(capsys, *TINY, "--kinds", "int")
    assert max(map(len, out.splitlines())) <= 40
    assert len(re.findall(r"^del m", out, re.MULTILINE)) == 2


def test_without_rich_it_says_so_before_it_measures_and_json_works(tmp_path: Path) -> None:
    env = no_rich(tmp_path)
    done = run(tmp_path, "bench", env=env)
    assert (done.returncode, done.stdout) == (1, b"")
    message = b"gomap bench: needs rich to draw: pip install 'gomap[explore]', or use --json\n"
    assert done.stderr == message
    done = run(tmp_path, "bench", "--json", "--sizes", 8, "--rounds", 2, env=env)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"]


def test_no_matplotlib_no_picture_and_no_measuring(tmp_path: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ModuleNotFoundError('none', name='matplotlib')")
    paths = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    done = run(tmp_path, "bench", "--png", "b.png", env={"PYTHONPATH": paths})
    assert (done.returncode, done.stdout) == (1, b"")
    line = b"gomap bench: needs matplotlib for a picture: pip install 'gomap[viz]'\n"
    assert done.stderr == line
    assert not (tmp_path / "b.png").exists()


def test_pictures_are_written_besides(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    png, svg = tmp_path / "b.png", tmp_path / "b.svg"
    assert main(["bench", *TINY, "--json", "--png", str(png), "--svg", str(svg)]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["results"]
    assert err == f"written: {svg}\nwritten: {png}\n"
    assert png.read_bytes().startswith(b"\x89PNG\r\n")
    assert b"<svg" in svg.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.png", "b.svg"]


def test_the_picture_has_a_panel_per_map_and_every_ratio() -> None:
    pytest.importorskip("matplotlib")
    from gomap.cli.bench_picture import draw

    subjects, sizes = bench_measure.SUBJECTS[:2], (8, 1000)
    cells = [
        bench.Cell(subject, operation, n, 3, result)
        for n in sizes
        for subject in subjects
        for at, operation in enumerate(bench.SHOWN)
        for result in [bench_measure.Result(10.0, 5.0 + at, 0.5 + at, 0.4 + at, 0.6 + at)]
    ]
    figure = draw(bench.Bench("a processor", "3", "0", 1, cells))
    assert len(figure.axes) == 2
    for axes, subject in zip(figure.axes, subjects, strict=True):
        assert subject.name in axes.get_title()
        points = [container.lines[0] for container in axes.containers]
        assert [list(line.get_xdata()) for line in points] == [
            [0.5 + at for at in range(len(bench.SHOWN))]
        ] * 2
        low, high = axes.get_xlim()
        assert low < 0.5 < 1.0 < 0.5 + len(bench.SHOWN) - 1 < high
        assert any(list(line.get_xdata()) == [1.0, 1.0] for line in axes.lines)
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == LABELS
    assert math.isclose(figure.axes[0].get_ylim()[0], len(LABELS) - 0.5)


# ---- what it refuses, and how it ends -------------------------------------------


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "", "8,", "8,,9", "1.5", "100000001"])
def test_a_wrong_size(capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    message = complaint(capsys, f"--sizes={wrong}")
    assert message.startswith("argument --sizes: not a number from 1 to 100000000: ")


@pytest.mark.parametrize("wrong", ["", "float", "int,", "STR"])
def test_a_wrong_kind(capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    message = complaint(capsys, f"--kinds={wrong}")
    assert "(there are: str, int, any-str, any-int, int64)" in message


def test_other_wrong_options(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "not a number from 2 to 1000" in complaint(capsys, "--rounds=1")
    assert "not a number from 0 up" in complaint(capsys, "--seed=-1")
    assert "unrecognized arguments: --fast" in complaint(capsys, "--fast")
    assert complaint(capsys, "--png", tmp_path) == f"{tmp_path}: is a directory"
    both = tmp_path / "b"
    assert complaint(capsys, "--png", both, "--svg", both) == f"{both}: named for two outputs"


def test_sizes_and_kinds_come_once_and_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    found = results(capsys, "--sizes", "20,8,20", "--rounds", 2, "--kinds", "int64,int,int64")
    sizes = [cell["n"] for cell in found["results"]]
    assert sizes == sorted(sizes)
    assert set(sizes) == {8, 20}
    assert len(sizes) == 2 * 2 * len(LABELS)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and signals of POSIX")
class TestTheOutsideWorld:
    def start(self, tmp_path: Path, *arguments: object, **options: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "gomap", "bench", *map(str, arguments)],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            **options,
        )

    def test_a_closed_pipe(self, tmp_path: Path) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        process = self.start(tmp_path, *TINY, "--json", stdout=writer)
        os.close(writer)
        _, err = process.communicate(timeout=60)
        line = b"gomap bench: standard output was closed before all was written\n"
        assert (process.returncode, err) == (141, line)

    def test_control_c_while_measuring(self, tmp_path: Path) -> None:
        process = self.start(
            tmp_path, "--sizes", 1_000_000, "--rounds", 1000, "--png", "b.png",
            stdout=subprocess.PIPE,
        )  # fmt: skip
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (130, b"", b"gomap bench: interrupted\n")
        assert list(tmp_path.iterdir()) == []
