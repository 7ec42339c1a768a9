"""Expectation: whether a plan ends what somebody saw before, or less, and if it does not, what differs.

"These or fewer, never others": jobs that have ended since drop out, and one that moved on in its life is the same job.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from batchnb.errors import InputError, PlanMismatchError
from batchnb.model.at_hand import find_at_hand
from batchnb.model.facts import DIGEST_SHOWN, DROPPED_OUT, Expected, PlanFacts
from batchnb.model.plain_facts import plain_facts
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.text import plural, shown

__all__ = ["Expectation", "check_expected", "differences", "name_dropped", "read_expectation"]

_SHORTEST_PREFIX = 8
_JOBS_SHOWN = 5
_DROPPED_SHOWN = 20
_NOTHING = "Nothing was ended."
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+", re.ASCII)
_PLAN_AND_NUMBER = re.compile(rf"(.*?\S)\s*,\s*({_NUMBER.pattern})", re.DOTALL | re.ASCII)
_DIGEST = re.compile(rf"[0-9a-f]{{{_SHORTEST_PREFIX},64}}")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a plan has to be: a plan or its digest, a number of jobs, or both. Made by `read_expectation`."""

    plan: PlanFacts | None = None
    digest: str = ""
    """The beginning of a digest, where it is not known of which plan."""
    count: int | None = None
    """The number of jobs that somebody typed: of the expected plan, where there is one, otherwise of this one."""
    name: str = "the expected plan"
    """How the expected plan is named in messages."""

    def record(self) -> dict[str, object]:
        """Return what somebody typed, for the journal."""
        digest = self.plan.digest if self.plan is not None else self.digest
        return {"digest": digest or None, "count": self.count, "name": self.name if digest else None}


def read_expectation(expect: Expected, load: Callable[[str | os.PathLike[str]], PlanFacts]) -> Expectation | None:
    """Return what is expected, None for nothing; `load` reads a saved plan.

    Raises InputError for what says nothing, and what `load` raises.
    """
    if expect is None:
        return None
    what, number = _split(expect)
    if number is not None and (count := _number(number)) is not None and (found := _read_plan(what, load)):
        return Expectation(found.plan, found.digest, count, found.name)
    if number is None:
        if (count := _number(what)) is not None:
            return Expectation(count=count)
        if found := _read_plan(what, load):
            return found
    raise InputError(
        f"expect: {shown(repr(expect), 80)} is neither a number of jobs nor the first {_SHORTEST_PREFIX} or more "
        "hex digits of a digest, nor the path of a saved plan, which ends in .json. With a plan, the number of jobs in "
        "it can be given: ('plan.json', 66), or plan.json,66."
    )


def check_expected(plan: PlanFacts, expected: Expectation | None) -> tuple[str, ...]:
    """Return sentences on the jobs that were expected to end, and that this plan does not end any more.

    Raises PlanMismatchError where the plan is not the expected one: where it would end other jobs, or more.
    """
    if expected is None:
        return ()
    before = expected.plan
    if before is None and expected.digest:
        before = _at_hand(expected.digest, plan)
        if before is None:
            _check_digest(plan, expected.digest)
    if expected.count is not None:
        _check_count(before or plan, expected.count, expected.name if before else "the plan", plan)
    if before is None:
        return ()
    found = differences(plan, before)
    if found:
        which = f"{plan.digest[:DIGEST_SHOWN]}, not {before.digest[:DIGEST_SHOWN]}"
        text = "\n  ".join(found)
        raise PlanMismatchError(f"expect: another plan was expected. This is {which}.\n  {text}\n{_NOTHING}")
    return name_dropped(plan, before)


def differences(plan: PlanFacts, other: PlanFacts) -> list[str]:
    """Return a sentence for each way in which `plan` ends other jobs than `other`, or more; none where it does not.

    `other` was seen before. Jobs are named, `_JOBS_SHOWN` of a kind.
    """
    before = {planned.job_id: planned for planned in other.jobs}
    new = [_named(one) for one in plan.to_end if one.job_id not in before]
    changed = [f"{_named(one)} {what}" for one in plan.to_end for what in _changes(one, before)]
    sentences = []
    if plan.identity.place != other.identity.place:
        sentences.append(f"It is for {plan.identity}, and was for {other.identity}.")
    if plan.reason != other.reason:
        sentences.append(f"The reason is {shown(repr(plan.reason), 200)}, and was {shown(repr(other.reason), 200)}.")
    for jobs, what in ((new, "new"), (changed, "changed")):
        if jobs:
            sentences.append(f"{plural(len(jobs), 'job')} {what}: {_some(jobs, _JOBS_SHOWN)}.")
    return sentences + list(_new_dependents(plan, other))


def name_dropped(plan: PlanFacts, other: PlanFacts) -> tuple[str, ...]:
    """Return a sentence that names the jobs that `other` ends and `plan` does not; none where it ends them all."""
    now = {planned.job_id: planned for planned in plan.jobs}
    gone = [
        f"{_named(one)} {f'is {_state(now[one.job_id])}' if one.job_id in now else 'is not in this plan'}"
        for one in other.to_end
        if one.job_id not in now or not _ends(now[one.job_id])
    ]
    if not gone:
        return ()
    return (f"{DROPPED_OUT}{plural(len(gone), 'job')}: {_some(gone, _DROPPED_SHOWN)}.",)


def _split(expect: object) -> tuple[object, object]:
    """Return a plan, path, digest or number, and the number that was given with it, None where none was."""
    if isinstance(expect, (tuple, list)):
        what, number = expect if len(expect) == 2 else (None, None)
        return what, "" if number is None else number
    if isinstance(expect, str) and _number(expect) is None and (pair := _PLAN_AND_NUMBER.fullmatch(expect.strip())):
        return pair[1], pair[2]
    return expect, None


def _number(value: object) -> int | None:
    """Return a number of jobs, None for anything else.

    >>> _number(42), _number(" 1,042 "), _number("3f2a91c0"), _number(True), _number("12345678")
    (42, 1042, None, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    text = value.strip() if isinstance(value, str) else ""
    digits = text.replace(",", "")
    return int(digits) if _NUMBER.fullmatch(text) and len(digits) < _SHORTEST_PREFIX else None


def _read_plan(what: object, load: Callable[[str | os.PathLike[str]], PlanFacts]) -> Expectation | None:
    if isinstance(what, PlanFacts):
        return Expectation(plain_facts(what))
    text = what.strip() if isinstance(what, str) else ""
    if isinstance(what, os.PathLike) or text.endswith(".json"):
        path = what if isinstance(what, os.PathLike) else text
        return Expectation(load(path), name=shown(os.fspath(path), 200))
    return Expectation(digest=text.lower()) if _DIGEST.fullmatch(text.lower()) else None


def _at_hand(digest: str, plan: PlanFacts) -> PlanFacts | None:
    found = find_at_hand(digest, besides=plan)
    return found if isinstance(found, PlanFacts) else None


def _check_count(of: PlanFacts, count: int, name: str, plan: PlanFacts) -> None:
    if count != len(of.to_end):
        raise PlanMismatchError(
            f"expect: {plural(count, 'job')} were expected, and {name} ends {len(of.to_end):,}. "
            f"{_verdicts(plan)} {_NOTHING}"
        )


def _check_digest(plan: PlanFacts, digest: str) -> None:
    if not plan.digest.startswith(digest):
        raise PlanMismatchError(
            f"expect: another plan was expected. This is {plan.digest[:DIGEST_SHOWN]}, not {digest[:DIGEST_SHOWN]}. "
            f"{_verdicts(plan)} Its jobs, their verdicts, the reason or the place differ: look at it again. Against a "
            f"saved plan (expect='plan.json') each job that differs is named, and fewer jobs may end. {_NOTHING}"
        )


def _changes(planned: PlannedJob, before: Mapping[str, PlannedJob]) -> Iterator[str]:
    """Yield in which ways a job that is to end is not what was seen before."""
    was = before.get(planned.job_id)
    if was is None:
        return
    if not _ends(was):
        yield f"was {_state(was)} and is {_state(planned)}"
        return
    old, new = was.job, planned.job
    for what, one, other in (
        ("name", was.job_name, planned.job_name),
        ("queue", was.job_queue, planned.job_queue),
        ("definition", old and old.job_definition, new and new.job_definition),
        ("array size", old and old.array_size, new and new.array_size),
        ("number of nodes", old and old.num_nodes, new and new.num_nodes),
    ):
        if one != other:
            yield f"had the {what} {shown(repr(one), 80)} and has {shown(repr(other), 80)}"
    if old and new and new.live_children > (old.live_children if old.children else old.array_size or 0):
        yield f"had {old.live_children:,} live children and has {new.live_children:,}"


def _new_dependents(plan: PlanFacts, other: PlanFacts) -> Iterator[str]:
    known = {dependent.job_id for dependent in other.dependents.jobs}
    known |= {planned.job_id for planned in other.jobs if _ends(planned)}
    new = [one for one in plan.dependents_left if one.job_id not in known]
    if new:
        jobs = [f"{one.job_id} ({shown(one.job.job_name, 60)})" for one in new]
        yield f"{plural(len(new), 'dependent')} new, which would fail: {_some(jobs, _JOBS_SHOWN)}."
    if plan.to_end and plan.dependents.gap and not other.dependents.gap:
        yield f"It is not known whether there are new dependents. {plan.dependents.gap}"


def _ends(planned: PlannedJob) -> bool:
    return planned.verdict.is_sent or planned.verdict is Verdict.COVERED


def _some(jobs: list[str], limit: int) -> str:
    more = f", and {len(jobs) - limit:,} more" if len(jobs) > limit else ""
    return f"{'; '.join(jobs[:limit])}{more}"


def _verdicts(plan: PlanFacts) -> str:
    counts = ", ".join(f"{count:,} {verdict}" for verdict, count in plan.counts.items())
    return f"Its jobs now: {counts or 'none'}."


def _named(planned: PlannedJob) -> str:
    return f"{planned.job_id} ({shown(planned.job_name or 'unknown', 60)})"


def _state(planned: PlannedJob) -> str:
    status = f" ({planned.job.status})" if planned.job and planned.job.status else ""
    return f"'{planned.verdict}'{status}"
