"""Saved plans: a plan as a JSON file, reviewed by one person and executed by another.

The file shows all that the plan shows, with the guards that held when the plan was made. They hold for everybody who
loads it, too, beside their own; what was typed to allow more does not come along.

A checksum tells a file that was edited by mistake, or cut off. It is not a signature: anyone who knows the format can
write another plan with a checksum that fits. So a file is not trusted. Before anything is sent, its jobs are described
again and compared with it, and the guards of the person who executes it hold. That leaves what AWS cannot tell: an
editor who knows the format can add jobs under their true names, leave jobs out, change the reason and the notes, and
take away guards that the executing side does not have. Keep a reviewed file where only its reviewer can write, or pass
on its digest.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from batchnb._version import __version__
from batchnb.aws.gateway import Gateway
from batchnb.errors import InputError, PlanMismatchError
from batchnb.guards.carried import carry_layers
from batchnb.guards.rules import Guards, Layer
from batchnb.guards.settings import guards
from batchnb.model.expectation import Expectation, read_expectation
from batchnb.model.facts import Expected, PlanFacts
from batchnb.model.plain_facts import plain_facts
from batchnb.model.plan_records import circumstances_record, dependents_from_record, guards_from_record, guards_record
from batchnb.model.reason import check_reason
from batchnb.model.records import (
    Record,
    identity_from_record,
    identity_record,
    moment,
    planned_from_record,
    planned_record,
)
from batchnb.model.vouching import make_key, vouch_for
from batchnb.text import shown

__all__ = ["as_expected", "read_plan", "save_plan"]

FORMAT = 2
"""The version of the format. Format 1 had no guards."""

_WITHOUT_GUARDS = (
    "The file is of an earlier version and does not say which guards held when the plan was made: those of now hold. "
    "Its jobs are described again before anything is sent."
)


def save_plan(plan: PlanFacts, path: str | os.PathLike[str]) -> None:
    """Write the plan into a new file. Raises InputError where there is one already, or it cannot be written."""
    record = _record(plain_facts(plan))
    record["checksum"] = _checksum(record)
    try:
        # Exclusively: somebody may have reviewed the plan that is in the file now. For the owner only, like journals.
        file = os.open(Path(path).expanduser(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(file, "w", encoding="utf-8") as stream:  # noqa: PTH123 - of an open file
            stream.write(json.dumps(record, indent=1) + "\n")
    except FileExistsError as error:
        raise InputError(f"{path} exists already, and a saved plan is not replaced. Take another name.") from error
    except (OSError, ValueError, RuntimeError) as error:  # a null character; the home folder of an unknown user
        why = getattr(error, "strerror", None) or error
        raise InputError(f"the plan cannot be written to {shown(path, 200)} ({why}).") from error


def read_plan(path: str | os.PathLike[str], gateway: Gateway | None, typed: Layer | None = None) -> PlanFacts:
    """Return the plan in a file, bound to `gateway`; `typed` are guards that were typed for it.

    It shows the guards of now, and those that held when it was made. Raises InputError where the file cannot be read or
    is not a plan, PlanMismatchError where it was edited.
    """
    try:
        record = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"{shown(path, 200)} cannot be read as a saved plan ({shown(error)}).") from error
    version = record.get("format") if isinstance(record, dict) else None
    if version not in range(1, FORMAT + 1) or isinstance(version, bool):
        raise InputError(f"{path} is not a saved plan, or is one of a newer version of batchnb.")
    try:
        plan = _plan(record, gateway)
        then = _guards_of(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanMismatchError(f"{path} is damaged or was edited ({shown(repr(error))}). {_ANEW}") from error
    if record.get("checksum") != _checksum(record) or record.get("digest") != plan.digest:
        raise PlanMismatchError(f"{path} was edited: it is not what its digest stands for. {_ANEW}")
    layers = [typed] if typed else []
    notes = plan.notes if then else (*plan.notes, _WITHOUT_GUARDS)
    held = guards(*layers, *(carry_layers(then) if then else ()))
    plan = replace(plan, guards=held, notes=notes, _voucher=make_key())
    vouch_for(plan, layers, is_described=False)
    return plan


def as_expected(expect: Expected) -> Expectation | None:
    """Return what is expected, with the plan of a file where `expect` is the path of one; None for nothing.

    Raises InputError where it says nothing or a file cannot be read, PlanMismatchError where that was edited.
    """
    return read_expectation(expect, lambda path: read_plan(path, None))


_ANEW = "Nothing was ended. Make a new plan of the jobs that are meant."


def _record(plan: PlanFacts) -> Record:
    return {
        "format": FORMAT,
        "batchnb": __version__,
        "digest": plan.digest,
        **identity_record(plan.identity),
        "reason": plan.reason,
        "made_at": plan.made_at.isoformat(),
        "counts": {**plan.counts, "to end": len(plan.to_end), "with array children": plan.job_count},
        "guards": guards_record(plan.guards),
        "refused_by": [str(refusal) for refusal in plan.refused_by],
        "reviewed_by": plan.reviewed_by,
        "listed_all": plan.listed_all,
        "live_in_queues": dict(plan.live_in_queues),
        "jobs": [planned_record(planned) for planned in plan.jobs],
        **circumstances_record(plan),
    }


def _guards_of(record: Mapping[str, Any]) -> Guards | None:
    """Return the guards in a record, None for one of a format that has none. Raises ValueError for anything else."""
    if record["format"] == 1 and "guards" not in record:
        return None
    then = guards_from_record(record["guards"])
    if then is None:
        raise ValueError("guards")
    return then


def _plan(record: Mapping[str, Any], gateway: Gateway | None) -> PlanFacts:
    check_reason(record["reason"])
    made_at = moment(record["made_at"])
    if made_at is None or made_at.tzinfo is None:
        raise ValueError("made_at")
    jobs = tuple(planned_from_record(one) for one in record["jobs"])
    if len({planned.job_id for planned in jobs}) != len(jobs):
        raise ValueError("jobs")
    return PlanFacts(
        record["reason"],
        identity_from_record(record),
        jobs,
        made_at,
        gateway,
        dependents_from_record(record),
        notes=tuple(str(note) for note in record["notes"]),
        listed_by=str(record["listed_by"]),
        listed_all=int(record.get("listed_all", 0)),
        live_in_queues=tuple((str(queue), int(count)) for queue, count in record.get("live_in_queues", {}).items()),
        reviewed_by=str(record.get("reviewed_by") or ""),
    )


def _checksum(record: Mapping[str, Any]) -> str:
    summed = {name: value for name, value in record.items() if name != "checksum"}
    text = json.dumps(summed, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
