"""Refusal: why a plan can be made and shown, but not executed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from batchnb.errors import GuardError
from batchnb.text import plural

__all__ = ["Refusal", "raise_refusals", "refuse_everything"]

_NOTHING = "Nothing was ended."


@dataclass(frozen=True, slots=True)
class Refusal:
    """One guard that keeps a plan from being executed."""

    guard: str
    """The name of the guard: `max_jobs`, `max_percent`, `protect`, `read_only`, `selection`, …"""
    source: str
    """The place that set it."""
    number: float | None
    """The number that the guard allows; None for a guard that has none."""
    sentence: str
    """What is refused, by which guard and source, and what to do next."""
    keyword: str = ""
    """The keyword argument that lets the plan pass, as it is typed; empty where none does."""
    flag: str = ""
    """The same for magics."""

    @property
    def to_type(self) -> str:
        """What to type so that the plan passes: a keyword argument or a flag; empty where nothing does that."""
        return f"{self.keyword} or {self.flag}" if self.keyword else ""

    def __str__(self) -> str:
        return self.sentence


def raise_refusals(refusals: Sequence[Refusal]) -> None:
    """Raise GuardError for the first of these, with the sentences of all. Return where there are none."""
    if refusals:
        first = refusals[0]
        text = "\n  ".join(refusal.sentence for refusal in refusals)
        raise GuardError(f"{text} {_NOTHING}", guard=first.guard, layer=first.source)


def refuse_everything(jobs: int, listed_all: int) -> list[Refusal]:
    """Return why a plan for `count` jobs may not be executed, if they are all that a listing without selectors found.

    `listed_all` is how many that listing found; 0 says that somebody named, selected or filtered the jobs.
    """
    if not listed_all or jobs < listed_all:
        return []
    text = (
        f"selection: {'this is' if jobs == 1 else 'these are'} all {plural(listed_all, 'job')} of a listing without "
        "selectors; a status or a limit does not select. To end them, select them in the picker, filter the "
        "DataFrame, give queues, names or definitions, or give the job ids."
    )
    return [Refusal("selection", "a rule that is built in", None, text)]
