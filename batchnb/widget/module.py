"""Join the picker's ES modules into one: a front end loads it as a blob, from which no other file can be reached."""

from __future__ import annotations

import os
import re
from graphlib import TopologicalSorter
from pathlib import Path

__all__ = ["join_modules"]

_IMPORT = re.compile(r'^import \{ \w+(?:, \w+)* \} from "(\.{1,2}/[\w/.]+\.js)";\n', re.MULTILINE)
_FOR_TYPES = re.compile(r"^(?:// @ts-check|/\*\* @import .+ \*/)\n", re.MULTILINE)
_TEXT = r"""`(?:\\.|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
_EXPRESSION = r"(?:[(,=:\[!&|?{};]\s*|^[ \t]*)/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/"
_NOTE = r"/\*\*(?:(?!\*/)(?s:.))*\*/"
_COMMENTS = re.compile(
    rf"^[ \t]*(?:{_NOTE}|//[^\n]*)[ \t]*\n|{_NOTE}[ \t]*|(//[^\n]*|{_TEXT}|{_EXPRESSION})", re.MULTILINE
)
"""A comment on lines of its own, or one for types; or what may hold something like it, and stays."""
_OTHERWISE = re.compile(r"^(?:import\b|export (?!default |async |function |class |const |let |\{\})).*", re.MULTILINE)


def join_modules(entry: Path) -> str:
    """Return `entry` and all that it imports as one module, which exports what `entry` does by default.

    Each module stands behind those that it imports. Raises `graphlib.CycleError` if they import one another in a
    circle, and ValueError for an import or export of another form than `import { a } from "./b.js";`. Names are not
    changed: two modules must not use the same one at their top. Comments are left out: each picker sends the
    whole text to the page, of which they are a quarter.
    """
    texts: dict[Path, str] = {}
    needs: dict[Path, list[Path]] = {}
    waiting = [entry]
    while waiting:
        path = waiting.pop()
        if path in texts:
            continue
        text = path.read_text("utf-8")
        needs[path] = [Path(os.path.normpath(path.parent / name)) for name in _IMPORT.findall(text)]
        texts[path] = _FOR_TYPES.sub("", _IMPORT.sub("", text))
        if odd := _OTHERWISE.search(texts[path]):
            raise ValueError(f'{path.name}: an import must be import {{ a }} from "./b.js"; got {odd.group()}')
        waiting += needs[path]
    order = TopologicalSorter(needs).static_order()
    joined = "\n".join(re.sub(r"^export (?!default )(?:\{\};)?", "", texts[path], flags=re.MULTILINE) for path in order)
    return _COMMENTS.sub(lambda found: found.group(1) or "", joined)
