"""Pages made of the repository's files, and links to those.

A paragraph ``Included: [name](path)`` stands for that file, and with ``path#section`` for what
stands below that heading.  Elsewhere it is a link that works.  Links and pictures of what is
included are bent to where they now are: to the page that shows a file, else to a page of its
text, made here (`source/...`).
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.util import ClassNotFound
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

import notebooks

ROOT = Path(__file__).resolve().parent.parent.parent
_INCLUDED = re.compile(r"^Included: \[[^]]*\]\(([^)#]+)(?:#([^)]*))?\)$", re.MULTILINE)
_WHOLE = re.compile(r"\AIncluded: \[[^]]*\]\(([^)#]+)\)\s*\Z")
_LINK = re.compile(r"(!?)\[((?:[^][]|\[[^]]*\])*)\]\(([^)\s]+)\)")


def shown(docs: Path) -> dict[str, str]:
    """Which page shows which file of the repository: those that are nothing but one."""
    found = {}
    for page in docs.rglob("*.md"):
        name = page.relative_to(ROOT).as_posix()
        whole = _WHOLE.match(page.read_text(encoding="utf-8"))
        found[name] = name
        if whole:
            found[_repository_path(name, whole[1])] = name
    return found


def _repository_path(file: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), target))


def slug(heading: str) -> str:
    """Return a heading's anchor, as GitHub makes it.

    >>> slug("What differs from `dict`")
    'what-differs-from-dict'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def section(text: str, anchor: str) -> str:
    r"""Return what stands below a heading, up to the next one of its rank.

    >>> section("# A\n\n## B\n\nx\n\n### C\n\n## D\n", "b")
    'x\n\n### C'
    """
    heads = [*re.finditer(r"^(#+) (.*)$", _without_code(text), re.MULTILINE)]
    for number, head in enumerate(heads):
        if slug(head[2]) == anchor:
            ends = [h.start() for h in heads[number + 1 :] if len(h[1]) <= len(head[1])]
            return text[head.end() : min(ends, default=len(text))].strip()
    raise LookupError(anchor)


def _without_code(text: str) -> str:
    """Blank what is in fences: a comment of Python is no heading."""
    return re.sub(r"^```.*?^```$", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.M | re.S)


class Bender:
    """Bends the links of one file, shown on one page."""

    def __init__(self, pages: dict[str, str], page: str, file: str) -> None:
        self._pages, self._page, self._file = pages, page, file

    def __call__(self, text: str) -> str:
        """Bend all links outside of fences.

        What looks like one in a code span names no file, and stays.
        """
        parts = re.split(r"(^```.*?^```$)", text, flags=re.M | re.S)
        parts[::2] = [_LINK.sub(self._bent, part) for part in parts[::2]]
        return "".join(parts)

    def _bent(self, link: re.Match[str]) -> str:
        picture, words, target = link.groups()
        path, _, anchor = target.partition("#")
        if not path or ":" in path:
            return link[0]
        wanted = _repository_path(self._file, path)
        here = posixpath.dirname(self._page)
        for candidate in (wanted, f"{wanted}/README.md"):
            if candidate in self._pages:
                bent = posixpath.relpath(self._pages[candidate], here)
                return f"{picture}[{words}]({bent}{'#' + anchor if anchor else ''})"
        if not (ROOT / wanted).exists():
            return link[0]  # whatever MyST says to it
        if picture:
            return f"![{words}]({posixpath.relpath(wanted, here)})"
        return f"[{words}](source:{wanted})"


def read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put in what a page includes, and bend its links."""
    page = Path(app.env.doc2path(docname)).relative_to(ROOT).as_posix()
    pages = app.gomap_pages  # type: ignore[attr-defined]

    def put_in(found: re.Match[str]) -> str:
        name = _repository_path(page, found[1])
        app.env.note_dependency(os.fspath(ROOT / name), docname=docname)
        text = (ROOT / name).read_text(encoding="utf-8")
        if found[2]:
            try:
                text = section(text, found[2])
            except LookupError as error:
                raise ExtensionError(f"{page}: {name} has no section #{found[2]}") from error
        return Bender(pages, page, name)(text)

    own = Bender(pages, page, page)
    out, at = [], 0
    for found in _INCLUDED.finditer(source[0]):
        out += [own(source[0][at : found.start()]), put_in(found)]
        at = found.end()
    source[0] = "".join([*out, own(source[0][at:])])


def note(app: Sphinx, doctree: nodes.document) -> None:
    """Note the files that a page links to, and trim its code.

    An example ends in an empty line, so that doctest knows where its output ends.
    """
    for block in doctree.findall(nodes.literal_block):
        text = block.astext().rstrip("\n")
        block.rawsource = text
        block.children = [nodes.Text(text)]
        block.children[0].parent = block
    wanted = {
        node["refuri"].removeprefix("source:")
        for node in doctree.findall(nodes.reference)
        if node.get("refuri", "").startswith("source:")
    }
    _noted(app)[app.env.docname] = wanted


def _noted(app: Sphinx) -> dict[str, set[str]]:
    if not hasattr(app.env, "gomap_sources"):
        app.env.gomap_sources = {}  # type: ignore[attr-defined]
    noted: dict[str, set[str]] = app.env.gomap_sources  # type: ignore[attr-defined]
    return noted


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Lead the links to files to the pages of these files."""
    for node in doctree.findall(nodes.reference):
        uri = node.get("refuri", "")
        if uri.startswith("source:"):
            name = uri.removeprefix("source:")
            node["refuri"] = app.builder.get_relative_uri(docname, f"source/{name}")
            node["internal"] = True


def purge(app: Sphinx, env: Any, docname: str) -> None:
    """Forget a page's links."""
    _noted(app).pop(docname, None)


def file_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Make a page for each file, or directory, that a page links to."""
    todo = set().union(*_noted(app).values())
    done: set[str] = set()
    while todo:
        name = todo.pop()
        done.add(name)
        path = ROOT / name
        if path.is_dir():
            inside = sorted(p.name for p in path.iterdir() if not p.name.startswith((".", "__")))
            names = [n for n in inside if (path / n).is_file() and _is_text(path / n)]
            todo |= {f"{name}/{n}" for n in names} - done
            rows = "".join(f'<li><a href="{path.name}/{n}.html">{n}</a></li>' for n in names)
            body = f"<ul>{rows}</ul>"
        elif path.suffix == ".ipynb":
            body, linked = followed(notebooks.as_html(path), name)
            todo |= linked - done
        else:
            body = _highlighted(path)
        head = "" if "<h1" in body else f"<h1>{name}</h1>"
        yield f"source/{name}", {"title": name, "body": head + body}, "page.html"


def followed(body: str, name: str) -> tuple[str, set[str]]:
    """Lead a notebook's links to other files to their pages; return these files, too."""
    linked = set()

    def bent(found: re.Match[str]) -> str:
        wanted = _repository_path(name, found[1])
        if not (ROOT / wanted).is_file():
            return found[0]
        linked.add(wanted)
        return f'href="{found[1]}.html"'

    return re.sub(r'href="([^":#]+)"', bent, body), linked


def _is_text(path: Path) -> bool:
    return path.suffix in {".c", ".h", ".py", ".md", ".go", ".cpp", ".toml"}


def _highlighted(path: Path) -> str:
    try:
        lexer = get_lexer_for_filename(path.name)
    except ClassNotFound:
        lexer = TextLexer()
    code = highlight(path.read_text(encoding="utf-8"), lexer, HtmlFormatter(nowrap=True))
    return f'<div class="highlight"><pre>{code}</pre></div>'


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the reading of pages and the end of the build."""
    app.gomap_pages = shown(Path(app.srcdir))  # type: ignore[attr-defined]
    app.connect("source-read", read)
    app.connect("doctree-read", note)
    app.connect("doctree-resolved", resolve)
    app.connect("env-purge-doc", purge)
    app.connect("html-collect-pages", file_pages)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
