"""Finds the configuration files that may hold guards, and reads them. A file that cannot be read is an error.

Every `pyproject.toml` from the working folder up to the root of its repository counts. The root is the first folder
that holds `.git`, which is a folder or, in a worktree or submodule, a file. Outside a repository all folders up to the
root of the file system count.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from batchnb.errors import InputError
from batchnb.text import shown

__all__ = ["project_tables", "read_toml", "user_config_file"]

PATH_LENGTH = 400
"""Characters of a path that are shown."""

_NO_GUARD_LOST = "It may hold guards, so nothing is done without it."


def project_tables() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each `[tool.batchnb]` that counts here: where it stands, and its settings. The nearest comes first.

    Raises InputError where the working folder is gone, and where a file or a table cannot be read.
    """
    for folder in _project_folders():
        path = folder / "pyproject.toml"
        settings = read_toml(path)
        if settings is not None:
            table = _table(_table(settings, "tool", "tool", path), "batchnb", "tool.batchnb", path)
            yield f"[tool.batchnb] in {shown(path, PATH_LENGTH)}", table


def user_config_file() -> Path | None:
    """Return where the user's config file is, which need not exist; None for a user without a home folder.

    Raises InputError where the place depends on the working folder: another folder would be another set of guards.
    """
    from platformdirs import user_config_path

    try:
        path = user_config_path("batchnb", appauthor=False) / "config.toml"
    except RuntimeError:  # platformdirs 4.14 and later, without a home
        return None
    if path.parts[:1] == ("~",):  # platformdirs before that
        return None
    if not path.is_absolute():
        raise InputError(
            f"the user's config file: {shown(path, PATH_LENGTH)} must be an absolute path. "
            "Set XDG_CONFIG_HOME, or HOME, to an absolute path."
        )
    return path


def read_toml(path: Path) -> dict[str, Any] | None:
    """Return what is in a file, None where there is no such file.

    Raises InputError for anything else that keeps it from being read: no permission, a link that leads nowhere, a
    folder, another encoding than UTF-8, or other text than TOML.
    """
    try:
        if not _is_there(path):
            return None
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would never end
            raise _unreadable(path, "it is not a regular file")
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        why = "it is a link to a file that does not exist" if isinstance(error, FileNotFoundError) else error.strerror
        raise _unreadable(path, why or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, str(error)) from error


def _is_there(path: Path) -> bool:
    """Whether the folder has an entry of this name, be it a link to nowhere. Raises OSError where that is unknown."""
    try:
        path.lstat()
    except FileNotFoundError:
        for folder in path.parents:
            if os.path.lexists(folder):
                folder.stat()  # a link to nowhere among the folders hides the file as well
                return False
        return False
    return True


def _project_folders() -> Iterator[Path]:
    try:
        here = Path.cwd()
    except OSError as error:
        raise InputError(
            f"the working folder cannot be read ({error.strerror or error}), so its guards are not known. Nothing is "
            "done without them. Change to a folder that exists, with %cd or os.chdir."
        ) from error
    for folder in (here, *here.parents):
        yield folder
        if os.path.lexists(folder / ".git"):
            return


def _table(settings: Mapping[str, Any], key: str, name: str, path: Path) -> Mapping[str, Any]:
    table = settings.get(key, {})
    if not isinstance(table, Mapping):
        raise InputError(
            f"{name} in {shown(path, PATH_LENGTH)} must be a table, got {shown(repr(table), 80)}. {_NO_GUARD_LOST}"
        )
    return table


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(f"{shown(path, PATH_LENGTH)} cannot be read ({shown(why, 200)}). {_NO_GUARD_LOST}")
