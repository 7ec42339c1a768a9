"""The picker as a table that stands still: for a notebook without a kernel, for GitHub and for nbconvert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from batchnb.report_view import report_html
from batchnb.tables import ROWS_SHOWN, table_html
from batchnb.text import escape, plural, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from batchnb.report import Report
    from batchnb.widget.snapshot import Snapshot

__all__ = ["saved_state", "static_html"]

_COLUMNS_SHOWN = 8
_ROLES_SHOWN = ("id", "name", "queue", "status", "created", "started", "reason")
_CELL_LENGTH = 120


def static_html(snapshot: Snapshot, selected: NDArray[np.int64], report: Report | None) -> str:
    """Return the selection, or the first rows where there is none, and the result; bounded, and never markup."""
    titles, rows, sentence = _first_rows(snapshot, selected)
    result = "" if report is None else report_html(report)
    return (
        f'<div class="batchnb-picker-static">{result}<p>{escape(sentence, 300)}</p>'
        f"{table_html(titles, rows, _CELL_LENGTH)}</div>"
    )


def saved_state(snapshot: Snapshot, selected: NDArray[np.int64], report: Report | None) -> dict[str, Any]:
    """Return the same as plain values, for a page that has the saved state of the widget, but no kernel."""
    titles, rows, sentence = _first_rows(snapshot, selected)
    result = shown(report.summary, 500) if report else ""
    return {"titles": titles, "rows": rows, "sentence": sentence, "result": result}


def _first_rows(snapshot: Snapshot, selected: NDArray[np.int64]) -> tuple[list[str], list[list[str]], str]:
    """Return titles, rows and the sentence above them: at most `ROWS_SHOWN` rows, selected ones before others."""
    columns = _columns(snapshot)
    chosen = selected[:ROWS_SHOWN] if len(selected) else np.arange(min(ROWS_SHOWN, len(snapshot.job_ids)))
    rows = [[_cell(snapshot.frame[column].iloc[row]) for column in columns] for row in chosen.tolist()]
    total = plural(len(snapshot.job_ids), "job")
    what = f"{plural(len(selected), 'job')} of {total} selected" if len(selected) else f"{total}, none selected"
    of = len(selected) or len(snapshot.job_ids)
    more = f"; the first {len(rows)} are shown" if of > len(rows) else ""
    return [shown(column, 60) for column in columns], rows, f"{what}{more}."


def _columns(snapshot: Snapshot) -> list[Any]:
    frame = snapshot.frame
    roles = {column["title"]: column["role"] for column in snapshot.header["columns"]}
    unique = [title for title in frame.columns if list(frame.columns).count(title) == 1]
    known = [title for title in unique if roles.get(str(title)) in _ROLES_SHOWN]
    return known[:_COLUMNS_SHOWN]


def _cell(value: Any) -> str:
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC" if value.tzinfo else f"{value:%Y-%m-%d %H:%M:%S}"
    return shown(value, _CELL_LENGTH)
