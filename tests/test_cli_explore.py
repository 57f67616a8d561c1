"""`gomap explore`: what it reads and what it prints."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gomap import Map, inspect
from gomap._gotable import GO_LOAD_TABLE, published_around
from gomap.cli import counting, keys, main, render, sources, text
from support.cli import POEM, no_rich, run, write_poem

pytestmark = pytest.mark.usefixtures("plain_terminal")


@pytest.fixture
def poem(tmp_path: Path) -> Path:
    return write_poem(tmp_path)


def explored(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    """Run the command in this process with --json; return the report."""
    status = main(["explore", "--json", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert (status, err) == (0, "")
    return json.loads(out)


def top(report: Any) -> list[tuple[str | int, int]]:
    return [(entry["key"], entry["count"]) for entry in report["top"]]


# ---- what it reads --------------------------------------------------------------


def test_words_are_the_default_for_a_file(capsys: pytest.CaptureFixture[str], poem: Path) -> None:
    report = explored(capsys, poem, "--top", 3)
    assert top(report) == [("the", 4), ("and", 2), ("cat", 1)]
    assert report["input"]["kind"] == "words"
    assert report["input"]["keys"] == 10
    assert report["input"]["distinct"] == 6
    assert report["input"]["bytes"] == len(POEM)


def test_lines_keep_everything_but_their_ends(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b" a\r\nb\x0cc\n\n a\nlast")
    assert top(explored(capsys, "--lines", path)) == [
        (" a", 2),
        ("", 1),
        ("b\x0cc", 1),
        ("last", 1),
    ]


def test_ints_of_any_size_are_counted_as_numbers(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "numbers"
    huge = "9" * 5000
    path.write_text(f"1 +1 001\n-7\t{huge}\n{huge} -7 1\n")
    before = sys.get_int_max_str_digits()
    assert main(["explore", "--json", "--ints", str(path)]) == 0
    assert sys.get_int_max_str_digits() == before
    out = capsys.readouterr().out
    assert huge in out
    with keys.integers_of_any_size():
        report = json.loads(out)
        assert top(report) == [(1, 4), (-7, 2), (int(huge), 2)]
    assert report["hmap"]["type"] == "Map[int, int]"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_counts_one_column(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, delimiter: str
) -> None:
    path = tmp_path / "t.csv"
    rows = ["name,city", 'ann,"Rome\nItaly"', "bob,Oslo", "", "eve,Oslo", "short"]
    path.write_text("\n".join(rows).replace(",", delimiter))
    report = explored(capsys, "--csv", "city", path)
    assert top(report) == [("Oslo", 2), ("", 1), ("Rome\nItaly", 1)]
    assert (report["input"]["kind"], report["input"]["column"]) == ("csv", "city")


def test_a_byte_order_mark_is_no_part_of_the_first_key(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "bom"
    path.write_bytes(b"\xef\xbb\xbfx\nx\n")
    assert top(explored(capsys, path)) == [("x", 2)]


def test_several_files_are_counted_together(
    capsys: pytest.CaptureFixture[str], poem: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_text("the")
    report = explored(capsys, poem, other, "--top", 1)
    assert top(report) == [("the", 5)]
    assert report["input"]["files"] == [str(poem), str(other)]


def test_an_empty_file_among_others_does_no_harm(
    capsys: pytest.CaptureFixture[str], poem: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    assert explored(capsys, empty, poem)["input"]["keys"] == 10


def test_standard_input_is_a_dash(tmp_path: Path) -> None:
    done = run(tmp_path, "explore", "-", "--json", stdin=POEM.encode())
    assert done.returncode == 0
    assert done.stderr == b""
    assert top(json.loads(done.stdout))[0] == ("the", 4)


@pytest.mark.skipif("GOMAP_DEBUG" in os.environ, reason="every add validates the whole map")
def test_without_a_file_the_names_of_the_standard_library_are_counted(tmp_path: Path) -> None:
    done = run(tmp_path, "explore", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["input"]["kind"] == "names"
    assert report["input"]["distinct"] > 10_000
    assert dict(top(report)).keys() >= {"self"}


def test_blocks_end_at_line_ends_whatever_their_size(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = [f"line é {n}" * (n % 7) for n in range(500)]
    path = tmp_path / "text"
    path.write_text("\n".join(lines))
    for size in (1, 2, 3, 64, 1000):
        monkeypatch.setattr(sources, "BLOCK_BYTES", size)
        source = sources.FileSource(path)
        blocks = list(source.blocks())
        assert "".join(block.text for block in blocks) == "\n".join(lines)
        assert all(block.text.endswith("\n") for block in blocks[:-1])
        assert blocks[-1].end == path.stat().st_size
        for block in blocks[:-1]:
            assert block.text.split("\n")[0] == lines[block.line - 1]


def test_names_leave_out_strings_comments_numbers_and_keywords(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        "# comment\n"
        "def f(x): # more\n"
        "    '''doc 'string' \\''' still'''\n"
        '    """doc "" string"""\n'
        "    y = rb'a\\'b' + \"q'q\" + x * 0x1f + 1e5 + 1_0.0j\n"
        "    return fé\n"
    )
    (batch,) = keys.names(sources.ModuleSource(path))
    assert batch.keys == ["f", "x", "y", "x", "fé"]


# ---- what it says ---------------------------------------------------------------


def test_json_has_the_documented_members(capsys: pytest.CaptureFixture[str], poem: Path) -> None:
    report = explored(capsys, poem)
    main_members = "gomap python input hmap figures go occupancy chain_lengths growth doublings"
    assert list(report) == [*main_members.split(), "same_size_growths", "memory", "top"]
    names = "type count flags flag_names B noverflow hash0 buckets oldbuckets nevacuate"
    assert list(report["hmap"]) == [*names.split(), "growing", "evacuated"]
    figures = "load_factor pct_overflow bytes_per_entry hit_probe miss_probe".split()
    assert list(report["figures"]) == figures
    assert list(report["go"][0]) == figures
    with pytest.raises(SystemExit) as leave:
        main(["explore", "--help"])
    assert leave.value.code == 0
    help_text = capsys.readouterr().out
    for name in [*report, *report["input"], *report["hmap"], *figures, *report["memory"]]:
        assert name in help_text


def test_json_is_ascii_and_needs_no_rich(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("é é")
    done = run(tmp_path, "explore", "t", "--json", env=no_rich(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert top(json.loads(done.stdout)) == [("é", 2)]


def test_the_report_agrees_with_the_map(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    path.write_text(" ".join(str(n * n % 7919) for n in range(20_000)))
    report = explored(capsys, "--ints", path, "--top", 0)
    expected = Counter(n * n % 7919 for n in range(20_000))
    assert report["hmap"]["count"] == len(expected)
    assert report["top"] == []
    assert sum(report["occupancy"]) >= report["hmap"]["buckets"] // 2
    assert report["memory"]["dict"] == sys.getsizeof(dict.fromkeys(iter(expected)))
    assert report["figures"]["load_factor"] == pytest.approx(
        report["hmap"]["count"] / report["hmap"]["buckets"]
    )


def test_every_doubling_is_recorded_where_go_doubles(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "numbers"
    path.write_text(" ".join(str(n // 3) for n in range(60_000)))
    report = explored(capsys, "--ints", path)
    full = [counting.entries_when_full(B) for B in range(12)]
    assert [step["count"] for step in report["growth"]] == full
    assert [step["B"] for step in report["growth"]] == list(range(12))
    assert report["doublings"] == 12
    assert report["hmap"]["B"] == 12


def test_counting_in_pieces_of_any_size_records_the_same_growth() -> None:
    whole = counting.Count(Map[int, int]())
    whole.feed([n % 400 for n in range(3000)])
    assert len(whole.growth) == inspect.stats(whole.map).doublings
    for size in (1, 7, 1000):
        pieces = counting.Count(Map[int, int]())
        for start in range(0, 3000, size):
            pieces.feed([n % 400 for n in range(start, min(start + size, 3000))])
        assert pieces.map == whole.map
        assert pieces.keys == whole.keys == 3000
        assert [step.count for step in pieces.growth] == [step.count for step in whole.growth]


def test_a_map_that_stays_exactly_full_has_not_grown() -> None:
    count = counting.Count(Map[int, int]())
    count.feed([n % 26 for n in range(10_000)])
    assert [step.count for step in count.growth] == [8, 13]
    count.feed([26])
    assert [step.count for step in count.growth] == [8, 13, 26]


def test_a_map_caught_growing_says_how_far_it_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "numbers"
    path.write_text(" ".join(map(str, range(6700))))
    hmap = explored(capsys, "--ints", path)["hmap"]
    assert (hmap["growing"], hmap["B"], hmap["oldbuckets"]) == (True, 11, 1024)
    assert 0 < hmap["nevacuate"] <= hmap["evacuated"] < 1024
    assert main(["explore", "--ints", str(path)]) == 0
    assert re.search(r"yes, \d+% evacuated", capsys.readouterr().out)  # another seed: about as far


def test_equal_counts_come_in_key_order(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_text("z y x w v a a u t s r")
    assert top(explored(capsys, path, "--top", 4)) == [("a", 2), ("r", 1), ("s", 1), ("t", 1)]


def test_plain_output_has_every_section_within_80_columns(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "words"
    path.write_text(" ".join(f"w{n * n % 50_000}" for n in range(100_000)))
    assert main(["explore", str(path)]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 80
    for part in (
        "hmap of Map[str, int]",
        "hash0",
        "Go's four figures",
        "%overflow",
        "Slots in use",
        "Overflow buckets",
        "Growth",
        "Memory",
        "the same dict",
        "Most frequent keys",
    ):
        assert part in out


def test_a_narrow_terminal_gets_one_section_under_the_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, poem: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "48")
    assert main(["explore", str(poem)]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 48


def test_colours_are_for_terminals_that_want_them(tmp_path: Path, poem: Path) -> None:
    pty = pytest.importorskip("pty")

    def on_terminal(**env: str) -> bytes:
        main_end, end = pty.openpty()
        variables = {**os.environ, "TERM": "xterm-256color", **env}
        command = [sys.executable, "-m", "gomap", "explore", str(poem), "--top", "1"]
        with subprocess.Popen(
            command, stdout=end, stderr=subprocess.PIPE, env=variables, cwd=tmp_path
        ):
            os.close(end)
            out = b""
            while chunk := read_or_end(main_end):
                out += chunk
        os.close(main_end)
        return out

    assert b"\x1b[" in on_terminal()
    assert b"\x1b[" not in on_terminal(NO_COLOR="1")


def read_or_end(descriptor: int) -> bytes:
    """Read from a pseudo-terminal, whose end is an error on Linux."""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


def test_keys_cannot_command_the_terminal_or_rich(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "evil"
    path.write_text("\x1b[31mred\n[bold]x[/bold]\n\u202eabc\n")
    assert main(["explore", "--lines", str(path)]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\\x1b[31mred" in out
    assert "[bold]x[/bold]" in out


def test_an_output_without_block_characters_gets_hashes(tmp_path: Path, poem: Path) -> None:
    done = run(tmp_path, "explore", poem, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert b"####" in done.stdout


def test_bars_show_the_smallest_share() -> None:
    assert render.block_bar(1e-9, 8).plain == "▏       "
    assert render.block_bar(0, 8).plain == " " * 8
    assert render.block_bar(1, 8).plain == "█" * 8
    assert render.hash_bar(1e-9, 4).plain == "#   "


def test_keys_are_quoted_only_where_it_helps() -> None:
    shown = [text.shown_key(key) for key in ("a b", "", " a", "a\tb", "é", 5)]
    assert shown == ["a b", "''", "' a'", "a\\tb", "é", "5"]


def test_go_rows_are_the_neighbours_of_the_load() -> None:
    assert [row.load_factor for row in GO_LOAD_TABLE] == [4 + n / 2 for n in range(9)]
    assert published_around(3) == GO_LOAD_TABLE[:1]
    assert published_around(6.5) == GO_LOAD_TABLE[5:6]
    assert published_around(6.6) == GO_LOAD_TABLE[5:7]
    assert published_around(9) == GO_LOAD_TABLE[8:]


def test_the_command_is_this_main() -> None:
    (command,) = importlib.metadata.entry_points(group="console_scripts", name="gomap")
    assert command.load() is main


def test_version_is_the_package_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leave:
        main(["--version"])
    assert leave.value.code == 0
    import gomap

    assert capsys.readouterr().out == f"gomap {gomap.__version__}\n"
