"""Docstrings as the house writes them, to what Sphinx reads.

They are written for ``help()``: functions in Python begin with their own signature, options
stand in two columns, and names in single backticks.  The pages show the signature by itself,
a field list, and links (see `names`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

#: "name  what it is", two spaces or more between them.
_ROW = re.compile(r"^(\*{0,2}\w+) {2,}(\S.*)$")
_COLUMNS = re.compile(r"^    \S+(?: \S+)* {2,}\S")


def process(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Rewrite a docstring in place."""
    if not lines:
        return
    lines[0] = without_signature(name.rpartition(".")[2], lines[0])
    lines[:] = as_literal(as_fields([line for line in lines if "PYTEST_DONT_REWRITE" not in line]))


def without_signature(name: str, line: str) -> str:
    """Take ``name(...): `` off the first line, and begin with a capital letter.

    >>> without_signature("load", "load(key, /): (element, True), or not.")
    '(element, True), or not.'
    >>> without_signature("clone", "clone(m, /): a copy.")
    'A copy.'
    """
    if not line.startswith(f"{name}("):
        return line
    depth = 0
    for at, letter in enumerate(line):
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0 and letter == ")":
            rest = line[at + 1 :]
            if rest.startswith(": "):
                rest = rest.removeprefix(": ")
                return rest[0].upper() + rest[1:]
            break
    return line


def as_fields(lines: Iterable[str]) -> Iterable[str]:
    """Turn rows of two columns into a list of parameters.

    >>> list(as_fields(["hint    room", "seed    an int"]))
    [':param hint: room', ':param seed: an int']
    """
    for line in lines:
        row = _ROW.match(line)
        yield f":param {row[1]}: {row[2]}" if row else line


def as_literal(lines: Iterable[str]) -> list[str]:
    """Keep an indented block in columns as it is.

    >>> as_literal(["Text:", "", "    a     one", "    bc    two"])
    ['Text:', '', '.. code-block:: text', '', '    a     one', '    bc    two']
    """
    out: list[str] = []
    inside = False
    for line in lines:
        if inside:
            inside = not line or line.startswith("    ")
        elif _COLUMNS.match(line) and (not out or not out[-1]):
            out += [".. code-block:: text", ""]
            inside = True
        out.append(line)
    return out


def signature(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, args: str | None, returns: Any
) -> tuple[str | None, Any] | None:
    """Write ``...`` for defaults that stand for "not given".

    Where a signature says only ``**options``, the docstring's own says which.
    """
    if args is None:
        return None
    doc = getattr(obj, "__doc__", None) or ""
    own = doc.partition("\n")[0].partition("): ")[0]
    last = name.rpartition(".")[2]
    vague = "**options" in args or args == "(*_, **__)"
    if vague and own.startswith(f"{last}(") and not own.endswith(", ..."):
        args = f"{own.removeprefix(last)})"
    args = re.sub(r"=(Ellipsis|ABSENT|<object object at \w+>)", "=...", args)
    return args, returns


def name_role(
    role: str, rawtext: str, text: str, lineno: int, inliner: Any, *_: Any
) -> tuple[list[nodes.Node], list[Any]]:
    """Single backticks: code, which `names` may make a link, seen from where it stands."""
    context = inliner.document.settings.env.ref_context
    node = nodes.literal(rawtext, text)
    node["from"] = [context.get("py:module"), context.get("py:class")]
    return [node], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to autodoc."""
    app.connect("autodoc-process-docstring", process)
    app.connect("autodoc-process-signature", signature)
    app.add_role("code-name", name_role)
    app.config.default_role = "code-name"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
