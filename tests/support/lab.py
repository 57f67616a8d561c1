"""A JupyterLab of the tests' own: a free port, a token, settings in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

START = 120.0
"""Seconds that a server may take to answer, or a kernel to run a cell."""


class Lab:
    """A running server, and the folder it serves."""

    def __init__(self, folder: Path, port: int, token: str) -> None:
        self.folder, self.port, self.token = folder, port, token

    def notebook(self, name: str, *cells: str) -> str:
        """Write a notebook of code cells; return the address that opens it."""
        nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
        made = [nbformat.v4.new_code_cell(cell) for cell in cells]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        book = nbformat.v4.new_notebook(cells=made, metadata=kernel)
        nbformat.write(book, self.folder / name)
        return f"http://127.0.0.1:{self.port}/lab/tree/{name}?token={self.token}&reset"

    def theme(self, name: str) -> None:
        """Choose "JupyterLab Light" or "JupyterLab Dark" for pages opened from now on."""
        self.settings("themes", {"theme": name, "adaptive-theme": False})

    def settings(self, name: str, values: dict[str, Any]) -> None:
        folder = self.folder.parent / "config/lab/user-settings/@jupyterlab/apputils-extension"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.jupyterlab-settings").write_text(json.dumps(values))


def run_cell(page: Any, number: int = 0) -> None:
    """Run a cell of the notebook that is open, as a person does, and wait for its end.

    JupyterLab loses what is run while its kernel is still coming up, and says so by an
    empty prompt: then it is run again.  A slow machine's kernel may bring up a dialog.
    """
    dialog = page.locator("dialog.jp-Dialog")
    page.add_locator_handler(dialog, lambda: dialog.locator("button.jp-mod-accept").first.click())
    try:
        _run_cell(page, number)
    finally:
        page.remove_locator_handler(dialog)


def _run_cell(page: Any, number: int) -> None:
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    until = time.monotonic() + START
    while time.monotonic() < until:
        cell.locator(".cm-content").click(timeout=120_000)
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(1000)
        prompt = cell.locator(".jp-InputPrompt").inner_text()
        while prompt == "[*]:" and time.monotonic() < until:
            page.wait_for_timeout(100)
            prompt = cell.locator(".jp-InputPrompt").inner_text()
        if prompt not in ("[ ]:", "[*]:"):
            return
    raise RuntimeError(f"cell {number} was not run in {START:g} seconds: {prompt}")


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Lab]:
    """Serve a new folder inside `folder`; skip the test that asks when there is no JupyterLab."""
    pytest.importorskip("jupyterlab", reason="jupyterlab is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lab = Lab(folder / "books", port, secrets.token_hex(16))
    lab.folder.mkdir()
    lab.settings("notification", {"fetchNews": "false", "checkForUpdates": False})
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
                f"--ServerApp.root_dir={lab.folder}",
                f"--IdentityProvider.token={lab.token}",
            ],
            env=os.environ | homes(folder),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait(lab, process, folder / "log")
        yield lab
    finally:
        process.terminate()
        process.wait(30)


def homes(folder: Path) -> dict[str, str]:
    """Where it keeps what it remembers: nothing of the person's own is read or written."""
    names = {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}
    return {f"JUPYTER_{name}_DIR": str(folder / place) for name, place in names.items()} | {
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "config/lab/user-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "config/lab/workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }


def wait(lab: Lab, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers."""
    until = time.monotonic() + START
    address = f"http://127.0.0.1:{lab.port}/api?token={lab.token}"
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text('utf-8', 'replace')}")
