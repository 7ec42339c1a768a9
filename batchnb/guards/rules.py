"""Guards: what must never happen, whatever you select and however often you confirm.

They come in layers, from a keyword argument down to the built-in default. Protections add up: a weaker layer can make
a guard tighter and never wider. Wider than a file says is only what is asked for by name where the plan is made (by a
keyword argument or a flag), and the plan shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TypeVar

from batchnb.errors import InputError
from batchnb.guards.caps import BUILT_IN, Cap, at_plan_time, choose_cap, is_from_plan, limit_text
from batchnb.guards.refusals import Refusal, raise_refusals
from batchnb.jobs.ids import queue_name
from batchnb.jobs.job import Job
from batchnb.text import plural, shown

__all__ = ["DEFAULT_MAX_JOBS", "FULL", "NAMES", "Cap", "Guards", "Layer", "Pattern", "PatternKind", "combined"]

DEFAULT_MAX_JOBS = 1000
"""Jobs that one plan may end where nothing else is said, children of arrays included."""

NAMES, FULL = "names", "full"
"""What the journal keeps of environment variables: their names, or their values as well."""

_Said = TypeVar("_Said")


class PatternKind(StrEnum):
    """By what a pattern protects a job."""

    QUEUE = "queue"
    NAME = "name"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Pattern:
    """Jobs that are never ended: those of a queue, of a name, or with a tag. `*`, `?` and `[…]` are wildcards."""

    kind: PatternKind
    value: str
    key: str = ""
    """The tag's key, empty for the other kinds."""

    def protects(self, job: Job) -> bool:
        """Whether `job` is one of those that are never ended."""
        if self.kind is PatternKind.QUEUE:
            return self._is_like(job.job_queue)
        if self.kind is PatternKind.NAME:
            return self._is_like(job.job_name)
        return any(key == self.key and self._is_like(value) for key, value in job.tags or ())

    def _is_like(self, text: str | None) -> bool:
        if text is None:
            return False
        value = queue_name(self.value) if self.kind is PatternKind.QUEUE else self.value
        return text == value or fnmatchcase(text, value)

    def __str__(self) -> str:
        return f"tag:{self.key}={self.value}" if self.kind is PatternKind.TAG else f"{self.kind}:{self.value}"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place says about guards; None and () where it says nothing. Made by `settings.layer`."""

    source: str
    """Where it is set, so that you can change it there."""
    is_explicit: bool = False
    """Whether it was typed where the plan is made, and may therefore widen what a file says."""
    max_jobs: int | None = None
    max_percent: float | None = None
    protect: tuple[Pattern, ...] = ()
    unprotect: tuple[Pattern, ...] = ()
    accounts: tuple[str, ...] | None = None
    production_accounts: tuple[str, ...] = ()
    read_only: bool = False
    accept_unseen: bool = False
    """Whether a plan may be executed whose protected dependents could not all be looked for. Counts only if typed."""
    evidence: str | None = None
    """"full" to keep the values of environment variables in the journal, "names" to keep none."""
    is_carried: bool = False
    """Whether it came with a plan: it was in force when the plan was made, and can only tighten."""


@dataclass(frozen=True, slots=True)
class Guards:
    """What holds when all layers are taken together. Made by `combined`."""

    max_jobs: Cap = field(default=Cap(DEFAULT_MAX_JOBS, BUILT_IN))
    max_percent: Cap | None = None
    """The percentage of a queue's live jobs that one plan may end."""
    protect: tuple[tuple[Pattern, str], ...] = ()
    """What is never ended, each with the layer that says so."""
    lifted: tuple[tuple[Pattern, str], ...] = ()
    """Protections that a layer set and that were named to be lifted."""
    accounts: tuple[tuple[tuple[str, ...], str], ...] = ()
    """The accounts that each layer allows: all of them have to."""
    production_accounts: tuple[tuple[str, str], ...] = ()
    """Accounts in which the number of jobs has to be typed, each with the layer that says so."""
    read_only: str | None = None
    """The layer that forbids to end anything, if one does."""
    accept_unseen: str | None = None
    """The layer that accepts dependents which could not be looked at, if one does."""
    full_evidence: str | None = None
    """The layer that has the journal keep the values of environment variables, if one does."""

    def protection_of(self, job: Job) -> tuple[Pattern, str] | None:
        """Return what protects `job`, and the layer that says so, or None."""
        return next((entry for entry in self.protect if entry[0].protects(job)), None)

    def is_production(self, account: str | None) -> bool:
        """Whether the number of jobs has to be typed in this account; also where it is not known which one it is."""
        named = [production for production, _ in self.production_accounts]
        return account in named if account else bool(named)

    def refuse_ending(self) -> list[Refusal]:
        """Return why nothing at all may be ended, if nothing may."""
        source = self.read_only
        if not source:
            return []
        if is_from_plan(source):
            text = (
                f"read_only: this plan can be reviewed but not executed, said {source}. To end its jobs, make a new "
                "plan where that is allowed, and pass this one, or the path of its file, as expect= or --expect."
            )
        else:
            text = (
                f"read_only: nothing may be ended from here, says {source}. Plans can be made and saved; to end jobs, "
                "change it there, then make a new plan. The saved one can be its expect= or --expect."
            )
        return [Refusal("read_only", source, None, text)]

    def refuse_count(self, count: int) -> list[Refusal]:
        """Return why a plan may not end that number of jobs, None if it may."""
        cap = self.max_jobs
        if count <= cap.value:
            return []
        keyword, flag = f"max_jobs={count}", f"--max-jobs {count}"
        text = (
            f"max_jobs: the plan would end {plural(count, 'job')}, children of arrays included, and {cap.source} "
            f"allows {limit_text(cap.value)}. To end them all the same, pass {keyword} or {flag}; or select "
            "fewer."
        )
        return [Refusal("max_jobs", cap.source, cap.value, text, keyword, flag)]

    def refuse_share(self, queue: str, count: int, live: int) -> list[Refusal]:
        """Return why a plan may not end that many of a queue's live jobs, None if it may."""
        cap = self.max_percent
        if cap is None or count * 100 <= cap.value * live:
            return []
        percent = 100 * count / live if live else 100
        keyword, flag = "max_percent=100", "--max-percent 100"
        text = (
            f"max_percent: the plan would end {count:,} of {plural(live, 'live job')} of queue {shown(queue)} "
            f"({percent:.3g} %), and {cap.source} allows {limit_text(cap.value)} %. "
            f"To end them all the same, pass {keyword} or {flag}; or select fewer."
        )
        return [Refusal("max_percent", cap.source, cap.value, text, keyword, flag)]

    def refuse_protected(self, jobs: Iterable[Job], what: str = "would end") -> list[Refusal]:
        """Return a refusal for each pattern that protects some of these jobs; `what` is what the plan does to them."""
        kept: dict[tuple[Pattern, str], list[Job]] = {}
        for job in jobs:
            if found := self.protection_of(job):
                kept.setdefault(found, []).append(job)
        return [_refuse_pattern(pattern, source, protected, what) for (pattern, source), protected in kept.items()]

    def refuse_unseen(self, gap: str) -> list[Refusal]:
        """Return why a plan may not be executed of whose dependents some were not looked at, as `gap` says, if so."""
        if not gap or not self.protect or self.accept_unseen:
            return []
        source, keyword, flag = self.protect[0][1], "accept_unseen=True", "--accept-unseen"
        text = (
            f"protect: a job that {source} protects may depend on a job of the plan, and fail with it. {gap} If you "
            f"accept this, type {keyword} or {flag}."
        )
        return [Refusal("protect", source, None, text, keyword, flag)]

    def refuse_account(self, account: str | None) -> list[Refusal]:
        """Return why this account is not allowed, for each layer that names accounts and not this one."""
        return [
            Refusal(
                "accounts",
                source,
                None,
                f"accounts: calls go to account {account or 'unknown'}, and {source} allows only "
                f"{shown(', '.join(allowed))}. Use credentials of an allowed account, or change it there.",
            )
            for allowed, source in self.accounts
            if account not in allowed
        ]

    def check_read_only(self) -> None:
        """Raise GuardError where nothing may be ended at all."""
        raise_refusals(self.refuse_ending())

    def check_account(self, account: str | None) -> None:
        """Raise GuardError unless every layer that names accounts allows this one."""
        raise_refusals(self.refuse_account(account))

    def check_count(self, count: int) -> None:
        """Raise GuardError where a plan would end more jobs than it may."""
        raise_refusals(self.refuse_count(count))

    def check_share(self, queue: str, count: int, live: int) -> None:
        """Raise GuardError where a plan would end a larger part of a queue's live jobs than it may."""
        raise_refusals(self.refuse_share(queue, count, live))

    def check_seen(self, gap: str) -> None:
        """Raise GuardError where a protected job may fail unseen: `gap` says what was not looked at, if anything."""
        raise_refusals(self.refuse_unseen(gap))

    def check_unprotected(self, jobs: Iterable[Job], what: str = "would end") -> None:
        """Raise GuardError where one of these jobs is protected; `what` says what the plan does to it."""
        raise_refusals(self.refuse_protected(jobs, what))


def combined(layers: Sequence[Layer]) -> Guards:
    """Return the guards of these layers, the strongest first.

    Raises InputError where `unprotect` names a pattern by which nothing is protected.
    """
    here = [layer for layer in layers if not layer.is_carried]
    carried = [layer for layer in layers if layer.is_carried]
    everything = _add_up(here, carried, lambda layer: layer.protect)
    named = [pattern for layer in layers if layer.is_explicit for pattern in layer.unprotect]
    for pattern in named:
        if pattern not in {known for known, _ in everything}:
            known = ", ".join(dict.fromkeys(shown(entry[0]) for entry in everything)) or "none"
            raise InputError(f"unprotect: nothing is protected by {shown(pattern)}. The patterns that are: {known}.")
    read_only = _add_up(here, carried, lambda layer: (True,) if layer.read_only else ())
    return Guards(
        max_jobs=_cap(layers, lambda layer: layer.max_jobs, DEFAULT_MAX_JOBS) or Cap(0, BUILT_IN),
        max_percent=_cap(layers, lambda layer: layer.max_percent, None),
        protect=tuple(entry for entry in everything if entry[0] not in named),
        lifted=tuple(entry for entry in everything if entry[0] in named),
        accounts=_add_up(here, carried, lambda layer: () if layer.accounts is None else (layer.accounts,)),
        production_accounts=_add_up(here, carried, lambda layer: layer.production_accounts),
        read_only=next((source for _, source in read_only), None),
        accept_unseen=next((layer.source for layer in layers if layer.accept_unseen and layer.is_explicit), None),
        full_evidence=_full_evidence(here),
    )


def _full_evidence(layers: Sequence[Layer]) -> str | None:
    """Return who wants the full evidence: what was typed decides; of files, one that wants names only."""
    said = [(layer.is_explicit, layer.evidence, layer.source) for layer in layers if layer.evidence]
    typed = [(evidence, source) for is_explicit, evidence, source in said if is_explicit]
    configured = [(evidence, source) for is_explicit, evidence, source in said if not is_explicit]
    evidence, source = next(iter([*typed, *sorted(configured, key=lambda one: one[0] == FULL)]), (None, None))
    return source if evidence == FULL else None


def _add_up(
    here: Iterable[Layer], carried: Iterable[Layer], said: Callable[[Layer], tuple[_Said, ...]]
) -> tuple[tuple[_Said, str], ...]:
    """Return all that the layers say, each with its source. What was carried says so, unless it holds here as well."""
    now = dict.fromkeys((value, layer.source) for layer in here for value in said(layer))
    then = [(value, layer.source) for layer in carried for value in said(layer)]
    added = [(value, at_plan_time(source)) for value, source in then if (value, source) not in now]
    return tuple(dict.fromkeys([*now, *added]))


def _cap(layers: Sequence[Layer], said: Callable[[Layer], float | None], default: float | None) -> Cap | None:
    entries = [(layer, value) for layer in layers if (value := said(layer)) is not None]
    typed = [(value, layer.source) for layer, value in entries if layer.is_explicit]
    configured = [(value, layer.source) for layer, value in entries if not (layer.is_explicit or layer.is_carried)]
    carried = [(value, layer.source) for layer, value in entries if layer.is_carried]
    return choose_cap(typed, configured, carried, default)


def _refuse_pattern(pattern: Pattern, source: str, jobs: Sequence[Job], what: str) -> Refusal:
    more = f" and {plural(len(jobs) - 1, 'more protected job')}" if len(jobs) > 1 else ""
    text = shown(pattern, 400)
    keyword, flag = f"unprotect={text!r}", f'--unprotect "{text}"'
    sentence = (
        f"protect: the plan {what} {jobs[0].job_id} ({shown(jobs[0].job_name, 60)}){more}, which {source} protects "
        f"by {text}. To end it all the same, lift exactly this pattern when you make the plan: {keyword} or {flag}. "
        "Otherwise leave the job out."
    )
    return Refusal("protect", source, None, sentence, keyword, flag)
