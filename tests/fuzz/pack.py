"""Corpora in one file each: every input after its length in two bytes, the low one first.

python tests/fuzz/pack.py PACK DIRECTORY      writes the inputs in a directory into a pack
python tests/fuzz/pack.py -x PACK DIRECTORY   the other way round
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path


def read(path: Path) -> Iterator[bytes]:
    """Every input of a pack, or the one that a file of another name is."""
    data, at = path.read_bytes(), 0
    if path.suffix != ".pack":
        yield data
        return
    while at < len(data):
        size = int.from_bytes(data[at : at + 2], "little")
        yield data[at + 2 : at + 2 + size]
        at += 2 + size


def main(arguments: list[str]) -> None:
    """Pack, or unpack."""
    if arguments[0] == "-x":
        where = Path(arguments[2])
        where.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(read(Path(arguments[1]))):
            (where / f"{number:04}").write_bytes(data)
        return
    inputs = sorted((path.read_bytes() for path in Path(arguments[1]).iterdir()), key=len)
    packed = b"".join(len(data).to_bytes(2, "little") + data for data in inputs)
    Path(arguments[0]).write_bytes(packed)


if __name__ == "__main__":
    main(sys.argv[1:])
