"""What Python asks of a picker's view: checked before anything changes, with errors that say what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from batchnb.errors import InputError
from batchnb.jobs.foreign import is_frame
from batchnb.jobs.frame import job_ids_in
from batchnb.jobs.search.fields import TITLES
from batchnb.jobs.search.nearest import find_nearest
from batchnb.model.reason import check_reason
from batchnb.text import plural, shown
from batchnb.widget.matching import check_query
from batchnb.widget.names import names_text
from batchnb.widget.running_cell import running_cell
from batchnb.widget.setup import Origin
from batchnb.widget.table.columns import shown_title
from batchnb.widget.view_parts import LEVELS
from batchnb.widget.views import Columns

if TYPE_CHECKING:
    from batchnb.widget.session import PickerSession
    from batchnb.widget.shown_jobs import ShownJobs
    from batchnb.widget.table.snapshot import Snapshot

__all__ = ["as_asked", "check_columns", "check_group", "check_idle", "check_reason_text", "check_selected", "origin_of"]

GROUPS = ("definition", "name stem", "array", "queue", "status", "result")
"""What rows can be grouped by, besides the columns."""
_FATE = "fate"
_RESULT = "result"
_LABELS = {
    "Name": "name",
    "Status": "status",
    "Definition": "definition",
    "vCPU": "vcpu",
    "GPU": "gpu",
    "Memory": "memory",
    "Tries": "tries",
    "Queue": "queue",
    "Age": "created",
    "Started": "started",
    "Stopped": "stopped",
    "Reason": "reason",
    "Array": "size",
    "Exit": "exit",
    "Hours": "hours",
    "Cost": "cost",
}
"""What stands above columns, and the source of each: `js/columns/labels.js`."""
_COUNTED = ("Result", "For", "vCPU", "GPU", "Memory", "Tries", "Exit", "Hours", "Cost")
"""Columns that the picker has besides those of the frame."""
_NAME_LENGTH = 100


def origin_of(jobs: ShownJobs, view: object, *, reason: str, query: object, group: object, columns: object) -> Origin:
    """Return where the picker over these jobs is made, and how its code asks for it to be set.

    Raises InputError for a search that cannot be read, and for groups and columns that are not there.
    """
    cell, snapshot = running_cell(), jobs.snapshot
    given = {
        "reason": reason,
        "search": check_query(jobs, query) if query != "" else "",
        "group": check_group(snapshot, group),
        "columns": check_columns(snapshot, columns),
    }
    return Origin(cell.number, cell.name if view is None else f"named {_check_name(view)}", given)


def _check_name(view: object) -> str:
    if not isinstance(view, str) or not view.strip() or len(view) > _NAME_LENGTH:
        raise InputError(f"view must be a name of 1 to {_NAME_LENGTH} characters, got {shown(repr(view), 80)}.")
    return view.strip()


def check_group(snapshot: Snapshot, group: object) -> tuple[str, ...]:
    """Return by what rows are to be grouped: nothing, one name or two. Raises InputError for a name that is unknown."""
    names = [] if group is None else [group] if isinstance(group, str) else group
    if not isinstance(names, Sequence) or len(names) > LEVELS or not all(isinstance(name, str) for name in names):
        raise InputError(f"group must be a name, {LEVELS} of them or None, got {shown(repr(group), 80)}.")
    known = [*GROUPS, *_titles(snapshot), *_COUNTED]
    for name in names:
        if name not in known:
            raise InputError(f"group: rows cannot be grouped by {shown(repr(name), 80)}. {_meant(name, known)}")
    if len(set(names)) < len(names):
        raise InputError(f"group must be {LEVELS} different names, got {shown(repr(group), 80)}.")
    return tuple(_FATE if name == _RESULT else name for name in names)


def as_asked(group: Sequence[str]) -> str | tuple[str, ...] | None:
    """Return by what rows are grouped, as it is set in Python."""
    names = tuple(_RESULT if name == _FATE else name for name in group)
    return names if len(names) > 1 else names[0] if names else None


def check_columns(snapshot: Snapshot, columns: object) -> Columns | None:
    """Return which columns are to be shown, None for the usual ones. Raises InputError for one that is not there."""
    if columns is None:
        return None
    if isinstance(columns, (str, bytes)) or not isinstance(columns, Sequence):
        raise InputError(f"columns must be a list of titles or None, got {shown(repr(columns), 80)}.")
    known = [*_titles(snapshot), *_COUNTED]
    titles = [_title_of(snapshot, shown_title(title)) for title in columns]
    if unknown := [title for title in titles if title not in known]:
        raise InputError(f"columns: there is no column {names_text(map(repr, unknown))}. {_meant(unknown[0], known)}")
    if not titles:
        raise InputError("columns must name at least one column. None shows the usual ones.")
    return Columns(only=tuple(dict.fromkeys(titles)))


def check_selected(session: PickerSession, jobs: object) -> list[str]:
    """Return the ids of these jobs. Raises InputError where one of them is not in the list of the picker."""
    ids = session.setup.ids
    named = ids if ids is not None and is_frame(jobs) and ids in list(getattr(jobs, "columns", ())) else None
    wanted = list(dict.fromkeys(job.job_id for job in job_ids_in(jobs, ids=named, empty_ok=True)))
    row_of = session.jobs.snapshot.row_of if wanted else {}
    if unknown := [job_id for job_id in wanted if job_id not in row_of]:
        are = "is" if len(unknown) == 1 else "are"
        raise InputError(f"selected: {plural(len(unknown), 'job')} {are} not in this list: {names_text(unknown)}.")
    return wanted


def check_reason_text(reason: object) -> str:
    """Return the reason, which may be empty. Raises InputError where AWS would not take it."""
    if reason != "":
        check_reason(reason)
    return str(reason)


def check_idle(session: PickerSession, name: str) -> None:
    """Raise InputError while a plan is made, waits or is executed: it would not have what is set now."""
    if not session.is_free:
        raise InputError(
            f"{name} cannot be set while the picker is busy ({session.phase}). Wait until it is done, or stop it first."
        )


def _titles(snapshot: Snapshot) -> list[str]:
    return [shown_title(title) for title in snapshot.frame.columns]


def _title_of(snapshot: Snapshot, name: str) -> str:
    """Return the title of the column that is meant by it, or by what stands above it in the picker."""
    titles = _titles(snapshot)
    if name in titles:
        return name
    if name == "Job id":
        return shown_title(snapshot.id_title)
    return next((title for title in TITLES.get(_LABELS.get(name, ""), ()) if title in titles), name)


def _meant(name: str, known: Sequence[str]) -> str:
    nearest = find_nearest(name, known)
    if nearest:
        return f"Did you mean {' or '.join(shown(repr(one), 60) for one in nearest)}?"
    return f"There is: {', '.join(shown(one, 40) for one in known[:12])}{' …' if len(known) > 12 else ''}."
