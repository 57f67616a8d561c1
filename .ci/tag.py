"""Whether a tag may be published.

    python .ci/tag.py v1.2.3

The tag is `v` and the version of gomap/_version.py; the first heading of CHANGELOG.md has that
version, and a date instead of `unreleased`. Nothing is imported: no gomap need be installed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def problems(tag: str, module: str, changes: str) -> list[str]:
    """What speaks against it: the texts are those of _version.py and of CHANGELOG.md."""
    version = re.search(r'^__version__ = "([^"]+)"$', module, re.MULTILINE)
    heading = re.search(r"^## (\S+) \((\S+)\)$", changes, re.MULTILINE)
    if version is None or heading is None:
        return ["no version in gomap/_version.py, or no heading in CHANGELOG.md"]
    found = []
    if tag != f"v{version[1]}":
        found.append(f"the tag is {tag}, the version {version[1]}")
    if heading[1] != version[1]:
        found.append(f"CHANGELOG.md begins with {heading[1]}, the version is {version[1]}")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", heading[2]):
        found.append(f"CHANGELOG.md gives no date for {heading[1]}, but ({heading[2]})")
    return found


def main() -> int:
    """Print what speaks against the tag in the first argument."""
    module = (ROOT / "gomap" / "_version.py").read_text(encoding="utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = problems(sys.argv[1], module, changes)
    print("\n".join(found) or f"{sys.argv[1]}: may be published")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
