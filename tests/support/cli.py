"""Running the command line in this process and in others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gomap.cli import main

POEM = "the cat and the dog and the don't\nthe end\n"


def write_poem(directory: Path) -> Path:
    """Write a small text into a file."""
    path = directory / "poem.txt"
    path.write_text(POEM)
    return path


def run(
    tmp_path: Path,
    *arguments: object,
    stdin: bytes = b"",
    env: dict[str, str] | None = None,
    **options: Any,
) -> subprocess.CompletedProcess[bytes]:
    """Run the command in another process, outside the checkout."""
    return subprocess.run(
        [sys.executable, "-m", "gomap", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, **(env or {})},
        timeout=120,
        check=False,
        **options,
    )


def no_rich(tmp_path: Path) -> dict[str, str]:
    """Put a package in rich's way that is as good as none; return the environment for it."""
    (tmp_path / "rich.py").write_text("raise ModuleNotFoundError('no rich', name='rich')")
    paths = [str(tmp_path), os.environ.get("PYTHONPATH")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def complaint(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run the command in this process; return its one line on standard error."""
    left: Any
    try:
        left = main(["explore", *map(str, arguments)])
    except SystemExit as leave:
        left = leave.code
    out, err = capsys.readouterr()
    assert left == 2
    assert out == ""
    assert err.startswith("gomap explore: ")
    assert err.count("\n") == 1
    return err.removeprefix("gomap explore: ").rstrip("\n")
