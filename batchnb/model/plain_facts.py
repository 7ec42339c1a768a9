"""Plain plans: the stored fields of a plan, without the overrides of a subclass.

Guards look at what is going to be sent. A subclass can answer differently each time it is asked, so what is checked and
executed is made of the stored values, once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from types import MemberDescriptorType
from typing import Any, TypeVar

from batchnb.errors import InputError
from batchnb.guards.caps import Cap
from batchnb.guards.rules import Guards, Pattern
from batchnb.jobs.job import Job
from batchnb.jobs.place import Place
from batchnb.model.dependents import Dependent, Dependents
from batchnb.model.facts import PlanFacts
from batchnb.model.verdict import PlannedJob

__all__ = ["plain_facts"]

_Kind = TypeVar("_Kind")


def plain_facts(plan: PlanFacts) -> PlanFacts:
    """Return the facts of a plan with the stored values of this one, and no counts or digests that it remembers.

    Raises InputError for anything but a plan.
    """
    try:
        stored = _stored(plan, PlanFacts)
        stored["jobs"] = tuple(_plain_planned(one) for one in stored["jobs"])
        stored["identity"] = Place(**_stored(stored["identity"], Place))
        stored["guards"] = _plain_guards(stored["guards"])
        stored["dependents"] = _plain_dependents(stored["dependents"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"this is not a plan that batchnb has made ({error!r}). Make one with batchnb.plan."
        ) from error
    return PlanFacts(**stored)


def _stored(value: object, kind: type[Any]) -> dict[str, Any]:
    """Return the values of a dataclass by the name of their fields, past the properties of a subclass."""
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} instead of {kind.__name__}")
    found = {}
    for one in fields(kind):
        slot = vars(kind).get(one.name)
        if isinstance(slot, MemberDescriptorType):
            found[one.name] = slot.__get__(value)
        else:
            found[one.name] = object.__getattribute__(value, "__dict__")[one.name]
    return found


def _plain_planned(planned: PlannedJob) -> PlannedJob:
    if type(planned) is PlannedJob and (planned.job is None or type(planned.job) is Job):
        return planned  # as nearly all of 100,000 are
    stored = _stored(planned, PlannedJob)
    return PlannedJob(**{**stored, "job": None if stored["job"] is None else _plain_tuple(stored["job"], Job)})


def _plain_dependents(dependents: Dependents) -> Dependents:
    stored = _stored(dependents, Dependents)
    jobs = (_plain_tuple(one, Dependent) for one in stored["jobs"])
    stored["jobs"] = tuple(one._replace(job=_plain_tuple(one.job, Job)) for one in jobs)
    return Dependents(**stored)


def _plain_guards(guards: Guards) -> Guards:
    stored = _stored(guards, Guards)
    for name in ("max_jobs", "max_percent"):
        stored[name] = None if stored[name] is None else Cap(**_stored(stored[name], Cap))
    for name in ("protect", "lifted"):
        stored[name] = _plain_patterns(stored[name])
    return Guards(**stored)


def _plain_patterns(entries: Iterable[tuple[Pattern, str]]) -> tuple[tuple[Pattern, str], ...]:
    return tuple((Pattern(**_stored(pattern, Pattern)), source) for pattern, source in entries)


def _plain_tuple(value: Any, kind: type[_Kind]) -> _Kind:
    if type(value) is kind:
        return value
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} instead of {kind.__name__}")
    return kind(*tuple.__iter__(value))  # type: ignore[arg-type]
