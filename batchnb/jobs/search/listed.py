"""What a search can ask of a listing that is still to be made: its fields, and the statuses to list."""

from __future__ import annotations

from batchnb.errors import InputError
from batchnb.jobs.search.columns import own_field
from batchnb.jobs.search.fields import ENDED, Kind
from batchnb.jobs.search.parser import parse_query
from batchnb.jobs.search.refusal import QueryError
from batchnb.jobs.search.schema import make_schema
from batchnb.jobs.search.terms import Query, Statuses
from batchnb.text import shown

__all__ = ["LISTED", "read_listing_query", "statuses_of"]

LISTED = make_schema(
    {
        *("name", "status", "queue", "definition", "id", "created", "started", "stopped", "size", "reason", "share"),
        # These need a description of each job.
        *("tags", "exit", "tries", "vcpu", "gpu", "memory"),
    },
    [
        own_field("jobArn", Kind.TEXT),
        own_field("kind", Kind.TEXT),
        own_field("arrayIndex", Kind.NUMBER),
        own_field("liveChildren", Kind.NUMBER),
        own_field("isTerminated", Kind.TEXT),
        own_field("isCancelled", Kind.TEXT),
    ],
)
"""The fields of a listing."""


def read_listing_query(text: str) -> Query:
    """Return what a search asks of a listing.

    Raises InputError for a search that is empty, and with the line that the picker shows for one that cannot be read.
    """
    if not isinstance(text, str) or not text.strip():
        quoted = shown(repr(text), 80)
        raise InputError(f"query: {quoted} is empty or no text. Leave the argument out, or give a search.")
    try:
        return parse_query(text, LISTED)
    except QueryError as error:
        raise InputError(f"query: {error}") from error


def statuses_of(query: Query) -> tuple[str, ...] | None:
    """Return the statuses outside of which no job can match, by the strictest term; None where no term tells.

    >>> statuses_of(parse_query("status:ended,running running:>6h", LISTED))
    ('RUNNING',)
    """
    asked: list[tuple[str, ...]] = []
    for term in query.terms:
        if term.is_excluded or term.field is None:
            continue
        if term.field.source == "exit":  # a job that has not ended has no exit code
            asked.append(ENDED)
        elif term.field.during:
            asked.append(term.field.during)
        asked += [test.names for test in term.tests if isinstance(test, Statuses)]
    return min(asked, key=len, default=None)
