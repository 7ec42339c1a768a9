"""Which column, or level of the index, of a DataFrame holds job ids: by its name, and by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from batchnb.errors import InputError
from batchnb.jobs.ids import is_job_arn, is_job_id, parse_job_id
from batchnb.text import shown

__all__ = [
    "ARN_COLUMNS",
    "ID_COLUMNS",
    "IdColumn",
    "find_arns",
    "find_ids",
    "id_keys",
    "is_missing",
    "others_of_ids",
    "says_ids",
]

ID_COLUMNS = ("jobId", "job_id", "JobId", "id")
"""Columns in which job ids are looked for first, in this order; other spellings and names follow."""

ARN_COLUMNS = ("jobArn", "job_arn", "JobArn")
"""Columns in which the ARN of a row's job is looked for first, in this order."""

_EXACT = {"jobId": 0, "job_id": 20, "JobId": 30}
_ARN, _RESOURCE, _PLAIN_ID = 70, 90, 100
_SPELLINGS = {
    **dict.fromkeys(("batchjobid", "awsbatchjobid"), 10),
    "jobid": 40,
    **dict.fromkeys(("nativeid", "externaljobid"), 60),  # Nextflow's trace, Snakemake
    **dict.fromkeys(("jobarn", "batchjobarn"), _ARN),
    **dict.fromkeys(("arn", "resource", "resourcearn"), _RESOURCE),
    "id": _PLAIN_ID,
}
"""Names without case, spaces, dashes and underscores: the lowest is taken first."""

_DEEPER = 5
"""How far `detail.jobId` stands behind `jobId`, and a level of the index behind a column."""

_ARN_RANKS = frozenset({_ARN, _ARN + _DEEPER})
_COLUMNS_SHOWN = 20
_HINTS_SHOWN = 3
_PART = 1000
"""Rows that are looked at together."""


@dataclass(frozen=True, slots=True)
class IdColumn:
    """A column, or a level of the index, that may hold job ids."""

    frame: Any
    name: Any
    rank: int
    """Which is taken first: the lowest. -1 for a name that says nothing of job ids."""
    place: int = 0
    """Where it stands among the columns, or the levels of the index."""
    is_index: bool = False
    key: str = ""
    """What to take of the dicts in it."""

    @property
    def title(self) -> str:
        """Its name as text."""
        return _title(self.name)

    def values(self) -> list[object]:
        """Return what stands in it, a value a row."""
        if self.is_index:
            return list(self.frame.index.get_level_values(self.place))
        return self._values(self.frame.iloc[:, self.place])

    @property
    def holds_ids(self) -> bool:
        """Whether it holds at least one job id; a column of resources, at least one ARN of a job."""
        is_meant = is_job_arn if self.rank == _RESOURCE else is_job_id
        if self.is_index:
            return any(map(is_meant, self.values()))
        column = self.frame.iloc[:, self.place]
        # The first row is one, nearly always, and the others are left alone.
        parts = (column.iloc[start : start + _PART] for start in range(0, len(column), _PART))
        return any(is_meant(value) for part in parts for value in self._values(part))

    def _values(self, column: Any) -> list[object]:
        values: list[object] = column.tolist()
        if self.key:
            return [value.get(self.key) if isinstance(value, Mapping) else None for value in values]
        return values


def find_ids(frame: Any, ids: object = None, *, empty_ok: bool = False) -> IdColumn:
    """Return the column of a DataFrame that holds job ids, or the level of its index; the one that `ids` names, if any.

    With `empty_ok`, a column of such a name is taken although it holds no id. Raises InputError where there is none,
    where two may be meant, and where two columns have that name.
    """
    if ids is not None:
        return _named(frame, ids)
    wanted = sorted((one for one in _columns(frame) if one.rank >= 0), key=lambda one: one.rank)
    holding = [one for one in wanted if one.holds_ids]
    if not holding:
        if wanted and (empty_ok or not len(frame)):
            return wanted[0]
        raise InputError(_nothing_found(frame, wanted))
    first = holding[0]
    rivals = [one for one in holding[1:] if one.rank == first.rank]
    if any(one.title == first.title for one in rivals):
        raise InputError(f"jobs: the DataFrame has more than one column named {_quoted(first.name)}.")
    if first.rank == _PLAIN_ID:
        rivals += [one for one in _columns(frame) if one.rank < 0 and any(map(is_job_arn, one.values()))]
    for other in rivals:
        if not all(_pairs(first, other)):
            raise InputError(
                f"jobs: columns {_quoted(first.name)} and {_quoted(other.name)} name other jobs. "
                "Name the one that is meant with ids=COLUMN."
            )
    if first.rank in _ARN_RANKS:
        # ARNs win over an `id` that is something else; where both are of one job, the place in the ARN is checked.
        return next((one for one in holding if one.rank == _PLAIN_ID and any(_pairs(one, first))), first)
    return first


def find_arns(frame: Any, beside: IdColumn) -> IdColumn | None:
    """Return the column with the ARN of each row's job, None where there is none but the ids themselves."""
    found = sorted((one for one in _columns(frame) if one.rank in _ARN_RANKS), key=lambda one: one.rank)
    # Of an event, the ARN and the id stand side by side: detail.jobId, detail.jobArn.
    found = [one for one in found if _prefix(one.title) == _prefix(beside.title)] or found
    if not found or found[0].title == beside.title:
        return None
    if len(found) > 1 and found[0].title == found[1].title:
        raise InputError(f"jobs: the DataFrame has more than one column named {_quoted(found[0].name)}.")
    return found[0]


def id_keys(row: Mapping[Any, Any]) -> tuple[object, object] | None:
    """Return the job id and the ARN in one row, such as an item of ListJobs; None where it names no job."""
    ranked = sorted(((rank, value) for key, value in row.items() if (rank := _rank(key)) >= 0), key=lambda one: one[0])
    found = [one for one in ranked if is_job_id(one[1])] or [one for one in ranked if one[0] < _ARN]
    if not found:
        return None
    job_id = found[0][1]
    arn = next((value for rank, value in ranked if rank in _ARN_RANKS and value is not job_id), None)
    return job_id, None if is_missing(arn) else arn


def says_ids(name: object) -> bool:
    """Return whether a column of this name may hold job ids, going by the name alone."""
    return name is not None and _rank(name) >= 0


def others_of_ids(frame: Any, but: IdColumn) -> list[str]:
    """Return the names of columns that hold nothing but job ids, and other ones than this column."""
    columns = [one for one in _columns(frame) if one.title != but.title]
    return [shown(one.title, 40) for one in columns if _is_all_ids(one.values()) and not any(_pairs(but, one))]


def is_missing(value: object) -> bool:
    """Return whether this is None, NaN, NaT, NA, or a text of white space."""
    import pandas as pd

    if isinstance(value, str):
        return not value.strip()
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))  # type: ignore[call-overload]


def _named(frame: Any, ids: object) -> IdColumn:
    found = [one for one in _columns(frame) if one.title == _title(ids)]
    columns = [one for one in found if not (one.is_index or one.key)] or found
    if not columns:
        close = [one for one in _columns(frame) if _squeezed(one.title) == _squeezed(_title(ids))]
        meant = f" Did you mean {_quoted(close[0].name)}?" if close else ""
        raise InputError(f"jobs: the DataFrame has no column {_quoted(ids)}. {_there_are(frame)}{meant}")
    if len(columns) > 1:
        raise InputError(f"jobs: the DataFrame has more than one column named {_quoted(ids)}.")
    return columns[0]


def _columns(frame: Any) -> Iterator[IdColumn]:
    """Yield each column, and each level of the index that has a name."""
    names = list(frame.columns)
    # Of EventBridge's events, `id` is the event's.
    are_events = any(_squeezed(_title(name)) == "detailtype" for name in names) or _has_details(frame)
    for place, name in enumerate(names):
        rank = _rank(name)
        yield IdColumn(frame, name, -1 if are_events and rank == _PLAIN_ID else rank, place)
        if are_events and _squeezed(_title(name)) == "detail":
            for key in ("jobId", "jobArn"):
                yield IdColumn(frame, f"detail.{key}", _rank(f"detail.{key}"), place, key=key)
    for level, name in enumerate(frame.index.names):
        if name is not None:
            rank = _rank(name)
            yield IdColumn(frame, name, rank + _DEEPER if rank >= 0 else -1, level, is_index=True)


def _has_details(frame: Any) -> bool:
    """Return whether a column `detail` has dicts that name a job: events whose type was left out."""
    places = [place for place, name in enumerate(frame.columns) if _title(name) == "detail"]
    values = (value for place in places for value in frame.iloc[:, place])
    return any(isinstance(value, Mapping) and id_keys(value) is not None for value in values)


def _rank(name: object) -> int:
    title = _title(name)
    if title in _EXACT:
        return _EXACT[title]
    parts = title.split(".")
    if len(parts) == 1:
        return _SPELLINGS.get(_squeezed(title), -1)
    # `detail.jobId` of flattened JSON, and ("jobId", "first") of columns with levels; "x.id" may be anything.
    ranks = [_SPELLINGS.get(_squeezed(part), _PLAIN_ID) for part in (parts if isinstance(name, tuple) else parts[-1:])]
    return min(ranks) + _DEEPER if min(ranks) < _RESOURCE else -1


def _title(name: object) -> str:
    """Return the name of a column; of several levels, the names of all of them with points between."""
    return ".".join(filter(None, map(str, name))) if isinstance(name, tuple) else str(name)


def _prefix(title: str) -> str:
    return title.rpartition(".")[0]


def _squeezed(title: str) -> str:
    return re.sub(r"[\s_-]", "", title[:100]).casefold()


def _pairs(one: IdColumn, other: IdColumn) -> Iterator[bool]:
    """Yield for each row with a job id in both columns whether it is the same job."""
    for first, second in zip(one.values(), other.values(), strict=True):
        if is_job_id(first) and is_job_id(second):
            yield parse_job_id(first).job_id == parse_job_id(second).job_id


def _is_all_ids(values: list[object]) -> bool:
    known = [value for value in values if isinstance(value, str) and value.strip()]
    return bool(known) and all(map(is_job_id, known))


def _nothing_found(frame: Any, wanted: list[IdColumn]) -> str:
    others = [one for one in _columns(frame) if one.rank < 0 and not one.is_index]
    hints = [_quoted(one.name) for one in others if any(map(is_job_id, one.values()))]
    hint = f" Job ids stand in {', '.join(hints[:_HINTS_SHOWN])}." if hints else ""
    how = f"Name it with ids={hints[0] if len(hints) == 1 else 'COLUMN'}."
    if not hints and any(map(is_job_id, frame.index.get_level_values(-1))):
        how = "Job ids stand in its index, which has no name: give .rename_axis('jobId')."
    if not wanted:
        return (
            f"jobs: the DataFrame has no column of job ids ({', '.join(ID_COLUMNS)}). {_there_are(frame)}{hint} {how}"
        )
    first = next((value for value in wanted[0].values() if not is_missing(value)), None)
    says = "all its values are missing" if first is None else f"its first value is {shown(repr(first), 60)}"
    where = "index level" if wanted[0].is_index else "column"
    return f"jobs: the {where} {_quoted(wanted[0].name)} has no job id: {says}. {_there_are(frame)}{hint} {how}"


def _there_are(frame: Any) -> str:
    names = [shown(name, 40) for name in frame.columns[:_COLUMNS_SHOWN]]
    more = len(frame.columns) - len(names)
    return f"Its columns: {', '.join(names) or 'none'}{f' and {more:,} more' if more else ''}."


def _quoted(name: object) -> str:
    return shown(repr(name), 80)
