"""The family of errors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from batchnb import errors
from batchnb.errors import AwsError, BatchnbError, InputError
from batchnb.model.report import InterruptedRunError, TerminationFailedError

if TYPE_CHECKING:
    import pytest


def test_the_tree_at_the_top_is_true() -> None:
    """The room's own drawing names every error, below the one that it derives from."""
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"([│ ├└─]*)(\w+Error)\b", line):
            depth = len(match[1]) // 4
            above[depth:] = [match[2]]
            drawn[match[2]] = above[depth - 1] if depth else ""
    defined = {name: getattr(errors, name) for name in errors.__all__}
    defined |= {made.__name__: made for made in (TerminationFailedError, InterruptedRunError)}
    assert drawn == {name: "" if made is BatchnbError else made.__bases__[0].__name__ for name, made in defined.items()}


def test_one_except_catches_them_all() -> None:
    """Every error of the room is a BatchnbError and is exported; a wrong argument is a ValueError, too."""
    made = {thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, Exception)}
    assert {one.__name__ for one in made} == set(errors.__all__)
    assert all(issubclass(one, BatchnbError) for one in made)
    assert issubclass(InputError, ValueError)


def test_an_error_of_aws_keeps_what_support_asks_for() -> None:
    """Code, operation and request id can be read from the error, and the wait that was asked for."""
    error = AwsError("no", code="C", operation="ListJobs", request_id="r", retry_after=2.0)
    assert (str(error), error.code, error.operation, error.request_id, error.retry_after) == (
        *("no", "C", "ListJobs"),
        *("r", 2.0),
    )


def test_a_notebook_shows_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """IPython shows the sentence of an error and no traceback, and the cell has failed all the same."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    make_shell: Any = InteractiveShell
    shell = make_shell(config=Config({"HistoryManager": {"enabled": False}}))
    result = shell.run_cell("from batchnb.errors import InputError\nraise InputError('name: is empty')")
    out, err = capsys.readouterr()
    assert (out + err).strip() == "InputError: name: is empty"
    assert isinstance(result.error_in_exec, InputError)
