"""Job ids and ARNs: parsed and validated before any call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from batchnb.errors import InputError
from batchnb.text import shown

__all__ = ["JobId", "account_and_partition", "array_parent", "is_job_arn", "is_job_id", "parse_job_id", "queue_name"]

_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
# An array has at most 10,000 children, a multi-node job at most 1,000 nodes: no index has more digits.
_JOB_ID = re.compile(rf"(?P<job>{_UUID})(?::(?P<index>\d{{1,5}})|\#(?P<node>\d{{1,4}}))?", re.ASCII)
_JOB_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):batch:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):job/(?P<id>.+)",
    re.ASCII | re.DOTALL,
)
_SERVICE_JOB_ARN = re.compile(r"arn:aws[a-z-]*:batch:[^:]*:[^:]*:service-job/.*", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class JobId:
    """One job by its id. The other fields are known only where an ARN was given."""

    job_id: str
    """`UUID`, `UUID:index` for a child of an array, `UUID#n` for a node of a multi-node job."""
    account: str | None = None
    region: str | None = None
    partition: str | None = None

    @property
    def array_parent(self) -> str | None:
        """Return the id of the array job that this is a child of, or None.

        >>> JobId("11111111-2222-3333-4444-555555555555:7").array_parent
        '11111111-2222-3333-4444-555555555555'
        """
        return array_parent(self.job_id)

    @property
    def multi_node_job(self) -> str | None:
        """Return the id of the multi-node job that this is a node of, or None."""
        job, hash_sign, _ = self.job_id.partition("#")
        return job if hash_sign else None


def parse_job_id(text: object) -> JobId:
    """Return the job that `text` names: a job id, a job ARN or a `uuid.UUID`, white space around it ignored.

    AWS writes ids in lower case. Excel and SQL Server write them in capitals and mean the same job.

    >>> parse_job_id(" 11111111-2222-3333-4444-555555555555:7 ").job_id
    '11111111-2222-3333-4444-555555555555:7'
    >>> parse_job_id("arn:aws:batch:eu-west-1:123456789012:job/11111111-2222-3333-4444-555555555555").region
    'eu-west-1'

    Raises InputError for anything else, for ARNs of other things, and for the service jobs of SageMaker,
    which have calls of their own that batchnb does not make.
    """
    if isinstance(text, UUID):
        return JobId(str(text))
    if not isinstance(text, str):
        raise InputError(f"{shown(repr(text))} is not a job id: a job id is a string such as {_EXAMPLE}.")
    bare = text.strip()
    if arn := _JOB_ARN.fullmatch(bare):
        if not _JOB_ID.fullmatch(arn["id"]):
            raise InputError(f"{shown(repr(text))} is a job ARN with a malformed job id in it.")
        return JobId(arn["id"].lower(), arn["account"], arn["region"], arn["partition"])
    if _JOB_ID.fullmatch(bare):
        return JobId(bare.lower())
    if _SERVICE_JOB_ARN.fullmatch(bare):
        raise InputError(
            f"{shown(repr(text))} is a service job. batchnb ends container jobs only; "
            "use 'aws batch terminate-service-job' for it."
        )
    raise InputError(f"{shown(repr(text))} is not a job id: expected {_EXAMPLE}, or a job's ARN.")


def is_job_id(value: object) -> bool:
    """Return whether `parse_job_id` takes this value."""
    if isinstance(value, str):
        bare = value.strip()
        arn = _JOB_ARN.fullmatch(bare)
        return _JOB_ID.fullmatch(arn["id"] if arn else bare) is not None
    return isinstance(value, UUID)


def is_job_arn(value: object) -> bool:
    """Return whether this is the ARN of a job of AWS Batch."""
    return isinstance(value, str) and ":batch:" in value and is_job_id(value)


_EXAMPLE = "a UUID, UUID:index for an array child or UUID#n for a node"


def array_parent(job_id: str) -> str | None:
    """Return the id of the array job of which this is a child's id, or None, as `JobId.array_parent` does.

    It is asked of each of 100,000 ids several times, and does without a JobId for it.
    """
    return job_id.partition(":")[0] if ":" in job_id else None


def account_and_partition(job_arn: str | None) -> tuple[str | None, str | None]:
    """Return the account and the partition (`aws`, `aws-cn`, ...) in a job's ARN, None where it has none."""
    arn = _JOB_ARN.fullmatch(job_arn or "")
    return (arn["account"], arn["partition"]) if arn else (None, None)


def queue_name(queue: str) -> str:
    """Return the name of a job queue given by name or ARN.

    >>> queue_name("arn:aws:batch:eu-west-1:123456789012:job-queue/train-gpu")
    'train-gpu'
    """
    return queue.rpartition(":job-queue/")[2]
