"""Documents: a sentence, facts, counts by status and a bounded table, as text and as HTML. Nothing in it is markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from batchnb.text import WIDTH, escape, shown

__all__ = [
    "BAR_LENGTH",
    "ROWS_SHOWN",
    "Document",
    "Facts",
    "bar",
    "facts_html",
    "facts_text",
    "more_rows",
    "table_html",
    "table_text",
]

ROWS_SHOWN = 20
"""Rows of a table that are shown; the number of the others stands below it."""

Facts = Sequence[tuple[str, str]]
"""Pairs of a title and a text."""

MESSAGE_LENGTH = 400
"""Characters of a message of AWS."""

FACT_LENGTH = 1100
"""Characters of one fact: a whole reason, and AWS's message with it."""

BAR_LENGTH = 24
"""Characters of the longest bar."""

_SENTENCE_LENGTH = 500
_LEAST_WIDTH = 6
"""Columns that a cell keeps."""


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a plan or a report, before it is text or HTML. Nothing in it is markup."""

    kind: str
    """The class of the element that holds it in HTML."""
    sentence: str
    facts: Facts
    moments: Sequence[str]
    """When the jobs were counted by status: the titles of the counts."""
    counts: Sequence[tuple[str, Sequence[int]]]
    """A status, and how many jobs had it at each of the moments."""
    titles: Sequence[str]
    rows: Iterable[Sequence[object]]
    total: int
    """How many rows there are in all."""
    limit: int | None
    """How many of them `rows` holds at most."""
    all_rows: str
    """What to type for all of them."""
    group_titles: Sequence[str] = ()
    groups: Sequence[Sequence[object]] = ()
    """Jobs that are alike, a row for each group; in HTML they stand for the rows, which are folded."""
    open_rows: int = 0
    """How many of the first rows are not folded: failures, and ids that AWS does not know."""
    in_text: Sequence[str] = ()
    """The titles of the columns that fit a terminal; all of them if none is given."""

    def text(self) -> str:
        """Return it for a terminal."""
        titles = self.in_text or self.titles
        places = [list(self.titles).index(title) for title in titles]
        table = table_text(titles, ([row[place] for place in places] for row in self.rows))
        parts = [self.sentence, facts_text(self.facts), table, self._more]
        return "\n".join(part for part in parts if part)

    def html(self) -> str:
        """Return it for a notebook."""
        return (
            f'<div class="batchnb-{self.kind}"><p><strong>{escape(self.sentence, _SENTENCE_LENGTH)}</strong></p>'
            f"{facts_html(self.facts)}{self._counts_html()}{self._groups_html()}{self._rows_html()}"
            f"{f'<p>{escape(self._more)}</p>' if self._more else ''}</div>"
        )

    def _groups_html(self) -> str:
        return table_html(self.group_titles, self.groups) if self.groups else ""

    def _rows_html(self) -> str:
        """Return the rows: those that matter open, the others folded."""
        rows = list(self.rows)
        first = rows if not self.groups else rows[: self.open_rows]
        rest = rows[len(first) :]
        shows = table_html(self.titles, first) if first or not rest else ""
        if not rest:
            return shows
        name = "the jobs" if not first else "the other jobs"
        summary = f"{name}: {len(rest):,} of {self.total - len(first):,}" if self._more else f"{name}: {len(rest):,}"
        return f"{shows}<details><summary>{escape(summary)}</summary>{table_html(self.titles, rest)}</details>"

    @property
    def _more(self) -> str:
        return more_rows(self.total, self.limit, self.all_rows)

    def _counts_html(self) -> str:
        """Return the counts with bars made of text: sanitisers of HTML remove styles, and keep text."""
        if not self.counts:
            return ""
        most = max(max(counts) for _, counts in self.counts)
        rows = [[status, *(_with_bar(count, most) for count in counts)] for status, counts in self.counts]
        return table_html(("status", *self.moments), rows)


def facts_text(facts: Facts) -> str:
    """Return one line a fact, the titles aligned."""
    lines = [(shown(title), shown(text, FACT_LENGTH)) for title, text in facts]
    width = max((len(title) for title, _ in lines), default=0)
    return "\n".join(f"  {title:<{width}}  {text}" for title, text in lines)


def facts_html(facts: Facts) -> str:
    """Return the facts as a table of two columns."""
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(title)}</th>'
        f'<td style="text-align:left;overflow-wrap:anywhere">{escape(text, FACT_LENGTH)}</td></tr>'
        for title, text in facts
    )
    return f"<table>{rows}</table>"


def table_text(titles: Sequence[str], rows: Iterable[Sequence[object]], cell: int = 60) -> str:
    """Return the rows below their titles in aligned columns, at most `WIDTH` columns in all.

    No cell is longer than `cell` characters, and the longest are cut where a row does not fit; the first, an id, never
    is. A last column with the title "message" comes on top of that, `MESSAGE_LENGTH` characters of it.
    """
    has_messages = len(titles) > 1 and titles[-1].casefold() == "message"
    columns = len(titles) - has_messages
    lines = [[shown(title) for title in titles[:columns]]]
    messages = [shown(titles[-1]) if has_messages else ""]
    for row in rows:
        lines.append([shown(value, cell) for value in row[:columns]])
        messages.append(shown(row[-1], MESSAGE_LENGTH) if has_messages else "")
    widths = _widths([max(len(line[column]) for line in lines) for column in range(columns)])
    text = []
    for line, message in zip(lines, messages, strict=True):
        cells = (f"{shown(value, width):<{width}}" for value, width in zip(line, widths, strict=True))
        text.append(f"  {'  '.join([*cells, message])}".rstrip())
    return "\n".join(text)


def _widths(widths: list[int]) -> list[int]:
    """Return how wide the columns are so that a row fits: those in the middle give way, then the last."""
    widths = list(widths)
    for places in (range(1, len(widths) - 1), range(1, len(widths))):
        while sum(widths) + 2 * len(widths) > WIDTH and any(widths[place] > _LEAST_WIDTH for place in places):
            widths[max(places, key=lambda place: widths[place])] -= 1
    return widths


def table_html(titles: Sequence[str], rows: Iterable[Sequence[object]], cell: int = MESSAGE_LENGTH) -> str:
    """Return the rows below their titles, no cell longer than `cell` characters."""
    head = "".join(f'<th scope="col" style="text-align:left">{escape(title)}</th>' for title in titles)
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{escape(value, cell)}</td>' for value in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def more_rows(total: int, limit: int | None, where: str) -> str:
    """Return the sentence that says how many rows are left out, or an empty text; `where` they can be seen."""
    left_out = total - (total if limit is None else min(total, limit))
    return f"… and {left_out:,} more; all of them: {where}" if left_out else ""


def bar(count: int, most: int) -> str:
    """Return a bar for `count`, where `most` has the longest; any count above 0 has a bar.

    >>> bar(0, 10), bar(1, 1_000_000), len(bar(10, 10))
    ('', '█', 24)
    """
    return "█" * max(round(BAR_LENGTH * count / most), 1) if count else ""


def _with_bar(count: int, most: int) -> str:
    return f"{count:,} {bar(count, most)}".rstrip()
