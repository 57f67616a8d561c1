"""The blocks of Markdown that the pages' extensions run: found here, without Sphinx."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_FENCE = re.compile(r"^(`{3,})(\S*)[^\n]*\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: its line, what stands behind the fence, and its text."""

    line: int
    kind: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    r"""Find the fenced blocks of a page; options (``:name: value``) are left out of the text.

    >>> list(blocks("a\n```{picture}\n:alt: b\nx = 1\n```\n"))
    [Block(line=2, kind='{picture}', text='x = 1\n')]
    """
    for found in _FENCE.finditer(page):
        line = page.count("\n", 0, found.start()) + 1
        text = re.sub(r"\A(:\w+:[^\n]*\n)+", "", found[3])
        yield Block(line, found[2], text)


def value_of(source: str, **given: Any) -> Any:
    r"""Run a block, and return what its last expression gives.

    >>> value_of("x = 2\ny * x", y=3)
    6
    """
    body = ast.parse(source).body
    last = body.pop()
    assert isinstance(last, ast.Expr), "the last line of the block must be an expression"
    namespace = {"__name__": "block", **given}
    exec(compile(ast.Module(body, []), "<block>", "exec"), namespace)  # noqa: S102
    return eval(compile(ast.Expression(last.value), "<block>", "eval"), namespace)  # noqa: S307
