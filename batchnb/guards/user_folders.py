"""The user's folders on this platform, None where the user has no home: a container with a made-up user id."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

__all__ = ["state_folder"]


def state_folder() -> Path | None:
    """Return the folder of what batchnb keeps for the user, which need not exist."""
    from platformdirs import user_state_path

    return _absolute(lambda: user_state_path("batchnb", appauthor=False))


def _absolute(find: Callable[[], Path]) -> Path | None:
    # Without a home, platformdirs raises RuntimeError, or returns a path with "~" in it: a folder of that name.
    with suppress(RuntimeError, KeyError, OSError):
        folder = find()
        if folder.is_absolute() and not any(part.startswith("~") for part in folder.parts):
            return folder
    return None
