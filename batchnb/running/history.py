"""The history of runs: all of them, one of them, and the removal of old journals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batchnb.clock import Clock
from batchnb.errors import InputError, JournalError
from batchnb.jobs.outcome import counts_text
from batchnb.jobs.selector import parse_age
from batchnb.model.accessor import register
from batchnb.model.listing_view import HISTORY
from batchnb.model.lost import Lost
from batchnb.model.records import moment
from batchnb.running.journal_ends import Ends, read_ends
from batchnb.running.journal_folder import find_run, open_to_append, run_id_of, run_paths, sync_folder
from batchnb.running.run_lock import lock_paths, take_lock
from batchnb.running.run_reader import ODD, read_record, read_run
from batchnb.text import shown, without_userinfo

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "find_run",
    "history",
    "prune_history",
    "read_record",
    "read_run",
    "run_paths",
]

_TEXTS = ("user", "host", "account", "region", "endpoint", "caller", "reason", "queues", "listed_by")
_COLUMNS = ("run", "started_at", *_TEXTS, "jobs", "outcomes", "counts", "finished", "damage")

_Row = dict[str, object]


def history() -> pd.DataFrame:
    """Return one row a run, newest first, read from the journals of this user.

    Columns: `run`, `started_at` (datetime64[ms, UTC]), `user`, `host`, `account`, `region`, `endpoint`, `caller`,
    `reason`, `queues`, `listed_by` (the selectors that the jobs came from; all of these are strings), `jobs` (Int64),
    `outcomes` (string, "3 terminated, 1 denied"), `counts` (the same as a dict, `{"terminated": 3, "denied": 1}`; empty
    for a journal that cannot be read), `finished` (bool), `damage` (string: what a journal has lost, or why it cannot
    be read; missing where all is well).

    Of a run that is over, only the ends of its journal are read. That no line of it is missing is seen by its size;
    `read_run` and `resume` check all of it.
    """
    register()
    frame = _frame([_row(path) for path in reversed(run_paths())])
    frame.attrs[HISTORY] = True
    return frame


def prune_history(*, older_than: str | timedelta) -> pd.DataFrame:
    """Remove the journals of runs that were finished longer ago than `older_than` ("90d"); return their rows.

    A run that is not finished is never touched, nor one that another process is at, nor a journal that is damaged. What
    is removed is gone: it is the record of who ended what. Raises InputError for an age without sense.
    """
    age = parse_age("older_than", older_than)
    if age is None:
        raise InputError('older_than: say how old a run must be to be removed, for example older_than="90d".')
    before = Clock().wall() - age
    rows = [row for path in reversed(run_paths()) if (row := _removed(path, before))]
    return _frame(rows)


def _removed(path: Path, before: datetime) -> _Row | None:
    """Remove the journal of a run that was finished before then; return its row, None where it stays."""
    try:
        descriptor = open_to_append(path)
    except (JournalError, OSError):
        return None
    import os

    try:
        lock = take_lock(path, descriptor)
    except (JournalError, OSError):
        return None
    finally:
        os.close(descriptor)
    try:
        row = _row(path)
        if not row["finished"] or row["damage"] is not None or not _is_older(path, before):
            return None
        path.unlink()
        sync_folder(path.parent)
    except (JournalError, OSError):
        return None
    finally:
        lock.release()
    for left in lock_paths(path):
        with suppress(OSError):
            left.unlink()
    return row


def _is_older(path: Path, before: datetime) -> bool:
    end = read_ends(path).end
    with suppress(*ODD):
        at = moment(end["at"]) if end else None
        return at is not None and at < before
    return False


def _frame(rows: Sequence[_Row]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    texts = dict.fromkeys(("run", *_TEXTS, "outcomes", "damage"), "string")
    frame = frame.astype({**texts, "jobs": "Int64", "finished": bool})
    frame["started_at"] = pd.to_datetime(frame["started_at"], utc=True).astype("datetime64[ms, UTC]")
    return frame


def _row(path: Path) -> _Row:
    try:
        ends = read_ends(path)
        with suppress(*ODD):
            if ends.is_whole:
                return _row_of_ends(path, ends)
        return _row_of_record(path)
    except JournalError as error:
        return _unknown(path, str(error))
    except ODD as error:  # a journal that nobody has foreseen costs its row, and not the others
        return _unknown(path, f"the journal {path} cannot be read ({shown(repr(error))}).")


def _row_of_ends(path: Path, ends: Ends) -> _Row:
    header, end = ends.check_header(path), ends.last or {}
    counts = {str(outcome): int(count) for outcome, count in end["counts"].items()}
    lost = Lost.from_record(end["lost"])
    return {
        **_told_by_header(path, header),
        "queues": ", ".join(map(str, header["queues"])),
        "jobs": sum(counts.values()),
        "outcomes": counts_text(counts),
        "counts": counts,
        "finished": bool(end["finished"]),
        "damage": str(lost) if lost else None,
    }


def _row_of_record(path: Path) -> _Row:
    record = read_record(path)
    report = record.report()
    queues = dict.fromkeys(planned.job_queue for planned in record.planned.values() if planned.job_queue)
    return {
        **_told_by_header(path, record.header),
        "queues": ", ".join(queues),
        "jobs": len(report.results),
        "outcomes": counts_text(report.counts),
        "counts": dict(report.counts),
        "finished": record.end is not None and report.is_finished,
        "damage": str(record.lost) if record.lost else None,
    }


def _told_by_header(path: Path, header: Mapping[str, Any]) -> _Row:
    texts = {name: None if header.get(name) is None else str(header[name]) for name in _TEXTS}
    texts["endpoint"] = without_userinfo(str(header["endpoint"]))
    texts["listed_by"] = texts["listed_by"] or ""
    return {**texts, "run": run_id_of(path), "started_at": moment(header["at"])}


def _unknown(path: Path, damage: str) -> _Row:
    started_at = None
    with suppress(ValueError):  # the name of a journal begins with the time
        started_at = datetime.strptime(run_id_of(path).partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    nothing: _Row = dict.fromkeys(_COLUMNS)
    known: _Row = {"run": run_id_of(path), "started_at": started_at, "counts": {}, "finished": False, "damage": damage}
    return nothing | known
