"""How Sphinx builds these pages: `make docs`.

Everything is read from this checkout and the installed gomap; nothing comes from the network.
The Markdown is written so that it reads well on its own, too: links between files work there,
and what the site adds (names that lead into the reference, pictures of live maps) is done by
the extensions in ``_ext``.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))

import gomap  # noqa: E402 - and before autodoc, which would take the extension's stub for it

project = "gomap"
author = "The gomap authors"
copyright = "The gomap authors"  # noqa: A001 - Sphinx's name
version = release = gomap.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "docstrings",
    "names",
    "pages",
    "pictures",
    "comments",
    "commands",
]
exclude_patterns = ["_ext", "_build"]
nitpicky = True
language = "en"

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
# A link to a file of the repository: see _ext/pages.py.
myst_url_schemes = {"http": None, "https": None, "mailto": None, "source": None}

autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_display_short_literal_types = True
maximum_signature_line_length = 76
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "gomap"
html_static_path = ["_static"]
html_css_files = ["gomap.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {
        "color-brand-primary": "#0b6e8a",
        "color-brand-content": "#0b6e8a",
    },
    "dark_css_variables": {
        "color-brand-primary": "#5cc4e0",
        "color-brand-content": "#5cc4e0",
    },
}
pygments_style = "friendly"
pygments_dark_style = "monokai"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_exclude = ".linenos, .gp, .go"
