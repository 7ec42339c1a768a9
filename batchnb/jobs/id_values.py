"""Job ids in all that is not a DataFrame: texts of the AWS CLI, answers of boto3, rows of a listing, lists of these."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from batchnb.errors import InputError
from batchnb.jobs.id_columns import find_ids, id_keys, says_ids
from batchnb.jobs.ids import is_job_id
from batchnb.text import shown

__all__ = ["Named", "split_ids", "values_in"]

Named = tuple[object, object]
"""What names a job, and the ARN that stands beside it, or None."""

_ANSWERS = ("jobSummaryList", "jobs")
"""Members of the answers of ListJobs and DescribeJobs."""

_KEYS_SHOWN = 8
_COLUMNS_AT_MOST = 1_000


def values_in(jobs: Any) -> list[Named]:
    """Return what names a job in these, in its order; whether each is a job id has to be checked.

    Raises InputError for what holds no job ids: a number, bytes, truth values, a dict without a job id.
    """
    if isinstance(jobs, str | UUID | Mapping) or _is_row(jobs) or _is_record(jobs):
        return list(_in_entry(jobs))
    if str(getattr(jobs, "dtype", "")).startswith("bool"):
        raise InputError(
            "jobs: these are truth values, one a row, not jobs. Give the rows that they select: jobs[condition]."
        )
    if getattr(jobs, "nlevels", 1) > 1 and hasattr(jobs, "names"):
        return [(value, None) for value in _of_levels(jobs)]
    if hasattr(jobs, "to_pylist"):  # a column of pyarrow
        jobs = jobs.to_pylist()
    if not isinstance(jobs, Iterable) or isinstance(jobs, bytes | bytearray | memoryview):
        raise InputError(
            "jobs: expected a DataFrame, a Series, a job id or a list of them; got "
            f"{shown(repr(jobs), 80)} ({type(jobs).__name__})."
        )
    entries: list[Any] = list(jobs)
    series: Any = jobs
    if not any(map(_may_name, entries)):
        if any(says_ids(name) for name in getattr(getattr(jobs, "index", None), "names", ())):
            return [(value, None) for value in _of_levels(series.index)]  # such as jobs.groupby("jobId").size()
        if is_job_id(getattr(jobs, "name", None)):
            return [(series.name, None)]  # a row of a frame whose index has the ids
    return [named for entry in _lines_joined(entries) for named in _in_entry(entry)]


def split_ids(text: str) -> list[str]:
    r"""Return the words of a text that holds several job ids, or the text as it is.

    >>> split_ids("11111111-2222-3333-4444-555555555555\t22222222-2222-3333-4444-555555555555")
    ['11111111-2222-3333-4444-555555555555', '22222222-2222-3333-4444-555555555555']
    >>> split_ids("no id at all")
    ['no id at all']
    """
    words = text.replace(",", " ").split()
    return words if len(words) > 1 and any(map(is_job_id, words)) else [text]


def _in_entry(entry: Any) -> Iterator[Named]:
    if isinstance(entry, str):
        bare = entry.strip()
        if bare[:1] in ("{", "["):
            for one in _read_json(bare):
                yield from _in_entry(one)
        else:
            yield from ((word, None) for word in split_ids(entry))
    elif isinstance(entry, list | tuple) and not hasattr(entry, "_fields"):
        for one in entry:
            yield from _in_entry(one)
    elif isinstance(entry, Mapping):
        yield from _in_mapping(entry)
    elif hasattr(entry, "as_py"):  # a value of pyarrow
        yield from _in_entry(entry.as_py())
    elif _is_row(entry):
        yield from _in_mapping(dict(entry.items()))
    elif _is_record(entry):
        yield from _in_mapping(_fields(entry))
    else:
        yield entry, None


def _in_mapping(row: Mapping[Any, Any]) -> Iterator[Named]:
    for member in _ANSWERS:
        if isinstance(row.get(member), list | tuple):
            for one in row[member]:
                yield from _in_entry(one)
            return
    detail = row.get("detail")
    # An event of EventBridge, also without its type: its `id` is its own.
    if isinstance(detail, Mapping) and ("detail-type" in row or id_keys(detail) is not None):
        row = detail
    found = id_keys(row)
    if found is None:
        keys = ", ".join(shown(key, 30) for key in list(row)[:_KEYS_SHOWN]) or "none"
        raise InputError(
            f"jobs: expected a DataFrame, a Series, a job id or a list of them; got a {type(row).__name__} without a "
            f"job id. Its keys: {keys}."
        )
    yield found


def _lines_joined(entries: list[Any]) -> list[Any]:
    """Return the entries; of lines that are one JSON text only together, such as `!aws … --output json`, that text."""
    if not (entries and all(isinstance(entry, str) for entry in entries)):
        return entries
    first = next((line.strip() for line in entries if line.strip()), "")
    if first[:1] not in ("{", "["):
        return entries
    try:
        json.loads(first)
    except ValueError:
        return ["\n".join(entries)]
    return [line for line in entries if line.strip()]  # JSON lines


def _read_json(text: str) -> list[Any]:
    try:
        return [json.loads(text)]
    except (ValueError, RecursionError):
        pass
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"jobs: the text begins like JSON and cannot be read as JSON ({shown(error, 80)}). It may be cut off."
        ) from error


def _may_name(entry: object) -> bool:
    if isinstance(entry, str):
        return entry.lstrip()[:1] in ("{", "[") or any(map(is_job_id, split_ids(entry)))
    return isinstance(entry, UUID | Mapping | list | tuple) or hasattr(entry, "as_py") or _is_record(entry)


def _is_record(value: Any) -> bool:
    """Whether this is a named tuple, or an object that knows its job, such as a result in a report."""
    return hasattr(value, "_fields") or isinstance(getattr(_job_of(value), "job_id", None), str)


def _fields(value: Any) -> dict[str, Any]:
    return dict(value._asdict()) if hasattr(value, "_asdict") else {"job_id": _job_of(value).job_id}


def _job_of(value: Any) -> Any:
    return getattr(value, "planned", value)


def _is_row(value: Any) -> bool:
    """Whether this is one row of a DataFrame: a Series whose labels are titles of columns."""
    labels = getattr(value, "index", None)
    if not hasattr(value, "dtype") or labels is None or len(labels) > _COLUMNS_AT_MOST:
        return False
    return (
        any(isinstance(label, str) and says_ids(label) for label in labels) and id_keys(dict(value.items())) is not None
    )


def _of_levels(index: Any) -> list[object]:
    return find_ids(index.to_frame(index=False)).values()
