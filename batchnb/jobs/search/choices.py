"""What a value means for the fields that have words of their own: statuses, tags, and the marks of a picker."""

from __future__ import annotations

from collections.abc import Sequence

from batchnb.jobs.search.fields import STATUS_WORDS, SYNONYMS, Field
from batchnb.jobs.search.letters import fold
from batchnb.jobs.search.nearest import find_nearest
from batchnb.jobs.search.reader import Part
from batchnb.jobs.search.refusal import in_quotes
from batchnb.jobs.search.terms import Flag, Statuses, Tag, TextTest
from batchnb.jobs.search.texts import read_text
from batchnb.jobs.search.typed import Typed, as_text

__all__ = ["FLAGS", "read_flag", "read_statuses", "read_tags"]

FLAGS = ("selected", "odd")
"""What may follow `is:`."""


def read_statuses(field: Field, parts: Sequence[Part], typed: Typed) -> list[Statuses]:
    """Return the statuses that a term asks for: AWS's words, whole and in any case, and three words for several."""
    found: dict[str, None] = {}
    for part in parts:
        text = part.text.removeprefix("=")
        if part.begins_with("<>"):
            raise typed.refuse(f"{in_quotes(field.name)} holds text and cannot be compared.")
        if part.begins_with("!"):
            raise typed.without_bang(part)
        if text in ("*", "all") and part.expression is None:
            raise typed.means_all()
        words = STATUS_WORDS.get(fold(text)) if part.expression is None else None
        if words is None:
            _refuse_word(part, typed, STATUS_WORDS, "is not a job status")
        found.update(dict.fromkeys(words or ()))
    return [Statuses(tuple(found))]


def read_flag(part: Part, typed: Typed) -> Flag:
    """Return the mark that a value asks for."""
    name = fold(part.text)
    if name not in FLAGS or part.expression is not None:
        _refuse_word(part, typed, FLAGS, "cannot follow `is:`")
    return Flag(name)


def _refuse_word(part: Part, typed: Typed, known: Sequence[str] | dict[str, tuple[str, ...]], why: str) -> None:
    written = typed.query[part.start : part.end]
    bare = "".join(char for char in part.text if char.isascii() and char.isalnum())
    synonym = SYNONYMS.get(fold(bare), "")
    words = [synonym] if synonym in known else find_nearest(bare, known)
    meant = [typed.with_value(part, word) for word in words]
    raise typed.refuse(
        f"{in_quotes(written)} {why}.",
        meant=meant,
        otherwise=f"Use one of {', '.join(known)}.",
        is_unfinished=part.end == len(typed.query) and any(word.startswith(fold(bare)) for word in words),
    )


def read_tags(field: Field, parts: Sequence[Part], typed: Typed) -> list[Tag]:
    """Return the tags that a term asks for: `key`, or `key=value`, of which both may be patterns."""
    tags: list[Tag] = []
    before: Part | None = None
    for part in parts:
        key, value = _split(part)
        _check_key(key, value, part, typed)
        if value is None:
            _check_bare(part, before, typed)
        elif value.is_empty:
            raise typed.lacks(typed.query[typed.start + typed.is_excluded : value.start], at=value.end)
        before = key if value is not None else None
        tags.append(Tag(_read_part(field, key, typed), None if value is None else _read_part(field, value, typed)))
    return tags


def _read_part(field: Field, part: Part, typed: Typed) -> TextTest:
    return read_text(field, part, typed, as_whole=True)


def _split(part: Part) -> tuple[Part, Part | None]:
    at = next((at for at, atom in enumerate(part.atoms) if atom.char == "=" and not atom.is_quoted), None)
    if at is None:
        return part, None
    return part.before(at), part.after(at + 1)


def _check_key(key: Part, value: Part | None, part: Part, typed: Typed) -> None:
    if not key.text and key.expression is None:
        raise typed.refuse("A tag needs a key, for example `tag:team=vision`.")
    if not key.has(":"):
        return
    written = typed.query[part.start : part.end]
    before, _, after = written.partition(":")
    in_one = as_text(key.text) + typed.query[key.end : part.end]
    # AWS's own keys hold colons: aws:batch:job-definition.
    meant = in_one if value is not None or before == "aws" else f"{before}={after}"
    raise typed.refuse("", meant=[typed.with_value(part, meant)], otherwise="Put a key that holds a colon in quotes.")


def _check_bare(part: Part, before: Part | None, typed: Typed) -> None:
    """Raise QueryError for a word that comes after a key with a value: another value, or another key."""
    if before is None:
        return
    written = typed.query[part.start : part.end]
    same_key = f"{typed.query[before.start : before.end]}={written}"
    raise typed.refuse(
        f"{in_quotes(part.text)} would be the key of another tag.",
        meant=[typed.with_value(part, same_key), typed.with_value(part, f"{written}=*")],
    )
