"""Newcomers: jobs like those of a plan that were submitted since. A script that submits is often still running."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from batchnb.text import plural, shown

__all__ = ["Newcomers"]

_PLAIN = re.compile(r"[\w.:/-]+", re.ASCII)
_LATER = 10 * 60
"""Seconds after the report for which the command that it prints still finds every one of them."""


@dataclass(frozen=True, slots=True)
class Newcomers:
    """The new jobs that a search of the plan's queues found after a run."""

    count: int | None
    """How many jobs like those of the plan were submitted since it was made; None where that was not looked at."""
    gap: str = ""
    """Why there may be more, or why it was not looked at; empty where all is known."""
    job_ids: tuple[str, ...] = ()
    """Their ids, for a plan of their own."""
    queues: tuple[str, ...] = ()
    """The queues that they are in."""

    @property
    def sentence(self) -> str:
        """Say it in one sentence, empty where there are none."""
        if self.count is None:
            return f"New jobs like these: not looked at ({shown(self.gap, 300)})."
        if not self.count:
            return ""
        least = "At least " if self.gap else ""
        were = "was" if self.count == 1 else "were"
        why = f" ({shown(self.gap, 300)})" if self.gap else ""
        return f"{least}{plural(self.count, 'new job')} like these {were} submitted since the plan{why}."

    def to_type(self, since: datetime, now: datetime, where: str = "") -> str:
        """Return the line that lists the live ones, with all jobs that are as new in their queues; empty for none.

        `since` is when the plan was made, and `where` are the flags that lead there.
        """
        queues = [queue for queue in self.queues if _PLAIN.fullmatch(queue)]
        if not self.count or len(queues) < len(self.queues):
            return ""
        minutes = 5 * math.ceil(((now - since).total_seconds() + _LATER) / 300)
        flags = [*(f"--queue {queue}" for queue in queues), f"--newer-than {minutes}m", *([where] if where else [])]
        return " ".join(["%batch_jobs", *flags])

    def record(self) -> dict[str, Any]:
        """Return it for the journal."""
        return {"count": self.count, "gap": self.gap, "jobIds": list(self.job_ids), "queues": list(self.queues)}

    @classmethod
    def from_record(cls, record: object) -> Newcomers | None:
        """Return what `record` wrote; None for anything else."""
        if not isinstance(record, Mapping):
            return None
        count, gap = record.get("count"), record.get("gap")
        lists = [record.get(name) for name in ("jobIds", "queues")]
        job_ids, queues = (tuple(map(str, one)) if isinstance(one, list) else () for one in lists)
        if isinstance(count, bool) or not isinstance(count, int | None) or (count is not None and count < 0):
            return None
        return cls(count, gap if isinstance(gap, str) else "", job_ids, queues)
