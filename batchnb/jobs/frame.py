"""Between DataFrames and jobs: the ids in what a caller gives, and jobs as rows."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Any

from batchnb.errors import InputError
from batchnb.jobs.foreign import is_frame, to_pandas
from batchnb.jobs.id_columns import ARN_COLUMNS, ID_COLUMNS, find_arns, find_ids, is_missing
from batchnb.jobs.id_values import values_in
from batchnb.jobs.ids import JobId, parse_job_id
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.shapes.bodies import JobKind
from batchnb.text import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ARN_COLUMNS",
    "ID_COLUMNS",
    "frame_of_jobs",
    "id_column",
    "import_ahead",
    "job_ids_in",
    "numbers",
    "strings",
    "utc",
]

_MISTAKES_SHOWN = 3
_NOT_A_TIME = -(2**63)
"""What numpy's times have for NaT."""


def import_ahead() -> None:
    """Begin to import pandas in the background: while answers are on their way, nothing else has to be done."""
    if "pandas" not in sys.modules:
        # No daemon: a process that ended in the middle of it could crash.
        Thread(target=_import_pandas, name="batchnb-import").start()


def _import_pandas() -> None:
    with suppress(Exception):  # it is raised where pandas is needed
        import_module("pandas")


def job_ids_in(jobs: object, *, ids: str | None = None, empty_ok: bool = False) -> list[JobId]:
    """Return the distinct ids that a DataFrame, a Series, an id or an iterable of ids names, in their order.

    `ids` names the column of a DataFrame that holds the ids, or a level of its index; without it, one is found by its
    name and by what it holds: see `find_ids`. Frames of other libraries are taken as `to_pandas` makes them. Elsewhere,
    ids may stand in texts and answers of the AWS CLI and boto3, and in rows of a listing: see `values_in`. ARNs count
    as ids; one job named by its id and by its ARN comes twice. Where a row has an ARN beside the id (`ARN_COLUMNS`),
    its account and Region are those of the job.

    Raises InputError if there is no such column, if anything in it is not a job id (missing values included), if an
    ARN is of another job than the id in its row, or if there is nothing at all, unless `empty_ok`.
    """
    found: dict[JobId, None] = {}
    mistakes: list[str] = []
    prefixes: dict[str, JobId] = {}
    for position, (value, arn) in enumerate(_named_in(jobs, ids)):
        try:
            job = parse_job_id(value)
            found.setdefault(job if arn is None else _placed(job, arn, prefixes))
        except InputError as error:
            mistakes.append(f"entry {position + 1}: {error}")
    if mistakes:
        more = len(mistakes) - _MISTAKES_SHOWN
        raise InputError(" ".join(mistakes[:_MISTAKES_SHOWN]) + (f" And {more:,} more." if more > 0 else ""))
    if not found and not empty_ok:
        raise InputError("jobs: no jobs given. Nothing was ended.")
    return list(found)


def frame_of_jobs(jobs: Sequence[Job], *, tags: bool = False) -> pd.DataFrame:
    """Return one row a job: AWS's names, UTC timestamps, categorical status and queue.

    dtypes: `jobId`, `jobName`, `statusReason`, `jobDefinition`, `shareIdentifier` and `jobArn` are strings;
    `jobQueue`, `status` and `kind` categorical; `createdAt`, `startedAt` and `stoppedAt` are datetime64[ms, UTC];
    `vcpus` is Float64; `arraySize`, `liveChildren`, `arrayIndex` and `exitCode` are Int32; `isTerminated` and
    `isCancelled` are bool. With `tags`, a column of dicts is added. `liveChildren` is missing where AWS does not count
    an array's children; `vcpus` of arrays and multi-node jobs, and `kind` of other jobs on ECS, unless jobs were
    described.
    """
    import numpy as np
    import pandas as pd

    # All columns at once: to go through 100,000 jobs for each of them takes twice as long.
    of = dict(zip(Job._fields, zip(*jobs, strict=True), strict=True)) if jobs else dict.fromkeys(Job._fields, ())
    # An array of which nothing is known of its children has none that are known to live, which is not 0.
    live = [job.live_children if job.children else None for job in jobs] if any(of["children"]) else [None] * len(jobs)
    columns: dict[str, Any] = {
        "jobId": strings(of["job_id"]),
        "jobName": strings(of["job_name"]),
        "jobQueue": _categories(of["job_queue"], sorted({queue for queue in of["job_queue"] if queue is not None})),
        "status": _categories(of["status"], list(JobStatus), ordered=True),
        "statusReason": strings(of["status_reason"]),
        "createdAt": utc(of["created_at"]),
        "startedAt": utc(of["started_at"]),
        "stoppedAt": utc(of["stopped_at"]),
        "jobDefinition": strings(of["job_definition"]),
        "kind": _categories(of["kind"], list(JobKind)),
        "vcpus": numbers(of["vcpus"]),
        "arraySize": _integers(of["array_size"]),
        "liveChildren": _integers(live),
        "arrayIndex": _integers(of["array_index"]),
        "shareIdentifier": strings(of["share_identifier"]),
        "exitCode": _integers(of["exit_code"]),
        "isTerminated": np.array(of["is_terminated"], dtype=bool),
        "isCancelled": np.array(of["is_cancelled"], dtype=bool),
        "jobArn": strings(of["job_arn"]),
    }
    if tags:
        columns["tags"] = pd.Series([dict(job.tags or ()) for job in jobs], dtype=object)
    return pd.DataFrame(columns, copy=False)


def utc(moments: Sequence[int | None]) -> pd.Series[pd.Timestamp]:
    """Return epoch milliseconds as a Series of UTC timestamps, NaT for None."""
    import numpy as np
    import pandas as pd

    # numpy counts milliseconds as they are; pandas 2 would go through nanoseconds, which end in 2262.
    milliseconds = [_NOT_A_TIME if moment is None else moment for moment in moments]
    return pd.Series(np.array(milliseconds, dtype="int64").view("datetime64[ms]")).dt.tz_localize("UTC")


def numbers(values: Sequence[float | None]) -> Any:
    """Return numbers as an array of pandas' Float64, missing for None."""
    import numpy as np
    import pandas as pd

    known: Any = np.array(values, dtype="float64")  # in which None is not a number
    missing = np.isnan(known)
    known[missing] = 0
    return pd.arrays.FloatingArray(known, missing)


def strings(values: Iterable[str | None]) -> pd.Series[str]:
    """Return texts as a Series of pandas' strings, missing for None."""
    import pandas as pd

    given = values if isinstance(values, tuple | list) else list(values)
    if given and given.count(None) == len(given):  # pandas takes three times as long to find that out
        return pd.Series(pd.NA, index=range(len(given)), dtype=pd.StringDtype("python"))
    # Not pyarrow's strings, which pandas 3 takes where it can: they refuse a lone surrogate, which JSON may hold.
    return pd.Series(given, dtype=pd.StringDtype("python"))


def _categories(values: Sequence[str | None], categories: Sequence[str], *, ordered: bool = False) -> Any:
    """Return texts as a Categorical, missing for None."""
    import pandas as pd

    codes = {category: code for code, category in enumerate(categories)}
    names = pd.Index([str(category) for category in categories], dtype=object)
    return pd.Categorical.from_codes(
        [-1 if value is None else codes[value] for value in values], names, ordered=ordered
    )


def _integers(values: Sequence[int | None]) -> Any:
    """Return whole numbers as an array of pandas' Int32, missing for None."""
    import numpy as np
    import pandas as pd

    if values.count(None) < len(values):
        return pd.array(values, dtype="Int32")
    return pd.arrays.IntegerArray(np.zeros(len(values), dtype="int32"), np.ones(len(values), dtype=bool))


def id_column(frame: Any, ids: object = None) -> list[object]:
    """Return the column of a DataFrame that holds job ids, as it is, or such a level of its index.

    Raises InputError where there is none, or more than one of that name.
    """
    return find_ids(frame, ids).values()


def _named_in(jobs: object, ids: object) -> Sequence[tuple[object, object]]:
    if not is_frame(jobs):
        if ids is None:
            return values_in(jobs)
        raise InputError(
            f"ids={shown(repr(ids), 80)} names a column of a DataFrame, but jobs is a {type(jobs).__name__}."
        )
    frame = to_pandas(jobs)
    column = find_ids(frame, ids)
    values, arns = column.values(), find_arns(frame, column)
    if arns is None:
        return [(value, None) for value in values]
    beside = [None if is_missing(arn) else arn for arn in arns.values()]
    return list(zip(values, beside, strict=True))


def _placed(job: JobId, arn: object, prefixes: dict[str, JobId]) -> JobId:
    """Return the job with the account and the Region of the ARN in its row. Of 100,000 ARNs few begin differently."""
    prefix, slash, tail = arn.rpartition("/") if isinstance(arn, str) else ("", "", "")
    known = prefixes.get(prefix)
    if known is None or not slash or tail != job.job_id:
        known = parse_job_id(arn)
        if not known.account:
            raise InputError(f"{_quoted(str(arn))} in the column of ARNs is not a job ARN.")
        if known.job_id.lower() != job.job_id.lower():
            raise InputError(f"the id is {job.job_id}, but the ARN in its row is of job {known.job_id}.")
        prefixes[prefix] = known
    if job.account and (job.account, job.region, job.partition) != (known.account, known.region, known.partition):
        raise InputError(f"two ARNs of job {job.job_id} in one row are of different places.")
    return JobId(job.job_id, known.account, known.region, known.partition)


def _quoted(name: str) -> str:
    return shown(repr(name), 80)
