"""The cell that repeats what was done in a picker, without a click."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from batchnb.model.reason import check_reason

__all__ = ["cell_for"]

_BACKSLASHES = re.compile(r'(\\*)("|\Z)')


def cell_for(job_ids: Iterable[str], reason: str, options: Mapping[str, object], notes: Iterable[str]) -> str:
    r"""Return the cell that ends exactly these jobs for this reason; `notes` become comments in it.

    >>> print(cell_for(["11111111-2222-3333-4444-555555555555"], 'a "b"', {"region": "eu-west-1"}, ["plan 1234"]))
    %%batch_terminate --reason "a \"b\"" --region eu-west-1 --yes
    # plan 1234
    11111111-2222-3333-4444-555555555555

    A reason of several lines, or an option that the line of a magic cannot hold, makes it a cell of Python. Raises
    InputError for a reason that AWS would not take.
    """
    check_reason(reason)
    comments = [f"# {line}" for note in notes for line in note.splitlines()]
    simple = all(value is None or isinstance(value, (str, int, float, list, tuple)) for value in options.values())
    if reason.splitlines() != [reason] or not simple:
        return _python_for(job_ids, reason, options, comments)
    flags = [_flag(name, value) for name, value in options.items()]
    line = " ".join(["%%batch_terminate", "--reason", _quoted(reason), *filter(None, flags), "--yes"])
    return "\n".join([line, *comments, *job_ids])


def _python_for(job_ids: Iterable[str], reason: str, options: Mapping[str, object], comments: list[str]) -> str:
    given = "".join(f", {name}={value!r}" for name, value in options.items() if value is not None)
    ids = "\n".join(f"    {job_id!r}," for job_id in job_ids)
    before = "".join(f"{comment}\n" for comment in comments)
    return (
        f"import batchnb\n\n{before}report = batchnb.plan([\n{ids}\n], reason={reason!r}{given}).execute()\n"
        "report.raise_for_failures()\nreport"
    )


def _flag(name: str, value: object) -> str:
    flag = f"--{name.replace('_', '-')}"
    if isinstance(value, bool):
        return flag if value else ""
    values = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
    return " ".join(f"{flag} {_word(str(one))}" for one in values)


def _word(text: str) -> str:
    return text if re.fullmatch(r"[\w.:/-]+", text, re.ASCII) and not text.startswith("-") else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + _BACKSLASHES.sub(lambda found: found[1] * 2 + ('\\"' if found[2] else ""), text) + '"'
