"""The runbook notebooks as files: where this installation has them, and how they are copied into a folder."""

from __future__ import annotations

import shlex
from pathlib import Path

from batchnb.errors import InputError
from batchnb.text import plural

__all__ = ["copy_notebooks", "notebook_path", "notebook_paths"]


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
