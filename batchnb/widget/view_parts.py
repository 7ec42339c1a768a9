"""The parts of a view as they travel between the browser and the kernel: checked, bounded, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from batchnb.errors import InputError
from batchnb.jobs.ids import is_job_id
from batchnb.jobs.search.parser import LONGEST_QUERY
from batchnb.text import shown
from batchnb.widget.views import Columns, View

__all__ = ["LEVELS", "changed_by", "columns_shown", "parts_told"]

LEVELS = 2
"""Levels of groups."""
_COLUMNS = 1000
_SORTS = 20
_TITLE_LENGTH = 200
_PIXELS = 10_000
_ID_LENGTH = 60


def changed_by(view: View, parts: object) -> View:
    """Return the view with the parts that a browser says it has set; anything else in it changes nothing.

    Raises InputError for a part of another form or size than the picker's own. No part selects a job or confirms
    anything.
    """
    if not isinstance(parts, Mapping):
        raise InputError("a view must be an object with named parts.")
    return replace(view, **{name: read(name, parts[name]) for name, read in _PARTS.items() if name in parts})


def columns_shown(parts: object) -> tuple[str, ...] | None:
    """Return the titles of the columns that a browser says it shows; None where it does not say so.

    Raises InputError for anything but a list of titles.
    """
    titles = parts.get("shown") if isinstance(parts, Mapping) else None
    return None if titles is None else _titles("shown", titles)


def parts_told(view: View) -> dict[str, Any]:
    """Return the parts of a view for the browser."""
    return {
        "search": view.search,
        "group": list(view.group),
        "columns": None if view.columns is None else _columns_told(view.columns),
        "widths": dict(view.widths),
        "sort": [list(one) for one in view.sort],
        "height": view.height,
        "drawer": view.drawer,
    }


def _columns_told(columns: Columns) -> dict[str, Any]:
    order, only = columns.order, columns.only
    told = {"order": None if order is None else list(order), "hidden": dict(columns.hidden)}
    return told if only is None else {**told, "only": list(only)}


def _columns(name: str, value: object) -> Columns:
    if not isinstance(value, Mapping):
        raise _refuse(name, value)
    order, hidden = value.get("order"), value.get("hidden", {})
    if not isinstance(hidden, Mapping) or len(hidden) > _COLUMNS:
        raise _refuse(name, value)
    if not all(isinstance(is_hidden, bool) for is_hidden in hidden.values()):
        raise _refuse(name, value)
    titles = None if order is None else _titles(name, order)
    return Columns(titles, {_title(name, title): is_hidden for title, is_hidden in hidden.items()})


def _refuse(name: str, value: object) -> InputError:
    return InputError(f"the part {name!r} of a view cannot be {shown(repr(value)[:200], 80)}.")


def _search(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _refuse(name, value)
    # One that is too long stays an error, and matches nothing: cut to what can be read, it could match more.
    return value[: LONGEST_QUERY + 1]


def _titles(name: str, value: object, most: int = _COLUMNS) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > most:
        raise _refuse(name, value)
    return tuple(_title(name, title) for title in value)


def _title(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > _TITLE_LENGTH:
        raise _refuse(name, value)
    return value


def _pixels(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise _refuse(name, value)
    return max(1, min(_PIXELS, round(value)))


def _widths(name: str, value: object) -> dict[str, int]:
    if not isinstance(value, Mapping) or len(value) > _COLUMNS:
        raise _refuse(name, value)
    return {_title(name, title): _pixels(name, width) for title, width in value.items()}


def _sort(name: str, value: object) -> tuple[tuple[str, bool], ...]:
    if not isinstance(value, list) or len(value) > _SORTS:
        raise _refuse(name, value)
    pairs = [one for one in value if isinstance(one, list) and len(one) == 2 and isinstance(one[1], bool)]
    if len(pairs) < len(value):
        raise _refuse(name, value)
    return tuple((_title(name, title), descends) for title, descends in pairs)


def _drawer(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > _ID_LENGTH or not is_job_id(value):
        raise _refuse(name, value)
    return value


def _or_none(read: Callable[[str, object], Any]) -> Callable[[str, object], Any]:
    return lambda name, value: None if value is None else read(name, value)


_PARTS: Mapping[str, Callable[[str, object], Any]] = {
    "search": _search,
    "group": lambda name, value: _titles(name, value, LEVELS),
    "columns": _or_none(_columns),
    "widths": _widths,
    "sort": _sort,
    "height": _or_none(_pixels),
    "drawer": _or_none(_drawer),
}
