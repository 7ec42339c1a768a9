"""The fields of the search language as one table: a new field is one line here and one in `widget/js/search/fields.js`.

A field is read from the column of its `source`. Where a list has no such column, the field is not known there, which
is said explicitly: an absent column is never 0, and never matches.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ENDED", "FIELDS", "STATUS_WORDS", "SYNONYMS", "TITLES", "WAITING", "Field", "Kind"]


class Kind(StrEnum):
    """What the values of a field are, which decides how they are asked for."""

    TEXT = "text"
    ID = "id"
    QUEUE = "queue"
    """A name, or an ARN that ends in it."""
    DEFINITION = "definition"
    """name:revision, or an ARN that ends in it."""
    STATUS = "status"
    TAGS = "tags"
    NUMBER = "number"
    MEMORY = "memory"
    """MiB."""
    SINCE = "since"
    """How long ago the moment in the column was."""
    MOMENT = "moment"
    """Epoch milliseconds."""
    FLAG = "flag"
    """What a picker knows of a row: whether it is selected, or an odd one out."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `name` is how it is typed."""

    name: str
    kind: Kind
    source: str
    """The column that it is read from, by its role; for a column of the user's own, the title."""
    during: tuple[str, ...] = ()
    """The statuses in which a job has this at all. A job in another one is known not to match."""
    is_none_if_missing: bool = False
    """Whether an empty cell says that there is none. Otherwise it says that nobody knows."""
    described_as: str = ""
    """For what only DescribeJobs tells: how a message calls it. Empty for what a listing has."""
    takes_dates: bool = False


WAITING = ("SUBMITTED", "PENDING", "RUNNABLE")
ENDED = ("SUCCEEDED", "FAILED")

FIELDS = (
    Field("name", Kind.TEXT, "name"),
    Field("status", Kind.STATUS, "status"),
    Field("queue", Kind.QUEUE, "queue"),
    Field("definition", Kind.DEFINITION, "definition"),
    Field("id", Kind.ID, "id"),
    Field("age", Kind.SINCE, "created"),
    Field("running", Kind.SINCE, "started", during=("RUNNING",)),
    Field("waiting", Kind.SINCE, "created", during=WAITING),
    Field("stopped", Kind.SINCE, "stopped", during=ENDED, takes_dates=True),
    Field("created", Kind.MOMENT, "created"),
    Field("started", Kind.MOMENT, "started"),
    Field("vcpu", Kind.NUMBER, "vcpu", described_as="vCPUs"),
    Field("gpu", Kind.NUMBER, "gpu", described_as="GPUs"),
    Field("memory", Kind.MEMORY, "memory", described_as="Memory sizes"),
    Field("hours", Kind.NUMBER, "hours"),
    Field("cost", Kind.NUMBER, "cost"),
    Field("array", Kind.NUMBER, "size", is_none_if_missing=True),
    Field("tries", Kind.NUMBER, "tries", described_as="Tries"),
    Field("exit", Kind.NUMBER, "exit", described_as="Exit codes"),
    Field("reason", Kind.TEXT, "reason", is_none_if_missing=True),
    Field("share", Kind.TEXT, "share", is_none_if_missing=True),
    Field("tag", Kind.TAGS, "tags", described_as="Tags"),
    Field("result", Kind.TEXT, "fate", is_none_if_missing=True),
    Field("is", Kind.FLAG, "flags"),
)

TITLES = {
    "name": ("jobName", "job_name", "name"),
    "status": ("status", "jobStatus", "Status"),
    "queue": ("jobQueue", "job_queue", "queue"),
    "definition": ("jobDefinition", "job_definition"),
    "id": ("jobId", "job_id", "JobId", "id"),
    "created": ("createdAt", "created_at"),
    "started": ("startedAt", "started_at"),
    "stopped": ("stoppedAt", "stopped_at"),
    "vcpu": ("vcpus",),
    "gpu": ("gpus",),
    "memory": ("memory",),
    "hours": ("hours",),
    "cost": ("cost",),
    "size": ("arraySize", "array_size"),
    "tries": ("tries",),
    "exit": ("exitCode", "exit_code"),
    "reason": ("statusReason", "status_reason"),
    "share": ("shareIdentifier", "share_identifier"),
    "tags": ("tags",),
    "fate": ("outcome",),
}
"""The titles by which a DataFrame has each source, the first that is there."""

STATUS_WORDS = {
    "running": ("RUNNING",),
    "runnable": ("RUNNABLE",),
    "starting": ("STARTING",),
    "pending": ("PENDING",),
    "submitted": ("SUBMITTED",),
    "succeeded": ("SUCCEEDED",),
    "failed": ("FAILED",),
    "active": (*WAITING, "STARTING", "RUNNING"),
    "waiting": WAITING,
    "ended": ENDED,
}
"""What may follow `status:`; the order is that of suggestions."""

SYNONYMS = {
    "cpu": "vcpu",
    "cpus": "vcpu",
    "gpus": "gpu",
    "mem": "memory",
    "ram": "memory",
    "state": "status",
    "job": "name",
    "attempts": "tries",
    "retries": "tries",
    "label": "tag",
    "outcome": "result",
    "live": "active",
    "queued": "waiting",
    "done": "ended",
    "finished": "ended",
    "completed": "ended",
    "success": "succeeded",
    "cancelled": "failed",
    "terminated": "failed",
}
"""What people type for a field or a status, to suggest the word that there is. None of them is understood."""
