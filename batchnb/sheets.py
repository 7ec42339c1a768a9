"""A sheet: a sentence, facts, counts by status and a bounded table, as text and as HTML: a plan or a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from batchnb.by_status import bar
from batchnb.tables import Facts, facts_html, facts_text, more_rows, table_html, table_text
from batchnb.text import escape

__all__ = ["Sheet"]

_SENTENCE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Sheet:
    """What there is to say of a set of jobs, before it is text or HTML. Nothing in it is markup."""

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
        """Return the counts with bars, which are text: what sanitises HTML takes styles away, and leaves them."""
        if not self.counts:
            return ""
        most = max(max(counts) for _, counts in self.counts)
        rows = [[status, *(_with_bar(count, most) for count in counts)] for status, counts in self.counts]
        return table_html(("status", *self.moments), rows)


def _with_bar(count: int, most: int) -> str:
    return f"{count:,} {bar(count, most)}".rstrip()
