"""How this command was started, so that what it tells somebody to type works when it is typed."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

__all__ = ["command_text", "install_text"]

EXTRA = "demo"


def command_text(*, extra: bool = False) -> str:
    """Return what somebody has to type to run this command again; with `extra`, where it also needs JupyterLab.

    uvx runs it in an environment that nobody has on the PATH, and that has no JupyterLab unless it is asked for.
    """
    typed = Path(sys.argv[0])
    if _is_of_uvx():
        return f"uvx --from {shlex.quote(_source(extra=extra))} batchnb"
    if typed.name == "__main__.py":
        return f"{_python()} -m batchnb"
    found = shutil.which(typed.name)
    if found is not None and Path(found).resolve() == typed.resolve():
        return typed.name
    return shlex.quote(_short(typed))


def install_text() -> str:
    """Return what somebody has to type to install JupyterLab beside this command, "" where running it again does."""
    if _is_of_uvx():
        return ""
    source = shlex.quote(_source(extra=True))
    if find_spec("pip") is None:  # as in an environment that uv made
        return f"uv pip install --python {_python()} {source}"
    return f"{_python()} -m pip install {source}"


def _is_of_uvx() -> bool:
    # uvx builds environments inside uv's cache, under a folder that is named after the layout's version.
    return any(part.startswith("archive-v") for part in Path(sys.prefix).parts)


def _python() -> str:
    """Return the interpreter as it was typed, or its path."""
    typed = sys.orig_argv[0] if sys.orig_argv else sys.executable
    return shlex.quote(_short(Path(typed)) if Path(typed).is_absolute() else typed)


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _source(*, extra: bool) -> str:
    """Return where this package was installed from, as pip and uvx take it: a name, a path, or a URL."""
    extras = f"[{EXTRA}]" if extra else ""
    try:
        text = distribution("batchnb").read_text("direct_url.json")
        direct = json.loads(text) if text else {}
        url = str(direct.get("url") or "")
    except (PackageNotFoundError, ValueError, AttributeError):
        direct, url = {}, ""
    if not url:
        return f"batchnb{extras}"
    if url.startswith("file:"):
        path = Path(url2pathname(urlsplit(url).path))
        short = _short(path)
        return f"{short if os.sep in short else os.path.join('.', short)}{extras}"  # noqa: PTH118 - a Path drops the dot
    vcs = direct.get("vcs_info", {}).get("vcs")
    return f"batchnb{extras} @ {vcs}+{url}" if vcs else f"batchnb{extras} @ {url}"
