"""Settings: where guards are configured, and that none is lost by a slip of the pen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from batchnb.errors import InputError
from batchnb.guards.caps import Cap
from batchnb.guards.notebook_layer import set_notebook_layer
from batchnb.guards.rules import Pattern, PatternKind
from batchnb.guards.settings import KEYWORDS, guards, layer, pattern

KEEP = pattern("tag:keep=yes")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the pyproject.toml of the folder above the one that we are in."""
    inside = tmp_path / "project" / "notebooks"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    path = inside.parent / "pyproject.toml"
    path.write_text("[project]\nname = 'x'\n")
    return path


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def test_each_layer_is_read_and_named(project: Path, user_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keyword, %config, the nearest pyproject.toml, the user's file and the environment all count, each by its name."""
    _write(project, "[tool.batchnb]\nprotect = {queues = ['live'], names = ['prod-*'], tags = {keep = 'yes'}}\n")
    _write(user_file, "max_jobs = 50\nprotect = ['tag:keep=yes']\n")
    set_notebook_layer(lambda: {"max_jobs": 70, "read_only": None})
    monkeypatch.setenv("BATCHNB_READ_ONLY", "1")

    held = guards(layer(KEYWORDS, {"max_percent": 20}, explicit=True))

    here = f"[tool.batchnb] in {project}"
    user = f"the user file {user_file}"
    assert held.max_jobs == Cap(50, user)
    assert held.max_percent == Cap(20, KEYWORDS)
    assert [(str(one), source) for one, source in held.protect] == [
        ("queue:live", here), ("name:prod-*", here), ("tag:keep=yes", here), ("tag:keep=yes", user),
    ]  # fmt: skip
    assert held.read_only == "BATCHNB_READ_ONLY=1"


def test_a_table_further_up_counts_as_well(project: Path) -> None:
    """A pyproject.toml of a member of the workspace takes no guard away, whether or not it has a table of its own."""
    _write(project, "[tool.batchnb]\nmax_jobs = 5\nread_only = true\nprotect = ['queue:live']\n")
    for nearer in ("[tool.other]\n", "[tool.batchnb]\nread_only = false\nmax_jobs = 500\nprotect = ['name:prod-*']\n"):
        Path("pyproject.toml").write_text(nearer)
        held = guards()
        assert held.max_jobs == Cap(5, f"[tool.batchnb] in {project}")
        assert held.read_only == f"[tool.batchnb] in {project}"
        assert "queue:live" in {str(one) for one, _ in held.protect}
    assert {str(one) for one, _ in held.protect} == {"queue:live", "name:prod-*"}


def test_nothing_configured_is_no_error(project: Path) -> None:
    """Without a table, a user file and variables the defaults hold."""
    assert project.is_file()
    assert guards().max_jobs.value == 1000


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("max_job = 5", "max_job in .*: there is no such setting. There are: max_jobs"),
        ("max_jobs = '5'", "max_jobs in .*'5' is not a whole number"),
        ("max_jobs = true", "True is not a whole number"),
        ("max_jobs = -1", "-1 is not a whole number"),
        ("max_percent = 0", "0 is not a percentage"),
        ("max_percent = 101", "101 is not a percentage"),
        ("protect = 'keep'", "'keep' is not a pattern. Write queue:NAME"),
        ("protect = ['tag:']", "'tag:' is not a pattern"),
        ("protect = 5", "5 is neither a pattern nor a list"),
        ("protect = {queue = ['a']}", "'queue' must be one of queues, names, tags"),
        ("protect = {names = ['']}", "names must be a list of names"),
        ("protect = {names = 5}", "names must be a list of names"),
        ("protect = {tags = ['keep']}", "tags must be a table"),
        ("protect = {tags = {keep = true}}", "tags must be a table"),
        ("unprotect = ['tag:keep']", "lifted only where a plan is made"),
        ("accounts = [123456789012]", "123456789012 is not an account id: a text of 12 digits"),
        ("accounts = []", r"\[\] is not a list of account ids"),
        ("production_accounts = ['12']", "'12' is not an account id"),
        ("read_only = 'no'", "'no' is neither true nor false"),
        ("max_jobs = ", "cannot be read"),
    ],
)
def test_a_setting_that_is_wrong_is_an_error(user_file: Path, project: Path, text: str, why: str) -> None:
    """A guard that cannot be understood is not ignored: the file and the setting are named, and nothing goes on."""
    _write(user_file, text)
    with pytest.raises(InputError, match=why) as caught:
        guards()
    assert str(user_file) in str(caught.value)
    user_file.unlink()
    _write(project, f"[tool.batchnb]\n{text}\n")
    with pytest.raises(InputError, match=re.escape(str(project))):
        guards()


def test_a_table_that_is_none_is_an_error(project: Path) -> None:
    """`batchnb` under `tool` holds settings or nothing."""
    _write(project, "[tool]\nbatchnb = 5\n")
    with pytest.raises(InputError, match=r"tool.batchnb in .* must be a table, got 5"):
        guards()
    _write(project, "[[tool.batchnb]]\nmax_jobs = 5\n")
    with pytest.raises(InputError, match=r"tool.batchnb in .* must be a table, got \["):
        guards()
    _write(project, "tool = 5\n")
    with pytest.raises(InputError, match=r"tool in .* must be a table, got 5"):
        guards()


@pytest.mark.parametrize(("text", "on"), [("1", True), ("true", True), ("0", False), ("", False), ("no", False)])
def test_the_environment_makes_read_only(monkeypatch: pytest.MonkeyPatch, text: str, on: bool) -> None:  # noqa: FBT001
    """BATCHNB_READ_ONLY=1 forbids to end anything; 0 is as if it were not set."""
    monkeypatch.setenv("BATCHNB_READ_ONLY", text)
    assert bool(guards().read_only) is on


def test_a_variable_that_says_nothing_clear_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither yes nor no is not taken for no."""
    monkeypatch.setenv("BATCHNB_READ_ONLY", "maybe")
    with pytest.raises(InputError, match="'maybe' is neither 1 nor 0"):
        guards()


def test_read_only_cannot_be_typed_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyword that says False lifts nothing."""
    monkeypatch.setenv("BATCHNB_READ_ONLY", "1")
    assert guards(layer(KEYWORDS, {"read_only": False}, explicit=True)).read_only


def test_all_ways_to_write_a_pattern_mean_the_same() -> None:
    """One text, a list of texts and a table come to the same patterns, and so can be lifted by either."""
    spellings: list[object] = ["tag:keep=yes", ["tag:keep=yes"], {"tags": {"keep": "yes"}}, KEEP, (KEEP,)]
    for spelling in spellings:
        assert layer(KEYWORDS, {"protect": spelling}).protect == (KEEP,)


@pytest.mark.parametrize(
    "spelling", [["name: prod-* "], {"names": [" prod-*"]}, "name:prod-* ", Pattern(PatternKind.NAME, "prod-* ")]
)
def test_white_space_around_a_name_protects_no_less(spelling: object) -> None:
    """A name that was pasted with a blank is the name: AWS knows none with blanks at its ends."""
    assert layer(KEYWORDS, {"protect": spelling}).protect == (pattern("name:prod-*"),)


VARIABLES = ["$queue", "{queue}", "a-${x}-b", "live}", "{"]


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(
    "spelled",
    [
        lambda text: {"protect": f"queue:{text}"},
        lambda text: {"protect": [f"name:{text}"]},
        lambda text: {"protect": f"tag:{text}"},
        lambda text: {"protect": f"tag:keep={text}"},
        lambda text: {"protect": {"queues": [text]}},
        lambda text: {"protect": {"names": text}},
        lambda text: {"protect": {"tags": {text: "yes"}}},
        lambda text: {"protect": {"tags": {"keep": text}}},
        lambda text: {"protect": Pattern(PatternKind.QUEUE, text)},
        lambda text: {"unprotect": f"queue:{text}"},
    ],
)
def test_a_variable_in_a_pattern_is_an_error(variable: str, spelled: Callable[[str], dict[str, object]]) -> None:
    """A pattern with a variable in it would protect nothing: it is refused, and the error says how to write it."""
    with pytest.raises(InputError, match=r"protect in a keyword argument: .* Variables are not expanded.*protect=f"):
        layer(KEYWORDS, spelled(variable), explicit=True)
