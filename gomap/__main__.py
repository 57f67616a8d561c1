"""``python -m gomap``: the same as the command ``gomap``."""

from __future__ import annotations

import sys

from gomap.cli import main

if __name__ == "__main__":
    sys.exit(main())
