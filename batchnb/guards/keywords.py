"""The keyword arguments by which a caller sets guards, for the functions that take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from batchnb.guards.rules import Layer
from batchnb.guards.settings import KEYWORDS, layer

__all__ = ["GuardKeywords", "layer_of_keywords"]


class GuardKeywords(TypedDict, total=False):
    """Guards as keyword arguments: those of `batchnb.plan`."""

    max_jobs: int | None
    max_percent: float | None
    protect: object
    unprotect: object
    accounts: Iterable[str] | None
    production_accounts: Iterable[str] | None
    read_only: bool | None
    accept_unseen: bool | None
    evidence: str | None


def layer_of_keywords(keywords: Mapping[str, Any]) -> Layer:
    """Return the guards that a caller has typed; None is a guard that was not.

    Raises InputError for a value that is wrong, TypeError for a keyword that is not a guard.
    """
    for name in keywords:
        if name not in GuardKeywords.__annotations__:
            raise TypeError(f"got an unexpected keyword argument {name!r}")
    return layer(KEYWORDS, {name: _listed(name, value) for name, value in keywords.items()}, explicit=True)


def _listed(name: str, value: object) -> object:
    # An iterator can be read once.
    if name.endswith("accounts") and isinstance(value, Iterable) and not isinstance(value, str):
        return list(value)
    return value
