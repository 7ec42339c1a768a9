"""Lookups: answers what the browser asks about one job, from calls in threads of its own.

No answer is waited for by the thread that asks, no call takes from the rate of a run, and nothing here ends a job.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeAlias

from batchnb.aws.connect import is_of_aws
from batchnb.aws.retry import with_retries
from batchnb.errors import InputError
from batchnb.jobs.ids import array_parent, parse_job_id
from batchnb.jobs.job import job_from_aws
from batchnb.planning.dependents import find_dependents
from batchnb.running.workers import Workers
from batchnb.text import shown
from batchnb.widget.details.failures import GONE, job_problem, log_problem
from batchnb.widget.details.logs import JobLog, has_ended, logs_of
from batchnb.widget.details.payload import json_of, payload_of
from batchnb.widget.details.secrets import environment_values
from batchnb.widget.failures import sentence_of

if TYPE_CHECKING:
    from batchnb.aws.gateway import Gateway
    from batchnb.aws.logs import LogEvent
    from batchnb.clock import Clock
    from batchnb.widget.setup import Setup

__all__ = ["Lookups"]

CACHE_SECONDS = 30.0
"""For which a description is shown again without a call."""
MOST_CACHED = 64
THREADS = 3
PATIENCE = 1.4
"""Seconds for which DescribeJobs is tried again: so few that nothing is said of it outside of the picker."""
LINE_LENGTH = 500
"""Characters of a line of a log that are shown."""
MOST_DEPENDENTS = 50

Told: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Description:
    """What DescribeJobs said of a job, through which gateway, and when."""

    item: Mapping[str, Any]
    gateway: Gateway
    at: float


class _GoneError(Exception):
    """AWS does not show the job."""


class Lookups:
    """What is known of single jobs. Threads may share it."""

    def __init__(
        self, setup: Setup, clock: Clock, send: Callable[[Any, Any], object], is_running: Callable[[], bool]
    ) -> None:
        """`send` sends a message with its parts, in any thread; no queue is searched while a run `is_running`."""
        self._setup = setup
        self._clock = clock
        self._send = send
        self._is_running = is_running
        self._lock = threading.Lock()
        self._cached: OrderedDict[str, _Description] = OrderedDict()

    def ask(self, content: Mapping[str, Any]) -> None:
        """Begin to look up a `part` of a `job`: `job`, `environment`, `log` or `dependents`. A message answers it.

        Raises InputError for what is no such request.
        """
        part, key, before = content.get("part"), content.get("key"), content.get("before")
        job_id = parse_job_id(content.get("job")).job_id
        works: Mapping[str, Callable[[], Told]] = {
            "job": partial(self._job, job_id, anew=content.get("anew") is True),
            "environment": partial(self._environment, job_id),
            "log": partial(self._log, job_id, str(key), before),
            "dependents": partial(self._dependents, job_id),
        }
        if not isinstance(part, str) or part not in works:
            raise InputError(f"the details of a job have no part {shown(repr(part), 40)}.")
        told: Told = {"kind": "details", "part": part, "job": job_id}
        if part == "log":
            if not isinstance(key, str) or not isinstance(before, str | None):
                raise InputError("a log must be named by its key.")
            told |= {"key": key, "before": before}
        pool = self._searches if part == "dependents" else self._pool
        pool.submit(partial(self._answer, told, works[part]))

    @cached_property
    def _pool(self) -> Workers:
        return self._workers(THREADS, "batchnb-details")

    @cached_property
    def _searches(self) -> Workers:
        # A search of a queue takes its time, and no job has to wait for it to be shown.
        return self._workers(1, "batchnb-needed-by")

    def _workers(self, most: int, name: str) -> Workers:
        # A call that hangs must not keep a kernel from ending, nor an idle thread outlive its picker.
        workers = Workers(most, name)
        weakref.finalize(self, workers.close)
        return workers

    @property
    def _profile(self) -> str | None:
        return self._setup.connection.profile

    def _answer(self, told: Told, work: Callable[[], Told]) -> None:
        """Send what `work` returns, or why it could not."""
        try:
            answer = work()
        except _GoneError:
            answer = {"error": GONE, "errorDetails": ""}
        except Exception as error:  # noqa: BLE001 - it is shown in the drawer: the browser must not wait for ever
            answer = {"error": job_problem(error, self._profile), "errorDetails": sentence_of(error)}
        self._send(told | answer, [])

    # The parts

    def _job(self, job_id: str, *, anew: bool) -> Told:
        known = self._described(job_id, anew=anew)
        return {"details": payload_of(known.item, with_links=is_of_aws(known.gateway.endpoint))}

    def _environment(self, job_id: str) -> Told:
        item = self._described(job_id).item
        return {"environment": environment_values(item), "json": json_of(item, with_environment=True)}

    def _log(self, job_id: str, key: str, before: str | None) -> Told:
        known = self._described(job_id)
        log = next((each for each in logs_of(known.item) if each.key == key), None)
        if log is None:
            return {"error": "The job has been tried again since. Open its details anew.", "errorDetails": ""}
        is_over = has_ended(known.item)
        if log.node is not None:
            node = self._described(log.node)
            log, is_over = logs_of(node.item)[-1], has_ended(node.item)
        if log.problem or log.stream is None or known.gateway.logs is None:
            return {"error": log.problem or "This log cannot be read from here.", "errorDetails": ""}
        return self._read(known, log, log.stream, before, is_over=is_over)

    def _read(self, known: _Description, log: JobLog, stream: str, before: str | None, *, is_over: bool) -> Told:
        logs = known.gateway.logs
        assert logs is not None
        try:
            page = logs.read(log.group, stream, region=log.region, before=before)
        except Exception as error:  # noqa: BLE001 - as above
            text = log_problem(error, log, self._profile, has_ended=is_over)
            return {"error": text, "errorDetails": sentence_of(error)}
        lines = [_line(event) for event in page.events]
        now = round(self._clock.wall().timestamp() * 1000)
        return {"lines": lines, "earlier": page.earlier, "at": now, "isOver": is_over}

    def _dependents(self, job_id: str) -> Told:
        if self._is_running():
            return {"error": "A run is going on. Look when it is over.", "errorDetails": ""}
        known = self._described(job_id)
        job = job_from_aws(known.item)
        around = {}
        if parent := array_parent(job_id):
            around[parent] = job_from_aws(self._described(parent).item)
        found = find_dependents(known.gateway, [job], around, self._clock)
        told = [
            {
                "job": one.job_id,
                "name": shown(one.job.job_name, 200),
                "status": one.job.status.value if one.job.status else None,
                "needs": one.because_of,
            }
            for one in found.jobs[:MOST_DEPENDENTS]
        ]
        return {"dependents": told, "more": max(0, len(found.jobs) - MOST_DEPENDENTS), "gap": found.gap}

    # Descriptions

    def _described(self, job_id: str, *, anew: bool = False) -> _Description:
        """Return the description of a job, at most `CACHE_SECONDS` old. Raises _GoneError, and what a call raises.

        `anew` is for a job that is known to have moved on since.
        """
        with self._lock:
            cached = self._cached.get(job_id)
        if cached is not None and not anew and 0 <= self._clock.now() - cached.at < CACHE_SECONDS:
            return cached
        gateway = self._setup.connection.open()
        items = with_retries(partial(gateway.describe_items, [job_id]), self._clock, PATIENCE)
        if job_id not in items:
            raise _GoneError
        described = _Description(items[job_id], gateway, self._clock.now())
        with self._lock:
            self._cached[job_id] = described
            self._cached.move_to_end(job_id)
            while len(self._cached) > MOST_CACHED:
                self._cached.popitem(last=False)
        return described


def _line(event: LogEvent) -> list[Any]:
    text = event.message.rstrip("\r\n")
    return [event.time_ms, text if len(text) <= LINE_LENGTH else f"{text[:LINE_LENGTH]}…"]
