"""Tables of hostile text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb.document import FACT_LENGTH, MESSAGE_LENGTH, facts_html, facts_text, more_rows, table_html, table_text
from batchnb.text import shown

ANY_TEXT = st.text(st.characters())
ROWS = st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=5)
HOSTILE = "<script>alert('x')</script>\n\u202e\x00\ud800"
NOVEL = "a" * 10_000


class _Reader(HTMLParser):
    """Reads HTML as a browser would: the elements, their attributes, and the text of each cell."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.cells: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        self.cells[-1] += data


@settings(deadline=None)
@given(ROWS)
def test_no_cell_is_markup(rows: list[tuple[str, str]]) -> None:
    """A table has the elements of a table and no others, whatever its cells hold, and its cells show that text."""
    table = _Reader(table_html(["Job", "Message"], rows))
    assert table.tags <= {"table", "thead", "tbody", "tr", "th", "td"}
    assert table.attributes <= {"scope", "style"}
    assert table.cells == ["Job", "Message", *(shown(cell, MESSAGE_LENGTH) for row in rows for cell in row)]


@settings(deadline=None)
@given(ROWS)
def test_no_fact_is_markup(facts: list[tuple[str, str]]) -> None:
    """Facts have a title and a text each, whatever these hold, and nothing of them is markup."""
    table = _Reader(facts_html(facts))
    assert table.tags <= {"table", "tr", "th", "td"}
    assert table.cells == [text for fact in facts for text in (shown(fact[0]), shown(fact[1], FACT_LENGTH))]


@settings(deadline=None)
@given(ROWS)
def test_each_row_is_one_line(rows: list[tuple[str, str]]) -> None:
    """In a terminal a row, and a fact, is one line, whatever line breaks it holds."""
    for text, lines in ((table_text(["Job", "Message"], rows), len(rows) + 1), (facts_text(rows), len(rows) or 1)):
        assert text.count("\n") == lines - 1
        assert all(len(line.splitlines()) <= 1 for line in text.split("\n"))


def test_columns_are_aligned() -> None:
    """The second column starts at the same place in every line."""
    lines = table_text(["Job", "Message"], [("a", "first"), ("longer", "second")]).splitlines()
    assert lines == ["  Job     Message", "  a       first", "  longer  second"]
    assert facts_text([("Reason", "bad"), ("To", "all")]) == "  Reason  bad\n  To      all"


def test_a_novel_in_a_cell_is_cut() -> None:
    """10,000 characters take the width of a cell, and the last column that of a message."""
    line = table_text(["Job", "Message"], [(NOVEL, NOVEL)]).splitlines()[1]
    assert re.fullmatch(r"  a{59}…  a{399}…", line)
    assert len(table_html(["Job"], [[NOVEL]])) < 1_000


def test_a_whole_reason_is_shown() -> None:
    """A reason of 1024 characters, the most that AWS takes, is not cut; more is."""
    reason = "r" * 1024
    assert reason in facts_text([("Reason", reason)])
    assert reason in facts_html([("Reason", reason)])
    assert len(facts_text([("Reason", NOVEL)])) < 1_200


def test_hostile_titles_are_text_too() -> None:
    """What stands in a title is no markup and no second line either."""
    assert "<script" not in table_html([HOSTILE], [])
    assert "<script" not in facts_html([(HOSTILE, "")])
    assert len(table_text([HOSTILE], []).splitlines()) == 1
    assert len(facts_text([(HOSTILE, "")]).splitlines()) == 1


def test_a_table_may_be_empty() -> None:
    """No rows and no facts are no error."""
    assert table_text(["Job"], []) == "  Job"
    assert facts_text([]) == ""
    assert _Reader(table_html(["Job"], [])).cells == ["Job"]


def test_what_is_left_out_is_counted() -> None:
    """Rows beyond the limit are counted, with the place to see them; without any, nothing is said."""
    assert more_rows(1_234, 20, "to_frame()") == "… and 1,214 more; all of them: to_frame()"
    assert more_rows(20, 20, "to_frame()") == more_rows(3, None, "to_frame()") == ""


@given(st.lists(st.tuples(*[st.text(st.characters(categories=["L", "N"]), max_size=60)] * 4), max_size=5))
def test_a_row_fits_a_terminal_and_its_id_is_whole(rows: list[tuple[str, str, str, str]]) -> None:
    """The middle columns give way, then the last; a message at the end comes on top."""
    ids = [(f"{n:08d}-2222-3333-4444-555555555555", *row) for n, row in enumerate(rows)]
    lines = table_text(["jobId", "jobName", "jobQueue", "status", "verdict"], ids).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert [line.split()[0] for line in lines[1:]] == [row[0] for row in ids]
