"""The rules of the house: who may include whom, how long a file may be, what is in none."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE, GLUE = ROOT / "src" / "core", ROOT / "src" / "python"
if not CORE.is_dir():
    pytest.skip("no source tree around these tests", allow_module_level=True)

C_FILES = sorted([*CORE.glob("*.[ch]"), *GLUE.glob("*.[ch]")])
PYTHON_FILES = sorted(
    path
    for folder in ("gomap", "tests", "benchmarks", "examples")
    for path in (ROOT / folder).rglob("*.py*")
    if path.suffix in (".py", ".pyi")
)
MAX_LINES, MAX_FUNCTION = 500, 40
HEAD = 60
REASON = re.compile(r"\b(over|more than|longer than) (500|five hundred) lines", re.IGNORECASE)
"""How a longer file says, in its head, why it is long."""

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)
C_STANDARD = {
    *("assert.h", "errno.h", "float.h", "inttypes.h", "limits.h", "math.h", "stdalign.h"),
    *("stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h"),
    *("stdnoreturn.h",),
}
INTRINSICS = {"emmintrin.h", "immintrin.h", "arm_neon.h", "intrin.h", "wmmintrin.h"}
SYSTEM = {"pages.c": {"sys/mman.h", "time.h"}}
"""The one file of the core that asks the operating system for something."""
PUBLIC = {"gomap.h", "config.h", "hash.h"}
"""What the glue may use of the core; hash.h knows numbers only, no map."""


def includes(path: Path) -> list[tuple[str, str]]:
    """(quote, name) of each include of a file."""
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


def own(path: Path) -> set[str]:
    """File names that it includes from this project."""
    return {Path(name).name for quote, name in includes(path) if quote == '"'}


def names(files: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in files]


CORE_FILES = [path for path in C_FILES if path.parent == CORE]
GLUE_FILES = [path for path in C_FILES if path.parent == GLUE]


@pytest.mark.parametrize("path", CORE_FILES, ids=names(CORE_FILES))
def test_core_includes_c_and_itself_only(path: Path) -> None:
    there = {file.name for file in CORE_FILES}
    for quote, name in includes(path):
        if quote == "<":
            assert name in C_STANDARD | INTRINSICS | SYSTEM.get(path.name, set()), name
        else:
            assert name in there, name
    text = path.read_text(encoding="utf-8")
    assert "PyObject" not in text
    assert not re.search(r"\bPy_\w+", text)


@pytest.mark.parametrize("path", GLUE_FILES, ids=names(GLUE_FILES))
def test_glue_reaches_the_core_through_its_public_header(path: Path) -> None:
    internal = own(path) & {file.name for file in CORE_FILES} - PUBLIC
    # A kind instantiates the template of operations, which needs the layout.
    assert not internal or path.name.startswith("kind_"), sorted(internal)


def test_public_header_stands_on_config_only() -> None:
    assert own(CORE / "gomap.h") <= {"config.h", "inspect.inc.h"}


def test_includes_form_no_circle() -> None:
    files = {path.name: path for path in C_FILES}
    assert len(files) == len(C_FILES), "two files of one name"
    graph = {name: own(path) & files.keys() for name, path in files.items()}
    list(TopologicalSorter(graph).static_order())


def table() -> dict[str, set[str]]:
    """The table of src/core/README.md: file -> what it may include."""
    readme = CORE / "README.md"
    if not readme.is_file():
        pytest.skip("src/core/README.md is not there")
    rows: dict[str, set[str]] = {}
    column = None
    for line in readme.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.lstrip().startswith("|"):
            column = None
        elif column is None:
            column = next((i for i, cell in enumerate(cells) if "includ" in cell.lower()), -1)
        elif column > 0 and re.search(r"`", cells[0]):
            allowed = set(re.findall(r"`([^`]+)`", cells[column]))
            for name in re.findall(r"`([^`]+)`", cells[0]):
                rows[name] = allowed
    if not rows:
        pytest.skip("src/core/README.md has no table of includes")
    return rows


def test_core_includes_what_its_table_allows() -> None:
    rows = table()
    wrong = []
    for path in CORE_FILES:
        allowed = rows.get(path.name)
        if allowed is None:
            pattern = next((key for key in rows if Path(path.name).match(key)), None)
            assert pattern is not None, f"{path.name} is not in the table"
            allowed = rows[pattern]
        expanded = allowed | {f"{path.stem}.h"}
        more = {name for name in own(path) if not any(Path(name).match(p) for p in expanded)}
        wrong += [f"{path.name} includes {name}" for name in sorted(more)]
    assert not wrong


ALL_FILES = [*C_FILES, *PYTHON_FILES]


def test_no_file_is_too_long_without_a_reason_at_its_head() -> None:
    long = []
    for path in ALL_FILES:
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > MAX_LINES and not REASON.search("\n".join(lines[:HEAD])):
            long.append(f"{path.relative_to(ROOT)}: {len(lines)}")
    assert not long


def test_no_python_function_is_too_long() -> None:
    long = []
    for path in PYTHON_FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                length = node.end_lineno - node.lineno + 1
                if length > MAX_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}: {node.name}: {length}")
    assert not long


def test_no_c_function_is_too_long_outside_the_template() -> None:
    """From the line that opens its body to the brace in the first column."""
    long = []
    for path in C_FILES:
        if path.name.endswith(".inc.h"):
            continue
        start = 0
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.match(r"(\w.*\) ?)?\{$", line) and "enum" not in line and "struct" not in line:
                start = number
            elif line.startswith("}") and start:
                if line == "}" and number - start + 1 > MAX_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}:{start}: {number - start + 1} lines")
                start = 0
    assert not long


MACHINE = re.compile("/" + r"(?:work|root|home/\w+|Users/\w+)/")
TEXTS = sorted(
    [
        *ALL_FILES,
        *(
            path
            for folder in (ROOT, ROOT / "benchmarks", CORE, GLUE)
            for path in folder.glob("*.md")
        ),
        *ROOT.glob("*.toml"),
        *ROOT.glob("*.py"),
        *ROOT.glob("Makefile"),
        *(path for path in (ROOT / ".ci").glob("*") if path.is_file()),
        *(ROOT / "tests" / "core").glob("*"),
    ]
)


def test_no_file_names_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in TEXTS
        if path.is_file()
        for match in MACHINE.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found


def test_core_compiles_alone(tmp_path: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler")
    sources = [str(path) for path in CORE_FILES if path.suffix == ".c"]
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O0", "-fsyntax-only", f"-I{CORE}"]
    result = subprocess.run(
        [compiler, *flags, *sources], cwd=tmp_path, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr[-4000:]


def test_every_core_header_compiles_by_itself(tmp_path: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler")
    headers = [path for path in CORE_FILES if path.name.endswith(".h") and ".inc" not in path.name]
    for header in headers:
        unit = tmp_path / f"{header.stem}.c"
        unit.write_text(f'#include "{header.name}"\n')
        command = [compiler, "-std=c11", "-fsyntax-only", f"-I{CORE}", str(unit)]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, f"{header.name}: {result.stderr[-2000:]}"
