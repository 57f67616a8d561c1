"""A real browser for tests: Debian's chromium (or any other) through Playwright.

A test module makes the fixture its own by giving it a name::

    from support.browser import Browser, running

    browser = running

    def test_it_opens(browser: Browser) -> None:
        with browser.open("<p>hello</p>", dark=True, width=800) as tab:
            assert tab.page.inner_text("p") == "hello"
            assert tab.errors == []

Tests are skipped, with the reason, where Playwright or the browser is missing;
``GOMAP_CHROMIUM`` names a browser that is not on the path.  ``GOMAP_SCREENSHOTS``
names a folder in which every `Tab.shoot` leaves its picture.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]


def chromium() -> str | None:
    """The path of a browser, or None."""
    named = os.environ.get("GOMAP_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Tab:
    """An open page, and what went wrong or went out to the network on it."""

    page: Any
    """Playwright's synchronous Page."""
    errors: list[str] = field(default_factory=list)
    """Uncaught exceptions and console errors."""
    requests: list[str] = field(default_factory=list)
    """Addresses asked for, except files and data: what a self-contained page has none of."""

    def overflow(self) -> int:
        """Pixels that the page is wider than its window; 0 when it fits."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(script))

    def shoot(self, name: str, *, full: bool = True, selector: str | None = None) -> bytes:
        """Take a picture, of the whole page or of one element; return the PNG."""
        if selector is None:
            png = self.page.screenshot(full_page=full)
        else:
            png = self.page.locator(selector).first.screenshot()
        folder = os.environ.get("GOMAP_SCREENSHOTS")
        if folder:
            (Path(folder) / f"{name}.png").write_bytes(png)
        return bytes(png)

    def _watch(self) -> None:
        def said(message: Any) -> None:
            if message.type == "error":
                self.errors.append(message.text)

        def asked(request: Any) -> None:
            if not request.url.startswith(("file:", "data:", "blob:", "about:")):
                self.requests.append(request.url)

        self.page.on("console", said)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", asked)


@dataclass
class Browser:
    """One browser process; each `open` is a context of its own."""

    playwright: Any
    """Playwright's Browser."""

    @contextmanager
    def open(
        self,
        source: str | Path,
        *,
        dark: bool = False,
        width: int = 1280,
        height: int = 900,
        **options: Any,
    ) -> Iterator[Tab]:
        """Open a file (a Path), an address (http: or file:) or the text of a page.

        `options` go to Playwright's new_context (device_scale_factor, reduced_motion, ...).
        """
        context = self.playwright.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            **options,
        )
        try:
            tab = Tab(context.new_page())
            tab._watch()
            if isinstance(source, Path):
                tab.page.goto(source.resolve().as_uri())
            elif source.startswith(("http://", "https://", "file://")):
                tab.page.goto(source)
            else:
                tab.page.set_content(source)
            yield tab
        finally:
            context.close()


@contextmanager
def launched() -> Iterator[Browser]:
    """Start a browser; skip the test that asks when there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip("playwright is not installed")
    path = chromium()
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} on the path (or GOMAP_CHROMIUM)")
    with sync_playwright() as playwright:
        process = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield Browser(process)
        finally:
            process.close()


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    """Give the tests of a module one browser."""
    with launched() as process:
        yield process


browser = running
"""The same, for a module that imports it by the name of its argument."""
