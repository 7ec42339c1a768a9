"""Listings and histories as a notebook shows them. They stay DataFrames: only the picture of one is made here."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from batchnb.clock import Clock
from batchnb.document import ROWS_SHOWN, table_html
from batchnb.jobs.job import JobStatus
from batchnb.text import WIDTH, escape, fit_stdout, lasting, plural, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HISTORY", "frame_html", "history_text", "show_in_notebooks"]

HISTORY = "history"
"""The mark of a history, among the attrs of a frame."""

_LISTING = "listing"
_NEEDED = ("jobId", "jobName", "jobQueue", "status")
_LISTED = {
    *(*_NEEDED, "statusReason", "createdAt", "startedAt", "stoppedAt", "jobDefinition", "kind", "vcpus", "arraySize"),
    *("liveChildren", "arrayIndex", "shareIdentifier", "exitCode", "isTerminated", "isCancelled", "jobArn", "tags"),
}
_RUNS = ("run", "started_at", "user", "host", "reason", "jobs", "outcomes", "finished", "damage")
_QUEUES_SHOWN = 10
_COLOURS = {
    "RUNNING": "#1a7f37",
    "STARTING": "#0969da",
    "RUNNABLE": "#9a6700",
    "PENDING": "#6e7781",
    "SUBMITTED": "#6e7781",
    "SUCCEEDED": "#57606a",
    "FAILED": "#cf222e",
}
_FRAMES = ("pandas.DataFrame", "pandas.core.frame.DataFrame")
"""The names of pandas' class, by which IPython finds it although pandas may not be imported yet."""


def show_in_notebooks(shell: Any = None) -> None:
    """Let the IPython that runs, if any, show listings and histories so. Other DataFrames are shown as before."""
    ipython = sys.modules.get("IPython")
    shell = shell or (ipython.get_ipython() if ipython is not None else None)
    if shell is not None:
        for name in _FRAMES:
            shell.display_formatter.formatters["text/html"].for_type(name, frame_html)
            shell.display_formatter.formatters["text/plain"].for_type(name, _print_frame)


def frame_html(frame: pd.DataFrame) -> str | None:
    """Return a DataFrame for a notebook: a listing or a history of batchnb, any other as pandas shows it."""
    if _is_listing(frame):
        return _listing_html(frame)
    if _is_history(frame):
        rest = _more(len(frame), "every run, with its place and its listing, is a row of this DataFrame")
        return f'<div class="batchnb-history">{table_html(_RUN_TITLES, _run_rows(frame))}{rest}</div>'
    html: str | None = frame._repr_html_()  # type: ignore[operator]
    return html


def history_text(frame: pd.DataFrame) -> str:
    """Return a history for a terminal: when, which run and who in one line, then why, and what came of it."""
    lines = []
    for run, when, who, why, came in _run_rows(frame):
        lines += [shown(f"  {when}  {run}  {who}", WIDTH), shown(f"      {why}", WIDTH), shown(f"      {came}", WIDTH)]
    left = len(frame) - ROWS_SHOWN
    lines += [f"  … and {left:,} more rows in this DataFrame"] if left > 0 else []
    return fit_stdout("\n".join(lines or ["  no runs yet"]))


def _print_frame(frame: pd.DataFrame, printer: Any, cycle: bool) -> None:  # noqa: ARG001, FBT001 - as IPython calls it
    printer.text(history_text(frame) if _is_history(frame) else repr(frame))


def _is_listing(frame: pd.DataFrame) -> bool:
    # A part of a listing with columns of the user's own, or without the usual ones, is for pandas to show.
    return _LISTING in frame.attrs and {*_NEEDED} <= {*frame.columns} <= _LISTED and frame.columns.is_unique


def _is_history(frame: pd.DataFrame) -> bool:
    return frame.attrs.get(HISTORY) is True and {*_RUNS} <= {*frame.columns} and frame.columns.is_unique


def _listing_html(frame: pd.DataFrame) -> str:
    at = _moment(frame.attrs.get("listed_at")) or Clock().wall()
    titles = ("job", "name", "queue", "status", "definition", "age", "runs for", "array")
    rows = [_job_row(row, at) for row in frame.head(ROWS_SHOWN).to_dict("records")]
    head = "".join(f'<th scope="col" style="text-align:left">{title}</th>' for title in titles)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
    said = f"{plural(len(frame), 'job')}, as of {at:%Y-%m-%d %H:%M:%S} UTC"
    rest = _more(len(frame), "every job, with its whole id, is a row of this DataFrame")
    return f'<div class="batchnb-listing"><p><strong>{said}</strong></p>{_counts_html(frame)}{table}{rest}</div>'


def _counts_html(frame: pd.DataFrame) -> str:
    """Return how many jobs each queue has in each status."""
    queues, states = (
        frame[name].astype(object).where(frame[name].notna(), "unknown") for name in ("jobQueue", "status")
    )
    counts = frame.groupby([queues.astype(str), states.astype(str)]).size().unstack(fill_value=0)
    statuses = [
        status for status in (*JobStatus, *sorted({*counts.columns} - {*JobStatus})) if status in counts.columns
    ]
    largest = counts.sum(axis=1).sort_values(ascending=False, kind="stable").index
    rows = [
        (queue, *(f"{count:,}" if (count := int(counts.loc[queue, status])) else "" for status in statuses))
        for queue in largest[:_QUEUES_SHOWN]
    ]
    more = len(largest) - len(rows)
    rest = f"<p>and {plural(more, 'more queue')}</p>" if more > 0 else ""
    return table_html(("queue", *map(str, statuses)), rows) + rest if rows else ""


def _job_row(row: Mapping[Any, Any], at: datetime) -> list[str]:
    job_id, status = _text(row["jobId"]), _text(row["status"])
    colour = _COLOURS.get(status, "#6e7781")
    pill = f'<span style="color:#fff;background:{colour};border-radius:8px;padding:0 6px">{escape(status)}</span>'
    short = f'<code title="{escape(job_id)}">{escape(_short(job_id))}</code>'
    texts = [
        *(_text(row.get("jobName")), _text(row.get("jobQueue"))),
        *(_text(row.get("jobDefinition")).rpartition("job-definition/")[2], _since(row.get("createdAt"), at)),
        *(_since(row.get("startedAt"), at) if status == JobStatus.RUNNING else "", _array(row)),
    ]
    name, queue, *others = (_cell(escape(text, 60)) for text in texts)
    return [_cell(short), name, queue, _cell(pill if status else ""), *others]


def _cell(html: str) -> str:
    return f'<td style="text-align:left">{html}</td>'


def _short(job_id: str) -> str:
    """Return the first 8 characters of an id, with the index of a child or a node."""
    tail = next((job_id[job_id.index(sign) :] for sign in ":#" if sign in job_id), "")
    return f"{job_id[:8]}{tail}"


def _array(row: Mapping[Any, Any]) -> str:
    size, live = _number(row.get("arraySize")), _number(row.get("liveChildren"))
    if not size:
        return ""
    return f"{live} of {size} live" if live else f"{size} children"


def _run_rows(frame: pd.DataFrame) -> Sequence[Sequence[object]]:
    rows = []
    for row in frame.head(ROWS_SHOWN).to_dict("records"):
        at = _moment(row["started_at"])
        came = _text(row["outcomes"]) or "nothing known"
        notes = [] if row["finished"] else ["not finished"]
        notes += ["damaged"] if _text(row["damage"]) else []
        who = "@".join(filter(None, (_text(row["user"]), _text(row["host"]))))
        when = f"{at:%Y-%m-%d %H:%M}" if at else "unknown"
        rows.append((_text(row["run"]), when, who, _text(row["reason"]), "; ".join([came, *notes])))
    return rows


_RUN_TITLES = ("run", "when (UTC)", "who", "why", "what came of it")


def _more(total: int, where: str) -> str:
    left = total - ROWS_SHOWN
    return f"<p>… and {left:,} more: {where}.</p>" if left > 0 else ""


def _since(moment: object, at: datetime) -> str:
    then = _moment(moment)
    return lasting(max(0.0, (at - then).total_seconds())) if then else ""


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value.to_pydatetime(warn=False)
        return None if moment != moment else moment.astimezone(UTC)  # NaT is nothing, not even itself
    except (AttributeError, TypeError, ValueError):
        return None


def _text(value: Any) -> str:
    return shown(value, 1_000) if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
