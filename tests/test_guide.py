"""Every program of examples/guide runs by itself, tells the truth, and is in the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from support.guide import GUIDE

PROGRAMS = sorted(path.stem for path in GUIDE.glob("[!_]*.py"))
ROW = re.compile(r"^\| \[`(\w+)\.py`\]\(\1\.py\) \| (`.+`) \| `(.+)` \| .+ \|$", re.MULTILINE)


FACTS: dict[str, list[str]] = {
    "circuit_breaker": [
        r"0 s  payment: no answer +now open, called 3\n",
        r"0 s  payment: payment: open +now open, called 3\n",
        r"0 s  mail: ok +now closed, called 1\n",
        r"30 s  payment: no answer +now open, called 4\n",
        r"60 s  payment: ok +now closed, called 6\n",
        r"unhealthy: \[\]\n$",
    ],
    "connection_pool": [
        r"1 \+ 1 = 2\n2 \* 3 = 6\n",
        r"a third: all 2 connections are lent\n",
        r"given back twice: KeyError; idle, lent: \(2, 0\)\n",
        r"closed; idle, lent: \(0, 0\)\n$",
    ],
    "copy_and_compare": [
        r"original: .+'a': 1, 'b': 2, 'c': 3, 'd': 4",
        r"copy: .+\{'a': 1, 'b': 2\}\)\n",
        r"shallow 1 deep 0\n",
        r"equal: +True True\nchanged: +False\n.+: False\n$",
    ],
    "endpoint_calls": [
        r"GET   /login  1\nGET   /users  2\nPOST  /login  3\n",
        r"DELETE /users: 0, and still 3 entries\n",
        r"joined: 1 entry; as NamedTuple: 2 entries\n",
        r"TypeError: .+ key must be Endpoint, not tuple",
    ],
    "event_bus": [
        r"alice is told to 2\n",
        r"nobody hears of payments: 0 \['user.created'\]\n",
        r"carol is told to 0 - dropped: 1\n",
        r"mails heard of \['alice', 'bob'\]\nanalytics heard of \['alice'\]\ntopics left: \[\]\n$",
    ],
    "feature_flags": [
        r"nothing set: +alice standard, bob standard\n",
        r"alice tries it: +alice express, bob standard\n",
        r"all but bob: +alice express, bob standard\n",
        r"express_checkout +on\ndark_mode +off\ndakr_mode +unknown\nflags set: 2",
    ],
    "grouping": [
        r"12345 bought tea, pot, tea\n",
        r"999 bought +\(\) and is not in the map: \[777, 12345\]\n",
        r" 777   12.00\n 12345   48.00\n$",
    ],
    "huge_keys": [
        r"by digest: 2 documents, 32 bytes a key\n.+: True True\n",
        r"never stored: \(b'', False\)\n",
        r"by a hash alone: 1 document, one is lost\n",
        r"by pointer: 'mine', an equal one ''\n$",
    ],
    "iteration": [
        r"more than one is True\n",
        r"sorted: a: 0, b: 1, c: 2, d: 3, e: 4, f: 5\n",
        r"the same order: True\n",
        r"visited 25 of 50, one of each pair, left: True\n",
        r"inserted: True\ndeleted all of them while iterating: Map\[int, int\]\(\)\n$",
    ],
    "lru_cache": [
        r"u4 wanted; newest first: \['u4', 'u1', 'u3'\]\n",
        r"database: \['u1', 'u2', 'u3', 'u4', 'u2'\]\nu3: \(None, False\)\n",
    ],
    "memory": [
        r"hint +0: 11 doublings to 2,048 buckets\nhint 10,000:  0 doublings to 2,048 buckets\n",
        r"100,000 entries ([\d,]+) bytes; 10 of them left \1\n",
        r"after shrink\(\) \d{3} bytes, 10 entries\n",
        r"with one hash for all 124\n$",
    ],
    "metrics_collector": [
        r"api.errors.total +40\napi.requests.total +4000\ndb.connections.active +15\n",
        r" 50%  <= +5.0\n.+ 99%  <= 100.0\n.+100%  <= +inf\n",
        r"typo: 0, not inserted: 2 counters\n",
        r"OverflowError: .+ out of range for int64\n$",
    ],
    "nested_maps": [
        r"/ from fr: 2, from jp: 0\n/nowhere from fr: 0; pages: \['/', '/shop'\]\n",
        r"assignment to entry in nil map\n",
        r"one more: 3, copy 3, deepcopy 2\nflat: 3 and 0; 3 cells\n$",
    ],
    "query_cache": [
        r"alice: 30, asked the database 1 time\nbob: None, asked the database 1 time\n" * 2,
        r"a birthday: 2 results forgotten\nalice: 31; cached: 1\n$",
    ],
    "rate_limiter": [
        r"6 s  10.0.0.1  denied\n 10 s  10.0.0.1  allowed\n 11 s  10.0.0.1  denied\n",
        r"11 s  10.0.0.2  allowed\n",
        r"remembered: 1002 clients\n20 seconds later: 1\n$",
    ],
    "request_aggregator": [
        r"^waiting: 99, keys in flight: 1\n100 answers, all of them \{'Teapot'\}\n",
        r"asked the database: 1 time; in flight: 0\n$",
    ],
    "safe_map": [
        r"'alice': 1000, 'bob': 1000, 'carol': 1000, 'dave': 1000",
        r"the total is 4000\nalice gives 10,000: False\neve has 0\n$",
    ],
    "session_store": [
        r"alice's cart: \['tea'\], her theme: None, entries: 1\n",
        r"alice: SessionExpiredError\nalice: SessionNotFoundError\nbob: bob@example.com\n",
        r"swept after another day: 1, left: 0\n$",
    ],
    "sets": [
        r"10.0.0.2 is new\n10.0.0.1 was here before\n10.0.0.1 was here before\n",
        r"2 visitors, 4 visits\nalice True, eve False; the set has 2\n",
        r"paid 50, active 34, both 17, either 67\n.+: \[False, True, False\]\n$",
    ],
    "small_table": [
        r"baby   map \(0, True\), table \(0, True\)\nzoe    map \(0, False\), table \(0, False\)\n",
        r"from b to c: \[\('baby', 0\), \('bob', 25\)\]\n$",
    ],
    "string_interner": [
        r"before and after: True\n",
        r"as read   9,000 objects,.+\ninterned      3 objects,.+\nin the interner: 3\n$",
    ],
    "sync_map": [
        r"ann claims backup: True\nbob claims backup: False\nbob claims report: True\n",
        r"bob finishes report: True\na minute later, some expired: True\n",
        r"bob claims backup: True\nann finishes backup: False\nann has \[\] - bob has \['backup'\]",
    ],
    "user_lookup": [
        r"user04999: User\(.+user04999@example.com'\)\nnobody:    None\n",
        r"for each of 100: list 2,476, map 1\.\d\d\n",
        r"not there: list 5,000, map \d\n$",
    ],
    "websocket_manager": [
        r"^alice reads: alice is here\nalice reads: bob is here\nbob reads:   bob is here\n",
        r"bob reads:   psst, bob\nbob reads:   alice: hello\nalice reads: alice: hello\n",
        r"connected: \['alice', 'bob'\]\nalice reads: bob has left\nconnected: \['alice'\]\n",
        r"not connected: bob\n$",
    ],
    "word_count": [
        r"^the    4\ndog    2\nfox    2\njumps  2\ncat    0, still 12 distinct words of 18\n",
        r"agrees: True\n.+ 1 empty word, 'fox,' 1, 'fox' 1\n$",
    ],
    "zero_values": [
        r"Map\[str, int\] +0 +0 entries\n",
        r"Map\[str, tuple\] +\(\) +0 entries\n",
        r"Map\[str, list\] +None +0 entries\n",
        r"404 Not Found \| 418 \(unknown\)\nnil: True 0 0 \(0, False\) 0\n",
        r"NilMapError: .+\nmade: Map\[str, int\]\(\{'key': 42\}\).+\nTypeError: .+unhashable.+\n$",
    ],
}
"""What each program prints; `$` ends the last line it is about."""


def python(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python with warnings as errors, elsewhere than in the checkout."""
    return subprocess.run(
        [sys.executable, "-W", "error", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=GUIDE.anchor,
        env={**os.environ, "PYTHONFAULTHANDLER": "1"},
        timeout=60,
    )


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_story_of_each_program_is_true(name: str) -> None:
    if name == "websocket_manager":
        pytest.importorskip("websockets.asyncio.server", reason="websockets is not installed")
    done = python(GUIDE / f"{name}.py")
    assert (done.returncode, done.stderr) == (0, "")
    for fact in FACTS[name]:
        assert re.search(fact, done.stdout), f"{fact}\n\n{done.stdout}"


def test_websockets_missing_is_said_in_one_line() -> None:
    code = (
        "import runpy, sys; sys.modules['websockets'] = None; "
        f"runpy.run_path({str(GUIDE / 'websocket_manager.py')!r}, run_name='__main__')"
    )
    done = python("-c", code)
    assert done.returncode == 1
    assert done.stderr == "websocket_manager.py needs a library: pip install 'websockets>=13'\n"


def test_importing_does_nothing() -> None:
    code = (
        f"import sys, threading; sys.path.insert(0, {str(GUIDE)!r}); "
        f"modules = [__import__(name) for name in {PROGRAMS!r}]; "
        "assert all(callable(module.main) for module in modules); "
        "assert threading.active_count() == 1; "
        "assert not {'websockets', 'numpy'} & {*sys.modules}"
    )
    done = python("-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_readme_lists_each_program_once_with_lines_of_its_own() -> None:
    rows = ROW.findall((GUIDE / "README.md").read_text(encoding="utf-8"))
    assert sorted(name for name, _, _ in rows) == PROGRAMS
    for name, _, line in rows:
        source = (GUIDE / f"{name}.py").read_text(encoding="utf-8")
        assert line.replace("\\|", "|") in source, name


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_program_says_how_to_run_it_and_is_short(name: str) -> None:
    source = (GUIDE / f"{name}.py").read_text(encoding="utf-8")
    assert f"    python examples/guide/{name}.py" in source
    assert len(source.splitlines()) < 160
    assert "sleep" not in source
