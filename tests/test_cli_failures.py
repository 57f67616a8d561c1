"""`gomap explore` given what it cannot use, or left alone: one line, and which status."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from support.cli import complaint, no_rich, run, write_poem


@pytest.fixture
def poem(tmp_path: Path) -> Path:
    return write_poem(tmp_path)


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "nothing"
    assert complaint(capsys, path) == f"{path}: no such file or directory"


def test_a_directory(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert complaint(capsys, tmp_path) == f"{tmp_path}: is a directory"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(capsys: pytest.CaptureFixture[str], poem: Path) -> None:
    poem.chmod(0)
    assert complaint(capsys, poem) == f"{poem}: permission denied"


@pytest.mark.parametrize("kind", ["--words", "--lines", "--ints", "--csv=a"])
def test_an_empty_file(capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str) -> None:
    path = tmp_path / "empty"
    path.touch()
    assert complaint(capsys, kind, path) == f"{path}: empty"


def test_files_without_a_key(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "points"
    path.write_text("... \n")
    assert complaint(capsys, path) == f"{path}: no words in it"
    assert complaint(capsys, path, path) == "no words in 2 files"
    path.write_text("a,b\n")
    assert complaint(capsys, "--csv", "a", path) == f"{path}: no rows below the first in it"


def test_zero_bytes_are_not_text(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "binary"
    path.write_bytes(b"ab\nc\0d")
    assert complaint(capsys, path) == f"{path}: not text (a zero byte at offset 4)"


def test_bytes_that_do_not_decode_are_not_text(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "latin"
    path.write_bytes(b"fine\ncaf\xe9\n")
    assert complaint(capsys, path) == f"{path}:2: not UTF-8 text (byte 0xe9)"


def test_a_word_among_integers_is_named_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "numbers"
    path.write_text("1 2\n3\n4 4.5 x\n")
    assert complaint(capsys, "--ints", path) == f"{path}:3: not an integer: '4.5'"


def test_a_long_word_is_cut_in_the_message(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "numbers"
    path.write_text("x" * 100_000)
    assert len(complaint(capsys, "--ints", path)) < len(str(path)) + 100


def test_a_column_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")
    assert complaint(capsys, "--csv", "c", path) == f"{path}: no column 'c' (there are: a, b)"


def test_a_field_that_never_ends(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b\n"' + "x\n" * 100_000)
    assert complaint(capsys, "--csv", "a", path).startswith(f"{path}:")


@pytest.mark.parametrize("wrong", ["-1", "x", "1.5", ""])
def test_a_wrong_number_for_top(capsys: pytest.CaptureFixture[str], poem: Path, wrong: str) -> None:
    message = complaint(capsys, poem, f"--top={wrong}")
    assert message.startswith(f"argument --top: not a number from 0 up: {wrong!r}")


def test_wrong_use(capsys: pytest.CaptureFixture[str], poem: Path) -> None:
    assert "not allowed with" in complaint(capsys, poem, "--words", "--lines")
    assert "unrecognized arguments" in complaint(capsys, poem, "--wrods")
    assert complaint(capsys, "--ints") == "--ints needs a FILE (- is standard input)"
    assert complaint(capsys, "--csv", "a") == "--csv needs a FILE (- is standard input)"
    assert complaint(capsys, "-", "-") == "standard input (-) can be read only once"


def test_an_unknown_command(tmp_path: Path) -> None:
    done = run(tmp_path, "explode")
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.startswith(b"gomap: ")
    assert done.stderr.count(b"\n") == 1


def test_without_rich_it_says_what_to_install(tmp_path: Path, poem: Path) -> None:
    done = run(tmp_path, "explore", poem, env=no_rich(tmp_path))
    assert done.returncode == 1
    assert done.stdout == b""
    message = b"gomap explore: needs rich to draw: pip install 'gomap[explore]', or use --json\n"
    assert done.stderr == message


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and signals of POSIX")
class TestTheOutsideWorld:
    def start(self, tmp_path: Path, *arguments: object, **options: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "gomap", "explore", *map(str, arguments)],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            **options,
        )

    def finish(self, process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
        _, err = process.communicate(timeout=60)
        return process.returncode, err

    @pytest.mark.parametrize("more", [[], ["--json"]])
    def test_a_closed_pipe(self, tmp_path: Path, poem: Path, more: list[str]) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        process = self.start(tmp_path, poem, *more, stdout=writer)
        os.close(writer)
        line = b"gomap explore: standard output was closed before all was written\n"
        assert self.finish(process) == (141, line)

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
    def test_a_full_disk(self, tmp_path: Path, poem: Path) -> None:
        with open("/dev/full", "wb") as full:
            process = self.start(tmp_path, poem, stdout=full)
        assert self.finish(process) == (
            1,
            b"gomap explore: cannot write: no space left on device\n",
        )

    def test_closed_standard_streams(self, tmp_path: Path, poem: Path) -> None:
        for arguments, close, message, status in (
            (["-"], 0, b"standard input is closed", 2),
            ([str(poem)], 1, b"standard output is closed", 1),
        ):
            done = run(tmp_path, "explore", *arguments, preexec_fn=lambda fd=close: os.close(fd))
            assert (done.returncode, done.stderr) == (status, b"gomap explore: " + message + b"\n")

    def test_control_c(self, tmp_path: Path) -> None:
        process = self.start(tmp_path, "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        # Ready once it has taken more than a pipe holds.
        assert process.stdin is not None
        process.stdin.write(b"word " * 400_000 + b"\n")
        process.stdin.flush()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (130, b"", b"gomap explore: interrupted\n")
