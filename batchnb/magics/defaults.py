"""Where magics go, and which queue they list, where no flag says so: what `%config BatchMagics` sets."""

from __future__ import annotations

from typing import Any

from batchnb.aws.connect import is_default_set
from batchnb.guards.notebook_defaults import notebook_defaults
from batchnb.magics.parser import Line
from batchnb.text import shown

__all__ = ["connection_of", "default_queues"]

_NAMES = {"profile": "Profile", "region": "Region", "queue": "Queue"}


def connection_of(flags: Line) -> dict[str, Any]:
    """Return the keyword arguments that say where calls go: the flags, and what `%config BatchMagics` has for the rest.

    While calls go to an emulator, or where `use_endpoint` says, that holds, and no profile or Region of the notebook.
    """
    given = {"profile": flags.profile, "region": flags.region, "endpoint_url": flags.endpoint_url}
    if is_default_set() and not any(given.values()):
        return given
    for name in ("profile", "region"):
        if given[name] is None and (default := notebook_defaults().get(name)):
            given[name] = _told(flags, name, default)
    return given


def default_queues(flags: Line) -> list[str] | None:
    """Return the queues to list that no flag names, None for all: it narrows a listing, and selects nothing to end."""
    default = notebook_defaults().get("queue")
    named = flags.queue or flags.children_of or "queue:" in (flags.query or "")
    if default is None or named:
        return None
    queues = [default] if isinstance(default, str) else list(default) if isinstance(default, (list, tuple)) else []
    if is_default_set() and flags.endpoint_url is None:
        name = shown(", ".join(queues), 60)
        print(f"Queue {name} of %config BatchMagics is not used here: type --queue.")  # noqa: T201 - as below
        return None
    _told(flags, "queue", ", ".join(queues))
    return queues


def _told(flags: Line, name: str, value: object) -> object:
    """Return the value; say once a line where it is from."""
    told: set[str] = flags.values.__dict__.setdefault("told", set())
    if name not in told:
        told.add(name)
        print(f"{_NAMES[name]} {shown(value)}, by %config BatchMagics.{name}.")  # noqa: T201 - a magic prints for its user
    return value
