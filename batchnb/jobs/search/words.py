"""Terms without a field: texts that are looked for as they are, and what looks like a text and would mislead."""

from __future__ import annotations

import re

from batchnb.jobs.search.fields import Field, Kind
from batchnb.jobs.search.letters import fold
from batchnb.jobs.search.reader import Part, Reader
from batchnb.jobs.search.refusal import QueryError, as_code
from batchnb.jobs.search.schema import Schema
from batchnb.jobs.search.terms import Contains, TextTest, Whole
from batchnb.jobs.search.texts import check_characters
from batchnb.jobs.search.typed import Typed, as_text

__all__ = ["check_start", "read_literal", "read_word"]

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212\uff0d"
_JOB_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[:#]\d{1,5}", re.IGNORECASE | re.ASCII)
_ARN = re.compile(r"arn:[a-z-]+:batch:[^:]*:[^:]*:(job|job-definition|job-queue)/([^,\"]+)", re.ASCII)
_FIELD_OF = {"job": "id", "job-definition": "definition", "job-queue": "queue"}
_EXPRESSION = re.compile(r"/.+/i?", re.DOTALL)
_OR = "There is no OR. For one field: `name:a*,b*`. For the word: {}."
_AND = "There is no AND: all terms must match. Leave it out. For the word: {}."
_NOT = "There is no NOT. A “-” in front excludes, for example `-prod`. For the word: {}."
_OPERATORS = {"or": _OR, "||": _OR, "|": _OR, "and": _AND, "&&": _AND, "&": _AND, "not": _NOT}


def check_start(reader: Reader, start: int, *, is_excluded: bool) -> None:
    """Raise QueryError for a minus that has nothing behind it, or is another character."""
    if is_excluded and reader.is_at_blank():
        raise QueryError("Nothing after “-”.", start, reader.at, is_unfinished=reader.at == len(reader.text))
    raw = reader.raw()
    end = reader.at + len(raw)
    if is_excluded and raw.startswith("-"):
        raise QueryError("There is one “-” too many.", start, end, meant=[raw])
    if raw[:1] in _DASHES and len(raw) > 1:
        raise QueryError(
            f"“{raw[0]}” is not a minus.", start, end, meant=["-" + raw[1:]], otherwise=f"Try {as_code(as_text(raw))}."
        )


def read_literal(reader: Reader, schema: Schema) -> tuple[Field | None, TextTest] | None:
    """Read what is pasted and holds colons all the same: the id of a child, or an ARN of AWS Batch."""
    raw = reader.raw()
    if _JOB_ID.fullmatch(raw):
        reader.at += len(raw)
        return None, Contains(fold(raw))
    found = _ARN.fullmatch(raw)
    if found is None:
        return None
    field = schema.resolve(_FIELD_OF[found[1]], is_quoted=False)
    if not isinstance(field, Field):
        return None
    reader.at += len(raw)
    return field, Whole(fold(found[2] if field.kind is Kind.ID else raw))


def read_word(part: Part, typed: Typed, schema: Schema) -> Contains:
    """Return the text that is looked for. Raises QueryError for what would mislead if it were taken for a text."""
    if not part.text:
        raise typed.refuse("There is nothing between the quotes.", is_unfinished=typed.end == len(typed.query))
    written = typed.inside
    operator = _OPERATORS.get(fold(written))
    if operator is not None:
        raise typed.refuse(operator.format(as_code(typed.minus + as_text(written))), offered=[typed.itself])
    itself = as_text(part.text)
    way_out = f"For the text itself: {as_code(typed.minus + itself)}."
    if part.begins_with("!"):
        meant = ("" if typed.is_excluded else "-") + written[1:]
        raise typed.refuse(
            "There is no “!”. A “-” in front excludes.",
            meant=[meant],
            otherwise=way_out,
            offered=[typed.minus + itself],
        )
    needs = _needs_field(part, written)
    if needs:
        meant = f"{typed.minus}name:{written}" if isinstance(schema.resolve("name", is_quoted=False), Field) else ""
        raise typed.refuse(needs, meant=[meant] if meant else [], otherwise=way_out, offered=[typed.minus + itself])
    check_characters(part, typed, typed.minus + itself)
    return Contains(fold(part.text))


def _needs_field(part: Part, written: str) -> str:
    if part.begins_with("/") and _EXPRESSION.fullmatch(written):
        return "An expression needs a field."
    if part.has("*?"):
        return "A pattern needs a field."
    return "A list needs a field." if part.has(",") else ""
