"""Configuration files: all that count are found, and one that cannot be read is never taken for none."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb.errors import InputError
from batchnb.guards import config_files
from batchnb.guards.rules import DEFAULT_MAX_JOBS
from batchnb.guards.settings import guards, pattern

READ_ONLY = "[tool.batchnb]\nread_only = true\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder, two below the root of a repository."""
    folder = tmp_path / "repository" / "notebooks" / "team"
    folder.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    monkeypatch.chdir(folder)
    return folder


def _is_file(root: Path) -> None:
    (root / ".git").rmdir()
    (root / ".git").write_text("gitdir: /elsewhere/.git/worktrees/x\n")


def _is_link_to_nowhere(root: Path) -> None:
    (root / ".git").rmdir()
    (root / ".git").symlink_to(root / "nowhere")


@pytest.mark.parametrize("mark", [lambda _root: None, _is_file, _is_link_to_nowhere])
def test_a_repository_ends_at_its_root(here: Path, mark: Callable[[Path], None]) -> None:
    """Its root counts, be `.git` a folder or a file; what lies above belongs to somebody else."""
    root = here.parent.parent
    mark(root)
    (root.parent / "pyproject.toml").write_text(READ_ONLY)
    assert guards().read_only is None
    (root / "pyproject.toml").write_text(READ_ONLY)
    assert guards().read_only == f"[tool.batchnb] in {root / 'pyproject.toml'}"


def test_without_a_repository_all_folders_count(here: Path) -> None:
    """Where nothing says where a project ends, no guard is left out."""
    (here.parent.parent / ".git").rmdir()
    (here.parent.parent.parent / "pyproject.toml").write_text(READ_ONLY)
    assert guards().read_only


def test_a_working_folder_that_was_removed_is_an_error(here: Path) -> None:
    """Its guards are not known any more, which is not the same as that there are none."""
    here.rmdir()
    with pytest.raises(InputError, match=r"working folder cannot be read .*not known.*os\.chdir"):
        guards()


def _link_to_nowhere(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere.toml")


def _link_in_a_circle(path: Path) -> None:
    path.symlink_to(path)


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _latin(path: Path) -> None:
    path.write_bytes("# geschützt\n".encode("latin-1"))


def _byte_order_mark(path: Path) -> None:
    path.write_bytes(b"\xff\xfe" + "x = 1".encode("utf-16-le"))


def _no_toml(path: Path) -> None:
    path.write_text("read_only = yes\n")


def _deep(path: Path) -> None:
    path.write_text(f"x = {'[' * 20_000}\n")


def _unreadable(path: Path) -> None:
    path.symlink_to("/proc/self/mem")  # whose first byte nobody may read, not even root


def _no_permission(path: Path) -> None:
    path.write_text("x = 1\n")
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read it
        path.unlink()
        _unreadable(path)


BROKEN = [
    _link_to_nowhere, _link_in_a_circle, _folder, _pipe, _latin, _byte_order_mark, _no_toml, _deep, _unreadable,
    _no_permission,
]  # fmt: skip


@pytest.mark.parametrize("breaks", BROKEN)
@pytest.mark.parametrize("place", ["here", "above", "user"])
def test_a_file_that_cannot_be_read_is_never_no_file(
    here: Path, user_file: Path, breaks: Callable[[Path], None], place: str
) -> None:
    """Whatever keeps a configuration file from being read is an error that names the file: it may hold guards."""
    if breaks is _unreadable and not Path("/proc/self/mem").exists():
        pytest.skip("there is no such file here")
    places = {"here": here / "pyproject.toml", "above": here.parent / "pyproject.toml", "user": user_file}
    path = places[place]
    path.parent.mkdir(exist_ok=True)
    breaks(path)
    with pytest.raises(InputError, match=r"cannot be read \(.+\)\. It may hold guards") as caught:
        guards()
    assert str(path) in str(caught.value)


def test_a_folder_that_is_a_link_to_nowhere_hides_no_file(user_file: Path) -> None:
    """Settings that are linked from a disk that is not there are not taken for none."""
    user_file.parent.symlink_to(user_file.parent.parent / "unmounted")
    with pytest.raises(InputError, match="cannot be read"):
        guards()


def test_a_path_is_shown_as_text(here: Path) -> None:
    """A folder may be named by anybody: what a guard says of its source is one line without control characters."""
    folder = here / "new\nline \x1b[31m\u202e"
    folder.mkdir()
    with chdir(folder):
        Path("pyproject.toml").write_text(READ_ONLY)
        said = str(guards().read_only)
        Path("pyproject.toml").write_text("max_jobs = ")
        with pytest.raises(InputError) as caught:
            guards()
    for text in (said, str(caught.value)):
        assert "new\\nline" in text
        assert not set(text) & {"\n", "\x1b", "\u202e"}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"XDG_CONFIG_HOME": "/etc/xdg-of-mine"}, "/etc/xdg-of-mine/batchnb/config.toml"),
        ({"HOME": "/home/me"}, "/home/me/.config/batchnb/config.toml"),
        ({}, None),
    ],
)
def test_the_user_file_is_where_the_user_is_at_home(
    monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str], expected: str | None
) -> None:
    """A user whom the machine does not know, without a home, has no such file; there is no folder named ~."""
    pwd = pytest.importorskip("pwd")
    monkeypatch.setattr(pwd, "getpwuid", _nobody)
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = config_files.user_config_file()
    assert (found and found.as_posix()) == expected


def _nobody(_uid: int) -> object:
    raise KeyError


def test_a_user_file_that_moves_with_the_working_folder_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative place is another file in each folder; platformdirs before 4.14 gives one."""
    import platformdirs

    def relative(_name: str, *, appauthor: bool) -> Path:
        assert not appauthor
        return Path("config") / "batchnb"

    monkeypatch.setattr(platformdirs, "user_config_path", relative)
    with pytest.raises(InputError, match="must be an absolute path"):
        config_files.user_config_file()


# --- protections only add up ---------------------------------------------------------------------------------------

patterns = st.lists(st.sampled_from(["queue:live", "name:prod-*", "tag:keep=yes", "tag:owner"]), max_size=3)
accounts = st.lists(st.sampled_from(["111111111111", "222222222222"]), min_size=1, max_size=2)
tables = st.fixed_dictionaries(
    {},
    optional={
        "max_jobs": st.integers(0, 5000),
        "max_percent": st.integers(1, 100),
        "protect": patterns,
        "accounts": accounts,
        "production_accounts": accounts,
        "read_only": st.booleans(),
    },
)
files: st.SearchStrategy[dict[str, Any] | None] = st.none() | st.just({}) | tables
"""What a folder has: no pyproject.toml, one without a table, or one with these settings."""


def _toml(chosen: Mapping[str, Any]) -> str:
    """Return a pyproject.toml with these settings, without a table for them where there are none."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in chosen.items()]
    return "\n".join(["[project]", "name = 'x'", *(["[tool.batchnb]", *lines] if lines else [])])


def _lay_out(base: Path, folders: list[dict[str, Any] | None], root: int) -> Path:
    """Make folders one in the other, with these files in them and the root of a repository; return the innermost."""
    folder = base
    for number, found in enumerate(folders):
        folder /= f"folder-{number}"
        folder.mkdir()
        if found is not None:
            (folder / "pyproject.toml").write_text(_toml(found))
        if number == root:
            (folder / ".git").mkdir()
    return folder


@settings(max_examples=60, deadline=None)
@given(st.lists(files, min_size=1, max_size=5), st.integers(0, 4), tables)
def test_protections_only_add_up(folders: list[dict[str, Any] | None], root: int, user: dict[str, Any]) -> None:
    """Of all tables between the working folder and the root each protection holds, whatever stands in the others."""
    root = min(root, len(folders) - 1)
    with tempfile.TemporaryDirectory() as base, pytest.MonkeyPatch.context() as patch:
        user_path = Path(base) / "config.toml"
        user_path.write_text(_toml(user).partition("[tool.batchnb]")[2])
        patch.setattr("batchnb.guards.settings.user_file", lambda: user_path)
        with chdir(_lay_out(Path(base), folders, root)):
            held = guards()
    counting = [*(one for one in reversed(folders[root:]) if one), user]

    def all_of(key: str) -> list[Any]:
        return [one[key] for one in counting if key in one]

    named = {text for texts in all_of("protect") for text in texts}
    assert {one for one, _ in held.protect} == {pattern(text) for text in named}
    assert bool(held.read_only) == any(all_of("read_only"))
    assert held.max_jobs.value == min(all_of("max_jobs"), default=DEFAULT_MAX_JOBS)
    assert (held.max_percent.value if held.max_percent else None) == min(all_of("max_percent"), default=None)
    assert [list(allowed) for allowed, _ in held.accounts] == all_of("accounts")
    assert {one for one, _ in held.production_accounts} == {
        one for some in all_of("production_accounts") for one in some
    }
