"""What is typed to the magics: their flags, declared once for reading, for the help and for tests, and job ids."""

from __future__ import annotations

import argparse
import keyword
import math
from typing import Any

from batchnb.errors import InputError
from batchnb.jobs.ids import parse_job_id
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


def selectors_of(flags: Line) -> dict[str, Any]:
    """Return the keyword arguments of `list_jobs` that select, None for what was not given."""
    return {
        "queues": flags.queue,
        "status": flags.status and [name for names in flags.status for name in names.split(",")],
        "name": flags.name,
        "name_glob": flags.name_glob,
        "job_definition": flags.job_definition,
        "share": flags.share,
        "older_than": flags.older_than,
        "newer_than": flags.newer_than,
        "running_longer_than": flags.running_longer_than,
        "tags": flags.tag and _tags(flags.tag),
        "children_of": flags.children_of,
        "query": flags.query,
        "limit": flags.limit,
    }


def run_options_of(flags: Line) -> dict[str, Any]:
    """Return the keyword arguments that say how a run goes."""
    return {"wait": flags.wait, "timeout": flags.timeout, "rps": flags.rps, "rate_share": flags.rate_share}


def rest_options_of(flags: Line) -> dict[str, Any]:
    """Return the keyword arguments of `resume` that say what of a run is taken up again, and at whose cost."""
    names = ("partial", "with_dependents", "accept_dependents")
    return {name: getattr(flags, name) for name in names}


def ids_in_cell(cell: str) -> list[str]:
    r"""Return the ids in a cell, one a line; from a `#` on, a line is a comment.

    >>> ids_in_cell("# the sweep\n11111111-2222-3333-4444-555555555555  # first\n\n")
    ['11111111-2222-3333-4444-555555555555']

    The `#` of a node's id has no white space before it. Raises InputError for a line that is no job id.
    """
    ids: list[str] = []
    for number, line in enumerate(cell.splitlines(), start=1):
        words = line.split("#", 1)[0] if line.lstrip().startswith("#") else line.split(" #", 1)[0].split("\t#", 1)[0]
        if not words.strip():
            continue
        try:
            parse_job_id(words)
        except InputError as error:
            raise InputError(f"line {number} of the cell: {error}") from error
        ids.append(words.strip())
    if not ids:
        raise InputError("the cell holds no job id: write one a line below %%batch_terminate.")
    return ids


def ids_in_line(expression: str) -> list[str] | None:
    """Return the words of an expression that begins with a job id, None for any other.

    >>> ids_in_line("11111111-2222-3333-4444-555555555555, 2222")
    ['11111111-2222-3333-4444-555555555555', '2222']
    >>> ids_in_line("jobs.head(2)")

    Whether the other words are ids is for whoever takes them: none of them can be left out.
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
            raise InputError(f"--tag: {shown(text)!r} is no KEY=VALUE.")
        if tags.setdefault(key, value) != value:
            raise InputError(f"--tag: {shown(key)!r} is given two values, and a job has one.")
    return tags


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{shown(text)!r} is no whole number") from error


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{shown(text)!r} is no number of seconds, 0 or more")
    return seconds


def _variable(text: str) -> str:
    if not text.isidentifier() or keyword.iskeyword(text):
        raise argparse.ArgumentTypeError(f"{shown(text)!r} is no name of a variable")
    return text


def _add_selectors(parser: FlagParser) -> None:
    group = parser.add_argument_group("which jobs (all that is given has to hold)")
    group.add_argument("--queue", "-q", action="append", metavar="QUEUE", help="name or ARN of a queue; repeatable")
    group.add_argument("--status", "-s", action="append", metavar="STATUS", help="active (default), all, or names")
    group.add_argument("--name", metavar="NAME", help="the exact job name; case counts")
    group.add_argument("--name-glob", metavar="PATTERN", help="a pattern for the job name: * ? [abc]")
    group.add_argument("--job-definition", metavar="DEFINITION", help="name, name:revision, or ARN")
    group.add_argument("--older-than", metavar="AGE", help="submitted longer ago than 90m, 6h, 2d, ...")
    group.add_argument("--newer-than", metavar="AGE", help="submitted less long ago")
    group.add_argument("--running-longer-than", metavar="AGE", help="RUNNING for longer")
    group.add_argument("--tag", action="append", metavar="KEY=VALUE", help="has this tag; repeatable")
    group.add_argument("--share", metavar="SHARE", help="share identifier of a fair-share queue")
    group.add_argument("--children-of", metavar="JOB_ID", help="the children of this array job")
    group.add_argument("--query", metavar="SEARCH", help="a search as in the picker: 'status:runnable age:>6h -prod'")
    group.add_argument("--limit", type=_whole_number, metavar="N", help="the N oldest; says what it leaves out")


def _add_connection(parser: FlagParser) -> None:
    group = parser.add_argument_group("where (as boto3 has it, if nothing is given)")
    group.add_argument("--profile", metavar="PROFILE", help="profile of the AWS configuration")
    group.add_argument("--region", metavar="REGION", help="AWS Region")
    group.add_argument("--endpoint-url", metavar="URL", help="another endpoint, such as an emulator's")


def _jobs_parser() -> FlagParser:
    parser = FlagParser(
        "%batch_jobs",
        "List jobs of AWS Batch as a DataFrame, one row a job. Ends nothing.",
        "jobs = %batch_jobs --queue QUEUE [flags]",
    )
    _add_selectors(parser)
    _add_connection(parser)
    parser.add_argument("--out", "-o", type=_variable, metavar="VAR", help="put the DataFrame into this variable")
    return parser


def _terminate_parser() -> FlagParser:
    parser = FlagParser(
        "%batch_terminate",
        "Show what ending these jobs would do; with --yes, end them, watch each until it has ended, and say\n"
        "what became of it. The cell fails unless every job was seen to end.",
        "%batch_terminate JOBS --reason TEXT [flags]     JOBS: a DataFrame, an expression for one, or job ids\n"
        "       %batch_terminate --queue QUEUE --reason TEXT [flags]\n"
        "       %%batch_terminate --reason TEXT [flags]         then one job id a line, # comments",
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
    parser.add_argument("--rps", type=_seconds, metavar="N", help="at most so many calls of a kind a second")
    parser.add_argument(
        "--rate-share", type=_seconds, default=1.0, metavar="PART", help="part of AWS's limit to use (1)"
    )
    parser.add_argument("--quiet", action="store_true", help="one line for the plan and one for the result")


def _resume_parser() -> FlagParser:
    parser = FlagParser(
        "%batch_resume",
        "Finish a run that was interrupted, or that left jobs alive. Every job of it is looked at anew; only those\n"
        "are asked for that are alive and in its plan. The report is of the whole run.",
        "%batch_resume [RUN] [flags]     RUN as in %batch_history; the newest unfinished one without it",
    )
    _add_run_options(parser)
    parser.add_argument(
        "--partial", action="store_true", help="end what can be read of a journal that lost lines; never finished"
    )
    parser.add_argument(
        "--with-dependents", action="store_true", help="end jobs, too, that were submitted since and depend on the rest"
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
        "An AWS Batch on this machine to try things on: a night with jobs in every status. While it runs, the\n"
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
