"""What a frame of jobs remembers of how it was listed, so that the same can be listed again.

It stands in the frame's attrs, as plain values that pandas can write into a file. pandas hands attrs on to whatever is
made of a frame, to a part of it as well: what a person has left out must not come back, so only the whole listing is
listed again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from batchnb.errors import InputError
from batchnb.select import Selector, selector

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.aws import Gateway

__all__ = ["Remembered", "is_everything", "recount", "remember", "remembered"]

_KEY = "listing"

_NO_SELECTORS = frozenset({"status", "limit"})
"""Arguments of a listing by which nobody says which jobs are meant."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A listing that can be made again."""

    wanted: Selector
    region: str
    endpoint: str
    jobs: int
    """How many it found."""

    def is_of(self, gateway: Gateway) -> bool:
        """Whether it was made where this gateway looks."""
        return (self.region, self.endpoint) == (gateway.region, gateway.endpoint)

    def is_whole(self, job_ids: Collection[str]) -> bool:
        """Whether these distinct jobs are all that it found: of a frame that nobody added to, their number tells."""
        return len(job_ids) == self.jobs


def remember(frame: pd.DataFrame, given: Mapping[str, object], gateway: Gateway, jobs: int) -> None:
    """Let the frame remember by which arguments of `selector`, and where, its `jobs` were listed."""
    selectors = {name: _plain(value) for name, value in given.items() if value is not None}
    frame.attrs[_KEY] = {
        "selectors": selectors,
        "region": gateway.region,
        "endpoint": gateway.endpoint,
        "jobs": jobs,
        "is_narrowed": not selectors.keys() <= _NO_SELECTORS,
    }


def recount(frame: pd.DataFrame, jobs: int) -> None:
    """Let the frame remember that by now its listing has found so many."""
    frame.attrs[_KEY] = {**frame.attrs[_KEY], "jobs": jobs}


def remembered(frame: pd.DataFrame) -> Remembered | None:
    """Return what the frame remembers; None where it remembers nothing, or nothing that makes sense."""
    noted: Any = frame.attrs.get(_KEY)
    try:
        wanted = selector(**noted["selectors"])
        return Remembered(wanted, str(noted["region"]), str(noted["endpoint"]), int(noted["jobs"]))
    except (InputError, KeyError, TypeError, ValueError):  # attrs are anybody's
        return None


def is_everything(jobs: object, count: int) -> bool:
    """Whether this is a frame with all jobs of a listing that no selector narrowed; `count` is how many it names.

    A status and a limit narrow nothing. False for a frame that has lost its origin, such as one that was read from a
    CSV file: nobody can tell where it is from.
    """
    attrs = getattr(jobs, "attrs", None)
    noted = attrs.get(_KEY) if isinstance(attrs, Mapping) else None
    try:
        return noted is not None and not noted["is_narrowed"] and count >= int(noted["jobs"]) > 0
    except (KeyError, TypeError, ValueError):  # attrs are anybody's
        return False


def _plain(value: object) -> Any:
    if isinstance(value, timedelta):
        return f"{value.total_seconds():.6f}s"
    if isinstance(value, Mapping):
        return dict(value)
    return value if isinstance(value, (str, int)) else list(value)  # type: ignore[call-overload]
