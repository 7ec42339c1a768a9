"""Evidence: what DescribeJobs says of a job beside its status, in a plain structure that journals can keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from batchnb.jobs.shapes.bodies import Body, JobKind, body_in
from batchnb.jobs.shapes.containers import Container, containers_in
from batchnb.jobs.shapes.runs import ContainerRun, Run, add_run, overall, run_in

__all__ = ["Evidence", "evidence_in", "evidence_record"]

_NOTHING_RAN = ContainerRun()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a job was told to run, and how it runs or ran."""

    body: Body
    """Shared by all jobs that were told the same."""
    run: Run | None = None
    """Of this job. None where nothing is known, as of a job that waits."""

    @property
    def containers(self) -> list[Container]:
        """The containers that the job was told to run. They are parsed each time."""
        return containers_in(self.body.as_record())

    @property
    def ended(self) -> ContainerRun:
        """Exit code, reason and log stream of the run as a whole."""
        if self.run is None:
            return _NOTHING_RAN
        if len(self.run.containers) < 2 or self.body.kind is not JobKind.MULTI_CONTAINER:
            return overall(self.run)
        optional = {container.name for container in self.containers if not container.is_essential and container.name}
        return overall(self.run, optional)


def evidence_in(item: Mapping[str, Any], *, is_node: bool = False) -> Evidence | None:
    """Return the evidence in an item of DescribeJobs, or in a record made of one; None where it has none.

    `is_node` is for a node of a multi-node job, which has figures of its own.
    """
    body = body_in(item, is_node=is_node)
    return None if body is None else Evidence(body, run_in(item))


def evidence_record(evidence: Evidence) -> dict[str, Any]:
    """Return the evidence in the shape of an item of DescribeJobs, from which `evidence_in` reads the same.

    Parts of it may be those of another record: it is to be written, and not to be changed.
    """
    run = evidence.run
    if evidence.body.kind is JobKind.CONTAINER:
        # Of thousands of siblings the body is read once.
        record = dict(_shared_record(evidence.body))
        if run is not None:
            record["container"] = dict(record["container"])
            add_run(record, run)
        return record
    record = evidence.body.as_record()
    if run is not None:
        add_run(record, run)
    return record


@lru_cache(maxsize=64)
def _shared_record(body: Body) -> dict[str, Any]:
    return body.as_record()
