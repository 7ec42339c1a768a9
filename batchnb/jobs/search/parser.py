"""Reads a search: terms between blanks, all of which have to hold; or a QueryError, so that it matches nothing.

    query  = { term }
    term   = ["-"] ( word | phrase | field ":" values | field op value )
    values = value { "," value }

A search never widens and never inverts silently. What another language would understand in another way (OR, brackets,
`*` in a bare word, `key=value`, `!`) is an error that says how it is done here, and not a text that is looked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from batchnb.jobs.search.choices import read_flag, read_statuses, read_tags
from batchnb.jobs.search.fields import Field, Kind
from batchnb.jobs.search.ranges import read_ranges
from batchnb.jobs.search.reader import Part, Reader
from batchnb.jobs.search.refusal import QueryError
from batchnb.jobs.search.schema import Schema
from batchnb.jobs.search.terms import Query, Term, Test
from batchnb.jobs.search.texts import read_text
from batchnb.jobs.search.typed import Typed
from batchnb.jobs.search.unknown import ends_in_bang, refuse_field
from batchnb.jobs.search.words import check_start, read_literal, read_word

__all__ = ["LONGEST_QUERY", "MOST_TERMS", "parse_query"]

LONGEST_QUERY = 4_000
"""Characters: some hundred job ids. More of them belong into a cell."""

MOST_TERMS = 50

_COMPARED = {Kind.NUMBER, Kind.MEMORY, Kind.SINCE, Kind.MOMENT}


def parse_query(text: str, schema: Schema) -> Query:
    """Return what a search means in a list with these fields. Raises QueryError where it cannot be read."""
    try:
        return _parse(text, schema)
    except QueryError as error:
        raise error.keeping(lambda meant: _is_readable(meant, schema)) from None


def _is_readable(text: str, schema: Schema) -> bool:
    try:
        _parse(text, schema)
    except QueryError:
        return False
    return True


def _parse(text: str, schema: Schema) -> Query:
    if len(text) > LONGEST_QUERY:
        raise QueryError(f"The search is longer than {LONGEST_QUERY:,} characters.", 0, len(text))
    reader = Reader(text)
    terms: list[Term] = []
    reader.skip_blanks()
    while reader.at < len(text):
        if len(terms) == MOST_TERMS:
            raise QueryError(f"The search has more than {MOST_TERMS} terms.", reader.at, len(text))
        terms.append(_term(reader, schema))
        reader.skip_blanks()
    return Query(text, tuple(terms))


def _term(reader: Reader, schema: Schema) -> Term:
    start = reader.at
    is_excluded = reader.peek() == "-"
    reader.at += is_excluded
    check_start(reader, start, is_excluded=is_excluded)
    if (literal := read_literal(reader, schema)) is not None:
        field, test = literal
        return Term(is_excluded, field, (test,), start, reader.at)
    name = reader.part(":<>=")
    sign = "" if reader.is_at_blank() else reader.peek()
    if not sign:
        typed = Typed(reader.text, start, reader.at, is_excluded)
        return Term(is_excluded, None, (read_word(name, typed, schema),), start, reader.at)
    if sign == ":":
        reader.at += 1
    values_at = reader.at
    resolved = schema.resolve(name.text, is_quoted=reader.text[name.start : name.start + 1] == '"')
    is_tag = isinstance(resolved, Field) and resolved.kind is Kind.TAGS
    parts = _values(reader, is_tag=is_tag)
    typed = Typed(reader.text, start, reader.at, is_excluded, name.text, values_at)
    if not isinstance(resolved, Field) or sign == "=" or not name.text or ends_in_bang(name):
        raise refuse_field(resolved, sign, name, typed, schema)
    for part in parts:
        if part.is_empty:
            raise typed.lacks(reader.text[start + is_excluded : part.start], at=part.end)
    return Term(is_excluded, resolved, tuple(_tests(resolved, parts, typed)), start, reader.at)


def _values(reader: Reader, *, is_tag: bool) -> list[Part]:
    parts: list[Part] = []
    while True:
        start = reader.at
        if reader.peek() == "/":
            expression = reader.expression()
            parts.append(Part((), start, reader.at, expression))
        else:
            parts.append(reader.part(",", expression_after="=" if is_tag else ""))
        if reader.peek() != ",":
            return parts
        reader.at += 1


def _tests(field: Field, parts: Sequence[Part], typed: Typed) -> Sequence[Test]:
    if field.kind in _COMPARED:
        return read_ranges(field, parts, typed)
    if field.kind is Kind.STATUS:
        return read_statuses(field, parts, typed)
    if field.kind is Kind.TAGS:
        return read_tags(field, parts, typed)
    if field.kind is Kind.FLAG:
        return [read_flag(part, typed) for part in parts]
    return [read_text(field, part, typed) for part in parts]
