"""What a value means for a field that holds text: a part of it, all of it, a pattern, or a regular expression."""

from __future__ import annotations

import re

from batchnb.jobs.search.automaton import matcher_of
from batchnb.jobs.search.expressions import ExpressionError
from batchnb.jobs.search.fields import Field, Kind
from batchnb.jobs.search.letters import fold, normalize
from batchnb.jobs.search.reader import Part
from batchnb.jobs.search.refusal import as_code, in_quotes
from batchnb.jobs.search.terms import Contains, Exact, Expression, Pattern, TextTest, Whole
from batchnb.jobs.search.typed import Typed, as_text

__all__ = ["check_characters", "read_text"]

_JOB_ARN = re.compile(r"arn:[a-z-]+:batch:[^:]*:[^:]*:job/(.+)", re.IGNORECASE | re.ASCII | re.DOTALL)
_JOB_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:[:#]\d{1,5})?", re.IGNORECASE | re.ASCII)
_ARN = re.compile(r"arn:[a-z-]+:", re.IGNORECASE | re.ASCII)
_LONGEST_EXPRESSION = 200
_EVERY_JOB_HAS = frozenset({"name", "id", "queue", "definition"})
"""Where `*` asks for nothing. In another column, it asks for the rows that have a value."""


def read_text(field: Field, part: Part, typed: Typed, *, as_whole: bool = False) -> TextTest:
    """Return what one value of a field of text asks for. `as_whole` is for a text that is complete by itself."""
    if part.expression is not None:
        return _read_expression(field, part, typed)
    _check_start(field, part, typed)
    if part.begins_with("="):
        return _read_exact(part, typed)
    check_characters(part, typed, typed.with_value(part, as_text(part.text)))
    if part.has("*?"):
        return _read_pattern(field, part, typed)
    if not part.text:
        raise typed.lacks(_before(part, typed), at=part.end)
    return _read_word(field, part.text, as_whole=as_whole)


def _check_start(field: Field, part: Part, typed: Typed) -> None:
    rest = typed.query[part.start + 1 : part.end]
    if part.begins_with("<>"):
        raise typed.refuse(f"{in_quotes(field.name)} holds text and cannot be compared.")
    if part.begins_with(":"):
        raise typed.refuse("There is one colon too many.", meant=[typed.with_value(part, rest)])
    if part.begins_with("!"):
        raise typed.without_bang(part)


def check_characters(part: Part, typed: Typed, quoted: str) -> None:
    """Raise QueryError for brackets and bars, which have a meaning in other languages. `quoted` is the way out."""
    way_out = f"For the text itself: {as_code(quoted)}."
    if part.has("()|"):
        line = f"There is no OR. For one field: `name:a*,b*`. {way_out}"
        raise typed.refuse(line, offered=[quoted])
    if wrong := part.has("[]{}"):
        line = f"{in_quotes(wrong)} has no special meaning: a pattern has only * and ?. {way_out}"
        raise typed.refuse(line, offered=[quoted])


def _read_word(field: Field, text: str, *, as_whole: bool) -> TextTest:
    if field.kind is Kind.ID and (arn := _JOB_ARN.fullmatch(text)):
        text = arn[1]
    is_id = field.kind is Kind.ID and _JOB_ID.fullmatch(text) is not None
    is_arn = field.kind is Kind.QUEUE and _ARN.match(text) is not None
    if as_whole or is_id or is_arn or field.kind is Kind.DEFINITION:
        return Whole(fold(text))
    return Contains(fold(text))


def _read_exact(part: Part, typed: Typed) -> Exact:
    rest = part.after(1)
    written = typed.query[part.start + 1 : part.end]
    if rest.is_empty:
        raise typed.lacks(_before(part, typed) + "=", at=part.end)
    if rest.begins_with("="):
        raise typed.refuse("There is one “=” too many.", meant=[typed.with_value(part, written)])
    if wrong := rest.has("*?"):
        line = f"“=” takes the text literally, and {in_quotes(wrong)} would be part of it."
        meant = [typed.with_value(part, written), typed.with_value(part, "=" + as_text(rest.text))]
        raise typed.refuse(line, meant=meant)
    check_characters(rest, typed, typed.with_value(part, "=" + as_text(rest.text)))
    return Exact(normalize(rest.text))


def _read_pattern(field: Field, part: Part, typed: Typed) -> Pattern:
    if len(part.atoms) > _LONGEST_EXPRESSION:
        raise typed.refuse(f"The pattern is longer than {_LONGEST_EXPRESSION} characters.")
    parts: list[str | None] = []
    run = ""
    for atom in part.atoms:
        if atom.is_quoted or atom.char not in "*?":
            run += atom.char
            continue
        if run:
            parts.append(normalize(run))
            run = ""
        if atom.char == "?":
            parts.append("")
        elif parts[-1:] != [None]:
            parts.append(None)
    if run:
        parts.append(normalize(run))
    asks_nothing = None in parts and set(parts) <= {None, ""} and parts.count("") <= 1
    if asks_nothing and field.source in _EVERY_JOB_HAS:
        raise typed.means_all()
    return Pattern(tuple(parts))


def _read_expression(field: Field, part: Part, typed: Typed) -> Expression:
    assert part.expression is not None
    source, flags = part.expression.source, part.expression.flags
    if flags not in ("", "i"):
        line = f"{in_quotes(flags)} has no meaning after an expression, only “i” has."
        raise typed.refuse(line, meant=[typed.with_value(part, as_text(typed.query[part.start : part.end]))])
    if len(source) > _LONGEST_EXPRESSION:
        raise typed.refuse(f"The expression is longer than {_LONGEST_EXPRESSION} characters.")
    if not source:
        raise typed.lacks(_before(part, typed) + "/", at=part.end)
    test = Expression(source, flags == "i")
    try:
        matcher = matcher_of(test)
    except ExpressionError as error:
        raise typed.refuse(f"The expression cannot be read: {error}.") from error
    if matcher.fits_all and field.source in _EVERY_JOB_HAS:
        raise typed.means_all()
    return test


def _before(part: Part, typed: Typed) -> str:
    return typed.query[typed.start + typed.is_excluded : part.start]
