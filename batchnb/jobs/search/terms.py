"""What a search means once it is read: terms that all have to hold, each a field and the tests of which any may hold.

Plain data without behaviour: `evaluate` holds rows against it, and `as_plain` writes it so that the browser's twin can
be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from batchnb.jobs.search.fields import Field, Kind

__all__ = [
    "Contains",
    "Exact",
    "Expression",
    "Flag",
    "Pattern",
    "Query",
    "Range",
    "Statuses",
    "Tag",
    "Term",
    "Test",
    "TextTest",
    "Whole",
    "as_plain",
]


@dataclass(frozen=True, slots=True)
class Contains:
    """The text is somewhere in the value, in any case. `text` is folded."""

    text: str


@dataclass(frozen=True, slots=True)
class Whole:
    """The text is the value, in any case. `text` is folded."""

    text: str


@dataclass(frozen=True, slots=True)
class Exact:
    """The text is the value, and case counts."""

    text: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """The pattern fits the whole value, and case counts. None stands for `*`, and "" for `?`."""

    parts: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression is found somewhere in the value."""

    source: str
    any_case: bool


@dataclass(frozen=True, slots=True)
class Range:
    """The number is between these."""

    low: float | None = None
    high: float | None = None
    with_low: bool = True
    with_high: bool = True
    is_moment: bool = False
    """For `stopped:`, which takes both: whether the numbers are epoch milliseconds and not a length of time."""


@dataclass(frozen=True, slots=True)
class Statuses:
    """The status is one of these."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """The row has this mark."""

    name: str


TextTest = Contains | Whole | Exact | Pattern | Expression


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag has a key that passes the one test, and a value that passes the other, if there is one."""

    key: TextTest
    value: TextTest | None


Test = TextTest | Range | Statuses | Flag | Tag


@dataclass(frozen=True, slots=True)
class Term:
    """One term. Without a field it is a text that is looked for in all columns that are shown."""

    is_excluded: bool
    field: Field | None
    tests: tuple[Test, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """A search that was read. Without terms it means every row."""

    text: str
    terms: tuple[Term, ...]

    @property
    def asks_for_tags(self) -> bool:
        """Whether a term is about tags."""
        return any(term.field is not None and term.field.kind is Kind.TAGS for term in self.terms)


def as_plain(query: Query) -> list[dict[str, Any]]:
    """Return the terms as lists, dicts and plain values."""
    return [
        {
            "excluded": term.is_excluded,
            "field": term.field and term.field.name,
            "tests": [_plain(test) for test in term.tests],
            "span": [term.start, term.end],
        }
        for term in query.terms
    ]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        given = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        return {"test": type(value).__name__.lower(), **given}
    return list(value) if isinstance(value, tuple) else value
