"""Where keys come from: files, standard input, the standard library's own sources.

A source gives blocks of whole lines of decoded text. Whatever is wrong with an
input becomes a CommandError of one line here, with its file and line where known.
"""

from __future__ import annotations

import sys
import sysconfig
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from gomap.cli.errors import CommandError
from gomap.display.text import escaped

BLOCK_BYTES = 1 << 18
UTF8_BOM = b"\xef\xbb\xbf"

# Directories of the standard library that are not it: tests, and what was installed.
SKIPPED = {"test", "tests", "idle_test", "site-packages", "dist-packages", "__pycache__"}


@dataclass(frozen=True)
class Block:
    """Whole lines of text: the number of the first one, the bytes read up to the last."""

    text: str
    line: int
    end: int


class Source(Protocol):
    """Something to read keys from."""

    @property
    def name(self) -> str:
        """What to call it in messages."""

    def size(self) -> int | None:
        """Bytes to come, None where that is not known beforehand."""

    def blocks(self) -> Iterator[Block]:
        """Read it from start to end."""


@dataclass(frozen=True)
class FileSource:
    """A file named on the command line."""

    path: Path

    @property
    def name(self) -> str:
        """The path, fit to be shown."""
        return escaped(str(self.path))

    def size(self) -> int | None:
        """Bytes of a regular file, None for a pipe or a device."""
        return self.path.stat().st_size if self.path.is_file() else None

    def blocks(self) -> Iterator[Block]:
        """Read the file."""
        try:
            if self.path.is_dir():
                raise IsADirectoryError(0, "is a directory")
            with self.path.open("rb") as stream:
                yield from read_blocks(self.name, stream)
        except OSError as error:
            raise CommandError(f"{self.name}: {reason(error)}") from error


@dataclass(frozen=True)
class StdinSource:
    """Standard input, `-` on the command line."""

    name: str = "standard input"

    def size(self) -> None:
        """Nobody knows."""
        return

    def blocks(self) -> Iterator[Block]:
        """Read to the end of input."""
        # Typeshed knows no closed standard input, but the interpreter does: None.
        stdin: Any = sys.stdin
        if stdin is None:
            raise CommandError("standard input is closed")
        try:
            yield from read_blocks(self.name, stdin.buffer)
        except OSError as error:
            raise CommandError(f"{self.name}: {reason(error)}") from error


@dataclass(frozen=True)
class ModuleSource:
    """A source file of the standard library, one block in its declared encoding."""

    path: Path

    @property
    def name(self) -> str:
        """The path."""
        return escaped(str(self.path))

    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size

    def blocks(self) -> Iterator[Block]:
        """Read the file; one that is no readable Python gives nothing."""
        try:
            with tokenize.open(self.path) as stream:
                text = stream.read()
        except (OSError, SyntaxError, UnicodeDecodeError):
            return
        yield Block(text, 1, self.size())


def reason(error: OSError) -> str:
    """Say what the system said, as the end of a sentence."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def read_blocks(name: str, stream: BinaryIO) -> Iterator[Block]:
    """Cut a binary stream into blocks of whole lines, UTF-8 with or without a mark."""
    pending: list[bytes] = []
    line, end = 1, 0
    for piece in whole_lines(name, stream, pending):
        raw = piece.removeprefix(UTF8_BOM) if end == 0 else piece
        end += len(piece)
        yield Block(decoded(name, raw, line), line, end)
        line += raw.count(b"\n")


def whole_lines(name: str, stream: BinaryIO, pending: list[bytes]) -> Iterator[bytes]:
    """Yield the stream in pieces that end at a line's end, the last one perhaps not."""
    seen = 0
    while chunk := stream.read(BLOCK_BYTES):
        if b"\0" in chunk:
            offset = seen + chunk.index(b"\0")
            raise CommandError(f"{name}: not text (a zero byte at offset {offset:,})")
        seen += len(chunk)
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield b"".join([*pending, chunk[:cut]])
            pending.clear()
        if cut < len(chunk):
            pending.append(chunk[cut:])
    if pending:
        yield b"".join(pending)


def decoded(name: str, raw: bytes, line: int) -> str:
    """Decode whole lines that begin at line number `line`."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line += raw.count(b"\n", 0, error.start)
        byte = raw[error.start]
        raise CommandError(f"{name}:{line}: not UTF-8 text (byte 0x{byte:02x})") from None


def stdlib_sources() -> list[ModuleSource]:
    """Return the source files of the running Python's standard library, in path order."""
    root = Path(sysconfig.get_path("stdlib"))
    found = [
        path
        for path in sorted(root.rglob("*.py"))
        if SKIPPED.isdisjoint(path.relative_to(root).parts[:-1])
    ]
    if not found:
        raise CommandError("this Python has no sources of its standard library; name a FILE")
    return [ModuleSource(path) for path in found]
