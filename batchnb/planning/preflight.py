"""Preflight: describes jobs before there is a plan, and gives each a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from batchnb.aws.gateway import Gateway
from batchnb.aws.listing import describe_all
from batchnb.aws.pace import CallKind
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.guards.rules import Guards, Pattern
from batchnb.jobs.ids import JobId, account_and_partition, array_parent
from batchnb.jobs.job import Job
from batchnb.jobs.place import is_loopback
from batchnb.model.dependents import Dependents
from batchnb.model.facts import units_by_queue
from batchnb.model.verdict import PlannedJob, Verdict, verdict_of
from batchnb.planning.dependents import find_dependents
from batchnb.planning.looking import Looking
from batchnb.planning.waiting_jobs import Waiting, live_units
from batchnb.text import plural, shown

__all__ = [
    "Preflight",
    "check_accounts",
    "check_regions",
    "check_shares",
    "count_live",
    "count_places",
    "in_one_place",
]

_PLACES_SHOWN = 5


@dataclass(slots=True)
class Preflight:
    """Describes jobs and judges them. Ends nothing."""

    gateway: Gateway
    clock: Clock
    waiting: Waiting | None = None
    """Lists what waits in the queues of the jobs, while they are described."""
    described: dict[str, Job] = field(default_factory=dict)
    """Every job that was asked for and is known, and the arrays of children that were."""
    looking: Looking = field(default_factory=Looking)

    def look(self, job_ids: Iterable[str]) -> None:
        """Describe these jobs, and before them the arrays of those that are children."""
        wanted = [job_id for job_id in job_ids if job_id not in self.described]
        parents = dict.fromkeys(parent for job_id in wanted if (parent := array_parent(job_id)))
        # Arrays first: if as many children are alive later as were before, then these are all.
        known = {*wanted, *self.described}
        lone = [parent for parent in parents if parent not in known]
        for group in (lone, wanted):
            if group:
                self.looking.begin(len(group), self.gateway.pace(CallKind.DESCRIBING), self.clock)
                self.described.update(describe_all(self.gateway, group, self.clock, self._list_ahead))

    def _list_ahead(self, jobs: Collection[Job]) -> None:
        self.looking.answered += len(jobs)
        if self.waiting is not None:
            self.waiting.list_ahead({job.job_queue for job in jobs if job.job_queue and verdict_of(job).is_sent})

    @property
    def place(self) -> tuple[str | None, str | None]:
        """The account and the partition of the jobs, as their ARNs have it; None for what they do not say."""
        places = (account_and_partition(job.job_arn) for job in self.described.values())
        return next((place for place in places if place[0]), (None, None))

    def dependents(self, jobs: Sequence[PlannedJob], guards: Guards) -> Dependents:
        """Return the jobs that wait for those of these that are to end: of the account, where any is protected."""
        ends = [planned.job for planned in jobs if planned.job and planned.verdict.is_sent]
        account_wide = bool(guards.protect)
        return find_dependents(self.gateway, ends, self.described, self.clock, self.waiting, account_wide=account_wide)

    def judge(self, job_ids: Sequence[str], guards: Guards) -> list[PlannedJob]:
        """Return these jobs with their verdicts. What protects an array protects its children, and the reverse."""
        wanted = set(job_ids)
        kept = self.protected(guards).keys()
        covering = {job_id for job_id in wanted - kept if _takes_children_along(self.described.get(job_id))}
        return [self._judge(job_id, kept, covering) for job_id in job_ids]

    def protected(self, guards: Guards) -> dict[str, tuple[Pattern, str]]:
        """Return what protects which of the jobs that were described, an array with its children in both directions."""
        kept = {job_id: found for job_id, job in self.described.items() if (found := guards.protection_of(job))}
        for job_id, found in list(kept.items()):
            if parent := array_parent(job_id):
                kept.setdefault(parent, found)
        for job_id in self.described:
            parent = array_parent(job_id)
            if parent in self.described and parent in kept:
                kept.setdefault(job_id, kept[parent])
        return kept

    def _judge(self, job_id: str, kept: Set[str], covering: set[str]) -> PlannedJob:
        parent, job = array_parent(job_id), self.described.get(job_id)
        return PlannedJob(job_id, verdict_of(job, covered=parent in covering, is_protected=job_id in kept), job)

    def lone_arrays(self, jobs: Iterable[PlannedJob]) -> dict[str, list[PlannedJob]]:
        """Return the children that are to end without their array, by the array's id."""
        arrays: dict[str, list[PlannedJob]] = {}
        for planned in jobs:
            parent = array_parent(planned.job_id)
            if parent in self.described and planned.verdict in (Verdict.TERMINATE, Verdict.CANCEL, Verdict.STOPPING):
                arrays.setdefault(parent, []).append(planned)
        return {
            parent: children for parent, children in arrays.items() if any(child.verdict.is_sent for child in children)
        }

    def has_no_other_child(self, array: Job, children: Iterable[PlannedJob]) -> bool:
        """Whether every child of the array but these was seen to have ended, which is for good."""
        chosen = {child.job_id for child in children}
        others = [f"{array.job_id}:{index}" for index in range(array.array_size or 0)]
        others = [job_id for job_id in others if job_id not in chosen]
        seen = describe_all(self.gateway, others, self.clock) if others else {}
        return bool(array.array_size) and all(_has_ended(seen.get(job_id)) for job_id in others)

    def collapse_arrays(self, jobs: list[PlannedJob], *, collapse: bool) -> tuple[list[PlannedJob], list[str]]:
        """Return the jobs, and a sentence for each array of which all live children are among them.

        With `collapse`, such an array takes the place of its children, which are covered by it then.
        """
        notes: list[str] = []
        for parent, children in self.lone_arrays(jobs).items():
            array = self.described[parent]
            title = f"array {parent} ({shown(array.job_name, 60)})"
            if len(children) != array.live_children:
                if collapse:
                    some = f"{len(children):,} of the {array.live_children:,} live children of {title}"
                    notes.append(f"{some} are in the plan: they are ended one by one, and the array is not.")
                continue
            every = f"All {plural(len(children), 'live child', 'live children')} of {title} are in the plan"
            if not collapse:
                notes.append(f"{every}: one request for the array would do, with collapse=True or --collapse.")
            elif self.has_no_other_child(array, children):
                jobs = _with_array(jobs, array, children)
                notes.append(f"{every}: the array is ended in their place.")
        return jobs, notes


def _with_array(jobs: list[PlannedJob], array: Job, children: Sequence[PlannedJob]) -> list[PlannedJob]:
    covered = {child.job_id for child in children if child.verdict.is_sent}
    kept = [replace(one, verdict=Verdict.COVERED) if one.job_id in covered else one for one in jobs]
    return [*kept, PlannedJob(array.job_id, verdict_of(array), array)]


def check_shares(jobs: Sequence[PlannedJob], held: Guards, gateway: Gateway, clock: Clock) -> None:
    """Raise GuardError where ending these jobs would end too large a part of a queue. An array counts as one job."""
    chosen = units_by_queue(jobs)
    for queue, live in count_live(jobs, held, gateway, clock):
        held.check_share(queue, len(chosen[queue]), live)


def count_live(jobs: Iterable[PlannedJob], held: Guards, gateway: Gateway, clock: Clock) -> Iterator[tuple[str, int]]:
    """Yield the number of live jobs of each queue of these jobs, an array being one, where a guard goes by it.

    These jobs count as live. Raises AwsError where a queue cannot be listed.
    """
    if held.max_percent is not None and held.max_percent.value < 100:
        for queue, ids in units_by_queue(jobs).items():
            yield queue, len(live_units(gateway, queue, clock) | ids)


def _has_ended(job: Job | None) -> bool:
    return job is not None and job.status is not None and job.status.has_ended


def _takes_children_along(parent: Job | None) -> bool:
    return parent is not None and not _has_ended(parent)


def in_one_place(ids: list[JobId], gateway: Gateway, *, rows: bool = False) -> list[JobId]:
    """Return the ids. Raises InputError, which names places and counts, for ARNs of several accounts or Regions.

    `rows` says that the ARNs stood beside the ids in a DataFrame. Makes no call.
    """
    places = count_places(ids)
    if len(places) > 1:
        unknown = len(ids) - sum(places.values())
        rest = f"; {plural(unknown, 'job')} without an ARN" if unknown else ""
        first = next(job for job in ids if job.account)
        part = f":{first.region}:{first.account}:"
        raise InputError(
            f"jobs: these are jobs of {len(places)} places: {_places_text(places)}{rest}. Make a plan for each place; "
            f"for example, of a frame, jobs[jobs.jobArn.str.contains({part!r})]. Nothing was asked of AWS."
        )
    if rows and is_loopback(gateway.endpoint):
        # An emulator takes calls to any Region, and lists its jobs with its own.
        return [replace(job, region=None) for job in ids]
    return ids


def count_places(ids: Iterable[JobId]) -> dict[str, int]:
    """Return how many ids are of which place, most first, as their ARNs have it; ids without an ARN do not count."""
    named = ((job.partition, job.account, job.region) for job in ids if job.account or job.region)
    counted = Counter(named).most_common()
    several = len({partition for (partition, _, _), _ in counted}) > 1
    return {
        f"account {account}{f', Region {region}' if region else ''}{f' ({partition})' if several else ''}": count
        for (partition, account, region), count in counted
    }


def _places_text(places: Mapping[str, int]) -> str:
    named = [f"{count:,} in {place}" for place, count in list(places.items())[:_PLACES_SHOWN]]
    more = len(places) - len(named)
    return "; ".join(named) + (f"; and {more:,} more places" if more > 0 else "")


def check_regions(ids: Sequence[JobId], region: str) -> None:
    """Raise InputError for an ARN of another Region than calls go to."""
    other = [job for job in ids if job.region and job.region != region]
    if other:
        raise InputError(
            f"jobs: the ARN of {other[0].job_id} is of Region {other[0].region}, but calls go to {region}. "
            f"{_how_many(other, ids)} Make one plan for each Region."
        )


def check_accounts(ids: Sequence[JobId], account: str | None, partition: str | None) -> None:
    """Raise InputError for an ARN of another account or partition than calls go to, as far as that is known."""
    foreign = [job for job in ids if partition and job.partition and job.partition != partition]
    if foreign:
        raise InputError(
            f"jobs: the ARN of {foreign[0].job_id} is of {foreign[0].partition}, but calls go to {partition}. "
            f"{_how_many(foreign, ids)}"
        )
    ours = account or next((job.account for job in ids if job.account), None)
    other = [job for job in ids if job.account and job.account != ours]
    if other:
        raise InputError(
            f"jobs: the ARN of {other[0].job_id} is of account {other[0].account}, but this is account {ours}. "
            f"{_how_many(other, ids)} Make one plan for each account."
        )


def _how_many(other: Sequence[JobId], ids: Sequence[JobId]) -> str:
    return f"Of {plural(len(ids), 'job')}, {_places_text(count_places(other))}."
