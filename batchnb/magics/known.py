"""What is known without asking AWS: names in the listings of a notebook, configuration files, journals, variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from batchnb.jobs.foreign import is_frame
from batchnb.jobs.job import JobStatus
from batchnb.jobs.name_stem import name_stem

__all__ = ["Known"]

_FRAMES_AT_MOST, _RUNS_AT_MOST, _ROWS_AT_MOST = 5, 20, 20_000
_LISTED_AT = "listed_at"


class Known:
    """The values that can be offered where a magic is typed. Nothing here makes a call, or asks for a code."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def queues(self) -> Iterable[str]:
        """Return the queues of the listings, those of the last one first."""
        return self._texts("jobQueue")

    def statuses(self) -> Iterable[str]:
        """Return what `--status` takes."""
        return ["active", "all", *JobStatus]

    def job_names(self) -> Iterable[str]:
        """Return the names of listed jobs."""
        return self._texts("jobName")

    def patterns(self) -> Iterator[str]:
        """Return a pattern for each group of like names, such as `sweep-lr-*`."""
        for name in dict.fromkeys(map(name_stem, self.job_names())):
            if pattern := name.replace("#", "*").strip("*"):
                yield name.replace("#", "*") if "*" in name.replace("#", "*") else f"{pattern}*"

    def definitions(self) -> Iterator[str]:
        """Return job definitions as `name` and as `name:revision`."""
        names = dict.fromkeys(arn.rpartition("job-definition/")[2] for arn in self._texts("jobDefinition"))
        yield from dict.fromkeys(name.partition(":")[0] for name in names)
        yield from names

    def shares(self) -> Iterable[str]:
        """Return the share identifiers of listed jobs."""
        return self._texts("shareIdentifier")

    def tags(self) -> Iterator[str]:
        """Return the tags of listed jobs as KEY=VALUE, where a listing has tags, and of the jobs in plans, which do."""
        from batchnb.model.facts import PlanFacts

        for frame in self._listings("tags"):
            for tags in frame["tags"].head(_ROWS_AT_MOST):
                yield from (f"{key}={value}" for key, value in tags.items()) if isinstance(tags, Mapping) else ()
        for plan in list(self._names.values()):
            if isinstance(plan, PlanFacts):
                jobs = (planned.job for planned in plan.jobs[:_ROWS_AT_MOST] if planned.job)
                yield from (f"{key}={value}" for job in jobs for key, value in job.tags or ())

    def arrays(self) -> Iterator[str]:
        """Return the ids of listed array jobs."""
        for frame in self._listings("arraySize"):
            yield from frame.loc[frame["arraySize"].notna(), "jobId"].astype(str)

    def searches(self) -> Iterator[str]:
        """Return the fields of the search language, and each status as a search."""
        from batchnb.jobs.search.listed import LISTED

        yield from (f"{name}:" for name in LISTED.names)
        yield from (f"status:{status.lower()}" for status in JobStatus)
        yield from (f"queue:{queue}" for queue in self.queues())

    def protections(self) -> Iterator[str]:
        """Return the kinds of patterns, and those of known queues and tags."""
        yield from ("tag:", "name:", "queue:")
        yield from (f"queue:{queue}" for queue in self.queues())
        yield from (f"tag:{tag}" for tag in self.tags())

    def profiles(self) -> Iterable[str]:
        """Return the profiles of the AWS configuration files."""
        from batchnb.aws.offered import profiles

        return profiles()

    def regions(self) -> Iterable[str]:
        """Return the Regions of AWS Batch."""
        from batchnb.aws.offered import regions

        return regions()

    def runs(self) -> Iterable[str]:
        """Return the newest runs in the journal."""
        from batchnb.running.journal_folder import run_id_of, run_paths

        return [run_id_of(path) for path in run_paths()[: -_RUNS_AT_MOST - 1 : -1]]

    def expectations(self) -> Iterator[str]:
        """Return the digests of the notebook's plans."""
        from batchnb.model.facts import DIGEST_SHOWN, PlanFacts

        yield from (plan.digest[:DIGEST_SHOWN] for plan in self._names.values() if isinstance(plan, PlanFacts))

    def variables(self) -> Iterator[str]:
        """Return the variables that hold DataFrames or plans."""
        from batchnb.model.facts import PlanFacts

        for name, value in list(self._names.items()):
            if not name.startswith("_") and (isinstance(value, PlanFacts) or _is_held_frame(value)):
                yield name

    def columns(self, variable: str) -> Iterator[str]:
        """Return the columns of the DataFrame in this variable; without one, those of all that there are."""
        names = [variable] if variable in self._names else list(self.variables())
        for name in names:
            yield from map(str, getattr(self._names[name], "columns", ()))

    def _texts(self, column: str) -> Iterator[str]:
        for frame in self._listings(column):
            yield from (text for text in frame[column].head(_ROWS_AT_MOST).dropna().unique() if isinstance(text, str))

    def _listings(self, column: str) -> list[Any]:
        """Return the listings that have this column, the last one first."""
        frames = {id(value): value for value in list(self._names.values()) if _is_listing(value)}
        newest = sorted(frames.values(), key=lambda frame: str(frame.attrs.get(_LISTED_AT, "")), reverse=True)
        return [frame for frame in newest if column in frame.columns][:_FRAMES_AT_MOST]


def _is_held_frame(value: object) -> bool:
    return not isinstance(value, type) and is_frame(value) and not hasattr(value, "groups")


def _is_listing(value: Any) -> bool:
    return hasattr(value, "attrs") and is_frame(value) and "jobId" in getattr(value, "columns", ())
