"""Tells a wrong clock from wrong credentials: AWS refuses a request whose signature is some minutes off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from batchnb.text import lasting

__all__ = ["clock_advice"]

_CODES = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture"})
_SAID = ("Signature expired", "Signature not yet current")
"""What AWS says with InvalidSignatureException or SignatureDoesNotMatch, whose codes alone may mean a wrong key."""
SMALLEST = 60.0
"""Difference of the clocks, in seconds, from which the message states it."""


def clock_advice(code: str, said: str, headers: Mapping[str, str], now: datetime | None = None) -> str | None:
    """Return what to do about a clock that is wrong, None where the refusal has another cause.

    `headers` are those of the answer: `date` is AWS's clock.
    """
    if code not in _CODES and not any(part in said for part in _SAID):
        return None
    here = now or datetime.now(UTC)
    there = _date_in(headers)
    differs = ""
    if there is not None and (off := (here - there).total_seconds()) and abs(off) >= SMALLEST:
        differs = f": it is {lasting(abs(off))} {'ahead of' if off > 0 else 'behind'} AWS's"
    return (
        f"The clock of this machine is wrong{differs}. It says {here:%Y-%m-%d %H:%M:%S} UTC. "
        "Set it (for example by NTP) and try again; the credentials may be good."
    )


def _date_in(headers: Mapping[str, str]) -> datetime | None:
    try:
        at = parsedate_to_datetime(headers.get("date") or headers.get("Date") or "")
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
