"""Code that names something of gomap becomes a link into the reference.

On a page, names with a dot (`Map.add`, `gomap.count`, `inspect.stats`); in a docstring also
those that its module or class defines.  A name that begins with ``gomap.`` and leads nowhere
is a warning: that is how a page notices that it has outlived what it talks about.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

_NAME = re.compile(r"^([A-Za-z_]\w*(?:\.\w+)*)(?:\(\))?$")
_QUIET = (nodes.reference, nodes.title, nodes.term)
logger = logging.getLogger(__name__)


class NamesToLinks(SphinxPostTransform):
    """Link the literals that name an object of the reference."""

    default_priority = 5

    def run(self, **_: Any) -> None:
        """Go through all of a page's literals."""
        objects = self.env.domains.python_domain.objects
        for node in list(self.document.findall(nodes.literal)):
            found = _NAME.match(node.astext())
            if found is None or any(isinstance(above, _QUIET) for above in ancestors(node)):
                continue
            target = next((c for c in candidates(found[1], node) if c in objects), None)
            if target is not None:
                self.link(node, target, objects[target])
            elif found[1].startswith("gomap.") and not found[1].endswith((".h", ".py")):
                logger.warning("%s is not in the reference", found[1], location=node)

    def link(self, node: nodes.literal, target: str, entry: Any) -> None:
        """Put a link around a literal, unless it is where the link leads."""
        inside = any(target in above.get("ids", ()) for above in ancestors(node))
        described = any(
            target in getattr(sibling, "attributes", {}).get("ids", ())
            for above in ancestors(node)
            for sibling in (above.parent.children if above.parent is not None else ())
        )
        if inside or described:
            return
        copy = node.deepcopy()
        reference = make_refnode(
            self.app.builder, self.env.docname, entry.docname, entry.node_id, [copy], target
        )
        node.replace_self(reference)


def ancestors(node: nodes.Node) -> list[nodes.Element]:
    """What a node is in, from the inside out."""
    found = []
    above = node.parent
    while above is not None:
        found.append(above)
        above = above.parent
    return found


def candidates(name: str, node: nodes.literal) -> list[str]:
    """Return the full names that a name may stand for, the likeliest first.

    >>> candidates("Map.add", nodes.literal())
    ['Map.add', 'gomap.Map.add']
    >>> node = nodes.literal()
    >>> node["from"] = ["gomap", "Map"]
    >>> candidates("pop", node)
    ['gomap.Map.pop', 'gomap.pop']
    """
    near = [part for part in node.get("from", ()) if part]
    inner = [".".join([*near[:size], name]) for size in range(len(near), 0, -1)]
    return [*inner, *([name, f"gomap.{name}"] if "." in name else [])]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the transform."""
    app.add_post_transform(NamesToLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
