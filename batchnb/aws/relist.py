"""The origin of a frame of jobs, kept in its attrs, so that the same jobs can be listed again.

It stands in the frame's attrs, as plain values that pandas can write into a file. pandas hands attrs on to whatever is
made of a frame, to a part of it as well: what a person has left out must not come back, so only the whole listing is
listed again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from batchnb.errors import InputError, RefusedError
from batchnb.jobs.selector import Selector, selector
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.aws.gateway import Gateway

__all__ = [
    "Remembered",
    "check_all_listed",
    "is_everything",
    "listed_by",
    "listing_text",
    "not_listed_text",
    "note_default",
    "note_selected",
    "notes_on_listing",
    "recount",
    "remember",
    "remembered",
]

_KEY = "listing"
_NOT_LISTED = "not_listed"
_QUEUES_SHOWN = 10
_WHY_LENGTH = 300

_NO_SELECTORS = frozenset({"status", "limit"})
"""Arguments of a listing that do not select jobs."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A listing that can be made again."""

    wanted: Selector
    region: str
    endpoint: str
    jobs: int
    """How many it found."""
    is_emulator: bool
    """Whether batchnb's own emulator has answered."""

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
        "is_emulator": gateway.is_emulator,
        "is_narrowed": any(_narrows(name, value) for name, value in selectors.items()),
    }


def recount(frame: pd.DataFrame, jobs: int) -> None:
    """Let the frame remember how many jobs its listing has found by now."""
    frame.attrs[_KEY] = {**frame.attrs[_KEY], "jobs": jobs}


def remembered(frame: pd.DataFrame) -> Remembered | None:
    """Return what the frame remembers; None where it remembers nothing valid."""
    noted: Any = frame.attrs.get(_KEY)
    try:
        wanted = selector(**noted["selectors"])
        is_emulator = noted.get("is_emulator") is True
        return Remembered(wanted, str(noted["region"]), str(noted["endpoint"]), int(noted["jobs"]), is_emulator)
    except (InputError, KeyError, TypeError, ValueError):  # attrs are anybody's
        return None


def note_selected(rows: pd.DataFrame) -> pd.DataFrame:
    """Return these rows of a frame; note that they were selected one by one."""
    if isinstance(noted := rows.attrs.get(_KEY), Mapping):
        rows = rows.copy()
        rows.attrs[_KEY] = {**noted, "is_narrowed": True}
    return rows


def note_default(frame: pd.DataFrame, selector: str) -> None:
    """Let the frame remember that this selector was a default that nobody typed: it says of no job that it is meant."""
    noted = frame.attrs[_KEY]
    typed = {name: value for name, value in noted["selectors"].items() if name != selector}
    frame.attrs[_KEY] = {**noted, "is_narrowed": any(_narrows(name, value) for name, value in typed.items())}


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


def listed_by(jobs: object) -> str:
    """Return the selectors by which `list_jobs` made this frame, or the one that it is a part of."""
    attrs = getattr(jobs, "attrs", None)
    selectors = attrs.get("listed_by") if isinstance(attrs, dict) else None
    return selectors if isinstance(selectors, str) else ""


def listing_text(selectors: Mapping[str, object], left_out: int, not_listed: Mapping[str, str]) -> str:
    """Return by which selectors a listing was made, and what is not in it all the same."""
    given = ", ".join(f"{name}={value!r}" for name, value in selectors.items() if value is not None) or "no selector"
    lacks = [f"left out {plural(left_out, 'job')}"] if left_out else []
    if not_listed:
        names = ", ".join(shown(queue, 60) for queue in list(not_listed)[:_QUEUES_SHOWN])
        more = f" and {len(not_listed) - _QUEUES_SHOWN:,} more" if len(not_listed) > _QUEUES_SHOWN else ""
        lacks.append(f"could not list {'queue' if len(not_listed) == 1 else 'queues'} {names}{more}")
    return f"{given}, which {' and '.join(lacks)}" if lacks else given


def not_listed_text(*frames: pd.DataFrame | Mapping[str, str]) -> str:
    """Return the sentence that says which queues AWS would not list, and why; empty where all of them were listed.

    Takes listings, or what their `attrs["not_listed"]` has.
    """
    found: dict[str, str] = {}
    for frame in frames:
        found.update(_not_listed(frame))
    if not found:
        return ""
    each = [f"{shown(queue, 60)} ({shown(why, _WHY_LENGTH)})" for queue, why in list(found.items())[:_QUEUES_SHOWN]]
    more = f", and {len(found) - _QUEUES_SHOWN:,} more" if len(found) > _QUEUES_SHOWN else ""
    return f"Not listed: {plural(len(found), 'queue')}, and nothing is known of their jobs: {'; '.join(each)}{more}."


def notes_on_listing(jobs: object) -> tuple[str, ...]:
    """Return what a report of these jobs has to say of their listing, so that nobody takes it for all there is."""
    attrs = getattr(jobs, "attrs", None)
    found = attrs.get(_NOT_LISTED) if isinstance(attrs, Mapping) else None
    return (not_listed_text(found),) if isinstance(found, Mapping) and found else ()


def check_all_listed(*frames: pd.DataFrame) -> None:
    """Raise RefusedError where a queue could not be listed: then jobs may be left that were not listed."""
    if text := not_listed_text(*frames):
        raise RefusedError(
            f"{text} Name the queues that are meant, or ask for the permission.", code="", operation="ListJobs"
        )


def _not_listed(frame: pd.DataFrame | Mapping[str, str]) -> Mapping[str, str]:
    found: Any = frame if isinstance(frame, Mapping) else frame.attrs.get(_NOT_LISTED)
    return {str(queue): str(why) for queue, why in found.items()} if isinstance(found, Mapping) else {}


def _narrows(name: str, value: object) -> bool:
    """Whether this argument selects jobs. A search for statuses alone does not."""
    if name != "query":
        return name not in _NO_SELECTORS
    from batchnb.jobs.search.listed import read_listing_query
    from batchnb.jobs.search.terms import Statuses

    terms = read_listing_query(str(value)).terms
    return any(not term.tests or not all(isinstance(test, Statuses) for test in term.tests) for term in terms)


def _plain(value: object) -> Any:
    if isinstance(value, timedelta):
        return f"{value.total_seconds():.6f}s"
    if isinstance(value, Mapping):
        return dict(value)
    return value if isinstance(value, (str, int)) else list(value)  # type: ignore[call-overload]
