"""How a job that runs by itself ends: with which exit code, after how long, and whether it is tried again.

A name that ends in `exit-3` says the exit code, one in `exit-137-0` that of each attempt in turn. Tags say more:
`batchnb:exit-code` (`3`, or `137,0` for each attempt; `batchnb:exit-code:7` for child 7 of an array),
`batchnb:run-seconds`, `batchnb:reason` (of the container) and `batchnb:status-reason` (of the attempt).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchnb.errors import LocalError
from batchnb.local.world.body import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchnb.local.world.job import Job
    from batchnb.local.world.times import Pace

__all__ = ["CONTAINER_EXITED", "POD_EXITED", "TIMED_OUT", "Run", "check_tags", "exit_reason", "plan_run", "wants_retry"]

CONTAINER_EXITED = "Essential container in task exited"
POD_EXITED = "Container in pod exited"
TIMED_OUT = "Job attempt duration exceeded timeout"

_TAG = "batchnb:"
_CODES = re.compile(r"\d{1,3}(,\d{1,3})*")
_NAMED = re.compile(r"(?:^|[-_])exit((?:[-_]\d{1,3})+)$")
_KILLED = 137


@dataclass(frozen=True, slots=True)
class Run:
    """What one attempt comes to."""

    seconds: float
    exit_code: int
    reason: str | None
    status_reason: str
    is_timed_out: bool = False


def check_tags(tags: Mapping[str, str]) -> None:
    """Raise `LocalError` for a tag that is meant to say how the job runs, and does not."""
    for key, text in tags.items():
        if key.startswith(f"{_TAG}exit-code") and not _is_codes(text):
            raise LocalError(f"the tag {key} must be exit codes like 3 or 137,0, got {text!r}")
        if key == f"{_TAG}run-seconds":
            _read_seconds(text)


def plan_run(job: Job, pace: Pace) -> Run:
    """Return what the next attempt of a job comes to."""
    tags = job.spec.tags
    seconds = _read_seconds(tags[f"{_TAG}run-seconds"]) if f"{_TAG}run-seconds" in tags else pace.running
    timeout = job.spec.timeout
    if timeout is not None and seconds > timeout:
        return Run(timeout, _KILLED, None, TIMED_OUT, is_timed_out=True)
    codes = _exit_codes(job)
    code = codes[min(len(job.attempts), len(codes) - 1)]
    if code == 0:
        return Run(seconds, 0, None, exit_reason(job))
    status_reason = tags.get(f"{_TAG}status-reason") or exit_reason(job)
    return Run(seconds, code, tags.get(f"{_TAG}reason"), status_reason)


def exit_reason(job: Job) -> str:
    """Return what AWS Batch says of an attempt whose container has exited by itself."""
    return POD_EXITED if job.body.main_body.kind is Kind.EKS else CONTAINER_EXITED


def wants_retry(job: Job, run: Run) -> bool:
    """Whether the retry strategy lets a job try again after this attempt, which is not yet among its attempts.

    The first rule of `evaluateOnExit` whose conditions all fit decides; if none fits, the job is tried again.
    """
    retry = job.spec.retry
    if retry is None or run.is_timed_out or len(job.attempts) + 1 >= retry.get("attempts", 1):
        return False
    seen = {"onExitCode": str(run.exit_code), "onReason": run.reason or "", "onStatusReason": run.status_reason}
    for rule in retry.get("evaluateOnExit") or ():
        if all(_fits(rule[name], text) for name, text in seen.items() if rule.get(name) is not None):
            return str(rule["action"]).upper() == "RETRY"
    return True


def _fits(pattern: str, text: str) -> bool:
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _exit_codes(job: Job) -> list[int]:
    tags = job.spec.tags
    text = tags.get(f"{_TAG}exit-code:{job.index}") if job.parent is not None and not job.is_node else None
    text = text if text is not None else tags.get(f"{_TAG}exit-code")
    if text is None:
        named = _NAMED.search(job.name)
        text = ",".join(re.findall(r"\d+", named[1])) if named else "0"
    return [int(code) for code in text.split(",")] if _is_codes(text) else [0]


def _is_codes(text: str) -> bool:
    return _CODES.fullmatch(text) is not None and all(int(code) <= 255 for code in text.split(","))


def _read_seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise LocalError(f"the tag {_TAG}run-seconds must be a number of seconds, got {text!r}")
    return seconds
