"""Join the picker's ES modules into one, and pack it: a front end loads a blob, from which no file can be reached."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from base64 import b64encode
from graphlib import TopologicalSorter
from pathlib import Path

__all__ = ["join_modules", "pack_module"]

_IMPORT = re.compile(r'^import \{ \w+(?:, \w+)* \} from "(\.{1,2}/[\w/.]+\.js)";\n', re.MULTILINE)
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
        texts[path] = _IMPORT.sub("", text)
        if odd := _OTHERWISE.search(texts[path]):
            raise ValueError(f'{path.name}: an import must be import {{ a }} from "./b.js"; got {odd.group()}')
        waiting += needs[path]
    order = TopologicalSorter(needs).static_order()
    joined = "\n".join(re.sub(r"^export (?!default )(?:\{\};)?", "", texts[path], flags=re.MULTILINE) for path in order)
    return _COMMENTS.sub(lambda found: found.group(1) or "", joined)


_LOADER = """\
// The picker of batchnb, packed: a page unpacks it once, whatever number of pickers it shows.
const key = "KEY";
const packed = "PACKED";
const load = async () => {
  const chars = atob(packed);
  const bytes = new Uint8Array(chars.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = chars.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const url = URL.createObjectURL(new Blob([await new Response(stream).text()], { type: "text/javascript" }));
  try {
    return (await import(url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
};
const loaded = (globalThis[Symbol.for("batchnb.widget.modules")] ??= new Map());
if (!loaded.has(key)) loaded.set(key, load());
let picker;
try {
  picker = await loaded.get(key);
} catch (error) {
  loaded.delete(key);
  throw error;
}
export default picker;
"""


def pack_module(source: str) -> str:
    """Return a module with the same default export as the module `source`, of about a quarter of its length.

    Each picker sends its module to its page, and a page reads 400 KB of code in as long as it paints the first rows.
    Needs what browsers have since May 2023: DecompressionStream, and await at the top of a module.
    """
    data = source.encode("utf-8")
    packed = b64encode(gzip.compress(data, 6, mtime=0)).decode("ascii")
    return _LOADER.replace("KEY", hashlib.sha256(data).hexdigest(), 1).replace("PACKED", packed, 1)
