"""Tools that are no Python package, and so cannot come with the tests' extra."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(tool: str) -> NoReturn:
    """Skip the test for want of a tool on somebody's machine; fail it in CI, where it has to be."""
    if os.environ.get("CI"):
        pytest.fail(f"CI has to have {tool}")
    pytest.skip(f"needs {tool}")
