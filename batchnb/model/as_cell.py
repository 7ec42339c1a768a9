"""Cells that plan the end of exactly these jobs. They end nothing until `--yes` is added."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from batchnb.aws.connect import default_endpoint
from batchnb.jobs.place import Place
from batchnb.model.reason import check_reason
from batchnb.model.verdict import PlannedJob
from batchnb.text import plural, shown

if TYPE_CHECKING:
    from batchnb.model.facts import PlanFacts

__all__ = ["arguments_to", "cell_for", "cell_of_jobs"]

_NAME_LENGTH = 128
_BACKSLASHES = re.compile(r'(\\*)("|\Z)')


def arguments_to(place: Place) -> dict[str, str]:
    """Return the arguments that lead calls to this place; empty where they go there anyway."""
    if place.endpoint == default_endpoint():
        return {}
    region = {"region": place.region}
    return region if place.is_standard else {**region, "endpoint_url": place.endpoint}


def cell_of_jobs(jobs: Iterable[PlannedJob], plan: PlanFacts, notes: Iterable[str]) -> str:
    """Return the cell for these jobs of a plan, which shows a new plan and ends nothing: `--yes` has to be typed.

    It expects that many jobs, but in a production account: there the number has to be typed, too.
    """
    chosen = list(jobs)
    if not chosen:
        return "\n".join(f"# {line}" for line in [*notes, "No job is left to end."])
    expect = None if plan.guards.is_production(plan.identity.account) else len(chosen)
    names = {one.job_id: one.job_name or "" for one in chosen}
    said = [*notes, f"{plural(len(chosen), 'job')}."]
    return cell_for(names, plan.reason, arguments_to(plan.identity), said, expect=expect)


def cell_for(
    jobs: Mapping[str, str],
    reason: str,
    options: Mapping[str, object],
    notes: Sequence[str],
    *,
    expect: int | None = None,
) -> str:
    r"""Return the cell that plans the end of exactly these jobs, their names by id, for this reason.

    `notes` become comments in it. `expect` is the number of jobs that the plan must end; None names none.

    >>> names = {"11111111-2222-3333-4444-555555555555": "sweep-1"}
    >>> print(cell_for(names, 'a "b"', {"region": "eu-west-1"}, ["plan 1234"], expect=1))
    %%batch_terminate --reason "a \"b\"" --region eu-west-1 --expect 1
    # plan 1234
    # This shows the plan and ends nothing. Add --yes to end the jobs.
    11111111-2222-3333-4444-555555555555  # sweep-1

    A reason of several lines, or an option that the line of a magic cannot hold, makes it a cell of Python. Raises
    InputError for a reason that AWS would not take.
    """
    check_reason(reason)
    comments = [f"# {line}" for note in notes for line in shown(note, 1000).splitlines()]
    simple = all(value is None or isinstance(value, (str, int, float, list, tuple)) for value in options.values())
    if reason.splitlines() != [reason] or not simple:
        return _python_for(jobs, reason, options, comments, expect)
    flags = [_flag(name, value) for name, value in options.items()]
    flags += [] if expect is None else [f"--expect {expect}"]
    line = " ".join(["%%batch_terminate", "--reason", _quoted(reason), *filter(None, flags)])
    how = "# This shows the plan and ends nothing. Add --yes to end the jobs."
    return "\n".join([line, *comments, how, *(f"{job_id}{_comment(name)}" for job_id, name in jobs.items())])


def _comment(name: str) -> str:
    """Return the name as a comment behind an id: one line, whatever the name holds."""
    return f"  # {shown(name, _NAME_LENGTH)}" if name else ""


def _python_for(
    jobs: Mapping[str, str], reason: str, options: Mapping[str, object], comments: Sequence[str], expect: int | None
) -> str:
    given = "".join(f", {name}={value!r}" for name, value in options.items() if value is not None)
    ids = "\n".join(f"    {job_id!r},{_comment(name)}" for job_id, name in jobs.items())
    before = "".join(f"{comment}\n" for comment in comments)
    check = "" if expect is None else f"plan.check_expected({expect})\n"
    return (
        f"import batchnb\n\n{before}plan = batchnb.plan([\n{ids}\n], reason={reason!r}{given})\n{check}"
        "plan  # This shows the plan and ends nothing. To end the jobs: plan.execute()"
    )


def _flag(name: str, value: object) -> str:
    flag = f"--{name.replace('_', '-')}"
    if isinstance(value, bool):
        return flag if value else ""
    values = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
    return " ".join(f"{flag} {_word(str(one))}" for one in values)


def _word(text: str) -> str:
    return text if re.fullmatch(r"[\w.:/-]+", text, re.ASCII) and not text.startswith("-") else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + _BACKSLASHES.sub(lambda found: found[1] * 2 + ('\\"' if found[2] else ""), text) + '"'
