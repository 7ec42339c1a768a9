"""What the command tells somebody to type works when it is typed, however it was started."""

from __future__ import annotations

import json
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import batchnb
from batchnb.cli import started

ROOT = Path(batchnb.__file__).parents[1]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Go to an empty folder; return what `direct_url.json` says of the package, which may be changed."""
    direct: dict[str, Any] = {}

    class Distribution:
        def read_text(self, _name: str) -> str | None:
            """Return the file of that name."""
            return json.dumps(direct) if direct else None

    monkeypatch.setattr(started, "distribution", lambda _name: Distribution())
    monkeypatch.chdir(tmp_path)
    return direct


def test_a_command_is_its_name_or_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name if it is on the PATH, else by its path."""
    command = tmp_path / ".venv" / "bin" / "batchnb"
    command.parent.mkdir(parents=True)
    command.touch()
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    for typed in (".venv/bin/batchnb", str(command)):
        monkeypatch.setattr(sys, "argv", [typed])
        assert started.command_text() == started.command_text(extra=True) == ".venv/bin/batchnb"
    monkeypatch.setenv("PATH", str(command.parent))
    assert started.command_text() == "batchnb"


def test_a_module_is_run_as_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m batchnb` works, and is what it says of itself."""
    command = [sys.executable, "-m", "batchnb", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.startswith("batchnb ")
    monkeypatch.setattr(sys, "argv", [str(ROOT / "batchnb" / "__main__.py"), "demo"])
    monkeypatch.setattr(sys, "orig_argv", ["python3", "-m", "batchnb", "demo"])
    assert started.command_text() == started.command_text(extra=True) == "python3 -m batchnb"


@pytest.mark.parametrize(
    ("direct", "expected"),
    [
        ({}, "uvx --from 'batchnb[demo]' batchnb"),
        (
            {"url": "file://HERE/dist/batchnb-1-py3-none-any.whl"},
            "uvx --from 'dist/batchnb-1-py3-none-any.whl[demo]' batchnb",
        ),
        ({"url": "file://HERE/batchnb-1-py3-none-any.whl"}, "uvx --from './batchnb-1-py3-none-any.whl[demo]' batchnb"),
        ({"url": "file:///opt/my%20wheels/b.whl"}, "uvx --from '/opt/my wheels/b.whl[demo]' batchnb"),
        ({"url": "https://example.com/b.whl"}, "uvx --from 'batchnb[demo] @ https://example.com/b.whl' batchnb"),
        (
            {"url": "https://example.com/batchnb", "vcs_info": {"vcs": "git", "commit_id": "1"}},
            "uvx --from 'batchnb[demo] @ git+https://example.com/batchnb' batchnb",
        ),
    ],
)
def test_uvx_is_told_where_it_came_from(
    installed: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, direct: dict[str, Any], expected: str
) -> None:
    """Its environment is on nobody's PATH, and JupyterLab has to be asked for."""
    monkeypatch.setattr(sys, "prefix", "/root/.cache/uv/archive-v0/abc")
    installed.update({**direct, "url": direct["url"].replace("HERE", str(tmp_path))} if direct else {})
    assert started.command_text(extra=True) == expected
    assert shlex.split(started.command_text()) == shlex.split(expected.replace("[demo]", ""))
    assert started.install_text() == ""


@pytest.mark.parametrize("pip", [False, True])
def test_elsewhere_jupyterlab_is_installed_beside_it(
    installed: dict[str, Any], monkeypatch: pytest.MonkeyPatch, *, pip: bool
) -> None:
    """With pip, or in an environment that uv made without it."""
    assert installed == {}
    monkeypatch.setattr(started, "find_spec", lambda _name: object() if pip else None)
    monkeypatch.setattr(sys, "orig_argv", ["python3", "-m", "batchnb"])
    way = "python3 -m pip install" if pip else "uv pip install --python python3"
    assert started.install_text() == f"{way} 'batchnb[demo]'"
