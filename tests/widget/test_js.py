from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import batchnb.widget
from tests.tools import missing

MODULE = Path(batchnb.widget.__file__).with_name("picker.js")


def test_the_pure_parts_of_the_module(tmp_path: Path) -> None:
    """`node --test` finds nothing wrong with filter, sort, bits, text and scrolling."""
    node = shutil.which("node")
    if node is None:
        missing("Node 20 or later: apt-get install nodejs")
    # By its suffix, node takes it for a module as a browser does.
    copy = tmp_path / "picker.mjs"
    copy.write_text(MODULE.read_text())
    tests = Path(__file__).with_name("picker.test.mjs")
    environment = os.environ | {"PICKER": str(copy)}
    done = subprocess.run([node, "--test", str(tests)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
