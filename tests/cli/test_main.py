"""The command `batchnb`: its arguments, its exit status, and errors without a traceback."""

from __future__ import annotations

import pytest

import batchnb
from batchnb.cli import demo
from batchnb.cli import main as cli
from batchnb.errors import BatchnbError, InputError


def test_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints the version and exits with 0."""
    with pytest.raises(SystemExit) as exit_info:
        cli.main(["--version"])
    assert exit_info.value.code == 0
    assert capsys.readouterr().out == f"batchnb {batchnb.__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["demo", "--help"]])
def test_help_is_printed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` says what there is and exits with 0."""
    with pytest.raises(SystemExit) as exit_info:
        cli.main(arguments)
    assert exit_info.value.code == 0
    assert "usage: batchnb" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["demo", "--la"], ["--vers"], ["demo", "now"]])
def test_wrong_arguments_exit_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Missing, unknown and abbreviated arguments are errors with the usage, and nothing runs."""
    with pytest.raises(SystemExit) as exit_info:
        cli.main(arguments)
    assert exit_info.value.code == 2
    assert "usage: batchnb" in capsys.readouterr().err


def test_an_error_is_one_line_and_status_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What batchnb raises on purpose is printed as one line on stderr."""
    monkeypatch.setattr(demo, "find_spec", lambda _name: None)
    assert cli.main(["demo", "--lab"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("batchnb: JupyterLab is not installed here.")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody foresaw keeps its traceback."""

    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(demo, "run_demo", broken)
    with pytest.raises(ZeroDivisionError):
        cli.main(["demo"])


@pytest.mark.parametrize(
    ("error", "status"), [(None, 0), (InputError("no"), 1), (BatchnbError("no"), 1), (KeyboardInterrupt(), 130)]
)
def test_the_exit_status_tells_what_happened(
    error: BaseException | None, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0 for done, 1 for an error, 130 after Ctrl-C."""

    def run() -> None:
        if error is not None:
            raise error

    monkeypatch.setattr(demo, "run_demo", run)
    assert cli.main(["demo"]) == status


def test_the_status_of_lab_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """`demo --lab` exits as JupyterLab does."""
    monkeypatch.setattr(demo, "run_lab", lambda **_options: 7)
    assert cli.main(["demo", "--lab"]) == 7
