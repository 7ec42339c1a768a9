"""The emulator in a process of its own, on the other core, so that client and service do not share a lock."""

from __future__ import annotations

import multiprocessing
import resource
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from batchnb import local

__all__ = ["LATENCY", "Seen", "Service", "World", "peak_memory", "served"]

LATENCY = 0.05
"""Seconds from a call's effect to its answer, for each call by itself: calls under way together wait together."""

BATCH_CALLS = frozenset({"ListJobs", "DescribeJobs", "TerminateJob", "TerminateJobs"})


@dataclass(frozen=True, slots=True)
class World:
    """What there is to list and to end."""

    jobs: int
    queues: int = 1
    statuses: tuple[str, ...] = ("RUNNING",)
    latency: float = LATENCY
    bulk: bool = True
    """Whether there is TerminateJobs."""
    ends_after: float = 0.2
    """Seconds from an accepted request to the end of the job."""

    def fill(self, world: local.World) -> None:
        """Put the jobs into the account, evenly over queues and statuses."""
        seconds = self.ends_after
        world.delays = local.Delays(seconds, seconds, seconds, seconds, seconds)
        kinds = [(f"q{number}", status) for number in range(self.queues) for status in self.statuses]
        for number, (queue, status) in enumerate(kinds):
            if queue not in world.ledger.queues:
                world.add_queue(queue)
            share = self.jobs * (number + 1) // len(kinds) - self.jobs * number // len(kinds)
            world.add_jobs(queue, f"{queue}-{status.lower()}", share, status=status)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the service saw of one client."""

    calls: Mapping[str, int] = field(default_factory=dict)
    """Calls of Batch, by operation; those that were turned down included."""
    rejected: int = 0
    """Calls that were throttled."""
    alive: frozenset[str] = frozenset()
    """Jobs that nobody has asked to end and that have not ended."""


@dataclass(frozen=True, slots=True)
class Service:
    """A running emulator, and what can be asked of its process."""

    url: str
    ids: list[str]
    """The jobs, in the order in which they were made."""
    pipe: Connection
    memory: float
    """MiB that the jobs take in its process, at the most, while they are made."""

    def look(self) -> Seen:
        """Return what the service has seen so far."""
        self.pipe.send("look")
        seen: Seen = self.pipe.recv()
        return seen


@contextmanager
def served(world: World) -> Iterator[Service]:
    """Start an emulator in a new process, and end it."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, world), daemon=True)
    process.start()
    theirs.close()
    try:
        url, ids, memory = ours.recv()
        yield Service(url, ids, ours, memory)
    finally:
        ours.close()
        process.join()


def _serve(pipe: Connection, world: World) -> None:
    before = peak_memory()
    with local.start(world.fill, latency=world.latency, bulk=world.bulk) as emulator:
        memory = peak_memory() - before
        ids = [job.job_id for queue in emulator.world.ledger.queues.values() for job in queue.jobs]
        pipe.send((emulator.endpoint_url, ids, memory))
        try:
            while pipe.recv():
                pipe.send(_seen(emulator, ids))
        except EOFError:
            return


def _seen(emulator: local.LocalBatch, ids: list[str]) -> Seen:
    calls: Counter[str] = Counter()
    rejected = 0
    for call in tuple(emulator.calls):
        if call.operation in BATCH_CALLS:
            calls[call.operation] += 1
            rejected += call.status == 429
    alive = [job_id for job_id in ids if _is_alive(emulator.world, job_id)]
    return Seen(dict(calls), rejected, frozenset(alive))


def _is_alive(world: local.World, job_id: str) -> Any:
    job = world.ledger.find(job_id)
    return job is not None and job.stop is None and not job.has_ended


def peak_memory() -> float:
    """Return the most memory that this process has had at once, in MiB."""
    try:
        # What `getrusage` says may be that of the process from which this one was started.
        status = Path("/proc/self/status").read_text("ascii").splitlines()
        peak = next(line for line in status if line.startswith("VmHWM:"))
        return int(peak.split()[1]) / 1024
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
