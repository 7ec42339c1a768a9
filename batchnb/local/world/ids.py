"""Ids: what has the form of a job id, and UUIDs made from a seed."""

from __future__ import annotations

import random
import re

__all__ = ["IdMaker", "definition_name", "is_job_id"]

_JOB_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}([:#][0-9]{1,5})?")


class IdMaker:
    """Makes UUIDs that are the same for the same seed."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - ids must be reproducible, they are not secret

    def next_id(self) -> str:
        """Return a new UUID in its text form, version 4 by its looks."""
        digits = f"{self._random.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def is_job_id(text: str) -> bool:
    """Whether this is a job's id: a UUID, an array child's `UUID:index` or a node's `UUID#n`. No ARN is."""
    return _JOB_ID.fullmatch(text) is not None


def definition_name(definition: str) -> str:
    """Return a job definition's name, without ARN and revision."""
    return definition.rpartition("/")[2].partition(":")[0]
