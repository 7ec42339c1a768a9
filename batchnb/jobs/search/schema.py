"""Schema: which fields a list has, and what a name before a colon means there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from batchnb.jobs.search.fields import FIELDS, SYNONYMS, TITLES, Field, Kind
from batchnb.jobs.search.letters import fold
from batchnb.jobs.search.nearest import find_nearest

__all__ = ["NO_FIELD", "Schema", "Unresolved", "make_schema"]

_BUILT_IN = {field.name: field for field in FIELDS}

_OF_ONE_NAME = frozenset({"vcpu", "gpu"})
"""Columns that nobody sees by their title: `vcpus:` is the same slip in every list."""

NO_FIELD = "no field"
"""There is no such field anywhere."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why a name is not a field here."""

    why: str
    """`NO_FIELD`, "absent" for one that other lists have, or "repeated" for a title of several columns."""
    meant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields of one list. Made by `make_schema`."""

    sources: frozenset[str]
    """The built-in columns that are there."""
    own: tuple[Field, ...]
    """The user's columns, by title; one with the title of an earlier one is there twice."""

    @property
    def names(self) -> list[str]:
        """The built-in fields that can be asked for here, as they are typed."""
        return [field.name for field in FIELDS if self._has(field)]

    def resolve(self, name: str, *, is_quoted: bool) -> Field | Unresolved:
        """Return the field of this name. In quotes, a column's title comes before a built-in field."""
        built_in = _BUILT_IN.get(name.lower()) if name.isascii() else None
        if not is_quoted and built_in is not None and self._has(built_in):
            return built_in
        titled = self._titled(name)
        if titled is not None:
            return titled
        if built_in is not None:
            return built_in if self._has(built_in) else Unresolved("absent")
        return Unresolved(NO_FIELD, tuple(self._nearest(name)))

    def _has(self, field: Field) -> bool:
        return field.source in self.sources and (not field.during or "status" in self.sources)

    def _titled(self, name: str) -> Field | Unresolved | None:
        for is_same in (lambda title: title == name, lambda title: fold(title) == fold(name)):
            found = [field for field in self.own if is_same(field.name)]
            if len(found) > 1:
                return Unresolved("repeated")
            if found:
                return found[0]
        return self._by_title_of_source(name)

    def _by_title_of_source(self, name: str) -> Field | None:
        # `jobName:` and `createdAt:` are what the columns of a listing are called.
        for source, titles in TITLES.items():
            if source in self.sources - _OF_ONE_NAME and fold(name) in map(fold, titles):
                fields = [field for field in FIELDS if field.source == source]
                # The moment itself rather than how long ago it was.
                return min(fields, key=lambda field: field.kind is Kind.SINCE)
        return None

    def _nearest(self, name: str) -> list[str]:
        synonym = SYNONYMS.get(fold(name), "")
        if synonym in self.names:
            return [synonym]
        return find_nearest(name, [*self.names, *(field.name for field in self.own)])


def make_schema(sources: Collection[str], own: Iterable[Field] = ()) -> Schema:
    """Return the schema of a list that has these built-in columns, and these of its own."""
    return Schema(frozenset(sources), tuple(own))
