"""Expectation: whether a plan is the one that somebody saw, and if it is not, what differs."""

from __future__ import annotations

import re

from batchnb.errors import InputError, PlanMismatchError
from batchnb.plans import DIGEST_SHOWN, Expected, Plan, PlannedJob
from batchnb.text import plural, shown

__all__ = ["check_expected", "differences", "expected_count"]

_SHORTEST_PREFIX = 8
_JOBS_SHOWN = 5
_NOTHING = "Nothing was ended."


def check_expected(plan: Plan, expect: Expected) -> None:
    """Raise PlanMismatchError unless `plan` is what `expect` says, InputError where that says nothing.

    `expect` is a number of jobs, the beginning of a digest, or a plan; paths are read before.
    """
    if expect is None:
        return
    if isinstance(expect, Plan):
        _check_same(plan, expect)
    elif (count := expected_count(expect)) is not None:
        if count != len(plan.to_end):
            raise PlanMismatchError(
                f"expect: {plural(count, 'job')} were expected, and the plan ends {len(plan.to_end):,}. "
                f"{_verdicts(plan)} {_NOTHING}"
            )
    else:
        _check_digest(plan, expect)


def expected_count(expect: object) -> int | None:
    """Return the number of jobs that is expected, None where something else is.

    >>> expected_count(42), expected_count(" 1,042 "), expected_count("3f2a91c0"), expected_count(True)
    (42, 1042, None, None)
    """
    if isinstance(expect, bool):
        return None
    if isinstance(expect, int):
        return expect
    text = expect.strip().replace(",", "") if isinstance(expect, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _SHORTEST_PREFIX else None


def differences(plan: Plan, other: Plan) -> list[str]:
    """Return a sentence for each way in which `plan` is not `other`, which was seen before; none where they are alike.

    Jobs are named, `_JOBS_SHOWN` of a kind.
    """
    now = {planned.job_id: planned for planned in plan.jobs}
    before = {planned.job_id: planned for planned in other.jobs}
    new = [_named(one) for job_id, one in now.items() if job_id not in before]
    gone = [_named(one) for job_id, one in before.items() if job_id not in now]
    changed = [
        f"{_named(one)} was {_state(before[job_id])} and is {_state(one)}"
        for job_id, one in now.items()
        if job_id in before and before[job_id].verdict is not one.verdict
    ]
    sentences = []
    if plan.identity.place != other.identity.place:
        sentences.append(f"It is for {plan.identity}, and was for {other.identity}.")
    if plan.reason != other.reason:
        sentences.append(f"The reason is {shown(repr(plan.reason), 200)}, and was {shown(repr(other.reason), 200)}.")
    for jobs, what in ((new, "new"), (gone, "gone"), (changed, "changed")):
        if jobs:
            more = f", and {len(jobs) - _JOBS_SHOWN:,} more" if len(jobs) > _JOBS_SHOWN else ""
            sentences.append(f"{plural(len(jobs), 'job')} {what}: {'; '.join(jobs[:_JOBS_SHOWN])}{more}.")
    return sentences


def _check_same(plan: Plan, other: Plan) -> None:
    if plan.digest != other.digest:
        which = f"{plan.digest[:DIGEST_SHOWN]}, not {other.digest[:DIGEST_SHOWN]}"
        found = "\n  ".join(differences(plan, other))
        raise PlanMismatchError(f"expect: another plan was expected. This is {which}.\n  {found}\n{_NOTHING}")


def _check_digest(plan: Plan, expect: object) -> None:
    prefix = expect.strip().lower() if isinstance(expect, str) else ""
    if not re.fullmatch(rf"[0-9a-f]{{{_SHORTEST_PREFIX},64}}", prefix):
        raise InputError(
            f"expect: {shown(repr(expect), 80)} is neither a number of jobs nor the first {_SHORTEST_PREFIX} or more "
            "hex digits of a digest, nor the path of a saved plan, which ends in .json."
        )
    if not plan.digest.startswith(prefix):
        raise PlanMismatchError(
            f"expect: another plan was expected. This is {plan.digest[:DIGEST_SHOWN]}, not {prefix[:DIGEST_SHOWN]}. "
            f"{_verdicts(plan)} Its jobs, their verdicts, the reason or the place differ: look at it again; against a "
            f"saved plan (expect='plan.json') each job that differs is named. {_NOTHING}"
        )


def _verdicts(plan: Plan) -> str:
    counts = ", ".join(f"{count:,} {verdict}" for verdict, count in plan.counts.items())
    return f"Its jobs now: {counts or 'none'}."


def _named(planned: PlannedJob) -> str:
    return f"{planned.job_id} ({shown(planned.job_name or 'unknown', 60)})"


def _state(planned: PlannedJob) -> str:
    status = f" ({planned.job.status})" if planned.job and planned.job.status else ""
    return f"'{planned.verdict}'{status}"
