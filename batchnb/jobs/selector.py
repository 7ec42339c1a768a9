"""Selector: which jobs to list. Shared by flags, keyword arguments and the picker.

A selector never widens by accident: a name is exact, a glob says so, and an age has a unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Unpack

from batchnb.errors import InputError
from batchnb.jobs.expansion import check_expanded
from batchnb.jobs.ids import parse_job_id
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.keywords import SELECTORS, Selectors
from batchnb.text import shown

if TYPE_CHECKING:
    from batchnb.jobs.search import Query

__all__ = ["Selector", "parse_age", "selector"]

_AGE = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+", re.ASCII)
_AGE_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])", re.ASCII)
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


_LISTED_BY = frozenset({"statuses", "queues", "children_of", "query", "limit"})
"""Fields of a Selector that the listing itself applies. Every other one is compared with each job."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Which jobs to list: a job must match every field that is set. Made by `selector`, which checks it."""

    statuses: tuple[JobStatus, ...]
    queues: tuple[str, ...] = ()
    """Names or ARNs; none means every queue of the account."""
    children_of: str | None = None
    """The array job whose children are meant, instead of the jobs of queues."""
    name: str | None = None
    name_glob: str | None = None
    job_definition: str | None = None
    share: str | None = None
    older_than: timedelta | None = None
    newer_than: timedelta | None = None
    running_longer_than: timedelta | None = None
    tags: tuple[tuple[str, str], ...] = ()
    query: Query | None = None
    """A search that all jobs match, in the language of the picker."""
    limit: int | None = None

    @property
    def shows_tags(self) -> bool:
        """Whether the listing needs a column of tags."""
        return self.needs_description or (self.query is not None and self.query.asks_for_tags)

    @property
    def needs_description(self) -> bool:
        """Whether DescribeJobs is needed: only it returns tags."""
        return bool(self.tags)

    @property
    def narrows(self) -> bool:
        """Whether any field has to be compared with each job: without one, 100,000 jobs need no loop."""
        asked = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in _LISTED_BY}
        return any(value not in (None, ()) for value in asked.values())

    def lacks(self, job: Job) -> bool:
        """Whether `job` is a summary that leaves out what this selector asks about."""
        starts_count = self.running_longer_than is not None and job.status in (JobStatus.RUNNING, None)
        return (
            (self.job_definition is not None and job.job_definition is None)
            or (starts_count and job.started_at is None)
            or ((self.older_than or self.newer_than) is not None and job.created_at is None)
            or (self._share_decides and job.share_identifier is None)
        )

    def matches_name(self, job: Job) -> bool:
        """Whether the name matches: the one field besides the id that a summary always has."""
        if self.name is not None and job.job_name != self.name:
            return False
        return self.name_glob is None or fnmatchcase(job.job_name, self.name_glob)

    def matches_summary(self, job: Job, now_ms: int) -> bool:
        """Whether `job` matches in all but the tags, which a summary does not have."""
        return (
            self.matches_name(job)
            and (self.job_definition is None or _is_definition(job.job_definition, self.job_definition))
            and (self.share is None or self._is_of_share(job))
            and (self.older_than is None or _older(job.created_at, self.older_than, now_ms))
            and (self.newer_than is None or _newer(job.created_at, self.newer_than, now_ms))
            and (self.running_longer_than is None or self._runs_long(job, now_ms))
        )

    def matches(self, job: Job, now_ms: int) -> bool:
        """Whether `job` matches at `now_ms` (epoch milliseconds). An unknown value does not match."""
        return self.matches_summary(job, now_ms) and all(tag in (job.tags or ()) for tag in self.tags)

    @property
    def _share_decides(self) -> bool:
        # AWS filters the jobs of queues by share, but not the children of an array.
        return self.share is not None and self.children_of is not None

    def _is_of_share(self, job: Job) -> bool:
        # A summary of what AWS has filtered is of that share, also where it leaves the field out.
        return job.share_identifier == self.share or (job.share_identifier is None and not self._share_decides)

    def _runs_long(self, job: Job, now_ms: int) -> bool:
        running = job.status is JobStatus.RUNNING and self.running_longer_than is not None
        return running and _older(job.started_at, self.running_longer_than or timedelta(), now_ms)


def selector(**given: Unpack[Selectors]) -> Selector:
    """Return the Selector for these, or raise InputError naming the argument and the value that is wrong.

    `status` is "active" (every status of a job that has not ended), "all", or one or more names. Without it, the
    statuses that `query` asks for are meant, and those of "active" where it asks for none. Without any argument, all
    live jobs are meant: to be listed, and not to be ended.
    """
    if unknown := given.keys() - SELECTORS:
        raise TypeError(f"got an unexpected keyword argument {min(unknown)!r}")
    children_of, queues, query = given.get("children_of"), given.get("queues"), given.get("query")
    status, running_longer_than = given.get("status"), given.get("running_longer_than")
    if children_of is not None and queues is not None:
        raise InputError("Give children_of or queues, not both: the children of one array, or the jobs of queues.")
    searched = None
    if query is not None:
        from batchnb.jobs.search.listed import read_listing_query, statuses_of  # only those wait for it who search

        searched = read_listing_query(query)
        if status is None and running_longer_than is None:
            status = statuses_of(searched)
    return Selector(
        statuses=_statuses(status, running_only=running_longer_than is not None),
        queues=_texts("queues", queues),
        children_of=None if children_of is None else _array_id(children_of),
        name=_exact_name(given.get("name")),
        name_glob=_glob(given.get("name_glob")),
        job_definition=_text_or_none("job_definition", given.get("job_definition")),
        share=_text_or_none("share", given.get("share")),
        older_than=parse_age("older_than", given.get("older_than")),
        newer_than=parse_age("newer_than", given.get("newer_than")),
        running_longer_than=parse_age("running_longer_than", running_longer_than),
        tags=_tags(given.get("tags")),
        query=searched,
        limit=_limit(given.get("limit")),
    )


def parse_age(argument: str, age: str | timedelta | None) -> timedelta | None:
    """Return an age such as "90m", "6h", "2d" or "1d12h" as a timedelta. A number without a unit is an error.

    >>> parse_age("older_than", "1h30m")
    datetime.timedelta(seconds=5400)
    """
    if age is None:
        return None
    length = age if isinstance(age, timedelta) else _read_age(argument, age)
    if length <= timedelta():
        raise InputError(f"{argument}: {_quoted(age)} is not more than 0. Write an age such as 90m, 6h or 2d.")
    return length


def _read_age(argument: str, age: object) -> timedelta:
    text = age.strip().lower() if isinstance(age, str) else ""
    if not _AGE.fullmatch(text):
        raise InputError(
            f"{argument}: {_quoted(age)} is not an age. Write a number and its unit: 90m, 6h, 2d (s, m, h, d, w)."
        )
    seconds = sum(float(number) * _UNIT_SECONDS[unit] for number, unit in _AGE_PART.findall(text))
    try:
        return timedelta(seconds=seconds)
    except OverflowError as error:
        raise InputError(f"{argument}: {_quoted(age)} is too long.") from error


def _statuses(status: str | Iterable[str] | None, *, running_only: bool) -> tuple[JobStatus, ...]:
    if status is None:
        return (JobStatus.RUNNING,) if running_only else JobStatus.live()
    asked: set[JobStatus] = set()
    for name in _texts("status", status):
        if name.lower() == "active":
            asked.update(JobStatus.live())
        elif name.lower() == "all":
            asked.update(JobStatus)
        elif name.upper() in JobStatus.__members__:
            asked.add(JobStatus(name.upper()))
        else:
            known = ", ".join(JobStatus)
            raise InputError(f"status: {_quoted(name)} is not a status. Use active, all, or one or more of {known}.")
    return tuple(status for status in JobStatus if status in asked)


def _texts(argument: str, values: str | Iterable[str] | None) -> tuple[str, ...]:
    if values is None:
        return ()
    if isinstance(values, str):
        values = [values]
    if not isinstance(values, Iterable):
        raise InputError(f"{argument}: {_quoted(values)} is not a text. Give a name, or a list of names.")
    # No status and no queue has a comma in its name.
    parts = (part for value in values for part in _text(argument, value).split(","))
    texts = tuple(dict.fromkeys(_text(argument, part) for part in parts))
    if not texts:
        raise InputError(f"{argument}: the list is empty. Leave the argument out, or name one.")
    return texts


def _text(argument: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError(
            f"{argument}: {_quoted(value)} is not a text, or is empty. Leave the argument out, or give one."
        )
    check_expanded(value, f"In Python: for name in names: jobs = batchnb.list_jobs({argument}=name)", argument)
    return value.strip()


def _text_or_none(argument: str, value: str | None) -> str | None:
    return None if value is None else _text(argument, value)


def _exact_name(name: str | None) -> str | None:
    name = _text_or_none("name", name)
    if name is not None and any(char in name for char in "*?["):
        raise InputError(f"name: {_quoted(name)} holds a wildcard, but a name is exact. Use name_glob for patterns.")
    return name


def _glob(pattern: str | None) -> str | None:
    pattern = _text_or_none("name_glob", pattern)
    if pattern is not None and not pattern.strip("*?"):
        raise InputError(f"name_glob: {_quoted(pattern)} matches every job. Give at least one letter of the name.")
    return pattern


def _array_id(job_id: str) -> str:
    try:
        parsed = parse_job_id(job_id)
    except InputError as error:
        raise InputError(f"children_of: {error}") from error
    if parsed.array_parent or parsed.multi_node_job:
        raise InputError(f"children_of: {job_id!r} is a child or a node; give the id of the array job itself.")
    return parsed.job_id


def _tags(tags: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    if tags is None:
        return ()
    if not isinstance(tags, Mapping) or not tags or not all(_is_tag(key, value) for key, value in tags.items()):
        raise InputError(f"tags: {_quoted(tags)} is not a mapping of keys to texts, such as {{'team': 'ml'}}.")
    for text in (text for tag in tags.items() for text in tag):
        check_expanded(text, "In Python: for name in names: jobs = batchnb.list_jobs(tags={'team': name})", "tags")
    return tuple(sorted(tags.items()))


def _is_tag(key: object, value: object) -> bool:
    return isinstance(key, str) and isinstance(value, str) and key != ""


def _limit(limit: int | None) -> int | None:
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise InputError(f"limit: {_quoted(limit)} is not a whole number of at least 1.")
    return limit


def _quoted(value: object) -> str:
    return shown(repr(value), 80)


def _is_definition(arn: str | None, asked: str) -> bool:
    # AWS has the ARN of a revision; a person means that ARN, `name:revision`, or every revision of `name`.
    name = (arn or "").rpartition("job-definition/")[2]
    return bool(arn) and asked in (arn, name, name.partition(":")[0])


def _older(moment: int | None, age: timedelta, now_ms: int) -> bool:
    return moment is not None and now_ms - moment > age.total_seconds() * 1000


def _newer(moment: int | None, age: timedelta, now_ms: int) -> bool:
    return moment is not None and now_ms - moment < age.total_seconds() * 1000
