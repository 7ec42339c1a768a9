"""The lines of a plan about its guards: which are in force, who set each, and which typed protection has no effect."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from batchnb.guards.caps import BUILT_IN
from batchnb.guards.rules import Guards, Pattern, PatternKind
from batchnb.guards.settings import FLAGS, KEYWORDS
from batchnb.jobs.job import Job
from batchnb.text import shown

__all__ = ["guards_in_force", "useless_protections"]

LINE_LENGTH = 900
"""Characters of one line about guards, so that no view of it cuts anything off."""

PATTERN_LENGTH = 200
SOURCE_LENGTH = 450
NAME_LENGTH = 128
"""Characters that AWS allows in the name of a job or a queue; no more are compared."""

NAMES_COMPARED = 2000
"""Names that are compared with a pattern that matches none."""

CLOSE = 0.6
"""How alike two names are, of 1, to be taken for one with a typing error: as `difflib` has it."""


def guards_in_force(held: Guards) -> list[str]:
    """Return the guards that hold, each with who set it, in lines that are not too long.

    >>> guards_in_force(Guards())
    ['none configured; max_jobs 1,000 by default']
    """
    said = list(_said(held))
    if held.max_jobs.source == BUILT_IN:
        built_in = f"max_jobs {held.max_jobs.number} by default"
        if not said:
            return [f"none configured; {built_in}"]
        said.insert(0, built_in)
    return _lines(said)


def useless_protections(held: Guards, jobs: Iterable[Job], *, tags_too: bool = True) -> list[str]:
    """Return a sentence for each protection that was typed and protects none of these jobs, with a suggestion.

    A protection that is configured is for other plans as well, and need not protect a job of each. Without `tags_too`
    those by tag are left out: an array that is not among the jobs may have the tag.
    """
    known = list(jobs)
    return [
        f"protect {shown(pattern, PATTERN_LENGTH)} ({_source(source)}) protects none of the plan's jobs. "
        f"{_meant(pattern, known)}".strip()
        for pattern, source in held.protect
        if source.startswith((FLAGS, KEYWORDS)) and (tags_too or pattern.kind is not PatternKind.TAG)
        if not any(map(pattern.protects, known))
    ]


def _said(held: Guards) -> Iterator[str]:
    if held.read_only:
        yield f"read_only ({_source(held.read_only)})"
    for name, cap in (("max_jobs", held.max_jobs), ("max_percent", held.max_percent)):
        if cap is not None and cap.source != BUILT_IN:
            yield f"{name} {cap.number} ({_source(cap.source)})"
    for source, patterns in _by_source(held.protect).items():
        yield from _listed("protect", [shown(pattern, PATTERN_LENGTH) for pattern in patterns], source)
    for accounts, source in held.accounts:
        yield from _listed("accounts", accounts, source)
    for source, production in _by_source(held.production_accounts).items():
        yield from _listed("production_accounts", production, source)
    if held.accept_unseen:
        yield f"accept_unseen ({_source(held.accept_unseen)})"
    if held.full_evidence:
        yield f"evidence full ({_source(held.full_evidence)})"


def _by_source(entries: Iterable[tuple[object, str]]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for value, source in entries:
        found.setdefault(source, []).append(value)
    return found


def _listed(name: str, values: Iterable[object], source: str) -> Iterator[str]:
    """Yield the values of one source, several times the name where they are too many for a line."""
    said = _source(source)
    for line in _lines([shown(value, PATTERN_LENGTH) for value in values], LINE_LENGTH - len(said) - len(name) - 4):
        yield f"{name} {line} ({said})"


def _lines(parts: Sequence[str], length: int = LINE_LENGTH) -> list[str]:
    """Return the parts, in as few lines as they fit in."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) + 2 <= length:
            lines[-1] += f", {part}"
        else:
            lines.append(part)
    return lines


def _source(source: str) -> str:
    return shown(source, SOURCE_LENGTH)


def _meant(pattern: Pattern, jobs: Sequence[Job]) -> str:
    """Return the sentence that names what exists and is nearest to the pattern, empty where nothing is near."""
    existing = _existing(pattern, jobs)
    folded = {text.casefold(): text for text in existing}
    asked = Pattern(pattern.kind, pattern.value.casefold(), pattern.key.casefold())
    for text, job in existing.items():
        if asked.protects(_folded(job)):
            return f"Case counts: did you mean {shown(text, PATTERN_LENGTH)}?"
    near = difflib.get_close_matches(str(pattern).casefold()[: 2 * NAME_LENGTH], folded, n=1, cutoff=CLOSE)
    return f"Did you mean {shown(folded[near[0]], PATTERN_LENGTH)}?" if near else ""


def _existing(pattern: Pattern, jobs: Iterable[Job]) -> dict[str, Job]:
    """Return the patterns of this kind that would each protect a job, with such a job; for a known tag its values."""
    found: dict[str, Job] = {}
    for job in jobs:
        if pattern.kind is PatternKind.TAG:
            for key, value in job.tags or ():
                found.setdefault(f"tag:{key[:NAME_LENGTH]}={value[:NAME_LENGTH]}", job)
        elif name := job.job_queue if pattern.kind is PatternKind.QUEUE else job.job_name:
            found.setdefault(f"{pattern.kind}:{name[:NAME_LENGTH]}", job)
    same = {text: job for text, job in found.items() if text.startswith(f"tag:{pattern.key}=")}
    return dict(islice((same or found).items(), NAMES_COMPARED))


def _folded(job: Job) -> Job:
    tags = tuple((key.casefold(), value.casefold()) for key, value in job.tags or ())
    return job._replace(job_name=job.job_name.casefold(), job_queue=(job.job_queue or "").casefold(), tags=tags)
