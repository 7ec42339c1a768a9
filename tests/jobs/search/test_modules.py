"""The modules of the search in JavaScript: small, without a page, and fit to be joined into one."""

from __future__ import annotations

import re
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import batchnb.widget

MODULES = sorted((Path(batchnb.widget.__file__).parent / "js" / "search").glob("*.js"))

_IMPORT = re.compile(r'^import \{ (\w+(?:, \w+)*) \} from "\./(\w+)\.js";$', re.MULTILINE)
_AT_TOP = re.compile(r"^(?:/\*\* .*\*/ )?(export )?(?:function|class|const|let) (\[[^\]]*\]|\w+)", re.MULTILINE)


def names_at_top(text: str, *, exported: bool = False) -> list[str]:
    """Return the names that a module gives to something at its top, all of them or those that others may import."""
    found = [group for export, group in _AT_TOP.findall(text) if export or not exported]
    return [name for group in found for name in re.findall(r"\w+", group)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_is_small_and_needs_no_page(path: Path) -> None:
    """It says its one concern, has at most 300 lines, and knows nothing of a page or of the time."""
    text = path.read_text("utf-8")
    lines = text.splitlines()
    assert lines[0] == "// @ts-check"
    assert lines[1].startswith("// ")
    assert len(lines) <= 300
    assert not re.search(r"\b(document|window|innerHTML|Date\.now|Date\.parse|Math\.random|eval|Function)\b", text)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_imports_only_its_neighbours_and_in_one_form(path: Path) -> None:
    """`import { a } from "./b.js";`, so that all can be joined; and what is imported is there."""
    text = path.read_text("utf-8")
    assert len(_IMPORT.findall(text)) == len(re.findall(r"^\s*import\b", text, re.MULTILINE))
    for names, module in _IMPORT.findall(text):
        there = names_at_top(path.with_name(f"{module}.js").read_text("utf-8"), exported=True)
        assert set(names.split(", ")) <= set(there)


def test_no_name_is_given_twice_and_no_import_runs_in_a_circle() -> None:
    """Joined into one module, each name still means one thing, and stands behind what it needs."""
    texts = {path.stem: path.read_text("utf-8") for path in MODULES}
    names = Counter(name for text in texts.values() for name in names_at_top(text))
    assert [name for name, count in names.items() if count > 1] == []
    order = TopologicalSorter({stem: [module for _, module in _IMPORT.findall(text)] for stem, text in texts.items()})
    assert set(order.static_order()) == set(texts)
