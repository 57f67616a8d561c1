"""The pytest plugin finds planted bugs soon, and replays them every time."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import gomap.pytest_plugin as plugin
from support.plugin_runs import Run, commands, errors, runner

pytest_plugins = ["pytester"]
RUNS = 20


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(pytester, monkeypatch)


# The planted bugs: each passes without the plugin, and is one that people have written

BUGS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "the first rule that matches wins": (
        """
        RATES = {"member": 10, "staff": 40, "sale": 25}

        def discount(tags):
            for tag, percent in RATES.items():
                if tag in tags:
                    return percent
            return 0
        """,
        """
        def test_discount():
            assert shop.discount({"staff", "sale"}) == 40
        """,
        ("--gomap-dicts=shop",),
    ),
    "groups come in the order of the first arrival": (
        """
        from collections import defaultdict

        def by_length(words):
            groups = defaultdict(list)
            for word in words:
                groups[len(word)].append(word)
            return list(groups.values())
        """,
        """
        def test_by_length():
            assert shop.by_length(["a", "bb", "c"]) == [["a", "c"], ["bb"]]
        """,
        ("--gomap-dicts=shop",),
    ),
    "an inverted mapping keeps the last of two": (
        """
        import json

        def owners(text):
            return {owner: disk for disk, owner in json.loads(text).items()}
        """,
        """
        def test_owners():
            assert shop.owners('{"sda": "ann", "sdb": "bob", "sdc": "ann"}')["ann"] == "sdc"
        """,
        (),
    ),
    "columns are taken from the first record": (
        """
        import json

        def table(text):
            records = json.loads(text)
            head = list(records[0])
            return [head] + [list(record.values()) for record in records]
        """,
        """
        def test_table():
            rows = shop.table('[{"id": 1, "name": "x"}, {"id": 2, "name": "y"}]')
            assert dict(zip(rows[0], rows[2])) == {"id": 2, "name": "y"}
        """,
        (),
    ),
    "the last file of a directory is the newest": (
        """
        import os

        def newest(folder):
            return os.listdir(folder)[-1]
        """,
        """
        def test_newest(tmp_path, monkeypatch):
            for day in "123":
                (tmp_path / day).touch()
            assert shop.newest(tmp_path) == "3"
        """,
        (),
    ),
    "a cache is keyed by what a dict prints as": (
        """
        import json

        CACHE = {}

        def search(request):
            filters = json.loads(request)
            return CACHE.setdefault(str(filters), object())
        """,
        """
        def test_search():
            request = '{"size": 1, "colour": 2}'
            assert shop.search(request) is shop.search(request)
        """,
        (),
    ),
}


@pytest.mark.parametrize("name", BUGS)
def test_planted_bug_is_found_soon_and_replayed_every_time(
    name: str, run: Run, pytester: pytest.Pytester
) -> None:
    code, test, options = BUGS[name]
    pytester.makepyfile(shop=code)
    pytester.makepyfile(test_shop="import shop\n" + plain(test))
    # Directories come in an order of their own without the plugin: sorted, it would hide.
    if "newest" not in code:
        run().assert_outcomes(passed=1)
    for seed in range(1, RUNS):
        result = run("--gomap-shuffle", f"--gomap-seed={seed}", *options)
        if result.ret:
            break
    result.assert_outcomes(failed=1)
    ((command),) = commands(result)
    assert f"--gomap-seed={seed}" in command
    for _ in range(5):
        again = run(*command)
        again.assert_outcomes(failed=1)
        assert errors(again) == errors(result)


def plain(code: str) -> str:
    """Take the indentation of the first line from all of them."""
    lines = code.strip("\n").splitlines()
    margin = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[margin:] for line in lines) + "\n"


# The page about it

PAGE = Path(__file__).resolve().parent.parent / "docs" / "shuffled_order.md"
NEEDS_PAGE = pytest.mark.skipif(not PAGE.is_file(), reason="no docs beside these tests")


@NEEDS_PAGE
def test_page_shows_what_happens(run: Run, pytester: pytest.Pytester) -> None:
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert [name for name, _ in blocks] == ["discounts.py", "test_discounts.py", "test_marked.py"]
    for name, code in blocks:
        (pytester.path / name).write_text(code, encoding="utf-8")
    run().assert_outcomes(passed=3)
    (shown,) = re.findall(r"^```console\n\$ pytest (.*?)\n(.*?)^```$", text, re.M | re.S)
    (seed,) = set(re.findall(r"--gomap-seed=(\d+)", shown[1]))
    result = run(*shown[0].split(), f"--gomap-seed={seed}")
    lines = shown[1].replace("pytest --", f"pytest -p {plugin.__name__} --").splitlines()
    assert set(lines) <= set(result.stdout.lines)
    result.assert_outcomes(failed=1, passed=2)
    (command,) = commands(result)
    for _ in range(3):
        run(*command).assert_outcomes(failed=1)


@NEEDS_PAGE
def test_examples_of_the_page_are_true() -> None:
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried > 5
    assert failed == 0
