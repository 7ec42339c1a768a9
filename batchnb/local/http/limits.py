"""Rate limits: a token bucket for an operation, or one that several operations share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchnb.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Limit", "Limits"]


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """`rate` tokens a second, at most `burst` of them saved; a call costs one.

    The same object given for several operations is one bucket for all of them. With `per_item`, a bulk
    call is never refused: each of its items costs a token, and those beyond the tokens come back as
    ThrottlingException. `retry_after` is in seconds and adds the header `x-amz-retry-after`.
    """

    rate: float
    burst: float
    retry_after: float | None = None
    per_item: bool = False

    def __post_init__(self) -> None:
        if self.rate < 0 or self.burst < 1:
            raise LocalError(f"a limit needs a rate of 0 or more and a burst of 1 or more: {self}")


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class Limits:
    """The limits in force. They may be changed while clients are calling."""

    def __init__(self, limits: Mapping[str, Limit] | None, now: Callable[[], float]) -> None:
        self._limits = dict(limits or {})
        self._buckets: dict[Limit, _Bucket] = {}
        self._now = now

    def of(self, operation: str) -> Limit | None:
        """Return the limit of an operation, if it has one."""
        return self._limits.get(operation)

    def set(self, operation: str, limit: Limit | None) -> None:
        """Put a limit on an operation, or lift it with None. A new `Limit` starts with a full bucket."""
        if limit is None:
            self._limits.pop(operation, None)
        else:
            self._limits[operation] = limit

    def take(self, limit: Limit) -> bool:
        """Take one token if there is one, and say whether there was."""
        now = self._now()
        bucket = self._buckets.setdefault(limit, _Bucket(limit.burst, now))
        bucket.tokens = min(limit.burst, bucket.tokens + (now - bucket.filled_at) * limit.rate)
        bucket.filled_at = now
        # The sum of many refills may fall short of a whole token by a rounding error.
        if bucket.tokens < 1 - 1e-9:
            return False
        bucket.tokens = max(0.0, bucket.tokens - 1)
        return True
