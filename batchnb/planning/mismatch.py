"""Mismatches: the jobs that are no longer the ones that a plan shows, all of them, with what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from batchnb.errors import PlanMismatchError
from batchnb.jobs.ids import account_and_partition, array_parent
from batchnb.jobs.job import Job
from batchnb.model.dependents import Dependent
from batchnb.model.facts import PlanFacts
from batchnb.model.verdict import PlannedJob
from batchnb.text import plural, shown

__all__ = ["Mismatches"]

_NAMED = 3
"""Jobs that the message names one by one."""
_NOTHING = "Nothing was ended. Make a new plan."


@dataclass(slots=True)
class Mismatches:
    """The differences between a plan and its jobs as AWS describes them now."""

    plan: PlanFacts
    _changed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Each job that is another now, with the words for what is new."""
    _sentences: list[str] = field(default_factory=list)
    _dependents: list[Dependent] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self._changed or self._dependents)

    def compare(self, planned: PlannedJob, job: Job) -> bool:
        """Note whether the job, as it is described now, is another than the plan shows; return whether it is."""
        differences = list(_differences(self.plan, planned, job))
        if differences:
            self._changed[planned.job_id] = tuple(word for word, _ in differences)
            self._sentences.append(f"{planned.job_id}: {', '.join(text for _, text in differences)}")
        return bool(differences)

    def note_dependents(self, new: Sequence[Dependent], known: Sequence[Dependent]) -> None:
        """Note jobs that would fail and that the plan does not show; `known` are all that would fail now."""
        self._dependents += new
        because = {one.job_id: one.because_of for one in known}
        for dependent in new:
            root = _root(dependent, because, {one.job_id for one in self.plan.to_end})
            self._changed[root] = (*self._changed.get(root, ()), "dependent")

    def check(self) -> None:
        """Raise PlanMismatchError, which names all of them, if there are any."""
        if not self:
            return
        sentences = [*self._jobs_text(), *self._dependents_text()]
        count = len(self.plan.to_end)
        raise PlanMismatchError(
            f"{' '.join(sentences)} {_NOTHING}", changed=self._changed, of=count, dependents=len(self._dependents)
        )

    def _jobs_text(self) -> Iterator[str]:
        count = len(self._sentences)
        if count:
            more = f"; and {plural(count - _NAMED, 'more job')}" if count > _NAMED else ""
            are = "is not the job" if count == 1 else "are not the jobs"
            jobs = f"{count:,} of {plural(len(self.plan.to_end), 'job')} {are} that the plan shows"
            yield f"{jobs}: {'; '.join(self._sentences[:_NAMED])}{more}."

    def _dependents_text(self) -> Iterator[str]:
        if self._dependents:
            first = self._dependents[0]
            yield (
                f"{plural(len(self._dependents), 'job')} would fail with those of the plan that it does not show, "
                f"{first.job_id} ({shown(first.job.job_name, 60)}) first: submitted since, or never looked for."
            )


def _differences(plan: PlanFacts, planned: PlannedJob, job: Job) -> Iterator[tuple[str, str]]:
    """Yield what is new about a job, in a word and in a sentence."""
    was = planned.job
    for what, before, is_now in (
        ("name", planned.job_name, job.job_name),
        ("queue", planned.job_queue, job.job_queue),
        ("account", plan.identity.account, account_and_partition(job.job_arn)[0] or plan.identity.account),
        ("definition", was and was.job_definition, job.job_definition),
        ("number of children", was and was.array_size, job.array_size),
        ("number of nodes", was and was.num_nodes, job.num_nodes),
    ):
        if before != is_now:
            yield what, f"its {what} was {shown(repr(before), 80)} and is {shown(repr(is_now), 80)}"


def _root(dependent: Dependent, because: Mapping[str, str], ends: set[str]) -> str:
    """Return the job of the plan with which a dependent fails, or the last job on the way to it that is known."""
    job_id, seen = dependent.because_of, {dependent.job_id}
    while job_id not in ends and job_id not in seen:
        seen.add(job_id)
        parent = array_parent(job_id)
        if parent in ends:
            return parent
        job_id = because.get(job_id) or because.get(parent or "") or job_id
    return job_id
