"""Job definitions: by name, in revisions, and the latest active one where a job names no revision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batchnb.local.world.body import Body
    from batchnb.local.world.job import Spec

__all__ = ["Definition", "Definitions"]


@dataclass(slots=True)
class Definition:
    """One revision of a job definition. Only its status changes."""

    name: str
    revision: int
    body: Body
    parameters: Mapping[str, str] = field(default_factory=dict)
    retry: Mapping[str, Any] | None = None
    timeout: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    propagate_tags: bool | None = None
    priority: int | None = None
    platforms: Sequence[str] | None = None
    consumables: Mapping[str, Any] | None = None
    status: str = "ACTIVE"

    @property
    def key(self) -> str:
        """`name:revision`."""
        return f"{self.name}:{self.revision}"


class Definitions:
    """All job definitions of a world."""

    def __init__(self) -> None:
        self._by_name: dict[str, dict[int, Definition]] = {}

    def __iter__(self) -> Iterator[Definition]:
        for name in sorted(self._by_name):
            yield from sorted(self._by_name[name].values(), key=lambda one: -one.revision)

    def add(self, definition: Definition) -> None:
        """Take a definition."""
        self._by_name.setdefault(definition.name, {})[definition.revision] = definition

    def next_revision(self, name: str) -> int:
        """Return the number of the next revision: they start at 1, and no number comes twice."""
        return max(self._by_name.get(name, {0: None})) + 1

    def find(self, key: str) -> Definition | None:
        """Return the definition that `name:revision` names, or the latest active one of a name."""
        name, colon, revision = key.partition(":")
        revisions = self._by_name.get(name, {})
        if colon:
            return revisions.get(int(revision)) if revision.isascii() and revision.isdigit() else None
        active = [one for one in revisions.values() if one.status == "ACTIVE"]
        return max(active, key=lambda one: one.revision, default=None)

    def note(self, spec: Spec) -> None:
        """Register what a job runs under the definition that it names, unless that is known."""
        name, _, revision = spec.definition.rpartition("/")[2].partition(":")
        if not (revision.isascii() and revision.isdigit()) or self.find(f"{name}:{revision}") is not None:
            return
        self.add(
            Definition(
                name,
                int(revision),
                spec.body,
                spec.parameters,
                spec.retry,
                spec.timeout,
                propagate_tags=spec.propagate_tags,
                platforms=spec.platforms,
            )
        )
