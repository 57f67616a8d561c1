"""The command line's own help on a page: ``{command-help} explore``."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any
from unittest import mock

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gomap import cli


def help_of(command: str) -> str:
    """Return what ``gomap COMMAND --help`` prints, 80 columns wide.

    >>> help_of("table").splitlines()[0]
    'usage: gomap table [-h] [--seeds N] [--json]'
    """
    out = io.StringIO()
    with (
        mock.patch.dict(os.environ, {"COLUMNS": "80", "NO_COLOR": "1"}),
        contextlib.redirect_stdout(out),
        contextlib.suppress(SystemExit),
    ):
        cli.main([*command.split(), "--help"])
    return out.getvalue()


class CommandHelp(SphinxDirective):
    """The help of a command; without an argument, of the whole."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Show it as it is printed."""
        command = self.arguments[0] if self.arguments else ""
        text = f"$ {' '.join(['gomap', *command.split()])} --help\n{help_of(command)}"
        block: Any = nodes.literal_block(text, text, language="text")
        return [block]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
