"""How a Plan or a Report is shown: by which name a person can type it, and whether the plan is carried out now."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

__all__ = ["begins_now", "name_of", "show_as"]


@dataclass(frozen=True, slots=True)
class _Shown:
    value: object
    name: str
    begins: bool


_shown: ContextVar[_Shown | None] = ContextVar("batchnb_shown", default=None)


@contextmanager
def show_as(value: object, name: str = "", *, begins: bool = False) -> Iterator[None]:
    """Let hints about this value name it so within the block; `begins` says that the plan is carried out next."""
    token = _shown.set(_Shown(value, name, begins))
    try:
        yield
    finally:
        _shown.reset(token)


def begins_now(value: object) -> bool:
    """Return whether this plan is shown because it is carried out next."""
    shown = _shown.get()
    return shown is not None and shown.value is value and shown.begins


def name_of(value: object, otherwise: str) -> str:
    """Return the variable of the notebook or the script that holds this value, or `otherwise` if there is none."""
    shown = _shown.get()
    if shown is not None and shown.value is value and shown.name:
        return shown.name
    held = vars(sys.modules["__main__"]).copy() if "__main__" in sys.modules else {}
    return next((name for name, one in held.items() if one is value and not name.startswith("_")), otherwise)
