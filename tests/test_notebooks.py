"""The notebooks of examples/ run from top to bottom, and show what a run shows.

They are committed with their outputs.  After a change, run one anew with::

    jupyter nbconvert --to notebook --execute --inplace \\
        --ExecutePreprocessor.record_timing=False examples/NAME.ipynb

Cells whose text depends on the machine (times, cache lines, sizes of Python's objects) are
tagged "measured"; what all others print is compared.
"""

from __future__ import annotations

import getpass
import importlib.util
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.lab import homes

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
if not EXAMPLES.is_dir():
    pytest.skip("no examples beside these tests", allow_module_level=True)

BOOKS = sorted(path.name for path in EXAMPLES.glob("*.ipynb"))
NEEDED = ("anywidget", "ipykernel", "matplotlib", "nbclient", "numpy", "rich")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
MOST_BYTES = 2_000_000
MOST_SECONDS = 300
"""Of one cell, on the slowest machine: a guard against hanging, nothing that is measured."""
#: A path of some machine.
ABSOLUTE = re.compile(
    r"(?<![\w./:<])/(?:home|root|Users|tmp|usr|opt|var|work|private|mnt)/\w|\b[A-Z]:\\\\"
)


def read(name: str) -> dict[str, Any]:
    """The notebook as it is committed."""
    book: dict[str, Any] = json.loads((EXAMPLES / name).read_text(encoding="utf-8"))
    return book


def code(book: dict[str, Any]) -> list[dict[str, Any]]:
    """Its code cells."""
    return [cell for cell in book["cells"] if cell["cell_type"] == "code"]


def text(source: Any) -> str:
    """What nbformat writes as one string or as a list of lines."""
    return source if isinstance(source, str) else "".join(source)


def kinds(cell: dict[str, Any]) -> list[Any]:
    """Of what kinds a cell's outputs are; pieces of one stream count once."""
    found: list[Any] = []
    for output in cell["outputs"]:
        kind = output.get("name") or sorted(output.get("data", [output["output_type"]]))
        if not found or kind != found[-1]:
            found.append(kind)
    return found


def printed(cell: dict[str, Any]) -> list[str]:
    """The lines that a cell prints, and those of the plain text of what it shows."""
    pieces = []
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            pieces.append(text(output["text"]))
        else:
            pieces.append(f"\n{text(output['data'].get('text/plain', ''))}\n")
    whole = re.sub(r" at 0x[0-9a-f]+", "", "".join(pieces))
    return [line.rstrip() for line in whole.splitlines() if line.strip()]


RUNNER = """
import sys
import nbclient, nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
source, done, kernels, limit = sys.argv[1:]
specs = KernelSpecManager(kernel_dirs=[kernels], ensure_native_kernel=False)
book = nbformat.read(source, as_version=4)
nbclient.NotebookClient(
    book,
    km=AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs),
    timeout=int(limit),
    record_timing=False,
).execute()
nbformat.write(book, done)
"""


@pytest.fixture(scope="module", params=BOOKS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A notebook's name, itself as committed, and as it is after a run."""
    if MISSING:
        pytest.skip(f"not installed: {', '.join(MISSING)}")
    folder = tmp_path_factory.mktemp("books")
    return request.param, read(request.param), execute(EXAMPLES / request.param, folder)


def execute(path: Path, folder: Path) -> dict[str, Any]:
    """Run a notebook with this interpreter, in a folder and with settings of its own."""
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
    }
    kernels, done = folder / "kernels", folder / "done.ipynb"
    (kernels / "python3").mkdir(parents=True)
    (kernels / "python3" / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-c", RUNNER, path, done, kernels, str(MOST_SECONDS)],
        cwd=folder,
        env=os.environ | homes(folder),
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr[-5000:]
    book: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
    return book


def test_there_are_three_notebooks_and_the_readme_lists_them() -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert len(BOOKS) == 3
    assert [name for name in BOOKS if f"({name})" not in readme] == []


def test_it_runs_from_top_to_bottom_without_complaint(run: Any) -> None:
    _, _, fresh = run
    assert [cell["execution_count"] for cell in code(fresh)] == [*range(1, len(code(fresh)) + 1)]
    assert [text(cell["source"]) for cell in code(fresh) if "stderr" in kinds(cell)] == []


def test_the_committed_outputs_are_of_the_kinds_a_run_gives(run: Any) -> None:
    name, committed, fresh = run
    for old, new in zip(code(committed), code(fresh), strict=True):
        assert kinds(old) == kinds(new), f"{name}: run it anew: {text(old['source'])}"


def test_what_is_not_measured_is_the_same_in_every_run(run: Any) -> None:
    name, committed, fresh = run
    for old, new in zip(code(committed), code(fresh), strict=True):
        if "measured" not in old["metadata"].get("tags", []):
            assert printed(old) == printed(new), f"{name}: run it anew: {text(old['source'])}"


@pytest.mark.parametrize("name", BOOKS)
def test_it_is_committed_as_one_run_left_it(name: str) -> None:
    cells = code(read(name))
    assert [cell["execution_count"] for cell in cells] == [*range(1, len(cells) + 1)]
    assert all(cell["outputs"] for cell in cells[1:])
    types = {output["output_type"] for cell in cells for output in cell["outputs"]}
    assert types <= {"stream", "execute_result", "display_data"}


@pytest.mark.parametrize("name", BOOKS)
def test_a_page_that_runs_nothing_shows_something_for_every_widget(name: str) -> None:
    for cell in code(read(name)):
        for output in cell["outputs"]:
            if any("widget" in kind for kind in output.get("data", ())):
                assert "Explorer" in text(output["data"]["text/plain"])


@pytest.mark.parametrize("name", BOOKS)
def test_it_tells_nothing_of_the_machine_it_ran_on(name: str) -> None:
    whole = (EXAMPLES / name).read_text(encoding="utf-8")
    book = read(name)
    assert len(whole.encode()) < MOST_BYTES
    assert ABSOLUTE.findall(whole) == []
    assert [word for word in names() if re.search(rf"\b{re.escape(word)}\b", whole)] == []
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    assert [cell["id"] for cell in book["cells"] if set(cell["metadata"]) - {"tags"}] == []


def names() -> list[str]:
    """Names of this machine and its user, unless they are words of any page."""
    try:
        found = {socket.gethostname(), getpass.getuser()}
    except (KeyError, OSError):
        found = {socket.gethostname()}
    return sorted(word for word in found - {"localhost", "root", "user", "runner"} if len(word) > 4)
