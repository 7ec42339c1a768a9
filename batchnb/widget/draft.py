"""Draft: what a person has changed in the review of a plan, besides the selection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

__all__ = ["Draft"]


@dataclass(frozen=True, slots=True)
class Draft:
    """The changes to a plan since it was asked for."""

    with_dependents: bool = False
    """Whether the jobs that would fail with those of the plan are to end as well."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """The names of the jobs that were left out in the review, by id."""

    @property
    def options(self) -> dict[str, bool]:
        """The keyword arguments of `plan` that it changes: those that the picker was made with stay as they are."""
        return {"with_dependents": True} if self.with_dependents else {}

    def without(self, jobs: Mapping[str, str]) -> Draft:
        """Return the draft with these jobs left out as well."""
        return replace(self, left_out={**self.left_out, **jobs})
