"""What looks at the built site finds what it is there to find."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.website.built import find_problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('<script src="https://unpkg.com/x"></script>', "loads from elsewhere: https://unpkg.com/x"),
        ('<link rel="preconnect" href="//fonts.gstatic.com">', "loads from elsewhere: //fonts.gstatic.com"),
        ('<source srcset="a.png 1x, https://x.invalid/b.png 2x">', "loads from elsewhere: https://x.invalid/b.png"),
        ("<style>@import 'https://x.invalid/a.css'</style>", "loads from elsewhere: https://x.invalid/a.css"),
        ('<p style="background: url(https://x.invalid/a.png)">', "loads from elsewhere: https://x.invalid/a.png"),
        ('<img src="missing.png" alt="A">', "loads what is not there: missing.png"),
        ('<img src="a.png">', "a picture without a description: a.png"),
        ('<a href="missing.html">a</a>', "leads nowhere: missing.html"),
        ('<a href="folder/#x">a</a>', "leads to no such heading: folder/#x"),
        ('<a href="#nowhere">a</a>', "leads to no such heading: #nowhere"),
    ],
)
def test_a_problem_is_found(tmp_path: Path, text: str, problem: str) -> None:
    """Each way to load from a server, and each link that leads nowhere, is named with its page."""
    write(tmp_path, text)
    assert find_problems(tmp_path) == [f"page.html: {problem}"]


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://x.invalid/">elsewhere</a>',
        '<img src="a.png" alt="A"><img src="data:image/png;base64,AA==" alt="B">',
        '<a href="folder/index.html#there">a</a><a href="folder/">b</a><a id="up" href="#up">c</a>',
    ],
)
def test_what_is_whole_is_left_alone(tmp_path: Path, text: str) -> None:
    """A link to another site is for a reader to follow, and loads nothing."""
    write(tmp_path, text)
    assert find_problems(tmp_path) == []


def test_a_style_sheet_is_looked_at(tmp_path: Path) -> None:
    """Fonts are loaded by style sheets."""
    (tmp_path / "a.css").write_text("@font-face { src: url(https://fonts.gstatic.com/a.woff2) }")
    assert find_problems(tmp_path) == ["a.css: loads from elsewhere: https://fonts.gstatic.com/a.woff2"]


def write(site: Path, text: str) -> None:
    """Write a page, another one, and a picture."""
    (site / "page.html").write_text(text)
    (site / "a.png").touch()
    (site / "folder").mkdir()
    (site / "folder" / "index.html").write_text('<h2 id="there">There</h2>')
