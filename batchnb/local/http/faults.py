"""Scripted faults: which call goes wrong, how, and whether before or after it took effect."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from batchnb.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchnb.local.world.world import World

__all__ = ["Fault", "Faults", "Kind"]

_BULK = frozenset({"TerminateJobs", "CancelJobs"})


class Kind(StrEnum):
    """How a call goes wrong. The first five are error answers, named by their codes."""

    CLIENT = "ClientException"
    DENIED = "AccessDeniedException"
    EXPIRED = "ExpiredTokenException"
    THROTTLED = "TooManyRequestsException"
    SERVER = "ServerException"
    BAD_GATEWAY = "502"
    """An HTML page of something in between."""
    UNAVAILABLE = "503"
    """An HTML page, too."""
    RESET = "reset"
    """The connection is reset without an answer."""
    HANG = "hang"
    """No answer ever comes."""
    TRUNCATED = "truncated"
    """The answer breaks off half-way; the call always takes effect."""
    ITEM = "item"
    """Bulk calls: an item is refused with `code`."""
    PARTIAL = "partial"
    """Bulk calls: some ids are named in neither list."""
    HOOK = "hook"
    """Nothing goes wrong: `do` is called with the world."""


_ITEM_KINDS = frozenset({Kind.ITEM, Kind.PARTIAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault, and the calls that it strikes: all that fit operation, job and queue, unless one of these is set.

    `nth` strikes that call alone (1 is the next one), `every` each such call, `rate` each with this
    probability by a generator of its own seeded with `seed`. `times` is the most often it strikes.
    `after`: the call takes effect, and then the answer is lost or wrong. For `item` and `partial` without
    a `job_id`: every id, and the second half of the ids. `retry_after` is in seconds.
    `do` runs in the server's only thread while nothing else happens: it must not call the server.
    """

    operation: str | None = None
    kind: Kind | str = Kind.HOOK
    when: Literal["before", "after"] = "before"
    nth: int | None = None
    every: int | None = None
    times: int | None = None
    rate: float | None = None
    seed: int = 0
    job_id: str | None = None
    job_queue: str | None = None
    code: str = "ServerException"
    message: str = "A fault was scripted."
    retry_after: float | None = None
    do: Callable[[World], object] | None = None

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "kind", Kind(self.kind))
        except ValueError as error:
            raise LocalError(f"{self.kind!r} is not a kind of fault; there are {', '.join(Kind)}") from error
        if self.kind is Kind.HOOK and self.do is None:
            raise LocalError("a fault needs a kind, or `do`")
        if self.when not in ("before", "after"):
            raise LocalError(f"a fault strikes before or after the effect, not {self.when!r}")

    @property
    def is_item(self) -> bool:
        """Whether this touches items of a bulk answer only."""
        return self.kind in _ITEM_KINDS


@dataclass(slots=True)
class _Watch:
    fault: Fault
    random: random.Random
    seen: int = 0
    struck: int = 0

    def strikes(self, operation: str, job_ids: frozenset[str], job_queue: object) -> bool:
        fault = self.fault
        if fault.operation not in (None, operation) or (fault.is_item and operation not in _BULK):
            return False
        if fault.job_id is not None and fault.job_id not in job_ids:
            return False
        if fault.job_queue is not None and fault.job_queue != job_queue:
            return False
        self.seen += 1
        if fault.times is not None and self.struck >= fault.times:
            return False
        hit = (
            (fault.nth is None or self.seen == fault.nth)
            and (fault.every is None or self.seen % fault.every == 0)
            and (fault.rate is None or self.random.random() < fault.rate)
        )
        self.struck += hit
        return hit


@dataclass(slots=True)
class Faults:
    """The faults in force, asked once for each call, in the order in which they were added."""

    _watches: list[_Watch] = field(default_factory=list)

    def add(self, *faults: Fault) -> None:
        """Add faults; each counts calls from now on."""
        for fault in faults:
            self._watches.append(_Watch(fault, random.Random(fault.seed)))  # noqa: S311 - reproducible chance

    def clear(self) -> None:
        """Take all faults away. Calls that hang already go on hanging."""
        self._watches.clear()

    def strike(self, operation: str, request: Mapping[str, Any]) -> list[Fault]:
        """Count a call, and return the faults that apply to it."""
        if not self._watches:
            return []
        job_ids, queue = _ids_in(request), request.get("jobQueue")
        return [watch.fault for watch in tuple(self._watches) if watch.strikes(operation, job_ids, queue)]


def _ids_in(request: Mapping[str, Any]) -> frozenset[str]:
    listed = request.get("jobs")
    named = [request.get("jobId"), *(listed if isinstance(listed, list) else ())]
    return frozenset(one for one in named if isinstance(one, str))
