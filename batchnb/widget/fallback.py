"""The picker as a static table: for a notebook without a kernel, for GitHub and for nbconvert."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from batchnb.document import ROWS_SHOWN, table_html, table_text
from batchnb.model.report_view import report_html, report_text
from batchnb.text import escape, plural, shown
from batchnb.widget.frontends import is_unattended
from batchnb.widget.hosts import WITHOUT_CLICKS, is_streamlit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from batchnb.model.report import Report
    from batchnb.widget.table.snapshot import Snapshot

__all__ = ["Still"]

_COLUMNS_SHOWN = 8
_ROLES_SHOWN = ("id", "name", "queue", "status", "created", "started", "reason")
_CELL_LENGTH = 120
_NOTE_LENGTH = 1300
_ROLES_IN_TEXT = ("id", "name", "queue", "status")
_TEXT_CELL = 40


@dataclass(frozen=True, slots=True)
class Still:
    """What a picker shows where it cannot move: the result, and the selection, or else the first rows."""

    snapshot: Snapshot
    selected: NDArray[np.int64]
    report: Report | None = None
    note: str = ""
    """What goes on, and when that was; it stands above everything."""

    def html(self, place: str = "") -> str:
        """Return it as HTML, bounded, and never markup; `place` is the class by which a page finds where it stands."""
        titles, rows, sentence = _first_rows(self)
        note = f"<p><strong>{escape(self.note, _NOTE_LENGTH)}</strong></p>" if self.note else ""
        result = "" if self.report is None else report_html(self.report)
        table = table_html(titles, rows, _CELL_LENGTH) if rows else ""
        classes = " ".join(filter(None, ["bnb-place", escape(place)]))
        how = f"<p>{escape(WITHOUT_CLICKS, 300)}</p>" if is_streamlit() and self.report is None else ""
        shows = f"{note}{result}<p>{escape(sentence, 300)}</p>{table}{how}"
        return f'<div class="{classes}"><div class="bnb-still">{shows}</div></div>'

    def text(self) -> str:
        """Return it as text: for a terminal, and for LaTeX, which takes nothing else."""
        titles, rows, sentence = _first_rows(self)
        wanted = [place for place, title in enumerate(titles) if _role_of(self.snapshot, title) in _ROLES_IN_TEXT]
        cells = [[row[place] for place in wanted] for row in rows]
        table = table_text([titles[place] for place in wanted], cells, _TEXT_CELL) if rows else ""
        result = "" if self.report is None else report_text(self.report)
        how = "" if is_unattended() or self.report is not None else WITHOUT_CLICKS
        return "\n".join(part for part in (shown(self.note, _NOTE_LENGTH), result, sentence, table, how) if part)

    def values(self) -> dict[str, Any]:
        """Return it as plain values, for a page that has the saved state of the widget, but no kernel."""
        titles, rows, sentence = _first_rows(self)
        result = shown(self.report.summary, 500) if self.report else ""
        return {"titles": titles, "rows": rows, "sentence": sentence, "result": result}


def _first_rows(still: Still) -> tuple[list[str], list[list[str]], str]:
    """Return titles, rows and the sentence above them: at most `ROWS_SHOWN` rows, and none below a result."""
    snapshot, selected = still.snapshot, still.selected
    columns = _columns(snapshot)
    size = len(snapshot)
    others = np.arange(0 if still.report is not None else min(ROWS_SHOWN, size))
    chosen = selected[:ROWS_SHOWN] if len(selected) else others
    rows = [[_cell(snapshot.frame[column].iloc[row]) for column in columns] for row in chosen.tolist()]
    total = plural(size, "job")
    what = f"{plural(len(selected), 'job')} of {total} selected" if len(selected) else f"{total}, none selected"
    more = f"; the first {len(rows)} are shown" if 0 < len(rows) < (len(selected) or size) else ""
    return [shown(column, 60) for column in columns], rows, f"{what}{more}."


def _role_of(snapshot: Snapshot, title: str) -> str | None:
    titles = list(snapshot.frame.columns)
    return next((role for place, role in snapshot.layout.roles.items() if shown(titles[place], 60) == title), None)


def _columns(snapshot: Snapshot) -> list[Any]:
    frame = snapshot.frame
    titles = list(frame.columns)
    roles = {titles[place]: role for place, role in snapshot.layout.roles.items()}
    return [title for title in titles if titles.count(title) == 1 and roles.get(title) in _ROLES_SHOWN][:_COLUMNS_SHOWN]


def _cell(value: Any) -> str:
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC" if value.tzinfo else f"{value:%Y-%m-%d %H:%M:%S}"
    return shown(value, _CELL_LENGTH)
