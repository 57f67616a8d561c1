"""What the pytest plugin shuffles: by marker, by fixture, and without being named."""

from __future__ import annotations

import json
import os

import pytest

from gomap.testing.reach import REACHES
from support.plugin_runs import LOOKS, Run, commands, orders, runner

pytest_plugins = ["pytester"]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(pytester, monkeypatch)


# The marker and the fixture


def test_marker_turns_one_test_on(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        LOOKS
        + """
    import pytest
    @pytest.mark.gomap_order
    def test_marked(): look(lambda: json.loads(TEXT))
    @pytest.mark.gomap_order(seed=9)
    def test_seeded(): look(lambda: json.loads(TEXT))
    @pytest.mark.gomap_order(reach="files")
    def test_unreached(): look(lambda: json.loads(TEXT))
    def test_unmarked(): look(lambda: json.loads(TEXT))
    """
    )
    first, second = run("--gomap-seed=1"), run("--gomap-seed=2")
    first.assert_outcomes(failed=4)
    (m1, s1, r1, u1), (m2, s2, r2, u2) = orders(first), orders(second)
    assert m1 != m2
    assert s1 == s2
    assert r1 == u1 == r2 == u2 == "ORDERS " + " ".join(["abcde"] * 6)
    marked, seeded, _ = commands(first)
    assert marked[:-1] == ["--gomap-seed=1"]
    assert seeded[:-1] == ["--gomap-seed=9"]
    assert orders(run(*marked)) == [m1]
    assert orders(run(*seeded)) == [s1]
    # A printed seed may be written into the marker.
    assert orders(run("--gomap-seed=9", "-k", "seeded")) == [s1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("seed='x'", "seed must be a whole number from 0 to 2[*][*]64-1, not 'x'"),
        ("seed=-1", "seed must be a whole number*, not -1"),
        ("seed=True", "seed must be a whole number*, not True"),
        ("5", "*positional argument*"),
        ("sed=5", "*unexpected keyword argument 'sed'*"),
        ("reach='wires'", "order can reach json and files, not 'wires'"),
        ("reach=5", "reach must be a name or a list of names, not 5"),
        ("dicts=[5]", "dicts must be a name or a list of names, not [[]5[]]"),
    ],
)
def test_bad_marker_fails_its_test_and_no_other(
    options: str, said: str, run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(
        f"""
        import pytest
        @pytest.mark.gomap_order({options})
        def test_marked(): pass
        def test_other(): pass
        """
    )
    result = run()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"@pytest.mark.gomap_order: {said}"])


def test_fixture_shuffles_by_name_only(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import json
        import gomap

        def test_order(gomap_order):
            assert gomap_order.seed == 7
            assert list(json.loads('{"a": 1, "b": 2, "c": 3}')) == ["a", "b", "c"]
            for view in (gomap_order.shuffled({"a": 1, "b": 2}), gomap.shuffled({"a": 1, "b": 2}),
                         gomap_order.dict(a=1, b=2)):
                assert {tuple(view) for _ in range(99)} == {("a", "b"), ("b", "a")}
            gomap_order.reach("json")
            assert {tuple(json.loads('{"a": 1, "b": 2}')) for _ in range(99)} == {
                ("a", "b"), ("b", "a")}

        def test_reach_ended():
            assert {tuple(json.loads('{"a": 1, "b": 2}')) for _ in range(99)} == {("a", "b")}
        """
    )
    run("--gomap-seed=7").assert_outcomes(passed=2)


def test_fixture_reports_its_seed_when_it_drew(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        LOOKS + "\n    def test_it(gomap_order):\n"
        "        look(lambda view=gomap_order.shuffled(json.loads(TEXT)): view)\n"
        "    def test_quiet(gomap_order): assert 0\n"
    )
    result = run()
    result.assert_outcomes(failed=2)
    (command,) = commands(result)
    assert "--gomap-shuffle" not in command
    assert orders(run(*command)) == orders(result)


def test_unseeded_views_in_any_test_are_replayed(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        LOOKS + "\n    def test_it():\n        look(lambda view=gomap.shuffled({1: 1}): 'x')\n"
        "    def test_them():\n"
        "        view = gomap.shuffled(json.loads(TEXT))\n        look(lambda: view)\n"
    )
    result = run()
    (command,) = commands(result)
    assert orders(run(*command)) == orders(result)[1:]


PATCHED = """
    import pytest
    import shop

    class Shop:
        prices = {"a": 1, "b": 2}
        def __init__(self): self.stock = {"a": 1, "b": 2}

    class Slotted:
        __slots__ = ("stock",)

    def is_shuffled(source):
        return len({tuple(source) for _ in range(99)}) == 2

    mine, slotted, stock = Shop(), Slotted(), shop.STOCK
    slotted.stock = {"a": 1, "b": 2}

    def test_patch(gomap_order):
        gomap_order.patch(shop, "STOCK", "NAMES", "dict")
        gomap_order.patch(Shop, "prices")
        gomap_order.patch(mine, "stock", "prices")
        gomap_order.patch(slotted, "stock")
        gomap_order.patch("shop", "STOCK")        # by name, and once more
        made = shop.new()
        for source in (shop.STOCK, shop.NAMES, made, Shop.prices, mine.stock, mine.prices,
                       slotted.stock, Shop().prices):
            assert is_shuffled(source)
        shop.STOCK["c"] = 3

    def test_undone():
        assert shop.STOCK is stock and stock.pop("c") == 3
        assert type(shop.NAMES) is set and "dict" not in vars(shop)
        assert type(Shop.prices) is type(mine.stock) is type(slotted.stock) is dict
        assert "prices" not in vars(mine)

    def test_whole_module(gomap_order):
        gomap_order.patch(shop)
        assert is_shuffled(shop.STOCK) and is_shuffled(shop.new())
        assert type(shop.NAMES) is set
        gomap_order.undo()
        assert shop.STOCK is stock and "dict" not in vars(shop)

    def test_refused(gomap_order):
        with pytest.raises(AttributeError, match="no attribute 'nothing' to shuffle"):
            gomap_order.patch(shop, "STOCK", "nothing")
        assert shop.STOCK is stock
        with pytest.raises(TypeError, match="attribute 'new': shuffled.. takes a mapping or a set"):
            gomap_order.patch(shop, "new")
        with pytest.raises(TypeError, match="patch.. needs names, since .* is not a module"):
            gomap_order.patch(mine)
        with pytest.raises(ImportError, match="no_such_module"):
            gomap_order.patch("no_such_module", "x")
        with pytest.raises(TypeError, match="cannot set|immutable|can't set"):
            gomap_order.patch(dict, "__dict__")
"""


def test_patched_attributes_are_shuffled_and_back_afterwards(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(
        shop="STOCK = {'a': 1, 'b': 2}\nNAMES = {'a', 'b'}\nnew = lambda: dict(a=1, b=2)\n"
    )
    pytester.makepyfile(PATCHED)
    run("--gomap-seed=7").assert_outcomes(passed=4)


def test_undone_after_a_failure_in_any_phase(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(shop="STOCK = {'a': 1, 'b': 2}\n")
    pytester.makepyfile(
        """
        import json, os
        import pytest, shop

        @pytest.fixture
        def breaks_before(gomap_order):
            gomap_order.patch(shop)
            gomap_order.reach("files")
            raise ValueError

        @pytest.fixture
        def breaks_after(gomap_order):
            gomap_order.patch(shop)
            yield
            raise ValueError

        plain = os.listdir, json._default_decoder, json.JSONDecoder.__init__, shop.STOCK

        def check():
            now = os.listdir, json._default_decoder, json.JSONDecoder.__init__, shop.STOCK
            assert all(a is b for a, b in zip(plain, now))

        @pytest.mark.gomap_order(dicts="shop")
        def test_a(breaks_before): pass
        def test_b(): check()
        @pytest.mark.gomap_order(dicts="shop")
        def test_c(breaks_after): pytest.skip()
        def test_d(): check()
        @pytest.mark.gomap_order(dicts="shop")
        def test_e(gomap_order): gomap_order.patch(shop, "STOCK"); assert 0
        def test_f(): check()
        """
    )
    run().assert_outcomes(passed=3, failed=1, errors=2, skipped=1)


# What is reached without a name


OBJECTS = """
        import io, json
        from json import loads

        TEXT = '{"a": 1, "b": {"c": 2, "d": 3}, "a": 4}'
        PLAIN = json.JSONDecoder()
        kept = []

        def orders(read):
            return {tuple(read()) for _ in range(99)}

        def test_json():
            both = {("a", "b"), ("b", "a")}
            assert orders(lambda: loads(TEXT)) == both
            assert orders(lambda: json.load(io.StringIO(TEXT))) == both
            assert orders(lambda: json.loads(TEXT, parse_int=float)) == both
            assert orders(lambda: json.loads(TEXT, object_hook=lambda d: d)) == both
            assert orders(lambda: json.loads(TEXT)["b"]) == {("c", "d"), ("d", "c")}
            assert json.loads(TEXT) == {"a": 4, "b": {"c": 2, "d": 3}}
            assert type(json.loads(TEXT)) is dict
            assert json.loads("[1, {}]") == [1, {}]
            pairs = json.loads(TEXT, object_pairs_hook=lambda pairs: [key for key, _ in pairs])
            assert pairs == ["a", "b", "a"]
            assert orders(lambda: PLAIN.decode(TEXT)) == {("a", "b")}     # made before
            kept.append(json.JSONDecoder())
            assert orders(lambda: kept[0].decode(TEXT)) == both
"""


def test_json_objects_are_shuffled_and_nothing_else_about_them(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(OBJECTS)
    pytester.makeconftest(
        """
        def pytest_sessionfinish(session):
            decoder = session.items[0].module.kept[0]      # outlives its test, quietly
            found = {tuple(decoder.decode('{"a": 1, "b": 2, "c": 3}')) for _ in range(99)}
            assert found == {("a", "b", "c")}
        """
    )
    # Apart: in a process whose own tests are shuffled no decoder is made before.
    run("--gomap-shuffle", "--gomap-seed=1", apart=True).assert_outcomes(passed=1)


DIRECTORIES = """
        import glob, os, pathlib, shutil
        import pytest

        WAYS = {
            "listdir": lambda p: os.listdir(p),
            "listdir of bytes": lambda p: map(os.fsdecode, os.listdir(os.fsencode(p))),
            "scandir": lambda p: [entry.name for entry in os.scandir(p)],
            "walk": lambda p: [name for _, _, names in os.walk(p) for name in names],
            "glob": lambda p: map(os.path.basename, glob.glob(f"{p}/*")),
            "iterdir": lambda p: [q.name for q in p.iterdir()],
            "Path.glob": lambda p: [q.name for q in p.glob("*")],
            "rglob": lambda p: [q.name for q in p.rglob("*")],
        }

        @pytest.mark.parametrize("way", WAYS)
        def test_way(way, tmp_path):
            for name in "abc":
                (tmp_path / name).touch()
            assert len({"".join(WAYS[way](tmp_path)) for _ in range(99)}) == 6

        def test_scandir_is_closed_and_fails_as_before(tmp_path):
            (tmp_path / "a").touch()
            with os.scandir(tmp_path) as entries:
                assert next(entries).is_file()
            entries.close()
            with pytest.raises(StopIteration):
                next(entries)
            for call in (os.scandir, os.listdir):
                with pytest.raises(FileNotFoundError):
                    call(tmp_path / "none")
            folder = os.open(tmp_path, os.O_RDONLY)
            try:
                assert os.scandir in os.supports_fd and os.listdir(folder) == ["a"]
            finally:
                os.close(folder)
            shutil.rmtree(tmp_path)
"""


def test_directories_are_shuffled_by_all_ways_of_reading(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(DIRECTORIES)
    run("--gomap-shuffle", "--gomap-seed=1").assert_outcomes(passed=9)


def test_reach_can_be_chosen(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(LOOKS + "\n    def test_it(): look(lambda: json.loads(TEXT))\n")
    still = ["ORDERS" + " abcde" * 6]
    for reach in ("none", "files"):
        result = run("--gomap-shuffle", f"--gomap-reach={reach}")
        assert orders(result) == still
        (command,) = commands(result)
        assert f"--gomap-reach={reach}" in command
    run("--gomap-shuffle", "--gomap-reach=none").stdout.fnmatch_lines(["gomap: *(by name only)*"])
    assert orders(run("--gomap-shuffle", "--gomap-reach=json")) != still


MODULE = "\n".join(
    [
        "import json, types",
        "from collections import defaultdict, OrderedDict, Counter",
        "HELD = {'a': 1, 'b': 2}",
        "KEPT = OrderedDict(a=1, b=2), Counter('ab'), types.MappingProxyType({})",
        "ORDERED = OrderedDict(a=1, b=2)",
        "def made(): return dict(a=1, b=2)",
        "def grouped(): new = defaultdict(int); new['a'] = new['b'] = 1; return new",
        "def is_dict(x): return isinstance(x, dict)",
    ]
)


def test_dicts_of_named_modules_are_shuffled(run: Run, pytester: pytest.Pytester) -> None:
    pytester.mkpydir("pack")
    for name in ("one", "two"):
        (pytester.path / "pack" / f"{name}.py").write_text(MODULE)
    (pytester.path / "pack" / "__main__.py").write_text("raise SystemExit('imported')")
    pytester.makepyfile(
        """
        def is_shuffled(source): return len({tuple(source) for _ in range(99)}) == 2

        def test_it(request):
            named = request.config.getoption("gomap_dicts")
            import pack.one, pack.two
            for module in (pack.one, pack.two):
                on = module.__name__ in named or named == ["pack.*"]
                assert is_shuffled(module.HELD) is on
                assert is_shuffled(module.made()) is on
                assert is_shuffled(module.grouped()) is on
                assert not is_shuffled(module.ORDERED)
                assert module.is_dict({}) and module.is_dict(module.made())
                assert not module.is_dict([])

        def test_again(request): test_it(request)
        """
    )
    for names in (["pack.one"], ["pack.*"], ["pack.one", "pack.two"], []):
        options = [f"--gomap-dicts={name}" for name in names]
        result = run("--gomap-shuffle", "--gomap-seed=1", *options)
        result.assert_outcomes(passed=2)
        assert all(f"dicts of {name}" in result.stdout.str() for name in names)


def test_nothing_of_the_plugin_is_left_in_this_process(run: Run, pytester: pytest.Pytester) -> None:
    before = os.listdir, os.scandir, json._default_decoder, json.JSONDecoder.__init__
    pytester.makepyfile(
        "import json, os\ndef test_it(): assert os.listdir() and json.loads('{}') == {}"
    )
    run("--gomap-shuffle").assert_outcomes(passed=1)
    now = os.listdir, os.scandir, json._default_decoder, json.JSONDecoder.__init__
    assert all(old is new for old, new in zip(before, now, strict=True))
    assert set(REACHES) == {"json", "files"}


def test_doctests_and_unittest_cases_are_shuffled_too(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import json, unittest

        class TestIt(unittest.TestCase):
            def test_it(self):
                assert len({tuple(json.loads('{"a": 1, "b": 2}')) for _ in range(99)}) == 2

        def doc():
            '''
            >>> len({tuple(json.loads('{"a": 1, "b": 2}')) for _ in range(99)})
            2
            '''
        """
    )
    run("--gomap-shuffle", "--gomap-seed=1", "--doctest-modules").assert_outcomes(passed=2)
