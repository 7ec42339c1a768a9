"""The circumstances of a plan as records, and back: guards in force, the listing of its jobs, who waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any

from batchnb.errors import InputError
from batchnb.guards.caps import Cap
from batchnb.guards.rules import Guards, Pattern
from batchnb.guards.settings import pattern
from batchnb.jobs.job import job_from_aws
from batchnb.model.dependents import Dependent, Dependents
from batchnb.model.facts import PlanFacts
from batchnb.model.records import Record, job_record

__all__ = ["circumstances_record", "dependents_from_record", "guards_from_record", "guards_record"]


def circumstances_record(plan: PlanFacts) -> Record:
    """Return what the jobs came from, and who fails with them."""
    return {
        "listed_by": plan.listed_by,
        "notes": list(plan.notes),
        "dependents": [
            {"jobId": one.job_id, "because_of": one.because_of, "job": job_record(one.job)}
            for one in plan.dependents.jobs
        ],
        "dependents_gap": plan.dependents.gap,
        "dependents_account_wide": plan.dependents.account_wide,
    }


def dependents_from_record(record: Mapping[str, Any]) -> Dependents:
    """Return the dependents of a `circumstances_record`. Raises KeyError, TypeError or ValueError for anything else."""
    found = (Dependent(one["jobId"], job_from_aws(one["job"]), one["because_of"]) for one in record["dependents"])
    account_wide = record.get("dependents_account_wide") is True
    return Dependents(tuple(found), str(record["dependents_gap"]), account_wide)


def guards_record(held: Guards) -> Record:
    """Return the guards, each with the place that set it."""
    return {
        "max_jobs": _cap_record(held.max_jobs),
        "max_percent": _cap_record(held.max_percent) if held.max_percent else None,
        "protect": _pattern_records(held.protect),
        "lifted": _pattern_records(held.lifted),
        "accounts": [{"accounts": list(allowed), "source": source} for allowed, source in held.accounts],
        "production_accounts": [{"account": account, "source": source} for account, source in held.production_accounts],
        "read_only": held.read_only,
        "accept_unseen": held.accept_unseen,
        "full_evidence": held.full_evidence,
    }


def guards_from_record(record: object) -> Guards | None:
    """Return the guards that `guards_record` wrote, None where that is not what the record is."""
    if not isinstance(record, Mapping):
        return None
    try:
        max_percent = record["max_percent"]
        return Guards(
            max_jobs=_cap(record["max_jobs"]),
            max_percent=_cap(max_percent) if max_percent is not None else None,
            protect=_patterns(record["protect"]),
            lifted=_patterns(record["lifted"]),
            accounts=tuple((tuple(one["accounts"]), str(one["source"])) for one in record["accounts"]),
            production_accounts=tuple((one["account"], str(one["source"])) for one in record["production_accounts"]),
            read_only=_text_or_none(record.get("read_only")),
            accept_unseen=_text_or_none(record.get("accept_unseen")),
            full_evidence=_text_or_none(record.get("full_evidence")),
        )
    except (KeyError, TypeError, ValueError, InputError):
        return None


def _cap_record(cap: Cap) -> Record:
    over = [{"value": value, "source": source} for value, source in cap.raised_over]
    untyped = {"value": cap.untyped[0], "source": cap.untyped[1]} if cap.untyped else None
    return {"value": cap.value, "source": cap.source, "raised_over": over, "untyped": untyped}


def _cap(record: Mapping[str, Any]) -> Cap:
    over = tuple(map(_number, record["raised_over"]))
    untyped = record.get("untyped")
    # Before it was recorded, the lowest of all numbers is the one that may have been configured.
    known = _number(untyped) if untyped else None if "untyped" in record else min(over, default=None)
    return Cap(*_number(record), over, known)


def _number(record: Mapping[str, Any]) -> tuple[float, str]:
    value = float(record["value"])
    if not 0 <= value < inf:
        raise ValueError(f"{value} limits nothing")
    return value, str(record["source"])


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)


def _pattern_records(entries: Iterable[tuple[Pattern, str]]) -> list[Record]:
    return [{"pattern": str(one), "source": source} for one, source in entries]


def _patterns(records: Iterable[Mapping[str, Any]]) -> tuple[tuple[Pattern, str], ...]:
    return tuple((pattern(one["pattern"]), str(one["source"])) for one in records)
