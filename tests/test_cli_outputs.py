"""What commands write besides, and what the command line says about itself."""

from __future__ import annotations

import argparse
import json
import os
import re
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from gomap import Map, inspect
from gomap.cli import main, report
from gomap.cli.counting import Count
from gomap.cli.errors import CommandError
from gomap.cli.help import Parser, coloured, list_line
from gomap.cli.outputs import Output, wanted
from support.cli import POEM, complaint, run, write_poem

COMMANDS = ("demo", "explore", "bench", "table")


pytestmark = pytest.mark.usefixtures("plain_terminal")


@pytest.fixture
def poem(tmp_path: Path) -> Path:
    return write_poem(tmp_path)


def explored(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[str, str]:
    assert main(["explore", *map(str, arguments)]) == 0
    return capsys.readouterr()


# ---- gomap explore --html --svg --png -------------------------------------------


def test_explore_writes_a_page_of_the_map_besides_its_report(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, poem: Path
) -> None:
    page = tmp_path / "map.html"
    alone, _ = explored(capsys, poem, "--json")
    out, err = explored(capsys, poem, "--json", "--html", page)
    assert err == f"written: {page}\n"
    same = ("top", "occupancy", "growth", "doublings")
    assert [json.loads(out)[name] for name in same] == [json.loads(alone)[name] for name in same]
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert f"words of {poem}" in text
    assert "don&#x27;t" in text or "don't" in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.html", "poem.txt"]


def test_a_page_of_strangers_keys_is_escaped(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    evil, page = tmp_path / "evil", tmp_path / "map.html"
    evil.write_text("<script>alert(1)</script>\n</title><b>\n")
    explored(capsys, "--lines", evil, "--html", page)
    text = page.read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "</title><b>" not in text


def test_the_page_tells_the_growth(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    numbers, page = tmp_path / "numbers", tmp_path / "map.html"
    numbers.write_text(" ".join(map(str, range(60))))
    explored(capsys, "--ints", numbers, "--html", page)
    text = page.read_text(encoding="utf-8")
    for count in (8, 13, 26, 52):
        assert f"<td>{count}</td>" in text


def test_huge_integers_can_be_written_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    numbers, page = tmp_path / "numbers", tmp_path / "map.html"
    numbers.write_text("9" * 5000)
    before = sys.get_int_max_str_digits()
    explored(capsys, "--ints", numbers, "--html", page)
    assert page.exists()
    assert sys.get_int_max_str_digits() == before


def test_the_report_leaves_no_flag_in_the_map_that_is_written_after_it() -> None:
    count = Count(Map[str, int]())
    count.feed(POEM.split())
    read = report.Input("", [], "words", None, 0, count.keys, len(count.map), 0.0)
    made = report.make_report(read, count, 3)
    assert made.hmap.flags == inspect.stats(count.map).flags == 0
    assert [(entry.key, entry.count) for entry in made.top][:2] == [("the", 4), ("and", 2)]


def test_pictures_are_written_in_their_formats(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, poem: Path
) -> None:
    pytest.importorskip("matplotlib")
    png, svg = tmp_path / "a.png", tmp_path / "b"
    _, err = explored(capsys, poem, "--png", png, "--svg", svg)
    assert err == f"written: {svg}\nwritten: {png}\n"
    assert png.read_bytes().startswith(b"\x89PNG\r\n")
    assert b"<svg" in svg.read_bytes()
    assert len(list(tmp_path.iterdir())) == 3


def test_a_file_that_was_there_is_replaced_and_keeps_its_mode(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, poem: Path
) -> None:
    page = tmp_path / "map.html"
    page.write_text("old")
    page.chmod(0o640)
    explored(capsys, poem, "--html", page)
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE")
    assert stat.S_IMODE(page.stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
def test_a_link_stays_a_link(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, poem: Path
) -> None:
    (tmp_path / "deep").mkdir()
    target, link = tmp_path / "deep" / "map.html", tmp_path / "link.html"
    link.symlink_to(target)
    explored(capsys, poem, "--html", link)
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE")


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no /dev/stdout")
def test_a_device_is_written_to_and_not_replaced(tmp_path: Path, poem: Path) -> None:
    done = run(tmp_path, "explore", poem, "--json", "--html", "/dev/stdout")
    assert done.returncode == 0, done.stderr
    assert b"<!DOCTYPE html>" in done.stdout


def test_paths_that_cannot_be_are_told_before_anything_is_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    nothing = tmp_path / "nothing"
    assert complaint(capsys, nothing, "--html", tmp_path) == f"{tmp_path}: is a directory"
    deep = tmp_path / "no" / "map.html"
    assert complaint(capsys, nothing, "--html", deep) == f"{deep}: no directory {deep.parent}"
    below = tmp_path / "file" / "map.html"
    (tmp_path / "file").touch()
    assert complaint(capsys, nothing, "--svg", below) == f"{below}: no directory {below.parent}"
    long = tmp_path / ("x" * 300)
    assert complaint(capsys, nothing, "--html", long).startswith(f"{long}: ")
    one = tmp_path / "a"
    message = complaint(capsys, nothing, "--html", one, "--png", tmp_path / "." / "a")
    assert message.endswith("a: named for two outputs")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_place_that_may_not_be_written_to(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    closed, page = tmp_path / "closed", tmp_path / "page.html"
    closed.mkdir(mode=0o500)
    path = closed / "map.html"
    assert complaint(capsys, "nothing", "--html", path) == f"{path}: permission denied"
    page.touch(0o400)
    assert complaint(capsys, "nothing", "--html", page) == f"{page}: permission denied"


def test_a_failed_write_leaves_nothing_and_what_was_there(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    page = tmp_path / "map.html"
    for before in (None, "old"):
        if before is not None:
            page.write_text(before)
        with pytest.raises(CommandError, match="no space left on device") as failed:
            Output(page, "html").write(fail)
        assert failed.value.status == 1
        assert (page.read_text() if page.exists() else None) == before
        assert len(list(tmp_path.iterdir())) == (before is not None)


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Output(tmp_path / "map.html", "html").write(interrupted)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk(tmp_path: Path, poem: Path) -> None:
    done = run(tmp_path, "explore", poem, "--json", "--html", "/dev/full")
    assert done.returncode == 1
    assert json.loads(done.stdout)
    assert done.stderr == b"gomap explore: /dev/full: no space left on device\n"


def test_a_page_needs_no_matplotlib_and_a_picture_says_so(tmp_path: Path, poem: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ModuleNotFoundError('none', name='matplotlib')")
    paths = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    env = {"PYTHONPATH": paths}
    done = run(tmp_path, "explore", poem, "--html", "map.html", env=env)
    assert done.returncode == 0, done.stderr
    done = run(tmp_path, "explore", poem, "--png", "map.png", env=env)
    assert (done.returncode, done.stdout) == (1, b"")
    line = b"gomap explore: needs matplotlib for a picture: pip install 'gomap[viz]'\n"
    assert done.stderr == line
    assert not (tmp_path / "map.png").exists()


def test_no_option_no_output() -> None:
    assert wanted(argparse.Namespace(html=None, png=None)) == []


# ---- help -----------------------------------------------------------------------


def helped(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as leave:
        main([*arguments, "--help"])
    assert leave.value.code == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
@pytest.mark.parametrize("columns", [80, 200])  # 3.11 wraps usage badly in less
def test_help_fits_and_has_examples(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    columns: int,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = helped(capsys, *command)
    assert "\x1b" not in text
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= min(columns, 80)
    assert f"\nexamples:\n  gomap {' '.join(command)}" in text


def test_every_default_of_bench_and_demo_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    from gomap.cli import bench, demo

    text = helped(capsys, "bench")
    assert ",".join(map(str, bench.SIZES)) in text
    assert ",".join(bench.DEFAULT_KINDS) in text
    assert str(bench.SEED) in text
    for kind in bench.KINDS:
        assert re.search(rf"\b{kind} ", text)
    text = helped(capsys, "demo")
    assert f"({demo.SEED})" in text
    for name in demo.CHAPTERS:
        assert f"\n  {name} " in text


def test_every_command_is_in_the_help_and_in_the_short_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = helped(capsys)
    assert re.findall(r"^  (\w+) ", text.partition("commands:")[2], re.M)[:4] == list(COMMANDS)
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gomap: ")
    assert max(map(len, err.splitlines())) <= 60
    for command in COMMANDS:
        assert f"\n  gomap {command} " in err


def test_a_wrong_option_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fast"]) == 2
    assert capsys.readouterr().err == "gomap: unrecognized arguments: --fast (--help says more)\n"


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX")
def test_help_has_colours_on_a_terminal_that_wants_them(tmp_path: Path) -> None:
    import pty
    import subprocess

    def on_terminal(*arguments: str, **env: str) -> bytes:
        end, there = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "gomap", *arguments],
            stdout=there, stderr=there, cwd=tmp_path,
            env={**os.environ, "TERM": "xterm-256color", **env},
        ):  # fmt: skip
            os.close(there)
            out = b""
            while chunk := read_or_end(end):
                out += chunk
        os.close(end)
        return out

    for arguments in ((), ("--help",), ("bench", "--help")):
        assert b"\x1b[1m" in on_terminal(*arguments)
        assert b"\x1b" not in on_terminal(*arguments, NO_COLOR="1")
        assert b"\x1b" not in on_terminal(*arguments, TERM="dumb")


def read_or_end(descriptor: int) -> bytes:
    """Read from a pseudo-terminal, whose end is an error on Linux."""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


def test_colours_change_nothing_but_colours() -> None:
    parser: Any = Parser(prog="x", description="a: b\nc", epilog="list:\n  one   two\n  three")
    parser.add_argument("--option", metavar="N", help="a number")
    text = parser.format_help()
    with_colours = coloured(text)
    assert re.sub(r"\x1b\[[0-9;]*m", "", with_colours) == text
    for part in ("\x1b[1;36mlist:", "\x1b[1m--option N\x1b", "\x1b[1mone\x1b", "\x1b[1mthree\x1b"):
        assert part in with_colours


def test_lists_wrap_under_their_second_column() -> None:
    assert list_line("  one    two three", 12) == "  one    two\n      three"
    assert list_line("  one    two", 80) == "  one    two"
