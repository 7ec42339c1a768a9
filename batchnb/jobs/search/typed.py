"""Typed: one term as it was typed, from which messages and suggestions are made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from batchnb.jobs.search.fields import Field
from batchnb.jobs.search.reader import Part
from batchnb.jobs.search.refusal import QueryError, as_code, in_quotes

__all__ = ["Typed", "as_name", "as_text"]

_PLAIN_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Typed:
    """A term: where it stands in the search, what excludes it, and where its values begin."""

    query: str
    start: int
    end: int
    is_excluded: bool
    name: str = ""
    """The field's name as it was typed, without quotes."""
    values_at: int = 0

    @property
    def minus(self) -> str:
        """The sign that excludes, if it is there."""
        return "-" if self.is_excluded else ""

    @property
    def inside(self) -> str:
        """The term without its minus."""
        return self.query[self.start + self.is_excluded : self.end]

    @property
    def values(self) -> str:
        """All that follows the field's name."""
        return self.query[self.values_at : self.end]

    @property
    def itself(self) -> str:
        """The same as a text that is looked for as it is."""
        return self.minus + as_text(self.inside)

    def named(self, name: str) -> str:
        """Return the term with this field in place of its own."""
        return f"{self.minus}{as_name(name)}:{self.values}"

    def with_value(self, part: Part, value: str) -> str:
        """Return the term with this in place of one of its values."""
        before, after = self.query[self.values_at : part.start], self.query[part.end : self.end]
        return f"{self.minus}{as_name(self.name)}:{before}{value}{after}"

    def without_bang(self, part: Part) -> QueryError:
        """Return the error for a value that begins with the sign by which other languages exclude."""
        values = self.query[self.values_at : part.start] + self.query[part.start + 1 : self.end]
        meant = f"{'' if self.is_excluded else '-'}{as_name(self.name)}:{values}"
        return self.refuse("There is no “!”. A “-” in front excludes.", meant=[meant])

    def means_all(self) -> QueryError:
        """Return the error for a term that asks for nothing in particular."""
        verb = "excludes" if self.is_excluded else "means"
        return self.refuse(f"{as_code(self.query[self.start : self.end])} {verb} every job; leave it out.")

    def refuse(self, what: str, **more: Any) -> QueryError:
        """Return the error that concerns this term; `more` are arguments of QueryError."""
        return QueryError(what, self.start, self.end, **more)

    def lacks(self, before: str, *, at: int) -> QueryError:
        """Return the error that something is missing behind `before`, at this place."""
        return self.refuse(f"Say what after {in_quotes(before)}.", is_unfinished=at == len(self.query))


def as_name(name: str | Field) -> str:
    """Return the name of a field as it has to be typed."""
    text = name.name if isinstance(name, Field) else name
    return text if _PLAIN_NAME.fullmatch(text) else as_text(text)


def as_text(text: str) -> str:
    """Return any text as it has to be typed.

    >>> as_text('a "b" c')
    '"a ""b"" c"'
    """
    return '"' + text.replace('"', '""') + '"'
