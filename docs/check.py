"""Is the built site whole?  ``python docs/check.py DIRECTORY`` says what is not, and exits with 1.

- Every link, picture, script and frame between pages leads to a file, and to an anchor in it.
- Nothing is loaded from another host.
- The pages that people come for are there, and every public name has its anchor.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

KEY_PAGES = (
    *("index", "tour", "from_go", "json", "shuffled_order", "benchmarks", "reliability"),
    *("guide/index", "guide/inside", "internals/index", "internals/layout", "internals/engine"),
    *("reference/map", "reference/inspect", "reference/viz", "reference/cli", "changelog"),
    *("contributing", "search", "genindex", "explorer/growth", "source/src/core/layout.h"),
)
_PARTS = ("display", "inspect", "maps", "sync", "testing", "viz")
MODULES = ("gomap", *(f"gomap.{part}" for part in _PARTS))
#: `__version__` is a string; `shuffled` is described as gomap's.
WITHOUT_ANCHOR = {"gomap.__version__", "gomap.testing.shuffled"}
LOADS = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}


class Page(HTMLParser):
    """What a page links to, what it loads, and the anchors that it has."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag's link and anchor."""
        given = {name: value for name, value in attrs if value}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in LOADS and LOADS[tag] in given:
            self.loads.append(given[LOADS[tag]])


@cache
def page(path: Path) -> Page:
    """Read a page once."""
    return Page(path.read_text(encoding="utf-8"))


def has_anchor(path: Path, anchor: str) -> bool:
    """Say whether a page has that anchor, if one is asked for."""
    return not anchor or anchor in page(path).anchors


def faults_of(site: Path, path: Path) -> list[str]:
    """Return what is wrong with a page's links."""
    name = path.relative_to(site).as_posix()
    found = [f"{name} loads {url}" for url in page(path).loads if urlsplit(url).netloc]
    for url in [*page(path).links, *page(path).loads]:
        parts = urlsplit(url)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        target = target / "index.html" if target.is_dir() else target
        if not target.is_file():
            found.append(f"{name}: {url} is not there")
        elif target.suffix == ".html" and not has_anchor(target, unquote(parts.fragment)):
            found.append(f"{name}: {url} has no such anchor")
    return found


def missing_names(site: Path) -> list[str]:
    """Return the public names without an anchor in the reference."""
    pages = (site / "reference").glob("*.html")
    anchors = set().union(*(page(path.resolve()).anchors for path in pages))
    anchors = {anchor.removeprefix("module-") for anchor in anchors}
    public = {f"{m}.{name}" for m in MODULES for name in importlib.import_module(m).__all__}
    return [f"{name} is not in the reference" for name in sorted(public - anchors - WITHOUT_ANCHOR)]


def main(directory: str) -> int:
    """Say what is wrong; return the exit status."""
    site = Path(directory).resolve()
    found = [
        f"{name}.html is missing" for name in KEY_PAGES if not (site / f"{name}.html").is_file()
    ]
    pages = sorted(site.rglob("*.html"))
    for path in pages:
        found += faults_of(site, path)
    found += missing_names(site)
    for fault in found:
        print(fault)
    links = sum(len(page(path).links) + len(page(path).loads) for path in pages)
    print(f"{len(pages)} pages, {links:,} links, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
