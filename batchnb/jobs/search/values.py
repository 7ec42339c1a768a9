"""Numbers, lengths of time, sizes and dates as people type them. Nothing is guessed: a unit or a date has one form."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

__all__ = ["DAY_MS", "DURATION_UNITS", "read_date", "read_duration", "read_memory", "read_number"]

DURATION_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
"""Milliseconds."""

DAY_MS = 86_400_000
_MINUTE_MS = 60_000
_FIRST_YEAR = 1970
_MEMORY_UNITS = {"mib": 1, "gib": 1024, "tib": 1024 * 1024}
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+", re.ASCII)
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])", re.ASCII)
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)([MGT]iB)", re.ASCII | re.IGNORECASE)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?Z)?", re.ASCII)


def read_number(text: str) -> float | None:
    """Return a number in digits, None for anything else.

    >>> read_number("-1.5e3"), read_number("1_000"), read_number("007")
    (-1500.0, None, None)
    """
    return _finite(float(text)) if _NUMBER.fullmatch(text) else None


def read_duration(text: str) -> float | None:
    """Return a length of time in milliseconds, None where a unit is missing or unknown.

    >>> read_duration("1d12h"), read_duration("6")
    (129600000.0, None)
    """
    if not _DURATION.fullmatch(text):
        return None
    total = 0.0
    for number, unit in _DURATION_PART.findall(text):
        total += float(number) * DURATION_UNITS[unit]
    return _finite(total)


def read_memory(text: str) -> float | None:
    """Return a size in MiB, None where a unit is missing or unknown.

    >>> read_memory("1.5GiB"), read_memory("8GB")
    (1536.0, None)
    """
    found = _MEMORY.fullmatch(text)
    return _finite(float(found[1]) * _MEMORY_UNITS[found[2].lower()]) if found else None


def read_date(text: str) -> tuple[int, int] | None:
    """Return the first millisecond of a UTC date, and of what follows it; None for anything else.

    A date without a time is the whole day, a time is the minute or the second that it names.

    >>> read_date("2026-11-25T18:00Z")
    (1795629600000, 1795629660000)
    """
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups(default="0"))
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    if year < _FIRST_YEAR:
        return None
    start = int(moment.timestamp()) * 1000
    return start, start + (DAY_MS if found[4] is None else _MINUTE_MS if found[6] is None else 1000)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
