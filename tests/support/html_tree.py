"""HTML as a tree, read strictly: what a display says, for tests that count again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "meta", "link", "img", "input", "hr"}


@dataclass
class Node:
    """An element: its children are elements and texts."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """This element and all below it, in document order."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, tag: str | None = None, **wanted: str) -> list[Node]:
        """Elements below with this tag and these attributes; ``data_x`` means ``data-x``.

        ``class_`` names one of an element's classes.
        """

        def fits(node: Node) -> bool:
            classes = (node.attributes.get("class") or "").split()
            return (tag is None or node.tag == tag) and all(
                value in classes if name == "class_" else node.attributes.get(_name(name)) == value
                for name, value in wanted.items()
            )

        return [node for node in self.walk() if node is not self and fits(node)]

    def one(self, tag: str | None = None, **wanted: str) -> Node:
        """The only such element."""
        (node,) = self.all(tag, **wanted)
        return node

    def has(self, name: str) -> list[Node]:
        """Elements below that have this attribute."""
        return [node for node in self.walk() if name in node.attributes]

    @property
    def text(self) -> str:
        """The text below, as a reader sees it."""
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    @property
    def number(self) -> float:
        """The text of this element alone, as a number."""
        own = "".join(c for c in self.children if isinstance(c, str))
        return float(own.replace(",", ""))


def _name(name: str) -> str:
    return name.replace("_", "-")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(html: str) -> Node:
    """The tree of a text of HTML; every element must be closed in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is not closed"
    return reader.open[0]
