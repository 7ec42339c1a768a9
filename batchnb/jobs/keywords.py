"""The keyword arguments by which a caller selects jobs, for the functions that take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TypedDict

__all__ = ["SELECTORS", "Selectors"]


class Selectors(TypedDict, total=False):
    """The keyword arguments that select jobs, as `list_jobs` explains them. None is an argument that was not given."""

    queues: str | Iterable[str] | None
    status: str | Iterable[str] | None
    name: str | None
    name_glob: str | None
    job_definition: str | None
    share: str | None
    older_than: str | timedelta | None
    newer_than: str | timedelta | None
    running_longer_than: str | timedelta | None
    tags: Mapping[str, str] | None
    children_of: str | None
    query: str | None
    limit: int | None


SELECTORS = tuple(Selectors.__annotations__)
"""Their names, in their order."""
