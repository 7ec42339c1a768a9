"""Defaults of a notebook for profile, Region and queue. A repository sets none: a clone must not choose the account."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from batchnb.errors import InputError
from batchnb.text import shown

__all__ = ["DEFAULTS", "check_default", "notebook_defaults", "set_notebook_defaults"]

DEFAULTS = {
    "profile": "the profile of the AWS configuration for magics without --profile",
    "region": "the AWS Region for magics without --region",
    "queue": "the queue, or list of queues, that magics list without --queue; selects no jobs to end",
}
"""The settings, and the help of each."""

_defaults: Callable[[], Mapping[str, object]] | None = None


def set_notebook_defaults(settings: Callable[[], Mapping[str, object]] | None) -> None:
    """Ask this function for the defaults of the notebook from now on; None ends that."""
    global _defaults
    _defaults = settings


def notebook_defaults() -> Mapping[str, object]:
    """Return what is set, without what is not. Raises InputError while a setting of the notebook is wrong."""
    found = _defaults() if _defaults else {}
    return {name: value for name, value in found.items() if value is not None}


def check_default(name: str, value: object) -> None:
    """Raise InputError for what is neither a text nor None; `queue` may be a list of texts, too."""
    several = name == "queue" and isinstance(value, (list, tuple))
    texts = list(value) if several and isinstance(value, (list, tuple)) else [value]
    if value is None or (texts and all(isinstance(text, str) and text.strip() for text in texts)):
        return
    wanted = "a name or a list of names" if name == "queue" else "a name"
    raise InputError(f"{name} in %config BatchMagics must be {wanted}, got {shown(repr(value), 80)}.")
