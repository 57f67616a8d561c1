"""Puts the repository's address where only a release needs it: PyPI shows no relative link.

    python .ci/address.py OWNER/NAME v1.2.3

In README.md, which PyPI shows, links and pictures of the tree become links to the repository at
that tag; pyproject.toml gets `[project.urls]`. Done once, before the source archive is built:
the wheels, which are built from that, have it too.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(
    r"^```.*?^```$|"  # an example: nothing in it is a link
    r"(?P<picture>!?)\[(?P<text>[^\]]*)\]\((?P<to>[^)#:]+(?:#[^)]*)?)\)",
    re.MULTILINE | re.DOTALL,
)
SITE = "https://github.com"
RAW = "https://raw.githubusercontent.com"


def with_links(text: str, repository: str, tag: str) -> str:
    """The text, each relative link in it, outside examples, made absolute."""

    def absolute(link: re.Match[str]) -> str:
        picture, words, to = link.group("picture", "text", "to")
        if to is None:
            return link[0]
        if not (ROOT / to.partition("#")[0]).exists():
            raise SystemExit(f"README.md: {to} is not in the tree")
        place = f"{RAW}/{repository}/{tag}" if picture else f"{SITE}/{repository}/blob/{tag}"
        return f"{picture}[{words}]({place}/{to})"

    return LINK.sub(absolute, text)


def with_urls(project: str, repository: str, tag: str) -> str:
    """The text of pyproject.toml, with the places of source, changes and bug reports."""
    urls = f"""[project.urls]
Source = "{SITE}/{repository}"
Changes = "{SITE}/{repository}/blob/{tag}/CHANGELOG.md"
Issues = "{SITE}/{repository}/issues"

"""
    before = "[project.optional-dependencies]\n"
    if project.count(before) != 1 or "[project.urls]" in project:
        raise SystemExit("pyproject.toml: no place for [project.urls], or there is one")
    return project.replace(before, urls + before)


def main() -> int:
    """Rewrite both files."""
    repository, tag = sys.argv[1:]
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository) or not re.fullmatch(r"v[\w.]+", tag):
        raise SystemExit("usage: python .ci/address.py OWNER/NAME v1.2.3")
    for name, change in (("README.md", with_links), ("pyproject.toml", with_urls)):
        path = ROOT / name
        text = change(path.read_text(encoding="utf-8"), repository, tag)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
