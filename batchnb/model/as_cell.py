"""Cells that end exactly these jobs: what a picker did, or what a plan or a report names, to be pasted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from batchnb.aws.connect import default_endpoint
from batchnb.jobs.place import Place
from batchnb.model.reason import check_reason
from batchnb.model.verdict import PlannedJob
from batchnb.text import plural, shown

if TYPE_CHECKING:
    from batchnb.model.facts import PlanFacts

__all__ = ["arguments_to", "cell_for", "cell_of_jobs"]

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
    options: dict[str, object] = dict(arguments_to(plan.identity))
    if not plan.guards.is_production(plan.identity.account):
        options["expect"] = len(chosen)
    names = {one.job_id: shown(one.job_name, 60) for one in chosen if one.job_name}
    said = [*notes, f"{plural(len(chosen), 'job')}. This shows the plan; add --yes to end them."]
    return cell_for([one.job_id for one in chosen], plan.reason, options, said, names=names, yes=False)


def cell_for(
    job_ids: Iterable[str],
    reason: str,
    options: Mapping[str, object],
    notes: Iterable[str],
    *,
    names: Mapping[str, str] | None = None,
    yes: bool = True,
) -> str:
    r"""Return the cell that ends exactly these jobs for this reason; `notes` become comments in it.

    >>> print(cell_for(["11111111-2222-3333-4444-555555555555"], 'a "b"', {"region": "eu-west-1"}, ["plan 1234"]))
    %%batch_terminate --reason "a \"b\"" --region eu-west-1 --yes
    # plan 1234
    11111111-2222-3333-4444-555555555555

    `names` become comments behind the ids. Without `yes` the cell shows the plan, and ends nothing. A reason of several
    lines, or an option that the line of a magic cannot hold, makes it a cell of Python. Raises InputError for a reason
    that AWS would not take.
    """
    check_reason(reason)
    comments = [f"# {line}" for note in notes for line in note.splitlines()]
    simple = all(value is None or isinstance(value, (str, int, float, list, tuple)) for value in options.values())
    if reason.splitlines() != [reason] or not simple:
        return _python_for(job_ids, reason, options, comments, yes=yes)
    flags = [_flag(name, value) for name, value in options.items()]
    line = " ".join(
        ["%%batch_terminate", "--reason", _quoted(reason), *filter(None, flags), *(["--yes"] if yes else [])]
    )
    named = names or {}
    lines = (f"{job_id}  # {named[job_id]}" if job_id in named else job_id for job_id in job_ids)
    return "\n".join([line, *comments, *lines])


def _python_for(
    job_ids: Iterable[str], reason: str, options: Mapping[str, object], comments: list[str], *, yes: bool
) -> str:
    told = {name: value for name, value in options.items() if value is not None and (yes or name != "expect")}
    given = "".join(f", {name}={value!r}" for name, value in told.items())
    ids = "\n".join(f"    {job_id!r}," for job_id in job_ids)
    before = "".join(f"{comment}\n" for comment in comments)
    if not yes:
        check = f"\nplan.check_expected({options['expect']!r})" if "expect" in options else ""
        return f"import batchnb\n\n{before}plan = batchnb.plan([\n{ids}\n], reason={reason!r}{given}){check}\nplan"
    return (
        f"import batchnb\n\n{before}report = batchnb.plan([\n{ids}\n], reason={reason!r}{given}).execute()\n"
        "report.raise_for_failures()\nreport"
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
