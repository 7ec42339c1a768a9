"""What a description adds to a row of the picker: figures, tries, an exit code and tags, as the browser gets them.

What is not known is not a number, and never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from batchnb.jobs.summary import started_units
from batchnb.jobs.tries import most_tries_of, tries_of

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.jobs.job import Job

__all__ = ["NOT_FOUND", "Described", "Tags", "described_of", "facts_message", "tags_in", "tags_message"]

Tags = tuple[tuple[str, str], ...]


class Described(NamedTuple):
    """What DescribeJobs told of a job. Figures that are not known are NaN."""

    figures: tuple[float, float, float, float, float, float] = (nan,) * 6
    """vCPUs, GPUs, memory in MiB, tries, most tries, exit code. An array has what its running children hold."""
    tags: Tags | None = None
    children: tuple[int, int, int] | None = None
    """Of an array: how many of its children run, start, and live. None where that is not known."""
    nodes: int | None = None
    has_ended: bool = False
    """Whether nothing of this will change any more."""


NOT_FOUND = Described()
"""A job that AWS does not know, or does not know yet."""


def described_of(job: Job) -> Described:
    """Return what a description says of a job, whatever its shape."""
    units = started_units(job) if job.array_size else 1
    of_one = (job.vcpus, job.gpus, job.memory)
    held = [nan if figure is None or units is None else figure * units for figure in of_one]
    others = (tries_of(job), most_tries_of(job), job.exit_code)
    tried = [nan if figure is None else float(figure) for figure in others]
    return Described(
        (held[0], held[1], held[2], tried[0], tried[1], tried[2]),
        job.tags,
        _children(job),
        job.num_nodes,
        bool(job.status and job.status.has_ended),
    )


def _children(job: Job) -> tuple[int, int, int] | None:
    if not job.array_size or not job.children:
        return None
    counts = dict(job.children)
    return counts.get("RUNNING", 0), counts.get("STARTING", 0), job.live_children


def tags_in(frame: pd.DataFrame) -> dict[int, Tags]:
    """Return the tags that a frame has itself, by row: a column `tags` of dicts, as `list_jobs(tags=…)` makes it."""
    if list(frame.columns).count("tags") != 1 or frame["tags"].dtype != object:
        return {}
    return {
        row: tuple((str(key), str(value)) for key, value in tags.items())
        for row, tags in enumerate(frame["tags"].tolist())
        if isinstance(tags, Mapping)
    }


def facts_message(
    snapshot: int, rows: Sequence[int], described: Sequence[Described], **told: Any
) -> tuple[dict[str, Any], list[bytes]]:
    """Return the message with what was described of these rows, and its binary parts.

    The parts are row numbers and numbers of sets of tags as uint32, and the figures as float64, one kind after the
    other. In `tags` each set stands once; number 0 says that nobody knows the tags of a row.
    """
    numbers = np.array([one.figures for one in described], dtype=np.float64).reshape(len(described), 6)
    content, codes = _with_tags(snapshot, [one.tags for one in described])
    content["arrays"] = [(row, *one.children) for row, one in zip(rows, described, strict=True) if one.children]
    content["nodes"] = [(row, one.nodes) for row, one in zip(rows, described, strict=True) if one.nodes]
    return {**content, **told}, [_whole(rows), codes, np.ascontiguousarray(numbers.T).tobytes()]


def tags_message(snapshot: int, tags: Mapping[int, Tags]) -> tuple[dict[str, Any], list[bytes]]:
    """Return the same for tags alone, which the frame had, by row."""
    content, codes = _with_tags(snapshot, list(tags.values()))
    return content, [_whole(list(tags)), codes, b""]


def _with_tags(snapshot: int, tags: Sequence[Tags | None]) -> tuple[dict[str, Any], bytes]:
    sets: dict[Tags, int] = {}
    codes = [0 if one is None else sets.setdefault(one, len(sets) + 1) for one in tags]
    return {"kind": "facts", "snapshot": snapshot, "tags": [list(map(list, one)) for one in sets]}, _whole(codes)


def _whole(numbers: Sequence[int]) -> bytes:
    return np.asarray(numbers, dtype=np.uint32).tobytes()
