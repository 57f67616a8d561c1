"""A picture: a matplotlib figure that shows itself and saves itself."""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from gomap.viz.theme import Theme, settings

_SUFFIXES = (".png", ".svg", ".pdf", ".html")
_DPI = 200

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="{scheme}">
<title>{title}</title>
<style>
body {{ margin: 0; padding: 1rem; background: {paper}; color: {ink};
  font: 16px/1.5 system-ui, sans-serif; }}
main {{ max-width: 90rem; margin: 0 auto; }}
svg, img {{ display: block; max-width: 100%; height: auto; margin: 0 auto; }}
{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


@contextmanager
def _rendering() -> Iterator[None]:
    """Render under the pictures' settings; a glyph that no font has is no news."""
    with settings(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def page(title: str, body: str, theme: Theme, style: str = "") -> str:
    """Return a page of HTML that needs nothing else."""
    return _PAGE.format(
        scheme=theme.name,
        title=html.escape(title),
        paper=theme.paper,
        ink=theme.ink,
        style=style,
        body=body,
    )


class Picture:
    """A drawn figure with a title.

    `figure` is a `matplotlib.figure.Figure`, to change at will before saving; `title`
    says what is shown; `data` holds the figures behind pictures that measured some.

    >>> from gomap import Map, viz
    >>> picture = viz.chain_histogram(Map[int, int]({1: 2}))
    >>> picture.title
    'chains of Map[int, int]: 1 entry in 1 bucket'
    >>> picture.save("chains.bmp")
    Traceback (most recent call last):
    ValueError: chains.bmp: a picture is saved as .png, .svg, .pdf or .html
    """

    suffixes: tuple[str, ...] = _SUFFIXES

    def __init__(
        self, figure: Figure, title: str, theme: Theme, data: Mapping[str, Any] | None = None
    ) -> None:
        self.figure = figure
        self.title = title
        self.data: Mapping[str, Any] = {} if data is None else data
        self._theme = theme
        for text in figure.findobj(Text):
            # A "$" in a key is a dollar.
            text.set_parse_math(False)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.title}>"

    def save(self, path: str | PathLike[str]) -> None:
        """save(path): write the picture; the suffix (.png .svg .pdf .html) says how.

        An SVG keeps its text as text, and the same picture gives the same bytes; HTML is
        one page with the SVG in it.  Raises ValueError for another suffix, OSError when
        the file cannot be written.

        >>> import tempfile
        >>> from pathlib import Path
        >>> from gomap import Map, viz
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "map.svg")
        ...     viz.layout(Map[str, int]({"alice": 30})).save(path)
        ...     "alice" in path.read_text(encoding="utf-8")
        True
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in self.suffixes:
            *most, last = self.suffixes
            raise ValueError(f"{path}: a picture is saved as {', '.join(most)} or {last}")
        # Rendered whole before the file is opened: a failure leaves no half of one.
        path.write_bytes(self._encoded(suffix))

    def _encoded(self, suffix: str) -> bytes:
        """Return the bytes of a file with this suffix."""
        if suffix == ".svg":
            return self._svg().encode()
        if suffix == ".html":
            return page(self.title, self._inline_svg(), self._theme).encode()
        return self._rendered(suffix[1:])

    def _rendered(self, form: str) -> bytes:
        metadata: dict[str, Any] = {"Title": self.title}
        if form == "svg":
            metadata["Date"] = None
        elif form == "pdf":
            metadata |= {"CreationDate": None, "ModDate": None}
        out = io.BytesIO()
        with _rendering():
            self.figure.savefig(out, format=form, dpi=_DPI, metadata=metadata)
        return out.getvalue()

    def _svg(self) -> str:
        """Return an SVG document whose title screen readers read."""
        title = html.escape(self.title)
        head = f'<svg role="img" aria-label="{title}"'
        text = self._rendered("svg").decode()
        text = text.replace("<svg", head, 1)
        return re.sub(r"(<svg[^>]*>)", lambda m: f"{m[1]}\n <title>{title}</title>", text, count=1)

    def _inline_svg(self) -> str:
        """Return the SVG element alone, for a page of HTML."""
        text = self._svg()
        return text[text.index("<svg") :]

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        """Return the picture for a notebook, in twice the pixels that it is shown at.

        Not as SVG: Jupyter shows that in notebooks it trusts alone, which one that was
        made elsewhere is not.  Few colours: a notebook keeps what it shows.
        """
        out = io.BytesIO()
        with Image.open(io.BytesIO(self._rendered("png"))) as image:
            few = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
            few.save(out, "PNG", optimize=True)
        width = round(self.figure.get_size_inches()[0] * 100)
        return out.getvalue(), {"width": width}
