"""Groups of a plan: its jobs by definition and name stem, and which groups are unlike the others.

A group is odd where something that nearly all jobs share is different for each of its jobs. The marks are for the
person who reads the plan: they decide nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from batchnb.jobs.frame import utc
from batchnb.jobs.job import Job
from batchnb.jobs.name_stem import name_stem
from batchnb.jobs.summary import add_up, freed_by_queue
from batchnb.model.verdict import PlannedJob, Verdict

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MARKED", "OWNER_TAGS", "Group", "Groups", "group_jobs", "groups_frame"]

LEAST_JOBS = 10
"""With fewer jobs than this nothing is odd."""
COMMON = 0.8
"""The part of all jobs that has to share a value before another value is odd."""
RARE = 0.02
"""The part of all jobs that may have an odd value; one job always may."""
RARE_WORD = 0.2
"""A warning word in a name is odd where less than this part of the names has one."""
MARKED = 5
"""Groups that are marked at most; those with a warning word in their names are always marked."""
OWNER_TAGS = ("owner", "team", "user", "project")
"""The tags that may name the owner of a job; the first that nearly all jobs have is the one."""

_WARNING_WORDS = frozenset({"prod", "production", "prd", "live", "keep", "critical"})
_HOUR_MS = 3_600_000
_PAIRED = ("stem", "revision", "share")
_FEATURES = ("definition", "queue", "owner", *_PAIRED)


@dataclass(slots=True)
class Group:
    """The jobs of a plan with one definition and one name stem. An array is one job."""

    definition: str
    """`name:revision`; "unknown definition" where AWS does not say."""
    stem: str
    """The name itself where the group is one job."""
    jobs: list[PlannedJob] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    """How the group differs from the others, the strongest first; empty where it does not."""
    has_warning_word: bool = False
    is_marked: bool = False
    """Whether it is among the few that a reader is shown first."""

    @property
    def terminate(self) -> int:
        """How many of its jobs have started."""
        return sum(planned.verdict is Verdict.TERMINATE for planned in self.jobs)

    @property
    def cancel(self) -> int:
        """How many of its jobs have not started."""
        return sum(planned.verdict is Verdict.CANCEL for planned in self.jobs)

    @property
    def oldest(self) -> int | None:
        """When its oldest job was created, in epoch milliseconds; None where AWS does not say."""
        return min((job.created_at for job in self._described if job.created_at), default=None)

    @property
    def odd(self) -> str:
        """The reasons in one text; empty where the group is like the others."""
        return "; ".join(self.reasons)

    @property
    def _described(self) -> list[Job]:
        return [planned.job for planned in self.jobs if planned.job]

    @property
    def vcpus(self) -> float:
        """The vCPUs that are known of its jobs."""
        return sum(job.vcpus or 0 for job in self._described)

    @property
    def frees(self) -> Mapping[str, float]:
        """What its started jobs hold, as in `PlanFacts.frees`."""
        return add_up(freed_by_queue(self._described, datetime.now(UTC)).values())


@dataclass(frozen=True, slots=True)
class Groups:
    """All groups of a plan: the ones alike first, the odd ones last, the larger first in each part."""

    rows: tuple[Group, ...]
    sentence: str = ""
    """Says that the selection is mixed, where no definition has most of the jobs; otherwise empty."""

    @property
    def marked(self) -> tuple[Group, ...]:
        """The odd groups that are marked."""
        return tuple(group for group in self.rows if group.is_marked)

    @property
    def unmarked(self) -> int:
        """How many more groups look different, and are not marked."""
        return sum(bool(group.reasons) and not group.is_marked for group in self.rows)


def group_jobs(jobs: Iterable[PlannedJob], owner_tags: Sequence[str] = OWNER_TAGS) -> Groups:
    """Return the jobs that a plan ends by definition and name stem, the odd groups marked with their reasons."""
    found: dict[tuple[str, str], Group] = {}
    for planned in jobs:
        if planned.verdict.is_sent:
            definition, stem = _definition(planned.job), name_stem(planned.job_name or "")
            found.setdefault((definition, stem), Group(definition, stem)).jobs.append(planned)
    groups = list(found.values())
    sentence = _mark(groups, owner_tags)
    for group in groups:
        if len(group.jobs) == 1:
            group.stem = group.jobs[0].job_name or ""
    groups.sort(key=lambda group: (group.is_marked, -len(group.jobs), group.definition, group.stem))
    return Groups(tuple(groups), sentence)


def groups_frame(groups: Groups) -> pd.DataFrame:
    """Return one row a group, the odd ones last.

    `definition`, `name_stem` and `odd` (why it is unlike the others; missing where it is not) are strings; `jobs`,
    `terminate`, `cancel` and `unknown` int64; `oldest` datetime64[ms, UTC]; `vcpus`, `memory_gib` and `gpus`, in use by
    its started jobs, float64. `unknown` is the number of started jobs without figures: the sums are the least then.
    """
    import pandas as pd

    rows = groups.rows
    freed = [group.frees for group in rows]
    columns: dict[str, Any] = {
        "definition": pd.array([group.definition for group in rows], dtype="string"),
        "name_stem": pd.array([group.stem for group in rows], dtype="string"),
        "jobs": pd.array([len(group.jobs) for group in rows], dtype="int64"),
        "terminate": pd.array([group.terminate for group in rows], dtype="int64"),
        "cancel": pd.array([group.cancel for group in rows], dtype="int64"),
        "oldest": utc([group.oldest for group in rows]),
        **{kind: pd.array([each[kind] for each in freed], dtype="float64") for kind in ("vcpus", "memory_gib", "gpus")},
        "unknown": pd.array([int(each["unknown"]) for each in freed], dtype="int64"),
        "odd": pd.array([group.odd or None for group in rows], dtype="string"),
    }
    return pd.DataFrame(columns)


class _Features:
    """How often each value of each feature occurs, and by that which values are rare."""

    def __init__(self, groups: Sequence[Group], owner_tags: Sequence[str]) -> None:
        self.total = sum(len(group.jobs) for group in groups)
        self.owner = _owner_tag(groups, owner_tags, self.total)
        self.counts: dict[str, Counter[Hashable]] = {feature: Counter() for feature in _FEATURES}
        self._values = {id(group): self._values_of(group) for group in groups}
        for values in self._values.values():
            for feature, counts in values.items():
                self.counts[feature].update(counts)
        self._most = max(1.0, RARE * self.total)
        self._common = {
            feature: top[0][0]
            for feature, counts in self.counts.items()
            if (top := counts.most_common(1)) and top[0][1] >= COMMON * self.total
        }

    def _values_of(self, group: Group) -> dict[str, Counter[Hashable]]:
        jobs = [planned.job for planned in group.jobs]
        count, owner = len(jobs), self.owner
        return {
            "definition": Counter({_name_of(group.definition): count}),
            "queue": Counter(job.job_queue if job else None for job in jobs),
            "owner": Counter(_tag(job, owner) if owner else None for job in jobs),
            "stem": Counter({group.stem: count}),
            "revision": Counter({group.definition: count}),
            "share": Counter(job.share_identifier if job else None for job in jobs),
        }

    def rare(self, group: Group) -> dict[str, Hashable]:
        """Return the features of which each job of the group has a rare value, with one such value."""
        values = self._values[id(group)]
        return {
            feature: next(iter(values[feature]))
            for feature in self._common
            if all(self._is_rare(feature, value) for value in values[feature])
        }

    def _is_rare(self, feature: str, value: Hashable) -> bool:
        return value != self._common[feature] and self.counts[feature][value] <= self._most


def _mark(groups: Sequence[Group], owner_tags: Sequence[str]) -> str:
    """Give each odd group its reasons, mark the strongest, and return the sentence for a mixed selection."""
    features = _Features(groups, owner_tags)
    if features.total < LEAST_JOBS:
        return ""
    for group in groups:
        group.reasons = _reasons(group, features)
    words = {id(group): [_words(planned) for planned in group.jobs] for group in groups}
    if sum(bool(found) for each in words.values() for found in each) < RARE_WORD * features.total:
        for group in groups:
            if all(found := words[id(group)]):
                group.has_warning_word = True
                group.reasons.append(f"{_whose(group)} “{found[0][0]}”")
    _add_ages(groups)
    largest = max(features.counts["definition"].values())
    is_mixed = largest < COMMON * features.total
    for place, group in enumerate(sorted((group for group in groups if group.reasons), key=_strength)):
        group.is_marked = group.has_warning_word or (place < MARKED and not is_mixed)
    definitions = len(features.counts["definition"])
    share = 100 * largest / features.total
    return f"A mixed selection: {definitions:,} definitions, the largest has {share:.0f} %." if is_mixed else ""


def _strength(group: Group) -> tuple[int, float, int]:
    return (-len(group.reasons), -group.vcpus, group.oldest or 0)


def _reasons(group: Group, features: _Features) -> list[str]:
    rare, count = features.rare(group), len(group.jobs)
    reasons = []
    if "definition" in rare:
        alone = count == 1 and features.counts["definition"][rare["definition"]] == 1
        others = f"{count:,} of another definition than the other {features.total - count:,}"
        reasons.append(f"the only {rare['definition']}" if alone else others)
    if "queue" in rare:
        reasons.append(f"{_which(count)} in queue {rare['queue'] or 'unknown'}")
    if "owner" in rare:
        owner = rare["owner"]
        said = f"with {features.owner}={owner}" if owner is not None else f"without the tag {features.owner}"
        reasons.append(f"the only {features.owner}={owner}" if count == 1 and owner else f"{_which(count)} {said}")
    paired = [feature for feature in _PAIRED if feature in rare]
    if not reasons and len(paired) > 1:
        reasons.append(f"{_which(count)} of another {' and '.join(paired)}")
    return reasons


def _add_ages(groups: Sequence[Group]) -> None:
    """Add to odd groups that they are much older than the others: age alone makes no group odd."""
    rest = sorted(
        planned.job.created_at
        for group in groups
        if not group.reasons
        for planned in group.jobs
        if planned.job and planned.job.created_at
    )
    if not rest:
        return
    spread = rest[int(0.9 * (len(rest) - 1))] - rest[int(0.1 * (len(rest) - 1))]
    for group in groups:
        if group.reasons and group.oldest and (early := rest[0] - group.oldest) > max(_HOUR_MS, 2 * spread):
            group.reasons.append(f"{_age(early)} older than the others")


def _age(milliseconds: int) -> str:
    hours = milliseconds // _HOUR_MS
    return f"{hours}h" if hours < 48 else f"{hours // 24}d"


def _which(count: int) -> str:
    return "the only one" if count == 1 else f"{count:,}"


def _whose(group: Group) -> str:
    return "its name says" if len(group.jobs) == 1 else "their names say"


def _words(planned: PlannedJob) -> list[str]:
    return sorted(_WARNING_WORDS & set(re.split(r"[^a-z]+", (planned.job_name or "").lower())))


def _owner_tag(groups: Sequence[Group], owner_tags: Sequence[str], total: int) -> str | None:
    having = Counter(
        key for group in groups for planned in group.jobs if planned.job for key, _ in planned.job.tags or ()
    )
    return next((key for key in owner_tags if total and having[key] >= COMMON * total), None)


def _tag(job: Job | None, key: str) -> str | None:
    return dict(job.tags or ()).get(key) if job else None


def _name_of(definition: str) -> str:
    return definition.rpartition(":")[0] or definition


def _definition(job: Job | None) -> str:
    definition = job.job_definition if job else None
    return definition.rpartition("job-definition/")[2] if definition else "unknown definition"
