"""Holds the rows of a table against a search. Of what is not known, a row matches neither a term nor its opposite.

Each distinct text is looked at once; the rows then go by their codes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchnb.jobs.search.automaton import matcher_of
from batchnb.jobs.search.columns import SearchTable, Words
from batchnb.jobs.search.fields import STATUS_WORDS, WAITING, Field, Kind
from batchnb.jobs.search.letters import fold, normalize
from batchnb.jobs.search.terms import (
    Contains,
    Exact,
    Flag,
    Pattern,
    Query,
    Range,
    Statuses,
    Tag,
    Term,
    Test,
    TextTest,
    Whole,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Verdicts", "hold_against"]

NO, YES, UNKNOWN = 0, 1, 2
_ARN = "arn:"
_KIND_OF_SHOWN = {"queue": Kind.QUEUE, "definition": Kind.DEFINITION}
_STARTED = frozenset({"STARTING", "RUNNING"})
_KNOWN_STATUSES = frozenset({*STATUS_WORDS["active"], *STATUS_WORDS["ended"]})


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a search says of each row."""

    matches: NDArray[np.bool_]
    is_open: NDArray[np.bool_]
    """No term speaks against the row, but of one of them it is not known whether it holds."""


def hold_against(query: Query, table: SearchTable) -> Verdicts:
    """Return which rows match all terms, and of which that is not known."""
    import numpy as np

    rows = len(table.frame)
    possible = np.ones(rows, dtype=bool)
    is_unknown = np.zeros(rows, dtype=bool)
    for term in query.terms:
        said = _verdicts(term, table)
        possible &= said != (YES if term.is_excluded else NO)
        is_unknown |= said == UNKNOWN
    return Verdicts(possible & ~is_unknown, possible & is_unknown)


def _verdicts(term: Term, table: SearchTable) -> NDArray[np.uint8]:
    field = term.field
    if field is None:
        return _anywhere(term.tests[0], table)
    if field.kind is Kind.STATUS:
        names = [name for test in term.tests if isinstance(test, Statuses) for name in test.names]
        return _statuses(field.source, names, table)
    if field.kind is Kind.FLAG:
        return _flags(term.tests, table)
    if field.kind is Kind.TAGS:
        return _by_word(table.tags(field.source), _tags_predicate(term.tests), if_missing=UNKNOWN)
    if field.kind in (Kind.TEXT, Kind.ID, Kind.QUEUE, Kind.DEFINITION):
        passes = _text_predicate(field.kind, term.tests)
        if_missing = NO if field.is_none_if_missing else UNKNOWN
        return _by_word(table.words(field.source), passes, if_missing=if_missing)
    return _ranges(field, term.tests, table)


def _anywhere(test: Test, table: SearchTable) -> NDArray[np.uint8]:
    import numpy as np

    found = np.zeros(len(table.frame), dtype=np.uint8)
    for source in table.shown_texts():
        passes = _text_predicate(_KIND_OF_SHOWN.get(source, Kind.TEXT), [test])
        found |= _by_word(table.words(source), passes, if_missing=NO)
    return found


def _by_word(words: Words, said_of: Callable[[Any], int], *, if_missing: int) -> NDArray[np.uint8]:
    import numpy as np

    # The last one stands for -1, a missing value.
    said = np.fromiter(map(said_of, words.values), dtype=np.uint8, count=len(words.values))
    return np.append(said, np.uint8(if_missing))[words.codes]


def _text_predicate(kind: Kind, tests: Sequence[Test]) -> Callable[[str], bool]:
    each = [_predicate(kind, test) for test in tests]
    return each[0] if len(each) == 1 else lambda text: any(passes(text) for passes in each)


def _predicate(kind: Kind, test: Any) -> Callable[[str], bool]:
    """Return whether a text passes the test. A queue and a definition are asked by what is shown of their ARN."""
    passes = _text_test(test)
    if kind not in (Kind.QUEUE, Kind.DEFINITION):
        return passes
    if isinstance(test, Whole | Exact) and test.text.startswith(_ARN):
        passes_short = _text_test(type(test)(_short(test.text)))
        return lambda text: passes(text) if text.startswith(_ARN) else passes_short(text)
    if isinstance(test, Pattern) and (test.parts[0] or "").startswith(_ARN):
        return passes
    if kind is Kind.QUEUE or isinstance(test, Contains):
        return lambda text: passes(_short(text))
    # Without its revision, a definition is any revision.
    return lambda text: passes(short := _short(text)) or passes(short.rpartition(":")[0] or short)


def _short(text: str) -> str:
    """Return the name at the end of the ARN of a queue or a definition; any other text as it is."""
    return text.rpartition("/")[2] if text.startswith(_ARN) else text


def _text_test(test: TextTest) -> Callable[[str], bool]:
    if isinstance(test, Contains):
        needle = test.text
        return lambda text: needle in fold(text)
    if isinstance(test, Whole):
        return lambda text: fold(text) == test.text
    if isinstance(test, Exact):
        return lambda text: normalize(text) == test.text
    finds = matcher_of(test).finds
    return lambda text: finds(normalize(text))


def _tags_predicate(tests: Sequence[Test]) -> Callable[[Sequence[tuple[str, str]]], bool]:
    each = [
        (_text_test(test.key), None if test.value is None else _text_test(test.value))
        for test in tests
        if isinstance(test, Tag)
    ]
    return lambda pairs: any(
        fits_key(key) and (fits_value is None or fits_value(value))
        for fits_key, fits_value in each
        for key, value in pairs
    )


def _statuses(source: str, names: Collection[str], table: SearchTable) -> NDArray[np.uint8]:
    """Return which rows are in one of these statuses, an array of which a child is in one among them."""
    said = _by_word(table.words(source), lambda text: _in_status(text, names), if_missing=UNKNOWN)
    if table.uncounted is not None and not _STARTED.isdisjoint(names):
        said[table.uncounted & (said == NO)] = UNKNOWN
    for name in names:
        if name in table.also:
            said[table.also[name]] = YES
    return said


def _in_status(text: str, names: Collection[str]) -> int:
    status = text.upper()
    if status not in _KNOWN_STATUSES:
        return UNKNOWN
    return YES if status in names else NO


def _flags(tests: Sequence[Test], table: SearchTable) -> NDArray[np.uint8]:
    import numpy as np

    said = np.zeros(len(table.frame), dtype=np.uint8)
    for name in {test.name for test in tests if isinstance(test, Flag)}:
        rows = table.flags.get(name)
        said = np.maximum(said, UNKNOWN if rows is None else np.asarray(rows, dtype=bool))
    return np.asarray(said, dtype=np.uint8)


def _ranges(field: Field, tests: Sequence[Test], table: SearchTable) -> NDArray[np.uint8]:
    import numpy as np

    given = table.numbers(field.source)
    said = np.full(len(given), NO, dtype=np.uint8)
    is_missing = np.isnan(given)
    for test in tests:
        assert isinstance(test, Range)
        values = given
        if field.kind is Kind.SINCE and not test.is_moment:
            values = table.now_ms - given
            is_missing |= values < 0  # from a clock that is ahead: how long ago is not known
        said[_between(values, test)] = YES
    said[is_missing] = NO if field.is_none_if_missing else UNKNOWN
    if not field.during:
        return said
    during = _statuses("status", field.during, table)
    if field.during == WAITING:
        _leave_out_running_arrays(during, table)
    return np.where(during == YES, said, during)


def _leave_out_running_arrays(waiting: NDArray[np.uint8], table: SearchTable) -> None:
    # AWS shows an array as PENDING while its children run.
    if table.uncounted is not None:
        waiting[table.uncounted & (waiting == YES)] = UNKNOWN
    for name in _STARTED:
        if name in table.also:
            waiting[table.also[name]] = NO


def _between(values: NDArray[np.float64], test: Range) -> NDArray[np.bool_]:
    import numpy as np

    inside = np.ones(len(values), dtype=bool)
    with np.errstate(invalid="ignore"):
        if test.low is not None:
            inside &= values >= test.low if test.with_low else values > test.low
        if test.high is not None:
            inside &= values <= test.high if test.with_high else values < test.high
    return inside
