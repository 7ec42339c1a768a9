"""The flags of the magics, declared once for parsing, help and tests, and the job ids in a cell."""

from __future__ import annotations

import argparse
import keyword
import math
import re
from typing import Any

from batchnb.errors import InputError
from batchnb.jobs.frame import job_ids_in
from batchnb.jobs.id_values import split_ids
from batchnb.jobs.ids import parse_job_id
from batchnb.jobs.keywords import SELECTORS
from batchnb.magics.guard_options import add_accept_unseen, add_caps, add_guards
from batchnb.magics.parser import FlagParser, Line
from batchnb.text import shown

__all__ = [
    "HISTORY",
    "JOBS",
    "LOCAL",
    "RESUME",
    "TERMINATE",
    "ids_in_cell",
    "ids_in_line",
    "rest_options_of",
    "run_options_of",
    "selectors_of",
]


_SINGULAR = {"queues": "queue", "tags": "tag"}
"""Flags that are repeated where the keyword argument takes several."""


def selectors_of(flags: Line) -> dict[str, Any]:
    """Return the keyword arguments of `list_jobs` that select, None for what was not given."""
    given = {name: getattr(flags, _SINGULAR.get(name, name)) for name in SELECTORS}
    given["status"] = flags.status and [name for names in flags.status for name in names.split(",")]
    given["tags"] = flags.tag and _tags(flags.tag)
    return given


def run_options_of(flags: Line) -> dict[str, Any]:
    """Return the keyword arguments for the options of a run."""
    return {"wait": flags.wait, "timeout": flags.timeout, "rps": flags.rps, "rate_share": flags.rate_share}


def rest_options_of(flags: Line) -> dict[str, Any]:
    """Return the keyword arguments of `resume` that say which jobs of a run to resume, and which others may fail."""
    names = ("partial", "with_dependents", "accept_dependents")
    return {name: getattr(flags, name) for name in names}


_BULLET = re.compile(r"^\s*(?:[-*•]+\s+)?")


def ids_in_cell(cell: str) -> list[str]:
    r"""Return the ids in a cell, one or more a line, or as JSON; of a line of a ticket or of a plan's table the first.

    From a `#` on, a line is a comment.

    >>> ids_in_cell("# the sweep\n11111111-2222-3333-4444-555555555555  # first\n\n")
    ['11111111-2222-3333-4444-555555555555']

    The `#` of a node's id has no white space before it, and a bullet or a comma at the id is left out. Raises
    InputError for a line that does not begin with a job id, and for one that holds another id behind it.
    """
    if cell.lstrip()[:1] in ("{", "["):  # what the AWS CLI has printed
        return [job.job_id for job in job_ids_in(cell)]
    ids: list[str] = []
    for number, line in enumerate(cell.splitlines(), start=1):
        words = line.split("#", 1)[0] if line.lstrip().startswith("#") else line.split(" #", 1)[0].split("\t#", 1)[0]
        if not words.strip():
            continue
        first, *others = _BULLET.sub("", words).split() or [""]
        if first == "jobId":  # the titles of a table
            continue
        several = [word.rstrip(",;") for word in split_ids(words)]
        if len(several) > 1 and all(map(_is_id, several)):
            ids += several
            continue
        job_id = first.rstrip(",;") if first.strip(",;") else words
        try:
            parse_job_id(job_id)
        except InputError as error:
            raise InputError(f"line {number} of the cell: {error}") from error
        if any(_is_id(word) for word in others):
            raise InputError(f"line {number} of the cell holds another job id behind the first: write one a line.")
        ids.append(job_id)
    if not ids:
        raise InputError("the cell holds no job id: write one a line below %%batch_terminate.")
    return ids


def _is_id(word: str) -> bool:
    try:
        parse_job_id(word.strip("(),;[]'\""))
    except InputError:
        return False
    return True


def ids_in_line(expression: str) -> list[str] | None:
    """Return the words of an expression that begins with a job id, None for any other.

    >>> ids_in_line("11111111-2222-3333-4444-555555555555, 2222")
    ['11111111-2222-3333-4444-555555555555', '2222']
    >>> ids_in_line("jobs.head(2)")

    Whether the other words are ids is checked later: each of them counts.
    """
    words = expression.replace(",", " ").split()
    try:
        parse_job_id(words[0] if words else None)
    except InputError:
        return None
    return words


def _tags(texts: list[str]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise InputError(f"--tag: {shown(text)!r} is not KEY=VALUE.")
        if tags.setdefault(key, value) != value:
            raise InputError(f"--tag: {shown(key)!r} is given two values, and a job has one.")
    return tags


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{shown(text)!r} is not a whole number") from error


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{shown(text)!r} is not a number of seconds, 0 or more")
    return seconds


def _variable(text: str) -> str:
    if not text.isidentifier() or keyword.iskeyword(text):
        raise argparse.ArgumentTypeError(f"{shown(text)!r} is not the name of a variable")
    return text


def _add_selectors(parser: FlagParser) -> None:
    group = parser.add_argument_group("which jobs (a job must match everything that is given)")
    group.add_argument("--queue", "-q", action="append", metavar="QUEUE", help="name or ARN of a queue; repeatable")
    group.add_argument("--status", "-s", action="append", metavar="STATUS", help="active (default), all, or names")
    group.add_argument("--name", metavar="NAME", help="the exact job name; case counts")
    group.add_argument("--name-glob", metavar="PATTERN", help="a pattern for the job name: * ? [abc]")
    group.add_argument("--job-definition", metavar="DEFINITION", help="name, name:revision, or ARN")
    group.add_argument("--older-than", metavar="AGE", help="submitted longer ago than 90m, 6h, 2d, ...")
    group.add_argument("--newer-than", metavar="AGE", help="submitted within this age")
    group.add_argument("--running-longer-than", metavar="AGE", help="RUNNING for longer")
    group.add_argument("--tag", action="append", metavar="KEY=VALUE", help="has this tag; repeatable")
    group.add_argument("--share", metavar="SHARE", help="share identifier of a fair-share queue")
    group.add_argument("--children-of", metavar="JOB_ID", help="the children of this array job")
    group.add_argument("--query", metavar="SEARCH", help="a search as in the picker: 'status:runnable age:>6h -prod'")
    group.add_argument("--limit", type=_whole_number, metavar="N", help="the N oldest; says what it leaves out")


def _add_connection(parser: FlagParser) -> None:
    group = parser.add_argument_group("where calls go (by default as boto3 decides)")
    group.add_argument("--profile", metavar="PROFILE", help="profile of the AWS configuration")
    group.add_argument("--region", metavar="REGION", help="AWS Region")
    group.add_argument("--endpoint-url", metavar="URL", help="another endpoint, such as an emulator's")


_PLACES = ("out", "profile", "region")
_SELECTORS = ("queue", "status", "name_glob", "older_than", "query", "tag", "limit")
"""The flags that `--help` shows; `--help all` shows the rest, too."""


def _jobs_parser() -> FlagParser:
    parser = FlagParser(
        "%batch_jobs",
        "List jobs of AWS Batch as a DataFrame, one row a job. Ends nothing.",
        "jobs = %batch_jobs --queue QUEUE [flags]",
        [*_SELECTORS, *_PLACES],
    )
    _add_selectors(parser)
    _add_connection(parser)
    parser.add_argument("--out", "-o", type=_variable, metavar="VAR", help="put the DataFrame into this variable")
    return parser


def _terminate_parser() -> FlagParser:
    parser = FlagParser(
        "%batch_terminate",
        "Show the plan for ending these jobs. With --yes, end them, watch each one until it has ended, and "
        "report what became of it. The cell fails unless every job was seen to end.",
        "%batch_terminate JOBS --reason TEXT [flags]   JOBS: DataFrame or job ids\n"
        "       %batch_terminate --queue QUEUE --reason TEXT [flags]\n"
        "       %%batch_terminate --reason TEXT [flags]       then job ids, # comments",
        [*_SELECTORS[:-2], *_PLACES, "reason", "yes", "max_jobs", "expect"],
    )
    parser.add_argument("--reason", "-r", metavar="TEXT", help="why; AWS shows it with each job. 1 to 1024 characters")
    parser.add_argument("--yes", "-y", action="store_true", help="end the jobs of the plan")
    parser.add_argument("--dry-run", "-n", action="store_true", help="only show the plan, which is the default")
    _add_run_options(parser)
    parser.add_argument("--ids", metavar="COLUMN", help="the DataFrame's column of job ids")
    parser.add_argument(
        "--out", "-o", type=_variable, metavar="VAR", help="put the Report, or the Plan, into this variable"
    )
    add_guards(parser)
    _add_selectors(parser)
    _add_connection(parser)
    return parser


def _add_run_options(parser: FlagParser) -> None:
    parser.add_argument("--wait", action="store_true", default=True, help="watch until they ended (default)")
    parser.add_argument("--no-wait", dest="wait", action="store_false", help="look at each once after sending")
    parser.add_argument("--timeout", type=_seconds, default=300.0, metavar="SECONDS", help="longest watch (300)")
    parser.add_argument("--rps", type=_seconds, metavar="N", help="maximum calls per second, for each API operation")
    parser.add_argument(
        "--rate-share", type=_seconds, default=1.0, metavar="PART", help="part of AWS's limit to use (1)"
    )
    parser.add_argument("--quiet", action="store_true", help="one line for the plan and one for the result")


def _resume_parser() -> FlagParser:
    parser = FlagParser(
        "%batch_resume",
        "Finish a run that was interrupted, or that left jobs alive. Every job of it is described again; "
        "requests name only those that are alive and in its plan. The report covers the whole run.",
        "%batch_resume [RUN] [flags]   RUN as in %batch_history, or the newest",
        [*_PLACES, "timeout", "max_jobs", "partial"],
    )
    _add_run_options(parser)
    parser.add_argument(
        "--partial",
        action="store_true",
        help="go on with what can be read of a journal that lost lines; the run is never finished",
    )
    parser.add_argument(
        "--with-dependents", action="store_true", help="also end jobs that were submitted since and depend on the rest"
    )
    parser.add_argument(
        "--accept-dependents", type=_whole_number, metavar="N", help="let up to N such jobs fail with the rest"
    )
    guards = parser.add_argument_group("guards, for what is left (needed where they are lower than at the start)")
    add_caps(guards)
    add_accept_unseen(guards)
    parser.add_argument("--out", "-o", type=_variable, metavar="VAR", help="put the Report into this variable")
    _add_connection(parser)
    return parser


def _history_parser() -> FlagParser:
    parser = FlagParser("%batch_history", "List the runs of this user as a DataFrame, newest first.", "%batch_history")
    parser.add_argument("--out", "-o", type=_variable, metavar="VAR", help="put the DataFrame into this variable")
    return parser


def _local_parser() -> FlagParser:
    parser = FlagParser(
        "%batch_local",
        "An AWS Batch on this machine to try things on: a night with jobs in every status. While it runs, the "
        "calls of this kernel go to it unless a flag or an argument says otherwise. It is not AWS.",
        "%batch_local start|status|stop [flags]",
    )
    parser.add_argument("--seed", type=_whole_number, default=0, metavar="N", help="another seed, other ids (0)")
    return parser


JOBS = _jobs_parser()
TERMINATE = _terminate_parser()
RESUME = _resume_parser()
HISTORY = _history_parser()
LOCAL = _local_parser()
