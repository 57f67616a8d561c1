"""The pytest plugin: off by default, its options, its reports, and what its seed replays."""

from __future__ import annotations

import importlib.util
import re

import pytest

from support.plugin_runs import LOOKS, Run, commands, orders, runner

pytest_plugins = ["pytester"]
NEEDS_XDIST = pytest.mark.skipif(
    importlib.util.find_spec("xdist") is None, reason="pytest-xdist is not installed"
)


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(pytester, monkeypatch)


# Off and on


def test_off_by_default_changes_nothing(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import builtins, glob, json, os, sys
        from gomap.testing import streams

        def state():
            found = [os.listdir, os.scandir, json._default_decoder, json.JSONDecoder.__init__,
                     builtins.dict, sorted(map(str, os.supports_fd))]
            return [repr(thing).replace("gomap", "GOMAP!") for thing in found]

        def test_state():
            assert "GOMAP!" not in "".join(state())
            assert list(json.loads('{"a": 1, "b": 2, "c": 3}')) == ["a", "b", "c"]

        def test_failure():
            assert json.loads('{"a": 1, "b": 2}') == 5
        """
    )
    result = run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.no_fnmatch_line("*gomap order*")
    result.stdout.no_fnmatch_line("*gomap:*")
    result.stdout.no_fnmatch_line("*seed*")
    result.assert_outcomes(passed=1, failed=1)


def test_header_and_failure_show_the_seed(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(LOOKS + "\n    def test_it():\n        look(lambda: json.loads(TEXT))\n")
    result = run("--gomap-shuffle")
    (seed,) = re.findall(
        r"^gomap: shuffled orders \(json, files\), --gomap-seed=(\d+)$",
        result.stdout.str(),
        re.MULTILINE,
    )
    result.stdout.fnmatch_lines(
        [
            "*- gomap order -*",
            f"seed {seed}; the same orders again:",
            f"    pytest -p gomap.pytest_plugin --gomap-seed={seed} --gomap-shuffle *.py::test_it",
        ]
    )
    result.stdout.no_fnmatch_line("*no matter of order*")
    other = run("--gomap-shuffle")
    assert f"--gomap-seed={seed}" not in other.stdout.str()


def test_passing_run_shows_no_section(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    result = run("--gomap-shuffle", "--gomap-seed=5", "-rA")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["gomap: shuffled orders*--gomap-seed=5"])
    result.stdout.no_fnmatch_line("*gomap order*")


def test_failure_before_any_shuffle_says_so(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): assert 0")
    run("--gomap-shuffle").stdout.fnmatch_lines(["but nothing was shuffled yet when it failed*"])


@pytest.mark.parametrize("hidden", ["--tb=no", "--tb=line", "--show-capture=no"])
def test_command_is_shown_where_sections_are_not(
    hidden: str, run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("def test_it(): assert 0")
    run("--gomap-shuffle", "--gomap-seed=5", hidden, "-q").stdout.fnmatch_lines(
        ["*= gomap order: the same orders again =*", "pytest -p * --gomap-seed=5 --gomap-shuffle *"]
    )


def test_command_sets_the_hash_seed_that_was_set(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "12")
    pytester.makepyfile("def test_it(): assert 0")
    run("--gomap-shuffle").stdout.fnmatch_lines(["    PYTHONHASHSEED=12 pytest *"])


def test_command_quotes_and_is_relative_to_the_directory(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = pytester.mkdir("tests")
    (folder / "test_it.py").write_text(
        "import pytest\n@pytest.mark.parametrize('x', ['a b'])\ndef test_it(x): assert 0\n"
    )
    monkeypatch.chdir(folder)
    (command,) = commands(run("--gomap-shuffle"))
    assert command[-1] == "test_it.py::test_it[a b]"
    run(*command).assert_outcomes(failed=1)


@pytest.mark.parametrize("seed", ["x", "-1", "1.5", "", "18446744073709551616", "0x10"])
def test_bad_seed_is_a_usage_error(seed: str, run: Run) -> None:
    result = run(f"--gomap-seed={seed}", apart=False)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"*--gomap-seed: must be a whole number from 0 to 2[*][*]64-1, not '{seed}'"]
    )


@pytest.mark.parametrize("seed", ["0", "18446744073709551615"])
def test_seeds_at_the_limits_are_fine(seed: str, run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    run("--gomap-shuffle", "--gomap-seed", seed).assert_outcomes(passed=1)


@pytest.mark.parametrize("reach", ["wires", "", "json,wires", "json;files"])
def test_bad_reach_is_a_usage_error(reach: str, run: Run) -> None:
    result = run(f"--gomap-reach={reach}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--gomap-reach: takes json, files or none, *not '{reach}'"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no module", "takes a module's name, or package.[*], not 'no module'"),
        ("", "takes a module's name*not ''"),
        ("*", "takes a module's name*not '[*]'"),
        ("not_there_at_all", "No module named 'not_there_at_all'"),
    ],
)
def test_bad_module_is_a_usage_error(
    name: str, said: str, run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("def test_it(): pass")
    result = run("--gomap-shuffle", f"--gomap-dicts={name}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--gomap-dicts: {said}*"])


def test_seed_alone_says_what_it_is_for(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import json\ndef test_it(): assert list(json.loads('{\"a\":1}')) == ['a']")
    result = run("--gomap-seed=7")
    result.stdout.fnmatch_lines(["gomap: --gomap-seed=7, for tests with the marker or fixture *"])
    result.assert_outcomes(passed=1)


def test_help_and_markers_name_the_options(run: Run) -> None:
    run("--help").stdout.fnmatch_lines(
        ["*--gomap-shuffle *", "*--gomap-seed[= ]N*", "*--gomap-reach*", "*--gomap-dicts*"]
    )
    run("--markers").stdout.fnmatch_lines(["@pytest.mark.gomap_order(seed=None, *"])
    run("--fixtures").stdout.fnmatch_lines(["gomap_order*"])


# Replaying


def test_each_test_replays_alone_in_any_order_and_company(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(
        LOOKS
        + """
    import pytest

    HELD = gomap.shuffled({"p": 1, "q": 2, "r": 3, "s": 4})

    @pytest.fixture(scope="session")
    def wide():
        return "".join(json.loads(TEXT)), gomap.shuffled(json.loads(TEXT))

    def test_first(wide):
        list(HELD), list(wide[1]), json.loads(TEXT)

    @pytest.mark.parametrize("x", range(2))
    def test_json(x): look(lambda: json.loads(TEXT))
    def test_held(): look(lambda: HELD)
    def test_wide_text(wide): look(lambda: wide[0])
    def test_wide_view(wide): look(lambda: wide[1])
    def test_local(): look(lambda view=gomap.shuffled(json.loads(TEXT)): view)
    def test_named(gomap_order): look(lambda: gomap_order.shuffle(json.loads(TEXT)))
    """
    )
    result = run("--gomap-shuffle", "--gomap-seed=3")
    result.assert_outcomes(passed=1, failed=7)
    expected = orders(result)
    assert len(set(expected)) == 7
    alone = [orders(run(*command)) for command in commands(result)]
    assert alone == [[line] for line in expected]
    chosen = orders(run("--gomap-shuffle", "--gomap-seed=3", "-k", "json or wide_view"))
    assert chosen == [*expected[:2], expected[4]]
    assert not set(expected) & set(orders(run("--gomap-shuffle", "--gomap-seed=4")))


def test_replay_holds_in_another_process(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        LOOKS
        + "\n    def test_it():\n        look(lambda: gomap.shuffled(set(json.loads(TEXT))))\n"
    )
    here = orders(run("--gomap-shuffle", "--gomap-seed=3"))
    there = orders(run("--gomap-shuffle", "--gomap-seed=3", apart=True))
    assert len(here) == 1
    assert here == there


@NEEDS_XDIST
def test_workers_share_the_seed_and_report_it(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        LOOKS
        + """
    import pytest
    @pytest.mark.parametrize("x", range(4))
    def test_json(x): look(lambda: json.loads(TEXT))
    """
    )
    result = run("--gomap-shuffle", "-p", "xdist.plugin", "-n2", apart=True)
    result.assert_outcomes(failed=4)
    (seed,) = set(re.findall(r"--gomap-seed=(\d+)", result.stdout.str()))
    alone = run("--gomap-shuffle", f"--gomap-seed={seed}")
    assert sorted(orders(result)) == sorted(orders(alone))
    for command in commands(result):
        assert orders(run(*command))[0] in orders(result)
    hidden = run("--gomap-shuffle", "-p", "xdist.plugin", "-n2", "--tb=no", apart=True)
    hidden.stdout.fnmatch_lines(["*gomap order: the same orders again*", "pytest *test_json*"])


def test_examples_of_hypothesis_are_repeatable(run: Run, pytester: pytest.Pytester) -> None:
    pytest.importorskip("hypothesis", reason="hypothesis is not installed")
    pytester.makepyfile(
        """
        import json
        from hypothesis import given, settings, strategies as st

        @settings(database=None, max_examples=30)
        @given(st.dictionaries(st.text("abcdef", min_size=1), st.integers(), min_size=2))
        def test_first_is_first(entries):
            assert next(iter(json.loads(json.dumps(entries)))) == next(iter(entries))
        """
    )
    result = run("--gomap-shuffle", "--gomap-seed=1")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*AssertionError*"])
    result.stdout.no_fnmatch_line("*Flaky*")
