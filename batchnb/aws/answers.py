"""What calls of AWS Batch answered, as records of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from batchnb.jobs.job import Job

__all__ = ["BulkAnswer", "ItemError", "Page", "item_error"]


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of ListJobs."""

    jobs: list[Job]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class ItemError:
    """What TerminateJobs said of one job inside an answer that was a success as a whole."""

    job_id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class BulkAnswer:
    """What one TerminateJobs call answered. An id that stands in neither part was left unanswered."""

    accepted: frozenset[str]
    errors: Mapping[str, ItemError]
    request_id: str | None


def item_error(item: Mapping[str, Any]) -> ItemError:
    """Return what an answer says of one job; anything but a text in it is ignored."""
    job_id, code, message = (
        value if isinstance(value := item.get(name), str) else "" for name in ("job", "code", "message")
    )
    return ItemError(job_id, code, message)
