"""One measurement: a client in a process of its own, its time, CPU and memory, and what the service saw of it."""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import TypeVar

from tests.benchmarks.served import Seen, Service, World, peak_memory, served

__all__ = ["Figures", "Task", "measure", "median", "timed"]

T = TypeVar("T")

Task = Callable[[str, list[str]], "dict[str, float] | None"]
"""Does the work, given the URL of the service and the ids of its jobs.

It may return figures of parts of it by their names; `seconds` and `cpu` then stand for those of the whole."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one client took to be done with `jobs`, or the medians of several runs."""

    jobs: int
    seconds: float
    cpu: float
    """Seconds of CPU of the client, with its children."""
    memory: float
    """MiB above what the imports took, at the most."""
    calls: int
    rejected: int
    lost: int
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.jobs / self.seconds


def measure(task: Task, world: World, jobs: int | None = None, *, ends: bool = True) -> Figures:
    """Let a task do its work on the first `jobs` of a new world, and return what it took.

    Lost are, for a task that `ends` jobs, those that live on although they were to end.
    """
    with served(world) as service:
        wanted = service.ids[:jobs]
        seconds, cpu, memory, parts = _apart(task, service, wanted)
        seen: Seen = service.look()
        parts["service MiB"] = service.memory
    lost = len(seen.alive.intersection(wanted)) if ends else 0
    calls = sum(seen.calls.values())
    return Figures(len(wanted), seconds, cpu, memory, calls, seen.rejected, lost, parts)


def median(runs: Sequence[Figures]) -> Figures:
    """Return the medians of several runs; of what must never happen, the most."""
    parts = {name: statistics.median(run.parts[name] for run in runs) for name in runs[0].parts}
    return Figures(
        jobs=runs[0].jobs,
        seconds=statistics.median(run.seconds for run in runs),
        cpu=statistics.median(run.cpu for run in runs),
        memory=statistics.median(run.memory for run in runs),
        calls=round(statistics.median(run.calls for run in runs)),
        rejected=max(run.rejected for run in runs),
        lost=max(run.lost for run in runs),
        parts=parts,
    )


def _apart(task: Task, service: Service, wanted: list[str]) -> tuple[float, float, float, dict[str, float]]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_do, args=(theirs, task, service.url, wanted), daemon=True
    )
    process.start()
    theirs.close()
    try:
        answer: tuple[float, float, float, dict[str, float]] = ours.recv()
    except EOFError as error:
        raise SystemExit(f"the client of this measurement ({task}) has failed, see above") from error
    finally:
        process.join()
    return answer


def _do(pipe: Connection, task: Task, url: str, wanted: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(BATCHNB_JOURNAL_DIR=folder, TQDM_DISABLE="1", **_placeholders())
        memory = peak_memory()
        figures, parts = timed(lambda: task(url, wanted))
        figures |= parts or {}
        pipe.send((figures.pop("seconds"), figures.pop("cpu"), peak_memory() - memory, figures))


def timed(work: Callable[[], T]) -> tuple[dict[str, float], T]:
    """Do the work, and return its `seconds` and its `cpu` with what it returns."""
    cpu, began = _cpu(), time.perf_counter()
    result = work()
    return {"seconds": time.perf_counter() - began, "cpu": _cpu() - cpu}, result


def _placeholders() -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "local-1"}


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)
