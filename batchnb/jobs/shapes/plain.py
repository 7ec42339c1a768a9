"""Reads parts of an answer that may hold anything: each function returns what it expects, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["LARGEST", "LATEST", "all_mappings", "mapping_in", "mappings_in", "moment_in", "text_in", "whole_in"]

LARGEST = 2**31 - 1
"""The largest value of an `Integer` in AWS's model."""

LATEST = 253_402_300_799_999
"""The last millisecond of the year 9999, in epoch milliseconds: no later moment can be shown as a date."""

_NOTHING: Mapping[str, Any] = {}


def mapping_in(value: object) -> Mapping[str, Any]:
    """Return `value` if it is a mapping, an empty one for anything else."""
    # An answer has dicts, and to ask whether something is a mapping takes ten times as long.
    return value if type(value) is dict or isinstance(value, Mapping) else _NOTHING


def mappings_in(value: object) -> list[Mapping[str, Any]]:
    """Return the mappings in a list, without its other items; an empty list for anything but a list."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []


def all_mappings(value: object) -> list[Mapping[str, Any]] | None:
    """Return the mappings in a list, and None where anything else is in it: then something in it cannot be read."""
    found = mappings_in(value)
    return found if isinstance(value, list | tuple) and len(found) == len(value) else None


def text_in(value: object) -> str | None:
    """Return `value` if it is a text and not empty."""
    return value if isinstance(value, str) and value else None


def whole_in(value: object) -> int | None:
    """Return `value` if it is a whole number that AWS's `Integer` can hold."""
    return value if type(value) is int and -LARGEST <= value <= LARGEST else None


def moment_in(value: object) -> int | None:
    """Return `value` if it is a moment of a job's life, in epoch milliseconds.

    AWS answers 0, or nothing, for a moment that has not come. No job was created in 1970.
    """
    if type(value) is float and value == value // 1:
        value = int(value)
    return value if type(value) is int and 0 < value <= LATEST else None
