"""Builds the extension gomap._gomap, and archives that come out the same each time.

Everything else is in pyproject.toml. Switches, read from the environment:

GOMAP_DEBUG=1            every invariant check on (GM_DEBUG), asserts on, -O1 -g
GOMAP_DEV=1              warnings are errors
GOMAP_SANITIZE=a,b       compiled and linked with -fsanitize=a,b
SOURCE_DATE_EPOCH=n      the time that files of an archive bear
"""

from __future__ import annotations

import gzip
import os
import tarfile
from pathlib import Path
from typing import BinaryIO

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist

ROOT = Path(__file__).resolve().parent
ROOMS = ("src/core", "src/python")
EPOCH = 1577836800  # 2020, for want of a better: zip knows no time before 1980

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
    compile_flags += [f"-ffile-prefix-map={ROOT}=."]  # the same bytes wherever it is built
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


def write_tar(out: BinaryIO, folder: Path, when: int) -> None:
    """Write the files of `folder` in order, as nobody's, of one time, whatever the umask."""
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = tarfile.TarInfo((Path(folder.name) / path.relative_to(folder)).as_posix())
            info.size, info.mtime = path.stat().st_size, when
            info.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            with path.open("rb") as data:
                tar.addfile(info, data)


class Sdist(sdist):
    """sdist whose archive depends on nothing but the sources: no owner, no clock, no umask."""

    def make_archive(
        self,
        base_name: str,
        kind: str,
        root_dir: str | None = None,
        base_dir: str = "",
        **_: object,
    ) -> str:
        """Make the .tar.gz; what else `--formats` may name is refused."""
        if kind != "gztar":
            raise SystemExit(f"setup.py: no archive of format {kind!r} is made here")
        when = int(os.environ.get("SOURCE_DATE_EPOCH", EPOCH))
        archive = f"{base_name}.tar.gz"
        with (
            Path(archive).open("wb") as file,
            gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=when) as out,
        ):
            write_tar(out, Path(base_dir), when)
        return archive


setup(
    cmdclass={"build_ext": BuildGomap, "sdist": Sdist},
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
