"""Programs in which one allocation after the other fails, in processes of their own.

CPython's ``_testcapi`` can make the n-th allocation fail.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

needs_testcapi = pytest.mark.skipif(
    importlib.util.find_spec("_testcapi") is None, reason="this Python came without _testcapi"
)


def fails(n: int, operation: Callable[[], object]) -> bool:
    """Whether the operation, called with its n-th allocation failing, is a MemoryError."""
    import _testcapi

    _testcapi.set_nomemory(n, n + 1)
    try:
        operation()
    except MemoryError:
        return True
    finally:
        _testcapi.remove_mem_hooks()
    return False


def run(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a program, which may import support; it must end well."""
    command = [sys.executable, "-P", "-X", "faulthandler", "-c", program, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, env=environment
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return result
