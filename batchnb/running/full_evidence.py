"""Full evidence: values that can be secrets, read anew right before a run, and kept in its journal and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from batchnb.aws.gateway import DESCRIBE_LIMIT, Gateway, in_groups
from batchnb.aws.pace import CallKind
from batchnb.aws.retry import each_with_retries
from batchnb.clock import Clock
from batchnb.guards.rules import Guards
from batchnb.jobs.fastjson import to_sorted_json
from batchnb.jobs.shapes import withheld_in
from batchnb.model.records import Record
from batchnb.model.verdict import PlannedJob
from batchnb.text import plural

__all__ = ["FullEvidence", "read_full_evidence"]

NAMED_TOGETHER = 1000
"""Job ids in one line of a journal."""


@dataclass(frozen=True, slots=True)
class FullEvidence:
    """The values of some jobs. Siblings that have the same values share them."""

    jobs: Mapping[bytes, tuple[Mapping[str, Any], list[str]]] = field(default_factory=dict, repr=False)
    """Values, and the ids of the jobs that have them, by the values as JSON."""
    missing: int = 0
    """How many jobs AWS no longer described."""

    def lines(self) -> Iterator[Record]:
        """Yield the lines of a journal that keep the values."""
        for values, job_ids in self.jobs.values():
            for group in in_groups(job_ids, NAMED_TOGETHER):
                yield {"type": "values", "jobIds": list(group), "values": values}

    @property
    def notes(self) -> tuple[str, ...]:
        """What the plan has to say of it."""
        if not self.missing:
            return ()
        return (
            f"evidence full: AWS no longer describes {plural(self.missing, 'job')}, and their values are not kept.",
        )


def read_full_evidence(held: Guards, jobs: Iterable[PlannedJob], gateway: Gateway, clock: Clock) -> FullEvidence:
    """Return the values of those of these jobs that AWS described; of none where the guards `held` want names only.

    Raises AwsError where DescribeJobs fails.
    """
    job_ids = [planned.job_id for planned in jobs if planned.job is not None]
    if not held.full_evidence or not job_ids:
        return FullEvidence()
    found: dict[bytes, tuple[Mapping[str, Any], list[str]]] = {}
    seen = 0
    groups = list(in_groups(job_ids, DESCRIBE_LIMIT))
    pace = gateway.pace(CallKind.DESCRIBING)
    for answer in each_with_retries(gateway.describe_items, groups, clock, pace=pace):
        seen += len(answer)
        for job_id, item in answer.items():
            if values := withheld_in(item):
                found.setdefault(to_sorted_json(values), (values, []))[1].append(job_id)
    return FullEvidence(found, len(job_ids) - seen)
