"""The rows of a picker that match a search, as Python reads it: the twin of what the browser does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from batchnb.errors import InputError
from batchnb.jobs.search import Query, QueryError, parse_query
from batchnb.jobs.search.columns import SearchTable
from batchnb.jobs.search.evaluate import hold_against
from batchnb.jobs.search.fields import TITLES
from batchnb.text import shown
from batchnb.widget.table.columns import shown_title
from batchnb.widget.table.known_columns import KnownColumns, known_columns
from batchnb.widget.table.marks import FATES
from batchnb.widget.table.rows import LIVES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from batchnb.widget.session import PickerSession
    from batchnb.widget.shown_jobs import ShownJobs

__all__ = ["check_query", "rows_matching"]

_RESULT = "outcome"
_FATE_CODE = 0x7F


def check_query(jobs: ShownJobs, query: object) -> str:
    """Return the search. Raises InputError, with the line that the picker shows, for one that cannot be read."""
    if not isinstance(query, str):
        raise InputError(f"query must be a text, got {shown(repr(query), 80)}.")
    try:
        parse_query(query, _table(jobs, 0)[0].schema)
    except QueryError as error:
        raise InputError(str(error)) from error
    return query


def rows_matching(session: PickerSession, query: str) -> NDArray[np.int64]:
    """Return the rows that match now: by their statuses and results as the picker shows them, and ages until now.

    A search that cannot be read matches nothing.
    """
    with session.jobs.mutex:
        table, known = _table(session.jobs, session.clock.wall().timestamp() * 1000)
        if (titles := session.view.titles) is not None:
            given = map(shown_title, session.jobs.snapshot.frame.columns)
            table.hidden = frozenset([*(title for title in given if title not in titles), *known.columns])
        try:
            read = parse_query(query, table.schema)
        except QueryError:
            return np.zeros(0, dtype=np.int64)
        verdicts = hold_against(read, table)
        if (verdicts.is_open & ~known.described & _lacks(read, known)).any():
            return np.zeros(0, dtype=np.int64)  # as the picker shows it: half of an answer is none
        return np.flatnonzero(verdicts.matches)


def _table(jobs: ShownJobs, now_ms: float) -> tuple[SearchTable, KnownColumns]:
    """Return the rows as the browser has them: with the statuses of now, results, what is selected and described."""
    with jobs.mutex:
        selected = np.zeros(len(jobs), dtype=bool)
        selected[jobs.rows] = True
        known = known_columns(jobs.snapshot, jobs.described, now_ms)
        frame, flags = _frame_now(jobs), {"selected": selected}
        added = [title for title in known.columns if title not in frame.columns]
        for title, values in known.columns.items():
            frame[title] = values
        table = SearchTable(frame, now_ms, flags=flags, also=known.also)
        table.hidden = table.hidden.union(added)
        return table, known


def _lacks(query: Query, known: KnownColumns) -> NDArray[np.bool_]:
    """Return the rows of which the query asks what a description would tell, and which is not known."""
    lacks = np.zeros(len(known.described), dtype=bool)
    for source in {term.field.source for term in query.terms if term.field is not None}:
        title = next((title for title in TITLES.get(source, ()) if title in known.columns), None)
        if title is not None and title != "hours":
            lacks |= pd.isna(known.columns[title])
    return lacks


def _frame_now(jobs: ShownJobs) -> pd.DataFrame:
    snapshot, marks = jobs.snapshot, jobs.marks
    frame = snapshot.frame.copy(deep=False)
    status = snapshot.layout.place("status")
    if status is not None and marks.are_used:
        words = np.array(LIVES, dtype=object)[marks.lives]
        given = frame.iloc[:, status].astype(object).to_numpy()
        frame.isetitem(status, np.where(marks.lives > 0, words, given))
    if _RESULT not in frame.columns:
        if not marks.fates.any():
            frame[_RESULT] = np.full(len(frame), None, dtype=object)
            return frame
        fates = np.array([*FATES, *[""] * (_FATE_CODE + 1 - len(FATES))], dtype=object)[marks.fates & _FATE_CODE]
        texts = [_with_message(word, marks.messages.get(row)) for row, word in enumerate(fates.tolist())]
        frame[_RESULT] = texts
    return frame


def _with_message(word: str, message: str | None) -> str | None:
    return f"{word}: {message}" if message else word or None
