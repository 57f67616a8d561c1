"""Builds the extension gomap._gomap; everything else is in pyproject.toml.

Switches, read from the environment:

GOMAP_DEBUG=1            every invariant check on (GM_DEBUG), asserts on, -O1 -g
GOMAP_DEV=1              warnings are errors
GOMAP_SANITIZE=a,b       compiled and linked with -fsanitize=a,b
"""

from __future__ import annotations

import os
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
ROOMS = ("src/core", "src/python")

WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Wold-style-definition",
    "-Wpointer-arith",
    "-Wvla",
    "-Wwrite-strings",
    # Slots have the signatures that CPython gives them, used or not, and its
    # tables end in rows that name only their first field.
    "-Wno-unused-parameter",
    "-Wno-missing-field-initializers",
]


def is_on(name: str) -> bool:
    """Say whether the environment switch `name` is set to something that means yes."""
    return os.environ.get(name, "") not in ("", "0")


def files(*patterns: str) -> list[str]:
    """Return the files of both rooms that match, relative to this one, as setuptools wants them."""
    found = (path for room in ROOMS for pattern in patterns for path in (ROOT / room).glob(pattern))
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def unix_flags() -> tuple[list[str], list[str]]:
    """Return the flags for compiling and for linking with gcc or clang."""
    compile_flags = ["-std=c11", "-fvisibility=hidden", *WARNINGS]
    link_flags: list[str] = []
    if is_on("GOMAP_DEBUG"):
        compile_flags += ["-O1", "-g", "-UNDEBUG"]
    else:
        compile_flags += ["-O3"]
    if is_on("GOMAP_DEV"):
        compile_flags += ["-Werror"]
    if sanitizers := os.environ.get("GOMAP_SANITIZE"):
        compile_flags += [f"-fsanitize={sanitizers}", "-fno-omit-frame-pointer", "-g"]
        link_flags += [f"-fsanitize={sanitizers}"]
    return compile_flags, link_flags


class BuildGomap(build_ext):
    """build_ext with flags for the compiler at hand."""

    def finalize_options(self) -> None:
        """Compile everything, always: no time stamp shows that a switch has changed."""
        super().finalize_options()
        self.force = True

    def build_extensions(self) -> None:
        """Give every extension its flags, then build."""
        if self.compiler.compiler_type == "msvc":
            compile_flags, link_flags = ["/std:c11"], []
        else:
            compile_flags, link_flags = unix_flags()
        for extension in self.extensions:
            extension.extra_compile_args += compile_flags
            extension.extra_link_args += link_flags
        super().build_extensions()


setup(
    cmdclass={"build_ext": BuildGomap},
    ext_modules=[
        Extension(
            "gomap._gomap",
            sources=files("*.c"),
            depends=files("*.h"),
            include_dirs=list(ROOMS),
            define_macros=[("GM_DEBUG", "1")] if is_on("GOMAP_DEBUG") else [],
        )
    ],
)
