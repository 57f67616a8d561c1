"""One version everywhere, and archives that say what is in them."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

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


def script(name: str) -> dict[str, object]:
    """What a script of .ci defines."""
    path = ROOT / ".ci" / name
    if not path.is_file():
        pytest.skip("no source tree around these tests")
    return runpy.run_path(str(path))


def test_a_tag_is_refused_unless_version_and_changes_agree_with_it() -> None:
    problems: Any = script("tag.py")["problems"]
    module, changes = '"""It."""\n\n__version__ = "1.2.3"\n', "# Changes\n\n## 1.2.3 (2026-01-31)\n"
    assert problems("v1.2.3", module, changes) == []
    assert problems("v1.2.4", module, changes) == ["the tag is v1.2.4, the version 1.2.3"]
    assert problems("1.2.3", module, changes) == ["the tag is 1.2.3, the version 1.2.3"]
    assert len(problems("v1.2.3", module, changes.replace("2026-01-31", "unreleased"))) == 1
    assert len(problems("v1.2.3", module, changes.replace("1.2.3", "1.2.2"))) == 1
    assert len(problems("v1.2.3", "", changes)) == 1


def test_what_pypi_shows_has_links_that_lead_somewhere() -> None:
    address = script("address.py")
    with_links: Any = address["with_links"]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = with_links(text, "owner/name", "v1.2.3")
    assert re.search(r"\]\((?!https?://)[^)\s]*\.(md|png|svg)", text)
    assert not re.search(r"\]\((?!https?://)[^)\s]*\.(md|png|svg)", found)
    assert "](https://github.com/owner/name/blob/v1.2.3/docs/from_go.md)" in found
    assert "](https://raw.githubusercontent.com/owner/name/v1.2.3/docs/layout.png)" in found
    examples = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
    assert examples.findall(found) == examples.findall(text)
    with pytest.raises(SystemExit, match=r"docs/gone\.md is not in the tree"):
        with_links("[it](docs/gone.md)", "owner/name", "v1.2.3")


def test_a_release_names_its_repository() -> None:
    with_urls: Any = script("address.py")["with_urls"]
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(with_urls(text, "owner/name", "v1.2.3"))
    urls = project["project"].pop("urls")
    assert urls["Source"] == "https://github.com/owner/name"
    assert project == tomllib.loads(text)
    with pytest.raises(SystemExit, match="or there is one"):
        with_urls(with_urls(text, "owner/name", "v1.2.3"), "owner/name", "v1.2.3")


def test_archives_are_told_apart_by_what_they_run_on() -> None:
    identifier: Any = script("wheels.py")["identifier"]
    assert [
        identifier(f"gomap-0.1.0{end}")
        for end in (
            ".tar.gz",
            "-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
            "-cp312-cp312-musllinux_1_2_aarch64.whl",
            "-cp313-cp313-macosx_11_0_arm64.whl",
            "-cp313-cp313-macosx_10_13_x86_64.whl",
            "-cp313-cp313-win_amd64.whl",
            "-cp313-cp313t-win_amd64.whl",
        )
    ] == [
        "source",
        "cp311-manylinux_x86_64",
        "cp312-musllinux_aarch64",
        "cp313-macosx_arm64",
        "cp313-macosx_x86_64",
        "cp313-win_amd64",
        "gomap-0.1.0-cp313-cp313t-win_amd64.whl",
    ]
