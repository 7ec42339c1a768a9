"""Documents: a sentence, facts, counts by status and a bounded table, as text and as HTML. Nothing in it is markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from batchnb.text import escape, shown

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

    def text(self) -> str:
        """Return it for a terminal."""
        parts = [self.sentence, facts_text(self.facts), table_text(self.titles, self.rows), self._more]
        return "\n".join(part for part in parts if part)

    def html(self) -> str:
        """Return it for a notebook."""
        return (
            f'<div class="batchnb-{self.kind}"><p><strong>{escape(self.sentence, _SENTENCE_LENGTH)}</strong></p>'
            f"{facts_html(self.facts)}{self._counts_html()}{table_html(self.titles, self.rows)}"
            f"{f'<p>{escape(self._more)}</p>' if self._more else ''}</div>"
        )

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
    """Return the rows below their titles in aligned columns, no cell longer than `cell` characters.

    The last column may hold a message, `MESSAGE_LENGTH` characters of it.
    """
    lines = [[shown(title) for title in titles]]
    lines += [[*[shown(value, cell) for value in row[:-1]], shown(row[-1], MESSAGE_LENGTH)] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    padded = ("  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(f"  {line}".rstrip() for line in padded)


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
