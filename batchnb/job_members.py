"""Reads members of a job in an answer of AWS: what is not of the type that AWS gives it is unknown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from sys import intern
from typing import Any

__all__ = ["LATEST", "read_container", "read_count", "read_dependencies", "read_moment", "read_tags", "read_text"]

LATEST = 253_402_300_799_999
"""The last millisecond of the year 9999, in epoch milliseconds: no later moment can be shown as a date."""

_NOT_CONTAINED = (None, None, None, None, None)


def read_moment(value: object) -> int | None:
    """Return epoch milliseconds, None for what is no moment of a job's life.

    AWS answers 0, or nothing, for a moment that has not come. No job was created in 1970.
    """
    if type(value) is float and value == value // 1:
        value = int(value)
    return value if type(value) is int and 0 < value <= LATEST else None


def read_count(value: object) -> int | None:
    """Return a whole number of at most 32 bits."""
    return value if type(value) is int and -(2**31) <= value < 2**31 else None


def read_text(value: object) -> str | None:
    """Return a text."""
    return value if type(value) is str else None


def read_tags(tags: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return tags by their keys. Raises AttributeError or TypeError for what has none."""
    # A tag whose value cannot be read is a tag all the same: a guard may protect the job by its key.
    return tuple(sorted((key, value if type(value) is str else "") for key, value in tags.items()))


def read_dependencies(dependencies: Sequence[Mapping[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Return what a job depends on, which of that pairwise, and whether its children follow each other."""
    named = [needed for needed in dependencies if read_text(needed.get("jobId"))]
    return (
        tuple(needed["jobId"] for needed in named),
        tuple(needed["jobId"] for needed in named if needed.get("type") == "N_TO_N"),
        any(needed.get("type") == "SEQUENTIAL" for needed in dependencies),
    )


def read_container(
    container: Mapping[str, Any],
) -> tuple[str | None, str | None, float | None, int | None, int | None]:
    """Return image, log stream, vCPUs, memory and GPUs of a job that was described."""
    get = container.get
    if len(container) == 1 and "exitCode" in container:  # as a summary has it
        return _NOT_CONTAINED
    # Jobs say what they need in resourceRequirements; older ones in fields of their own, 0 where unused.
    requirements: Sequence[Mapping[str, str] | None] = get("resourceRequirements") or ()
    return (
        _shared(get("image")),
        read_text(get("logStreamName")),
        _required(requirements, "VCPU", get("vcpus")),
        _whole(_required(requirements, "MEMORY", get("memory"))),
        _whole(_required(requirements, "GPU", None)),
    )


def _shared(text: object) -> str | None:
    """Return the text, one for all jobs that have the same: of 100,000 jobs few differ in their definition."""
    return intern(text) if type(text) is str else None


def _required(requirements: Sequence[Mapping[str, str] | None], kind: str, older: object) -> float | None:
    for needed in requirements:
        if needed and needed.get("type") == kind and (number := _number(needed.get("value"))):
            return number
    return _number(older) if type(older) in (int, float) else None


def _number(value: Any) -> float | None:
    try:
        number = float(value or "")
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 < number < math.inf else None


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
