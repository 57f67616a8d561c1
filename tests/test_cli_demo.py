"""`gomap demo`: what it shows is the live engine's, and it is shown wherever it can be."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gomap import Map, inspect
from gomap.cli import demo, main
from gomap.cli.demo_draw import Look, arrays, hash_bits
from gomap.cli.demo_play import SCENES
from gomap.cli.demo_story import WORDS, Frame, Stage
from support.cli import no_rich, run

SEEDS = (demo.SEED, 0, 7, 2**64 - 1)
WIDE = Look(80, fancy=True)


pytestmark = pytest.mark.usefixtures("plain_terminal")


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run the command in this process, with no terminal; return what it prints."""
    status = main(["demo", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert (status, err) == (0, "")
    return out


def frames(name: str, seed: int = demo.SEED, look: Look = WIDE) -> list[Frame]:
    return list(SCENES[name](Stage(seed, look)))


def plain(frame: Frame) -> str:
    return "\n".join(line.plain for line in frame.picture)


def filled(n: int, seed: int = demo.SEED, hint: int = 0) -> Map[str, int]:
    """Return the map that the tour has after n words."""
    m = Map[str, int](hint=hint, seed=seed)
    for number, word in enumerate(WORDS[:n], 1):
        m[word] = number
    return m


# ---- what it shows is the engine's ----------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_full_bucket_is_that_of_a_twin(seed: int) -> None:
    last = plain(frames("bucket", seed)[-1])
    ((bucket,),) = inspect.hmap(filled(8, seed)).buckets or ()
    rows = [re.split("│", line)[1:-1] for line in last.split("\n") if "│" in line]
    tops, keys, elems = ([cell.strip() for cell in row] for row in rows)
    assert tops == [f"{top:02x}" for top in bucket.tophash]
    assert tuple(keys) == bucket.keys
    assert tuple(map(int, elems)) == bucket.elems


@pytest.mark.parametrize("seed", SEEDS)
def test_growth_is_shown_event_by_event_as_a_twin_records_it(seed: int) -> None:
    m = filled(8, seed)
    with inspect.record(m, states=True) as events:
        m[WORDS[8]] = 9
    shown = [frame for frame in frames("growth", seed)[1:] if not frame.passing][:-1]
    assert [frame.code.partition("# ")[2] for frame in shown] == [event.kind for event in events]
    for frame, event in zip(shown, events, strict=True):
        assert event.state is not None
        for chain in (*event.state.buckets, *(event.state.oldbuckets or ())):
            for bucket in chain:
                for top, key in zip(bucket.tophash, bucket.keys, strict=True):
                    assert key is None or re.search(rf"{top:02x}[ ▸]{key}\b", plain(frame))
        if event.kind == "evacuate":
            assert f"{event.moved_x} to bucket 0" in frame.say
            assert f"{event.moved_y} to bucket 0 + 1 = 1" in frame.say


@pytest.mark.parametrize("seed", SEEDS)
def test_evacuation_goes_on_with_writes_until_it_is_done(seed: int) -> None:
    shown = frames("evacuation", seed)
    kinds = [frame.code.partition("# ")[2] for frame in shown]
    assert kinds[0] == "grow"
    assert kinds.count("evacuate") == 4
    assert kinds.count("grow_done") == 1
    assert "evacuated" not in plain(shown[-1])
    twin = filled(27, seed)
    twin.finish_growth()
    expected = [line.plain for line in arrays(inspect.hmap(twin), WIDE)]
    assert len(plain(shown[-1]).split("\n")) == len(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_lookup_is_told_as_the_engine_explains_it(seed: int) -> None:
    m = filled(26, seed)
    for frame in frames("lookup", seed)[1:]:
        (word,) = re.findall(r'm\["(\w+)"\]', frame.code)
        path = inspect.explain(m, word)
        bits = f"{path.hash:064b}"
        assert " ".join(bits[at : at + 8] for at in range(0, 64, 8)) in plain(frame)
        assert f"tophash, {path.tophash:02x}." in frame.say
        assert f"bucket, {path.bucket};" in frame.say
        assert f"{path.slots_examined} tophash byte" in frame.say
        assert f"{path.key_comparisons} key" in frame.say
        assert ("found" in frame.say) == path.found
        pointers = re.findall("[0-9a-f]{2}[-≠▸]", plain(frame))
        assert len(pointers) == path.slots_examined


@pytest.mark.parametrize("seed", SEEDS)
def test_overflow_and_same_size_growth_happen_whatever_the_seed(seed: int) -> None:
    overflow = [frame for frame in frames("overflow", seed) if not frame.passing]
    assert "+1" not in plain(overflow[0])
    assert "noverflow 1" in plain(overflow[1])
    assert "└─ +1" in plain(overflow[1])
    packed = frames("same-size", seed)
    kinds = [frame.code.partition("# ")[2] for frame in packed]
    assert "same_size_grow" in kinds
    assert kinds.count("evacuate") == 4
    assert "noverflow 0" in plain(packed[-1])
    assert "+1" not in plain(packed[-1])


@pytest.mark.parametrize("seed", SEEDS)
def test_deleting_shows_the_bytes_that_the_engine_leaves(seed: int) -> None:
    shown = frames("delete", seed)
    m = filled(6, seed)
    for frame, word in zip(shown[1:4], WORDS[3:6], strict=True):
        del m[word]
        ((bucket,),) = inspect.hmap(m).buckets or ()
        assert "│".join(f" {top:02x}    " for top in bucket.tophash) in plain(frame)


@pytest.mark.parametrize("seed", SEEDS)
def test_iteration_is_shown_with_its_start_and_as_a_twin_gives_it(seed: int) -> None:
    last = [frame for frame in frames("order", seed) if frame.code == "list(m)"][-1]
    orders = re.findall(r"bucket \d+, slot \d: (.*)", plain(last))
    twin = filled(13, seed)
    assert [order.split() for order in orders] == [list(twin) for _ in range(3)]
    changes = frames("order", seed)[-1]
    assert "13 that were there it saw 13, each once" in changes.say


def test_the_million_has_the_figures_of_stats(capsys: pytest.CaptureFixture[str]) -> None:
    m = Map[int, int](dict.fromkeys(range(3), 1))
    assert inspect.stats(m).count == 3
    out = told(capsys, "--only", "million")
    assert "count 1,000,000" in out
    counts = [int(n.replace(",", "")) for n in re.findall(r"^ +\d \S* +([\d,]+)$", out, re.M)]
    assert len(counts) == 9
    assert sum(counts) == 2**18
    (load,) = re.findall(r"(\d\.\d\d) a bucket", out)
    assert load == f"{1_000_000 / 2**18:.2f}"


def test_hash_bits_name_bucket_and_tophash() -> None:
    for B in range(9):
        value = 0xA5_00_00_00_00_00_00_00 | 0b1_0110_1101
        lines = [line.plain for line in hash_bits(value, B, WIDE)]
        last = lines[1].rstrip()
        assert f"bucket {value & (2**B - 1)} " in lines[1]
        if B:
            assert lines[0][-B:].replace(" ", "") == f"{value:064b}"[-B:]
            assert last.endswith("^" * B)
            assert len(last) == len(lines[0])
        assert lines[1][7:15] == "^" * 8


# ---- the tour as a whole --------------------------------------------------------


def test_it_is_the_same_each_time_and_another_with_another_seed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = "bucket,lookup,growth,evacuation,overflow,delete,same-size,order,nil"
    first = told(capsys, "--only", names)
    assert first == told(capsys, "--only", names) == told(capsys, "--only", names, "--no-wait")
    assert first != told(capsys, "--only", names, "--seed", 1)


def test_every_chapter_comes_in_order_with_a_heading(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", "--delay", 1000, env={"PYTHONIOENCODING": "utf-8"})
    assert (done.returncode, done.stderr) == (0, b"")
    out = done.stdout.decode()
    assert re.findall(r"^\d+\. (\S+)", out, re.M) == list(demo.CHAPTERS)
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 80
    assert out.endswith("measured here\n")


def test_chapters_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "--only", "nil,bucket")
    assert re.findall(r"^\d+\. (\S+)", out, re.M) == ["bucket", "nil"]
    assert "NilMapError: assignment to entry in nil map" in out
    assert SCENES.keys() == demo.CHAPTERS.keys()


@pytest.mark.parametrize("columns", [40, 60, 79, 200])
def test_it_fits_the_width(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = told(capsys, "--only", "bucket,lookup,evacuation,delete,order,nil")
    lines = out.partition("That was the tour")[0].splitlines()
    assert max(map(len, lines)) <= min(columns, 80)


def test_an_output_without_box_characters_gets_ascii(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert b"\\u" not in done.stdout
    for part in (b"+-------+", b"02 ->X", b"####", b"+- +1"):
        assert part in done.stdout


@pytest.mark.parametrize("name", demo.CHAPTERS)
def test_every_frame_fits_a_small_terminal(name: str) -> None:
    for frame in frames(name):
        sentence = -(-len(frame.say) // 76)
        assert len([line for line in frame.picture if line.plain]) + sentence + 3 <= 23


def test_no_sentence_is_empty_and_every_word_fits_a_slot() -> None:
    assert max(map(len, WORDS)) == 4
    assert len(set(WORDS)) == len(WORDS) > 100
    for name in demo.CHAPTERS:
        for frame in frames(name, seed=5):
            assert frame.say.endswith(".")


# ---- what it refuses ------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--only=bucket,", "no chapter '' (there are: bucket, lookup, "),
        ("--only=everything", "no chapter 'everything' (there are: "),
        ("--delay=-1", "not seconds from 0 to 3600: '-1'"),
        ("--delay=nan", "not seconds from 0 to 3600: 'nan'"),
        ("--delay=soon", "not seconds from 0 to 3600: 'soon'"),
        ("--seed=-1", "not a number from 0 to "),
        (f"--seed={2**64}", "not a number from 0 to "),
        ("--fast", "unrecognized arguments: --fast"),
        ("bucket", "unrecognized arguments: bucket"),
    ],
)
def test_wrong_use(capsys: pytest.CaptureFixture[str], option: str, message: str) -> None:
    left: Any
    try:
        left = main(["demo", option])
    except SystemExit as leave:
        left = leave.code
    out, err = capsys.readouterr()
    assert (left, out) == (2, "")
    assert err.startswith("gomap demo: ")
    assert message in err
    assert err.count("\n") == 1


def test_delay_and_no_wait_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["demo", "--delay=1", "--no-wait"])
    assert "not allowed with" in capsys.readouterr().err


def test_without_rich_it_says_what_to_install(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", env=no_rich(tmp_path))
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"gomap demo: needs rich to draw: pip install 'gomap[explore]'\n"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_closed_pipe(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(
        [sys.executable, "-m", "gomap", "demo"], cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE
    ) as process:
        os.close(writer)
        _, err = process.communicate(timeout=60)
    line = b"gomap demo: standard output was closed before all was written\n"
    assert (process.returncode, err) == (141, line)


# ---- on a terminal --------------------------------------------------------------


class Terminal:
    """The command on a pseudo-terminal, with somebody at the keys."""

    def __init__(self, tmp_path: Path, *arguments: object, rows: int = 40, **env: str) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.end, there = pty.openpty()
        fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
        variables = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
        variables |= {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **env}
        self.before = termios.tcgetattr(there)
        self.there = there
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gomap", "demo", *map(str, arguments)],
            stdin=there, stdout=there, stderr=there, env=variables, cwd=tmp_path,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(there, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        self.seen = ""

    def until(self, text: str) -> str:
        """Read until this has appeared; return what came since the last call."""
        came = ""
        limit = time.monotonic() + 60
        while text not in came:
            assert time.monotonic() < limit, came
            chunk = os.read(self.end, 65536).decode(errors="replace")
            came += chunk
        self.seen += came
        return came

    def press(self, key: str) -> None:
        os.write(self.end, key.encode())

    def finish(self) -> int:
        """Wait for its end; the terminal must be as it was."""
        import termios

        status = self.process.wait(60)
        os.set_blocking(self.end, False)
        try:
            self.seen += os.read(self.end, 65536).decode(errors="replace")
        except BlockingIOError:
            pass
        assert termios.tcgetattr(self.there) == self.before
        return status


@pytest.fixture
def terminals() -> Iterator[Any]:
    pytest.importorskip("pty")
    opened: list[Terminal] = []

    def start(*arguments: Any, **options: Any) -> Terminal:
        opened.append(Terminal(*arguments, **options))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.process.kill()
        terminal.process.wait()
        os.close(terminal.end)
        os.close(terminal.there)


ENTERED, LEFT = "\x1b[?1049h", "\x1b[?1049l"


def test_on_a_terminal_it_waits_for_keys_and_goes_back(terminals: Any, tmp_path: Path) -> None:
    terminal = terminals(tmp_path, "--only", "delete")
    first = terminal.until("q: quit")
    assert ENTERED in first
    assert "\x1b[" in first.replace(ENTERED, "")
    assert "Six entries." in first
    terminal.press("\n")
    assert "A hole among entries" in terminal.until("q: quit")
    terminal.press("b")
    assert "Six entries." in terminal.until("q: quit")
    terminal.press("b")
    assert "Six entries." in terminal.until("q: quit")
    terminal.press("q")
    assert "That was the tour" not in terminal.until(LEFT).partition(LEFT)[0]
    assert terminal.finish() == 0


def test_after_the_last_frame_the_terminal_is_given_back(terminals: Any, tmp_path: Path) -> None:
    terminal = terminals(tmp_path, "--only", "nil")
    terminal.until("q: quit")
    terminal.press(" ")
    assert "That was the tour" in terminal.until("measured here").partition(LEFT)[2]
    assert terminal.finish() == 0


def test_control_c_gives_the_terminal_back(terminals: Any, tmp_path: Path) -> None:
    terminal = terminals(tmp_path)
    terminal.until("q: quit")
    terminal.press("\x03")
    assert terminal.until("interrupted").index(LEFT) >= 0
    assert terminal.finish() == 130


def test_a_delay_needs_no_key(terminals: Any, tmp_path: Path) -> None:
    terminal = terminals(tmp_path, "--only", "delete,nil", "--delay", "0.01")
    seen = terminal.until("measured here")
    assert seen.count("\x1b[2J") >= 6
    assert terminal.finish() == 0


def test_no_wait_prints_everything_with_colours(terminals: Any, tmp_path: Path) -> None:
    terminal = terminals(tmp_path, "--only", "nil", "--no-wait")
    seen = terminal.until("measured here")
    assert ENTERED not in seen
    assert "\x1b[1m" in seen
    assert terminal.finish() == 0


def test_no_color_is_respected(terminals: Any, tmp_path: Path) -> None:
    terminal = terminals(tmp_path, "--only", "lookup", "--no-wait", NO_COLOR="1")
    assert "\x1b" not in terminal.until("measured here")
    assert terminal.finish() == 0


@pytest.mark.parametrize(("rows", "term"), [(10, "xterm"), (40, "dumb")])
def test_a_small_or_dumb_terminal_scrolls(
    terminals: Any, tmp_path: Path, rows: int, term: str
) -> None:
    terminal = terminals(tmp_path, "--only", "nil", rows=rows, TERM=term)
    seen = terminal.until("inserts nothing.")
    assert ENTERED not in seen
    terminal.press("\n")
    terminal.until("measured here")
    assert terminal.finish() == 0
