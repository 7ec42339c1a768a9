from __future__ import annotations

import re
import subprocess
from pathlib import Path

import batchnb.widget
from batchnb.widget.module import join_modules

MODULES = Path(batchnb.widget.__file__).with_name("js")
TESTS = Path(__file__).with_name("js")
LEFT_OUT = {"types.js", "search/terms.js"}
"""Types, of which nothing runs."""


def test_the_modules_do_what_they_should(node: str) -> None:
    """`node --test` imports the modules as they are, and finds nothing wrong with what needs no browser."""
    done = subprocess.run(
        [node, "--test", *map(str, sorted(TESTS.glob("*.test.mjs")))], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.findall(r"^# pass (\d+)", done.stdout, re.MULTILINE)[0]) > 0


def test_the_joined_module_is_one_that_a_browser_takes(node: str, tmp_path: Path) -> None:
    """No name is used twice, and all that is exported is what anywidget asks for."""
    joined = tmp_path / "joined.mjs"
    joined.write_text(join_modules(MODULES / "index.js"), "utf-8")
    script = f"console.log(Object.keys(await import({joined.as_uri()!r})).join())"
    for arguments in (["--check", str(joined)], ["--input-type=module", "--eval", script]):
        done = subprocess.run([node, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert done.stdout == "default\n"


def test_every_module_is_in_the_joined_one() -> None:
    """A module that nothing imports would be shipped, and never run."""
    joined = join_modules(MODULES / "index.js")
    exported = re.compile(r"^export (?:default )?((?:async )?(?:class|function|const) \w+)", re.MULTILINE)
    named = {path: exported.search(path.read_text("utf-8")) for path in MODULES.rglob("*.js")}
    left = {path for path, found in named.items() if not found or found.group(1) not in joined}
    assert {path.relative_to(MODULES).as_posix() for path in left} == LEFT_OUT
