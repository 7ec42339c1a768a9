"""Examines the jobs that a caller names: describes them, checks where they are, judges them, finds their dependents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.guards.rules import Guards
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import Job
from batchnb.jobs.place import Place
from batchnb.model.dependents import Dependents
from batchnb.model.verdict import PlannedJob
from batchnb.planning.looking import Looking
from batchnb.planning.preflight import Preflight, check_accounts, check_regions, count_live
from batchnb.planning.waiting_jobs import Waiting
from batchnb.text import shown

__all__ = ["Examined", "examine"]


@dataclass(frozen=True, slots=True)
class Examined:
    """What AWS said of the jobs of a plan."""

    place: Place
    jobs: tuple[PlannedJob, ...]
    dependents: Dependents
    at: datetime
    """When they had been described. UTC."""
    notes: tuple[str, ...]
    """Sentences about nodes and arrays."""
    live_in_queues: tuple[tuple[str, int], ...]
    """The number of live jobs in each queue of the jobs to end; empty where no guard needs it."""


def examine(
    ids: Sequence[JobId],
    held: Guards,
    gateway: Gateway,
    clock: Clock,
    *,
    with_dependents: bool = False,
    collapse: bool = False,
    looking: Looking | None = None,
) -> Examined:
    """Describe these jobs and judge them under the guards `held`. Ends nothing. `looking` is kept up to date.

    Raises InputError for ARNs of another account or Region, GuardError for an account that is not allowed, AwsError
    where a call fails.
    """
    check_regions(ids, gateway.region)
    gateway.ask_caller()
    wanted, nodes = _whole_jobs(ids)
    with Waiting(gateway, clock) as waiting:
        preflight = Preflight(gateway, clock, waiting, looking=looking or Looking())
        preflight.look(wanted)
        account, partition = preflight.place
        place = gateway.identity(account)
        check_accounts(ids, place.account, partition)
        held.check_account(place.account)
        jobs = preflight.judge(list(wanted), held)
        dependents = preflight.dependents(jobs, held)
        if with_dependents and dependents.jobs:
            wanted.update(dict.fromkeys(dependent.job_id for dependent in dependents.jobs))
            preflight.look(wanted)
            jobs = preflight.judge(list(wanted), held)
    jobs, notes = preflight.collapse_arrays(jobs, collapse=collapse)
    return Examined(
        place=place,
        jobs=tuple(jobs),
        dependents=dependents,
        at=clock.wall(),
        notes=(*_notes_on_nodes(nodes, preflight.described), *notes),
        live_in_queues=tuple(count_live((one for one in jobs if one.verdict.is_sent), held, gateway, clock)),
    )


def _whole_jobs(ids: Iterable[JobId]) -> tuple[dict[str, None], dict[str, list[str]]]:
    """Return the ids in their order, each once, nodes replaced by their multi-node job; and those nodes by job."""
    wanted: dict[str, None] = {}
    nodes: dict[str, list[str]] = {}
    for job in ids:
        wanted[job.multi_node_job or job.job_id] = None
        if job.multi_node_job:
            nodes.setdefault(job.multi_node_job, []).append(job.job_id)
    return wanted, nodes


def _notes_on_nodes(nodes: Mapping[str, Sequence[str]], described: Mapping[str, Job]) -> list[str]:
    """Return the sentences that say which nodes were mapped to which job."""
    notes = []
    for job_id, mapped in nodes.items():
        job = described.get(job_id)
        count = f"all of its {job.num_nodes:,} nodes" if job and job.num_nodes else "all of its nodes"
        which = shown(", ".join(dict.fromkeys(mapped)), 200)
        notes.append(
            f"Nodes do not end alone: {which} {'stand' if len(set(mapped)) > 1 else 'stands'} for the multi-node job "
            f"{job_id}, with {count}."
        )
    return notes
