"""What the containers of a job write: lines with times, the same whenever they are read, made only when they are."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from batchnb.local.world.job import ENDED

if TYPE_CHECKING:
    from batchnb.local.world.body import Container
    from batchnb.local.world.job import Attempt, Job
    from batchnb.local.world.registry import Registry

__all__ = ["Log", "find_log"]

_STEP_MS = 15_000
"""How often a container that nobody wrote a log for says how far it is."""

_STREAM = re.compile(r"[^/]+/(?P<container>[^/]+)/(?P<task>[0-9a-f]{32})(?P<rest>[0-9]{1,10})")
_ENDINGS = {
    137: ("Killed",),
    143: ("Received SIGTERM", "Stopping"),
}
_FAILURE = (
    "Traceback (most recent call last):",
    '  File "/app/main.py", line 214, in <module>',
    "    run(arguments)",
    '  File "/app/main.py", line 87, in run',
    "    raise InputError(path)",
    "InputError: s3://bucket/input/part-0007: unexpected end of file",
)


@dataclass(frozen=True, slots=True)
class Log:
    """The lines of one log stream, by number. `stopped_at` is None while the container runs."""

    head: Sequence[str]
    tail: Sequence[str]
    started_at: int
    stopped_at: int | None
    end: int
    """The newest line is not later than this."""
    salt: str
    has_steps: bool = True

    def __len__(self) -> int:
        return len(self.head) + self._steps + len(self.tail)

    @property
    def _steps(self) -> int:
        return max(0, (self.end - self.started_at) // _STEP_MS) if self.has_steps else 0

    def time_of(self, number: int) -> int:
        """Return when a line was written, in epoch milliseconds. Times never go back."""
        if not self.has_steps:  # lines that somebody set: evenly over the time that the container ran
            return self.started_at + (self.end - self.started_at) * number // max(1, len(self))
        if number < len(self.head):
            return self.started_at
        step = number - len(self.head) + 1
        return self.started_at + step * _STEP_MS if step <= self._steps else self.end

    def message_of(self, number: int) -> str:
        """Return what a line says; it is never empty, as CloudWatch keeps no empty lines."""
        if number < len(self.head):
            return self.head[number] or " "
        step = number - len(self.head) + 1
        if step > self._steps:
            return self.tail[step - self._steps - 1]
        noise = crc32(f"{self.salt} {step}".encode()) / 2**32
        return f"step {step}: loss {4 / (1 + step / 40) + noise / 10:.4f}, {0.8 + noise:.2f} s"

    def first_from(self, time_ms: int) -> int:
        """Return the number of the first line that was written at this time or later."""
        return bisect_left(range(len(self)), time_ms, key=self.time_of)


def find_log(ledger: Registry, group: str, stream: str, now_ms: int) -> Log | None:
    """Return the log of a stream in a group, or None where there is no such stream."""
    for job, container, number in _candidates(ledger, stream):
        if container.log_group == group:
            return _log_of(job, container, number, now_ms, ledger.logs.get(stream))
    return None


def _candidates(ledger: Registry, stream: str) -> list[tuple[Job, Container, int]]:
    """Return the containers and attempts that a stream's name may mean; it holds index and attempt without a mark."""
    parts = _STREAM.fullmatch(stream)
    if parts is None:
        return []
    task, rest = parts["task"], parts["rest"]
    uuid = "-".join((task[:8], task[8:12], task[12:16], task[16:20], task[20:]))
    found = []
    for cut in range(len(rest)):
        suffixes = (f":{rest[:cut]}", f"#{rest[:cut]}") if cut else ("",)
        for job in filter(None, (ledger.find(uuid + suffix) for suffix in suffixes)):
            number = int(rest[cut:])
            names = {job.stream_of(number, one.name): one for one in job.body.containers}
            if stream in names and _has_run(job, number):
                found.append((job, names[stream], number))
    return found


def _has_run(job: Job, number: int) -> bool:
    runs_now = job.started_at is not None and job.status not in ENDED
    return job.children is None and number < len(job.attempts) + runs_now


def _log_of(job: Job, container: Container, number: int, now_ms: int, lines: Sequence[str] | None) -> Log:
    attempt = job.attempts[number] if number < len(job.attempts) else None
    started = attempt.started_at if attempt else job.started_at
    stopped = attempt.stopped_at if attempt else None
    end = stopped if stopped is not None else now_ms
    salt = job.stream_of(number, container.name)
    if lines is not None:
        return Log(lines, (), started or end, stopped, end, salt, has_steps=False)
    command = " ".join(_substitute(word, job) for word in container.command)
    head = (
        f"Starting {container.name} of {job.name} from {container.image}",
        f"+ {command}" if command else "+ entrypoint",
    )
    return Log(head, _tail(job, container, attempt), started or end, stopped, end, salt)


def _substitute(word: str, job: Job) -> str:
    name = word.removeprefix("Ref::")
    return job.spec.parameters.get(name, word) if name != word else word


def _tail(job: Job, container: Container, attempt: Attempt | None) -> Sequence[str]:
    if attempt is None:
        return ()
    code = attempt.exit_code
    if container is not job.body.main:
        code = (attempt.exit_codes or {}).get(container.name, 0)
    return ("Done",) if code == 0 else _ENDINGS.get(code, _FAILURE)
