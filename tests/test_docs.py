"""The pages of docs/: every example runs, every link leads somewhere, every public name is there.

The site itself is built by ``.ci/docs``; here the Markdown is read as it stands, without
Sphinx.  Two pages have tests of their own: docs/from_go.md (test_from_go.py) and
docs/shuffled_order.md, whose files test_pytest_plugin_bugs.py runs.
"""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import inspect as python_inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import gomap

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(p for p in DOCS.rglob("*.md") if "_build" not in p.parts)
ELSEWHERE = {"from_go.md", "shuffled_order.md"}
OPTIONS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL | doctest.NORMALIZE_WHITESPACE


def extension(name: str, folder: Path = DOCS / "_ext") -> ModuleType:
    """A module of docs/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[f"docs_{name}"] = module
    spec.loader.exec_module(module)
    return module


BLOCKS: Any = extension("blocks")


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def run(test: doctest.DocTest) -> None:
    results = doctest.DocTestRunner(optionflags=OPTIONS).run(test)
    assert results.failed == 0


# ---- examples -------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_examples_of_the_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for needed in ("numpy", "orjson", "pydantic"):
        if needed in page.read_text(encoding="utf-8"):
            pytest.importorskip(needed)
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    run(doctest.DocTestParser().get_doctest(text, {}, name_of(page), str(page), 0))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_of_python_is_run_by_something(page: Path) -> None:
    for block in BLOCKS.blocks(page.read_text(encoding="utf-8")):
        if block.kind == "python" and page.name not in ELSEWHERE:
            assert block.text.startswith(">>> "), f"{page}:{block.line} is run by no test"
            assert block.text.endswith("\n\n"), f"{page}:{block.line}: an empty line at its end"


DRAWN = [
    (page, block)
    for page in PAGES
    for block in BLOCKS.blocks(page.read_text(encoding="utf-8"))
    if block.kind in {"{picture}", "{shown}"}
]


@pytest.mark.parametrize(
    ("page", "block"), DRAWN, ids=[f"{name_of(page)}-{block.line}" for page, block in DRAWN]
)
def test_pictures_of_the_page_can_be_drawn(page: Path, block: Any) -> None:
    if block.kind == "{picture}":
        pytest.importorskip("matplotlib")
        assert isinstance(BLOCKS.value_of(block.text, theme="dark"), gomap.viz.Picture)
    else:
        assert BLOCKS.value_of(block.text)._repr_html_().startswith("<")


def commands() -> list[Any]:
    """The commands that a page shows with what they print."""
    return [
        pytest.param(command, printed, id=f"{name_of(page)}-{block.line}")
        for page in PAGES
        for block in BLOCKS.blocks(page.read_text(encoding="utf-8"))
        if block.kind == "console" and block.text.startswith("$ gomap ")
        for command, _, printed in [block.text.removeprefix("$ gomap ").partition("\n")]
    ]


@pytest.mark.parametrize(("command", "printed"), commands())
def test_commands_print_what_the_page_shows(
    command: str, printed: str, plain_terminal: None
) -> None:
    pytest.importorskip("rich")
    ran = subprocess.run(
        [sys.executable, "-m", "gomap", *command.split()],
        capture_output=True, text=True, timeout=60, cwd=DOCS,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert [line.rstrip() for line in ran.stdout.splitlines()] == printed.splitlines()


# ---- links ----------------------------------------------------------------------------

LINK = re.compile(r"(?<!!)\[(?:[^][]|\[[^]]*\])*\]\(([^)\s]+)\)|!\[[^]]*\]\(([^)\s]+)\)")
MARKDOWN = [
    *PAGES,
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *(ROOT / "benchmarks").glob("*.md"),
    *(ROOT / "examples").rglob("*.md"),
    *(ROOT / "src").rglob("*.md"),
]


def slug(heading: str) -> str:
    """A heading's anchor, as GitHub makes it."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def prose(page: Path) -> str:
    """A page without its fences and code."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", lambda code: code[0] if "](" not in code[0] else "", text)


def broken_links(page: Path) -> list[str]:
    """The links of a page, between files, that lead nowhere."""
    broken = []
    for found in LINK.finditer(prose(page)):
        path, _, anchor = (found[1] or found[2]).partition("#")
        if ":" in path:
            continue
        target = (page.parent / path) if path else page
        if not target.exists():
            broken.append(path)
        elif anchor and anchor not in map(slug, re.findall(r"^#+ (.*)$", prose(target), re.M)):
            broken.append(f"{path}#{anchor}")
    return broken


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_files_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A b\n[x](page.md#a-b) ![y](no.png) [`m[k]`](page.md#c) `[a](b)`\n")
    assert broken_links(page) == ["no.png", "page.md#c"]


# ---- the reference --------------------------------------------------------------------

MODULES = ["gomap", *(f"gomap.{name}" for name in "display inspect maps sync testing viz".split())]


def described() -> set[str]:
    """The full names that the reference describes, one directive each."""
    names: set[str] = set()
    for page in sorted((DOCS / "reference").glob("*.md")):
        module, last = "", ""
        for line in page.read_text(encoding="utf-8").splitlines():
            if found := re.match(r"\.\. (currentmodule|module|automodule):: (\S+)", line):
                module = found[2]
                names.add(module)
            elif found := re.match(r"\.\. (?:auto)?\w+:: ([\w.]+)", line):
                last = found[1] if found[1].startswith("gomap.") else f"{module}.{found[1]}"
                names.add(last)
            elif found := re.match(r" +:members: (.+)", line):
                names |= {f"{last}.{name.strip()}" for name in found[1].split(",")}
    return names


DESCRIBED = described()


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_in_the_reference(module: str) -> None:
    public = {f"{module}.{name}" for name in importlib.import_module(module).__all__}
    assert gomap.testing.shuffled is gomap.shuffled
    assert sorted(public - DESCRIBED - {"gomap.__version__", "gomap.testing.shuffled"}) == []


@pytest.mark.parametrize("name", ["gomap.Map", "gomap.sync.Map", "gomap.testing.Order"])
def test_every_public_method_is_in_the_reference(name: str) -> None:
    module, _, cls_name = name.rpartition(".")
    cls = getattr(importlib.import_module(module), cls_name)
    public = {f"{name}.{member}" for member in dir(cls) if not member.startswith("_")}
    inherited = {f"{name}.{member}" for member in ("key_type", "elem_type")}
    assert sorted(public - DESCRIBED - inherited) == []


def is_there(name: str) -> bool:
    """Does the name lead to an object, or to a field of a class?"""
    found = pkgutil.resolve_name(name.rpartition(".")[0]) if "." in name else gomap
    part = name.rpartition(".")[2]
    return hasattr(found, part) or part in getattr(found, "__annotations__", ()) or name == SEED


#: An attribute that __init__ makes.
SEED = "gomap.testing.Order.seed"


def test_the_reference_describes_nothing_that_is_gone() -> None:
    assert not is_there("gomap.Map.gone")
    assert [name for name in sorted(DESCRIBED - {"gomap"}) if not is_there(name)] == []


def functions() -> list[Any]:
    """The public functions written in Python, and the methods of the public classes."""
    found = {}
    for module in map(importlib.import_module, MODULES):
        for name in module.__all__:
            thing = getattr(module, name)
            members = vars(thing) if isinstance(thing, type) else {name: thing}
            for part, member in members.items():
                plain = getattr(member, "__func__", member)
                if python_inspect.isfunction(plain) and not part.startswith("_"):
                    found[f"{plain.__module__}.{plain.__qualname__}"] = plain
    return [pytest.param(function, id=name) for name, function in sorted(found.items())]


def parameters(function: Any) -> list[tuple[str, Any, bool]]:
    """A function's parameters: name, kind, whether it may be left out."""
    signature = python_inspect.signature(function).parameters.values()
    return [(p.name, p.kind, p.default is not p.empty) for p in signature if p.name not in IMPLICIT]


IMPLICIT = {"self", "cls"}


def written_parameters(function: Any) -> list[tuple[str, Any, bool]] | None:
    """The same of the signature that the docstring begins with; None for one cut short."""
    doc = python_inspect.getdoc(function) or ""
    name = function.__name__
    head = re.match(rf"{name}(\(.*?\))(?: -> .*?)?: ", doc)
    assert head is not None, f"{name}: no signature: {doc[:60]!r}"
    if ", ...)" in head[1] or "[" in head[1]:
        return None
    namespace: dict[str, Any] = {"Map": gomap.Map}
    exec(f"def {name}{head[1]}: ...", namespace)
    return parameters(namespace[name])


@pytest.mark.parametrize("function", functions())
def test_the_signature_in_the_docstring_is_the_real_one(function: Any) -> None:
    written, real = written_parameters(function), parameters(function)
    may_be_any = any(kind is python_inspect.Parameter.VAR_POSITIONAL for _, kind, _ in real)
    assert written in (None, real) or may_be_any


# ---- the extensions of the build --------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["blocks", "comments", "commands", "docstrings", "names", "notebooks", "pages"]
)
def test_examples_of_the_extensions_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name != "blocks":
        pytest.importorskip("sphinx", reason="pip install '.[docs]'")
    monkeypatch.syspath_prepend(DOCS / "_ext")
    module = extension(name)
    found = [test for test in doctest.DocTestFinder().find(module, name) if test.examples]
    assert found
    for test in found:
        run(test)


@pytest.mark.parametrize("command", ["explore", "table", "bench", "demo"])
def test_every_command_is_on_its_page(command: str) -> None:
    page = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    assert f"```{{command-help}} {command}\n" in page


def test_the_check_of_the_built_site_sees_what_is_broken(tmp_path: Path) -> None:
    check: Any = extension("check", DOCS)
    (tmp_path / "b.html").write_text('<p id="here"></p><a href="a.html">a</a>')
    page = tmp_path / "a.html"
    page.write_text(
        '<a href="b.html#here">1</a><a href="b.html#gone">2</a><a href="c.html">3</a>'
        '<a href="https://go.dev">4</a><script src="https://example.org/x.js"></script>'
    )
    assert check.faults_of(tmp_path, page) == [
        "a.html loads https://example.org/x.js",
        "a.html: b.html#gone has no such anchor",
        "a.html: c.html is not there",
    ]
    assert check.faults_of(tmp_path, tmp_path / "b.html") == []
