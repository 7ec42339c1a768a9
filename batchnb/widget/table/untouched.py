"""Which jobs a run has left untouched: the result, its buttons and the rows of the table say the same of each."""

from __future__ import annotations

from batchnb.jobs.outcome import Outcome
from batchnb.model.result import JobResult
from batchnb.running.tag_gate import PROTECTED

__all__ = ["is_untouched"]


def is_untouched(result: JobResult) -> bool:
    """Whether the job was to be ended, no request for it got through, and nothing speaks against another one."""
    is_protected = result.error_code == PROTECTED
    return result.outcome is Outcome.NOT_ATTEMPTED and result.planned.verdict.is_sent and not is_protected
