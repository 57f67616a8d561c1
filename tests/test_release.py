"""One version everywhere, and archives that say what is in them."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import gomap

ROOT = Path(__file__).resolve().parent.parent


def test_package_metadata_has_the_version_of_the_package() -> None:
    assert metadata.version("gomap") == gomap.__version__


def test_command_line_says_the_version_of_the_package() -> None:
    command = [sys.executable, "-P", "-m", "gomap", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"gomap {gomap.__version__}\n"


def test_first_heading_of_the_changes_is_this_version() -> None:
    path = ROOT / "CHANGELOG.md"
    if not path.is_file():
        pytest.skip("no source tree around these tests")
    heading = re.search(r"^## (\S+) \((\S+)\)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert heading is not None, "no heading of the form `## 1.2.3 (2026-01-31)`"
    assert heading[1] == gomap.__version__
    assert heading[2] == "unreleased" or re.fullmatch(r"\d{4}-\d\d-\d\d", heading[2])


def test_version_is_written_in_one_place_only() -> None:
    if not (ROOT / "setup.py").is_file():
        pytest.skip("no source tree around these tests")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {
        "attr": "gomap._version.__version__"
    }
    places = [ROOT / "setup.py", ROOT / "pyproject.toml", *(ROOT / "docs").rglob("conf.py")]
    places += [path for path in (ROOT / "gomap").rglob("*.py") if path.name != "_version.py"]
    literal = re.compile(rf'version\w*\s*[:=]+\s*["\']{re.escape(gomap.__version__)}["\']')
    wrong = [path for path in places if literal.search(path.read_text(encoding="utf-8"))]
    assert wrong == []
