"""The rows of a picker that match a search, as Python reads it: the twin of what the browser does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from batchnb.errors import InputError
from batchnb.jobs.search import Query, QueryError, parse_query
from batchnb.jobs.search.columns import SearchTable
from batchnb.jobs.search.evaluate import hold_against
from batchnb.text import shown
from batchnb.widget.counted import DESCRIBED, add_counted, children_in
from batchnb.widget.table.columns import shown_title
from batchnb.widget.table.described import Described
from batchnb.widget.table.marks import FATES
from batchnb.widget.table.rows import LIVES, Lock

if TYPE_CHECKING:
    import pandas as pd
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
        parse_query(query, _table(jobs, {}, 0).schema)
    except QueryError as error:
        raise InputError(str(error)) from error
    return query


def rows_matching(session: PickerSession, query: str) -> NDArray[np.int64]:
    """Return the rows that match now: by their statuses and results as the picker shows them, and ages until now.

    A search that cannot be read matches nothing.
    """
    with session.jobs.mutex:
        row_of = session.jobs.snapshot.row_of
        described = session.descriptions.known().items()
        known = {row_of[job_id]: one for job_id, one in described if job_id in row_of}
        table = _table(session.jobs, known, session.clock.wall().timestamp() * 1000)
        if (titles := session.view.titles) is not None:
            given = map(shown_title, session.jobs.snapshot.frame.columns)
            table.hidden = frozenset([*(title for title in given if title not in titles), *_added(session.jobs, table)])
        try:
            read = parse_query(query, table.schema)
        except QueryError:
            return np.zeros(0, dtype=np.int64)
        needs = [term for term in read.terms if term.field is not None and term.field.source in DESCRIBED]
        if needs:
            # A search is not answered in part: as in the browser, nothing matches before all that is asked is known.
            others = Query(read.text, tuple(term for term in read.terms if term not in needs))
            sources = {term.field.source for term in needs if term.field is not None}
            if (hold_against(others, table).matches & _undescribed(session.jobs, table, known, sources)).any():
                return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(hold_against(read, table).matches)


def _undescribed(
    jobs: ShownJobs, table: SearchTable, known: Mapping[int, Described], sources: set[str]
) -> NDArray[np.bool_]:
    """Return which rows have to be described before one of these is known of them."""
    lacks = np.zeros(len(jobs), dtype=bool)
    for source in sources:
        for needed in DESCRIBED[source]:
            lacks |= table.tags(needed).codes < 0 if needed == "tags" else np.isnan(table.numbers(needed))
    lacks[list(known)] = False
    # Of a row without an id, and of another one of the same job, AWS tells nothing.
    return lacks & ~np.isin(jobs.snapshot.rows.locks, (Lock.NO_ID, Lock.DUPLICATE))


def _table(jobs: ShownJobs, known: Mapping[int, Described], now_ms: float) -> SearchTable:
    """Return the rows as the browser has them: as they are now, with what was described and what is selected."""
    with jobs.mutex:
        selected = np.zeros(len(jobs), dtype=bool)
        selected[jobs.rows] = True
        frame = add_counted(_frame_now(jobs), known, now_ms)
        table = SearchTable(frame, now_ms, flags={"selected": selected}, also=children_in(known, len(jobs)))
        table.hidden = table.hidden.union(_added(jobs, table))
        return table


def _added(jobs: ShownJobs, table: SearchTable) -> list[str]:
    """Return the titles of what is searched by its field only: nobody sees it as a text, but for results."""
    given = set(jobs.snapshot.frame.columns)
    return [title for title in table.frame.columns if title not in given and title != _RESULT]


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
