"""Reads the code blocks of a page, with what a comment right above one says about it.

`<!-- not run: why -->` is only checked, `<!-- fails: GuardError -->` has to raise that error, `<!-- file: NAME -->` is
written to that file, `<!-- output -->` is what the block before shows, in full lines, and `<!-- new notebook -->`
begins one, in which nothing of the others is left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PAGES", "ROOT", "Block", "blocks_of", "title"]

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(
    r"(?:<!-- (?P<mark>[^\n]*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
_MARKS = {"not run", "fails", "file", "output", "new notebook"}


@dataclass(frozen=True)
class Block:
    """A code block: its language, its text, the line where it begins, and its mark with what stands behind it."""

    language: str
    text: str
    line: int
    mark: str
    value: str


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page in their order. Raises AssertionError for a mark that does not exist."""
    source = page.read_text("utf-8")
    found = []
    for match in _FENCE.finditer(source):
        mark, _, value = (match["mark"] or "").partition(": ")
        assert mark in _MARKS | {""}, f"{page.name}: unknown mark {mark!r}"
        found.append(Block(match["language"], match["text"], source[: match.start()].count("\n") + 1, mark, value))
    assert len(found) == len(re.findall(r"^```\w+$", source, re.MULTILINE)), f"{page.name}: a block is not closed"
    return found


def title(page: Path) -> str:
    """Return how a test names a page."""
    return page.relative_to(ROOT).as_posix()
