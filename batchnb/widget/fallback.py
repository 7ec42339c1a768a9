"""The picker as a static table: for a notebook without a kernel, for GitHub and for nbconvert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from batchnb.document import ROWS_SHOWN, Facts, facts_html, facts_text, table_html, table_text
from batchnb.text import escape, plural, shown
from batchnb.widget.frontends import is_unattended
from batchnb.widget.hosts import WITHOUT_CLICKS, is_streamlit
from batchnb.widget.table.rows import LIVES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from batchnb.widget.table.snapshot import Snapshot

__all__ = ["Still", "Table"]

_COLUMNS_SHOWN = 8
_ROLES_SHOWN = ("id", "name", "queue", "status", "created", "started", "reason")
_CELL_LENGTH = 120
_NOTE_LENGTH = 1300
_ROLES_IN_TEXT = ("id", "name", "queue", "status")
_TEXT_CELL = 40


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below their titles, and the line below them that says how many are left out."""

    titles: Sequence[str]
    rows: Sequence[Sequence[object]]
    more: str = ""
    in_text: Sequence[str] = ()
    """The titles of the columns that fit a terminal; empty for all of them."""

    def text(self) -> str:
        """Return it for a terminal."""
        titles = self.in_text or self.titles
        places = [list(self.titles).index(title) for title in titles]
        return table_text(titles, ([row[place] for place in places] for row in self.rows), _TEXT_CELL)


@dataclass(frozen=True, slots=True)
class Still:
    """What a picker shows where it cannot move: a sentence and a table, or else the selection or the first rows."""

    snapshot: Snapshot
    selected: NDArray[np.int64]
    where: str = ""
    """The place of the jobs; it stands above everything."""
    sentence: str = ""
    """What the bar said last; empty where that is how many jobs are selected."""
    lines: Sequence[str] = ()
    """What else there is to say of it."""
    table: Table | None = None
    facts: Facts = ()
    notes: Sequence[str] = ()
    """What is not in the list."""
    closing: str = ""
    """When all this was true."""
    lives: NDArray[np.uint8] | None = None
    """The code of each row's status, where one was seen after the frame was made."""

    def saying(self, sentence: str, lines: Sequence[str] = (), table: Table | None = None, facts: Facts = ()) -> Still:
        """Return it with what the bar said last, and what belongs to that."""
        return replace(self, sentence=sentence, lines=[line for line in lines if line], table=table, facts=facts)

    def html(self, place: str = "") -> str:
        """Return it as HTML, bounded, and never markup; `place` is the class by which a page finds where it stands."""
        titles, rows, said = _first_rows(self)
        table = self.table
        parts = [
            _paragraph(self.where),
            f"<p><strong>{escape(self.sentence or said, _NOTE_LENGTH)}</strong></p>",
            *map(_paragraph, self.lines),
            table_html(table.titles, table.rows) if table and table.rows else "",
            _paragraph(table.more) if table else "",
            facts_html(self.facts) if self.facts else "",
            _paragraph(said) if self.sentence else "",
            table_html(titles, rows, _CELL_LENGTH) if rows else "",
            *map(_paragraph, self.notes),
            _paragraph(WITHOUT_CLICKS) if is_streamlit() and table is None else "",
            _paragraph(self.closing),
        ]
        classes = " ".join(filter(None, ["bnb-place", escape(place)]))
        return f'<div class="{classes}"><div class="bnb-still">{"".join(parts)}</div></div>'

    def text(self) -> str:
        """Return it as text: for a terminal, and for LaTeX, which takes nothing else."""
        titles, rows, said = _first_rows(self)
        wanted = [place for place, title in enumerate(titles) if _role_of(self.snapshot, title) in _ROLES_IN_TEXT]
        cells = [[row[place] for place in wanted] for row in rows]
        table = self.table
        parts = [
            self.where,
            self.sentence or said,
            *self.lines,
            table.text() if table and table.rows else "",
            table.more if table else "",
            facts_text(self.facts) if self.facts else "",
            said if self.sentence else "",
            table_text([titles[place] for place in wanted], cells, _TEXT_CELL) if rows else "",
            *self.notes,
            self.closing,
            "" if is_unattended() or table is not None else WITHOUT_CLICKS,
        ]
        # What was laid out in lines is as safe as `table_text` and `facts_text` make it.
        return "\n".join(part if "\n" in part else shown(part, _NOTE_LENGTH) for part in parts if part)

    def values(self) -> dict[str, Any]:
        """Return it as plain values, for a page that has the saved state of the widget, but no kernel."""
        titles, rows, said = _first_rows(self)
        return {"titles": titles, "rows": rows, "sentence": said, "result": shown(self.sentence, 500)}


def _paragraph(text: str) -> str:
    return f"<p>{escape(text, _NOTE_LENGTH)}</p>" if text else ""


def _first_rows(still: Still) -> tuple[list[str], list[list[str]], str]:
    """Return titles, rows and the sentence above them: at most `ROWS_SHOWN` rows, and none below a result."""
    snapshot, selected = still.snapshot, still.selected
    columns = _columns(snapshot)
    size = len(snapshot)
    others = np.arange(0 if still.table is not None else min(ROWS_SHOWN, size))
    chosen = selected[:ROWS_SHOWN] if len(selected) else others
    rows = [[_cell(_value(still, column, row)) for column in columns] for row in chosen.tolist()]
    total = plural(size, "job")
    what = f"{plural(len(selected), 'job')} of {total} selected" if len(selected) else f"{total}, none selected"
    more = f"; the first {len(rows)} are shown" if 0 < len(rows) < (len(selected) or size) else ""
    return [shown(column, 60) for column in columns], rows, f"{what}{more}."


def _value(still: Still, column: Any, row: int) -> Any:
    """Return what a row has in a column; its status as it was seen last, which may be after the frame was made."""
    frame, place = still.snapshot.frame, still.snapshot.layout.place("status")
    is_status = place is not None and frame.columns[place] == column
    seen = LIVES[still.lives[row]] if is_status and still.lives is not None else ""
    return seen or frame[column].iloc[row]


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
