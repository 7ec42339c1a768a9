"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module

import pytest

import batchnb

ROOMS = sorted(room.name for room in pkgutil.walk_packages(batchnb.__path__, "batchnb."))


@pytest.mark.parametrize("room", ROOMS)
def test_examples_in_docstrings_are_true(room: str) -> None:
    """Whoever pastes an example from a docstring gets what it shows."""
    assert doctest.testmod(import_module(room)).failed == 0
