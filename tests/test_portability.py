"""The engine as other compilers see it, and what Windows asks of the glue.

What compiles and runs elsewhere (musl, aarch64, big-endian s390x, mingw) is tried by
``.ci/portability``; these are the checks that need nothing but a compiler.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE, GLUE = ROOT / "src" / "core", ROOT / "src" / "python"
if not CORE.is_dir():
    pytest.skip("no source tree around these tests", allow_module_level=True)

MSVC = [
    *("-D_MSC_VER=1940", "-D_M_X64=100", "-D_WIN64=1", "-DGM_PLAIN_C"),
    *("-U__unix__", "-U__linux__", f"-I{ROOT / 'tests' / 'core' / 'stand_in'}"),
]


@pytest.mark.parametrize(
    "flags",
    [["-DGM_PLAIN_C", "-DGM_NO_SIMD", "-Wpedantic"], MSVC],
    ids=["a compiler without extensions", "msvc, by a stand-in for its header"],
)
def test_core_compiles_for(flags: list[str]) -> None:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("no gcc")
    sources = [str(path) for path in sorted(CORE.glob("*.c"))]
    strict = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{CORE}"]
    done = subprocess.run([gcc, *strict, *flags, *sources], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.mark.skipif(sys.version_info < (3, 13), reason="no free threading before 3.13")
def test_the_glue_compiles_for_free_threaded_interpreters() -> None:
    """None can be installed here: at least its code, all of the locks in it, is not broken."""
    gcc, headers = shutil.which("gcc"), sysconfig.get_path("include")
    if gcc is None or not Path(headers, "Python.h").exists():
        pytest.skip("no gcc, or no headers of the interpreter")
    flags = ["-std=c11", "-fsyntax-only", "-DPy_GIL_DISABLED=1", f"-I{CORE}", f"-I{GLUE}"]
    flags += ["-Wall", "-Wextra", "-Werror", "-isystem", headers]
    flags += ["-Wno-unused-parameter", "-Wno-missing-field-initializers"]  # as in setup.py
    sources = [str(path) for path in sorted(GLUE.glob("*.c"))]
    done = subprocess.run([gcc, *flags, *sources], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]


STATIC = re.compile(
    r"^[ \t]*static\b[^;{}()]*=\s*(\{(?:[^{};]|\{[^{}]*\})*\}|[^;{]*);", re.MULTILINE
)
IMPORTED = re.compile(r"&_?Py\w+_(?:Type|NoneStruct)\b|\bPyExc_\w+|&_Py_\w+Struct\b|\bPy_None\b")


def test_no_static_data_holds_an_address_of_the_interpreters() -> None:
    """Windows takes them from a DLL: they are no constants there ("initializer is not")."""
    seen, wrong = 0, []
    for path in sorted(GLUE.glob("*.[ch]")):
        for match in STATIC.finditer(path.read_text(encoding="utf-8")):
            seen += 1
            found = IMPORTED.search(match.group(1))
            if found:
                wrong.append(f"{path.name}: {found.group()} in {match.group()[:60]!r}")
    assert seen > 20
    assert not wrong
