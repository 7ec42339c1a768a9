"""Leaves the test of the built site to environments that can build it: those with the extra `dev`."""

from __future__ import annotations

from importlib.util import find_spec

_NEEDED = ("material", "mkdocs", "mkdocstrings")
collect_ignore = [] if all(map(find_spec, _NEEDED)) else ["test_build.py"]
