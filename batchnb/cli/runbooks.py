"""The runbook notebooks as files: where this installation has them, and how they are copied into a folder."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from batchnb.errors import InputError, MissingExtraError
from batchnb.text import plural

__all__ = ["check_notebooks", "copy_notebooks", "notebook_path", "notebook_paths"]

_RULES = "sanitize.cfg"
"""What is no difference between the outputs of two runs."""


def notebook_paths() -> list[Path]:
    """Return the notebooks of this installation. Raises InputError where it has none."""
    here = Path(__file__).parents[1]
    # In an installed package the notebooks are inside it, in a checkout beside it.
    for folder in (here / "notebooks", here.parent / "notebooks"):
        if paths := sorted(folder.glob("*.ipynb")):
            return paths
    raise InputError("the notebooks are missing from this installation.")


def notebook_path(name: str) -> Path:
    """Return the notebook of that file name. Raises InputError where this installation has none."""
    for path in notebook_paths():
        if path.name == name:
            return path
    raise InputError(f"{name} is missing from this installation.")


def copy_notebooks(folder: Path, *, force: bool = False) -> str:
    """Copy all notebooks into `folder`, which is made where it is missing, and return what to say of each.

    A file that is there and differs is somebody's work: it is kept, unless `force`. Raises InputError where a file
    cannot be written; those before it have been.
    """
    said, kept = [], 0
    for source in notebook_paths():
        target = folder / source.name
        try:
            done = _copy(source, target, force=force)
        except OSError as error:
            raise InputError(f"cannot write {target} ({error.strerror or error}).") from error
        kept += done == _KEPT
        said.append(f"  {done:<{_WIDTH}}  {target}")
    if kept:
        said.append(f"Kept, for they have been changed: {plural(kept, 'notebook')}. --force replaces what was changed.")
    example = shlex.quote(str(folder / "end_a_runaway_sweep.ipynb"))
    said.append(f"Each tries itself out on an emulator, and ends nothing by itself:\n  papermill {example} OUT.ipynb")
    return "\n".join(said)


def check_notebooks(folder: Path) -> int:
    """Run all notebooks in `folder` on the emulator, compare what comes out with their outputs, and return 0 if it is.

    nbval does it, which knows what is no difference: ports, times, ids of runs. It speaks for itself. The notebooks see
    no AWS settings, guards and journals of this machine. Raises InputError where there is no notebook, and
    MissingExtraError without nbval.
    """
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise InputError(
            f"there is no notebook in {folder}. 'batchnb runbooks {shlex.quote(str(folder))}' writes them."
        )
    if find_spec("nbval") is None or find_spec("pytest") is None:
        raise MissingExtraError("--check needs nbval: pip install 'batchnb[runbooks]'")
    rules = notebook_paths()[0].with_name(_RULES)
    with tempfile.TemporaryDirectory(prefix="batchnb-check-") as nowhere:
        # An empty configuration: neither pytest's settings of this folder nor guards of this user are meant.
        empty = Path(nowhere) / "pytest.ini"
        empty.write_text("[pytest]\n", encoding="utf-8")
        options = [
            "-q",
            "-c",
            str(empty),
            f"--rootdir={folder.absolute()}",
            "-p",
            "no:cacheprovider",
            "--nbval",
            f"--nbval-sanitize-with={rules}",
        ]
        command = [sys.executable, "-m", "pytest", *options, *(str(path.absolute()) for path in paths)]
        return subprocess.run(command, env=_environment(nowhere), check=False).returncode  # noqa: S603 - our own command


def _environment(nowhere: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BATCHNB_", "PYTEST_"))}
    nothing = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    folders = {"BATCHNB_JOURNAL_DIR": nowhere, "XDG_CONFIG_HOME": nowhere, "APPDATA": nowhere}
    # A bar is shown when a machine is slow, and the checked-in outputs name this user.
    more = {"AWS_EC2_METADATA_DISABLED": "true", "LOGNAME": "operator", "TQDM_DISABLE": "1"}
    return {**kept, **nothing, **folders, **more}


_KEPT = "kept"
_WIDTH = len("unchanged")


def _copy(source: Path, target: Path, *, force: bool) -> str:
    """Copy one file, never leaving half of it; return what was done."""
    content = source.read_bytes()
    existed = target.exists()
    if existed and target.read_bytes() == content:
        return "unchanged"
    if existed and not force:
        return _KEPT
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(content)
    part.replace(target)
    return "replaced" if existed else "written"
