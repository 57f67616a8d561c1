"""The drawings in the engine's comments, on a page: ``{comment-of} src/core/layout.h``.

That is the comment at the head of the file; with ``:begins: some words``, the one that begins
with these.  A comment that is gone fails the build.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parent.parent.parent


def comment(text: str, begins: str = "") -> str:
    r"""Return a comment of C without its stars: the first one that begins so.

    >>> print(comment("/* a.h: what it owns.\n *\n *   ──▶\n */\nint x; /* y */"))
    a.h: what it owns.
    <BLANKLINE>
      ──▶
    >>> comment("/* a */ /* b c */", "b")
    'b c'
    """
    for found in re.finditer(r"/\*(.*?)\*/", text, re.DOTALL):
        lines = [re.sub(r"^ \*(?: |$)", "", line).rstrip() for line in found[1].split("\n")]
        whole = "\n".join([lines[0].strip(), *lines[1:]]).strip("\n ")
        if whole.startswith(begins):
            return whole
    raise ExtensionError(f"no comment that begins with {begins!r}")


class CommentOf(SphinxDirective):
    """A comment, as it is drawn."""

    required_arguments = 1
    option_spec: ClassVar[Any] = {"begins": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Show the comment, and where it is from."""
        path = ROOT / self.arguments[0]
        self.env.note_dependency(os.fspath(path))
        text = comment(path.read_text(encoding="utf-8"), self.options.get("begins", ""))
        block: Any = nodes.literal_block(text, text, language="text", classes=["drawing"])
        link = nodes.reference("", path.name, refuri=f"source:{self.arguments[0]}")
        return [block, nodes.paragraph("", "", link, classes=["origin"])]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("comment-of", CommentOf)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
