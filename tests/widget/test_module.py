from __future__ import annotations

import json
import os
import subprocess
import sys
from graphlib import CycleError
from pathlib import Path

import pytest

from batchnb.widget import JobPicker
from batchnb.widget.module import join_modules, pack_module


def write(folder: Path, **modules: str) -> Path:
    """Write modules, of which `index` is the entry; `a__b` is `a/b.js`."""
    for name, text in modules.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder / "index.js"


def test_a_module_stands_behind_what_it_imports(tmp_path: Path) -> None:
    """Once each, without imports and exports, but for the one by default of the entry."""
    entry = write(
        tmp_path,
        index='// @ts-check\nimport { a, b } from "./a.js";\nimport { c } from "./deep/c.js";\nexport default a + c;\n',
        a='import { c } from "./deep/c.js";\nexport const a = c;\nexport function b() {}\n',
        deep__c='/** @import { T } from "../types.js" */\nimport { d } from "../d.js";\nexport const c = d;\n',
        d="export class D {}\nexport const d = new D();\n",
    )
    joined = join_modules(entry)
    kept = ["class D {}", "const d = new D();", "const c = d;", "const a = c;", "function b() {}"]
    assert [line for line in joined.splitlines() if line] == [*kept, "export default a + c;"]


def test_comments_stay_out_and_texts_stay_whole(tmp_path: Path, node: str) -> None:
    """What looks like a comment in a text, a template or a regular expression is none."""
    code = r"""/** Two lines,
 * of which one has a ` in it. @param {string} a */
export const both = (a) => [
  "// no comment", '/** none */', "it\"s // none", `
// a line of a text
  /** and another ${a} */
`, // one `
  /[`/]\// /** @type {RegExp} */ .source, `${[1].map(() => `// ${a}`)}`,
  /** @type {any} */ (a), "`",
];
// It's over.
"""
    script = f"{join_modules(write(tmp_path, index=code))}\nconsole.log(JSON.stringify(both('x')))"
    assert "Two lines" not in script
    assert "over" not in script
    assert "@type" not in script
    told = subprocess.run([node, "--input-type=module", "--eval", script], capture_output=True, text=True, check=True)
    assert json.loads(told.stdout) == [
        "// no comment",
        "/** none */",
        'it"s // none',
        "\n// a line of a text\n  /** and another x */\n",
        "[`/]\\/",
        "// x",
        "x",
        "`",
    ]


def test_a_circle_is_an_error(tmp_path: Path) -> None:
    """Which module comes first could not be said."""
    entry = write(
        tmp_path,
        index='import { a } from "./a.js";\n',
        a='import { b } from "./b.js";\n',
        b='import { a } from "./a.js";\n',
    )
    with pytest.raises(CycleError):
        join_modules(entry)


def test_a_module_that_is_missing_is_an_error(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(FileNotFoundError, match=r"gone\.js"):
        join_modules(write(tmp_path, index='import { a } from "./gone.js";\n'))


@pytest.mark.parametrize(
    "line",
    [
        'import { a as b } from "./a.js";',
        'import * as a from "./a.js";',
        'import a from "./a.js";',
        'import "./a.js";',
        "import { a } from './a.js';",
        'import { a } from "a";',
        'import { a } from "https://example.com/a.js";',
        'import {\n  a,\n} from "./a.js";',
        'export { a } from "./a.js";',
        'export * from "./a.js";',
        "export { a };",
    ],
)
def test_only_one_form_of_import_is_taken(tmp_path: Path, line: str) -> None:
    """Whatever else JavaScript knows is refused by name, and not joined wrongly."""
    with pytest.raises(ValueError, match=r"index\.js: an import must be"):
        join_modules(write(tmp_path, index=f"{line}\n", a="export const a = 1;\n"))


def test_a_packed_module_is_unpacked_once_in_a_page(node: str) -> None:
    """Also where two pickers come at once, or its text is hostile; one that could not be read is tried again."""
    text = "</script> é \\n `${1}`"
    sources = [f"globalThis.runs += 1; export default '{text}';", "export default 2;", "throw new Error('x');"]
    script = _PAGE % json.dumps([pack_module(source) for source in sources])
    told = subprocess.run([node, "--input-type=module", "--eval", script], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == [["</script> é \n `${1}`"] * 3 + [2], 1, ["x", "x"]]


_PAGE = """
globalThis.runs = 0;
// Node knows no import of a blob.
globalThis.Blob = class extends Blob {
  constructor(parts, options) {
    super(parts, options);
    this.parts = parts;
  }
};
URL.createObjectURL = ({ parts: [text] }) => `data:text/javascript,${encodeURIComponent(text)}//${Math.random()}`;
const [one, two, bad] = %s.map((text) => `data:text/javascript,${encodeURIComponent(text)}`);
const picked = async (url, more) => (await import(url + more)).default;
const found = await Promise.all([picked(one, "//1"), picked(one, "//2"), picked(one, "//3"), picked(two, "")]);
const failed = [];
for (const more of ["//1", "//2"]) await picked(bad, more).catch(({ message }) => failed.push(message));
console.log(JSON.stringify([found, globalThis.runs, failed]));
"""


def test_the_picker_is_the_same_in_every_process() -> None:
    """Whatever the hash of a string is there: a notebook that is run again gets no other module."""
    code = "from batchnb.widget import JobPicker; import sys; sys.stdout.buffer.write(str(JobPicker._esm).encode())"
    for seed in ("0", "1"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
        assert done.stdout.decode() == str(JobPicker._esm)
