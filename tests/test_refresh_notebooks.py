"""The script that refreshes the notebooks: it says which are stale, and changes what has changed, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from . import refresh_notebooks
from .refresh_notebooks import main, sanitized

if TYPE_CHECKING:
    import pytest


def test_a_stale_notebook_is_named_and_refreshed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` fails and changes nothing; a refresh writes what comes out, by which the next check passes."""
    (tmp_path / "sanitize.cfg").write_text("[port]\nregex: port \\d+\nreplace: port N\n")
    path = tmp_path / "one.ipynb"
    cells = [nbformat.v4.new_code_cell("import os\nprint('port', os.getpid())\nprint(1 + 1)", id="one")]  # type: ignore[no-untyped-call]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)  # type: ignore[no-untyped-call]
    monkeypatch.setattr(refresh_notebooks, "NOTEBOOKS", tmp_path)

    before = path.read_bytes()
    assert main(["--check"]) == 1
    assert "one.ipynb is stale" in capsys.readouterr().out
    assert path.read_bytes() == before

    assert main([]) == 0
    assert "one.ipynb was refreshed" in capsys.readouterr().out
    (output,) = json.loads(path.read_text())["cells"][0]["outputs"]
    assert output["text"][1] == "2\n"

    refreshed = path.read_bytes()
    assert main(["--check", "one"]) == 0, "another port is no difference"
    assert main(["other"]) == 0
    assert path.read_bytes() == refreshed


def test_what_is_no_difference_is_one_in_nothing_else() -> None:
    """Another port, time or picture is the same; another count is stale."""
    shown = {"text": ["The emulator runs at http://127.0.0.1:1234\n", "with 3 jobs.\n"], "image/png": "1"}
    other = {"text": ["The emulator runs at http://127.0.0.1:9\n", "with 3 jobs.\n"], "image/png": "2"}
    stale = {"text": ["The emulator runs at http://127.0.0.1:9\n", "with 4 jobs.\n"], "image/png": "1"}
    assert sanitized(json.dumps(shown)) == sanitized(json.dumps(other)) != sanitized(json.dumps(stale))
