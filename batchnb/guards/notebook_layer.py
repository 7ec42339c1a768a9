"""The guards of a notebook: a hook for the module that reads them, which takes longer to import."""

from __future__ import annotations

from collections.abc import Callable, Mapping

__all__ = ["notebook_layer", "set_notebook_layer"]

_layer: Callable[[], Mapping[str, object]] | None = None


def set_notebook_layer(settings: Callable[[], Mapping[str, object]] | None) -> None:
    """Ask this function for the settings of the notebook from now on; None ends that."""
    global _layer
    _layer = settings


def notebook_layer() -> Mapping[str, object] | None:
    """Return the settings of the notebook; None outside of one."""
    return _layer() if _layer else None
