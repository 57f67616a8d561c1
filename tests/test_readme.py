"""Every example in README.md and in the docstrings runs and says the truth."""

import doctest
import importlib
import inspect as python_inspect
import pkgutil
from pathlib import Path

import pytest

import gomap
from gomap import _gomap

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL | doctest.NORMALIZE_WHITESPACE
EXTENSION_CLASSES = [_gomap.Map, type(gomap.Map().keys()), type(gomap.Map().items())]


def documented():
    """Find the docstrings with examples: of the package's modules and the extension's classes."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    for found in pkgutil.walk_packages(gomap.__path__, "gomap."):
        if not found.name.endswith("__main__"):
            yield from finder.find(importlib.import_module(found.name))
    yield from finder.find(gomap)
    for cls in EXTENSION_CLASSES:
        yield from finder.find(cls, cls.__name__, module=False, globs={})


EXAMPLES = {test.name: test for test in documented() if test.examples}


def run(test):
    results = doctest.DocTestRunner(optionflags=OPTIONS).run(test)
    assert results.attempted > 0
    assert results.failed == 0


def test_readme_tour_runs():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    run(doctest.DocTestParser().get_doctest(text, {}, "README.md", "README.md", 0))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_docstring_example_runs(name):
    run(EXAMPLES[name])


METHODS = sorted(
    name
    for name, member in vars(_gomap.Map).items()
    if not name.startswith("_") and callable(member) and not isinstance(member, type)
)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_a_signature_and_an_example(name):
    method = getattr(_gomap.Map, name)
    assert python_inspect.signature(method) is not None
    assert f"Map.{name}" in EXAMPLES


@pytest.mark.parametrize("name", sorted({*gomap.__all__} - {"__version__"}))
def test_every_public_name_is_documented(name):
    assert getattr(gomap, name).__doc__
