"""Lost: what a journal no longer holds of its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from batchnb.text import plural, shown

__all__ = ["NOTHING", "Lost"]

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Lost:
    """What a journal has lost; false where that is nothing."""

    job_ids: tuple[str, ...] = ()
    """Jobs of the plan that no line describes, by what names them."""
    unnamed: int = 0
    """More such jobs, whose ids are nowhere."""
    lines: tuple[tuple[int, int], ...] = ()
    """Numbers of lines, from and to, that are missing or cannot be read."""
    evidence: tuple[str, ...] = ()
    """Jobs of which it is not known any more, in part, how they were when the plan was made."""
    others: tuple[str, ...] = ()
    """What else is wrong, in words."""

    def __bool__(self) -> bool:
        return bool(self.job_ids or self.unnamed or self.lines or self.evidence or self.others)

    @property
    def jobs(self) -> int:
        """How many jobs of the plan are missing."""
        return len(self.job_ids) + self.unnamed

    def and_(self, other: Lost) -> Lost:
        """Return what is lost by either."""
        return Lost(
            tuple(dict.fromkeys((*self.job_ids, *other.job_ids))),
            max(self.unnamed, other.unnamed),
            tuple(dict.fromkeys((*self.lines, *other.lines))),
            tuple(dict.fromkeys((*self.evidence, *other.evidence))),
            tuple(dict.fromkeys((*self.others, *other.others))),
        )

    def without(self, other: Lost) -> Lost:
        """Return what is lost by this and not by the other."""
        known, told = set(other.job_ids), set(other.evidence)
        return Lost(
            tuple(job_id for job_id in self.job_ids if job_id not in known),
            max(0, self.unnamed - other.unnamed),
            tuple(span for span in self.lines if span not in other.lines),
            tuple(job_id for job_id in self.evidence if job_id not in told),
            tuple(one for one in self.others if one not in other.others),
        )

    def __str__(self) -> str:
        evidence = [f"a part of the evidence of {plural(len(self.evidence), 'job')}"] if self.evidence else []
        return "; ".join([*self._jobs_text(), *self._lines_text(), *evidence, *self.others])

    def _jobs_text(self) -> list[str]:
        if not self.jobs:
            return []
        names = ", ".join(shown(job_id, 60) for job_id in self.job_ids[:_SHOWN])
        more = self.jobs - min(len(self.job_ids), _SHOWN)
        if names and more:
            names += f" and {more:,} more"
        return [f"{plural(self.jobs, 'job')} of the plan, which may still run ({names or 'no line names them'})"]

    def _lines_text(self) -> list[str]:
        if not self.lines:
            return []
        spans = [f"{first}" if first == last else f"{first} to {last}" for first, last in self.lines[:_SHOWN]]
        more = f" and {len(self.lines) - _SHOWN} more gaps" if len(self.lines) > _SHOWN else ""
        is_one = len(self.lines) == 1 and self.lines[0][0] == self.lines[0][1]
        return [f"{'line' if is_one else 'lines'} {', '.join(spans)}{more}"]

    def record(self) -> dict[str, Any]:
        """Return this for a journal."""
        return {
            "jobIds": list(self.job_ids),
            "unnamed": self.unnamed,
            "lines": [list(span) for span in self.lines],
            "evidence": list(self.evidence),
            "others": list(self.others),
        }

    @classmethod
    def from_record(cls, record: object) -> Lost:
        """Return what `record` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        if not isinstance(record, Mapping):
            return cls()
        spans = [(int(first), int(last)) for first, last in record["lines"]]
        job_ids, evidence, others = (tuple(map(str, record[name])) for name in ("jobIds", "evidence", "others"))
        return cls(job_ids, int(record["unnamed"]), tuple(spans), evidence, others)


NOTHING = Lost()
"""What a journal has lost that is whole."""
