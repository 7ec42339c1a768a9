"""Names of things: the Region and account that do not exist, job ids, ARNs, and ids made from a seed."""

from __future__ import annotations

import random
import re

__all__ = [
    "ACCOUNT",
    "REGION",
    "IdMaker",
    "definition_arn",
    "definition_name",
    "is_job_id",
    "job_arn",
    "name_of_queue",
    "queue_arn",
]

REGION = "local-1"
"""No Region of AWS has this name."""

ACCOUNT = "000000000000"
"""No account of AWS has this number."""

_ARN = f"arn:aws:batch:{REGION}:{ACCOUNT}:"
_JOB_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}([:#][0-9]{1,5})?")


class IdMaker:
    """Makes UUIDs that are the same for the same seed."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - ids must be reproducible, they are no secret

    def next_id(self) -> str:
        """Answer a new UUID in its text form, version 4 by its looks."""
        digits = f"{self._random.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def is_job_id(text: str) -> bool:
    """Say whether this is a job's id: a UUID, an array child's `UUID:index` or a node's `UUID#n`. No ARN is."""
    return _JOB_ID.fullmatch(text) is not None


def job_arn(job_id: str) -> str:
    """Answer the ARN of a job."""
    return f"{_ARN}job/{job_id}"


def queue_arn(name: str) -> str:
    """Answer the ARN of a job queue."""
    return f"{_ARN}job-queue/{name}"


def name_of_queue(name_or_arn: str) -> str:
    """Answer the queue's name, given that or its ARN. An ARN of elsewhere stays whole, so it is found nowhere."""
    return name_or_arn.removeprefix(f"{_ARN}job-queue/")


def definition_arn(definition: str) -> str:
    """Answer the ARN of a job definition, given as `name:revision` or already as its ARN."""
    return definition if definition.startswith("arn:") else f"{_ARN}job-definition/{definition}"


def definition_name(definition: str) -> str:
    """Answer a job definition's name, without ARN and revision."""
    return definition.rpartition("/")[2].partition(":")[0]
