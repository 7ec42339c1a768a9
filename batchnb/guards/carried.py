"""The guards that a plan and a run keep from when they were made.

Who wins: what protects adds up, what widens stays behind.

| guard | that held when the plan was made | that holds where it is executed |
|---|---|---|
| `read_only` | holds | holds |
| `accounts`, `production_accounts`, `protect` | hold | hold |
| `max_jobs`, `max_percent` | the lower one of the two holds | the lower one of the two holds |
| a larger number typed for it, `unprotect` | only for that plan, in that process | holds |

A run is more than a plan: it was approved. Its journal keeps which limits it was allowed to exceed, and resuming
honours that, unless a limit is lower by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import TypeVar

from batchnb.guards.caps import Cap, Number, at_plan_time
from batchnb.guards.rules import Guards, Layer, Pattern

__all__ = ["carry_layers", "keep_typed", "restore_protections", "since"]

_Said = TypeVar("_Said")


def carry_layers(then: Guards) -> list[Layer]:
    """Return the protective part of the guards `then`, as layers that can only tighten those of now.

    Of a number that was typed, the lower one is taken along: the number itself, or that over which it was raised. A
    protection that was lifted holds again.
    """
    return list(_layers(then))


def _layers(then: Guards) -> Iterator[Layer]:
    value, source = _lowest(then.max_jobs)
    yield Layer(source, max_jobs=int(value), is_carried=True)
    if then.max_percent is not None:
        value, source = _lowest(then.max_percent)
        yield Layer(source, max_percent=value, is_carried=True)
    for pattern, source in (*then.protect, *then.lifted):
        yield Layer(source, protect=(pattern,), is_carried=True)
    for allowed, source in then.accounts:
        yield Layer(source, accounts=allowed, is_carried=True)
    for account, source in then.production_accounts:
        yield Layer(source, production_accounts=(account,), is_carried=True)
    if then.read_only:
        yield Layer(then.read_only, read_only=True, is_carried=True)


def keep_typed(typed: Layer, now: Guards, then: Guards) -> Layer:
    """Return what was typed for a plan, without the numbers that were raised over more than is configured `now`.

    They were typed with the guards `then` in view: they do not apply to a limit that was set or lowered since.
    """
    return replace(
        typed,
        max_jobs=None if _is_lower(now.max_jobs, then.max_jobs) else typed.max_jobs,
        max_percent=None if _is_lower(now.max_percent, then.max_percent) else typed.max_percent,
    )


def restore_protections(held: Guards, then: Guards, typed_now: Iterable[Pattern]) -> Guards:
    """Return `held` without what was lifted for a plan of protections that a place has set since.

    `typed_now` are the patterns that are lifted where the plan is executed, wherever they were set.
    """
    known = {*then.lifted, *((pattern, at_plan_time(source)) for pattern, source in then.lifted)}
    patterns = set(typed_now)
    new = [entry for entry in held.lifted if entry[0] not in patterns and entry not in known]
    if not new:
        return held
    return replace(
        held, protect=(*held.protect, *new), lifted=tuple(entry for entry in held.lifted if entry not in new)
    )


def since(
    now: Guards, begun: Guards | None, *, max_jobs_typed: bool, max_percent_typed: bool, takes_more: bool = False
) -> Guards:
    """Return the guards that hold for what is left of a run: those of `now`, and what protected it when it was begun.

    A limit applies if it is passed now, or if it is stricter than those the run started under: what is left of a
    run is less than what was let through then. Where it `takes_more`, jobs that nobody has let through, the higher of
    both limits applies. What was lifted by its very pattern stays lifted, where it was set then.
    Where it is not known under which guards the run was begun, those of now hold.
    """
    if begun is None:
        return now
    jobs, percent = now.max_jobs, now.max_percent
    if not max_jobs_typed and not _is_lower(jobs, begun.max_jobs):
        jobs = max(jobs, begun.max_jobs, key=_value) if takes_more else Cap(inf, begun.max_jobs.source)
    if percent and not max_percent_typed and not _is_lower(percent, begun.max_percent):
        percent = max(percent, begun.max_percent or percent, key=_value) if takes_more else None
    kept = [entry for entry in now.protect if entry not in begun.lifted]
    return replace(
        now,
        max_jobs=jobs,
        max_percent=percent,
        protect=_with(kept, begun.protect),
        accounts=_with(now.accounts, begun.accounts),
        production_accounts=_with(now.production_accounts, begun.production_accounts),
        read_only=now.read_only or begun.read_only,
        accept_unseen=now.accept_unseen or begun.accept_unseen,
        full_evidence=begun.full_evidence,
    )


def _value(cap: Cap) -> float:
    return cap.value


def _with(now: Sequence[tuple[_Said, str]], begun: Iterable[tuple[_Said, str]]) -> tuple[tuple[_Said, str], ...]:
    added = [(value, at_plan_time(source)) for value, source in begun if (value, source) not in now]
    return tuple(dict.fromkeys([*now, *added]))


def _lowest(cap: Cap) -> Number:
    return min((cap.value, cap.source), cap.untyped or (inf, ""), key=lambda entry: entry[0])


def _is_lower(now: Cap | None, begun: Cap | None) -> bool:
    if now is None:
        return False
    return begun is None or now.value < min([begun.value, *(value for value, _ in begun.raised_over)])
