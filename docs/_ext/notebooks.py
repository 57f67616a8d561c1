"""A notebook as it is committed, cells and outputs, as a piece of HTML."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def as_html(path: Path) -> str:
    """Show a notebook's cells with what they gave."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join(_markdown(cell) if cell["cell_type"] == "markdown" else _code(cell)
                     for cell in cells)  # fmt: skip


def code(text: str, language: str = "python") -> str:
    """Highlight code as the pages do.

    >>> code("x", "text").replace(chr(10), "")
    '<div class="highlight"><pre>x</pre></div>'
    """
    return f'<div class="highlight"><pre>{_highlighted(text, language)}</pre></div>'


def _markdown(cell: Any) -> str:
    parser = MarkdownIt("commonmark", {"highlight": lambda text, name, _: _highlighted(text, name)})
    rendered: str = parser.enable("table").render("".join(cell["source"]))
    rendered = re.sub(r"<(h\d)>(.*?)</\1>", _with_anchor, rendered)
    rendered = re.sub(r"(?<!<pre>)<code>", '<code class="literal">', rendered)
    return rendered.replace("<table>", '<table class="docutils">')


def _highlighted(text: str, language: str) -> str:
    return highlight(text, get_lexer_by_name(language or "text"), HtmlFormatter(nowrap=True))


def _with_anchor(heading: re.Match[str]) -> str:
    words = html.unescape(re.sub(r"<[^>]*>", "", heading[2]))
    anchor = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")  # as Jupyter makes it
    return f'<{heading[1]} id="{html.escape(anchor)}">{heading[2]}</{heading[1]}>'


def _code(cell: Any) -> str:
    shown = [output_html(output) for output in cell["outputs"]]
    return code("".join(cell["source"])) + "".join(shown)


def output_html(output: Any) -> str:
    """Show one output: its HTML or picture if it has one, else its text.

    >>> output_html({"output_type": "stream", "text": ["a", "<b>"]})
    '<pre class="output">a&lt;b&gt;</pre>'
    """
    data = output.get("data", {})
    if "text/html" in data:
        return f'<div class="shown">{"".join(data["text/html"])}</div>'
    if "image/png" in data:
        picture = "".join(data["image/png"]).replace("\n", "")
        return f'<img class="output" alt="" src="data:image/png;base64,{picture}">'
    lines = output.get("text") or data.get("text/plain") or output.get("traceback", [])
    text = _ESCAPES.sub("", "".join(lines) if isinstance(lines, list) else lines)
    return f'<pre class="output">{html.escape(text)}</pre>' if text else ""
