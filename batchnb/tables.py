"""Tables of hostile text, for a terminal and for HTML: bounded in size, and never markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from batchnb.text import escape, shown

__all__ = ["ROWS_SHOWN", "facts_html", "facts_text", "more_rows", "table_html", "table_text"]

ROWS_SHOWN = 20
"""Rows of a table that are shown; what is left out is counted below it."""

Facts = Sequence[tuple[str, str]]
"""Pairs of a title and what there is to say."""

MESSAGE_LENGTH = 400
"""Characters of a message of AWS."""

FACT_LENGTH = 1100
"""Characters of one fact: a whole reason, and AWS's message with it."""


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
