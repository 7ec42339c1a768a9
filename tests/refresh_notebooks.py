"""Refreshes the outputs of the notebooks: `python -m tests.refresh_notebooks [--check] [NAME…]`.

A notebook whose outputs differ only in what `notebooks/sanitize.cfg` calls no difference is left as it is, so that a
refresh changes what has changed. `--check` changes nothing, and says which notebooks are stale.
"""

from __future__ import annotations

import argparse
import configparser
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

__all__ = ["NOTEBOOKS", "environment", "main", "sanitized", "tidy"]

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
TIMEOUT = 120
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_KEPT = ("tags",)
_JOURNALS = tempfile.TemporaryDirectory(prefix="batchnb-journals-")  # as long as this process and its kernels
_SETTINGS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "LOGNAME": "operator",
    # A bar shows on stderr when a machine is slow, and outputs are compared to the letter.
    "TQDM_DISABLE": "1",
}
_JOURNAL = re.compile(r"/[^\s\"'>]{0,200}/(\d{8}T\d{6}Z-[0-9a-f]{8}\.jsonl)")
"""The file of a journal, whose folder is that of the machine."""
_WIDGETS = "application/vnd.jupyter.widget-view+json"


def main(arguments: list[str] | None = None) -> int:
    """Refresh or check the notebooks; return 1 where one is stale and was not to be refreshed."""
    parser = argparse.ArgumentParser(description="Refresh the outputs of the notebooks.")
    parser.add_argument("--check", action="store_true", help="change nothing, and say which notebooks are stale")
    parser.add_argument("names", nargs="*", help="only these, such as quickstart")
    options = parser.parse_args(arguments)
    paths = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if not options.names or path.stem in options.names]
    stale = [path for path in paths if _is_stale(path, refresh=not options.check)]
    for path in stale:
        print(f"{path.name} {'is stale' if options.check else 'was refreshed'}")  # noqa: T201 - a script speaks
    print(f"{len(paths) - len(stale)} of {len(paths)} notebooks were up to date.")  # noqa: T201
    return int(options.check and bool(stale))


@contextmanager
def environment() -> Iterator[None]:
    """Give kernels that start meanwhile no AWS settings of the machine, journals and guards of nobody, and no bars."""
    kept = dict(os.environ)
    for name in [name for name in kept if name.startswith(("AWS_", "BATCHNB_"))]:
        del os.environ[name]
    # A plan says which guards are in force: those of the user of this machine shall not.
    os.environ.update(_SETTINGS, BATCHNB_JOURNAL_DIR=_JOURNALS.name, XDG_CONFIG_HOME=_JOURNALS.name)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def _is_stale(path: Path, *, refresh: bool) -> bool:
    """Run the notebook; return whether what is in the file is not what comes out, and write that where `refresh`."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    with environment():
        client = NotebookClient(notebook, timeout=TIMEOUT, resources={"metadata": {"path": str(path.parent)}})
        client.execute()
    fresh = nbformat.writes(tidy(notebook)) + "\n"  # type: ignore[no-untyped-call]
    if sanitized(fresh) == sanitized(text):
        return False
    if refresh:
        path.write_text(fresh, encoding="utf-8")
    return True


def tidy(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook without what tells of the machine that ran it: timings, versions, the state of widgets."""
    notebook.metadata = _node(_METADATA)
    for cell in notebook.cells:
        cell.metadata = _node({key: cell.metadata[key] for key in _KEPT if key in cell.metadata})
        if cell.cell_type == "code":
            cell.outputs = list(_merged(cell.outputs))
    return notebook


def _node(values: Mapping[str, Any]) -> Any:
    return nbformat.from_dict(values)  # type: ignore[no-untyped-call]


def _merged(outputs: list[Any]) -> Iterator[Any]:
    """Yield the outputs, what was written to one stream in several pieces as one."""
    last: Any = None
    for output in outputs:
        output.get("data", {}).pop(_WIDGETS, None)
        if "text" in output:
            output.text = _JOURNAL.sub(r"JOURNALS/\1", output.text)
        for kind, text in output.get("data", {}).items():
            if isinstance(text, str) and kind.startswith("text/"):
                output.data[kind] = _JOURNAL.sub(r"JOURNALS/\1", text)
        if last is not None and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
            continue
        if last is not None:
            yield last
        last = output
    if last is not None:
        yield last


def sanitized(text: str) -> str:
    """Return the text of a notebook with all that `sanitize.cfg` names replaced, as nbval does with its outputs."""
    rules = configparser.ConfigParser(interpolation=None)
    rules.read(NOTEBOOKS / "sanitize.cfg", encoding="utf-8")
    notebook = json.loads(text)
    return json.dumps(
        _each_text(notebook, [(rules[name]["regex"], rules[name]["replace"]) for name in rules.sections()])
    )


def _each_text(value: Any, rules: list[tuple[str, str]]) -> Any:
    if isinstance(value, Mapping):
        # A picture is compared by the numbers below it, as nbval does: its bytes are those of one moment.
        return {key: _each_text(item, rules) for key, item in value.items() if key != "image/png"}
    if isinstance(value, list):
        whole = "".join(value) if value and all(isinstance(item, str) for item in value) else None
        return [_each_text(item, rules) for item in value] if whole is None else _each_text(whole, rules)
    if isinstance(value, str):
        for regex, replacement in rules:
            value = re.sub(regex, replacement, value)
    return value


if __name__ == "__main__":
    sys.exit(main())
