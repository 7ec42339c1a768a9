"""Turn the runbook notebooks, with the outputs that they were committed with, into Markdown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
from nbconvert import MarkdownExporter
from traitlets.config import Config

__all__ = ["notebook_pages"]

ROOT = Path(__file__).parent.parent
_NOTE = """\
!!! note "A notebook"
    This page shows the notebook as it runs on the emulator. `batchnb runbooks` copies it into your folder.
    [How to run it with your parameters](index.md).
"""


def notebook_pages() -> dict[str, str | bytes]:
    """Return the files of all notebooks by their path in the site: Markdown, and the pictures that it shows."""
    files: dict[str, str | bytes] = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        text, pictures = _converted(path)
        files[f"runbooks/{path.stem}.md"] = text
        files |= {f"runbooks/{name}": content for name, content in pictures.items()}
    return files


def _converted(path: Path) -> tuple[str, dict[str, bytes]]:
    """Return a notebook as Markdown, and its pictures by file name."""
    config = Config()
    # Text is what every theme, reader and search understands; the tables of pandas would be raw HTML.
    config.NbConvertBase.display_data_priority = ["image/png", "text/plain"]
    exporter: Any = MarkdownExporter(config=config)  # type: ignore[no-untyped-call]
    notebook = nbformat.reads(path.read_text("utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        _take_styles_away(cell)
    resources: dict[str, Any] = {"unique_key": path.stem, "output_files_dir": ""}
    text, resources = exporter.from_notebook_node(notebook, resources)
    title, _, rest = text.lstrip().partition("\n")
    return f"{title}\n\n{_NOTE}\n{rest.lstrip()}", resources["outputs"]


def _take_styles_away(cell: Any) -> None:
    """Leave out the escape sequences of colours, which a page would show as text."""
    for output in cell.get("outputs", []):
        if "text" in output:
            output.text = re.sub(r"\x1b\[[0-9;]*m", "", output.text)
