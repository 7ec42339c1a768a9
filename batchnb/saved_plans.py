"""Saved plans: a plan as a JSON file, reviewed by one person and executed by another.

The file shows all that the plan shows. Whoever loads it is not asked to trust it: one that was edited is refused, the
guards of the one who loads it hold, and its jobs are described again before anything is sent.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from batchnb._version import __version__
from batchnb.aws import Gateway
from batchnb.circumstances import circumstances_record, dependents_from_record
from batchnb.errors import InputError, PlanMismatchError
from batchnb.guards import Guards
from batchnb.plans import Expected, Plan, check_reason
from batchnb.records import (
    Record,
    identity_from_record,
    identity_record,
    moment,
    planned_from_record,
    planned_record,
)
from batchnb.text import shown

__all__ = ["as_expected", "read_plan", "save_plan"]

FORMAT = 1
"""The version of the format."""


def save_plan(plan: Plan, path: str | os.PathLike[str]) -> None:
    """Write the plan into a new file. Raises InputError where there is one already, or it cannot be written."""
    record = _record(plan)
    record["checksum"] = _checksum(record)
    try:
        # Exclusively: somebody may have reviewed the plan that is in the file now. For the owner only, like journals.
        file = os.open(Path(path).expanduser(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(file, "w", encoding="utf-8") as stream:  # noqa: PTH123 - of an open file
            stream.write(json.dumps(record, indent=1) + "\n")
    except FileExistsError as error:
        raise InputError(f"{path} exists already, and a saved plan is not replaced. Take another name.") from error
    except OSError as error:
        raise InputError(f"the plan cannot be written to {path} ({error.strerror or error}).") from error


def read_plan(path: str | os.PathLike[str], gateway: Gateway | None, held: Guards) -> Plan:
    """Return the plan in a file, bound to `gateway`, shown with the guards `held`.

    Raises InputError where the file cannot be read or is no plan, PlanMismatchError where it was edited.
    """
    try:
        record = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read as a saved plan ({shown(error)}).") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise InputError(f"{path} is no saved plan, or one of another version of batchnb.")
    checksum = record.pop("checksum", None)
    try:
        plan = _plan(record, gateway, held)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanMismatchError(f"{path} is damaged or was edited ({shown(repr(error))}). {_ANEW}") from error
    if checksum != _checksum(record) or record.get("digest") != plan.digest:
        raise PlanMismatchError(f"{path} was edited: it is not what its digest stands for. {_ANEW}")
    return plan


def as_expected(expect: Expected) -> Expected:
    """Return the plan in the file where `expect` is the path of one, which ends in `.json`; otherwise `expect`.

    Raises InputError where it cannot be read, PlanMismatchError where it was edited.
    """
    if isinstance(expect, os.PathLike) or (isinstance(expect, str) and expect.strip().endswith(".json")):
        return read_plan(expect if isinstance(expect, os.PathLike) else expect.strip(), None, Guards())
    return expect


_ANEW = "Nothing was ended. Make a new plan of the jobs that are meant."


def _record(plan: Plan) -> Record:
    return {
        "format": FORMAT,
        "batchnb": __version__,
        "digest": plan.digest,
        **identity_record(plan.identity),
        "reason": plan.reason,
        "made_at": plan.made_at.isoformat(),
        "jobs": [planned_record(planned) for planned in plan.jobs],
        **circumstances_record(plan),
    }


def _plan(record: Mapping[str, Any], gateway: Gateway | None, held: Guards) -> Plan:
    check_reason(record["reason"])
    made_at = moment(record["made_at"])
    if made_at is None or made_at.tzinfo is None:
        raise ValueError("made_at")
    jobs = tuple(planned_from_record(one) for one in record["jobs"])
    if len({planned.job_id for planned in jobs}) != len(jobs):
        raise ValueError("jobs")
    return Plan(
        record["reason"],
        identity_from_record(record),
        jobs,
        made_at,
        gateway,
        dependents_from_record(record),
        held,
        tuple(str(note) for note in record["notes"]),
        str(record["listed_by"]),
    )


def _checksum(record: Mapping[str, Any]) -> str:
    text = json.dumps(record, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
