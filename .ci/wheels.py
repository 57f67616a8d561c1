"""Which wheels cibuildwheel would build, by its own word, against what we say that we publish.

    python .ci/wheels.py [DIRECTORY]

cibuildwheel reads `[tool.cibuildwheel]` of pyproject.toml and refuses options that it does not
know; that needs no container. With DIRECTORY: each of these wheels is in it, once, and one source
archive, and nothing else.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PYTHONS = ("cp311", "cp312", "cp313")
PLATFORMS = {
    "linux": [
        *("manylinux_x86_64", "manylinux_aarch64"),
        *("musllinux_x86_64", "musllinux_aarch64"),
    ],
    "macos": ["macosx_x86_64", "macosx_arm64"],
    "windows": ["win_amd64"],
}


def identifiers(platform: str) -> set[str]:
    """What cibuildwheel would build on a platform, for all of its architectures."""
    command = [sys.executable, "-m", "cibuildwheel", "--print-build-identifiers"]
    done = subprocess.run(
        [*command, "--platform", platform, "."], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"cibuildwheel, {platform}:\n{done.stdout}{done.stderr}")
    return set(done.stdout.split())


def identifier(name: str) -> str:
    """Which of the identifiers a file in a directory of archives answers to."""
    if name.endswith(".tar.gz"):
        return "source"
    match = re.fullmatch(
        r"gomap-[^-]+-(cp\d+)-cp\d+-([a-z]+).*?_(x86_64|aarch64|arm64|amd64).whl", name
    )
    return f"{match[1]}-{match[2]}_{match[3]}" if match else name


def main() -> int:
    """Compare, and say how many."""
    ends = [end for platform in PLATFORMS.values() for end in platform]
    for platform, own in PLATFORMS.items():
        want = {f"{python}-{end}" for python in PYTHONS for end in own}
        has = identifiers(platform)
        if has != want:
            print(f"{platform}: missing {sorted(want - has)}, unexpected {sorted(has - want)}")
            return 1
    everything = sorted([f"{python}-{end}" for python in PYTHONS for end in ends] + ["source"])
    if len(sys.argv) > 1:
        there = sorted(identifier(path.name) for path in Path(sys.argv[1]).iterdir())
        if there != everything:
            print(f"in {sys.argv[1]}: {there}\nwanted: {everything}")
            return 1
    print(f"{len(everything) - 1} wheels: {', '.join(PYTHONS)} on {len(ends)} platforms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
