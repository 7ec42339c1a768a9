"""Guards: what may never happen, whatever is selected and however often somebody says yes.

They come in layers, from a keyword argument down to the built-in default. Protections add up: a weaker layer can make
a guard tighter and never wider. Wider than a file says is only what is asked for by name where the plan is made (by a
keyword argument or a flag), and the plan shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from math import inf

from batchnb.errors import GuardError, InputError
from batchnb.ids import queue_name
from batchnb.jobs import Job
from batchnb.text import plural, shown

__all__ = ["DEFAULT_MAX_JOBS", "Cap", "Guards", "Layer", "Pattern", "PatternKind", "combined", "since"]

DEFAULT_MAX_JOBS = 1000
"""Jobs that one plan may end where nothing else is said, children of arrays included."""

BUILT_IN = "the built-in default"

_NOTHING = "Nothing was ended."


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
    """Where it is said, for whoever has to change it."""
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


@dataclass(frozen=True, slots=True)
class Cap:
    """The number that holds, who set it, and the lower ones of weaker layers that it was raised over."""

    value: float
    source: str
    raised_over: tuple[tuple[float, str], ...] = ()

    @property
    def number(self) -> str:
        """The number that holds, to be read."""
        return _number(self.value)

    def __str__(self) -> str:
        over = " and ".join(f"{_number(value)} ({source})" for value, source in self.raised_over)
        return f"{self.number} ({self.source}{f', raised over {over}' if over else ''})"


@dataclass(frozen=True, slots=True)
class Guards:
    """What holds when all layers are taken together. Made by `combined`."""

    max_jobs: Cap = Cap(DEFAULT_MAX_JOBS, BUILT_IN)
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

    def protection_of(self, job: Job) -> tuple[Pattern, str] | None:
        """Return what protects `job`, and the layer that says so, or None."""
        return next((entry for entry in self.protect if entry[0].protects(job)), None)

    def is_production(self, account: str | None) -> bool:
        """Whether the number of jobs has to be typed in this account; also where it is not known which one it is."""
        named = [production for production, _ in self.production_accounts]
        return account in named if account else bool(named)

    def check_read_only(self) -> None:
        """Raise GuardError where nothing may be ended at all."""
        if self.read_only:
            raise GuardError(
                f"read_only: nothing may be ended from here, says {self.read_only}. Plans can be made and saved; "
                f"to end jobs, change it there. {_NOTHING}",
                guard="read_only",
                layer=self.read_only,
            )

    def check_account(self, account: str | None) -> None:
        """Raise GuardError unless every layer that names accounts allows this one."""
        for allowed, source in self.accounts:
            if account not in allowed:
                raise GuardError(
                    f"accounts: calls go to account {account or 'unknown'}, and {source} allows "
                    f"only {shown(', '.join(allowed))}. Use credentials of an allowed account, or change it there. "
                    f"{_NOTHING}",
                    guard="accounts",
                    layer=source,
                )

    def check_count(self, count: int) -> None:
        """Raise GuardError where a plan would end more jobs than it may."""
        if count > self.max_jobs.value:
            raise GuardError(
                f"max_jobs: the plan would end {plural(count, 'job')}, children of arrays included, and "
                f"{self.max_jobs.source} allows {_number(self.max_jobs.value)}. If all of them may end, say so with "
                f"max_jobs={count} or --max-jobs {count}; otherwise select fewer. {_NOTHING}",
                guard="max_jobs",
                layer=self.max_jobs.source,
            )

    def check_share(self, queue: str, count: int, live: int) -> None:
        """Raise GuardError where a plan would end a larger part of a queue's live jobs than it may."""
        if self.max_percent is None or count * 100 <= self.max_percent.value * live:
            return
        percent = 100 * count / live if live else 100
        raise GuardError(
            f"max_percent: the plan would end {count:,} of {plural(live, 'live job')} of queue {shown(queue)} "
            f"({percent:.3g} %), and {self.max_percent.source} allows {_number(self.max_percent.value)} %. "
            f"If so many may end, say so with max_percent=100 or --max-percent 100; otherwise select fewer. {_NOTHING}",
            guard="max_percent",
            layer=self.max_percent.source,
        )

    def check_seen(self, gap: str) -> None:
        """Raise GuardError where a protected job may fail unseen: `gap` says what was not looked at, if anything."""
        if gap and self.protect and not self.accept_unseen:
            source = self.protect[0][1]
            raise GuardError(
                f"protect: a job that {source} protects may depend on a job of the plan, and fail with it. {gap} "
                f"If you accept this, type accept_unseen=True or --accept-unseen. {_NOTHING}",
                guard="protect",
                layer=source,
            )

    def check_unprotected(self, jobs: Iterable[Job], what: str = "would end") -> None:
        """Raise GuardError where one of these jobs is protected; `what` says what the plan does to it."""
        kept = [(job, found) for job in jobs if (found := self.protection_of(job))]
        if not kept:
            return
        job, (pattern, source) = kept[0]
        more = f" and {plural(len(kept) - 1, 'more protected job')}" if len(kept) > 1 else ""
        text = shown(pattern, 400)
        raise GuardError(
            f"protect: the plan {what} {job.job_id} ({shown(job.job_name, 60)}){more}, which {source} protects "
            f"by {text}. If it may end, name that very pattern where the plan is made: unprotect={text!r} or "
            f'--unprotect "{text}"; otherwise leave it out. {_NOTHING}',
            guard="protect",
            layer=source,
        )


def since(now: Guards, begun: Guards | None, *, max_jobs_typed: bool, max_percent_typed: bool) -> Guards:
    """Return the guards `now` that still have to be asked about a run that was begun under others.

    A number holds if it is typed now, or lower than all that the run was begun in spite of: what is left of a run is
    less than what was let through then. What was lifted by its very pattern stays lifted. Where it is not known under
    which guards the run was begun, all of `now` hold.
    """
    if begun is None:
        return now
    jobs, percent = now.max_jobs, now.max_percent
    if not max_jobs_typed and not _is_lower(jobs, begun.max_jobs):
        jobs = Cap(inf, begun.max_jobs.source)
    if percent and not max_percent_typed and not _is_lower(percent, begun.max_percent):
        percent = None
    kept = tuple(entry for entry in now.protect if entry not in begun.lifted)
    unseen = now.accept_unseen or begun.accept_unseen
    return replace(now, max_jobs=jobs, max_percent=percent, protect=kept, accept_unseen=unseen)


def _is_lower(now: Cap, begun: Cap | None) -> bool:
    return begun is None or now.value < min([begun.value, *(value for value, _ in begun.raised_over)])


def combined(layers: Sequence[Layer]) -> Guards:
    """Return the guards of these layers, the strongest first.

    Raises InputError where `unprotect` names a pattern by which nothing is protected.
    """
    everything = dict.fromkeys((pattern, layer.source) for layer in layers for pattern in layer.protect)
    named = [pattern for layer in layers if layer.is_explicit for pattern in layer.unprotect]
    for pattern in named:
        if pattern not in {known for known, _ in everything}:
            known = ", ".join(dict.fromkeys(shown(entry[0]) for entry in everything)) or "none"
            raise InputError(f"unprotect: nothing is protected by {shown(pattern)}. The patterns that are: {known}.")
    return Guards(
        max_jobs=_cap([(layer, layer.max_jobs) for layer in layers], DEFAULT_MAX_JOBS) or Cap(0, BUILT_IN),
        max_percent=_cap([(layer, layer.max_percent) for layer in layers], None),
        protect=tuple(entry for entry in everything if entry[0] not in named),
        lifted=tuple(entry for entry in everything if entry[0] in named),
        accounts=tuple((layer.accounts, layer.source) for layer in layers if layer.accounts is not None),
        production_accounts=tuple(
            dict.fromkeys((account, layer.source) for layer in layers for account in layer.production_accounts)
        ),
        read_only=next((layer.source for layer in layers if layer.read_only), None),
        accept_unseen=next((layer.source for layer in layers if layer.accept_unseen and layer.is_explicit), None),
    )


def _cap(said: Sequence[tuple[Layer, float | None]], default: float | None) -> Cap | None:
    """Return the number that was typed; else the lowest of those that are configured; else the default."""
    entries = [(layer, value) for layer, value in said if value is not None]
    typed = [(value, layer.source) for layer, value in entries if layer.is_explicit]
    configured = [(value, layer.source) for layer, value in entries if not layer.is_explicit]
    built_in = [] if default is None else [(default, BUILT_IN)]
    candidates = typed[:1] or sorted(configured, key=lambda entry: entry[0])[:1] or built_in
    if not candidates:
        return None
    value, source = candidates[0]
    lower = [entry for entry in [*typed[1:], *configured, *built_in] if entry[0] < value]
    return Cap(value, source, tuple(lower))


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:g}"
