"""Maps as they are, drawn when the pages are built.

A block ``{picture}`` is Python that ends in an expression of `gomap.viz`; it runs once with
``theme = "light"`` and once with "dark".  A block ``{shown}`` ends in an object that shows
itself in notebooks.  A block ``{explorer}`` names a demo of `gomap.viz.explorer`.  All run with
an empty namespace; ``:code:`` shows the block's text as well.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from blocks import value_of


class Block(SphinxDirective):
    """What the three have in common."""

    has_content = True
    option_spec: ClassVar[Any] = {"alt": directives.unchanged, "code": directives.flag}

    def source(self) -> str:
        """Return the block's text."""
        return "\n".join(self.content)

    def code(self) -> list[nodes.Node]:
        """Return the block as it is written, if it is to be seen."""
        if "code" not in self.options:
            return []
        text = self.source().replace(", theme=theme", "")
        return [nodes.literal_block(text, text, language="python")]


class Picture(Block):
    """A picture for each of the two themes."""

    def run(self) -> list[nodes.Node]:
        """Draw, save, and show what suits the reader's theme."""
        wrapper = nodes.container(classes=["picture"])
        for theme in ("light", "dark"):
            drawn = value_of(self.source(), theme=theme)
            image = nodes.image(uri=self.saved(drawn, theme), classes=[f"only-{theme}"])
            image["alt"] = self.options.get("alt", drawn.title)
            wrapper += image
        return [*self.code(), wrapper]

    def saved(self, drawn: Any, theme: str) -> str:
        """Save the picture beside the doctrees; return where, seen from the page."""
        name = hashlib.sha256(self.source().encode()).hexdigest()[:12]
        folder = Path(self.env.doctreedir, "pictures")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}-{theme}.svg"
        drawn.save(path)
        return os.path.relpath(path, Path(self.env.doc2path(self.env.docname)).parent)


class Shown(Block):
    """What a notebook would show."""

    def run(self) -> list[nodes.Node]:
        """Put the object's HTML on the page."""
        html = value_of(self.source())._repr_html_()
        return [*self.code(), nodes.raw("", f'<div class="shown">{html}</div>', format="html")]


class Explorer(SphinxDirective):
    """The explorer of a demo, in a frame."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the page, and frame it."""
        from gomap import viz

        name = self.arguments[0]
        folder = Path(self.env.app.outdir, "explorer")
        folder.mkdir(parents=True, exist_ok=True)
        viz.export_html(name, folder / f"{name}.html")
        depth = self.env.docname.count("/")
        where = f"{'../' * depth}explorer/{name}.html"
        frame = f'<iframe class="explorer" src="{where}" title="explorer: {name}"></iframe>'
        link = f'<p class="explorer"><a href="{where}">on a page of its own</a></p>'
        return [nodes.raw("", frame + link, format="html")]


def enlarge(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make each drawn picture a link to itself: on a small screen one wants it whole."""
    for wrapper in doctree.findall(nodes.container):
        if "picture" in wrapper["classes"]:
            for image in list(wrapper.findall(nodes.image)):
                name = app.env.images[image["uri"]][1]
                uri = f"{'../' * docname.count('/')}{app.builder.imagedir}/{name}"
                link = nodes.reference("", "", refuri=uri, internal=True)
                image.replace_self(link)
                link += image


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directives."""
    app.add_directive("picture", Picture)
    app.add_directive("shown", Shown)
    app.add_directive("explorer", Explorer)
    app.connect("doctree-resolved", enlarge)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
